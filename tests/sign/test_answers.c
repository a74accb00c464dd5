/*
 * Random zones, signed for real, compiled, and asked: every answer must be what
 * the naive resolver says of the signed zone. The test's number is the seed.
 */
#include "tests/help/run.h"

#include "sec/nsec3.h"
#include "tests/help/answering.h"
#include "tests/help/signing.h"

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

START_TEST(signed_zones_are_answered_as_the_naive_resolver_does)
{
	struct signing_kit kits[GROUP_MAX];
	struct twin t;

	twin_open(&t, (uint64_t)_i + 1000);
	sign_all(&t, kits);
	answering_twin(&t, QUESTIONS);
	for (size_t i = 0; i < t.zones.n; i++)
		signing_end(&kits[i]);
	twin_close(&t);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("answers from signed zones");
	TCase *t = tcase_create("answers from signed zones");

	tcase_set_timeout(t, 600);
	tcase_add_loop_test(t, signed_zones_are_answered_as_the_naive_resolver_does, 0, SEEDS_OF(ZONES));
	suite_add_tcase(s, t);
	return run_suite(s);
}
