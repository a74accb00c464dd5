/*
 * Zones that come, grow, shrink, are replaced and go: between the pool and an
 * image of their own, beside others on the same pages. After every step each
 * zone answers as the twin says, what is stored is what baking gives, and in
 * the end nothing is left behind.
 */
#include "tests/help/run.h"

#include <stdio.h>
#include <stdlib.h>

#include "bake/place.h"
#include "bake/verify.h"
#include "base/le.h"
#include "store/shard.h"
#include "tests/help/answering.h"
#include "tests/help/rng.h"
#include "tests/help/verified.h"
#include "tests/model/load.h"

/* Zones inside each other, whose names are each other's: a pool page holds the same owner for several. */
static const char *const origins[] = { "test.", "a.test.", "a.a.test.", "b.test.", "x.y.z.a.test.", "other." };

/* text_of makes a zone of so many names; serial and data differ with `version`. */
static char *text_of(unsigned names, unsigned version)
{
	size_t cap = 1000 + 200 * (size_t)names, n;
	char *text = malloc(cap);

	ck_assert_ptr_nonnull(text);
	n = (size_t)snprintf(
	    text, cap,
	    "$TTL 300\n@ SOA ns hostmaster %u 3600 600 86400 300\n@ NS ns\nns A 192.0.2.%u\n"
	    "a NS ns.a\nns.a A 192.0.2.1\nb NS ns.a\n*.a.a A 192.0.2.2\ndeep.er.e.n.t TXT v%u\n*.w MX 1 ns\n",
	    version, version % 250, version);
	for (unsigned i = 0; i < names; i++)
		n += (size_t)snprintf(text + n, cap - n, "n%u A 10.0.%u.%u\nn%u TXT \"%u of version %u\"\n", i,
				      i / 250, i % 250, i, i, version);
	return text;
}

static void check_all(struct answering *a, const char *when)
{
	static const char *const names[] = { "",       "ns.",  "a.",     "x.a.", "ns.a.",  "a.a.",
					     "x.a.a.", "n.t.", "e.n.t.", "b.",   "n0.",    "n19.",
					     "n200.",  "x.w.", "*.w.",   "w.",   "y.z.a.", "none." };
	static const uint16_t types[] = { RR_A, RR_NS, RR_SOA, RR_TXT, RR_MX, RR_DS };
	char name[NAME_TEXT_MAX], report[4000];
	struct verify_result r;

	answering_ready(a);
	for (size_t z = 0; z < COUNT_OF(origins); z++)
		for (size_t i = 0; i < COUNT_OF(names); i++) {
			snprintf(name, sizeof name, "%s%s", names[i], origins[z]);
			bool ok =
			    answering_agrees(a, name, types[i % COUNT_OF(types)], false, report, sizeof report) &&
			    answering_agrees(a, name, types[(i + z) % COUNT_OF(types)], true, report,
					     sizeof report);
			ck_assert_msg(ok, "%s: %s: %s", when, name, report);
		}
	for (size_t z = 0; z < a->n_zones; z++)
		verified_zone(a->snapshot, &a->zone[z]->apex, when);
	ck_assert_int_eq(verify_pool(a->snapshot, &r), OK);
	ck_assert_msg(r.wrong == 0, "%s: %s", when, r.first);
}

static void compile(struct answering *a, const char *origin, unsigned names, unsigned version)
{
	char *text = text_of(names, version);

	answering_zone(a, origin, text);
	free(text);
}

/* left_over counts the pages under images of zones, and the records in the pool and the zone table. */
static void left_over(struct answering *a, size_t *pages, size_t *records)
{
	struct store_txn *t;
	struct page_key at, next;
	struct view v;

	*pages = *records = 0;
	ck_assert_int_eq(store_read(a->store, &t), OK);
	for (uint64_t image = 0; image < 500; image++)
		for (int table = TABLE_SHARDS; table <= TABLE_DENIAL; table++) {
			enum page_table in = table == TABLE_SHARDS ? TABLE_SHARDS : TABLE_DENIAL;
			for (enum err e = store_page_after(t, in, image, NULL, &next, &v); e == OK;
			     e = store_page_after(t, in, image, &at, &next, &v)) {
				at = next;
				*pages += image >= IMAGE_FIRST;
				*records += image < IMAGE_FIRST ? le16(v.p) : 0;
			}
		}
	store_abort(t);
}

static void nothing_is_left(struct answering *a)
{
	size_t pages, records;

	left_over(a, &pages, &records);
	ck_assert_msg(pages == 0, "%zu pages of images that nobody has", pages);
	ck_assert_msg(records == 0, "%zu records of zones that are gone", records);
}

START_TEST(a_zone_grows_and_shrinks_across_the_pool)
{
	static const unsigned sizes[] = { 2, 20, 200, 20, 2, 200, 2, 22, 24, 26, 28, 18, 200, 2 };
	struct answering a;
	char when[80];

	answering_begin(&a);
	compile(&a, "a.test.", 3, 1);
	for (unsigned i = 0; i < COUNT_OF(sizes); i++) {
		compile(&a, "test.", sizes[i], i + 2);
		snprintf(when, sizeof when, "step %u, %u names", i, sizes[i]);
		check_all(&a, when);
	}
	answering_drop(&a, "test.");
	check_all(&a, "dropped");
	answering_drop(&a, "a.test.");
	check_all(&a, "all dropped");
	nothing_is_left(&a);
	answering_end(&a);
}
END_TEST

START_TEST(zones_come_and_go_at_random)
{
	struct answering a;
	struct rng r = { (uint64_t)_i };
	bool there[COUNT_OF(origins)] = { false };
	char when[80];

	answering_begin(&a);
	for (unsigned step = 0; step < 25; step++) {
		size_t z = rng_below(&r, COUNT_OF(origins));
		there[z] = !there[z] || rng_percent(&r, 60);
		if (there[z])
			compile(&a, origins[z], rng_percent(&r, 70) ? rng_below(&r, 25) : 100 + rng_below(&r, 150),
				step + 1);
		else
			answering_drop(&a, origins[z]);
		snprintf(when, sizeof when, "seed %d, step %u: %s %s", _i, step, there[z] ? "compiled" : "dropped",
			 origins[z]);
		if (step % 4 == 0 || step > 20)
			check_all(&a, when);
	}
	for (size_t z = 0; z < COUNT_OF(origins); z++)
		if (there[z])
			answering_drop(&a, origins[z]);
	check_all(&a, "all dropped");
	nothing_is_left(&a);
	answering_end(&a);
}
END_TEST

/* put_stray puts a node without fragments into the pool, among the records of an apex. */
static void put_stray(struct answering *a, const char *owner, const char *apex)
{
	const struct hash_key *key = store_hash_key(a->store);
	struct name n = name_of(owner), top = name_of(apex);
	uint8_t record[NODE_HEAD + NAME_WIRE_MAX] = { n.len, (uint8_t)name_labels(&top) };
	struct entry e = { name_hash(key, &top), name_hash(key, &n), record, NODE_HEAD + (uint32_t)n.len };
	struct place_change change = { .image = IMAGE_POOL, .place = e.place, .add = &e, .n_add = 1 };
	struct arena scratch = { 0 };
	struct store_txn *t;

	memcpy(record + NODE_HEAD, n.wire, n.len);
	ck_assert_int_eq(store_write(a->store, &t), OK);
	ck_assert_int_eq(place_apply(t, store_psize(a->store), key, &change, &scratch), OK);
	ck_assert_int_eq(store_commit(t), OK);
	arena_free(&scratch);
	answering_ready(a);
}

/* What no zone's rows make is found: of a zone that is gone, of one with pages of its own, of one that is there.
 */
START_TEST(strays_in_the_pool_are_found)
{
	static const struct {
		const char *owner, *apex;
		unsigned in_pool, in_zone; /* wrong things found */
	} strays[] = {
		{ "x.gone.", "gone.", 1, 0 },
		{ "x.big.", "big.", 1, 0 },
		{ "x.test.", "test.", 0, 1 },
	};
	struct name apex = name_of("test.");
	struct verify_result r;

	for (size_t i = 0; i < COUNT_OF(strays); i++) {
		struct answering a;
		answering_begin(&a);
		compile(&a, "test.", 2, 1);
		compile(&a, "big.", 300, 1);
		put_stray(&a, strays[i].owner, strays[i].apex);
		ck_assert_int_eq(verify_pool(a.snapshot, &r), OK);
		ck_assert_msg(r.wrong == strays[i].in_pool, "%s in the pool: %s", strays[i].owner, r.first);
		ck_assert_int_eq(verify_zone(a.snapshot, &apex, &r), OK);
		ck_assert_msg(r.wrong == strays[i].in_zone, "%s in the zone: %s", strays[i].owner, r.first);
		answering_end(&a);
	}
}
END_TEST

/* So many small zones that the pool and the zone table split, and go again. */
START_TEST(many_small_zones)
{
	struct answering a;
	char origin[40], text[300];
	enum { ZONES = SEEDS_OF(400) };

	answering_begin(&a);
	for (unsigned i = 0; i < ZONES; i++) {
		snprintf(origin, sizeof origin, "zone%u.", i);
		snprintf(
		    text, sizeof text,
		    "$TTL 300\n@ SOA ns hostmaster %u 3600 600 86400 300\n@ NS ns\nns A 10.0.%u.%u\nx.y TXT z\n",
		    i, i / 250, i % 250);
		struct zone *z = load_text(text, origin);
		answering_compile(&a, z);
		zone_free(z);
	}
	answering_ready(&a);
	for (unsigned i = 0; i < ZONES; i++) {
		uint8_t request[100];
		struct wr w = wr_of(request, sizeof request);
		snprintf(origin, sizeof origin, "ns.zone%u.", i);
		request_of(&w, origin, RR_A);
		ck_assert_str_eq(answering_tell(&a, TRANSPORT_UDP, wr_view_of(&w)), "NOERROR qr aa 1/1/0/0");
		ck_assert_uint_eq(a.answer[a.n_answer - 1], i % 250);
		struct name apex = name_of(origin + 3);
		verified_zone(a.snapshot, &apex, origin);
	}
	for (unsigned i = 0; i < ZONES; i++) {
		snprintf(origin, sizeof origin, "zone%u.", i);
		answering_drop(&a, origin);
	}
	nothing_is_left(&a);
	answering_end(&a);
}
END_TEST

/* Names that need several pages each, in one zone: every shard has its big node, and other names beside it. Once
 * so many that nodes are made when their pages are, but for the big ones. */
static const unsigned big_nodes[] = { 30, 40 };

START_TEST(several_big_nodes)
{
	const unsigned nodes = big_nodes[_i];
	struct answering a;
	size_t cap = 600000, n;
	char *text = malloc(cap), name[100], report[4000];

	ck_assert_ptr_nonnull(text);
	n = (size_t)snprintf(text, cap,
			     "$TTL 300\n@ SOA ns hostmaster 1 3600 600 86400 300\n@ NS ns\nns A 192.0.2.1\n");
	for (unsigned i = 0; i < nodes; i++)
		for (unsigned k = 0; k < 10 + 3 * i; k++)
			n += (size_t)snprintf(text + n, cap - n, "big%u TXT \"%0100u\"\nsmall%u-%u A 10.0.0.1\n",
					      i, k, i, k);
	answering_begin(&a);
	answering_zone(&a, "test.", text);
	answering_ready(&a);
	verified_zone(a.snapshot, &a.zone[0]->apex, "big nodes");
	for (unsigned i = 0; i < nodes; i++) {
		snprintf(name, sizeof name, "big%u.test.", i);
		ck_assert_msg(answering_agrees(&a, name, RR_TXT, false, report, sizeof report), "%s: %s", name,
			      report);
		snprintf(name, sizeof name, "small%u-7.test.", i);
		ck_assert_msg(answering_agrees(&a, name, RR_A, false, report, sizeof report), "%s: %s", name,
			      report);
	}
	free(text);
	answering_end(&a);
}
END_TEST

/* Two names whose hashes are equal are told apart by their octets. */
START_TEST(equal_hashes)
{
	static const uint8_t first[] = { 5, 1, 0, 0, 1, 'a', 1, 't', 0 },
			     second[] = { 5, 1, 0, 0, 1, 'b', 1, 't', 0 };
	const struct entry e[] = { { 7, 7, first, sizeof first },
				   { 7, 7, second, sizeof second },
				   { 7, 7, NULL, 0 } };
	uint8_t page[4080];
	struct node_view n;
	struct probe p = { 7, second + 4, 5, 1, 0 };

	ck_assert(shard_write(e, 2, 0, page, sizeof page));
	ck_assert_int_eq(shard_find(view_of(page, sizeof page), &p, &n), FOUND_NODE);
	ck_assert_ptr_eq(node_owner(n).p, n.p + NODE_HEAD);
	ck_assert_mem_eq(node_owner(n).p, second + 4, 5);
	p.name = (const uint8_t *)"\1c\1t";
	ck_assert_int_eq(shard_find(view_of(page, sizeof page), &p, &n), FOUND_NONE);
	p.apex_labels = 0;
	p.name = first + 4;
	ck_assert_int_eq(shard_find(view_of(page, sizeof page), &p, &n), FOUND_NONE);
	ck_assert(shard_write(e, 3, 0, page, sizeof page));
	p.apex_labels = 1;
	ck_assert_int_eq(shard_find(view_of(page, sizeof page), &p, &n), FOUND_NODE);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("life");
	TCase *t = tcase_create("life");

	tcase_set_timeout(t, 300);
	tcase_add_test(t, a_zone_grows_and_shrinks_across_the_pool);
	tcase_add_loop_test(t, zones_come_and_go_at_random, 0, SEEDS_OF(8));
	tcase_add_test(t, strays_in_the_pool_are_found);
	tcase_add_test(t, many_small_zones);
	tcase_add_loop_test(t, several_big_nodes, 0, COUNT_OF(big_nodes));
	tcase_add_test(t, equal_hashes);
	suite_add_tcase(s, t);
	return run_suite(s);
}
