/*
 * Many zones compiled at once: each becomes what it would have become alone,
 * and what cannot be compiled does not stop the others.
 */
#include "tests/help/run.h"

#include <stdio.h>
#include <stdlib.h>

#include "bake/change.h"
#include "bake/compile.h"
#include "tests/help/bigzone.h"
#include "tests/help/tempdb.h"
#include "tests/help/verified.h"
#include "tests/model/load.h"

static struct store *store;

static void setup(void)
{
	tempdb_dir();
	store = tempdb_open(0);
}

static void teardown(void)
{
	store_close(store);
	tempdb_remove();
}

static struct zone_row row_of(const char *origin)
{
	struct name apex = name_of(origin);
	struct zone_row row = { 0 };
	struct store_txn *t;

	ck_assert_int_eq(store_read(store, &t), OK);
	ck_assert_int_eq(store_zone_get(t, &apex, &row), OK);
	store_abort(t);
	return row;
}

static uint64_t commits(void)
{
	struct store_txn *t;

	ck_assert_int_eq(store_read(store, &t), OK);
	uint64_t n = store_counter(t);
	store_abort(t);
	return n;
}

/* A TXT RRset of 70,000 octets. */
static struct zone *too_large(const char *origin)
{
	uint8_t text[251] = { 250 };
	struct name apex = name_of(origin);
	struct zone *z = zone_new(&apex);

	ck_assert_int_eq(zone_add(z, &apex, RR_SOA, 1, BYTES("\0\0\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1"), 0),
			 OK);
	for (unsigned i = 0; i < 280; i++) {
		put_u32(text + 1, i);
		ck_assert_int_eq(zone_add(z, &apex, RR_TXT, 1, view_of(text, sizeof text), 0), OK);
	}
	zone_seal(z, NULL, NULL);
	return z;
}

/* The jobs of one call, in order, and what the database has of the zone in the end. */
static const struct {
	const char *why, *origin;
	unsigned names;
	enum err want;
	unsigned in_the_end;
	bool pooled;
} cases[] = {
	{ "a small zone", "small.", 3, OK, 3, true },
	{ "a big one between small ones", "big.", 5000, OK, 5000, false },
	{ "one that took updates", "updated.", 4, ERR_REFUSED, 3, true },
	{ "a small one in place of a big one", "shrinks.", 2, OK, 2, true },
	{ "a big one in place of a small one", "grows.", 900, OK, 900, false },
	{ "twice, and first small", "twice.", 3, OK, 700, false },
	{ "twice, then big", "twice.", 700, OK, 700, false },
	{ "twice, and first big", "again.", 700, OK, 1, true },
	{ "twice, then small", "again.", 1, OK, 1, true },
	{ "the last", "last.", 1, OK, 1, true },
};

START_TEST(each_becomes_what_it_would_alone)
{
	struct compile_job jobs[COUNT_OF(cases)];
	struct zone *z[COUNT_OF(cases)];

	bigzone_compile(store, "shrinks.", 2000);
	bigzone_compile(store, "grows.", 2);
	bigzone_compile(store, "updated.", 3);
	bigzone_commit(store, "updated.", 1, 77);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		z[i] = bigzone_make(cases[i].origin, cases[i].names);
		jobs[i] = (struct compile_job){ .zone = z[i], .facts = { .now = 1 } };
	}
	compile_zones(store, jobs, COUNT_OF(jobs));
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct zone_row row = row_of(cases[i].origin);
		ck_assert_msg(jobs[i].result == cases[i].want, "%s: %s", cases[i].why, jobs[i].why);
		ck_assert_msg((jobs[i].why[0] == 0) == (jobs[i].result == OK), "%s: says why", cases[i].why);
		ck_assert_msg(row.records == cases[i].in_the_end + 2, "%s: %d records", cases[i].why,
			      (int)row.records);
		ck_assert_msg(!(row.flags & ZONE_ROW_POOLED) == !cases[i].pooled, "%s: pooled or not",
			      cases[i].why);
		zone_free(z[i]);
	}
	ck_assert_uint_eq(verified_all(store), COUNT_OF(cases) - 2);
}
END_TEST

START_TEST(a_zone_too_large_does_not_stop_the_others)
{
	struct zone *z[3] = { bigzone_make("a.", 1), too_large("b."), bigzone_make("c.", 1) };
	struct compile_job jobs[3];

	for (size_t i = 0; i < COUNT_OF(z); i++)
		jobs[i] = (struct compile_job){ .zone = z[i], .facts = { .now = 1 } };
	compile_zones(store, jobs, COUNT_OF(jobs));
	ck_assert_int_eq(jobs[0].result, OK);
	ck_assert_int_eq(jobs[1].result, ERR_SPACE);
	ck_assert_msg(strstr(jobs[1].why, "b.") != NULL, "%s", jobs[1].why);
	ck_assert_int_eq(jobs[2].result, OK);
	ck_assert_uint_eq(verified_all(store), 2);
	for (size_t i = 0; i < COUNT_OF(z); i++)
		zone_free(z[i]);
}
END_TEST

START_TEST(small_zones_share_commits)
{
	enum { ZONES = 250 };
	static struct compile_job jobs[ZONES];
	struct zone *z[ZONES];
	char origin[32];

	for (unsigned i = 0; i < ZONES; i++) {
		snprintf(origin, sizeof origin, "z%u.", i);
		z[i] = bigzone_make(origin, 2);
		jobs[i] = (struct compile_job){ .zone = z[i], .facts = { .now = 1 } };
	}
	uint64_t before = commits();
	compile_zones(store, jobs, ZONES);
	ck_assert_uint_eq(commits() - before, (ZONES + COMPILE_GROUP - 1) / COMPILE_GROUP);
	ck_assert_uint_eq(verified_all(store), ZONES);
	for (unsigned i = 0; i < ZONES; i++)
		zone_free(z[i]);
}
END_TEST

START_TEST(small_zones_that_are_the_same_are_left_alone)
{
	enum { ZONES = 3 };
	static const unsigned names[ZONES] = { 2, 3, 2 };
	struct compile_job jobs[ZONES + 1];
	struct zone *z[ZONES + 1];
	char origin[32];

	for (unsigned i = 0; i < ZONES; i++) {
		snprintf(origin, sizeof origin, "z%u.", i);
		z[i] = bigzone_make(origin, names[i]);
		jobs[i] = (struct compile_job){ .zone = z[i], .facts = { .now = 1 } };
	}
	compile_zones(store, jobs, ZONES);
	const uint64_t before = commits();
	compile_zones(store, jobs, ZONES);
	ck_assert_uint_eq(commits(), before);
	for (unsigned i = 0; i < ZONES; i++)
		ck_assert(jobs[i].result == OK && jobs[i].way == COMPILED_NOTHING);
	zone_free(z[1]);
	z[1] = bigzone_make("z1.", 4); /* changes, and back in the same call */
	z[ZONES] = bigzone_make("z1.", 3);
	jobs[1].zone = z[1];
	jobs[ZONES] = (struct compile_job){ .zone = z[ZONES], .facts = { .now = 1 } };
	compile_zones(store, jobs, ZONES + 1);
	ck_assert(jobs[1].way == COMPILED_WHOLE && jobs[ZONES].way == COMPILED_WHOLE);
	ck_assert_uint_eq(row_of("z1.").records, 3 + 2);
	jobs[0].facts.replace = true;
	compile_zones(store, jobs, 1);
	ck_assert(jobs[0].way == COMPILED_WHOLE);
	ck_assert_uint_eq(verified_all(store), ZONES);
	for (unsigned i = 0; i <= ZONES; i++)
		zone_free(z[i]);
}
END_TEST

/* state_is: what the database says of the zone's signing; NULL: nothing. */
static bool state_is(const struct name *apex, const char *want)
{
	struct store_txn *t;
	struct view got;

	ck_assert_int_eq(store_read(store, &t), OK);
	enum err e = store_signing_get(t, apex, &got);
	bool same = want == NULL ? e == ERR_NOTFOUND : e == OK && view_eq(got, view_of(want, strlen(want)));
	store_abort(t);
	return same;
}

START_TEST(a_signing_state_comes_and_goes_with_its_zone)
{
	struct compile_facts facts = { .now = 1, .signing = BYTES("state") };
	struct name apex = name_of("a.");
	struct zone *z = bigzone_make("a.", 2);
	char why[256];

	ck_assert_int_eq(compile_zone(store, z, &facts, why), OK);
	ck_assert(state_is(&apex, "state"));
	facts.signing = view_of(NULL, 0);
	ck_assert_int_eq(compile_zone(store, z, &facts, why), OK);
	ck_assert(state_is(&apex, "state"));
	ck_assert_int_eq(compile_drop(store, &apex, why), OK);
	ck_assert(state_is(&apex, NULL));
	zone_free(z);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("group");
	TCase *t = tcase_create("group");

	setenv("EDICT_MAPSIZE", "256M", 0);
	setenv("TMPDIR", "/dev/shm", 0);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, each_becomes_what_it_would_alone);
	tcase_add_test(t, a_zone_too_large_does_not_stop_the_others);
	tcase_add_test(t, small_zones_share_commits);
	tcase_add_test(t, small_zones_that_are_the_same_are_left_alone);
	tcase_add_test(t, a_signing_state_comes_and_goes_with_its_zone);
	suite_add_tcase(s, t);
	return run_suite(s);
}
