/*
 * Entries put into runs in any order, replaced and taken out again are the
 * entries that a sorted list has; no run is empty, none is needlessly small,
 * and the image is never without its first. The test's number is the seed.
 */
#include "tests/help/run.h"

#include <stdlib.h>

#include "bake/runs.h"
#include "tests/help/rng.h"
#include "tests/help/tempdb.h"

enum { ENTRIES_MAX = 3000, ROUNDS = 60, IMAGE = 77 };

/* The sorted list. */
struct model {
	struct run_entry entry[ENTRIES_MAX];
	size_t n;
};

static struct view octets(struct arena *a, struct rng *r, size_t n)
{
	uint8_t *p = arena_pack(a, n);

	rng_bytes(r, p, n);
	return view_of(p, n);
}

/* random_entry makes a new entry; keys of few octets meet often, long ones share their beginnings. */
static struct run_entry random_entry(struct arena *a, struct rng *r)
{
	struct run_entry e = { octets(a, r, 20), octets(a, r, rng_below(r, 200)) };
	uint8_t *key = (uint8_t *)(uintptr_t)e.key.p;

	if (rng_percent(r, 40))
		memset(key, 7, 10);
	if (rng_percent(r, 20))
		e.key.n = rng_below(r, 4);
	if (rng_percent(r, 1))
		e.payload = octets(a, r, 3000 + rng_below(r, 9000));
	return e;
}

/* place_of gives where a key is in the list, or where it would be. */
static size_t place_of(const struct model *m, struct view key)
{
	size_t i = 0;

	while (i < m->n && key_order(m->entry[i].key, key) < 0)
		i++;
	return i;
}

static bool is_there(const struct model *m, size_t i, struct view key)
{
	return i < m->n && key_order(m->entry[i].key, key) == 0;
}

static void model_change(struct model *m, const struct run_change *c)
{
	size_t i = place_of(m, c->entry.key);
	bool there = is_there(m, i, c->entry.key);

	if (c->gone && there)
		memmove(&m->entry[i], &m->entry[i + 1], (--m->n - i) * sizeof m->entry[0]);
	if (c->gone)
		return;
	if (!there)
		memmove(&m->entry[i + 1], &m->entry[i], (m->n++ - i) * sizeof m->entry[0]);
	m->entry[i] = c->entry;
}

static int by_key(const void *a, const void *b)
{
	return key_order(((const struct run_change *)a)->entry.key, ((const struct run_change *)b)->entry.key);
}

/* random_changes makes up to `most` of them, ascending, no key twice; of what is there about `percent` go. */
static size_t random_changes(struct model *m, struct arena *a, struct rng *r, struct run_change *c, size_t most,
			     unsigned percent)
{
	size_t n = 1 + rng_below(r, (uint32_t)most), kept = 0;

	for (size_t i = 0; i < n; i++) {
		c[i] = (struct run_change){ random_entry(a, r), false };
		if (m->n != 0 && rng_percent(r, percent)) {
			c[i].entry.key = m->entry[rng_below(r, (uint32_t)m->n)].key;
			c[i].gone = rng_percent(r, 90);
		}
	}
	qsort(c, n, sizeof *c, by_key);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || by_key(&c[kept - 1], &c[i]) != 0)
			c[kept++] = c[i];
	for (size_t i = 0; i < kept; i++)
		model_change(m, &c[i]);
	return kept;
}

/* check_runs compares all runs with the list, and gives their number. */
static size_t check_runs(struct store *s, const struct model *m, int seed)
{
	struct page_key at, next;
	struct store_txn *t;
	struct view page;
	size_t k = 0, runs = 0;
	bool enough;

	ck_assert_int_eq(store_read(s, &t), OK);
	for (enum err e = store_page_after(t, TABLE_DENIAL, IMAGE, NULL, &next, &page); e == OK;
	     e = store_page_after(t, TABLE_DENIAL, IMAGE, &at, &next, &page)) {
		at = next;
		ck_assert_msg(run_count(page) != 0, "seed %d: an empty run", seed);
		ck_assert_msg(runs++ != 0 || at.n == 0, "seed %d: the first run has a separator", seed);
		for (unsigned i = 0; i < run_count(page); i++, k++) {
			struct run_entry it;
			ck_assert(run_at(page, i, &it));
			ck_assert_msg(k < m->n && view_eq(it.key, m->entry[k].key) &&
					  view_eq(it.payload, m->entry[k].payload),
				      "seed %d: entry %zu differs", seed, k);
			ck_assert_msg(key_order(it.key, view_of(at.p, at.n)) >= 0, "seed %d: below its separator",
				      seed);
		}
	}
	ck_assert_msg(k == m->n, "seed %d: %zu entries, the list has %zu", seed, k, m->n);
	ck_assert_int_eq(runs_more_than(t, IMAGE, k, &enough), OK);
	ck_assert(!enough);
	if (k != 0) {
		ck_assert_int_eq(runs_more_than(t, IMAGE, k - 1, &enough), OK);
		ck_assert(enough);
	}
	store_abort(t);
	return runs;
}

static void apply(struct store *s, const struct run_change *c, size_t n, bool first)
{
	struct arena scratch = { 0 };
	struct store_txn *t;

	ck_assert_int_eq(store_write(s, &t), OK);
	if (first) {
		struct run_entry *e = arena_take(&scratch, n * sizeof *e);
		for (size_t i = 0; i < n; i++)
			e[i] = c[i].entry;
		ck_assert_int_eq(runs_new(t, store_psize(s), IMAGE, DENIAL_NSEC3, e, n), OK);
	} else {
		ck_assert_int_eq(runs_apply(t, store_psize(s), IMAGE, DENIAL_NSEC3, c, n, &scratch), OK);
	}
	ck_assert_int_eq(store_commit(t), OK);
	arena_free(&scratch);
}

static size_t octets_of(const struct model *m)
{
	return run_write_size(m->entry, m->n);
}

/* A chain grows to some hundred pages and shrinks to a handful of entries, again and again. */
START_TEST(runs_are_a_sorted_list)
{
	static struct model m;
	static struct run_change c[200];
	struct rng r = { (uint64_t)_i };
	struct arena a = { 0 };

	m.n = 0;
	tempdb_dir();
	struct store *s = tempdb_open(0);
	apply(s, c, random_changes(&m, &a, &r, c, COUNT_OF(c), 0), true);
	check_runs(s, &m, _i);
	for (int round = 0; round < ROUNDS; round++) {
		bool shrinks = round / 20 % 2 != 0;
		size_t most = round % 3 == 0 ? COUNT_OF(c) : 5;
		size_t n = random_changes(&m, &a, &r, c, most, shrinks ? 95 : 30);
		if (m.n == 0) /* the caller's matter: an image with a chain has entries */
			break;
		apply(s, c, n, false);
		size_t runs = check_runs(s, &m, _i);
		ck_assert_msg(runs <= 8 + octets_of(&m) * 5 / store_psize(s), "seed %d: %zu entries in %zu runs",
			      _i, m.n, runs);
	}
	store_close(s);
	tempdb_remove();
	arena_free(&a);
}
END_TEST

/* Entries that come in order leave no run less than half full behind them, and go in order until one is left. */
START_TEST(growing_and_shrinking_in_order)
{
	static struct model m;
	struct rng r = { 1 };
	struct arena a = { 0 };

	m.n = 0;
	tempdb_dir();
	struct store *s = tempdb_open(0);
	for (unsigned i = 0; i < 600; i++) {
		struct run_change c = { { octets(&a, &r, 20), octets(&a, &r, 100) }, false };
		put_u32((uint8_t *)(uintptr_t)c.entry.key.p, i);
		model_change(&m, &c);
		apply(s, &c, 1, i == 0);
	}
	size_t runs = check_runs(s, &m, 0);
	ck_assert_msg(runs * store_psize(s) < 3 * octets_of(&m), "%zu runs", runs);
	while (m.n > 1) {
		struct run_change c = { m.entry[0], true };
		model_change(&m, &c);
		apply(s, &c, 1, false);
		check_runs(s, &m, 0);
	}
	ck_assert_uint_eq(check_runs(s, &m, 0), 1);
	store_close(s);
	tempdb_remove();
	arena_free(&a);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("runs");
	TCase *t = tcase_create("runs");

	setenv("EDICT_MAPSIZE", "256M", 0);
	setenv("TMPDIR", "/dev/shm", 0); /* thousands of commits; the disk is not what is tested */
	tcase_set_timeout(t, 300);
	tcase_add_loop_test(t, runs_are_a_sorted_list, 0, SEEDS_OF(40));
	tcase_add_test(t, growing_and_shrinking_in_order);
	suite_add_tcase(s, t);
	return run_suite(s);
}
