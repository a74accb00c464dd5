/*
 * What a reader that stays costs, and what a compacted copy is worth: a reader
 * pins its snapshot while others commit, and the file grows by what each
 * commit replaces, no more, and not at all once it is gone; `mdb_copy -c` of
 * the database is a database that can be written on.
 */
#include "tests/help/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "tests/help/bigzone.h"
#include "tests/help/tempdb.h"
#include "tests/help/verified.h"

enum {
	NAMES = 20000,
	PER_COMMIT =
	    160 << 10, /* octets of growth that a pinned commit may cost; 110 KiB were measured by design */
	AFTER = 2000,  /* commits once the reader is gone */
	PACE = 500,    /* commits in a second of `make long`: two GiB in a minute are enough */
};

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* commit_many commits, at a pace in `make long`. */
static void commit_many(struct store *s, unsigned commits)
{
	const double began = seconds();

	for (unsigned n = 0; n < commits; n++) {
		double ahead = began + (double)n / PACE - seconds();
		if (long_run() && ahead > 0)
			nanosleep(&(struct timespec){ .tv_nsec = (long)(ahead * 1e9) }, NULL);
		bigzone_commit(s, "pin.", n % NAMES, n);
	}
}

START_TEST(a_pinned_reader_costs_what_is_replaced)
{
	const unsigned commits = long_or(60 * PACE, 300);
	struct store_txn *reader;
	struct store *s;

	tempdb_dir();
	s = tempdb_open(0);
	bigzone_compile(s, "pin.", NAMES);
	bigzone_cost(s, "pin.", 0, 500, 1);
	uint64_t before = store_file_size(s);
	ck_assert_int_eq(store_read(s, &reader), OK);
	commit_many(s, commits);
	uint64_t pinned = store_file_size(s);
	store_abort(reader);
	bigzone_cost(s, "pin.", 0, AFTER, 7);
	uint64_t after = store_file_size(s);
	figure("pinned reader: commits while it stayed", "%u", commits);
	figure("pinned reader: the file grew by, for each commit", "%.1f KiB",
	       (double)(pinned - before) / 1024 / commits);
	figure("pinned reader: once it is gone, 2000 commits add", "%llu octets",
	       (unsigned long long)(after - pinned));
	ck_assert_uint_le(pinned - before, (uint64_t)commits * PER_COMMIT + (4 << 20));
	ck_assert_uint_le(after, pinned + (4 << 20));
	ck_assert_uint_eq(verified_all(s), 1);
	store_close(s);
	tempdb_remove();
}
END_TEST

START_TEST(a_compacted_copy_can_be_written_on)
{
	char from[300], to[320], command[700];
	struct store *s;
	char why[256];

	snprintf(from, sizeof from, "%s", tempdb_dir());
	s = tempdb_open(0);
	bigzone_compile(s, "copy.", NAMES);
	bigzone_compile(s, "small.copy.", 3);
	bigzone_cost(s, "copy.", NAMES - 50, 300, 1);
	snprintf(to, sizeof to, "%s-copy", from);
	ck_assert_int_eq(mkdir(to, 0700), 0);
	snprintf(command, sizeof command, "mdb_copy -c '%s' '%s'", from, to);
	ck_assert_msg(system(command) == 0, "%s", command);
	store_close(s);
	ck_assert_msg(store_open(to, 0, &s, why) == OK, "%s", why);
	bigzone_cost(s, "copy.", NAMES - 100, 600, 1000);
	bigzone_compile(s, "more.copy.", 500);
	ck_assert_uint_eq(verified_all(s), 3);
	store_close(s);
	snprintf(command, sizeof command, "rm -r '%s'", to);
	ck_assert_int_eq(system(command), 0);
	tempdb_remove();
}
END_TEST

int main(void)
{
	Suite *s = suite_create("pinned");
	TCase *t = tcase_create("pinned");

	setenv("TMPDIR", "/dev/shm", 0);
	tcase_set_timeout(t, 3000);
	tcase_add_test(t, a_pinned_reader_costs_what_is_replaced);
	tcase_add_test(t, a_compacted_copy_can_be_written_on);
	suite_add_tcase(s, t);
	return run_suite(s);
}
