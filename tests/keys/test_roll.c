#include "tests/help/run.h"

#include <stdio.h>
#include <stdlib.h>

#include "keys/roll.h"
#include "tests/help/rng.h"
#include "tests/keys/world.h"

/*
 * A year of a policy, by seed: runs at odd times, a parent that looks when it likes and says so when it likes, an
 * operator who changes the policy. After everything that happens, world_wrong asks all validators.
 */
enum { START = 1800000000, DAY = 86400, YEAR = 365 * DAY, FILES_MAX = 4000, SEEDS = 120, KSK_ELSEWHERE = 1000 };

struct sim {
	struct rng r;
	struct policy p;
	struct sign_state s;
	struct roll_result out;
	struct roll_key files[FILES_MAX];
	size_t n_files;
	struct world w;
	bool parent_sleeps;
	bool stays_secure; /* CDS named a key, and the policy has wanted keys since */
	int seed;
};

static struct sim sim;

static uint32_t between(struct rng *r, uint32_t low, uint32_t high)
{
	return low + rng_below(r, high - low + 1);
}

/* Mostly short times, so that much happens in a year. */
static uint32_t random_ttl(struct rng *r)
{
	static const uint32_t most[] = { 300, 3600, DAY, 3 * DAY };

	return between(r, 60, most[rng_below(r, 4)]);
}

static void random_policy(struct rng *r, struct policy *p)
{
	struct policy_why why;

	do {
		policy_preset(p);
		snprintf(p->name, sizeof p->name, "p%u", rng_below(r, 10));
		static const uint8_t algorithms[] = { 8, 13, 15 };
		p->algorithm = algorithms[rng_below(r, 3)];
		p->keys = rng_percent(r, 10) ? POLICY_NO_KEYS : rng_percent(r, 35) ? POLICY_CSK : POLICY_KSK_ZSK;
		p->ksk_lifetime = rng_percent(r, 30) ? 0 : between(r, DAY, 90 * DAY);
		p->zsk_lifetime = rng_percent(r, 20) ? 0 : between(r, DAY / 2, 40 * DAY);
		p->dnskey_ttl = random_ttl(r);
		p->zone_ttl = random_ttl(r);
		p->ds_ttl = random_ttl(r);
		p->publish_safety = rng_percent(r, 50) ? 0 : between(r, 0, DAY);
		p->retire_safety = rng_percent(r, 50) ? 0 : between(r, 0, DAY);
		p->validity = p->key_validity = 60 * DAY;
		p->refresh = 20 * DAY;
		p->cds = POLICY_CDS_SHA256;
	} while (!policy_check(p, &why));
}

/* The delays are the world's: a policy that is wrong about them is the operator's fault. */
static void new_policy(struct sim *m)
{
	random_policy(&m->r, &m->p);
	m->p.zone_delay = m->w.zone_delay;
	m->p.parent_delay = m->w.parent_delay;
	struct policy_why why;
	if (!policy_check(&m->p, &why))
		m->p.ksk_lifetime = m->p.zsk_lifetime = 0;
}

static void make_key(struct sim *m, const struct roll_want *want, int64_t now)
{
	ck_assert_uint_lt(m->n_files, FILES_MAX);
	struct roll_key *f = &m->files[m->n_files];

	/* Tags from a small range: a key of a tag that is taken must not be adopted, and another is made. */
	*f = (struct roll_key){ .algorithm = want->algorithm,
				.sep = want->roles != ROLE_ZSK,
				.tag = (uint16_t)rng_below(&m->r, 60),
				.usable = true,
				.turn = now };
	rng_bytes(&m->r, f->digest, sizeof f->digest);
	m->n_files++;
}

static void step(struct sim *m, struct sign_state *s, int64_t now)
{
	for (int tries = 0;; tries++) {
		struct sign_state next = *s;

		ck_assert_int_eq(roll_step(&m->p, &next, m->files, m->n_files, now, &m->out), OK);
		if (m->out.n_want == 0) {
			*s = next;
			return;
		}
		ck_assert_int_lt(tries, 2000);
		make_key(m, &m->out.want[0], now);
	}
}

static void end_file(struct sim *m, const struct roll_event *e, int64_t now)
{
	for (size_t i = 0; i < m->n_files; i++)
		if (m->files[i].tag == e->tag && m->files[i].remove == 0 && m->files[i].algorithm == e->algorithm)
			m->files[i].remove = now;
}

static void publish(struct sim *m, int64_t now)
{
	struct shown shown = { .from = now, .dnskey_ttl = m->p.dnskey_ttl, .zone_ttl = m->p.zone_ttl };

	for (unsigned i = 0; i < m->s.n_keys; i++) {
		const struct key_state *k = &m->s.key[i];

		ck_assert_ptr_eq(state_find(&m->s, k->tag), k);
		if (thing_is_out(k, THING_DNSKEY))
			list_add(&shown.dnskey, k->tag, k->algorithm);
		if (thing_is_out(k, THING_KEYSIG))
			list_add(&shown.keysig, k->tag, k->algorithm);
		if (thing_is_out(k, THING_ZONESIG))
			list_add(&shown.zonesig, k->tag, k->algorithm);
	}
	if (m->p.offline_ksk != 0) { /* the bundles of a KSK that is elsewhere */
		list_add(&shown.dnskey, KSK_ELSEWHERE, (uint8_t)m->p.algorithm);
		list_add(&shown.keysig, KSK_ELSEWHERE, (uint8_t)m->p.algorithm);
	}
	world_show(&m->w, &shown);
}

static void ask_validators(struct sim *m, int64_t now)
{
	const char *wrong = world_wrong(&m->w, now);

	ck_assert_msg(wrong == NULL, "seed %d, day %.2f: %s", m->seed, (double)(now - START) / DAY, wrong);
}

/* A second run at the same time, and one before anything is due, find nothing to do. */
static void nothing_twice(struct sim *m, int64_t now)
{
	struct roll_result first = m->out;
	struct sign_state again = m->s, later = m->s;
	uint8_t octets[SIGN_STATE_MAX];
	struct wr w = wr_of(octets, sizeof octets);

	step(m, &again, now);
	ck_assert_mem_eq(&again, &m->s, sizeof again);
	ck_assert_uint_eq(m->out.n_events, 0);
	if (first.next > now + 1) {
		step(m, &later, now + 1 + (int64_t)(rng_next(&m->r) % (uint64_t)(first.next - now - 1)));
		ck_assert_msg(m->out.n_events == 0, "seed %d: something happened before it was due", m->seed);
	}
	state_write(&m->s, &w);
	ck_assert_int_eq(state_read(wr_view_of(&w), &later), OK);
	ck_assert_mem_eq(&later, &m->s, sizeof later);
	m->out = first;
}

/* The parent's TTL is what the policy says from now on. */
static void parent_ttl(struct sim *m, int64_t now)
{
	struct parent p = m->w.parent[m->w.n_parent - 1];

	p.from = now;
	p.ttl = m->p.ds_ttl;
	world_delegate(&m->w, &p);
}

static void run(struct sim *m, int64_t now)
{
	m->stays_secure &= m->p.keys != POLICY_NO_KEYS;
	parent_ttl(m, now);
	step(m, &m->s, now);
	for (unsigned i = 0; i < m->out.n_events; i++)
		if (m->out.event[i].kind == EVENT_GONE)
			end_file(m, &m->out.event[i], now);
	publish(m, now);
	ask_validators(m, now);
	nothing_twice(m, now);
}

/* The parent copies what CDS says: a whole set, or with the delete form none (RFC 7344 4, RFC 8078 4). */
static void parent_looks(struct sim *m, int64_t now)
{
	struct parent p = { .from = now, .ttl = m->p.ds_ttl };
	bool any = false;

	for (unsigned i = 0; i < m->s.n_keys; i++)
		if (roll_in_cds(&m->s, &m->s.key[i])) {
			list_add(&p.ds, m->s.key[i].tag, m->s.key[i].algorithm);
			any = true;
		}
	if (!any && !m->out.cds_delete)
		p.ds = m->w.parent[m->w.n_parent - 1].ds;
	ck_assert_msg(!any || !m->out.cds_delete, "seed %d: CDS both ways", m->seed);
	ck_assert_msg(any || !m->stays_secure, "seed %d: CDS says nothing of a secure zone", m->seed);
	m->stays_secure = any;
	world_delegate(&m->w, &p);
	ask_validators(m, now);
}

static void operator_looks(struct sim *m, int64_t now)
{
	const struct parent *p = &m->w.parent[m->w.n_parent - 1];

	for (unsigned i = 0; i < m->s.n_keys; i++) {
		struct key_state *k = &m->s.key[i];
		bool there = list_has(&p->ds, k->tag);

		if (k->thing[THING_DS].phase == (there ? RUMOURED : UNRETENTIVE))
			ck_assert_int_eq(roll_ds(&m->s, k->tag, there, now), OK);
	}
}

static void begin(struct sim *m, int seed)
{
	memset(m, 0, sizeof *m);
	m->seed = seed;
	m->r.state = (uint64_t)seed * 7919;
	m->w.zone_delay = rng_percent(&m->r, 50) ? 0 : between(&m->r, 0, 7200);
	m->w.parent_delay = rng_percent(&m->r, 50) ? 0 : between(&m->r, 0, DAY);
	world_show(&m->w, &(struct shown){ .from = START - YEAR });
	world_delegate(&m->w, &(struct parent){ .from = START - YEAR, .ttl = DAY });
	new_policy(m);
}

/* When to run next: soon, or just when something is due, or far too late. */
static int64_t later(struct sim *m, int64_t now)
{
	uint32_t how = rng_below(&m->r, 100);

	if (how < 50 && m->out.next > now)
		return m->out.next;
	if (how < 80)
		return now + between(&m->r, 1, 6 * 3600);
	if (how < 97)
		return now + between(&m->r, 1, 4 * DAY);
	return now + between(&m->r, 1, 40 * DAY);
}

static void live(struct sim *m, int64_t now, int64_t end)
{
	for (; now < end; now = later(m, now)) {
		if (rng_percent(&m->r, 2))
			new_policy(m);
		if (rng_percent(&m->r, 5))
			m->parent_sleeps = !m->parent_sleeps;
		run(m, now);
		if (!m->parent_sleeps && rng_percent(&m->r, 60))
			parent_looks(m, now + 1);
		if (!m->parent_sleeps && rng_percent(&m->r, 60))
			operator_looks(m, now + 2);
	}
}

START_TEST(a_year_keeps_every_validator_happy)
{
	begin(&sim, _i);
	live(&sim, START, START + YEAR);
}
END_TEST

/* An operator who cannot make up his mind: algorithms and kinds of keys that come back before they have left. */
START_TEST(changes_of_mind)
{
	int64_t now = START;
	static const uint8_t algorithms[] = { 8, 13 };

	begin(&sim, _i + 2 * SEEDS);
	if (sim.p.keys == POLICY_NO_KEYS)
		sim.p.keys = POLICY_CSK;
	for (int i = 0; i < 150; i++) {
		if (rng_percent(&sim.r, 25))
			sim.p.algorithm = algorithms[rng_below(&sim.r, 2)];
		if (rng_percent(&sim.r, 5))
			sim.p.keys = sim.p.keys == POLICY_CSK ? POLICY_KSK_ZSK : POLICY_CSK;
		run(&sim, now);
		parent_looks(&sim, now + 1);
		operator_looks(&sim, now + 2);
		now = sim.out.next > now + 2 && rng_percent(&sim.r, 80) ? sim.out.next
									: now + 3 + rng_below(&sim.r, DAY);
	}
}
END_TEST

/* The zone's ZSKs roll below a KSK that nobody here sees. */
START_TEST(a_ksk_elsewhere)
{
	struct parent p = { .from = START + 20 * DAY };

	begin(&sim, _i + 3 * SEEDS);
	sim.p.keys = POLICY_KSK_ZSK;
	sim.p.offline_ksk = 1;
	sim.p.zsk_lifetime = 10 * DAY + rng_below(&sim.r, 20 * DAY);
	sim.p.algorithm = 13;
	p.ttl = sim.p.ds_ttl;
	list_add(&p.ds, KSK_ELSEWHERE, 13);
	for (int64_t now = START; now < START + YEAR; now = later(&sim, now)) {
		if (now >= p.from && sim.w.parent[sim.w.n_parent - 1].ds.n == 0) {
			p.from = now;
			world_delegate(&sim.w, &p);
		}
		run(&sim, now);
	}
	ck_assert_uint_gt(sim.n_files, 5);
}
END_TEST

/* Left alone with a parent that acts, a zone comes to what the policy wants, from wherever it is. */
START_TEST(it_gets_there)
{
	int64_t now = START + 200 * DAY;
	unsigned want;

	begin(&sim, _i + SEEDS);
	live(&sim, START, now);
	now = sim.s.last;
	sim.p.ksk_lifetime = sim.p.zsk_lifetime = 0;
	for (int i = 0; i < 150; i++, now += DAY) {
		run(&sim, now);
		parent_looks(&sim, now + 1);
		operator_looks(&sim, now + 2);
	}
	want = sim.p.keys == POLICY_NO_KEYS ? 0 : sim.p.keys == POLICY_CSK ? 1 : 2;
	ck_assert_msg(sim.s.n_keys == want, "seed %d: %u keys, wanted %u", sim.seed, sim.s.n_keys, want);
	for (unsigned i = 0; i < sim.s.n_keys; i++) {
		const struct key_state *k = &sim.s.key[i];

		ck_assert_uint_eq(k->algorithm, sim.p.algorithm);
		ck_assert_uint_eq(k->thing[THING_DNSKEY].phase, OMNIPRESENT);
		ck_assert_uint_eq(k->thing[THING_DS].phase, k->roles & ROLE_KSK ? OMNIPRESENT : HIDDEN);
		ck_assert_uint_eq(k->thing[THING_ZONESIG].phase, k->roles & ROLE_ZSK ? OMNIPRESENT : HIDDEN);
	}
	ck_assert_uint_eq(sim.w.parent[sim.w.n_parent - 1].ds.n, want == 0 ? 0 : 1);
}
END_TEST

/* One policy, a year, a run whenever something is due: as many roll-overs as lifetimes fit into it. */
START_TEST(keys_roll_on_time)
{
	int64_t now = START;
	unsigned begins[4] = { 0 };
	int64_t began[4] = { 0 };

	begin(&sim, 1);
	policy_preset(&sim.p);
	sim.w.zone_delay = sim.p.zone_delay;
	sim.w.parent_delay = sim.p.parent_delay;
	sim.p.zsk_lifetime = 30 * DAY;
	sim.p.ksk_lifetime = 100 * DAY;
	for (; now < START + YEAR; now = sim.out.next != 0 ? sim.out.next : now + DAY) {
		run(&sim, now);
		parent_looks(&sim, now);
		operator_looks(&sim, now);
		run(&sim, now);
		for (unsigned i = 0; i < sim.s.n_keys; i++) {
			const struct key_state *k = &sim.s.key[i];
			uint32_t lifetime = k->roles == ROLE_KSK ? sim.p.ksk_lifetime : sim.p.zsk_lifetime;

			if (k->began != now)
				continue;
			ck_assert(began[k->roles] == 0 || began[k->roles] == now ||
				  now == began[k->roles] + lifetime);
			begins[k->roles] += began[k->roles] != now;
			began[k->roles] = now;
		}
	}
	ck_assert_uint_eq(begins[ROLE_ZSK], 13);
	ck_assert_uint_eq(begins[ROLE_KSK], 4);
}
END_TEST

/* Runs that come late each time do not make lifetimes longer: the next one counts from when it was to begin. */
START_TEST(late_runs_do_not_add_up)
{
	int64_t first = 0;
	unsigned begins = 0;

	begin(&sim, 5);
	policy_preset(&sim.p);
	sim.w.zone_delay = sim.p.zone_delay;
	sim.w.parent_delay = sim.p.parent_delay;
	sim.p.zsk_lifetime = 20 * DAY;
	for (int64_t now = START; now < START + YEAR; now += 25 * 3600) {
		run(&sim, now);
		for (unsigned i = 0; i < sim.s.n_keys; i++) {
			const struct key_state *k = &sim.s.key[i];

			if (k->roles != ROLE_ZSK || !k->in_use || k->thing[THING_ZONESIG].since != now ||
			    k->thing[THING_ZONESIG].phase != RUMOURED)
				continue;
			first = first == 0 ? k->began : first;
			ck_assert_int_eq(k->began, first + (int64_t)begins * 20 * DAY);
			begins++;
		}
	}
	ck_assert_uint_eq(begins, 19);
}
END_TEST

/* Without word from the parent the old DS stays good, for ever. */
START_TEST(a_ksk_roll_waits_for_the_parent)
{
	int64_t now = START;
	uint16_t first;

	begin(&sim, 2);
	policy_preset(&sim.p);
	sim.p.ksk_lifetime = 30 * DAY;
	sim.p.zsk_lifetime = 0;
	sim.w.zone_delay = sim.p.zone_delay;
	sim.w.parent_delay = sim.p.parent_delay;
	for (int i = 0; i < 20; i++, now += DAY) {
		run(&sim, now);
		parent_looks(&sim, now);
		operator_looks(&sim, now);
	}
	ck_assert_uint_eq(sim.w.parent[sim.w.n_parent - 1].ds.n, 1);
	first = sim.w.parent[sim.w.n_parent - 1].ds.key[0].tag;
	for (int i = 0; i < 300; i++, now += DAY)
		run(&sim, now); /* nobody looks */
	ck_assert(list_has(&sim.w.shown[sim.w.n_shown - 1].dnskey, first));
	ck_assert(list_has(&sim.w.shown[sim.w.n_shown - 1].keysig, first));
	ck_assert(sim.out.wait_ds_gone && sim.out.wait_ds_seen);
	ck_assert_uint_eq(sim.s.n_keys, 3); /* and no third KSK is made, however often a lifetime is over */
}
END_TEST

/* Keys that were there before the policy are taken over, and rolled to what it wants. */
START_TEST(keys_without_a_policy_are_taken_over)
{
	int64_t now = START;

	begin(&sim, 3);
	policy_preset(&sim.p);
	sim.w.zone_delay = sim.p.zone_delay;
	sim.w.parent_delay = sim.p.parent_delay;
	const struct roll_key old[] = {
		{ .algorithm = 8,
		  .sep = true,
		  .tag = 1001,
		  .usable = true,
		  .published = true,
		  .signs = true,
		  .activate = 1 },
		{ .algorithm = 8, .tag = 1002, .usable = true, .published = true, .signs = true, .activate = 1 },
		{ .algorithm = 8, .tag = 1003, .usable = true, .activate = 1, .inactive = 3, .remove = 5 },
	};
	struct shown shown = { .from = START - 30 * DAY, .dnskey_ttl = 3600, .zone_ttl = DAY };
	struct parent parent = { .from = START - 20 * DAY, .ttl = DAY };

	memcpy(sim.files, old, sizeof old);
	sim.n_files = COUNT_OF(old);
	list_add(&shown.dnskey, 1001, 8);
	list_add(&shown.dnskey, 1002, 8);
	list_add(&shown.keysig, 1001, 8);
	list_add(&shown.zonesig, 1002, 8);
	list_add(&parent.ds, 1001, 8);
	world_show(&sim.w, &shown);
	world_delegate(&sim.w, &parent);
	run(&sim, now);
	ck_assert_ptr_nonnull(state_find(&sim.s, 1001));
	ck_assert_ptr_nonnull(state_find(&sim.s, 1002));
	ck_assert_ptr_null(state_find(&sim.s, 1003));
	for (int i = 0; i < 60; i++, now += DAY / 2) {
		run(&sim, now);
		parent_looks(&sim, now);
		operator_looks(&sim, now);
	}
	ck_assert_uint_eq(sim.s.n_keys, 2);
	ck_assert_uint_eq(sim.s.key[0].algorithm, 13);
	ck_assert_uint_eq(sim.s.key[1].algorithm, 13);
}
END_TEST

/* Where a state has room for one key more, and a new algorithm needs two, its KSK must not come alone: nothing would
 * be signed with what the DNSKEY set then has. */
START_TEST(an_algorithm_does_not_come_by_halves)
{
	begin(&sim, 5);
	policy_preset(&sim.p);
	sim.p.algorithm = 15;
	sim.s.last = START - DAY;
	for (unsigned i = 0; i < STATE_KEYS_MAX - 1; i++) { /* all of them wait for the parent */
		struct key_state *k = &sim.s.key[sim.s.n_keys++];

		*k = (struct key_state){ .algorithm = 13, .roles = ROLE_CSK, .tag = (uint16_t)(100 + i) };
		for (enum thing t = 0; t < THINGS; t++)
			k->thing[t].phase = t == THING_DS ? UNRETENTIVE : OMNIPRESENT;
	}
	for (int day = 0; day < 10; day++)
		step(&sim, &sim.s, START + day * DAY);
	ck_assert(sim.out.full);
	for (unsigned i = 0; i < sim.s.n_keys; i++)
		ck_assert(sim.s.key[i].algorithm == 13 || !thing_is_out(&sim.s.key[i], THING_DNSKEY));
}
END_TEST

/* A clock that was years ahead for a while: rewound, nothing is taken for granted that was not waited for, and the
 * zone gets to its end. */
START_TEST(a_clock_that_was_ahead)
{
	struct sign_state before, ahead;
	int64_t now = START;

	begin(&sim, _i + 3 * SEEDS);
	sim.p.keys = POLICY_KSK_ZSK;
	sim.p.ksk_lifetime = sim.p.zsk_lifetime = 0;
	for (int i = 0; i < 5 + _i; i++, now += DAY / 4) {
		run(&sim, now);
		parent_looks(&sim, now + 1);
		operator_looks(&sim, now + 2);
	}
	before = sim.s;
	step(&sim, &sim.s, now + 10 * YEAR);
	ahead = sim.s;
	roll_rewind(&sim.s, now);
	ck_assert_int_eq(sim.s.last, now);
	for (unsigned i = 0; i < sim.s.n_keys; i++)
		for (enum thing t = 0; t < THINGS; t++) {
			const struct key_state *k = &sim.s.key[i];
			const struct key_state *was = state_find(&before, k->tag);

			ck_assert_int_le(k->thing[t].since, now);
			ck_assert_int_eq(thing_is_out(k, t), thing_is_out(&ahead.key[i], t));
			ck_assert(k->thing[t].phase != OMNIPRESENT || was->thing[t].phase == OMNIPRESENT);
		}
	for (int i = 0; i < 150; i++, now += DAY) {
		step(&sim, &sim.s, now);
		operator_looks(&sim, now + 2);
		parent_looks(&sim, now + 1);
		operator_looks(&sim, now + 2);
	}
	ck_assert_uint_eq(sim.s.n_keys, 2);
	ck_assert_uint_eq(sim.s.key[0].thing[THING_DS].phase, OMNIPRESENT);
}
END_TEST

START_TEST(word_of_the_parent_must_fit)
{
	begin(&sim, 4);
	policy_preset(&sim.p);
	run(&sim, START);
	ck_assert_int_eq(roll_ds(&sim.s, 61, true, START), ERR_NOTFOUND);
	ck_assert_int_eq(roll_ds(&sim.s, sim.s.key[0].tag, true, START), ERR_REFUSED);
	ck_assert_int_eq(roll_ds(&sim.s, sim.s.key[0].tag, false, START), ERR_REFUSED);
}
END_TEST

/* The place of a key that is lost is taken at once; the other one is as it was. */
START_TEST(a_lost_key_is_replaced)
{
	begin(&sim, 4);
	policy_preset(&sim.p);
	run(&sim, START);
	ck_assert_uint_eq(sim.s.n_keys, 2);
	const struct key_state kept = sim.s.key[1 - _i];
	const struct key_state lost = sim.s.key[_i];
	const uint16_t tag = lost.tag;

	ck_assert_int_eq(roll_forget(&sim.s, tag), OK);
	ck_assert_int_eq(roll_forget(&sim.s, tag), ERR_NOTFOUND);
	ck_assert_uint_eq(sim.s.n_keys, 1);
	ck_assert_mem_eq(&sim.s.key[0], &kept, sizeof kept);
	for (size_t i = 0; i < sim.n_files; i++)
		if (sim.files[i].tag == tag)
			sim.files[i].usable = false;
	step(&sim, &sim.s, START + 60);
	ck_assert_uint_eq(sim.s.n_keys, 2);
	for (unsigned i = 0; i < 2; i++) {
		const struct key_state *k = &sim.s.key[i];

		/* its tag may be another's now */
		ck_assert(memcmp(k->digest, lost.digest, sizeof lost.digest) != 0);
		ck_assert(thing_is_out(k, THING_DNSKEY));
		ck_assert(thing_is_out(k, k->roles == ROLE_ZSK ? THING_ZONESIG : THING_KEYSIG));
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("roll");
	TCase *t = tcase_create("roll");

	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, a_year_keeps_every_validator_happy, 0, SEEDS);
	tcase_add_loop_test(t, changes_of_mind, 0, SEEDS);
	tcase_add_loop_test(t, a_ksk_elsewhere, 0, SEEDS / 4);
	tcase_add_loop_test(t, it_gets_there, 0, SEEDS);
	tcase_add_test(t, keys_roll_on_time);
	tcase_add_test(t, late_runs_do_not_add_up);
	tcase_add_test(t, a_ksk_roll_waits_for_the_parent);
	tcase_add_test(t, keys_without_a_policy_are_taken_over);
	tcase_add_test(t, an_algorithm_does_not_come_by_halves);
	tcase_add_loop_test(t, a_clock_that_was_ahead, 0, 20);
	tcase_add_test(t, word_of_the_parent_must_fit);
	tcase_add_loop_test(t, a_lost_key_is_replaced, 0, 2);
	suite_add_tcase(s, t);
	return run_suite(s);
}
