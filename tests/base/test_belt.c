#include "base/belt.h"

#include "base/work.h"
#include "tests/help/run.h"

enum { PIECES = 997, OCTETS = 512 };

struct seen {
	uint8_t slot[BELT_SLOTS][OCTETS];
	atomic_uint made[PIECES];
	size_t taken, wrong, fails_at;
};

static uint8_t octet_of(size_t piece, size_t i)
{
	return (uint8_t)(piece * 7 + i);
}

static void make(void *context, size_t piece, unsigned slot)
{
	struct seen *s = context;

	atomic_fetch_add(&s->made[piece], 1);
	for (size_t i = 0; i < OCTETS; i++)
		s->slot[slot][i] = octet_of(piece, i);
}

static enum err take(void *context, size_t piece, unsigned slot)
{
	struct seen *s = context;

	if (piece == s->fails_at)
		return ERR_FULL;
	s->wrong += piece != s->taken++;
	for (size_t i = 0; i < OCTETS; i++)
		s->wrong += s->slot[slot][i] != octet_of(piece, i);
	return OK;
}

static const struct belt_calls calls = { make, take };

static enum err run(size_t n, unsigned threads, size_t fails_at, struct seen *s)
{
	memset(s, 0, sizeof *s);
	s->fails_at = fails_at;
	work_use(threads);
	enum err e = belt_run(n, &calls, s);
	work_use(1);
	return e;
}

/* Every piece is made once, and taken in its order as it was made: nothing else was made in its place before. */
START_TEST(in_order)
{
	static struct seen s;

	ck_assert_int_eq(run(PIECES, (unsigned)_i, PIECES, &s), OK);
	ck_assert_uint_eq(s.taken, PIECES);
	ck_assert_uint_eq(s.wrong, 0);
	for (size_t i = 0; i < PIECES; i++)
		ck_assert_uint_eq(s.made[i], 1);
}
END_TEST

/* What cannot be taken ends it: nobody goes on making, and nobody waits for ever. */
START_TEST(first_error_ends)
{
	static struct seen s;

	for (size_t at = 0; at < 20; at++) {
		ck_assert_int_eq(run(PIECES, (unsigned)_i, at, &s), ERR_FULL);
		ck_assert_uint_eq(s.taken, at);
		ck_assert_uint_eq(s.wrong, 0);
		for (size_t i = at + BELT_SLOTS; i < PIECES; i++)
			ck_assert_uint_eq(s.made[i], 0);
	}
}
END_TEST

START_TEST(few_pieces)
{
	static struct seen s;

	for (size_t n = 0; n <= BELT_SLOTS + 1; n++) {
		ck_assert_int_eq(run(n, (unsigned)_i, PIECES, &s), OK);
		ck_assert_uint_eq(s.taken, n);
		ck_assert_uint_eq(s.wrong, 0);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("belt");
	TCase *t = tcase_create("belt");

	tcase_add_loop_test(t, in_order, 1, 5);
	tcase_add_loop_test(t, first_error_ends, 1, 4);
	tcase_add_loop_test(t, few_pieces, 1, 4);
	suite_add_tcase(s, t);
	return run_suite(s);
}
