#include "tests/help/run.h"
#include "tests/help/tempdb.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/env.h"
#include "store/snapshot.h"

static const char *dir;
static char why[256];

static void setup(void)
{
	dir = tempdb_dir();
}

static const char *path(const char *file)
{
	static char p[512];

	snprintf(p, sizeof p, "%s/%s", dir, file);
	return p;
}

static void make_one(void)
{
	store_close(tempdb_open(0));
}

/* refused: the open fails like this, and says why in one line that names the directory. */
static void refused(int flags, enum err want, const char *words)
{
	struct store *s;

	ck_assert_int_eq(store_open(dir, flags, &s, why), want);
	ck_assert_ptr_null(s);
	ck_assert_msg(strstr(why, words) != NULL && strstr(why, dir) != NULL && strchr(why, '\n') == NULL, "%s",
		      why);
}

/* ---- a new database ---- */

START_TEST(a_new_database_has_its_files_and_modes)
{
	static const struct {
		const char *name;
		unsigned mode;
	} files[] = { { "data.mdb", 0644 }, { "lock.mdb", 0600 }, { "turn", 0600 }, { "build.lock", 0600 } };
	struct stat st;

	umask(077);
	make_one();
	umask(0);
	make_one();
	for (size_t i = 0; i < COUNT_OF(files); i++) {
		ck_assert_msg(stat(path(files[i].name), &st) == 0, "%s", files[i].name);
		ck_assert_msg((st.st_mode & 07777) == files[i].mode, "%s has mode %o", files[i].name, st.st_mode);
	}
}
END_TEST

START_TEST(files_made_by_root_belong_to_whom_the_directory_does)
{
	struct stat st;

	if (geteuid() != 0)
		return;
	ck_assert_int_eq(chown(dir, 12345, 54321), 0);
	make_one();
	ck_assert_int_eq(stat(path("data.mdb"), &st), 0);
	ck_assert_uint_eq(st.st_uid, 12345);
	ck_assert_uint_eq(st.st_gid, 54321);
	ck_assert_int_eq(stat(path("lock.mdb"), &st), 0);
	ck_assert_uint_eq(st.st_uid, 12345);
}
END_TEST

START_TEST(the_directory_itself_is_made)
{
	struct store *s;
	struct stat st;
	char sub[512];

	snprintf(sub, sizeof sub, "%s/sub", dir);
	umask(022);
	ck_assert_int_eq(store_open(sub, 0, &s, why), OK);
	store_close(s);
	ck_assert_int_eq(stat(sub, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0755);
	static const char *const files[] = { "data.mdb", "lock.mdb", "turn", "build.lock" };
	for (size_t i = 0; i < COUNT_OF(files); i++) {
		char p[600];
		snprintf(p, sizeof p, "%s/%s", sub, files[i]);
		ck_assert_int_eq(unlink(p), 0);
	}
	ck_assert_int_eq(rmdir(sub), 0);
}
END_TEST

START_TEST(the_seed_is_random_once_or_what_the_environment_says)
{
	struct hash_key a, b, want = hash_key_of(42);
	struct store *s;

	unsetenv("EDICT_SEED");
	s = tempdb_open(0);
	a = *store_hash_key(s);
	store_close(s);
	setenv("EDICT_SEED", "42", 1); /* only a database that is made looks at it */
	s = tempdb_open(STORE_READ);
	b = *store_hash_key(s);
	store_close(s);
	ck_assert_int_eq(memcmp(&a, &b, sizeof a), 0);
	tempdb_remove();
	dir = tempdb_dir();
	s = tempdb_open(0);
	ck_assert_int_eq(memcmp(store_hash_key(s), &want, sizeof want), 0);
	store_close(s);
}
END_TEST

START_TEST(opening_again_commits_nothing)
{
	struct store *s = tempdb_open(0);
	uint64_t last = store_last_txn(s);

	store_close(s);
	s = tempdb_open(0);
	ck_assert_uint_eq(store_last_txn(s), last);
	ck_assert_uint_eq(store_psize(s), (uint64_t)sysconf(_SC_PAGESIZE));
	ck_assert_uint_eq(store_clear_stale_readers(s), 0);
	store_close(s);
}
END_TEST

/* ---- what is refused ---- */

START_TEST(a_reader_makes_no_database)
{
	refused(STORE_READ, ERR_NOTFOUND, "no database here");
	ck_assert_int_ne(access(path("lock.mdb"), F_OK), 0);
	close(open(path("data.mdb"), O_CREAT | O_WRONLY, 0644));
	refused(STORE_READ, ERR_NOTFOUND, "no database here");
}
END_TEST

static void spoil(const char *key, uint64_t number)
{
	struct store *s = tempdb_open(0);
	struct store_txn *t;

	ck_assert_int_eq(store_write(s, &t), OK);
	ck_assert_int_eq(meta_put(t, key, number), OK);
	ck_assert_int_eq(store_commit(t), OK);
	store_close(s);
}

START_TEST(another_format_is_refused)
{
	spoil("format", 7);
	refused(0, ERR_VERSION, "format 7, but this program knows format 1");
	refused(STORE_READ, ERR_VERSION, "format 7");
	refused(STORE_READ | STORE_NOLOCK, ERR_VERSION, "format 7");
}
END_TEST

START_TEST(another_page_size_is_refused)
{
	spoil("psize", 65536);
	refused(STORE_READ, ERR_VERSION, "pages of 65536 octets");
}
END_TEST

START_TEST(a_file_cut_short_is_refused)
{
	struct store *s = tempdb_open(0);
	MDB_envinfo info;

	mdb_env_info(s->env, &info);
	off_t whole = (off_t)((info.me_last_pgno + 1) * store_psize(s));
	store_close(s);
	ck_assert_int_eq(truncate(path("data.mdb"), whole - 1), 0);
	refused(0, ERR_DAMAGED, "cut short");
	refused(STORE_READ | STORE_NOLOCK, ERR_DAMAGED, "cut short");
}
END_TEST

/* LMDB counts pages that were taken and given back in one transaction, and never writes them. */
START_TEST(a_file_of_ours_is_never_too_short)
{
	static uint8_t page[8 * 65536];
	struct store *s = tempdb_open(0);
	struct rng state = { 1 };
	struct store_txn *t;
	MDB_envinfo info;

	for (unsigned round = 0; round < 300; round++) {
		ck_assert_int_eq(store_write(s, &t), OK);
		for (unsigned i = 0; i < 20 + 2000 * (round % 100 == 99); i++) {
			struct page_key k = shard_key(rng_next(&state) << 56, 8);
			struct view v = { page,
					  store_page_room(store_psize(s), 1 + (unsigned)(rng_next(&state) % 4)) };
			if (rng_next(&state) % 3 == 0)
				store_page_delete(t, TABLE_SHARDS, 5, &k);
			else
				ck_assert_int_eq(store_page_put(t, TABLE_SHARDS, 5, &k, v), OK);
		}
		ck_assert_int_eq(store_commit(t), OK);
		mdb_env_info(s->env, &info);
		ck_assert_uint_ge(store_file_size(s), (info.me_last_pgno + 1) * store_psize(s));
	}
	store_close(s);
}
END_TEST

START_TEST(what_is_no_database_is_refused)
{
	int fd = open(path("data.mdb"), O_CREAT | O_WRONLY, 0644);
	char noise[8192];

	memset(noise, 'x', sizeof noise);
	ck_assert_int_eq(write(fd, noise, sizeof noise), sizeof noise);
	close(fd);
	refused(0, ERR_DAMAGED, "no database of ours");
	refused(STORE_READ, ERR_DAMAGED, "no database of ours");
}
END_TEST

START_TEST(another_programs_database_is_left_alone)
{
	MDB_env *env;
	MDB_txn *txn;
	MDB_dbi dbi;

	ck_assert_int_eq(mdb_env_create(&env), 0);
	ck_assert_int_eq(mdb_env_set_maxdbs(env, 3), 0);
	ck_assert_int_eq(mdb_env_open(env, dir, 0, 0644), 0);
	ck_assert_int_eq(mdb_txn_begin(env, NULL, 0, &txn), 0);
	ck_assert_int_eq(mdb_dbi_open(txn, "theirs", MDB_CREATE, &dbi), 0);
	ck_assert_int_eq(mdb_txn_commit(txn), 0);
	mdb_env_close(env);
	refused(0, ERR_NOTFOUND, "belongs to another program");
}
END_TEST

static const struct {
	const char *text;
	enum err want;
} sizes[] = {
	{ "64M", OK },
	{ "2G", OK },
	{ "1048576", OK },
	{ "", OK },
	{ "1T", OK },
	{ "M", ERR_FORMAT },
	{ "12Q", ERR_FORMAT },
	{ "64MB", ERR_FORMAT },
	{ "1", ERR_FORMAT },
	{ "-1", ERR_FORMAT },
	{ "99999999999999999999", ERR_FORMAT },
	{ "99999999T", ERR_FORMAT },
};

START_TEST(map_sizes)
{
	struct store *s;

	setenv("EDICT_MAPSIZE", sizes[_i].text, 1);
	enum err e = store_open(dir, 0, &s, why);
	unsetenv("EDICT_MAPSIZE");
	ck_assert_msg(e == sizes[_i].want, "\"%s\": %s", sizes[_i].text, why);
	ck_assert_msg((s == NULL) == (strstr(why, "EDICT_MAPSIZE") != NULL), "%s", why);
	store_close(s);
}
END_TEST

START_TEST(a_symbolic_link_in_place_of_a_file_is_refused)
{
	ck_assert_int_eq(symlink("/dev/null", path("turn")), 0);
	refused(0, ERR_SYSTEM, "turn");
}
END_TEST

/* ---- a reader without locks ---- */

enum { SPREAD = 16 };

/* One commit writes the same octet into pages all over the pool. */
static void commit_round(struct store *s, uint8_t octet)
{
	static uint8_t page[65536];
	struct view v = { page, store_page_room(store_psize(s), 1) };
	struct store_txn *t;

	memset(page, octet, sizeof page);
	if (store_write(s, &t) != OK)
		_exit(1);
	for (uint64_t i = 0; i < SPREAD; i++) {
		struct page_key k = shard_key(i << 60, 4);
		store_page_put(t, TABLE_SHARDS, IMAGE_POOL, &k, v);
	}
	if (store_commit(t) != OK)
		_exit(1);
}

/* writer commits without pause, and holds the pins for whoever asks: as soon as the new one is there, the old
 * one goes. It ends when nobody can ask any more. */
static void writer(int asked, int answer)
{
	struct store *s = tempdb_open(0);
	struct store_txn *pin = NULL, *next;
	char c;

	for (unsigned round = 1;; round++) {
		commit_round(s, (uint8_t)round);
		ssize_t n = read(asked, &c, 1); /* does not wait */
		if (n == 0)
			_exit(0);
		if (n != 1)
			continue;
		if (store_read(s, &next) != OK || write(answer, "", 1) != 1)
			_exit(1);
		store_abort(pin);
		pin = next;
	}
}

static bool is_whole(const struct snapshot *snap)
{
	uint8_t first = image_shard(snap, snap->pool, 0).p[0];

	for (uint64_t i = 0; i < SPREAD; i++) {
		struct view v = image_shard(snap, snap->pool, i << 60);
		for (size_t k = 0; k < v.n; k += 100)
			if (v.p[k] != first)
				return false;
		if (v.n == 0)
			return false;
	}
	return true;
}

/* reader is as poor as front: it can open neither lock.mdb nor anything for writing. */
static int reader(int ask, int answered)
{
	struct snapshot *snap = NULL, *next;
	struct store *s;
	char c;

	if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
		return 9;
	if (write(ask, "", 1) != 1 || read(answered, &c, 1) != 1 ||
	    store_open(dir, STORE_READ | STORE_NOLOCK, &s, why) != OK)
		return 2;
	for (unsigned i = 0; i < 300; i++) {
		if (i > 0 && (write(ask, "", 1) != 1 || read(answered, &c, 1) != 1))
			return 3;
		enum err e = snapshot_make(s, snap, &next);
		if (e == ERR_BUSY)
			continue; /* commits came too fast; the one we have is not pinned any more, but not used
				     either */
		if (e != OK || (snap != NULL && next->counter < snap->counter))
			return 4;
		snapshot_free(snap);
		snap = next;
		for (unsigned k = 0; k < 30; k++)
			if (!is_whole(snap))
				return 5;
	}
	snapshot_free(snap);
	store_close(s);
	return 0;
}

START_TEST(a_reader_without_locks_sees_whole_commits)
{
	int ask[2], answer[2], status;

	make_one();
	ck_assert_int_eq(chmod(dir, 0755), 0);
	ck_assert_int_eq(pipe2(ask, O_NONBLOCK), 0);
	ck_assert_int_eq(pipe(answer), 0);
	pid_t child = fork();
	if (child == 0) {
		close(ask[1]);
		writer(ask[0], answer[1]);
	}
	close(ask[0]);
	close(answer[1]);
	pid_t other = fork();
	if (other == 0)
		_exit(reader(ask[1], answer[0]));
	close(ask[1]);
	ck_assert_int_eq(waitpid(other, &status, 0), other);
	ck_assert_msg(status == 0, "the reader ended with %d", WEXITSTATUS(status));
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("store: opening");
	TCase *c = tcase_create("all");

	tcase_set_timeout(c, 60);
	tcase_add_checked_fixture(c, setup, tempdb_remove);
	tcase_add_test(c, a_new_database_has_its_files_and_modes);
	tcase_add_test(c, files_made_by_root_belong_to_whom_the_directory_does);
	tcase_add_test(c, the_directory_itself_is_made);
	tcase_add_test(c, the_seed_is_random_once_or_what_the_environment_says);
	tcase_add_test(c, opening_again_commits_nothing);
	tcase_add_test(c, a_reader_makes_no_database);
	tcase_add_test(c, another_format_is_refused);
	tcase_add_test(c, another_page_size_is_refused);
	tcase_add_test(c, a_file_cut_short_is_refused);
	tcase_add_test(c, a_file_of_ours_is_never_too_short);
	tcase_add_test(c, what_is_no_database_is_refused);
	tcase_add_test(c, another_programs_database_is_left_alone);
	tcase_add_loop_test(c, map_sizes, 0, COUNT_OF(sizes));
	tcase_add_test(c, a_symbolic_link_in_place_of_a_file_is_refused);
	tcase_add_test(c, a_reader_without_locks_sees_whole_commits);
	suite_add_tcase(suite, c);
	return run_suite(suite);
}
