/*
 * What can somebody do who has taken over a front? This program is started in
 * a front's place, by the same function, with the same descriptors, becomes
 * the same user, and then tries everything it can think of.
 */
#include "tests/help/run.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server/channel.h"
#include "server/options.h"
#include "server/pin.h"
#include "server/spawn.h"
#include "server/user.h"
#include "tests/help/tempdb.h"
#include "tests/server/harness.h"

static const char *const files[] = { "data.mdb", "lock.mdb", "build.lock", "turn" };

/* ---- the vandal ---- */

static const char *path_of(const struct options *o, size_t i)
{
	static char path[600];

	snprintf(path, sizeof path, "%s/%s", o->database, files[i]);
	return path;
}

static bool opens(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static bool opens_for_writing(const struct options *o)
{
	static const int flags[] = { O_WRONLY, O_RDWR, O_WRONLY | O_APPEND, O_RDWR | O_TRUNC, O_WRONLY | O_CREAT };
	bool done = false;

	for (size_t i = 0; i < COUNT_OF(files); i++)
		for (size_t k = 0; k < COUNT_OF(flags); k++)
			done |= opens(path_of(o, i), flags[k]);
	return done;
}

static bool opens_a_lock_file(const struct options *o)
{
	bool done = false;

	for (size_t i = 1; i < COUNT_OF(files); i++)
		done |= opens(path_of(o, i), O_RDONLY);
	return done;
}

static bool truncates(const struct options *o)
{
	bool done = false;

	for (size_t i = 0; i < COUNT_OF(files); i++)
		done |= truncate(path_of(o, i), 0) == 0;
	return done;
}

static bool removes(const struct options *o)
{
	bool done = false;

	for (size_t i = 0; i < COUNT_OF(files); i++)
		done |= unlink(path_of(o, i)) == 0 || rename(path_of(o, i), "/tmp/edict-vandal") == 0;
	return done || rename(o->database, "/tmp/edict-vandal") == 0;
}

static bool changes_modes(const struct options *o)
{
	bool done = chmod(o->database, 0777) == 0;

	for (size_t i = 0; i < COUNT_OF(files); i++)
		done |= chmod(path_of(o, i), 0666) == 0 || chown(path_of(o, i), geteuid(), getegid()) == 0;
	return done;
}

static bool adds_a_file(const struct options *o)
{
	char path[600];

	snprintf(path, sizeof path, "%s/keeper.lock", o->database);
	return opens(path, O_WRONLY | O_CREAT) || link(path_of(o, 0), path) == 0;
}

/* The data file may be read: that is what a front is for. Nothing may come of it. */
static bool writes_through_what_it_reads(const struct options *o)
{
	int fd = open(path_of(o, 0), O_RDONLY | O_CLOEXEC);
	struct flock whole = { .l_type = F_WRLCK };
	char again[64];
	void *map;

	if (fd < 0)
		return true; /* a front that cannot read is no front: say so as loudly */
	snprintf(again, sizeof again, "/proc/self/fd/%d", fd);
	if (write(fd, "x", 1) >= 0 || ftruncate(fd, 0) == 0 || fcntl(fd, F_SETLK, &whole) == 0 ||
	    fcntl(fd, F_OFD_SETLK, &whole) == 0 || opens(again, O_RDWR) ||
	    mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) != MAP_FAILED)
		return true;
	map = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
	return map != MAP_FAILED && mprotect(map, 4096, PROT_READ | PROT_WRITE) == 0;
}

/* Besides the log there are sockets and nothing else. */
static bool was_given_a_file(const struct options *o)
{
	struct stat st;

	(void)o;
	for (int fd = 3; fd < 1024; fd++)
		if (fstat(fd, &st) == 0 && !S_ISSOCK(st.st_mode))
			return true;
	return false;
}

static bool reaches_the_parent(const struct options *o)
{
	char mem[64], octet = 0;
	struct iovec here = { &octet, 1 }, there = { &octet, 1 };

	(void)o;
	snprintf(mem, sizeof mem, "/proc/%d/mem", (int)getppid());
	return ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) == 0 ||
	       ptrace(PTRACE_SEIZE, getppid(), NULL, NULL) == 0 ||
	       process_vm_readv(getppid(), &here, 1, &there, 1, 0) >= 0 ||
	       process_vm_writev(getppid(), &here, 1, &there, 1, 0) >= 0 || opens(mem, O_RDWR) ||
	       opens(mem, O_RDONLY) || kill(getppid(), 0) == 0;
}

static bool becomes_root_again(const struct options *o)
{
	(void)o;
	return setuid(0) == 0 || setresuid(0, 0, 0) == 0 || setgid(0) == 0 || seteuid(0) == 0;
}

static const struct {
	const char *what;
	bool (*manages)(const struct options *);
} attempts[] = {
	{ "was given a file", was_given_a_file }, /* first: later ones leave files open */
	{ "opens a file of the database for writing", opens_for_writing },
	{ "opens a lock file", opens_a_lock_file },
	{ "truncates", truncates },
	{ "removes or renames", removes },
	{ "changes modes or owners", changes_modes },
	{ "adds a file", adds_a_file },
	{ "writes through what it reads, or cannot read", writes_through_what_it_reads },
	{ "reaches the parent's memory, or signals it", reaches_the_parent },
	{ "becomes root again", becomes_root_again },
};

/* The vandal's exit code: 0, or 1 plus the number of the attempt that it managed. */
static int vandal(int argc, char *argv[])
{
	struct options o;
	struct listen l;
	char why[256] = "";
	int channel;

	if (!options_parse(argc, argv, &o, why) || !spawn_take(&o, &channel, &l) || chdir(o.database) != 0 ||
	    !user_become(&o, why) || !user_harmless(&o, true, why)) {
		fprintf(stderr, "%s\n", why);
		return 100;
	}
	for (size_t i = 0; i < COUNT_OF(attempts); i++)
		if (attempts[i].manages(&o))
			return (int)i + 1;
	listen_close(&l);
	return 0;
}

/* ---- its parent ---- */

static size_t content(const char *path, uint8_t *out, size_t room)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, out, room) : -1;

	ck_assert_msg(n >= 0, "%s: %s", path, strerror(errno));
	close(fd);
	return (size_t)n;
}

static char *const *command_line(const char *dir)
{
	static const char *args[] = { "edictd", "-d", NULL, "-l", "127.0.0.1@0", "-t", "2", NULL };

	args[2] = dir;
	return (char *const *)(uintptr_t)args;
}

START_TEST(vandal_changes_nothing)
{
	static uint8_t before[1 << 20], after[1 << 20];
	const char *dir = served_database();
	char *const *args = command_line(dir);
	struct options o = { .database = dir };
	struct store *s = tempdb_open(0);
	struct store_txn *t;
	struct pins pins = { 0 };
	struct listen l;
	char why[256], path[600];
	uint64_t commit;
	bool usage;
	int channel, status;
	pid_t pid;

	snprintf(path, sizeof path, "%s/data.mdb", dir);
	ck_assert(options_parse(7, args, &o, why));
	ck_assert_msg(listen_open(&o, &l, why, &usage), "%s", why);
	ck_assert_int_eq(pin_take(&pins, s, 0, &commit), OK);
	size_t n = content(path, before, sizeof before);

	ck_assert(spawn_front("/proc/self/exe", args, &l, &pid, &channel));
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(WIFEXITED(status), "it died of signal %d", WTERMSIG(status));
	int which = WEXITSTATUS(status);
	ck_assert_msg(which == 0, "it %s",
		      which <= (int)COUNT_OF(attempts) ? attempts[which - 1].what : "did not begin");

	ck_assert_uint_eq(content(path, after, sizeof after), n);
	ck_assert_mem_eq(before, after, n);
	pin_drop_all(&pins);
	ck_assert_int_eq(store_write(s, &t), OK); /* nobody holds the writer's lock */
	ck_assert_int_eq(store_commit(t), OK);
	store_close(s);
	listen_close(&l);
	close(channel);
	tempdb_remove();
}
END_TEST

/* A front may say a few words; a parent that hears others, or too many pins, keeps its head. */
static const struct {
	const char *why;
	uint32_t number;
	enum err want;
} numbers[] = {
	{ "the first", 0, OK },
	{ "taken already", 0, ERR_REFUSED },
	{ "the last", PINS_MAX - 1, OK },
	{ "one past the last", PINS_MAX, ERR_REFUSED },
	{ "far out", 0xffffffff, ERR_REFUSED },
};

START_TEST(pins_are_numbered_and_bounded)
{
	struct pins p = { 0 };
	struct store *s;
	uint64_t commit;

	served_database();
	s = tempdb_open(STORE_READ);
	ck_assert_int_eq(pin_drop(&p, 0), ERR_REFUSED);
	ck_assert_int_eq(pin_drop(&p, PINS_MAX), ERR_REFUSED);
	for (size_t i = 0; i < COUNT_OF(numbers); i++)
		ck_assert_msg(pin_take(&p, s, numbers[i].number, &commit) == numbers[i].want, "%s",
			      numbers[i].why);
	ck_assert_int_eq(pin_drop(&p, 0), OK);
	ck_assert_int_eq(pin_take(&p, s, 0, &commit), OK);
	pin_drop_all(&p);
	ck_assert_int_eq(pin_take(&p, s, PINS_MAX - 1, &commit), OK);
	pin_drop_all(&p);
	store_close(s);
	tempdb_remove();
}
END_TEST

START_TEST(channel_takes_whole_messages_only)
{
	struct channel_message m;
	int ends[2];

	ck_assert(channel_open(ends));
	ck_assert_int_eq(channel_receive(ends[0], &m), CHANNEL_EMPTY);
	ck_assert(channel_send(ends[1], CHANNEL_PIN, 3, 99));
	ck_assert_int_eq(channel_receive(ends[0], &m), CHANNEL_MESSAGE);
	ck_assert(m.kind == CHANNEL_PIN && m.pin == 3 && m.value == 99);
	ck_assert_int_eq(write(ends[1], "short", 5), 5);
	ck_assert_int_eq(channel_receive(ends[0], &m), CHANNEL_CLOSED);
	ck_assert_int_eq(write(ends[1], "much too long for a message", 27), 27);
	ck_assert_int_eq(channel_receive(ends[0], &m), CHANNEL_CLOSED);
	close(ends[1]);
	ck_assert_int_eq(channel_receive(ends[0], &m), CHANNEL_CLOSED);
	ck_assert(!channel_send(ends[0], CHANNEL_QUIT, 0, 0));
	close(ends[0]);
}
END_TEST

int main(int argc, char *argv[])
{
	Suite *s;
	TCase *t;

	if (argc > 1 && strcmp(argv[1], "--front") == 0)
		return vandal(argc, argv);
	s = suite_create("a front that is not ours any more");
	t = tcase_create("vandal");
	if (geteuid() == 0)
		tcase_add_test(t, vandal_changes_nothing); /* only root can give up root */
	tcase_add_test(t, pins_are_numbered_and_bounded);
	tcase_add_test(t, channel_takes_whole_messages_only);
	suite_add_tcase(s, t);
	return run_suite(s);
}
