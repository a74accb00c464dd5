/*
 * The differential test: random groups of zones are compiled, random questions
 * asked, and every answer must be the message the naive twin gives. The test's
 * number is the seed: a failure names itself.
 *
 * EDICT_TWIN_ZONES and EDICT_TWIN_QUESTIONS ask for more than `make check` does.
 */
#include "tests/help/run.h"

#include <stdlib.h>

#include "tests/help/answering.h"

static unsigned asked_for(const char *variable, unsigned preset)
{
	const char *text = getenv(variable);

	return text != NULL ? (unsigned)strtoul(text, NULL, 10) : preset;
}

START_TEST(baked_answers_equal_naive_ones)
{
	struct twin t;

	twin_open(&t, (uint64_t)_i);
	answering_twin(&t, asked_for("EDICT_TWIN_QUESTIONS", 300));
	twin_close(&t);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("twin");
	TCase *t = tcase_create("twin");

	tcase_set_timeout(t, 600);
	tcase_add_loop_test(t, baked_answers_equal_naive_ones, 0,
			    (int)asked_for("EDICT_TWIN_ZONES", SEEDS_OF(200)));
	suite_add_tcase(s, t);
	return run_suite(s);
}
