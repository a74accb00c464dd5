/*
 * A zone that is signed again is, octet by octet, the zone that would be signed
 * for the first time with its serial: at the same moment a signature that was
 * kept is one that would be made. So the walk along the old zone loses nothing,
 * keeps nothing of another zone, chain or key, and finds out whether anything
 * differs. The test's number is the seed.
 */
#include "tests/help/run.h"

#include "base/work.h"
#include "sec/zonemd.h"
#include "tests/help/signing.h"
#include "tests/model/load.h"
#include "tests/model/random_zone.h"

enum { ROUNDS = 4 };

/* ---- editing ---- */

static void add(struct zone *z, const struct name *owner, uint16_t type, uint32_t ttl, struct view rdata)
{
	ck_assert_int_eq(zone_add(z, owner, type, ttl, rdata, 0), OK);
}

/* edit_set copies a set, or not, or with another TTL, or part of it. */
static void edit_set(struct rng *r, struct zone *to, const struct name *owner, const struct rrset *s)
{
	const bool must = s->type == RR_SOA || sign_drops(s->type);
	const uint32_t dice = must ? 99 : rng_below(r, 100);
	struct name spelt = *owner;

	if (dice < 5)
		return;
	if (dice >= 12 && dice < 14)
		random_case(r, &spelt);
	for (uint32_t i = dice < 8 && s->n > 1 ? 1 : 0; i < s->n; i++)
		add(to, &spelt, s->type, dice >= 8 && dice < 12 ? s->ttl + 1 : s->ttl, rdata_view(&s->rdata[i]));
}

/* edit_name puts something new below or at a name. */
static void edit_name(struct rng *r, struct zone *to, const struct name *owner)
{
	static const uint8_t ds[] = { 0, 1, 13, 255, 1, 2, 3, 4 };
	struct name n = *owner;

	for (uint32_t i = rng_below(r, 3); i > 0; i--)
		if (!name_push(random_label(r), &n, &n))
			return;
	switch (rng_below(r, 5)) {
	case 0:
		add(to, &n, RR_NS, 60, view_of(to->apex.wire, to->apex.len));
		break;
	case 1:
		add(to, &n, RR_DS, 60, view_of(ds, sizeof ds));
		break;
	case 2:
		add(to, &n, (uint16_t)(256 * rng_below(r, 250) + 200), 60, BYTES("x"));
		break;
	default:
		add(to, &n, RR_TXT, 60, BYTES("\1x"));
		break;
	}
}

/* edited gives an unsealed copy of a zone with some differences, or none. */
static struct zone *edited(struct rng *r, const struct zone *z, bool none)
{
	struct zone *to = zone_new(&z->apex);
	struct name owner;

	for (size_t i = 0; i < z->n_nodes; i++) {
		node_name(z->node[i], &owner);
		for (const struct rrset *s = z->node[i]->rrsets; s != NULL; s = s->next) {
			if (none)
				for (uint32_t k = 0; k < s->n; k++)
					add(to, &owner, s->type, s->ttl, rdata_view(&s->rdata[k]));
			else
				edit_set(r, to, &owner, s);
		}
		if (!none && rng_percent(r, 5))
			edit_name(r, to, &owner);
	}
	zone_seal(to, NULL, NULL);
	return to;
}

/* ---- signing ---- */

static void change_plan(struct rng *r, struct signing_kit *k)
{
	static const uint8_t salt[] = { 1, 2, 3 };

	k->plan.denial = rng_percent(r, 40) ? SIGN_NSEC : SIGN_NSEC3;
	k->plan.optout = rng_percent(r, 50);
	k->plan.salt = view_of(salt, rng_below(r, sizeof salt));
	k->plan.zonemd = rng_percent(r, 50) ? rng_below(r, 4) << 1 : 0;
	k->use[1].published = k->use[1].signs_zone = rng_percent(r, 50);
	k->use[0].signs_zone = !k->use[1].signs_zone || rng_percent(r, 50);
}

/* same_zones: names, TTLs, records and RRSIGs, all in the same order and letter case. */
static bool same_records(const struct rdata *a, const struct rdata *b, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (!view_eq(rdata_view(&a[i]), rdata_view(&b[i])))
			return false;
	return true;
}

static void same_node(int seed, const struct node *a, const struct node *b)
{
	const struct rrset *s = a->rrsets, *t = b->rrsets;
	char text[NAME_TEXT_MAX];
	struct name n;

	node_name(a, &n);
	name_print(&n, text);
	ck_assert_msg(view_eq(view_of(a->owner, a->owner_len), view_of(b->owner, b->owner_len)), "seed %d: %s",
		      seed, text);
	for (; s != NULL && t != NULL; s = s->next, t = t->next) {
		ck_assert_msg(s->type == t->type && s->ttl == t->ttl && s->n == t->n && s->n_sig == t->n_sig,
			      "seed %d: %s: types %d and %d, %u and %u RRSIGs", seed, text, s->type, t->type,
			      s->n_sig, t->n_sig);
		ck_assert_msg(same_records(s->rdata, t->rdata, s->n), "seed %d: %s type %d", seed, text, s->type);
		ck_assert_msg(same_records(s->sig, t->sig, s->n_sig), "seed %d: %s RRSIG of type %d", seed, text,
			      s->type);
		ck_assert_msg(s->n_sig == 0 || s->sig_ttl == t->sig_ttl, "seed %d: %s: TTL of RRSIG", seed, text);
	}
	ck_assert_msg(s == NULL && t == NULL, "seed %d: %s has other types", seed, text);
}

static void same_zones(int seed, const struct zone *a, const struct zone *b)
{
	ck_assert_uint_eq(a->n_nodes, b->n_nodes);
	ck_assert_uint_eq(a->n_records, b->n_records);
	for (size_t i = 0; i < a->n_nodes; i++)
		same_node(seed, a->node[i], b->node[i]);
}

/* with_serial gives an unsealed copy of a file's zone with this serial. */
static struct zone *with_serial(const struct zone *z, uint32_t serial)
{
	struct zone *to = zone_new(&z->apex);
	struct name owner;
	uint8_t soa[600];

	for (size_t i = 0; i < z->n_nodes; i++) {
		node_name(z->node[i], &owner);
		for (const struct rrset *s = z->node[i]->rrsets; s != NULL; s = s->next)
			for (uint32_t k = 0; k < s->n; k++) {
				struct view v = rdata_view(&s->rdata[k]);
				if (s->type == RR_SOA) {
					memcpy(soa, v.p, v.n);
					put_u32(soa + v.n - 20, serial);
					v.p = soa;
				}
				add(to, &owner, s->type, s->ttl, v);
			}
	}
	zone_seal(to, NULL, NULL);
	return to;
}

static struct zone *sign_again(struct rng *r, int seed, struct signing_kit *k, struct zone *old,
			       const struct zone *file)
{
	struct sign_old source = signing_old(old);
	char first[600];

	work_use(1 + rng_below(r, 2));
	k->plan.old = &source;
	struct zone *new = signing_zone(k, file);
	k->plan.old = NULL;
	const struct sign_result result = k->result;
	struct zone *file_then = with_serial(file, result.serial), *fresh = signing_zone(k, file_then);
	same_zones(seed, new, fresh);
	ck_assert_msg(result.made + result.kept == k->result.made, "seed %d: %d made, %d kept of %d", seed,
		      (int)result.made, (int)result.kept, (int)k->result.made);
	if (result.unchanged)
		same_zones(seed, old, new);
	ck_assert_msg(signing_flaws(k, new, first) == 0, "seed %d: %s", seed, first);
	k->result = result;
	zone_free(file_then);
	zone_free(fresh);
	return new;
}

static void one_zone(struct rng *r, int seed, const struct zone *first)
{
	struct signing_kit k;

	signing_begin(&k, &first->apex);
	signing_key(&k, ALG_ED25519, SIGNS_ALL);
	signing_key(&k, ALG_ED25519, SIGNS_ZONE);
	struct zone *file = signing_copy(first);
	zone_seal(file, NULL, NULL);
	struct zone *old = signing_zone(&k, file);
	for (int i = 0; i < ROUNDS; i++) {
		const bool same_file = rng_percent(r, 40), same_plan = rng_percent(r, 60);
		struct zone *next = edited(r, file, same_file);
		if (!same_plan)
			change_plan(r, &k);
		struct zone *new = sign_again(r, seed, &k, old, next);
		ck_assert_msg(!same_file || !same_plan || k.result.unchanged, "seed %d: what differs?", seed);
		zone_free(old);
		zone_free(file);
		old = new;
		file = next;
	}
	zone_free(old);
	zone_free(file);
	signing_end(&k);
}

START_TEST(signed_again_is_signed_for_the_first_time)
{
	struct rng r = { (uint64_t)_i + 5000 };
	struct zone_group g;

	random_group(&r, &g);
	for (size_t i = 0; i < g.n; i++)
		one_zone(&r, _i, g.zone[i]);
	group_free(&g);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("signed again");
	TCase *t = tcase_create("signed again");

	tcase_set_timeout(t, 600);
	tcase_add_loop_test(t, signed_again_is_signed_for_the_first_time, 0, 40);
	suite_add_tcase(s, t);
	return run_suite(s);
}
