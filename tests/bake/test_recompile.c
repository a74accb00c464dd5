/*
 * A zone that is compiled again: nothing is written if nothing differs, what
 * differs if that is little, and the whole zone otherwise; the database is
 * the same in any case.
 */
#include "tests/help/run.h"

#include <stdio.h>
#include <stdlib.h>

#include "bake/change.h"
#include "bake/compile.h"
#include "bake/difference.h"
#include "bake/verify.h"
#include "base/work.h"
#include "tests/help/bigzone.h"
#include "tests/help/signedzone.h"
#include "tests/help/tempdb.h"
#include "tests/help/verified.h"
#include "tests/model/load.h"

enum { NAMES = 400 };

static struct store *open_db(void)
{
	tempdb_dir();
	return tempdb_open(0);
}

static void close_db(struct store *s)
{
	store_close(s);
	tempdb_remove();
}

static enum compile_way compile(struct store *s, const struct zone *z, uint64_t now, bool replace)
{
	struct compile_job job = { .zone = z, .facts = { .now = now, .checks = { now, 7 }, .replace = replace } };

	compile_zones(s, &job, 1);
	ck_assert_msg(job.result == OK, "%s", job.why);
	ck_assert((job.way == COMPILED_CHANGES) == (job.changes != 0));
	return job.way;
}

static struct zone_row row_of(struct store *s, const struct zone *z)
{
	struct store_txn *t;
	struct zone_row row;

	ck_assert_int_eq(store_read(s, &t), OK);
	ck_assert_int_eq(store_zone_get(t, &z->apex, &row), OK);
	store_abort(t);
	return row;
}

/* zone_of makes a zone that is too large for the pool; some of it differs with `version`, some is `extra`. */
static struct zone *zone_of(unsigned version, const char *extra)
{
	static char text[40000];
	int n = snprintf(text, sizeof text, "$TTL 300\n@ SOA ns hostmaster %u 3600 600 86400 300\n@ NS ns\n%s",
			 version, extra);

	for (unsigned i = 0; i < NAMES; i++)
		n += snprintf(text + n, sizeof text - (size_t)n, "n%u A 10.0.%u.%u\nn%u TXT x\n", i, i / 250,
			      i % 250, i);
	ck_assert_int_lt(n, (int)sizeof text);
	return load_text(text, "test.");
}

static const struct {
	const char *why, *before, *after;
	bool changes_soa;
	enum compile_way want;
} cases[] = {
	{ "the same zone", "ns A 192.0.2.1\n", "ns A 192.0.2.1\n", false, COMPILED_NOTHING },
	{ "another serial", "", "", true, COMPILED_CHANGES },
	{ "another address", "ns A 192.0.2.1\n", "ns A 192.0.2.2\n", true, COMPILED_CHANGES },
	{ "another address, the serial forgotten", "ns A 192.0.2.1\n", "ns A 192.0.2.2\n", false,
	  COMPILED_CHANGES },
	{ "one more address", "ns A 192.0.2.1\n", "ns A 192.0.2.1\nns A 192.0.2.2\n", true, COMPILED_CHANGES },
	{ "records in another order", "ns A 192.0.2.1\nns A 192.0.2.2\n", "ns A 192.0.2.2\nns A 192.0.2.1\n",
	  false, COMPILED_NOTHING },
	{ "another TTL", "ns 60 A 192.0.2.1\n", "ns 61 A 192.0.2.1\n", false, COMPILED_CHANGES },
	{ "another letter case", "ns A 192.0.2.1\n", "NS A 192.0.2.1\n", false, COMPILED_CHANGES },
	{ "another letter case in RDATA", "m MX 1 ns\n", "m MX 1 NS\n", false, COMPILED_CHANGES },
	{ "a name comes, the first in order", "", "!.!.! A 192.0.2.1\n", true, COMPILED_CHANGES },
	{ "a name comes, the last in order", "", "~.~.~ A 192.0.2.1\n", true, COMPILED_CHANGES },
	{ "a type comes before the others of a name", "", "n7 A 192.0.2.1\n", false, COMPILED_CHANGES },
	{ "a type comes behind the others of a name", "", "n7 TYPE65280 \\# 1 00\n", false, COMPILED_CHANGES },
	{ "names go, first and last in order", "!.!.! A 192.0.2.1\n~.~.~ A 192.0.2.1\n", "", true,
	  COMPILED_CHANGES },
	{ "a cut comes above names", "x.y A 192.0.2.1\n", "x.y A 192.0.2.1\ny NS x.y\n", true, COMPILED_CHANGES },
	{ "a wildcard goes", "* TXT all\n", "", true, COMPILED_CHANGES },
	{ "a name becomes an empty non-terminal", "e A 192.0.2.1\na.e A 192.0.2.1\n", "a.e A 192.0.2.1\n", true,
	  COMPILED_CHANGES },
	{ "a signature comes to the apex", "", "@ RRSIG SOA 13 1 300 20300101000000 20250101000000 1 test. AAAA\n",
	  true, COMPILED_WHOLE },
	{ "very much", "", "$GENERATE 1-100 g$ A 192.0.2.1\n", true, COMPILED_WHOLE },
	{ "much", "", "$GENERATE 1-40 g$ A 192.0.2.1\n", true, COMPILED_CHANGES },
};

static void is_good(struct store *s, const struct zone *z, const char *why)
{
	struct zone_row row = row_of(s, z);

	ck_assert_uint_eq(verified_all(s), 1);
	ck_assert_msg(row.records == z->n_records && row.names == z->n_nodes, "%s: counts", why);
}

START_TEST(what_differs_is_written)
{
	struct zone *before = zone_of(1, cases[_i].before);
	struct zone *after = zone_of(cases[_i].changes_soa ? 2 : 1, cases[_i].after);
	struct store *s = open_db();

	ck_assert_int_eq(compile(s, before, 10, false), COMPILED_WHOLE);
	struct zone_row first = row_of(s, before);
	enum compile_way way = compile(s, after, 20, false);
	struct zone_row row = row_of(s, after);
	ck_assert_msg(way == cases[_i].want, "%s: way %d", cases[_i].why, (int)way);
	is_good(s, after, cases[_i].why);
	ck_assert_msg((row.changed == first.changed) == (way == COMPILED_NOTHING), "%s: commits", cases[_i].why);
	ck_assert_uint_eq(row.compiled, way == COMPILED_NOTHING ? 10 : 20);
	ck_assert_uint_eq(row.checks[0], row.compiled);
	ck_assert_uint_eq(row.checks[1], 7);
	ck_assert_msg((row.flags & ZONE_ROW_UPDATED) == 0, "%s: it took no updates", cases[_i].why);
	ck_assert_msg((row.image == first.image) == (way != COMPILED_WHOLE), "%s: image", cases[_i].why);
	ck_assert_int_eq(compile(s, after, 30, false), COMPILED_NOTHING);
	ck_assert_int_eq(compile(s, after, 40, true), COMPILED_WHOLE);
	is_good(s, after, cases[_i].why);
	zone_free(before);
	zone_free(after);
	close_db(s);
}
END_TEST

/* A row that is written in place tells when the first signature expires, exactly: a bound would stay for good. */
START_TEST(signatures_that_are_renewed_expire_later)
{
	static const char *const sigs = "n1 RRSIG A 13 2 300 20300101000000 20250101000000 1 test. AAAA\n"
					"n2 RRSIG A 13 2 300 20310101000000 20250101000000 1 test. AAAA\n";
	static const char *const renewed = "n1 RRSIG A 13 2 300 20320101000000 20250101000000 1 test. AAAA\n"
					   "n2 RRSIG A 13 2 300 20310101000000 20250101000000 1 test. AAAA\n";
	struct zone *before = zone_of(1, sigs), *after = zone_of(2, renewed), *none = zone_of(3, "");
	struct store *s = open_db();

	ck_assert_int_eq(compile(s, before, 10, false), COMPILED_WHOLE);
	ck_assert_uint_eq(row_of(s, before).expires, 1893456000);
	ck_assert_int_eq(compile(s, after, 20, false), COMPILED_CHANGES);
	ck_assert_uint_eq(row_of(s, after).expires, 1924992000);
	ck_assert_uint_eq(row_of(s, after).signatures, 2);
	is_good(s, after, "renewed signatures");
	ck_assert_int_eq(compile(s, none, 30, false), COMPILED_CHANGES);
	ck_assert_uint_eq(row_of(s, none).expires, 0);
	is_good(s, none, "no signatures");
	zone_free(before);
	zone_free(after);
	zone_free(none);
	close_db(s);
}
END_TEST

START_TEST(updates_are_not_lost_unasked)
{
	struct zone *z = zone_of(1, "");
	struct compile_job job = { .zone = z };
	struct store *s = open_db();
	struct change nothing = { z->apex, RR_TXT, NULL };
	struct store_txn *t;
	char why[256];

	ck_assert_int_eq(compile(s, z, 10, false), COMPILED_WHOLE);
	ck_assert_int_eq(store_write(s, &t), OK);
	ck_assert_int_eq(change_apply(s, t, &z->apex, &nothing, 1, why), OK);
	ck_assert_int_eq(store_commit(t), OK);
	compile_zones(s, &job, 1);
	ck_assert_int_eq(job.result, ERR_REFUSED);
	ck_assert_msg(strstr(job.why, "--replace") != NULL, "%s", job.why);
	ck_assert_int_eq(compile(s, z, 20, true), COMPILED_WHOLE);
	ck_assert_int_eq(compile(s, z, 30, false), COMPILED_NOTHING);
	zone_free(z);
	close_db(s);
}
END_TEST

/* A chain with one more link is a change; one with other parameters is another chain. */
START_TEST(signed_zones_are_changed_in_place)
{
	struct signedzone *plan = signedzone_plan("test.", NAMES + 1);
	struct zone *before = signedzone_make(plan, NAMES), *after = signedzone_make(plan, NAMES + 1);
	struct store *s = open_db();

	ck_assert_int_eq(compile(s, before, 10, false), COMPILED_WHOLE);
	ck_assert_int_eq(compile(s, after, 20, false), COMPILED_CHANGES);
	is_good(s, after, "one name more");
	ck_assert_int_eq(compile(s, before, 30, false), COMPILED_CHANGES);
	is_good(s, before, "one name less");
	zone_free(before);
	zone_free(after);
	signedzone_free(plan);
	close_db(s);
}
END_TEST

/* ---- the comparison ---- */

/* Slices find together what one would: a zone of several, with differences in each and at their ends. */
START_TEST(all_slices_find_what_differs)
{
	enum { HOSTS = 100000 };
	struct name apex = name_of("big.");
	struct store *s = open_db();
	struct earlier was;
	struct difference d;

	work_use(3);
	bigzone_compile(s, "big.", HOSTS);
	struct zone *z = bigzone_make("big.", HOSTS + 7); /* seven more, anywhere */
	ck_assert_int_eq(earlier_open(s, &apex, &was), OK);
	ck_assert_int_eq(difference_find(&was, z, 100, &d), OK);
	ck_assert(!d.too_many);
	ck_assert_uint_eq(d.n, 7);
	for (size_t i = 0; i < d.n; i++) {
		ck_assert_ptr_nonnull(d.change[i].set);
		ck_assert(i == 0 || name_order(&d.change[i - 1].owner, &d.change[i].owner) < 0);
	}
	difference_free(&d);
	ck_assert_int_eq(difference_find(&was, z, 7, &d), OK);
	ck_assert(!d.too_many && d.n == 7);
	difference_free(&d);
	ck_assert_int_eq(difference_find(&was, z, 6, &d), OK);
	ck_assert(d.too_many);
	difference_free(&d);
	zone_free(z);
	z = bigzone_make("big.", HOSTS - 40000);
	ck_assert_int_eq(difference_find(&was, z, 40000, &d), OK);
	ck_assert(!d.too_many && d.n == 40000 && d.change[0].set == NULL);
	difference_free(&d);
	zone_free(z);
	work_use(1);
	close_db(s);
}
END_TEST

START_TEST(a_zone_changed_meanwhile_is_not_compared)
{
	struct name apex = name_of("big.");
	struct store *s = open_db();
	struct earlier was;
	struct difference d;

	bigzone_compile(s, "big.", NAMES);
	struct zone *z = bigzone_make("big.", NAMES);
	ck_assert_int_eq(earlier_open(s, &apex, &was), OK);
	bigzone_commit(s, "big.", 1, 77);
	ck_assert_int_eq(difference_find(&was, z, 100, &d), ERR_BUSY);
	difference_free(&d);
	zone_free(z);
	close_db(s);
}
END_TEST

/* compile_with compiles with a new signing state, and says whether the database has it then. */
static bool compile_with(struct store *s, const struct zone *z, const char *was, const char *state,
			 enum compile_way want)
{
	const struct view octets = view_of(state, strlen(state));
	struct compile_job job = {
		.zone = z, .facts = { .now = 1, .signing = octets, .signing_was = view_of(was, strlen(was)) }
	};
	struct store_txn *t;
	struct view got;

	compile_zones(s, &job, 1);
	ck_assert_msg(job.result == OK, "%s", job.why);
	ck_assert_int_eq(job.way, want);
	ck_assert_int_eq(store_read(s, &t), OK);
	bool same = store_signing_get(t, &z->apex, &got) == OK && view_eq(got, octets);
	store_abort(t);
	return same;
}

START_TEST(a_signing_state_is_written_however_little_differs)
{
	struct store *s = open_db();
	struct zone *before = zone_of(1, ""), *after = zone_of(2, "ns A 192.0.2.1\n");

	ck_assert(compile_with(s, before, "", "whole", COMPILED_WHOLE));
	ck_assert(compile_with(s, after, "whole", "some", COMPILED_CHANGES));
	ck_assert(compile_with(s, after, "some", "none", COMPILED_NOTHING));
	zone_free(before);
	zone_free(after);
	close_db(s);
}
END_TEST

/* Two runs began with the same state: the one that commits last is refused, however it would write the zone. */
START_TEST(a_signing_state_that_changed_meanwhile_is_not_lost)
{
	struct store *s = open_db();
	struct zone *z[] = { zone_of(1, ""), zone_of(2, "ns A 192.0.2.1\n"), zone_of(2, "ns A 192.0.2.1\n") };
	struct store_txn *t;
	struct view got;

	ck_assert(compile_with(s, z[0], "", "first", COMPILED_WHOLE));
	for (int i = 0; i < 4; i++) {
		struct compile_job late = { .zone = z[i % 3],
					    .facts = { .now = 2,
						       .replace = i == 3,
						       .signing = BYTES("late"),
						       .signing_was =
							   i == 2 ? BYTES("older") : view_of(NULL, 0) } };

		compile_zones(s, &late, 1);
		ck_assert_int_eq(late.result, ERR_BUSY);
		ck_assert_ptr_nonnull(strstr(late.why, "compile it again"));
		ck_assert_int_eq(store_read(s, &t), OK);
		ck_assert(store_signing_get(t, &z[0]->apex, &got) == OK && view_eq(got, BYTES("first")));
		store_abort(t);
	}
	for (size_t i = 0; i < COUNT_OF(z); i++)
		zone_free(z[i]);
	close_db(s);
}
END_TEST

/* Without a new state the old one is taken away, if it is the one that the run has seen. */
START_TEST(a_signing_state_can_be_taken_away)
{
	struct store *s = open_db();
	struct zone *z = zone_of(1, "");
	struct compile_job job = { .zone = z, .facts = { .now = 2, .signing_was = BYTES("first") } };
	struct store_txn *t;
	struct view got;

	ck_assert(compile_with(s, z, "", "first", COMPILED_WHOLE));
	compile_zones(s, &job, 1);
	ck_assert_int_eq(job.result, OK);
	ck_assert_int_eq(store_read(s, &t), OK);
	ck_assert_int_eq(store_signing_get(t, &z->apex, &got), ERR_NOTFOUND);
	store_abort(t);
	zone_free(z);
	close_db(s);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("recompile");
	TCase *t = tcase_create("recompile");

	setenv("EDICT_MAPSIZE", "256M", 0);
	setenv("TMPDIR", "/dev/shm", 0);
	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, what_differs_is_written, 0, COUNT_OF(cases));
	tcase_add_test(t, signatures_that_are_renewed_expire_later);
	tcase_add_test(t, updates_are_not_lost_unasked);
	tcase_add_test(t, signed_zones_are_changed_in_place);
	tcase_add_test(t, all_slices_find_what_differs);
	tcase_add_test(t, a_zone_changed_meanwhile_is_not_compared);
	tcase_add_test(t, a_signing_state_is_written_however_little_differs);
	tcase_add_test(t, a_signing_state_that_changed_meanwhile_is_not_lost);
	tcase_add_test(t, a_signing_state_can_be_taken_away);
	suite_add_tcase(s, t);
	return run_suite(s);
}
