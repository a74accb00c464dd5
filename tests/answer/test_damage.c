/*
 * Pages that zonec never wrote: every octet of some pages with other values,
 * then many octets of all pages. Whatever is asked: no crash and no read
 * outside the page (this runs under the sanitizers, too), an answer with the
 * request's id and question, SERVFAIL and the zone's name where the damage is
 * seen; and zones on other pages answer as before.
 */
#include "tests/help/run.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/le.h"
#include "tests/help/answering.h"
#include "tests/help/images.h"
#include "tests/help/rng.h"
#include "tests/help/zoo.h"
#include "tests/model/twin.h"

static const char *const names[] = {
	"",        "ns.",        "mx.",       "alias.",   "x.moved.", "cut.", "x.cut.",
	"ns.cut.", "wild.",      "a.b.wild.", "nothing.", "deep.er.", "big.", "deep.er.and.deep.er.",
	"*.wild.", "x.ns.cut2.", "much."
};
static const uint16_t types[] = { RR_A, RR_NS, RR_SOA, RR_MX, RR_TXT, RR_DS, RR_NSEC, RR_ANY, RR_RRSIG, RR_AXFR };

struct damage {
	struct answering a;
	struct images i;
};

static void begin(struct damage *d)
{
	answering_begin(&d->a);
	d->a.options.any_full_over_tcp = true;
	zoo_zones(&d->a);
	images_of(d->a.store, &d->i);
}

static void end(struct damage *d)
{
	images_free(&d->i);
	answering_end(&d->a);
}

/* ask asks over the copied pages; the answer must be one to this request. Gives its RCODE. */
static unsigned ask(struct damage *d, const char *name, const char *apex, uint16_t type, bool dnssec)
{
	char text[NAME_TEXT_MAX];
	uint8_t request[600];
	struct wr w = wr_of(request, sizeof request);

	snprintf(text, sizeof text, "%s%s", name, name[0] != 0 && strcmp(apex, ".") == 0 ? "" : apex);
	request_of(&w, text, type);
	size_t question = w.len;
	if (dnssec)
		request_opt(&w, 4096, EDNS_DO, view_of(NULL, 0));
	uint8_t *out = malloc(MSG_MAX);
	struct wr answer = wr_of(out, MSG_MAX);
	ck_assert_int_eq(query_answer(d->a.answerer, &d->i.snapshot, TRANSPORT_TCP, wr_view_of(&w), &answer),
			 SEND);
	ck_assert_uint_ge(answer.len, question);
	ck_assert_mem_eq(out, request, 2);
	ck_assert_mem_eq(out + 12, request + 12, question - 12);
	ck_assert_uint_eq(out[2] & 0xf8, 0x80);
	unsigned rcode = out[3] & 15U;
	free(out);
	return rcode;
}

static unsigned ask_all(struct damage *d, const char *apex)
{
	unsigned failed = 0;

	for (size_t n = 0; n < COUNT_OF(names); n++)
		for (size_t t = 0; t < COUNT_OF(types); t++)
			failed += ask(d, names[n], apex, types[t], t % 2 == 0) == RCODE_SERVFAIL;
	return failed;
}

/* spoil gives every octet of the i-th page other values, one at a time. */
static void spoil_page(struct damage *d, size_t page, const char *apex)
{
	static const uint8_t flips[] = { 0xff, 0x01 };
	struct page_copy *c = &d->i.page[page];
	size_t used = le16(c->p + (c->table == TABLE_SHARDS ? 4 : 2));

	for (size_t at = 0; at < used; at++)
		for (size_t f = 0; f < COUNT_OF(flips); f++) {
			c->p[at] ^= flips[f];
			images_changed(&d->i);
			for (size_t n = 0; n < COUNT_OF(names); n++)
				ask(d, names[n], apex, types[(at + n) % COUNT_OF(types)], (at + f) % 2 == 0);
			c->p[at] ^= flips[f];
		}
	images_changed(&d->i);
	ck_assert_uint_eq(ask_all(d, apex), 0);
}

static const struct {
	const char *why;
	uint64_t image; /* or 2: the first image of a zone of its own, 3: the second */
	enum page_table table;
	const char *apex;
} spoilt[] = {
	{ "the zone table", IMAGE_ZONES, TABLE_SHARDS, "small." },
	{ "the zone table, asked for a big zone", IMAGE_ZONES, TABLE_SHARDS, "big3." },
	{ "the pool", IMAGE_POOL, TABLE_SHARDS, "small." },
	{ "the pool with NSEC3", IMAGE_POOL, TABLE_SHARDS, "small3." },
	{ "a shard", 2, TABLE_SHARDS, "big." },
	{ "a run of NSEC", 2, TABLE_DENIAL, "big." },
	{ "a shard of a zone with NSEC3", 3, TABLE_SHARDS, "big3." },
	{ "a run of NSEC3", 3, TABLE_DENIAL, "big3." },
};

START_TEST(every_octet_of_a_page)
{
	struct damage d;
	uint64_t image = spoilt[_i].image;

	begin(&d);
	if (image >= IMAGE_FIRST)
		image = d.i.image[image].id;
	size_t k = 0;
	while (k < d.i.n_pages && (d.i.page[k].image != image || d.i.page[k].table != spoilt[_i].table))
		k++;
	ck_assert_msg(k < d.i.n_pages, "there is no page: %s", spoilt[_i].why);
	spoil_page(&d, k, spoilt[_i].apex);
	end(&d);
}
END_TEST

/* The root has no labels, so nothing may be counted down from it: every bit of what is stored of it, one at a
 * time. */
START_TEST(every_bit_of_the_root)
{
	struct damage d;

	answering_begin(&d.a);
	answering_zone(&d.a, ".",
		       "@ 60 SOA ns. root. 1 2 3 4 5\n@ 60 NS ns.\nns 60 A 192.0.2.1\n*.wild 60 A 192.0.2.2\n"
		       "moved 60 DNAME wild.\ncut 60 NS ns.cut.\nns.cut 60 A 192.0.2.3\n");
	images_of(d.a.store, &d.i);
	for (size_t k = 0; k < d.i.n_pages; k++) {
		struct page_copy *c = &d.i.page[k];
		size_t used = le16(c->p + (c->table == TABLE_SHARDS ? 4 : 2));

		for (size_t bit = 0; bit < 8 * used; bit++) {
			c->p[bit / 8] ^= (uint8_t)(1U << bit % 8);
			images_changed(&d.i);
			for (size_t t = 0; t < COUNT_OF(types); t++)
				ask(&d, names[(bit + t) % 3 == 0 ? t % COUNT_OF(names) : 0], ".", types[t],
				    bit & 8);
			c->p[bit / 8] ^= (uint8_t)(1U << bit % 8);
		}
	}
	images_changed(&d.i);
	ck_assert_uint_eq(ask_all(&d, "."), 0);
	end(&d);
}
END_TEST

START_TEST(many_octets_of_all_pages)
{
	struct damage d;
	struct rng r = { (uint64_t)_i };

	begin(&d);
	for (unsigned round = 0; round < 40; round++) {
		for (unsigned n = 1 + rng_below(&r, 300); n > 0; n--) {
			struct page_copy *c = &d.i.page[rng_below(&r, (uint32_t)d.i.n_pages)];
			size_t span = rng_percent(&r, 50) ? 400 : c->n;
			c->p[rng_below(&r, (uint32_t)span)] = (uint8_t)rng_next(&r);
		}
		images_changed(&d.i);
		for (size_t z = 0; z < d.a.n_zones; z++) {
			char apex[NAME_TEXT_MAX];
			name_print(&d.a.zone[z]->apex, apex);
			ask_all(&d, apex);
		}
		images_mend(&d.i);
	}
	for (size_t z = 0; z < d.a.n_zones; z++) {
		char apex[NAME_TEXT_MAX];
		name_print(&d.a.zone[z]->apex, apex);
		ck_assert_uint_eq(ask_all(&d, apex), 0);
	}
	end(&d);
}
END_TEST

START_TEST(random_zones_with_random_damage)
{
	struct damage d;
	struct twin t;
	struct rng r = { (uint64_t)_i };
	static uint8_t request[512], response[MSG_MAX];

	answering_begin(&d.a);
	twin_open(&t, (uint64_t)_i + 5000);
	for (size_t i = 0; i < t.zones.n; i++)
		answering_compile(&d.a, t.zones.zone[i]);
	images_of(d.a.store, &d.i);
	for (unsigned round = 0; round < 100; round++) {
		for (unsigned n = 1 + rng_below(&r, 50); n > 0; n--) {
			struct page_copy *c = &d.i.page[rng_below(&r, (uint32_t)d.i.n_pages)];
			size_t span = rng_percent(&r, 50) ? 600 : c->n;
			c->p[rng_below(&r, (uint32_t)span)] ^= (uint8_t)(1U << rng_below(&r, 8));
		}
		images_changed(&d.i);
		for (unsigned i = 0; i < 40; i++) {
			struct twin_question q = twin_question(&t);
			struct wr in = wr_of(request, sizeof request), out = wr_of(response, sizeof response);
			twin_request(&q, (uint16_t)i, &in);
			ck_assert_int_eq(
			    query_answer(d.a.answerer, &d.i.snapshot, TRANSPORT_TCP, wr_view_of(&in), &out), SEND);
			ck_assert_mem_eq(response + 12, request + 12, (size_t)q.qname.len + 4);
		}
		images_mend(&d.i);
	}
	twin_close(&t);
	end(&d);
}
END_TEST

/* One page is made useless: its zone says SERVFAIL and is named, the others answer. */
START_TEST(a_useless_page_is_told_of)
{
	struct damage d;

	begin(&d);
	for (size_t k = 0; k < d.i.n_pages; k++)
		if (d.i.page[k].image == d.i.image[2].id && d.i.page[k].table == TABLE_SHARDS)
			memset(d.i.page[k].p, 0, d.i.page[k].n);
	images_changed(&d.i);
	ck_assert_uint_eq(answerer_counters(d.a.answerer)->damaged, 0);
	ck_assert_str_eq(answerer_damaged(d.a.answerer), "");
	ck_assert_uint_eq(ask(&d, "ns.", "big.", RR_A, false), RCODE_SERVFAIL);
	ck_assert_uint_eq(answerer_counters(d.a.answerer)->damaged, 1);
	ck_assert_str_eq(answerer_damaged(d.a.answerer), "big.");
	ck_assert_uint_eq(ask_all(&d, "small."), 0);
	ck_assert_uint_eq(ask_all(&d, "small3."), 0);
	ck_assert_uint_eq(ask_all(&d, "big3."), 0);
	end(&d);
}
END_TEST

START_TEST(a_useless_zone_table_is_told_of)
{
	struct damage d;

	begin(&d);
	memset(d.i.page[0].p, 0, d.i.page[0].n);
	ck_assert_uint_eq(d.i.page[0].image, IMAGE_ZONES);
	images_changed(&d.i);
	ck_assert_uint_eq(ask(&d, "ns.", "big.", RR_A, false), RCODE_SERVFAIL);
	ck_assert_uint_eq(answerer_counters(d.a.answerer)->damaged, 1);
	ck_assert_str_eq(answerer_damaged(d.a.answerer), "big.");
	ck_assert_uint_eq(ask(&d, "", "small.", RR_AXFR, false), RCODE_SERVFAIL);
	ck_assert_uint_eq(answerer_counters(d.a.answerer)->damaged, 2);
	end(&d);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("damage");
	TCase *t = tcase_create("damage");

	tcase_set_timeout(t, 600);
	tcase_add_loop_test(t, every_octet_of_a_page, 0, (int)COUNT_OF(spoilt));
	tcase_add_test(t, every_bit_of_the_root);
	tcase_add_loop_test(t, many_octets_of_all_pages, 0, 4);
	tcase_add_loop_test(t, random_zones_with_random_damage, 0, SEEDS_OF(30));
	tcase_add_test(t, a_useless_page_is_told_of);
	tcase_add_test(t, a_useless_zone_table_is_told_of);
	suite_add_tcase(s, t);
	return run_suite(s);
}
