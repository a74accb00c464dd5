/*
 * The chains: those that RFC 4035 and RFC 5155 print, and what random zones
 * get must pass the checker, all DNSSEC checks on, with no finding.
 */
#include "tests/help/run.h"

#include "base/work.h"
#include "sec/nsec3.h"
#include "tests/help/signing.h"
#include "tests/model/load.h"
#include "tests/model/random_zone.h"

/* same_sets: every RRset of this type in `want` is in `got`. */
static unsigned same_sets(const struct zone *want, const struct zone *got, uint16_t type)
{
	unsigned sets = 0;
	struct name owner;
	char text[NAME_TEXT_MAX];

	for (size_t i = 0; i < want->n_nodes; i++) {
		const struct rrset *w = rrset_of(want->node[i], type), *g;
		if (w == NULL || w->n == 0)
			continue;
		node_name(want->node[i], &owner);
		name_print(&owner, text);
		ck_assert_msg(zone_find(got, &owner) != NULL, "%s is missing", text);
		g = rrset_of(zone_find(got, &owner), type);
		ck_assert_msg(g != NULL && g->n == 1 && w->n == 1, "%s", text);
		ck_assert_msg(view_eq(rdata_view(&w->rdata[0]), rdata_view(&g->rdata[0])), "%s has another RDATA", text);
		ck_assert_msg(g->ttl == w->ttl && g->n_sig == 1, "%s: TTL %u, %u signatures", text, g->ttl, g->n_sig);
		sets++;
	}
	return sets;
}

static void example(const char *file, enum sign_denial denial)
{
	struct zone *printed = load_zone(file, "example."), *made;
	const uint16_t type = denial == SIGN_NSEC ? RR_NSEC : RR_NSEC3;
	struct signing_kit k;
	char first[600];

	signing_begin(&k, &printed->apex);
	signing_key(&k, ALG_ECDSAP256, SIGNS_ALL);
	k.plan.denial = denial;
	if (denial == SIGN_NSEC3) { /* RFC 5155 appendix A */
		k.plan.optout = true;
		k.plan.iterations = 12;
		k.plan.salt = BYTES("\xaa\xbb\xcc\xdd");
	}
	made = signing_zone(&k, printed);
	ck_assert_uint_gt(same_sets(printed, made, type), 0);
	ck_assert_uint_eq(same_sets(printed, made, type), same_sets(made, printed, type));
	ck_assert_msg(signing_flaws(&k, made, first) == 0, "%s", first);
	signing_end(&k);
	zone_free(made);
	zone_free(printed);
}

START_TEST(the_chains_that_rfcs_print)
{
	example("tests/model/zones/rfc4035.zone", SIGN_NSEC);
	example("tests/model/zones/rfc5155.zone", SIGN_NSEC3);
}
END_TEST

static void choose(struct rng *r, struct signing_kit *k)
{
	static const uint8_t algorithms[] = { ALG_ECDSAP256, ALG_ECDSAP256, ALG_ED25519, ALG_ECDSAP384 };
	static const uint8_t salt[] = { 1, 2, 3, 4, 5, 6, 7, 8 };

	if (rng_percent(r, 50)) {
		signing_key(k, algorithms[rng_below(r, COUNT_OF(algorithms))], SIGNS_ALL);
	} else {
		signing_key(k, ALG_ECDSAP256, SIGNS_KEYS);
		signing_key(k, ALG_ECDSAP256, SIGNS_ZONE);
	}
	if (rng_percent(r, 20)) /* an algorithm roll-over */
		signing_key(k, ALG_ED25519, SIGNS_ALL);
	if (rng_percent(r, 20)) /* published ahead */
		signing_key(k, k->key[0].algorithm, SIGNS_NOT);
	k->plan.denial = rng_percent(r, 30) ? SIGN_NSEC : SIGN_NSEC3;
	k->plan.optout = rng_percent(r, 60);
	k->plan.iterations = (uint16_t)rng_below(r, 3);
	k->plan.salt = view_of(salt, rng_below(r, sizeof salt + 1));
	k->plan.zonemd = rng_percent(r, 30) ? rng_below(r, 4) << 1 : 0;
	k->plan.csync = rng_percent(r, 10);
	k->use[0].sync = rng_percent(r, 30);
	k->plan.cds_delete = rng_percent(r, 10);
	work_use(1 + rng_below(r, 3));
}

START_TEST(random_zones_pass_the_checker)
{
	struct rng r = { (uint64_t)_i };
	struct zone_group g;
	char first[600];

	random_group(&r, &g);
	for (size_t i = 0; i < g.n; i++) {
		struct signing_kit k;
		signing_begin(&k, &g.zone[i]->apex);
		choose(&r, &k);
		struct zone *z = signing_zone(&k, g.zone[i]);
		ck_assert_msg(signing_flaws(&k, z, first) == 0, "seed %d, zone %zu: %s", _i, i, first);
		zone_free(z);
		signing_end(&k);
	}
	group_free(&g);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("chains");
	TCase *t = tcase_create("chains");

	tcase_set_timeout(t, 600);
	tcase_add_test(t, the_chains_that_rfcs_print);
	tcase_add_loop_test(t, random_zones_pass_the_checker, 0, 150);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return run_suite(suite());
}
