/* A KSK that is elsewhere: ksr create, sign, import. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "dns/rrtype.h"
#include "keys/ksr.h"
#include "keys/life.h"
#include "zonec/key.h"
#include "zonec/life.h"

/* ---- create ---- */

enum { STEPS_MAX = 10000 };

/* A ZSK, and when it left the caches in the plan: it stays in bundles for longer, because runs may come late. */
struct planned {
	struct view dnskey; /* in the arena of the bundles */
	int64_t last;
};

struct plan {
	struct ksr k;
	struct planned key[STATE_KEYS_MAX * 2];
	size_t n;
};

static void plan_key(struct plan *plan, struct view dnskey, int64_t now, int64_t slack)
{
	size_t i = 0, kept = 0;

	for (i = 0; i < plan->n; i++)
		if (now - plan->key[i].last <= slack)
			plan->key[kept++] = plan->key[i];
	plan->n = kept;
	for (i = 0; i < plan->n && !view_eq(plan->key[i].dnskey, dnskey); i++)
		;
	if (i == COUNT_OF(plan->key))
		return;
	if (i == plan->n)
		plan->key[plan->n++].dnskey = view_of(arena_copy(&plan->k.arena, dnskey.p, dnskey.n), dnskey.n);
	plan->key[i].last = now;
}

static bool put_keys(struct plan *plan, struct ksr_bundle *b, const struct life *l, int64_t slack)
{
	bool fits = true;

	for (unsigned i = 0; i < l->state.n_keys; i++) {
		const struct key *file = life_key(&l->keys, &l->state.key[i]);

		if (l->state.key[i].thing[THING_DNSKEY].phase != HIDDEN && file != NULL)
			plan_key(plan, file->dnskey, b->from, slack);
	}
	for (size_t i = 0; i < plan->n && fits; i++)
		if (b->from - plan->key[i].last <= slack)
			fits = ksr_record_add(&plan->k, b, RR_DNSKEY, plan->key[i].dnskey);
	return fits;
}

static bool same_records(const struct ksr_bundle *a, const struct ksr_bundle *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (!view_eq(a->record[i].rdata, b->record[i].rdata))
			return false;
	return true;
}

/* A bundle of this moment, unless the one before it is the same and still fresh. */
static enum err add_bundle(struct plan *plan, const struct policy *p, const struct life *l, int64_t now)
{
	struct ksr *k = &plan->k;
	struct ksr_bundle *b = ksr_bundle_add(k, now, now - p->inception, now + p->key_validity);

	if (!put_keys(plan, b, l, p->refresh))
		return ERR_SPACE;
	if (k->n > 1 && same_records(&k->bundle[k->n - 2], b) && now < k->bundle[k->n - 2].expires - p->refresh)
		k->n--;
	return k->n < KSR_BUNDLES_MAX ? OK : ERR_SPACE;
}

/* A key that the plan is through with does not come back in it. */
static void note_spent(const struct roll_result *r, struct life_ahead *ahead)
{
	for (unsigned i = 0; i < r->n_events && ahead->n < AHEAD_KEYS_MAX; i++)
		if (r->event[i].kind == EVENT_GONE)
			ahead->spent[ahead->n++] = r->event[i].tag;
}

/* All that will happen to the ZSKs until then happens now, as far as keys are made for it. */
static enum err run_ahead(struct keydir *d, const struct policy *p, struct sign_state *s, int64_t from,
			  int64_t until, struct plan *plan, char why[KEY_WHY])
{
	struct life_ahead ahead = { .clock = from };
	int64_t now = from;
	enum err e = OK;

	for (int i = 0; i < STEPS_MAX && e == OK && now <= until; i++) {
		struct life l;

		e = life_run(d, &plan->k.zone, p, s, now, &ahead, &l, why);
		if (e != OK)
			return e;
		e = add_bundle(plan, p, &l, now);
		note_spent(&l.result, &ahead);
		*s = l.state;
		int64_t next = plan->k.bundle[plan->k.n - 1].expires - p->refresh;
		now = l.result.next > now && l.result.next < next ? l.result.next : next;
		life_end(&l);
	}
	return e == OK ? OK
		       : keyio_why(why, e, "more bundles than %d, or too many keys in one: say an earlier --until",
				   KSR_BUNDLES_MAX);
}

/* A key directory takes KEYS_MAX keys of a zone, and some are needed besides: a plan that wants too many fails
 * before it has made any. */
static bool is_too_far(const struct policy *p, int64_t from, int64_t until, char why[KEY_WHY])
{
	const int64_t zsks = p->zsk_lifetime != 0 ? (until - from) / p->zsk_lifetime : 0;

	if (until < from)
		return keyio_why(why, ERR_REFUSED, "--until: that time is over"), true;
	if (zsks > KEYS_MAX / 2)
		return keyio_why(
			   why, ERR_REFUSED,
			   "--until: %lld ZSKs would be made until then, and at most %d are made ahead: say an "
			   "earlier time",
			   (long long)zsks, KEYS_MAX / 2),
		       true;
	return false;
}

int command_ksr_create(const struct options *o)
{
	struct policy p;
	struct sign_state s;
	struct keydir *d;
	static struct plan plan; /* large for a stack */
	struct ksr *k = &plan.k;
	char why[KEY_WHY];
	int64_t now = now_of(o), until = now;

	if (o->policy == NULL || o->keydir == NULL || o->db == NULL || o->until == NULL || o->n_operands != 1)
		return EXIT_USAGE;
	if (!origin_read(o->operand[0], &k->zone) || !date_read("--until", o->until, now, &until))
		return EXIT_USAGE;
	int code = policy_of(o, &p);
	if (code == EXIT_DONE && p.offline_ksk == 0) {
		complain("policy %s: the KSK is not elsewhere: say offline-ksk: yes", p.name);
		code = EXIT_WRONG;
	}
	if (code == EXIT_DONE && access(o->db, F_OK) != 0 && errno == ENOENT)
		memset(&s, 0, sizeof s); /* no zone was compiled yet */
	else if (code == EXIT_DONE)
		code = state_load(o, &k->zone, &s);
	if (code != EXIT_DONE)
		return code;
	k->ttl = p.dnskey_ttl;
	k->cds = p.cds;
	if (is_too_far(&p, now, until, why))
		return key_failed(ERR_REFUSED, why);
	enum err e = keydir_make(o->keydir, &d, why);
	if (e == OK)
		e = run_ahead(d, &p, &s, now, until, &plan, why);
	keydir_close(d);
	if (e == OK)
		ksr_print(k, stdout);
	ksr_free(k);
	return e == OK ? EXIT_DONE : key_failed(e, why);
}

/* ---- sign ---- */

int command_ksr_sign(const struct options *o)
{
	struct keys ksks = { 0 };
	struct ksr k;
	char why[KEY_WHY];

	if (o->keydir == NULL || o->n_operands != 1)
		return EXIT_USAGE;
	enum err e = ksr_read(o->operand[0], &k, why);
	if (e == OK)
		e = keydir_read(o->keydir, &k.zone, &ksks, why);
	if (e == OK)
		e = ksr_sign(&k, o->operand[0], &ksks, why);
	if (e == OK)
		ksr_print(&k, stdout);
	keys_free(&ksks);
	ksr_free(&k);
	return e == OK ? EXIT_DONE : key_failed(e, why);
}

/* ---- import ---- */

int command_ksr_import(const struct options *o)
{
	struct keys known = { 0 };
	struct keydir *d = NULL;
	struct ksr k = { 0 };
	struct name zone;
	char why[KEY_WHY], from[DATE_TEXT], until[DATE_TEXT];

	if (o->keydir == NULL || o->n_operands != 2)
		return EXIT_USAGE;
	if (!origin_read(o->operand[0], &zone))
		return EXIT_USAGE;
	enum err e = keydir_open(o->keydir, &d, why);
	if (e == OK)
		e = keydir_keys(d, &zone, &known, why);
	if (e == OK)
		e = ksr_read(o->operand[1], &k, why);
	if (e == OK)
		e = ksr_check(&k, o->operand[1], &zone, &known, why);
	if (e == OK)
		e = ksr_keep(d, &k, why);
	if (e == OK) {
		date_print(k.bundle[0].from, from);
		date_print(k.bundle[k.n - 1].expires, until);
		printf("%s: %zu bundles, from %s until %s\n", o->operand[0], k.n, from, until);
	}
	keys_free(&known);
	keydir_close(d);
	ksr_free(&k);
	return e == OK ? EXIT_DONE : key_failed(e, why);
}
