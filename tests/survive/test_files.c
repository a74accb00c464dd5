/*
 * Files, descriptors and reader slots: what an operator's mistake or a
 * process that died may do to a database.
 */
#include "tests/help/run.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/help/tempdb.h"

static int child_code(pid_t pid)
{
	int status;

	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* A program started with standard error closed must not print its next complaint into the database. */
START_TEST(closed_standard_streams_do_not_become_the_database)
{
	const char *dir = tempdb_dir();

	pid_t pid = fork();
	if (pid == 0) {
		char path[64], to[300], why[256];
		struct store *s;

		for (int fd = 0; fd < 3; fd++)
			close(fd);
		if (store_open(dir, 0, &s, why) != OK)
			_exit(2);
		for (int fd = 0; fd < 3; fd++) {
			snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
			ssize_t n = readlink(path, to, sizeof to);
			if (n > 0 && memmem(to, (size_t)n, dir, strlen(dir)) != NULL)
				_exit(1);
		}
		_exit(0);
	}
	ck_assert_int_eq(child_code(pid), 0);
	store_close(tempdb_open(0));
	tempdb_remove();
}
END_TEST

enum { READS_MAX = 300 };

/* All places for readers are taken, by processes that live: a build needs none. */
START_TEST(a_build_needs_no_place_among_the_readers)
{
	struct store_txn *t[READS_MAX];
	struct build *b;
	uint64_t image;
	size_t n = 0;

	tempdb_dir();
	struct store *s = tempdb_open(0);
	while (n < READS_MAX && store_read(s, &t[n]) == OK)
		n++;
	ck_assert_uint_lt(n, READS_MAX);
	alarm(20);
	ck_assert_int_eq(build_begin(s, &b, &image), OK);
	build_abort(b);
	alarm(0);
	while (n > 0)
		store_abort(t[--n]);
	store_close(s);
	tempdb_remove();
}
END_TEST

/* Readers that were killed keep old pages from being used again; where no server runs, a build looks after them.
 */
START_TEST(a_build_clears_the_places_of_dead_readers)
{
	const char *dir = tempdb_dir();
	struct store_txn *t;
	struct build *b;
	uint64_t image;

	pid_t pid = fork(); /* before we open it: an environment must not cross a fork */
	if (pid == 0) {
		struct store *own;
		char why[256];
		if (store_open(dir, 0, &own, why) != OK || store_read(own, &t) != OK)
			_exit(2);
		kill(getpid(), SIGSTOP);
		_exit(3);
	}
	int status;
	ck_assert_int_eq(waitpid(pid, &status, WUNTRACED), pid);
	ck_assert(WIFSTOPPED(status));
	struct store *s =
	    tempdb_open(0); /* while the other lives: who opens it alone begins with an empty table */
	kill(pid, SIGKILL);
	ck_assert_int_eq(child_code(pid), 128 + SIGKILL);
	ck_assert_int_eq(build_begin(s, &b, &image), OK);
	ck_assert_uint_eq(store_clear_stale_readers(s), 0);
	build_abort(b);
	store_close(s);
	tempdb_remove();
}
END_TEST

/* mapped gives the octets of address space this process has: with a sanitizer, terabytes. */
static rlim_t mapped(void)
{
	unsigned long long pages = 0;
	FILE *f = fopen("/proc/self/statm", "r");

	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(fscanf(f, "%llu", &pages), 1);
	(void)fclose(f);
	return (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE);
}

/* A service with a limit on its address space is told what to do. */
START_TEST(a_limit_on_address_space_is_named)
{
	const char *dir = tempdb_dir();

	pid_t pid = fork();
	if (pid == 0) {
		const rlim_t most = mapped() + (1U << 30);
		const struct rlimit little = { most, most };
		struct store *s;
		char why[256];

		unsetenv("EDICT_MAPSIZE");
		setrlimit(RLIMIT_AS, &little);
		if (store_open(dir, 0, &s, why) == OK)
			_exit(2);
		_exit(strstr(why, dir) != NULL && strstr(why, "EDICT_MAPSIZE") != NULL ? 0 : 1);
	}
	ck_assert_int_eq(child_code(pid), 0);
	tempdb_remove();
}
END_TEST

/* CVE-2020-28935, BIND 5905: what lies where a file of ours is to be is never followed, emptied, or given away. */
static const char *const files[] = { "data.mdb", "lock.mdb", "turn", "build.lock" };

START_TEST(links_are_not_followed)
{
	char path[400], target[400], why[256];
	const char *dir = tempdb_dir();
	struct stat before, after;
	struct store *s;

	snprintf(target, sizeof target, "%s/target", dir);
	int fd = open(target, O_WRONLY | O_CREAT | O_EXCL, 0640);
	ck_assert_int_eq(write(fd, "precious", 8), 8);
	close(fd);
	ck_assert_int_eq(stat(target, &before), 0);
	snprintf(path, sizeof path, "%s/%s", dir, files[_i]);
	ck_assert_int_eq(symlink(target, path), 0);
	ck_assert_int_ne(store_open(dir, 0, &s, why), OK);
	ck_assert_msg(strstr(why, files[_i]) != NULL, "%s", why);
	ck_assert_int_eq(stat(target, &after), 0);
	ck_assert(after.st_size == before.st_size && after.st_mode == before.st_mode &&
		  after.st_uid == before.st_uid);
	tempdb_remove();
}
END_TEST

/* A dangling link is not a way to make a file elsewhere. */
START_TEST(links_to_nothing_make_nothing)
{
	char path[400], target[400], why[256];
	const char *dir = tempdb_dir();
	struct store *s;

	snprintf(target, sizeof target, "%s/elsewhere", dir);
	snprintf(path, sizeof path, "%s/%s", dir, files[_i]);
	ck_assert_int_eq(symlink(target, path), 0);
	ck_assert_int_ne(store_open(dir, 0, &s, why), OK);
	ck_assert_int_ne(access(target, F_OK), 0);
	tempdb_remove();
}
END_TEST

/* Whoever makes the directory private does not see it opened by our files; locks are the owner's alone. */
START_TEST(files_have_their_modes_whatever_the_umask)
{
	static const struct {
		const char *name;
		mode_t mode;
	} want[] = { { "data.mdb", 0644 }, { "lock.mdb", 0600 }, { "turn", 0600 }, { "build.lock", 0600 } };
	static const mode_t masks[] = { 0, 022, 077 };
	struct stat st;

	for (size_t m = 0; m < COUNT_OF(masks); m++) {
		const char *dir = tempdb_dir();
		mode_t old = umask(masks[m]);
		store_close(tempdb_open(0));
		umask(old);
		for (size_t i = 0; i < COUNT_OF(want); i++) {
			char path[400];
			snprintf(path, sizeof path, "%s/%s", dir, want[i].name);
			ck_assert_int_eq(lstat(path, &st), 0);
			ck_assert_msg((st.st_mode & 07777) == want[i].mode, "%s: %o", want[i].name, st.st_mode);
		}
		tempdb_remove();
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("survive: files");
	TCase *t = tcase_create("files");

	setenv("EDICT_MAPSIZE", "256M", 0);
	tcase_add_test(t, closed_standard_streams_do_not_become_the_database);
	tcase_add_test(t, a_build_needs_no_place_among_the_readers);
	tcase_add_test(t, a_build_clears_the_places_of_dead_readers);
	tcase_add_test(t, a_limit_on_address_space_is_named);
	tcase_add_loop_test(t, links_are_not_followed, 0, COUNT_OF(files));
	tcase_add_loop_test(t, links_to_nothing_make_nothing, 0, COUNT_OF(files));
	tcase_add_test(t, files_have_their_modes_whatever_the_umask);
	suite_add_tcase(s, t);
	return run_suite(s);
}
