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
#include "tests/help/editing.h"
#include "tests/help/signing.h"
#include "tests/help/zonediff.h"
#include "tests/model/random_zone.h"

enum { ROUNDS = 4 };

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

static void same_zones(int seed, const struct zone *a, const struct zone *b)
{
	const char *what = zone_differs(a, b, 0);

	ck_assert_msg(what == NULL, "seed %d: %s", seed, what);
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
	struct zone *file_then = zone_with_serial(file, result.serial), *fresh = signing_zone(k, file_then);
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
		struct zone *next = zone_edited(r, file, same_file ? 0 : 60);
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
