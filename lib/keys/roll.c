#include "keys/roll.h"
#include "keys/roll_run.h"

enum { ROUNDS_MAX = THINGS * PHASES * STATE_KEYS_MAX };

void run_note(struct run *r, enum event_kind kind, const struct key_state *k, enum thing t)
{
	r->changed = true;
	if (r->out->n_events == ROLL_EVENTS_MAX)
		return;
	r->out->event[r->out->n_events++] = (struct roll_event){
		.kind = kind,
		.tag = k->tag,
		.algorithm = k->algorithm,
		.roles = k->roles,
		.thing = (uint8_t)t,
		.phase = k->thing[t].phase,
	};
}

void run_move(struct run *r, struct key_state *k, enum thing t, enum phase to)
{
	k->thing[t].phase = (uint8_t)to;
	k->thing[t].since = r->now;
	run_note(r, EVENT_MOVED, k, t);
}

/* ---- waits ---- */

/* The longest TTL that a cached set of this kind may have: a policy that makes one smaller does so from now on,
 * and what was given out before is still there. */
static void ttl_follow(struct run *r, enum ttl_kind kind, uint32_t ttl, uint32_t delay)
{
	struct sign_state *s = r->s;

	if (ttl < s->ttl[kind].shown) {
		int64_t until = r->now + s->ttl[kind].shown + delay;
		if (until > s->ttl[kind].until)
			s->ttl[kind].until = until;
	}
	if (ttl >= s->ttl[kind].longest || r->now >= s->ttl[kind].until)
		s->ttl[kind].longest = ttl;
	s->ttl[kind].shown = ttl;
}

static uint32_t longest(const struct sign_state *s, enum ttl_kind kind, uint32_t ttl)
{
	return s->ttl[kind].longest > ttl ? s->ttl[kind].longest : ttl;
}

/* RFC 7583 3.2 and 3.3: TTL, propagation, and a margin. */
static int64_t wait_of(const struct policy *p, const struct sign_state *s, enum thing t, enum phase ph)
{
	int64_t safety = ph == RUMOURED ? p->publish_safety : p->retire_safety;
	int64_t most = p->publish_safety > p->retire_safety ? p->publish_safety : p->retire_safety;

	switch (t) {
	case THING_DNSKEY:
	case THING_KEYSIG:
		return (int64_t)longest(s, TTL_DNSKEY, p->dnskey_ttl) + p->zone_delay + safety;
	case THING_ZONESIG:
		/* where two change places, the old ones are not forgotten before the new are everywhere */
		return (int64_t)longest(s, TTL_ZONE, p->zone_ttl) + p->zone_delay + most;
	case THING_DS:
		return (int64_t)longest(s, TTL_DS, p->ds_ttl) + p->parent_delay + safety;
	case THINGS:
		break;
	}
	return 0;
}

int64_t roll_due(const struct policy *p, const struct sign_state *s, const struct key_state *k, enum thing t)
{
	enum phase ph = k->thing[t].phase;
	int64_t from = k->thing[t].since;

	if (ph != RUMOURED && ph != UNRETENTIVE)
		return 0;
	if (t == THING_DS) {
		int64_t told = ph == RUMOURED ? k->ds_seen : k->ds_gone;
		if (told == 0)
			return 0; /* only the parent ends it */
		from = told > from ? told : from;
	}
	return from + wait_of(p, s, t, ph);
}

static void ripen(struct run *r, struct key_state *k)
{
	for (enum thing t = 0; t < THINGS; t++) {
		int64_t due = roll_due(r->p, r->s, k, t);
		if (due != 0 && due <= r->now)
			run_move(r, k, t, k->thing[t].phase == RUMOURED ? OMNIPRESENT : HIDDEN);
	}
}

/* ---- which keys there shall be ---- */

static const struct roll_key *file_of(const struct roll_key *keys, size_t n, const struct key_state *k)
{
	for (size_t i = 0; i < n; i++)
		if (keys[i].tag == k->tag && memcmp(keys[i].digest, k->digest, KEY_DIGEST_LEN) == 0)
			return &keys[i];
	return NULL;
}

static struct key_state *adopt(struct run *r, const struct roll_key *f, unsigned roles)
{
	struct key_state *k = &r->s->key[r->s->n_keys++];

	*k = (struct key_state){
		.algorithm = f->algorithm, .roles = (uint8_t)roles, .in_use = true, .tag = f->tag
	};
	memcpy(k->digest, f->digest, KEY_DIGEST_LEN);
	run_note(r, EVENT_ADOPTED, k, THING_DNSKEY);
	return k;
}

/* The first key that is nobody's yet. One whose end is set was in use once: it does not come back. */
static const struct roll_key *spare(const struct run *r, const struct roll_key *keys, size_t n, unsigned roles)
{
	const struct roll_key *best = NULL;

	for (size_t i = 0; i < n; i++) {
		const struct roll_key *f = &keys[i];

		if (f->algorithm != r->p->algorithm || f->sep != ((roles & ROLE_KSK) != 0) || !f->usable ||
		    f->inactive != 0 || f->remove != 0 || state_find(r->s, f->tag) != NULL)
			continue;
		if (best == NULL || f->turn < best->turn || (f->turn == best->turn && f->tag < best->tag))
			best = f;
	}
	return best;
}

static bool has_ksk(const struct sign_state *s)
{
	for (unsigned i = 0; i < s->n_keys; i++)
		if ((s->key[i].roles & ROLE_KSK) != 0)
			return true;
	return false;
}

static void leave_use(struct run *r, struct key_state *k)
{
	k->in_use = false;
	run_note(r, EVENT_LEAVES, k, THING_DNSKEY);
}

/* A SEP key signs everything if there is none beside it for the zone. */
static unsigned roles_of(const struct roll_key *f, const struct roll_key *keys, size_t n)
{
	if (!f->sep)
		return ROLE_ZSK;
	for (size_t i = 0; i < n; i++)
		if (!keys[i].sep && keys[i].algorithm == f->algorithm && keys[i].signs)
			return ROLE_KSK;
	return ROLE_CSK;
}

static void take_over_one(struct run *r, const struct roll_key *f, unsigned roles)
{
	struct key_state *k = adopt(r, f, roles);

	run_move(r, k, THING_DNSKEY, RUMOURED);
	if ((roles & ROLE_KSK) != 0 && f->signs) {
		run_move(r, k, THING_KEYSIG, RUMOURED);
		run_move(r, k, THING_DS, RUMOURED);
	}
	if ((roles & ROLE_ZSK) != 0 && f->signs)
		run_move(r, k, THING_ZONESIG, RUMOURED);
	k->began = f->signs ? f->activate : 0;
}

/* A zone that had keys before it had a policy: they are where their files say, and nobody knows for how long; of a
 * KSK that signs, the parent may have the DS. The same for KSKs that were elsewhere and have come home. */
static void take_over(struct run *r, const struct roll_key *keys, size_t n)
{
	bool new = r->s->n_keys == 0 && r->s->last == 0;

	if (!new && (r->p->offline_ksk != 0 || has_ksk(r->s)))
		return;
	for (size_t i = 0; i < n && r->s->n_keys < STATE_KEYS_MAX; i++) {
		const struct roll_key *f = &keys[i];

		if (f->published && f->usable && state_find(r->s, f->tag) == NULL && (new || f->sep) &&
		    (r->p->offline_ksk == 0 || !f->sep))
			take_over_one(r, f, new ? roles_of(f, keys, n) : ROLE_KSK);
	}
}

/* When the next key of its kind must be published to take over in time; 0: never. */
static int64_t roll_at(const struct policy *p, const struct sign_state *s, const struct key_state *k,
		       int64_t inactive)
{
	uint32_t lifetime = (k->roles & ROLE_KSK) != 0 ? p->ksk_lifetime : p->zsk_lifetime;
	int64_t end = k->began != 0 && lifetime != 0 ? k->began + lifetime : 0;

	/* one KSK after the other: as long as the parent does not answer, more of them help nobody */
	if ((k->roles & ROLE_KSK) != 0 && k->thing[THING_DS].phase != OMNIPRESENT)
		end = 0;

	if (inactive != 0 && (end == 0 || inactive < end))
		end = inactive;
	return end == 0 ? 0 : end - wait_of(p, s, THING_DNSKEY, RUMOURED);
}

/* The one that is in use for these roles: of several, the one that is furthest; the others leave. */
static struct key_state *current(struct run *r, unsigned roles)
{
	struct key_state *best = NULL;

	for (unsigned i = 0; i < r->s->n_keys; i++) {
		struct key_state *k = &r->s->key[i];

		if (!k->in_use || k->roles != roles || k->algorithm != r->p->algorithm)
			continue;
		if (best == NULL) {
			best = k;
		} else if (k->began != 0 && (best->began == 0 || k->began > best->began)) {
			leave_use(r, best);
			best = k;
		} else {
			leave_use(r, k);
		}
	}
	return best;
}

static void fill(struct run *r, unsigned roles, const struct roll_key *keys, size_t n)
{
	struct key_state *k = current(r, roles);

	if (k != NULL) {
		const struct roll_key *f = file_of(keys, n, k);
		int64_t at = roll_at(r->p, r->s, k, f != NULL ? f->inactive : 0);
		if (at == 0 || at > r->now)
			return;
	}
	if (r->s->n_keys == STATE_KEYS_MAX) {
		r->out->full = true;
		return;
	}
	const struct roll_key *f = spare(r, keys, n, roles);
	if (f == NULL && r->out->n_want < ROLL_WANTS_MAX) {
		r->out->want[r->out->n_want++] =
		    (struct roll_want){ (uint8_t)r->p->algorithm, (uint8_t)roles, r->p->bits };
		return;
	}
	if (f == NULL)
		return;
	if (k != NULL)
		leave_use(r, k);
	adopt(r, f, roles);
}

static bool wanted(const struct policy *p, const struct key_state *k)
{
	if (p->keys == POLICY_NO_KEYS || k->algorithm != p->algorithm)
		return false;
	return p->keys == POLICY_CSK ? k->roles == ROLE_CSK : k->roles != ROLE_CSK;
}

/* KSKs whose signatures come from a ceremony are its business; of those that the state still has nothing is said
 * here any more. */
static void give_away_ksks(struct sign_state *s)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < s->n_keys; i++)
		if (s->key[i].roles != ROLE_KSK)
			s->key[kept++] = s->key[i];
	memset(&s->key[kept], 0, (s->n_keys - kept) * sizeof s->key[0]);
	s->n_keys = kept;
}

static void choose(struct run *r, const struct roll_key *keys, size_t n)
{
	if (r->p->offline_ksk != 0)
		give_away_ksks(r->s);
	for (unsigned i = 0; i < r->s->n_keys; i++)
		if (r->s->key[i].in_use && !wanted(r->p, &r->s->key[i]))
			leave_use(r, &r->s->key[i]);
	if (r->p->keys == POLICY_CSK)
		fill(r, ROLE_CSK, keys, n);
	if (r->p->keys == POLICY_KSK_ZSK && r->p->offline_ksk == 0)
		fill(r, ROLE_KSK, keys, n);
	if (r->p->keys == POLICY_KSK_ZSK)
		fill(r, ROLE_ZSK, keys, n);
}

/* A key that leaves and is nowhere any more is forgotten. */
static void forget(struct run *r)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < r->s->n_keys; i++) {
		struct key_state *k = &r->s->key[i];
		bool somewhere = k->in_use;

		for (int t = 0; t < THINGS; t++)
			somewhere |= k->thing[t].phase != HIDDEN;
		if (somewhere)
			r->s->key[kept++] = *k;
		else
			run_note(r, EVENT_GONE, k, THING_DNSKEY);
	}
	memset(&r->s->key[kept], 0, (r->s->n_keys - kept) * sizeof r->s->key[0]);
	r->s->n_keys = kept;
}

/* ---- the step ---- */

static void earlier(int64_t *next, int64_t now, int64_t t)
{
	if (t > now && (*next == 0 || t < *next))
		*next = t;
}

static void look_ahead(struct run *r, const struct roll_key *keys, size_t n)
{
	for (int i = 0; i < TTL_KINDS; i++) /* waits become shorter then */
		if (r->s->ttl[i].longest != r->s->ttl[i].shown)
			earlier(&r->out->next, r->now, r->s->ttl[i].until);
	for (unsigned i = 0; i < r->s->n_keys; i++) {
		const struct key_state *k = &r->s->key[i];
		const struct roll_key *f = file_of(keys, n, k);

		for (enum thing t = 0; t < THINGS; t++)
			earlier(&r->out->next, r->now, roll_due(r->p, r->s, k, t));
		if (k->in_use)
			earlier(&r->out->next, r->now, roll_at(r->p, r->s, k, f != NULL ? f->inactive : 0));
		if (k->thing[THING_DS].phase == RUMOURED && k->ds_seen == 0)
			r->out->wait_ds_seen = true;
		if (k->thing[THING_DS].phase == UNRETENTIVE && k->ds_gone == 0)
			r->out->wait_ds_gone = true;
		if (r->p->keys == POLICY_NO_KEYS && k->thing[THING_DS].phase != HIDDEN)
			r->out->cds_delete = true;
	}
}

/* Roll-overs to another algorithm, and from a CSK, need the DS to change in step; and a KSK that was elsewhere
 * must have come home before anything else happens to it. */
static bool needs_the_ksk(const struct policy *p, const struct sign_state *s)
{
	for (unsigned i = 0; i < s->n_keys && p->offline_ksk != 0; i++)
		if (s->key[i].algorithm != p->algorithm || s->key[i].roles == ROLE_CSK)
			return true;
	return p->offline_ksk == 0 && s->ksk_elsewhere && !has_ksk(s);
}

enum err roll_step(const struct policy *p, struct sign_state *s, const struct roll_key *keys, size_t n_keys,
		   int64_t now, struct roll_result *out)
{
	struct run r = { p, s, now > s->last ? now : s->last, out, true };

	memset(out, 0, sizeof *out);
	ttl_follow(&r, TTL_DNSKEY, p->dnskey_ttl, p->zone_delay);
	ttl_follow(&r, TTL_ZONE, p->zone_ttl, p->zone_delay);
	ttl_follow(&r, TTL_DS, p->ds_ttl, p->parent_delay);
	take_over(&r, keys, n_keys);
	if (needs_the_ksk(p, s))
		return ERR_REFUSED;
	s->ksk_elsewhere = p->offline_ksk != 0;
	for (int round = 0; r.changed && round < ROUNDS_MAX && out->n_want == 0; round++) {
		r.changed = false;
		for (unsigned i = 0; i < s->n_keys; i++)
			ripen(&r, &s->key[i]);
		choose(&r, keys, n_keys);
		if (out->n_want == 0)
			rules_apply(&r);
		forget(&r);
	}
	memcpy(s->policy, p->name, sizeof s->policy);
	s->last = r.now;
	look_ahead(&r, keys, n_keys);
	return OK;
}

enum err roll_ds(struct sign_state *s, uint16_t tag, bool seen, int64_t when)
{
	struct key_state *k = state_find(s, tag);

	if (k == NULL)
		return ERR_NOTFOUND;
	if (k->thing[THING_DS].phase != (seen ? RUMOURED : UNRETENTIVE))
		return ERR_REFUSED;
	int64_t *told = seen ? &k->ds_seen : &k->ds_gone;
	if (*told == 0)
		*told = when; /* the first sighting counts */
	return OK;
}

enum err roll_forget(struct sign_state *s, uint16_t tag)
{
	struct key_state *k = state_find(s, tag), *last = &s->key[s->n_keys - 1];

	if (k == NULL)
		return ERR_NOTFOUND;
	memmove(k, k + 1, (size_t)(last - k) * sizeof *k);
	memset(last, 0, sizeof *last);
	s->n_keys--;
	return OK;
}

static void not_after(int64_t *t, int64_t now)
{
	if (*t > now)
		*t = now;
}

void roll_rewind(struct sign_state *s, int64_t now)
{
	enum { DELAY_MAX = 7 * 86400 }; /* no policy's delay is longer */

	for (unsigned i = 0; i < s->n_keys; i++) {
		struct key_state *k = &s->key[i];

		for (int t = 0; t < THINGS; t++) {
			uint8_t *ph = &k->thing[t].phase;

			if (k->thing[t].since <= now)
				continue;
			*ph = *ph == OMNIPRESENT ? RUMOURED : *ph == HIDDEN ? UNRETENTIVE : *ph;
			k->thing[t].since = now;
		}
		not_after(&k->began, now);
		not_after(&k->ds_seen, now);
		not_after(&k->ds_gone, now);
	}
	for (int i = 0; i < TTL_KINDS; i++)
		not_after(&s->ttl[i].until, now + s->ttl[i].longest + DELAY_MAX);
	not_after(&s->last, now);
}
