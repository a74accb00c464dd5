/*
 * Batches: what query_touch prepared is answered as if nobody had prepared
 * it, whatever stands beside it in the batch.
 */
#include "tests/help/run.h"

#include <stdio.h>

#include "tests/help/answering.h"

enum { ZONES = ANSWERING_ZONES, ANSWER_MAX = 1232 };

/* No zone's negative answers are another's. */
static void add_zone(struct answering *in, unsigned i)
{
	char origin[16], text[200];

	snprintf(origin, sizeof origin, "z%u.", i);
	snprintf(text, sizeof text,
		 "@ 60 SOA ns.x. root.x. %u 2 3 4 5\n@ 60 NS ns.x.\nwww 60 A 192.0.2.1\n"
		 "cut 60 NS ns.cut\nns.cut 60 A 192.0.2.2\n",
		 i);
	answering_zone(in, origin, text);
}

static const char *const names[] = { "www.", "x.y.cut.", "cut.", "no.such.name.", "" };

struct batch {
	uint8_t octets[QUERY_BATCH][300];
	struct view request[QUERY_BATCH];
};

/* More zones than the cache keeps apart, in turn; among them requests that get no answer or an error. */
static void fill(struct batch *b, unsigned round)
{
	for (unsigned i = 0; i < QUERY_BATCH; i++) {
		struct wr w = wr_of(b->octets[i], sizeof b->octets[i]);
		char name[80];

		snprintf(name, sizeof name, "%sz%u.", names[(i + round) % COUNT_OF(names)],
			 (7 * i + round) % (ZONES + 1));
		request_of(&w, name, 1);
		if (i % 3 == 0)
			request_opt(&w, 1232, i % 2 ? 0x8000 : 0, BYTES(""));
		if (i % 11 == 5)
			b->octets[i][2] = 0x80; /* an answer: silence */
		if (i % 11 == 7)
			b->octets[i][MSG_HEADER] = 0xc0; /* no name */
		b->request[i] = view_of(w.p, i % 11 == 9 ? 20 - round : w.len);
	}
}

/* Two ways to the same answer: from a batch, and alone. */
static size_t touched(const struct answering *in, unsigned slot, uint8_t *out)
{
	return query_answer_touched(in->answerer, in->snapshot, slot, out, ANSWER_MAX);
}

static size_t alone(struct answerer *a, const struct answering *in, struct view request, uint8_t *out)
{
	struct wr w = wr_of(out, ANSWER_MAX);

	return query_answer(a, in->snapshot, TRANSPORT_UDP, request, &w) == SEND ? w.len : 0;
}

/* Answers every `every`-th request of a touched batch and compares with an answerer that knows of no batches. */
static void compare(struct answering *in, struct answerer *plain, const struct batch *b, unsigned every)
{
	query_touch(in->answerer, in->snapshot, b->request, QUERY_BATCH);
	for (unsigned i = 0; i < QUERY_BATCH; i += every) {
		uint8_t one[ANSWER_MAX], other[ANSWER_MAX];
		size_t n = touched(in, i, one), m = alone(plain, in, b->request[i], other);

		ck_assert_msg(n == m, "request %u: %zu octets, not %zu", i, n, m);
		ck_assert_mem_eq(one, other, n);
	}
}

START_TEST(a_touched_batch_is_answered_the_same)
{
	struct answering in;
	struct answerer *plain;
	struct batch b;

	answering_begin(&in);
	plain = answerer_new(&in.options);
	for (unsigned i = 0; i < ZONES; i++)
		add_zone(&in, i);
	answering_ready(&in);
	for (unsigned round = 0; round < 8; round++) {
		fill(&b, round);
		compare(&in, plain, &b, 1);
		compare(&in, plain, &b, 3); /* some were touched in vain */
		compare(&in, plain, &b, 1); /* some zones are in the cache at first, and are driven out */
		answering_drop(&in, "z3.");
		answering_ready(&in); /* the next batch is of another snapshot */
		add_zone(&in, 3);
		answering_ready(&in);
	}
	answerer_free(plain);
	answering_end(&in);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("touch");
	TCase *t = tcase_create("touch");

	tcase_set_timeout(t, 60);
	tcase_add_test(t, a_touched_batch_is_answered_the_same);
	suite_add_tcase(s, t);
	return run_suite(s);
}
