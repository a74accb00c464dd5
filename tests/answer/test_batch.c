/*
 * Requests that are answered in a batch, where they stood, get the same
 * octets as requests that come alone, whatever else is in the batch and in
 * whatever was in the same memory before.
 */
#include "tests/help/run.h"

#include <stdio.h>

#include "tests/help/answering.h"
#include "tests/help/rng.h"
#include "tests/help/zoo.h"

enum { ZONES = ANSWERING_ZONES, ROOM = 1232 };

struct batch {
	uint8_t octets[QUERY_BATCH][ROOM]; /* always the same memory, as a transport's */
	struct exchange x[QUERY_BATCH];
	unsigned n;
};

/* place gives the next place of a batch, empty. */
static struct wr place(struct batch *b)
{
	return wr_of(b->octets[b->n], ROOM);
}

static void take(struct batch *b, size_t n)
{
	b->x[b->n] = (struct exchange){ b->octets[b->n], n };
	b->n++;
}

/* Two ways to the same answers: alone, by an answerer that knows of no batches, and all at once. */
static void compare(struct answering *a, struct answerer *alone, struct batch *b)
{
	static uint8_t want[QUERY_BATCH][ROOM];
	size_t n[QUERY_BATCH];

	for (unsigned i = 0; i < b->n; i++) {
		struct wr w = wr_of(want[i], ROOM);
		struct view request = view_of(b->x[i].p, b->x[i].n);

		n[i] = query_answer(alone, a->snapshot, TRANSPORT_UDP, request, &w) == SEND ? w.len : 0;
	}
	query_answer_batch(a->answerer, a->snapshot, b->x, b->n);
	for (unsigned i = 0; i < b->n; i++) {
		ck_assert_msg(b->x[i].n == n[i], "request %u: %zu octets, not %zu", i, b->x[i].n, n[i]);
		ck_assert_mem_eq(b->x[i].p, want[i], n[i]);
	}
	b->n = 0;
}

/* ---- anything, from zones of every kind ---- */

static const char *const zoo_names[] = {
	"ns.small.",     "ns.big.",      "mx.big3.",  "mx.small.",    "h1.big.",
	"x.cut.small3.", "alias.small.", "none.big.", "deep.er.big.", "ns.away."
};

/* A TSIG of a key that nobody has, whose name points to the question's: it must be echoed from where the answer is
 * written. */
static void request_tsig(struct wr *w)
{
	static const uint8_t rest[] = "\x00\xfa\x00\xff\x00\x00\x00\x00\x00\x1a\x08hmac-md5\x00"
				      "\x00\x00\x00\x00\x00\x01\x01\x2c\x00\x00\x12\x34\x00\x00\x00";

	wr_u16(w, 0xc000 | MSG_HEADER);
	wr_bytes(w, rest, sizeof rest);
	put_u16(w->p + 10, (uint16_t)(get_u16(w->p + 10) + 1));
}

/* take_anything is mostly a question; some are answers, of another opcode, cut off or have no question. */
static void take_anything(struct batch *b, struct rng *r)
{
	struct wr w = place(b);
	uint32_t dice = rng_below(r, 100);

	request_of(&w, zoo_names[rng_below(r, COUNT_OF(zoo_names))], rng_percent(r, 50) ? RR_A : RR_MX);
	if (rng_percent(r, 60))
		request_opt(&w, 1232, rng_percent(r, 50) ? EDNS_DO : 0, view_of(NULL, 0));
	if (rng_percent(r, 10))
		request_tsig(&w);
	if (dice < 8)
		w.p[2] |= 0x80;
	else if (dice < 14)
		w.p[2] |= (uint8_t)(rng_below(r, 16) << 3);
	else if (dice < 18)
		w.p[5] = (uint8_t)rng_below(r, 3);
	else if (dice < 22)
		w.len = rng_below(r, (uint32_t)w.len + 1);
	else if (dice < 26)
		w.p[MSG_HEADER + rng_below(r, 12)] = (uint8_t)rng_next(r);
	take(b, w.len);
}

START_TEST(in_a_batch_or_alone_the_answer_is_the_same)
{
	struct answering a;
	struct rng r = { (uint64_t)_i };
	static struct batch b;

	answering_begin(&a);
	zoo_zones(&a);
	answering_ready(&a);
	struct answerer *alone = answerer_new(&a.options);
	for (unsigned round = 0; round < 400; round++) {
		for (unsigned n = rng_percent(&r, 40) ? 1 : 1 + rng_below(&r, QUERY_BATCH); n > 0; n--)
			take_anything(&b, &r);
		compare(&a, alone, &b);
		if (round % 50 == 49)
			answering_ready(&a);
	}
	answerer_free(alone);
	answering_end(&a);
}
END_TEST

/* ---- more zones than an answerer keeps apart, in turn ---- */

/* No zone's negative answers are another's. */
static void add_zone(struct answering *a, unsigned i)
{
	char origin[16], text[200];

	snprintf(origin, sizeof origin, "z%u.", i);
	snprintf(text, sizeof text,
		 "@ 60 SOA ns.x. root.x. %u 2 3 4 5\n@ 60 NS ns.x.\nwww 60 A 192.0.2.1\n"
		 "cut 60 NS ns.cut\nns.cut 60 A 192.0.2.2\nout 60 CNAME www.z%u.\n",
		 i, (i + 5) % ZONES);
	answering_zone(a, origin, text);
}

static const char *const names[] = { "www.", "x.y.cut.", "cut.", "no.such.name.", "out.", "" };

static void take_of_zone(struct batch *b, unsigned round)
{
	struct wr w = place(b);
	unsigned i = b->n;
	char name[80];

	snprintf(name, sizeof name, "%sz%u.", names[(i + round) % COUNT_OF(names)], (7 * i + round) % (ZONES + 1));
	request_of(&w, name, RR_A);
	if (i % 3 == 0)
		request_opt(&w, 1232, i % 2 ? EDNS_DO : 0, view_of(NULL, 0));
	take(b, w.len);
}

START_TEST(zones_drive_each_other_out_of_the_cache)
{
	struct answering a;
	static struct batch b;

	answering_begin(&a);
	for (unsigned i = 0; i < ZONES; i++)
		add_zone(&a, i);
	answering_ready(&a);
	struct answerer *alone = answerer_new(&a.options);
	for (unsigned round = 0; round < 24; round++) {
		while (b.n < QUERY_BATCH)
			take_of_zone(&b, round);
		compare(&a, alone, &b);
		if (round % 3 != 2)
			continue;
		answering_drop(&a, "z3.");
		answering_ready(&a); /* the next batch is of another snapshot */
		add_zone(&a, 3);
		answering_ready(&a);
	}
	answerer_free(alone);
	answering_end(&a);
}
END_TEST

START_TEST(options_out_of_range_make_no_answerer)
{
	struct answer_options o;

	answer_options_default(&o);
	o.udp_size = MSG_UDP_PLAIN - 1;
	ck_assert_ptr_null(answerer_new(&o));
	o.udp_size = UDP_ANSWER_MAX + 1;
	ck_assert_ptr_null(answerer_new(&o));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("batch");
	TCase *t = tcase_create("batch");

	tcase_set_timeout(t, 60);
	tcase_add_test(t, zones_drive_each_other_out_of_the_cache);
	tcase_add_loop_test(t, in_a_batch_or_alone_the_answer_is_the_same, 0, 20);
	tcase_add_test(t, options_out_of_range_make_no_answerer);
	suite_add_tcase(s, t);
	return run_suite(s);
}
