/*
 * Random zones, signed for real, compiled, and asked: every answer must be what
 * the naive resolver says of the signed zone. The test's number is the seed.
 */
#include "tests/help/run.h"

#include <stdlib.h>

#include "answer/query.h"
#include "bake/compile.h"
#include "bake/verify.h"
#include "dns/msg.h"
#include "sec/nsec3.h"
#include "tests/help/signing.h"
#include "tests/help/tempdb.h"
#include "tests/model/twin.h"

enum { ZONES = 60, QUESTIONS = 200 };

/* flag_all gives all NSEC3 records the opt-out flag, although none left anything out. */
static void flag_all(struct zone *z)
{
	enum { FLAGS = 1 }; /* octets before them (RFC 5155 3.2) */

	for (size_t i = 0; i < z->n_nodes; i++)
		for (struct rrset *s = z->node[i]->rrsets; s != NULL; s = s->next)
			for (uint32_t k = 0; s->type == RR_NSEC3 && k < s->n; k++) {
				uint8_t *p = arena_copy(&z->arena, s->rdata[k].p, s->rdata[k].n);
				p[FLAGS] |= NSEC3_OPTOUT;
				s->rdata[k].p = p;
			}
}

/* sign_all replaces each zone of the twin by one that is signed; its keys must outlive it. */
static void sign_all(struct twin *t, struct signing_kit *kits)
{
	for (size_t i = 0; i < t->zones.n; i++) {
		struct zone *unsigned_zone = t->zones.zone[i];
		struct signing_kit *k = &kits[i];
		signing_begin(k, &unsigned_zone->apex);
		signing_key(k, ALG_ED25519, SIGNS_ALL);
		k->plan.denial = rng_percent(&t->rng, 35) ? SIGN_NSEC : SIGN_NSEC3;
		k->plan.optout = rng_percent(&t->rng, 50);
		k->plan.zonemd = rng_percent(&t->rng, 20) ? 2 : 0;
		t->zones.zone[i] = signing_zone(k, unsigned_zone);
		if (rng_percent(&t->rng, 30))
			flag_all(t->zones.zone[i]);
		zone_free(unsigned_zone);
	}
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
	ck_assert_msg(twin_agrees(t, &q, wr_view_of(&out), report, sizeof report), "seed %d, question %u:\n%s",
		      seed, number, report);
}

START_TEST(signed_zones_are_answered_as_the_naive_resolver_does)
{
	struct signing_kit kits[GROUP_MAX];
	struct answer_options options;
	struct twin t;
	struct snapshot *snapshot;

	answer_options_default(&options);
	struct answerer *a = answerer_new(&options);
	twin_open(&t, (uint64_t)_i + 1000);
	sign_all(&t, kits);
	tempdb_dir();
	struct store *s = tempdb_open(0);
	compile_all(s, &t);
	ck_assert_int_eq(snapshot_make(s, NULL, &snapshot), OK);
	for (unsigned i = 0; i < QUESTIONS; i++)
		ask_one(&t, a, snapshot, _i, i);
	for (size_t i = 0; i < t.zones.n; i++) {
		struct verify_result r;
		ck_assert_int_eq(verify_zone(snapshot, &t.zones.zone[i]->apex, &r), OK);
		ck_assert_msg(r.wrong == 0, "seed %d: %s", _i, r.first);
		signing_end(&kits[i]);
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
	Suite *s = suite_create("answers from signed zones");
	TCase *t = tcase_create("answers from signed zones");

	setenv("EDICT_MAPSIZE", "256M", 0);
	tcase_set_timeout(t, 600);
	tcase_add_loop_test(t, signed_zones_are_answered_as_the_naive_resolver_does, 0, SEEDS_OF(ZONES));
	suite_add_tcase(s, t);
	return run_suite(s);
}
