#include "tests/help/run.h"

#include <stdlib.h>

#include "base/wr.h"
#include "dns/msg.h"
#include "dns/rrtype.h"
#include "sec/ds_query.h"
#include "tests/help/rng.h"

enum { ID = 0x1234 };

static const struct name zone = { 14, { 4, 't', 'e', 's', 't', 7, 'e', 'x', 'a', 'm', 'p', 'l', 'e', 0 } };

static void put_record(struct wr *w, uint16_t owner, uint16_t type, uint32_t ttl, size_t len)
{
	wr_u16(w, owner);
	wr_u16(w, type);
	wr_u16(w, CLASS_IN);
	wr_u32(w, ttl);
	wr_u16(w, (uint16_t)len);
	for (size_t i = 0; i < len; i++)
		wr_u8(w, (uint8_t)i);
}

/* A right answer: two DS records, or none and the SOA of "example.". */
static struct view right(uint8_t room[512], bool any)
{
	struct wr w = wr_of(room, 512);

	ds_question(&zone, ID, &w);
	put_u16(room + 2, FLAG_QR | FLAG_AA);
	put_u16(room + 6, any ? 2 : 0);
	put_u16(room + 8, any ? 0 : 1);
	if (any) {
		put_record(&w, 0xc00c, RR_DS, 300, 36);
		put_record(&w, 0xc00c, RR_DS, 0x80000001, 4);
	} else {
		put_record(&w, 0xc00c + 5, RR_SOA, 300, 22);
	}
	ck_assert(!w.full);
	return wr_view_of(&w);
}

START_TEST(a_question)
{
	uint8_t room[DS_QUESTION_MAX];
	struct wr w = wr_of(room, sizeof room);

	ds_question(&zone, ID, &w);
	ck_assert_uint_eq(w.len, 12 + zone.len + 4U);
	ck_assert_mem_eq(room, "\x12\x34\0\0\0\1\0\0\0\0\0\0\4test", 17);
	ck_assert_mem_eq(room + w.len - 4, "\0\53\0\1", 4);
}
END_TEST

START_TEST(answers)
{
	uint8_t room[512];
	struct ds_set set;

	ck_assert_ptr_null(ds_answer(right(room, true), &zone, ID, &set));
	ck_assert_uint_eq(set.n, 2);
	ck_assert_uint_eq(set.ttl, 300); /* the other's first bit makes it 0: RFC 2181 8 */
	ck_assert_uint_eq(set.rdata[0].n, 36);
	ck_assert_uint_eq(set.rdata[1].n, 4);
	ck_assert_ptr_null(ds_answer(right(room, false), &zone, ID, &set));
	ck_assert_uint_eq(set.n, 0);
}
END_TEST

/* However much of it is missing, it is none, and nothing behind its end is read. */
START_TEST(parts_of_answers)
{
	uint8_t room[512];
	struct ds_set set;

	for (int any = 0; any < 2; any++) {
		struct view whole = right(room, any != 0);

		for (size_t n = 0; n < whole.n; n++) {
			uint8_t *part = malloc(n + 1);

			memcpy(part, whole.p, n);
			const char *wrong = ds_answer(view_of(part, n), &zone, ID, &set);
			ck_assert_msg(wrong != NULL && set.n == 0, "%zu of %zu octets", n, whole.n);
			free(part);
		}
	}
}
END_TEST

/* Octets of all kinds at all places: what is taken lies in the message. */
START_TEST(damaged_answers)
{
	struct rng rng = { 7 };
	uint8_t room[512];
	struct ds_set set;

	for (int i = 0; i < 200000; i++) {
		struct view v = right(room, (i & 1) != 0);

		for (uint32_t n = 1 + rng_below(&rng, 3); n > 0; n--)
			room[rng_below(&rng, (uint32_t)v.n)] = (uint8_t)rng_next(&rng);
		const char *wrong = ds_answer(v, &zone, ID, &set);
		ck_assert(wrong == NULL || set.n == 0);
		for (unsigned k = 0; k < set.n; k++)
			ck_assert(set.rdata[k].p >= v.p && set.rdata[k].p + set.rdata[k].n <= v.p + v.n);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("ds_query");
	TCase *t = tcase_create("ds_query");

	tcase_add_test(t, a_question);
	tcase_add_test(t, answers);
	tcase_add_test(t, parts_of_answers);
	tcase_add_test(t, damaged_answers);
	suite_add_tcase(s, t);
	return run_suite(s);
}
