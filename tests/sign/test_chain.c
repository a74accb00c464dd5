/*
 * The chains: those that RFC 4035 and RFC 5155 print, and what random zones
 * get must pass the checker, all DNSSEC checks on, with no finding.
 */
#include "tests/help/run.h"

#include <stdio.h>

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
		ck_assert_msg(view_eq(rdata_view(&w->rdata[0]), rdata_view(&g->rdata[0])), "%s has another RDATA",
			      text);
		ck_assert_msg(g->ttl == w->ttl && g->n_sig == 1, "%s: TTL %u, %u signatures", text, g->ttl,
			      g->n_sig);
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

#define DIGEST "0000000000000000000000000000000000000000000000000000000000000000"
#define HEAD   "$TTL 60\n@ SOA ns host 1 2 3 4 5\n@ NS ns.other.\n"

/* Which names have a record in the chain, besides the apex. */
static const struct {
	const char *why, *zone;
	bool optout;
	const char *names[6];
} members[] = {
	{ "an apex alone", "", false, { NULL } },
	{ "empty non-terminals", "a.b.c A 192.0.2.1\n", false, { "c", "b.c", "a.b.c" } },
	{ "and those above an insecure delegation", "a.b.c NS ns.other.\n", false, { "c", "b.c", "a.b.c" } },
	{ "but not with opt-out", "a.b.c NS ns.other.\n", true, { NULL } },
	{ "a secure delegation keeps its own",
	  "a.b.c NS ns.other.\na.b.c DS 1 13 2 " DIGEST "\n",
	  true,
	  { "c", "b.c", "a.b.c" } },
	{ "one authoritative name is enough",
	  "x.b NS ns.other.\ny.b A 192.0.2.1\nz.b NS ns.other.\n",
	  true,
	  { "b", "y.b" } },
	{ "at its depth only", "x.b.c NS ns.other.\ny.c A 192.0.2.1\n", true, { "c", "y.c" } },
	{ "glue and what is occluded is no name",
	  "d NS ns.d\nns.d A 192.0.2.1\na.d TXT x\nx.y.d NS ns.d\n",
	  false,
	  { "d" } },
	{ "below a DNAME neither", "d DNAME other.\na.b.d TXT x\n", false, { "d" } },
	{ "a wildcard is a name, an asterisk too",
	  "*.w A 192.0.2.1\na.*.v TXT x\n",
	  false,
	  { "w", "*.w", "v", "*.v", "a.*.v" } },
	{ "letter case does not matter", "A.bB A 192.0.2.1\na.Bb TXT x\n", false, { "bb", "a.bb" } },
	{ "a DNAME at the apex hides no hashed name", "@ DNAME other.\n", false, { NULL } },
};

static const struct node *hashed(const struct zone *z, const char *name)
{
	const struct nsec3_params p = { .algorithm = NSEC3_ALG_SHA1 };
	uint8_t hash[NSEC3_HASH_LEN];
	char text[NSEC3_TEXT_LEN];
	struct name n = z->apex, owner;

	if (name != NULL)
		ck_assert_ptr_null(name_parse(view_of(name, strlen(name)), &z->apex, &n));
	ck_assert(nsec3_hash_name(&p, 0, &n, hash));
	nsec3_text(hash, text);
	ck_assert(name_push(view_of(text, sizeof text), &z->apex, &owner));
	return zone_find(z, &owner);
}

START_TEST(who_is_in_the_chain)
{
	char text[1024], first[600];
	struct name apex = name_of("example.");
	struct signing_kit k;
	unsigned wanted = 1, records = 0;

	(void)snprintf(text, sizeof text, HEAD "%s", members[_i].zone);
	struct zone *source = load_text(text, "example.");
	signing_begin(&k, &apex);
	signing_key(&k, ALG_ED25519, SIGNS_ALL);
	k.plan.denial = SIGN_NSEC3;
	k.plan.optout = members[_i].optout;
	struct zone *z = signing_zone(&k, source);
	ck_assert_ptr_nonnull(hashed(z, NULL));
	for (; wanted <= 6 && members[_i].names[wanted - 1] != NULL; wanted++)
		ck_assert_msg(hashed(z, members[_i].names[wanted - 1]) != NULL, "%s: %s", members[_i].why,
			      members[_i].names[wanted - 1]);
	for (size_t i = 0; i < z->n_nodes; i++)
		records += rrset_of(z->node[i], RR_NSEC3) != NULL;
	ck_assert_msg(records == wanted, "%s: %u records", members[_i].why, records);
	ck_assert_msg(signing_flaws(&k, z, first) == 0, "%s: %s", members[_i].why, first);
	zone_free(z);
	zone_free(source);
	signing_end(&k);
}
END_TEST

/* Anybody may register the label that is another name's hash: the record then stands at a delegation. */
START_TEST(a_hash_that_is_a_name_as_well)
{
	static const char *const kinds[] = { "NS ns.other.", "A 192.0.2.1", "DNAME other." };
	struct name apex = name_of("example.");
	char text[1024], hash[NSEC3_TEXT_LEN + 1] = "", first[600];
	struct zone *source = load_text(HEAD, "example.");
	struct signing_kit k;

	signing_begin(&k, &apex);
	signing_key(&k, ALG_ED25519, SIGNS_ALL);
	k.plan.denial = SIGN_NSEC3;
	struct zone *z = signing_zone(&k, source);
	memcpy(hash, hashed(z, NULL)->owner + 1, NSEC3_TEXT_LEN);
	zone_free(z);
	zone_free(source);
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		(void)snprintf(text, sizeof text, HEAD "%s %s\n", hash, kinds[i]);
		source = load_text(text, "example.");
		z = signing_zone(&k, source);
		ck_assert_uint_eq(rrset_of(hashed(z, NULL), RR_NSEC3)->n_sig, 1);
		ck_assert_ptr_nonnull(hashed(z, hash));
		ck_assert_msg(signing_flaws(&k, z, first) == 0, "%s", first);
		zone_free(z);
		zone_free(source);
	}
	signing_end(&k);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("chains");
	TCase *t = tcase_create("chains");

	tcase_set_timeout(t, 600);
	tcase_add_test(t, the_chains_that_rfcs_print);
	tcase_add_loop_test(t, who_is_in_the_chain, 0, COUNT_OF(members));
	tcase_add_test(t, a_hash_that_is_a_name_as_well);
	tcase_add_loop_test(t, random_zones_pass_the_checker, 0, SEEDS_OF(150));
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return run_suite(suite());
}
