#include "tests/help/run.h"
#include "tests/help/tempdb.h"
#include "tests/model/load.h"

#include <stdlib.h>

#include "store/env.h"

/*
 * The database octet by octet, as edict-db(5) has it. If one of these fails, either the change is wrong, or
 * STORE_FORMAT and the page must change with it.
 */
static struct store *s;
static struct store_txn *t;

static void setup(void)
{
	setenv("EDICT_SEED", "0x0102030405060708", 1);
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

/* stored: the table has exactly this value under exactly this key. */
static void stored(enum table table, struct view key, struct view value, const char *what)
{
	MDB_val k = val_of(key.p, key.n), v;

	ck_assert_msg(mdb_get(t->txn, t->dbi[table], &k, &v) == 0, "%s: no such key", what);
	ck_assert_msg(v.mv_size == value.n, "%s: %zu octets", what, v.mv_size);
	for (size_t i = 0; i < value.n; i++)
		ck_assert_msg(((const uint8_t *)v.mv_data)[i] == value.p[i], "%s: octet %zu is %02x", what, i,
			      ((const uint8_t *)v.mv_data)[i]);
}

START_TEST(meta_is_as_specified)
{
	static const struct {
		const char *key;
		struct view value;
	} numbers[] = {
		{ "format", { (const uint8_t *)"\1\0\0\0\0\0\0\0", 8 } },
		{ "seed", { (const uint8_t *)"\10\7\6\5\4\3\2\1", 8 } },
		{ "next-image", { (const uint8_t *)"\2\0\0\0\0\0\0\0", 8 } },
		{ "commit", { (const uint8_t *)"\1\0\0\0\0\0\0\0", 8 } },
	};
	uint8_t psize[8];

	for (size_t i = 0; i < COUNT_OF(numbers); i++)
		stored(T_META, view_of(numbers[i].key, strlen(numbers[i].key)), numbers[i].value, numbers[i].key);
	put_le64(psize, store_psize(s));
	stored(T_META, BYTES("psize"), view_of(psize, 8), "psize");
}
END_TEST

START_TEST(zones_are_as_specified)
{
	struct zone_row row = {
		.zone_id = 0x0807060504030201,
		.image = 2,
		.rows = 3,
		.changed = 4,
		.compiled = 5,
		.records = 6,
		.names = 7,
		.signatures = 8,
		.expires = 9,
		.checks = { 10, 11 },
		.serial = 0x04030201,
		.role = 12,
		.flags = ZONE_ROW_POOLED | ZONE_ROW_UPDATED,
		.denial = DENIAL_NSEC3,
	};
	static const char value[] = "\1\2\3\4\5\6\7\10"
				    "\2\0\0\0\0\0\0\0"
				    "\3\0\0\0\0\0\0\0"
				    "\4\0\0\0\0\0\0\0"
				    "\5\0\0\0\0\0\0\0"
				    "\6\0\0\0\0\0\0\0"
				    "\7\0\0\0\0\0\0\0"
				    "\10\0\0\0\0\0\0\0"
				    "\11\0\0\0\0\0\0\0"
				    "\12\0\0\0\0\0\0\0"
				    "\13\0\0\0\0\0\0\0"
				    "\1\2\3\4"
				    "\14\0\0\0"
				    "\11\0\0\0"
				    "\2\0\0\0";
	struct name apex = name_of("WWW.example.");

	ck_assert_int_eq(store_zone_put(t, &apex, &row), OK);
	stored(T_ZONES, BYTES("\x4c\x5f\x48\x54\x57\x53\x4c\0\x5e\x5e\x5e\0\0"), BYTES(value), "www.example.");
	ck_assert_int_eq(store_zone_put(t, &name_root, &row), OK);
	stored(T_ZONES, BYTES("\0"), BYTES(value), "the root");
}
END_TEST

START_TEST(signing_states_are_as_specified)
{
	struct name apex = name_of("WWW.example.");

	ck_assert_int_eq(store_signing_put(t, &apex, BYTES("\1state")), OK);
	stored(T_SIGNING, BYTES("\x4c\x5f\x48\x54\x57\x53\x4c\0\x5e\x5e\x5e\0\0"), BYTES("\1state"),
	       "www.example.");
}
END_TEST

START_TEST(rrsets_are_as_specified)
{
	struct row row = {
		.owner = name_of("\\000.A\\255."),
		.type = 0x0102,
		.ttl = 0x04030201,
		.sig_ttl = 5,
		.n = 2,
		.n_sig = 1,
		.data = BYTES("\1\0x\0\0\2\0yz"),
	};

	ck_assert_int_eq(store_row_put(t, 0x0102030405060708, &row), OK);
	stored(T_RRSETS,
	       BYTES("\1\2\3\4\5\6\7\10"
		     "\x48\xe6\0\1\0"
		     "\0"
		     "\1\2"
		     "\0"),
	       BYTES("\1\2\3\4"
		     "\5\0\0\0"
		     "\2\0\0\0"
		     "\1\0\0\0"
		     "\6"
		     "\1\0\2A\377\0"
		     "\1\0x\0\0\2\0yz"),
	       "a row");
}
END_TEST

START_TEST(long_rrsets_are_cut_as_specified)
{
	static uint8_t data[2 + 33000];
	uint8_t first[ROW_PIECE] = { 0 };
	struct row row = { .owner = name_root, .type = 1, .n = 1, .data = { data, sizeof data } };

	put_le16(data, 33000);
	for (size_t i = 2; i < sizeof data; i++)
		data[i] = (uint8_t)(i % 251);
	first[8] = 1;
	first[16] = 1;
	memcpy(first + 18, data, ROW_PIECE - 18);
	ck_assert_int_eq(store_row_put(t, 5, &row), OK);
	stored(T_RRSETS, BYTES("\0\0\0\0\0\0\0\5\0\0\1\0"), view_of(first, ROW_PIECE), "piece 0");
	stored(T_RRSETS, BYTES("\0\0\0\0\0\0\0\5\0\0\1\1"), view_of(data + ROW_PIECE - 18, ROW_PIECE), "piece 1");
	stored(T_RRSETS, BYTES("\0\0\0\0\0\0\0\5\0\0\1\2"),
	       view_of(data + 2 * ROW_PIECE - 18, 33002 + 18 - 2 * ROW_PIECE), "piece 2");
}
END_TEST

START_TEST(pages_are_as_specified)
{
	static uint8_t octets[65536];
	struct view page = { octets, store_page_room(store_psize(s), 1) };
	struct page_key shard = shard_key(0xa1a2000000000000, 16), run = { 3, { 'a', 'b', 0 } };

	memset(octets, 7, sizeof octets);
	ck_assert_int_eq(store_page_put(t, TABLE_SHARDS, 0x0102030405060708, &shard, page), OK);
	stored(T_SHARDS, BYTES("\1\2\3\4\5\6\7\10\xa1\xa2\0\0\0\0\0\0\x10"), page, "a shard");
	ck_assert_int_eq(store_page_put(t, TABLE_DENIAL, 0x0102030405060708, &run, page), OK);
	stored(T_DENIAL, BYTES("\1\2\3\4\5\6\7\10ab\0"), page, "a run");
}
END_TEST

/* Made with the formulas of the page by another program in another language. */
static const struct {
	const char *name;
	uint64_t hash;
} hashes[] = {
	{ ".", 0x5d4ad8fa95c44e03 },
	{ "example.", 0x376b3fefaed0699c },
	{ "WWW.eXample.", 0xdfed1490254cf95d },
	{ "eightoct.", 0xf43986d0e0b87a3c },
	{ "nineoctet.x.", 0x09dfa7cb923cc609 },
	{ "\\000\\255.a.", 0xc61052ec9087ac1f },
	{ "sixteen-octets-x.", 0xddfc32b1c3f8892e },
	{ "seventeen-octets-.y.", 0xdbeda30b695bd4f7 },
	{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.", 0x80281b6171581d2d },
};

START_TEST(hashes_are_as_specified)
{
	struct name n = name_of(hashes[_i].name);

	ck_assert_msg(name_hash(store_hash_key(s), &n) == hashes[_i].hash, "%s", hashes[_i].name);
}
END_TEST

START_TEST(marks_are_as_specified)
{
	struct build *b;
	uint64_t id;

	store_abort(t);
	ck_assert_int_eq(build_begin(s, &b, &id), OK);
	ck_assert_int_eq(build_id(b, &id), OK);
	t = build_txn(b);
	stored(T_META, BYTES("build/0000000000000002"), BYTES("\2\0\0\0\0\0\0\0"), "a build of two ids");
	ck_assert_int_eq(build_switch(b, &t), OK);
	ck_assert_int_eq(build_leaves(b, 0xabc), OK);
	stored(T_META, BYTES("drop/0000000000000abc"), BYTES("\1\0\0\0\0\0\0\0"), "a drop");
	build_abort(b);
	t = NULL;
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("store: the format");
	TCase *c = tcase_create("all");

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, meta_is_as_specified);
	tcase_add_test(c, zones_are_as_specified);
	tcase_add_test(c, signing_states_are_as_specified);
	tcase_add_test(c, rrsets_are_as_specified);
	tcase_add_test(c, long_rrsets_are_cut_as_specified);
	tcase_add_test(c, pages_are_as_specified);
	tcase_add_loop_test(c, hashes_are_as_specified, 0, COUNT_OF(hashes));
	tcase_add_test(c, marks_are_as_specified);
	suite_add_tcase(suite, c);
	return run_suite(suite);
}
