#include "tests/help/run.h"
#include "tests/help/tempdb.h"
#include "tests/model/load.h"

#include <stdlib.h>

#include "store/env.h"

static struct store *s;
static struct store_txn *t;

static void setup(void)
{
	tempdb_dir();
	s = tempdb_open(0);
	ck_assert_int_eq(store_write(s, &t), OK);
}

static void teardown(void)
{
	store_abort(t);
	store_close(s);
	tempdb_remove();
}

static void again(void)
{
	ck_assert_int_eq(store_commit(t), OK);
	t = NULL;
	ck_assert_int_eq(store_write(s, &t), OK);
}

/* ---- transactions ---- */

START_TEST(counter_rises_with_every_commit)
{
	uint64_t first = store_counter(t), image, next;

	ck_assert_int_eq(store_next_image(t, &image), OK);
	ck_assert_uint_eq(image, IMAGE_FIRST);
	again();
	ck_assert_uint_eq(store_counter(t), first + 1);
	ck_assert_int_eq(store_next_image(t, &next), OK);
	ck_assert_uint_eq(next, image + 1);
	store_abort(t);
	ck_assert_int_eq(store_read(s, &t), OK);
	ck_assert_uint_eq(store_counter(t), first);
}
END_TEST

START_TEST(aborted_writes_leave_nothing)
{
	struct zone_row row = { .image = 7 };
	struct name apex = name_of("example.");

	ck_assert_int_eq(store_zone_put(t, &apex, &row), OK);
	store_abort(t);
	ck_assert_int_eq(store_read(s, &t), OK);
	ck_assert_int_eq(store_zone_get(t, &apex, &row), ERR_NOTFOUND);
}
END_TEST

/* ---- zones ---- */

static const struct zone_row full_row = {
	.zone_id = 1,
	.image = 2,
	.rows = 3,
	.changed = 4,
	.compiled = 5,
	.records = 6,
	.names = 7,
	.signatures = 8,
	.expires = UINT64_MAX,
	.checks = { 10, 11 },
	.serial = UINT32_MAX,
	.role = 12,
	.flags = 13,
	.denial = 14,
};

START_TEST(zone_row_comes_back_whole)
{
	struct zone_row got;
	struct name apex = name_of("Example.");

	ck_assert_int_eq(store_zone_put(t, &apex, &full_row), OK);
	again();
	apex = name_of("eXAMPLE.");
	ck_assert_int_eq(store_zone_get(t, &apex, &got), OK);
	ck_assert_int_eq(memcmp(&got, &full_row, sizeof got), 0);
	ck_assert_int_eq(store_zone_delete(t, &apex), OK);
	ck_assert_int_eq(store_zone_get(t, &apex, &got), ERR_NOTFOUND);
	ck_assert_int_eq(store_zone_delete(t, &apex), ERR_NOTFOUND);
}
END_TEST

START_TEST(signing_state_comes_back_until_it_is_taken_away)
{
	static const uint8_t octets[SIGNING_OCTETS_MAX + 1] = { 1, 2, 3 };
	struct name apex = name_of("Example."), same = name_of("eXAMPLE.");
	struct view got;

	ck_assert_int_eq(store_signing_get(t, &apex, &got), ERR_NOTFOUND);
	ck_assert_int_eq(store_signing_put(t, &apex, view_of(octets, SIGNING_OCTETS_MAX + 1)), ERR_SPACE);
	ck_assert_int_eq(store_signing_put(t, &apex, view_of(octets, SIGNING_OCTETS_MAX)), OK);
	again();
	ck_assert_int_eq(store_signing_get(t, &same, &got), OK);
	ck_assert(view_eq(got, view_of(octets, SIGNING_OCTETS_MAX)));
	ck_assert_int_eq(store_signing_put(t, &apex, view_of(NULL, 0)), OK);
	ck_assert_int_eq(store_signing_get(t, &apex, &got), ERR_NOTFOUND);
	ck_assert_int_eq(store_signing_put(t, &apex, view_of(NULL, 0)), OK);
}
END_TEST

START_TEST(zones_walk_in_canonical_order)
{
	struct rng state = { (uint64_t)_i };
	struct name at = name_root, next;
	struct zone_row row;
	unsigned n = 1, seen = 1;

	ck_assert_int_eq(store_zone_put(t, &name_root, &full_row), OK);
	for (unsigned i = 0; i < 300; i++) {
		struct name apex = rng_name(&state, 5);
		n += store_zone_get(t, &apex, &row) == ERR_NOTFOUND;
		ck_assert_int_eq(store_zone_put(t, &apex, &full_row), OK);
	}
	ck_assert_int_eq(store_zone_after(t, NULL, &next, &row), OK);
	ck_assert_int_eq(next.len, 1);
	while (store_zone_after(t, &at, &next, &row) == OK) {
		ck_assert_msg(name_order(&at, &next) < 0, "zone %u", seen);
		at = next;
		seen++;
	}
	ck_assert_uint_eq(seen, n);
}
END_TEST

/* ---- rows ---- */

/* make_row makes a row whose data has this many octets of RDATA in items of at most 60,000. */
static struct row make_row(const struct name *owner, uint16_t type, size_t octets, uint8_t *buf)
{
	struct row r = { .owner = *owner, .type = type, .ttl = type, .sig_ttl = 2 };
	size_t at = 0;

	while (octets > 0) {
		size_t n = octets < 60000 ? octets : 60000;
		put_le16(buf + at, (uint16_t)n);
		for (size_t i = 0; i < n; i++)
			buf[at + 2 + i] = (uint8_t)(i * 7 + octets);
		at += 2 + n;
		octets -= n;
		r.n++;
	}
	r.data = view_of(buf, at);
	return r;
}

static void check_row(const struct row *got, const struct row *want)
{
	ck_assert(got->owner.len == want->owner.len &&
		  memcmp(got->owner.wire, want->owner.wire, want->owner.len) == 0);
	ck_assert_uint_eq(got->type, want->type);
	ck_assert_uint_eq(got->ttl, want->ttl);
	ck_assert_uint_eq(got->sig_ttl, want->sig_ttl);
	ck_assert_uint_eq(got->n, want->n);
	ck_assert_uint_eq(got->n_sig, want->n_sig);
	ck_assert(view_eq(got->data, want->data));
}

/* With an owner of 13 octets piece 0 has 30 octets before its data. */
static const struct {
	const char *why;
	size_t octets;
} sizes[] = {
	{ "no records at all", 0 },
	{ "one octet", 1 },
	{ "as LMDB keeps it inside a leaf", 1000 },
	{ "one short of a piece", ROW_PIECE - 33 },
	{ "exactly one piece, nothing behind it", ROW_PIECE - 32 },
	{ "one octet in the second piece", ROW_PIECE - 31 },
	{ "exactly two pieces", 2 * ROW_PIECE - 32 },
	{ "several records over many pieces", 1000000 },
};

static void append_row(uint64_t rows, const struct row *r)
{
	struct row_pack pack = { 0 };

	ck_assert_int_eq(row_pack_add(&pack, rows, r), OK);
	struct view left = { pack.p, pack.n };
	while (left.n != 0)
		ck_assert_int_eq(store_row_append(t, &left), OK);
	free(pack.p);
}

START_TEST(rows_of_any_size_come_back)
{
	uint8_t *buf = malloc(1100000);
	struct name owner = name_of("WWW.example."), before = name_of("example."),
		    behind = name_of("zzz.example.");
	struct row want = make_row(&owner, 16, sizes[_i].octets, buf), got, small = want;
	struct row_walk *w;

	small.n = 0;
	small.data.n = 0;
	small.owner = behind;
	append_row(5, &want);
	append_row(5, &small);
	again();
	ck_assert_int_eq(row_walk_begin(t, 5, &before, &w), OK);
	ck_assert_msg(row_walk_next(w, &got) == OK, "%s", sizes[_i].why);
	check_row(&got, &want);
	ck_assert_msg(row_walk_next(w, &got) == OK, "%s: the row behind", sizes[_i].why);
	check_row(&got, &small);
	ck_assert_int_eq(row_walk_next(w, &got), ERR_NOTFOUND);
	row_walk_end(w);
	free(buf);
}
END_TEST

START_TEST(a_smaller_row_leaves_nothing_of_a_larger)
{
	uint8_t *buf = malloc(100000);
	struct name owner = name_of("www.example.");
	struct row row = make_row(&owner, 16, 90000, buf), got;
	struct row_walk *w;

	ck_assert_int_eq(store_row_put(t, 5, &row), OK);
	row = make_row(&owner, 16, (size_t)_i, buf);
	ck_assert_int_eq(store_row_put(t, 5, &row), OK);
	ck_assert_int_eq(row_walk_begin(t, 5, NULL, &w), OK);
	ck_assert_int_eq(row_walk_next(w, &got), OK);
	check_row(&got, &row);
	ck_assert_int_eq(row_walk_next(w, &got), ERR_NOTFOUND);
	row_walk_end(w);
	ck_assert_int_eq(store_row_delete(t, 5, &owner, 16), OK);
	ck_assert_int_eq(store_row_delete(t, 5, &owner, 16), ERR_NOTFOUND);
	ck_assert_int_eq(row_walk_begin(t, 5, NULL, &w), OK);
	ck_assert_int_eq(row_walk_next(w, &got), ERR_NOTFOUND);
	row_walk_end(w);
	free(buf);
}
END_TEST

START_TEST(a_row_too_large_is_refused)
{
	size_t n = (size_t)256 * ROW_PIECE;
	struct row row = { .owner = name_root, .data = { calloc(1, n), n } };

	ck_assert_int_eq(store_row_put(t, 5, &row), ERR_SPACE);
	free((void *)(uintptr_t)row.data.p);
}
END_TEST

static int row_order(const struct row *a, const struct row *b)
{
	int d = name_order(&a->owner, &b->owner);

	return d != 0 ? d : (int)a->type - (int)b->type;
}

/* Types whose octets look like labels, zeros and ends of names: none may slip between owners. */
static const uint16_t types[] = { 0, 1, 2, 255, 256, 257, 0x0100, 0x6200, 0x6262, 65535 };

START_TEST(rows_walk_in_canonical_order)
{
	struct rng state = { (uint64_t)_i };
	struct row at, next;
	struct row_walk *w;
	unsigned seen = 0;

	for (unsigned i = 0; i < 1000; i++) {
		struct row r = { .owner = rng_name(&state, 4), .type = types[rng_next(&state) % COUNT_OF(types)] };
		ck_assert_int_eq(store_row_put(t, 4 + rng_next(&state) % 3, &r), OK);
	}
	ck_assert_int_eq(row_walk_begin(t, 5, NULL, &w), OK);
	for (; row_walk_next(w, &next) == OK; at = next, seen++)
		ck_assert_msg(seen == 0 || row_order(&at, &next) < 0, "row %u", seen);
	row_walk_end(w);
	ck_assert_uint_gt(seen, 200);
	for (unsigned i = 0; i < 200; i++) {
		struct name from = rng_name(&state, 4);
		ck_assert_int_eq(row_walk_begin(t, 5, &from, &w), OK);
		if (row_walk_next(w, &next) == OK)
			ck_assert_int_ge(name_order(&next.owner, &from), 0);
		row_walk_end(w);
	}
}
END_TEST

/* ---- rows that nobody wrote ---- */

#define ID5 "\0\0\0\0\0\0\0\5"
#define HEAD                                                                                                      \
	"\1\0\0\0"                                                                                                \
	"\2\0\0\0"
#define ONE                                                                                                       \
	"\1\0\0\0"                                                                                                \
	"\0\0\0\0"

/* A sound row: B., type 1, one RDATA of two octets. In a key its b is the octet I (98 - 26 + 1). */
#define VALUE_B                                                                                                   \
	HEAD ONE "\3"                                                                                             \
		 "\1B\0"                                                                                          \
		 "\2\0xy"

#define RAW(s)                                                                                                    \
	{                                                                                                         \
		(const uint8_t *)(s), sizeof(s) - 1                                                               \
	}

static const struct {
	const char *why;
	struct view key, value;
	enum err want;
} raws[] = {
	{ "a sound row", RAW(ID5 "I\0\0\0\1\0"), RAW(VALUE_B), OK },
	{ "another owner in the value than in the key", RAW(ID5 "H\0\0\0\1\0"), RAW(VALUE_B), ERR_DAMAGED },
	{ "a key without its end", RAW(ID5 "I\0\0"), RAW(VALUE_B), ERR_DAMAGED },
	{ "a second piece without a first", RAW(ID5 "I\0\0\0\1\1"), RAW(VALUE_B), ERR_DAMAGED },
	{ "an empty value", RAW(ID5 "I\0\0\0\1\0"), RAW(""), ERR_DAMAGED },
	{ "a value that ends in the owner", RAW(ID5 "I\0\0\0\1\0"), RAW(HEAD ONE "\3\1B"), ERR_DAMAGED },
	{ "an owner of length 0", RAW(ID5 "I\0\0\0\1\0"), RAW(HEAD ONE "\0\2\0xy"), ERR_DAMAGED },
	{ "an owner with octets behind its root", RAW(ID5 "I\0\0\0\1\0"), RAW(HEAD ONE "\4\1B\0x\2\0xy"),
	  ERR_DAMAGED },
	{ "fewer RDATAs than it says", RAW(ID5 "I\0\0\0\1\0"), RAW(HEAD ONE "\3\1B\0"), ERR_DAMAGED },
	{ "more RDATAs than it says", RAW(ID5 "I\0\0\0\1\0"), RAW(VALUE_B "\0\0"), ERR_DAMAGED },
	{ "an RDATA that ends behind the value", RAW(ID5 "I\0\0\0\1\0"), RAW(HEAD ONE "\3\1B\0\3\0xy"),
	  ERR_DAMAGED },
	{ "half a length", RAW(ID5 "I\0\0\0\1\0"), RAW(VALUE_B "\0"), ERR_DAMAGED },
	{ "more RDATAs than 32 bits hold, with the RRSIGs", RAW(ID5 "I\0\0\0\1\0"),
	  RAW(HEAD "\1\0\0\0\377\377\377\377\3\1B\0\2\0xy"), ERR_DAMAGED },
};

START_TEST(rows_that_do_not_parse_are_damaged_and_harm_no_other)
{
	struct name owner = name_of("c.");
	struct row sound = { .owner = owner, .type = 1 }, got;
	MDB_val k = val_of(raws[_i].key.p, raws[_i].key.n), v = val_of(raws[_i].value.p, raws[_i].value.n);
	struct row_walk *w;

	ck_assert_int_eq(mdb_put(t->txn, t->dbi[T_RRSETS], &k, &v, 0), 0);
	ck_assert_int_eq(store_row_put(t, 5, &sound), OK);
	ck_assert_int_eq(row_walk_begin(t, 5, NULL, &w), OK);
	ck_assert_msg(row_walk_next(w, &got) == raws[_i].want, "%s", raws[_i].why);
	ck_assert_msg(row_walk_next(w, &got) == OK, "behind %s", raws[_i].why);
	check_row(&got, &sound);
	ck_assert_int_eq(row_walk_next(w, &got), ERR_NOTFOUND);
	row_walk_end(w);
}
END_TEST

START_TEST(a_row_that_lost_a_piece_is_damaged)
{
	uint8_t *buf = malloc(100000);
	struct name owner = name_of("b.");
	struct row row = make_row(&owner, 1, 60000, buf), got;
	const char key[] = ID5 "I\0\0\0\1";
	struct row_walk *w;
	enum err e;

	ck_assert_int_eq(store_row_put(t, 5, &row), OK);
	uint8_t piece[sizeof key];
	memcpy(piece, key, sizeof key);
	piece[sizeof key - 1] = (uint8_t)_i;
	MDB_val k = val_of(piece, sizeof piece);
	ck_assert_int_eq(mdb_del(t->txn, t->dbi[T_RRSETS], &k, NULL), 0);
	ck_assert_int_eq(row_walk_begin(t, 5, NULL, &w), OK);
	while ((e = row_walk_next(w, &got)) != ERR_NOTFOUND)
		ck_assert_int_eq(e, ERR_DAMAGED);
	row_walk_end(w);
	free(buf);
}
END_TEST

START_TEST(damaged_zone_rows_and_numbers_are_told)
{
	struct name apex = name_of("b.");
	struct zone_row row;
	uint64_t number;
	MDB_val k = val_of("I\0\0", 3), v = val_of("short", 5), m = val_of("odd", 3);

	ck_assert_int_eq(mdb_put(t->txn, t->dbi[T_ZONES], &k, &v, 0), 0);
	ck_assert_int_eq(mdb_put(t->txn, t->dbi[T_META], &m, &v, 0), 0);
	ck_assert_int_eq(store_zone_get(t, &apex, &row), ERR_DAMAGED);
	ck_assert_int_eq(store_zone_after(t, NULL, &apex, &row), ERR_DAMAGED);
	ck_assert_int_eq(meta_get(t, "odd", &number), ERR_DAMAGED);
}
END_TEST

/* ---- pages ---- */

static uint8_t page_octets[STORE_VALUE_PAGES_MAX * 65536];

static struct view page_of(uint8_t fill, unsigned pages)
{
	memset(page_octets, fill, sizeof page_octets);
	return view_of(page_octets, store_page_room(store_psize(s), pages));
}

START_TEST(pages_have_whole_lengths)
{
	struct page_key k = shard_key(0, 0);
	size_t psize = store_psize(s);
	const struct {
		size_t n;
		enum err want;
	} lengths[] = { { 0, ERR_SPACE },
			{ psize, ERR_SPACE },
			{ psize - 17, ERR_SPACE },
			{ psize - 16, OK },
			{ 8 * psize - 16, OK },
			{ 9 * psize - 16, ERR_SPACE },
			{ SIZE_MAX - 15, ERR_SPACE } };

	for (size_t i = 0; i < COUNT_OF(lengths); i++)
		ck_assert_msg(store_page_put(t, TABLE_SHARDS, 5, &k, view_of(page_octets, lengths[i].n)) ==
				  lengths[i].want,
			      "%zu octets", lengths[i].n);
}
END_TEST

START_TEST(floor_and_after_stay_in_their_image)
{
	struct page_key got, k;
	struct view page;

	for (uint64_t image = 5; image <= 7; image += 2)
		for (uint64_t i = 1; i < 10; i++) {
			k = shard_key(i << 60, 4);
			ck_assert_int_eq(
			    store_page_append(t, TABLE_SHARDS, image, &k, page_of((uint8_t)(image + i), 1)), OK);
		}
	k = shard_key(3ULL << 60 | 77, 64);
	ck_assert_int_eq(store_page_floor(t, TABLE_SHARDS, 5, &k, &got, &page), OK);
	ck_assert_uint_eq(be64(got.p), 3ULL << 60);
	ck_assert_uint_eq(page.p[0], 8);
	ck_assert_int_eq(store_page_after(t, TABLE_SHARDS, 5, &got, &got, &page), OK);
	ck_assert_uint_eq(be64(got.p), 4ULL << 60);
	k = shard_key(UINT64_MAX, 64);
	ck_assert_int_eq(store_page_after(t, TABLE_SHARDS, 5, &k, &got, &page), ERR_NOTFOUND);
	ck_assert_int_eq(store_page_after(t, TABLE_SHARDS, 7, &k, &got, &page), ERR_NOTFOUND);
	ck_assert_int_eq(store_page_floor(t, TABLE_SHARDS, 6, &k, &got, &page), ERR_NOTFOUND);
	ck_assert_int_eq(store_page_floor(t, TABLE_SHARDS, 8, &k, &got, &page), ERR_NOTFOUND);
	ck_assert_int_eq(store_page_floor(t, TABLE_SHARDS, 7, &k, &got, &page), OK);
	ck_assert_uint_eq(page.p[0], 7 + 9);
	k = shard_key(0, 0);
	ck_assert_int_eq(store_page_floor(t, TABLE_SHARDS, 7, &k, &got, &page), ERR_NOTFOUND);
	ck_assert_int_eq(store_page_after(t, TABLE_SHARDS, 7, NULL, &got, &page), OK);
	ck_assert_uint_eq(be64(got.p), 1ULL << 60);
	ck_assert_int_eq(store_page_after(t, TABLE_DENIAL, 7, NULL, &got, &page), ERR_NOTFOUND);
}
END_TEST

START_TEST(append_out_of_order_still_lands_in_its_place)
{
	struct page_key got, k = shard_key(5, 64);
	struct view page;

	ck_assert_int_eq(store_page_append(t, TABLE_SHARDS, 9, &k, page_of(1, 1)), OK);
	ck_assert_int_eq(store_page_append(t, TABLE_SHARDS, 8, &k, page_of(2, 2)), OK);
	ck_assert_int_eq(store_page_append(t, TABLE_SHARDS, 8, &k, page_of(3, 3)), OK);
	ck_assert_int_eq(store_page_floor(t, TABLE_SHARDS, 8, &k, &got, &page), OK);
	ck_assert_uint_eq(page.n, store_page_room(store_psize(s), 3));
	ck_assert_uint_eq(page.p[0], 3);
	ck_assert_int_eq(store_page_delete(t, TABLE_SHARDS, 8, &k), OK);
	ck_assert_int_eq(store_page_delete(t, TABLE_SHARDS, 8, &k), ERR_NOTFOUND);
	ck_assert_int_eq(store_page_floor(t, TABLE_SHARDS, 9, &k, &got, &page), OK);
	ck_assert_uint_eq(page.p[0], 1);
}
END_TEST

START_TEST(runs_of_denial_have_an_empty_first_key)
{
	struct page_key got, first = { 0 }, second = { 3, { 'a', 'b', 'c' } }, below = { 2, { 'a', 'b' } };
	struct view page;

	ck_assert_int_eq(store_page_append(t, TABLE_DENIAL, 8, &first, page_of(1, 1)), OK);
	ck_assert_int_eq(store_page_append(t, TABLE_DENIAL, 8, &second, page_of(2, 1)), OK);
	ck_assert_int_eq(store_page_floor(t, TABLE_DENIAL, 8, &below, &got, &page), OK);
	ck_assert_uint_eq(page.p[0], 1);
	ck_assert_uint_eq(got.n, 0);
	ck_assert_int_eq(store_page_after(t, TABLE_DENIAL, 8, &first, &got, &page), OK);
	ck_assert_uint_eq(page.p[0], 2);
	ck_assert_int_eq(store_page_after(t, TABLE_DENIAL, 8, NULL, &got, &page), OK);
	ck_assert_uint_eq(page.p[0], 1);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("store: tables");
	TCase *c = tcase_create("all");

	tcase_set_timeout(c, 60);
	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, counter_rises_with_every_commit);
	tcase_add_test(c, aborted_writes_leave_nothing);
	tcase_add_test(c, zone_row_comes_back_whole);
	tcase_add_test(c, signing_state_comes_back_until_it_is_taken_away);
	tcase_add_loop_test(c, zones_walk_in_canonical_order, 0, 10);
	tcase_add_loop_test(c, rows_of_any_size_come_back, 0, COUNT_OF(sizes));
	tcase_add_loop_test(c, a_smaller_row_leaves_nothing_of_a_larger, 0, 3);
	tcase_add_test(c, a_row_too_large_is_refused);
	tcase_add_loop_test(c, rows_walk_in_canonical_order, 0, 10);
	tcase_add_loop_test(c, rows_that_do_not_parse_are_damaged_and_harm_no_other, 0, COUNT_OF(raws));
	tcase_add_loop_test(c, a_row_that_lost_a_piece_is_damaged, 0, 4);
	tcase_add_test(c, damaged_zone_rows_and_numbers_are_told);
	tcase_add_test(c, pages_have_whole_lengths);
	tcase_add_test(c, floor_and_after_stay_in_their_image);
	tcase_add_test(c, append_out_of_order_still_lands_in_its_place);
	tcase_add_test(c, runs_of_denial_have_an_empty_first_key);
	suite_add_tcase(suite, c);
	return run_suite(suite);
}
