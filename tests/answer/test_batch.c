/*
 * Requests that were touched in a batch get the same octets as requests that
 * were not, whatever else is in the batch and in whatever came before it in
 * the same memory.
 */
#include "tests/help/run.h"

#include "tests/help/answering.h"
#include "tests/help/rng.h"
#include "tests/help/zoo.h"

enum { LENGTH = 300 };

struct batch {
	uint8_t request[QUERY_BATCH][LENGTH]; /* always the same memory, as a transport's */
	size_t n[QUERY_BATCH];
	unsigned count;
};

static const char *const names[] = { "ns.small.",     "ns.big.",      "mx.big3.",  "mx.small.",    "h1.big.",
				     "x.cut.small3.", "alias.small.", "none.big.", "deep.er.big.", "ns.away." };

/* random_request is mostly a question; some are answers, of another opcode, cut off or have no question. */
static void random_request(struct batch *b, size_t at, struct rng *r)
{
	struct wr w = wr_of(b->request[at], LENGTH);
	uint32_t dice = rng_below(r, 100);

	request_of(&w, names[rng_below(r, COUNT_OF(names))], rng_percent(r, 50) ? RR_A : RR_MX);
	if (rng_percent(r, 60))
		request_opt(&w, 1232, rng_percent(r, 50) ? EDNS_DO : 0, view_of(NULL, 0));
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
	b->n[at] = w.len;
}

/* answer_one asks both answerers; the one whose batch was touched must say what the other says. */
static void answer_one(struct answering *a, struct answerer *plain, const struct batch *b, unsigned i, int seed)
{
	static uint8_t one[MSG_MAX], two[MSG_MAX];
	struct view request = { b->request[i], b->n[i] };
	struct wr want = wr_of(two, 1232);
	size_t n = query_answer_touched(a->answerer, a->snapshot, i, one, 1232);

	ck_assert_int_eq(query_answer(plain, a->snapshot, TRANSPORT_UDP, request, &want), n != 0 ? SEND : DROP);
	ck_assert_msg(n == want.len && memcmp(one, two, n) == 0, "seed %d: another answer", seed);
}

START_TEST(touched_or_not_the_answer_is_the_same)
{
	struct answering a;
	struct rng r = { (uint64_t)_i };
	static struct batch b;

	answering_begin(&a);
	zoo_zones(&a);
	answering_ready(&a);
	struct answerer *plain = answerer_new(&a.options);
	for (unsigned round = 0; round < 400; round++) {
		b.count = rng_percent(&r, 40) ? 1 : 1 + rng_below(&r, QUERY_BATCH);
		for (size_t i = 0; i < b.count; i++)
			random_request(&b, i, &r);
		struct view requests[QUERY_BATCH];
		for (unsigned i = 0; i < b.count; i++)
			requests[i] = view_of(b.request[i], b.n[i]);
		query_touch(a.answerer, a.snapshot, requests, b.count);
		for (unsigned i = 0; i < b.count; i++)
			answer_one(&a, plain, &b, i, _i);
		if (round % 50 == 49)
			answering_ready(&a);
	}
	answerer_free(plain);
	answering_end(&a);
}
END_TEST

/* Of one batch some are never answered; those of the next, in the same memory and of the same length, are other
 * questions. One that comes alone in between does not disturb a batch. */
START_TEST(what_was_not_answered_is_forgotten)
{
	static uint8_t first[64], second[64];
	struct wr w = wr_of(first, sizeof first), v = wr_of(second, sizeof second);
	struct view batch[2];
	struct answering a;

	answering_begin(&a);
	zoo_zones(&a);
	answering_ready(&a);
	request_of(&w, "mx.small.", RR_A);
	first[2] |= 0x80;
	request_of(&v, "ns.small.", RR_A);
	batch[0] = wr_view_of(&w);
	batch[1] = wr_view_of(&v);
	query_touch(a.answerer, a.snapshot, batch, 2);
	ck_assert_str_eq(answering_tell(&a, TRANSPORT_UDP, batch[0]), "silence");
	ck_assert_str_eq(answering_tell_slot(&a, 1), "NOERROR qr aa 1/1/0/0");
	ck_assert_str_eq(answering_tell_slot(&a, 0), "silence");
	w.len = 0;
	request_of(&w, "mx.small.", RR_A);
	query_touch(a.answerer, a.snapshot, batch, 1);
	ck_assert_str_eq(answering_tell_slot(&a, 0), "NOERROR qr aa 1/0/1/0");
	answering_end(&a);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("batch");
	TCase *t = tcase_create("batch");

	tcase_set_timeout(t, 60);
	tcase_add_test(t, what_was_not_answered_is_forgotten);
	tcase_add_loop_test(t, touched_or_not_the_answer_is_the_same, 0, 20);
	suite_add_tcase(s, t);
	return run_suite(s);
}
