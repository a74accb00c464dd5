/*
 * The differential test: random groups of zones are compiled, random questions
 * asked, and every answer must be the message the naive twin gives. The test's
 * number is the seed: a failure names itself.
 *
 * EDICT_TWIN_ZONES and EDICT_TWIN_QUESTIONS ask for more than `make check` does.
 */
#include "tests/help/run.h"

#include <stdlib.h>

#include "answer/query.h"
#include "bake/compile.h"
#include "bake/verify.h"
#include "dns/msg.h"
#include "tests/help/tempdb.h"
#include "tests/model/twin.h"

static unsigned asked_for(const char *variable, unsigned preset)
{
	const char *text = getenv(variable);

	return text != NULL ? (unsigned)strtoul(text, NULL, 10) : preset;
}

static void compile_all(struct store *s, const struct twin *t)
{
	struct compile_facts facts = { .now = 1 };
	char why[256];

	for (size_t i = 0; i < t->zones.n; i++) {
		enum err e = compile_zone(s, t->zones.zone[i], &facts, why);
		ck_assert_msg(e == OK, "%s", why);
	}
}

static void ask_one(struct twin *t, struct answerer *a, const struct snapshot *s, int seed, unsigned number)
{
	static uint8_t request[512], response[MSG_MAX];
	static char report[3000];
	struct twin_question q = twin_question(t);
	struct wr in = wr_of(request, sizeof request), out = wr_of(response, sizeof response);

	twin_request(&q, (uint16_t)number, &in);
	ck_assert_int_eq(query_answer(a, s, TRANSPORT_TCP, wr_view_of(&in), &out), SEND);
	ck_assert_msg(twin_agrees(t, &q, wr_view_of(&out), report, sizeof report), "seed %d, question %u:\n%s", seed,
		      number, report);
}

START_TEST(baked_answers_equal_naive_ones)
{
	struct answer_options options;
	struct twin t;
	struct snapshot *snapshot;

	answer_options_default(&options);
	struct answerer *a = answerer_new(&options);
	twin_open(&t, (uint64_t)_i);
	tempdb_dir();
	struct store *s = tempdb_open(0);
	compile_all(s, &t);
	ck_assert_int_eq(snapshot_make(s, NULL, &snapshot), OK);
	for (unsigned i = 0; i < asked_for("EDICT_TWIN_QUESTIONS", 300); i++)
		ask_one(&t, a, snapshot, _i, i);
	for (size_t i = 0; i < t.zones.n; i++) {
		struct verify_result r;
		ck_assert_int_eq(verify_zone(snapshot, &t.zones.zone[i]->apex, &r), OK);
		ck_assert_msg(r.wrong == 0, "seed %d: %s", _i, r.first);
	}
	snapshot_free(snapshot);
	store_close(s);
	tempdb_remove();
	twin_close(&t);
	answerer_free(a);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("twin");
	TCase *t = tcase_create("twin");

	setenv("EDICT_MAPSIZE", "256M", 0);
	tcase_set_timeout(t, 600);
	tcase_add_loop_test(t, baked_answers_equal_naive_ones, 0, (int)asked_for("EDICT_TWIN_ZONES", 200));
	suite_add_tcase(s, t);
	return run_suite(s);
}
