#include "tests/help/run.h"
#include "tests/help/tempdb.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/env.h"

/*
 * The zone of these tests is built again and again, each time with other octets: version v fills its pages
 * and rows with v. So a reader sees at once whether what it sees is of one version.
 */
enum { PAGES = 700, ROWS = 300 }; /* two slices, and more than one transaction's sweep */

static uint8_t octets[65536];
static const struct name *const apex = &name_root;

static void setup(void)
{
	tempdb_dir();
}

static enum err put_page(struct store *s, struct build *b, uint64_t image, unsigned i, uint8_t version)
{
	struct page_key k = shard_key((uint64_t)i << 48, 16);
	struct view page = { octets, store_page_room(store_psize(s), 1) };

	memset(octets, version, page.n);
	enum err e = store_page_append(build_txn(b), TABLE_SHARDS, image, &k, page);
	if (e == OK)
		e = store_page_append(build_txn(b), TABLE_DENIAL, image, &k, page);
	return e == OK ? build_slice(b, 2 * page.n) : e;
}

static enum err put_row(struct build *b, uint64_t rows, unsigned i, uint8_t version)
{
	struct row r = { .type = (uint16_t)i, .ttl = version, .owner = name_root };
	struct row_pack pack = { 0 };
	enum err e = row_pack_add(&pack, rows, &r);
	struct view left = { pack.p, pack.n };

	if (e == OK)
		e = store_row_append(build_txn(b), &left);
	free(pack.p);
	return e == OK ? build_slice(b, 50) : e;
}

static enum err put_zone(struct store_txn *t, uint64_t image, uint8_t version)
{
	struct zone_row row = { .image = image, .rows = image, .changed = store_counter(t), .serial = version };

	return store_zone_put(t, apex, &row);
}

/* build_some builds version v, and calls `every` after each step. */
static enum err build_some(struct store *s, uint8_t version, void every(void))
{
	struct zone_row old = { .image = 0 };
	struct store_txn *t;
	struct build *b;
	uint64_t image;
	enum err e = build_begin(s, &b, &image);

	if (e != OK)
		return e;
	for (unsigned i = 0; i < ROWS && e == OK; i++, every())
		e = put_row(b, image, i, version);
	for (unsigned i = 0; i < PAGES && e == OK; i++, every())
		e = put_page(s, b, image, i, version);
	if (e == OK)
		e = build_switch(b, &t);
	every();
	if (e == OK && store_zone_get(t, apex, &old) == OK)
		e = build_leaves(b, old.image);
	if (e == OK)
		e = put_zone(t, image, version);
	every();
	if (e == OK)
		return build_end(b);
	build_abort(b);
	return e;
}

static void nothing(void)
{
}

static size_t count(struct store *s, enum table table)
{
	struct store_txn *t;
	MDB_stat stat;

	ck_assert_int_eq(store_read(s, &t), OK);
	ck_assert_int_eq(mdb_stat(t->txn, t->dbi[table], &stat), 0);
	store_abort(t);
	return stat.ms_entries;
}

/* check_live reads all of the zone: it must be one version, whole. Gives the version. */
static unsigned check_live(struct store *s)
{
	struct page_key *at = NULL, key;
	struct zone_row row;
	struct store_txn *t;
	struct row_walk *w;
	struct row r;
	struct view page;
	unsigned n = 0;

	ck_assert_int_eq(store_read(s, &t), OK);
	ck_assert_int_eq(store_zone_get(t, apex, &row), OK);
	for (; store_page_after(t, TABLE_SHARDS, row.image, at, &key, &page) == OK; at = &key, n++)
		for (size_t i = 0; i < page.n; i += 64)
			ck_assert_uint_eq(page.p[i], row.serial);
	ck_assert_uint_eq(n, PAGES);
	ck_assert_int_eq(row_walk_begin(t, row.rows, NULL, &w), OK);
	for (n = 0; row_walk_next(w, &r) == OK; n++)
		ck_assert_uint_eq(r.ttl, row.serial);
	ck_assert_uint_eq(n, ROWS);
	row_walk_end(w);
	store_abort(t);
	return row.serial;
}

/* check_nothing_else: what is stored is the live zone and not an octet more. */
static void check_nothing_else(struct store *s)
{
	struct store_txn *t;
	char key[META_KEY_MAX];
	uint64_t n;

	ck_assert_uint_eq(count(s, T_SHARDS), PAGES);
	ck_assert_uint_eq(count(s, T_DENIAL), PAGES);
	ck_assert_uint_eq(count(s, T_RRSETS), ROWS);
	ck_assert_int_eq(store_read(s, &t), OK);
	ck_assert_int_eq(meta_first(t, "build/", key, &n), ERR_NOTFOUND);
	ck_assert_int_eq(meta_first(t, "drop/", key, &n), ERR_NOTFOUND);
	store_abort(t);
}

START_TEST(a_build_replaces_the_zone_whole)
{
	struct store *s = tempdb_open(0);

	for (uint8_t v = 1; v < 4; v++) {
		ck_assert_int_eq(build_some(s, v, nothing), OK);
		ck_assert_uint_eq(check_live(s), v);
		check_nothing_else(s);
	}
	store_close(s);
}
END_TEST

START_TEST(an_aborted_build_leaves_nothing)
{
	struct store *s = tempdb_open(0);
	struct build *b;
	uint64_t image, more, next;

	ck_assert_int_eq(build_some(s, 1, nothing), OK);
	ck_assert_int_eq(build_begin(s, &b, &image), OK);
	for (unsigned i = 0; i < PAGES; i++)
		ck_assert_int_eq(put_page(s, b, image, i, 2), OK);
	ck_assert_int_eq(build_id(b, &more), OK);
	ck_assert_uint_eq(more, image + 1);
	ck_assert_int_eq(put_row(b, more, 1, 2), OK);
	build_abort(b);
	ck_assert_uint_eq(check_live(s), 1);
	check_nothing_else(s);
	ck_assert_int_eq(build_begin(s, &b, &next), OK);
	ck_assert_uint_gt(next, image); /* ids are never used twice */
	build_abort(b);
	store_close(s);
}
END_TEST

/* A mark on an image in service, as only a damaged file has, must not delete the zone table. */
START_TEST(marks_on_fixed_images_are_not_obeyed)
{
	struct store *s = tempdb_open(0);
	struct page_key k = shard_key(0, 0);
	struct store_txn *t;

	ck_assert_int_eq(store_write(s, &t), OK);
	ck_assert_int_eq(
	    store_page_put(t, TABLE_SHARDS, IMAGE_ZONES, &k, view_of(octets, store_page_room(store_psize(s), 1))),
	    OK);
	ck_assert_int_eq(meta_put(t, "drop/0000000000000000", 1), OK);
	ck_assert_int_eq(meta_put(t, "build/ffffffffffffffff", UINT64_MAX), OK);
	ck_assert_int_eq(store_commit(t), OK);
	ck_assert_int_eq(build_some(s, 1, nothing), OK);
	ck_assert_uint_eq(count(s, T_SHARDS), PAGES + 1);
	store_close(s);
}
END_TEST

/* ---- killed ---- */

static unsigned steps_left;

static void die_in_time(void)
{
	if (steps_left-- == 0)
		raise(SIGKILL);
}

static void killed_child(uint8_t version, unsigned steps)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		struct store *s = tempdb_open(0);
		steps_left = steps;
		build_some(s, version, die_in_time);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

START_TEST(a_build_killed_anywhere_is_swept)
{
	struct rng state = { (uint64_t)_i };
	struct store *s = tempdb_open(0);

	ck_assert_int_eq(build_some(s, 1, nothing), OK);
	store_close(s);
	for (uint8_t v = 2; v < 6; v++)
		killed_child(v, (unsigned)(rng_next(&state) % (PAGES + ROWS + 2)));
	s = tempdb_open(0);
	ck_assert_uint_eq(check_live(s), 1);
	ck_assert_int_eq(build_some(s, 9, nothing), OK);
	ck_assert_uint_eq(check_live(s), 9);
	check_nothing_else(s);
	store_close(s);
}
END_TEST

static int progress;

static void tell(void)
{
	(void)!write(progress, "", 1);
}

/* Here the blow falls at a moment nobody chose, inside a commit or a sweep as well. */
START_TEST(a_builder_killed_at_any_moment_loses_nothing)
{
	struct rng state = { (uint64_t)_i };
	struct store *s;
	int ends[2], status;
	char c;

	ck_assert_int_eq(pipe(ends), 0);
	pid_t child = fork();
	if (child == 0) {
		s = tempdb_open(0);
		progress = ends[1];
		for (uint8_t v = 1; build_some(s, v, tell) == OK; v++)
			;
		_exit(1);
	}
	close(ends[1]);
	for (uint64_t n = 1100 + rng_next(&state) % 4000; n > 0; n--)
		ck_assert_int_eq(read(ends[0], &c, 1), 1);
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
	close(ends[0]);
	s = tempdb_open(0);
	check_live(s);
	ck_assert_int_eq(build_some(s, 200, nothing), OK);
	ck_assert_uint_eq(check_live(s), 200);
	check_nothing_else(s);
	store_close(s);
}
END_TEST

/* ---- two at once ---- */

/* Between two slices only the lock on build.lock keeps the one from sweeping what the other has built so far. */
START_TEST(two_builders_take_turns)
{
	struct store *s;
	int status;

	store_close(tempdb_open(0));
	for (uint8_t who = 0; who < 2; who++) {
		if (fork() != 0)
			continue;
		s = tempdb_open(0);
		for (uint8_t v = 1; v < 6; v++) {
			if (build_some(s, (uint8_t)(10 * who + v), nothing) != OK)
				_exit(1);
			check_live(s);
		}
		_exit(0);
	}
	for (unsigned i = 0; i < 2; i++) {
		ck_assert_int_gt(wait(&status), 0);
		ck_assert_int_eq(status, 0);
	}
	s = tempdb_open(0);
	ck_assert_uint_eq(check_live(s) % 10, 5);
	check_nothing_else(s);
	store_close(s);
}
END_TEST

static uint64_t counter_of(struct store *s)
{
	struct store_txn *t;

	ck_assert_int_eq(store_read(s, &t), OK);
	uint64_t n = store_counter(t);
	store_abort(t);
	return n;
}

START_TEST(who_waits_to_write_waits_for_a_megabyte_at_most)
{
	struct store *s = tempdb_open(0);
	const unsigned pages = (unsigned)((1 << 20) / (2 * store_page_room(store_psize(s), 1)));
	struct build *b;
	uint64_t image;
	int status;

	ck_assert_int_eq(build_begin(s, &b, &image), OK);
	for (unsigned i = 0; i < 2 * pages; i++)
		ck_assert_int_eq(put_page(s, b, image, i, 1), OK);
	uint64_t before = counter_of(s);
	ck_assert_msg(!turn_is_wanted(s), "nobody is there yet");
	pid_t child = fork();
	if (child == 0) {
		struct store_txn *t;
		struct store *mine = tempdb_open(0);
		_exit(store_write(mine, &t) == OK && store_commit(t) == OK ? 0 : 1);
	}
	while (!turn_is_wanted(s))
		sched_yield();
	for (unsigned i = 0; i <= pages; i++)
		ck_assert_int_eq(put_page(s, b, image, 2 * pages + i, 1), OK);
	ck_assert_uint_eq(counter_of(s), before + 2); /* the slice, and the child */
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	build_abort(b);
	store_close(s);
}
END_TEST

START_TEST(others_write_between_the_slices_of_a_build)
{
	struct store *s = tempdb_open(0);
	struct build *b;
	uint64_t image;
	int status;

	ck_assert_int_eq(build_begin(s, &b, &image), OK);
	ck_assert_int_eq(put_page(s, b, image, 0, 1), OK);
	pid_t child = fork();
	if (child == 0) {
		struct store *mine = tempdb_open(0);
		struct store_txn *t;
		uint64_t id;
		_exit(store_write(mine, &t) == OK && store_next_image(t, &id) == OK && store_commit(t) == OK ? 0
													     : 1);
	}
	unsigned i = 1;
	while (waitpid(child, &status, WNOHANG) == 0)
		ck_assert_int_eq(put_page(s, b, image, i++ % 65536, 1), OK);
	ck_assert_int_eq(status, 0);
	build_abort(b);
	store_close(s);
}
END_TEST

/* ---- full ---- */

START_TEST(a_full_map_loses_nothing)
{
	struct store *s;

	setenv("EDICT_MAPSIZE", "8M", 1);
	s = tempdb_open(0);
	ck_assert_int_eq(build_some(s, 1, nothing), OK);
	for (uint8_t v = 2; v < 5; v++) { /* two versions at once do not fit */
		ck_assert_int_eq(build_some(s, v, nothing), ERR_FULL);
		ck_assert_uint_eq(check_live(s), 1);
		check_nothing_else(s);
	}
	store_close(s);
	unsetenv("EDICT_MAPSIZE");
	s = tempdb_open(0);
	ck_assert_int_eq(build_some(s, 7, nothing), OK);
	ck_assert_uint_eq(check_live(s), 7);
	store_close(s);
}
END_TEST

/* own_disk mounts a file system of 8 MB over the directory, for this process alone; false if we may not. */
static bool own_disk(const char *dir)
{
	return unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	       mount("edict", dir, "tmpfs", 0, "size=8m") == 0;
}

START_TEST(a_full_disk_loses_nothing)
{
	const char *dir;
	struct store *s;

	tempdb_remove();
	dir = tempdb_dir();
	if (!own_disk(dir))
		return;
	s = tempdb_open(0);
	ck_assert_int_eq(build_some(s, 1, nothing), OK);
	for (uint8_t v = 2; v < 5; v++) { /* two versions at once do not fit */
		ck_assert_int_eq(build_some(s, v, nothing), ERR_FULL);
		ck_assert_uint_eq(check_live(s), 1);
	}
	store_close(s);
	s = tempdb_open(0);
	ck_assert_uint_eq(check_live(s), 1);
	check_nothing_else(s);
	store_close(s);
	tempdb_remove();
	umount(dir);
}
END_TEST

/* fill leaves no octet of the disk. */
static void fill(const char *file)
{
	static const char some[4096] = { 1 };
	int fd = open(file, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

	ck_assert_int_ge(fd, 0);
	while (write(fd, some, sizeof some) > 0)
		;
	close(fd);
}

/* The lock file is mapped: a page of it that finds no room would kill whoever touches it. */
START_TEST(a_full_disk_takes_no_database)
{
	const char *dir;
	char why[256], full[512];
	struct store *s;

	tempdb_remove();
	dir = tempdb_dir();
	if (!own_disk(dir))
		return;
	snprintf(full, sizeof full, "%s/full", dir);
	fill(full);
	ck_assert_int_ne(store_open(dir, 0, &s, why), OK);
	ck_assert_msg(strstr(why, "No space left on device") != NULL, "%s", why);
	unlink(full);
	s = tempdb_open(0);
	store_close(s);
	tempdb_remove();
	umount(dir);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("store: builds");
	TCase *c = tcase_create("all");

	tcase_set_timeout(c, 120);
	tcase_add_checked_fixture(c, setup, tempdb_remove);
	tcase_add_test(c, a_build_replaces_the_zone_whole);
	tcase_add_test(c, an_aborted_build_leaves_nothing);
	tcase_add_test(c, marks_on_fixed_images_are_not_obeyed);
	tcase_add_loop_test(c, a_build_killed_anywhere_is_swept, 0, 8);
	tcase_add_loop_test(c, a_builder_killed_at_any_moment_loses_nothing, 0, SEEDS_OF(8));
	tcase_add_test(c, two_builders_take_turns);
	tcase_add_test(c, who_waits_to_write_waits_for_a_megabyte_at_most);
	tcase_add_test(c, others_write_between_the_slices_of_a_build);
	tcase_add_test(c, a_full_map_loses_nothing);
	tcase_add_test(c, a_full_disk_loses_nothing);
	tcase_add_test(c, a_full_disk_takes_no_database);
	suite_add_tcase(suite, c);
	return run_suite(suite);
}
