#include "tests/help/run.h"

#include "keys/state.h"
#include "tests/help/rng.h"

static int64_t random_time(struct rng *r)
{
	return rng_percent(r, 30) ? 0 : 1700000000 + rng_below(r, 1u << 30);
}

static void random_state(struct rng *r, struct sign_state *s)
{
	memset(s, 0, sizeof *s);
	for (uint32_t i = 0, n = rng_below(r, POLICY_NAME_MAX + 1); i < n; i++)
		s->policy[i] = (char)('a' + rng_below(r, 26));
	s->last = random_time(r);
	for (int i = 0; i < TTL_KINDS; i++) {
		s->ttl[i].longest = (uint32_t)rng_next(r);
		s->ttl[i].shown = (uint32_t)rng_next(r);
		s->ttl[i].until = random_time(r);
	}
	s->ksk_elsewhere = rng_percent(r, 50);
	s->n_keys = rng_below(r, STATE_KEYS_MAX + 1);
	for (unsigned i = 0; i < s->n_keys; i++) {
		struct key_state *k = &s->key[i];

		k->algorithm = (uint8_t)rng_below(r, 256);
		k->roles = (uint8_t)(1 + rng_below(r, 3));
		k->in_use = rng_percent(r, 50);
		k->tag = (uint16_t)(rng_below(r, 2000) * STATE_KEYS_MAX + i);
		rng_bytes(r, k->digest, sizeof k->digest);
		for (int t = 0; t < THINGS; t++) {
			k->thing[t].phase = (uint8_t)rng_below(r, PHASES);
			k->thing[t].since = random_time(r);
		}
		k->began = random_time(r);
		k->ds_seen = random_time(r);
		k->ds_gone = random_time(r);
	}
}

static struct view written(const struct sign_state *s, uint8_t room[SIGN_STATE_MAX])
{
	struct wr w = wr_of(room, SIGN_STATE_MAX);

	state_write(s, &w);
	ck_assert(!w.full);
	return wr_view_of(&w);
}

START_TEST(what_is_written_is_read)
{
	struct rng r = { (uint64_t)_i };
	struct sign_state s, back;
	uint8_t room[SIGN_STATE_MAX];

	random_state(&r, &s);
	ck_assert_int_eq(state_read(written(&s, room), &back), OK);
	ck_assert_mem_eq(&back, &s, sizeof s);
}
END_TEST

START_TEST(the_largest_state_fits)
{
	struct sign_state s = { .n_keys = STATE_KEYS_MAX };
	uint8_t room[SIGN_STATE_MAX];

	memset(s.policy, 'p', POLICY_NAME_MAX);
	ck_assert_uint_le(written(&s, room).n, SIGN_STATE_MAX);
}
END_TEST

/* Octets from anywhere are a state that writes the same octets again, or none. */
START_TEST(damage_is_seen)
{
	struct rng r = { (uint64_t)_i };
	struct sign_state s, back;
	uint8_t room[SIGN_STATE_MAX], again[SIGN_STATE_MAX];

	random_state(&r, &s);
	struct view v = written(&s, room);
	for (size_t n = 1; n < v.n; n++)
		ck_assert_int_eq(state_read(view_of(v.p, n), &back), ERR_DAMAGED);
	room[v.n] = 0;
	ck_assert_int_eq(state_read(view_of(v.p, v.n + 1), &back), ERR_DAMAGED);
	for (int i = 0; i < 300; i++) {
		size_t at = rng_below(&r, (uint32_t)v.n);
		uint8_t was = room[at];

		room[at] = (uint8_t)rng_next(&r);
		enum err e = state_read(v, &back);
		ck_assert(e == OK || e == ERR_DAMAGED || e == ERR_VERSION);
		if (e == OK)
			ck_assert(view_eq(written(&back, again), v));
		else
			ck_assert_uint_eq(back.n_keys, 0);
		if (rng_percent(&r, 50))
			room[at] = was;
	}
}
END_TEST

START_TEST(versions)
{
	struct sign_state s;

	ck_assert_int_eq(state_read(view_of(NULL, 0), &s), OK);
	ck_assert_uint_eq(s.n_keys, 0);
	ck_assert_int_eq(state_read(BYTES("\2"), &s), ERR_VERSION);
	ck_assert_int_eq(state_read(BYTES("\1"), &s), ERR_DAMAGED);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("state");
	TCase *t = tcase_create("state");

	tcase_add_loop_test(t, what_is_written_is_read, 0, 50);
	tcase_add_test(t, the_largest_state_fits);
	tcase_add_loop_test(t, damage_is_seen, 0, 20);
	tcase_add_test(t, versions);
	suite_add_tcase(s, t);
	return run_suite(s);
}
