#include "tests/help/run.h"
#include "tests/help/tempdb.h"

#include <stdlib.h>

#include "store/directory.h"
#include "store/env.h"
#include "store/snapshot.h"

static struct store *s;
static uint8_t octets[STORE_VALUE_PAGES_MAX * 65536];

static void setup(void)
{
	tempdb_dir();
	s = tempdb_open(0);
}

static void teardown(void)
{
	store_close(s);
	tempdb_remove();
}

static struct store_txn *writing(void)
{
	struct store_txn *t;

	ck_assert_int_eq(store_write(s, &t), OK);
	return t;
}

static struct snapshot *taken(const struct snapshot *before)
{
	struct snapshot *out;

	ck_assert_int_eq(snapshot_make(s, before, &out), OK);
	return out;
}

/* put_shard puts a page whose first octets say which shard it is. */
static void put_shard(struct store_txn *t, uint64_t image, uint64_t prefix, unsigned bits, unsigned pages)
{
	struct page_key k = shard_key(prefix, bits);

	put_be64(octets, prefix);
	octets[8] = (uint8_t)bits;
	put_be64(octets + 9, image);
	ck_assert_int_eq(
	    store_page_put(t, TABLE_SHARDS, image, &k, view_of(octets, store_page_room(store_psize(s), pages))),
	    OK);
}

static void put_zone(struct store_txn *t, const char *apex, uint64_t image)
{
	struct zone_row row = { .image = image, .rows = image, .changed = store_counter(t) };
	struct name n;

	ck_assert_ptr_null(name_parse(view_of(apex, strlen(apex)), &name_root, &n));
	ck_assert_int_eq(store_zone_put(t, &n, &row), OK);
}

/* ---- the directory and the tree say the same ---- */

/* split writes the shards below a prefix: some branches end early, one goes deep. */
static void split(struct store_txn *t, uint64_t image, struct rng *state, uint64_t prefix, unsigned bits,
		  unsigned most)
{
	bool deep = prefix == 0 && bits < 30;

	if (!deep && (bits >= most || rng_next(state) % 6 == 0)) {
		put_shard(t, image, prefix, bits, 1 + rng_next(state) % 3 % 2);
		return;
	}
	split(t, image, state, prefix, bits + 1, most);
	split(t, image, state, prefix | (uint64_t)1 << (63 - bits), bits + 1, most);
}

static void compare(struct store_txn *t, const struct snapshot *snap, uint64_t image, uint64_t hash)
{
	struct page_key k = shard_key(hash, 255), got;
	struct view page, found = image_shard(snap, snapshot_image(snap, image), hash);

	ck_assert_int_eq(store_page_floor(t, TABLE_SHARDS, image, &k, &got, &page), OK);
	ck_assert_uint_eq(found.n, page.n);
	ck_assert_int_eq(memcmp(found.p, page.p, 17), 0);
}

START_TEST(directory_agrees_with_the_tree)
{
	struct rng state = { (uint64_t)_i };
	struct store_txn *t = writing();
	struct snapshot *snap;

	split(t, 5, &state, 0, 0, 3 * (unsigned)_i);
	put_shard(t, 6, 0, 0, 3);
	put_zone(t, "five.", 5);
	put_zone(t, "six.", 6);
	ck_assert_int_eq(store_commit(t), OK);
	snap = taken(NULL);
	ck_assert_int_eq(store_read(s, &t), OK);
	for (unsigned i = 0; i < 20000; i++) {
		uint64_t hash = rng_next(&state);
		compare(t, snap, 5, hash);
		compare(t, snap, 5, hash >> rng_next(&state) % 64);
		compare(t, snap, 6, hash);
	}
	compare(t, snap, 5, 0);
	compare(t, snap, 5, UINT64_MAX);
	store_abort(t);
	snapshot_free(snap);
}
END_TEST

START_TEST(an_empty_database_has_empty_images)
{
	struct snapshot *snap = taken(NULL);

	ck_assert_uint_eq(snap->zones->n_shards, 0);
	ck_assert_uint_eq(image_shard(snap, snap->zones, 12345).n, 0);
	ck_assert_uint_eq(image_shard(snap, snap->pool, UINT64_MAX).n, 0);
	ck_assert_ptr_null(snapshot_image(snap, 2));
	snapshot_free(snap);
}
END_TEST

START_TEST(a_million_images_of_one_shard_would_fit)
{
	const struct shard_at one = { 0, 1, 0 };
	size_t memory;
	struct directory *d = directory_make(&one, 1, &memory);

	ck_assert_uint_le(memory + sizeof(struct image), 128);
	free(d);
}
END_TEST

/* A shard that is far deeper than its neighbours must not make the table explode. */
START_TEST(absurd_depth_costs_no_memory)
{
	struct shard_at list[DEPTH_MAX + 1];
	size_t n = 0, memory;

	list[n++] = (struct shard_at){ 0, 1, DEPTH_MAX };
	for (unsigned bits = DEPTH_MAX; bits > 0; bits--)
		list[n++] = (struct shard_at){ (uint64_t)1 << (64 - bits), 1, (uint8_t)bits };
	struct directory *d = directory_make(list, n, &memory);
	ck_assert_uint_le(memory, 1 << 21);
	ck_assert_uint_eq(d->part[d->shift == 64 ? 0 : UINT64_MAX >> d->shift]->entry[0], 1);
	free(d);
}
END_TEST

/* ---- what is shared, what is new ---- */

START_TEST(images_that_did_not_change_are_shared)
{
	struct store_txn *t = writing();

	put_shard(t, 5, 0, 0, 1);
	put_shard(t, 6, 0, 0, 1);
	put_shard(t, IMAGE_ZONES, 0, 0, 1);
	put_zone(t, "five.", 5);
	put_zone(t, "six.", 6);
	ck_assert_int_eq(store_commit(t), OK);
	struct snapshot *a = taken(NULL);
	ck_assert(!snapshot_is_stale(s, a));
	t = writing();
	put_shard(t, 5, 0, 1, 1);
	put_shard(t, 5, (uint64_t)1 << 63, 1, 1);
	put_zone(t, "five.", 5);
	ck_assert_int_eq(store_commit(t), OK);
	ck_assert(snapshot_is_stale(s, a));
	struct snapshot *b = taken(a);
	ck_assert_ptr_ne(snapshot_image(a, 5), snapshot_image(b, 5));
	ck_assert_ptr_eq(snapshot_image(a, 6), snapshot_image(b, 6));
	ck_assert_ptr_eq(a->zones, b->zones);
	ck_assert_uint_eq(b->counter, a->counter + 1);
	t = writing();
	put_shard(t, IMAGE_ZONES, 0, 0, 1);
	ck_assert_int_eq(store_commit(t), OK);
	struct snapshot *c = taken(b);
	ck_assert_ptr_ne(c->zones, b->zones);
	ck_assert_ptr_eq(c->pool, b->pool);
	ck_assert_ptr_eq(snapshot_image(c, 5), snapshot_image(b, 5));
	ck_assert_int_eq(memcmp(c->apex_depths, a->apex_depths, sizeof c->apex_depths), 0);
	ck_assert(snapshot_touch(c, NULL, NULL, NULL));
	ck_assert(snapshot_touch(c, b, NULL, NULL));
	snapshot_free(a);
	snapshot_free(b);
	ck_assert_uint_eq(image_shard(c, snapshot_image(c, 6), 99).p[9 + 7], 6);
	snapshot_free(c);
}
END_TEST

START_TEST(images_without_a_zone_are_not_served)
{
	struct store_txn *t = writing();

	for (uint64_t image = 5; image < 10; image++)
		put_shard(t, image, 0, 0, 1);
	put_zone(t, "a.", 9);
	put_zone(t, "b.", 5);
	put_zone(t, "c.", 50);
	put_zone(t, "d.a.", IMAGE_POOL);
	put_zone(t, ".", 9);
	ck_assert_int_eq(store_commit(t), OK);
	struct snapshot *snap = taken(NULL);
	ck_assert_uint_eq(snap->n_images, 3);
	ck_assert_ptr_null(snapshot_image(snap, 7));
	ck_assert_uint_eq(image_shard(snap, snapshot_image(snap, 9), 1).p[9 + 7], 9);
	ck_assert_uint_eq(snapshot_image(snap, 50)->n_shards, 0);
	ck_assert_uint_eq(snap->apex_depths[0], 1 | 2 | 4);
	snapshot_free(snap);
}
END_TEST

START_TEST(runs_ascend_and_know_their_beginning)
{
	struct store_txn *t = writing();
	const struct page_key keys[] = { { 0, { 0 } }, { 3, { 'a', 'b', 'c' } }, { 10, { 'a', 'b', 'd' } } };

	for (size_t i = 0; i < COUNT_OF(keys); i++) {
		octets[0] = (uint8_t)i;
		ck_assert_int_eq(store_page_put(t, TABLE_DENIAL, 5, &keys[i],
						view_of(octets, store_page_room(store_psize(s), 1 + (unsigned)i))),
				 OK);
	}
	put_zone(t, "a.", 5);
	ck_assert_int_eq(store_commit(t), OK);
	struct snapshot *snap = taken(NULL);
	const struct image *im = snapshot_image(snap, 5);
	ck_assert_uint_eq(im->n_runs, 3);
	ck_assert_uint_eq(im->runs[0].first8, 0);
	ck_assert_uint_eq(im->runs[1].first8, 0x6162630000000000);
	ck_assert_uint_eq(im->runs[2].first8, 0x6162640000000000);
	for (unsigned i = 0; i < 3; i++) {
		ck_assert_uint_eq(page_view(im->runs[i].page, snap->psize).p[0], i);
		ck_assert_uint_eq(page_view(im->runs[i].page, snap->psize).n, store_page_room(snap->psize, 1 + i));
	}
	ck_assert(snapshot_touch(snap, NULL, NULL, NULL));
	snapshot_free(snap);
}
END_TEST

/* ---- pages stay where they are ---- */

START_TEST(pages_of_a_snapshot_do_not_move)
{
	struct store_txn *t = writing();
	enum { N = 64 };
	struct rng state = { 1 };

	for (uint64_t i = 0; i < N; i++)
		put_shard(t, 5, i << 58, 6, 1);
	put_zone(t, "a.", 5);
	ck_assert_int_eq(store_commit(t), OK);
	struct snapshot *old = taken(NULL), *at = old;
	const uint8_t *where[N];
	for (uint64_t i = 0; i < N; i++)
		where[i] = image_shard(old, snapshot_image(old, 5), i << 58).p;
	for (unsigned round = 0; round < 50; round++) {
		bool rewritten[N] = { false };
		t = writing();
		for (unsigned k = 0; k < 10; k++) {
			uint64_t i = rng_next(&state) % N;
			put_shard(t, 5, i << 58, 6, 1);
			rewritten[i] = true;
		}
		put_zone(t, "a.", 5);
		ck_assert_int_eq(store_commit(t), OK);
		struct snapshot *next = taken(at);
		for (uint64_t i = 0; i < N; i++) {
			const uint8_t *before = image_shard(at, snapshot_image(at, 5), i << 58).p;
			const uint8_t *now = image_shard(next, snapshot_image(next, 5), i << 58).p;
			ck_assert_msg((before == now) != rewritten[i], "page %u in round %u", (unsigned)i, round);
			ck_assert_uint_eq(be64(where[i]), i << 58);
		}
		if (at != old)
			snapshot_free(at);
		at = next;
	}
	snapshot_free(at);
	snapshot_free(old);
}
END_TEST

/* ---- damage ---- */

static void put_raw(struct store_txn *t, enum table table, const char *key, size_t key_n, size_t value_n)
{
	MDB_val k = val_of(key, key_n), v = val_of(octets, value_n);

	ck_assert_int_eq(mdb_put(t->txn, t->dbi[table], &k, &v, 0), 0);
}

#define ID5 "\0\0\0\0\0\0\0\5"

static const struct {
	const char *why, *key;
	size_t key_n, value_n;
} damages[] = {
	{ "a value inside a leaf", ID5 "\200\0\0\0\0\0\0\0\1", 17, 100 },
	{ "an empty value", ID5 "\200\0\0\0\0\0\0\0\1", 17, 0 },
	{ "a value not of whole pages", ID5 "\200\0\0\0\0\0\0\0\1", 17, 4096 - 15 },
	{ "nine pages", ID5 "\200\0\0\0\0\0\0\0\1", 17, 9 * 4096 - 16 },
	{ "a prefix longer than its bits", ID5 "\200\0\0\0\0\0\0\1\1", 17, 4096 - 16 },
	{ "bits above any reason", ID5 "\200\0\0\0\0\0\0\0\144", 17, 4096 - 16 },
	{ "a key too short", ID5 "\200\0\0\0\0\0\0\0", 16, 4096 - 16 },
	{ "a key too long", ID5 "\200\0\0\0\0\0\0\0\1\1", 18, 4096 - 16 },
	{ "nothing there at all", ID5 "\0\0\0\0\0\0\0\0\1", 17, 4096 - 16 },
};

START_TEST(a_damaged_entry_is_no_page_and_harms_no_other)
{
	struct store_txn *t = writing();

	ck_assert_uint_eq(store_psize(s), 4096); /* for the lengths above */
	put_shard(t, 5, 0, 1, 1);
	put_raw(t, T_SHARDS, damages[_i].key, damages[_i].key_n, damages[_i].value_n);
	put_shard(t, 6, 0, 0, 1);
	put_zone(t, "five.", 5);
	put_zone(t, "six.", 6);
	ck_assert_int_eq(store_commit(t), OK);
	struct snapshot *snap = taken(NULL);
	const struct image *im = snapshot_image(snap, 5);
	ck_assert_msg(image_shard(snap, im, UINT64_MAX).n == 0, "%s", damages[_i].why);
	ck_assert_msg(image_shard(snap, im, 77).n == store_page_room(4096, 1), "%s", damages[_i].why);
	ck_assert_uint_eq(image_shard(snap, snapshot_image(snap, 6), UINT64_MAX).n, store_page_room(4096, 1));
	snapshot_free(snap);
}
END_TEST

START_TEST(two_shards_that_claim_one_place_are_no_page)
{
	struct store_txn *t = writing();

	put_shard(t, 5, 0, 1, 1);
	put_shard(t, 5, (uint64_t)1 << 62, 2, 1);
	put_shard(t, 5, (uint64_t)1 << 63, 1, 1);
	put_zone(t, "five.", 5);
	ck_assert_int_eq(store_commit(t), OK);
	struct snapshot *snap = taken(NULL);
	const struct image *im = snapshot_image(snap, 5);
	ck_assert_uint_ne(image_shard(snap, im, 0).n, 0);
	ck_assert_uint_eq(image_shard(snap, im, (uint64_t)1 << 62).n, 0);
	ck_assert_uint_ne(image_shard(snap, im, (uint64_t)1 << 63).n, 0);
	snapshot_free(snap);
}
END_TEST

START_TEST(a_damaged_zone_row_harms_no_other)
{
	struct store_txn *t = writing();

	put_shard(t, 6, 0, 0, 1);
	put_zone(t, "six.", 6);
	put_raw(t, T_ZONES, "\142\0\0", 3, 7);
	put_raw(t, T_ZONES, "\377\377", 2, 96);
	ck_assert_int_eq(store_commit(t), OK);
	struct snapshot *snap = taken(NULL);
	ck_assert_uint_ne(image_shard(snap, snapshot_image(snap, 6), 5).n, 0);
	ck_assert_uint_eq(snap->n_images, 1);
	snapshot_free(snap);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("store: snapshots");
	TCase *c = tcase_create("all");

	tcase_set_timeout(c, 60);
	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_loop_test(c, directory_agrees_with_the_tree, 0, 5);
	tcase_add_test(c, an_empty_database_has_empty_images);
	tcase_add_test(c, a_million_images_of_one_shard_would_fit);
	tcase_add_test(c, absurd_depth_costs_no_memory);
	tcase_add_test(c, images_that_did_not_change_are_shared);
	tcase_add_test(c, images_without_a_zone_are_not_served);
	tcase_add_test(c, runs_ascend_and_know_their_beginning);
	tcase_add_test(c, pages_of_a_snapshot_do_not_move);
	tcase_add_loop_test(c, a_damaged_entry_is_no_page_and_harms_no_other, 0, COUNT_OF(damages));
	tcase_add_test(c, two_shards_that_claim_one_place_are_no_page);
	tcase_add_test(c, a_damaged_zone_row_harms_no_other);
	suite_add_tcase(suite, c);
	return run_suite(suite);
}
