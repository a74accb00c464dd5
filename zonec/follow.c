#include "zonec/follow.h"

#include <stdio.h>
#include <stdlib.h>

#include "zonec/key.h"
#include "zonec/life.h"

/* ---- before ---- */

/* The policy that was read last: that of all zones of a list, most often. */
static enum err read_policy(const char *place, struct policy *out, char why[SIGN_WHY])
{
	static char *known;
	static struct policy policy;
	struct policy_why said = { .text = "" };

	if (known == NULL || strcmp(known, place) != 0) {
		free(known);
		known = NULL;
		enum err e = policy_read(place, &policy, &said);
		if (e != OK) {
			(void)snprintf(why, SIGN_WHY, "%s", said.text);
			return e;
		}
		known = strdup(place);
	}
	*out = policy;
	return OK;
}

/* The state, and its octets: who commits the next one proves by them that it is still there. */
static enum err read_state(struct store *s, const struct name *apex, struct following *f, struct sign_state *out,
			   char why[SIGN_WHY])
{
	struct wr w = wr_of(f->was, sizeof f->was);
	struct view octets;
	struct store_txn *t;
	enum err e = store_read(s, &t);

	if (e != OK) {
		(void)snprintf(why, SIGN_WHY, "the state of its keys: %s", err_text(e));
		return e;
	}
	bool right = state_of(t, apex, out);
	if (store_signing_get(t, apex, &octets) == OK)
		wr_view(&w, octets);
	f->n_was = w.len;
	store_abort(t);
	if (!right)
		(void)snprintf(why, SIGN_WHY, "the state of its keys cannot be used");
	return right ? OK : ERR_DAMAGED;
}

/* What a bundle says of this moment; it must have all ZSKs that the state has published. */
static enum err read_bundle(struct keydir *d, const struct name *apex, int64_t now, struct following *f,
			    char why[SIGN_WHY])
{
	struct view dnskey[STATE_KEYS_MAX];
	size_t n = 0;
	char date[DATE_TEXT];
	enum err e = ksr_kept(d, apex, &f->bundles, why);

	if (e == ERR_NOTFOUND)
		return keyio_why(why, e,
				 "there are no bundles of its KSK, which is elsewhere: zonec ksr create, "
				 "ksr sign there, ksr import");
	if (e != OK)
		return e;
	if (f->bundles.ttl > f->policy.dnskey_ttl)
		return keyio_why(
		    why, ERR_REFUSED,
		    "the bundles of its KSK give the DNSKEY set a TTL of %u s, and the policy's dnskey-ttl "
		    "is %u s, by which it would change keys too soon; raise it, or make other bundles: "
		    "zonec ksr create",
		    f->bundles.ttl, f->policy.dnskey_ttl);
	for (unsigned i = 0; i < f->life.state.n_keys; i++) {
		const struct key *file = life_key(&f->life.keys, &f->life.state.key[i]);
		if (file != NULL && thing_is_out(&f->life.state.key[i], THING_DNSKEY))
			dnskey[n++] = file->dnskey;
	}
	const struct ksr_bundle *b = ksr_at(&f->bundles, now, dnskey, n);
	date_print(f->bundles.bundle[f->bundles.n - 1].expires, date);
	if (b == NULL)
		return keyio_why(why, ERR_REFUSED,
				 "none of the bundles of its KSK, of which the last expires %s, is good "
				 "now and has the ZSKs that are needed; make others: zonec ksr create",
				 date);
	for (size_t i = 0; i < b->n; i++)
		f->given[f->n_given++] = (struct sign_given){ b->record[i].type, b->record[i].rdata };
	return OK;
}

/* Where a key waits for the parent, and the policy says where the parent answers, it is asked. */
static enum err ask_parent(struct keydir *d, const struct name *apex, int64_t now, struct following *f,
			   struct sign_state *s, char why[SIGN_WHY])
{
	struct keys keys = { 0 };
	char origin[NAME_TEXT_MAX];

	f->heard.n = 0;
	if (!hear_wanted(&f->policy, s))
		return OK;
	enum err e = keydir_keys(d, apex, &keys, why);
	if (e != OK)
		return e;
	name_print(apex, origin);
	hear_parent(&f->policy, s, &keys, apex, origin, now, &f->heard);
	keys_free(&keys);
	return OK;
}

/* That it was looked at is no change. */
static bool differs(struct sign_state *old, const struct following *f)
{
	uint8_t octets[SIGN_STATE_MAX];
	struct wr w = wr_of(octets, sizeof octets);

	old->last = f->life.state.last;
	state_write(old, &w);
	return !view_eq(wr_view_of(&w), view_of(f->octets, f->n_octets));
}

enum err follow_begin(const struct options *o, struct store *s, const struct name *apex, struct following *f,
		      char why[SIGN_WHY])
{
	struct sign_state old;
	struct keydir *d = NULL;
	struct wr w = wr_of(f->octets, sizeof f->octets);

	memset(&f->life, 0, sizeof f->life);
	f->bundles = (struct ksr){ 0 };
	f->n_given = 0;
	f->leaves = false;
	enum err e = read_policy(o->policy, &f->policy, why);
	if (e == OK)
		e = read_state(s, apex, f, &old, why);
	if (e == OK)
		e = state_clock(&old, now_of(o), why);
	if (e == OK)
		e = sign_keydir(o->keydir, true, &d, why);
	if (e == OK)
		e = ask_parent(d, apex, now_of(o), f, &old, why);
	if (e == OK)
		e = life_run(d, apex, &f->policy, &old, now_of(o), NULL, &f->life, why);
	if (e == OK && f->policy.offline_ksk != 0)
		e = read_bundle(d, apex, now_of(o), f, why);
	if (e == OK)
		e = life_retire(d, &f->life, why);
	if (e != OK) {
		follow_end(f);
		return e;
	}
	state_write(&f->life.state, &w);
	f->n_octets = w.len;
	f->changed = f->heard.n != 0 || differs(&old, f);
	return OK;
}

bool follow_had(struct store *s, const struct name *apex)
{
	struct view octets;
	struct store_txn *t;

	if (store_read(s, &t) != OK)
		return false; /* whatever that is, the compile meets it, too */
	bool had = store_signing_get(t, apex, &octets) == OK;
	store_abort(t);
	return had;
}

enum err follow_leave(const struct options *o, struct store *s, const struct name *apex, struct following *f,
		      char why[SIGN_WHY])
{
	struct sign_state old;

	memset(f, 0, sizeof *f);
	enum err e = read_state(s, apex, f, &old, why);
	if (e == OK && old.n_keys != 0 && !o->replace)
		return keyio_why(
		    why, ERR_REFUSED,
		    "its keys follow the policy %s, and this would publish it without: say --policy; or, "
		    "to be through with policies, --replace",
		    old.policy);
	f->leaves = f->changed = true;
	return e;
}

void follow_end(struct following *f)
{
	life_end(&f->life);
	ksr_free(&f->bundles);
}

/* ---- the plan ---- */

static const enum serial_policy serials[] = {
	[POLICY_SERIAL_KEEP] = SERIAL_KEEP,
	[POLICY_SERIAL_INCREMENT] = SERIAL_INCREMENT,
	[POLICY_SERIAL_UNIXTIME] = SERIAL_UNIXTIME,
	[POLICY_SERIAL_DATE] = SERIAL_DATE,
};

static void plan_of(const struct following *f, int64_t now, struct sign_plan *p)
{
	const struct policy *y = &f->policy;

	sign_plan_default(p);
	p->now = now;
	p->denial = y->denial == POLICY_NSEC3 ? SIGN_NSEC3 : SIGN_NSEC;
	p->optout = y->denial == POLICY_NSEC3 && y->optout != 0;
	p->iterations = (uint16_t)y->iterations;
	p->salt = view_of(y->salt, y->salt_len);
	p->inception_offset = y->inception;
	p->validity = y->validity;
	p->key_validity = y->key_validity;
	p->jitter = y->jitter;
	p->refresh = y->refresh;
	p->dnskey_ttl = y->dnskey_ttl;
	p->serial = serials[y->serial];
	p->zonemd = y->zonemd;
	p->cds_digests = y->cds;
	p->cds_delete = y->cds != 0 && f->life.result.cds_delete;
	p->csync = y->csync != 0;
	p->given = f->given;
	p->n_given = f->n_given;
	if (f->n_given != 0)
		p->dnskey_ttl = f->bundles.ttl;
}

/* Keys of other signers, of which the public half was brought, are published by their times (RFC 8901 2.1.2). */
static void add_foreign(const struct following *f, int64_t now, struct zone_signing *s)
{
	for (size_t i = 0; i < s->keys.n && s->plan.n_keys < SIGN_KEYS_MAX; i++) {
		const struct key *k = &s->keys.key[i];

		if (k->private == NULL && key_published(k, now) && !life_has(&f->life.state, k))
			s->use[s->plan.n_keys++] = (struct sign_key){ .key = k, .published = true };
	}
}

bool follow_sign(struct following *f, int64_t now, struct zone_signing *s)
{
	const struct sign_state *st = &f->life.state;

	memset(s, 0, sizeof *s);
	if (f->leaves)
		return false;
	plan_of(f, now, &s->plan);
	s->keys = f->life.keys;
	f->life.keys = (struct keys){ 0 };
	s->ttl_max = f->policy.zone_ttl;
	for (unsigned i = 0; i < st->n_keys; i++) {
		const struct key_state *k = &st->key[i];
		struct sign_key use = { life_key(&s->keys, k), thing_is_out(k, THING_DNSKEY),
					thing_is_out(k, THING_KEYSIG), thing_is_out(k, THING_ZONESIG),
					f->policy.cds != 0 && roll_in_cds(st, k) };

		use.published &= f->n_given == 0; /* else the bundle has it */
		if (use.key != NULL && (use.published || use.signs_keys || use.signs_zone))
			s->use[s->plan.n_keys++] = use;
	}
	s->plan.key = s->use;
	if (s->plan.n_keys != 0 && f->policy.offline_ksk == 0) /* else the bundles have them all */
		add_foreign(f, now, s);
	return s->plan.n_keys != 0;
}

/* ---- after ---- */

/* How that it has happened will be known. */
static void print_wait(const char *origin, const struct policy *p, const char *command, const char *what)
{
	if (p->n_parents != 0)
		inform("%s: waits for the parent %s: each compile asks %s\n", origin, what, hear_servers(p));
	else
		inform("%s: waits for the parent %s: then say zonec key %s\n", origin, what, command);
}

static void print_next(const char *origin, const struct following *f)
{
	const struct roll_result *r = &f->life.result;
	char date[DATE_TEXT];

	if (f->n_given != 0) {
		date_print(f->bundles.bundle[f->bundles.n - 1].expires, date);
		inform("%s: the bundles of its KSK reach until %s\n", origin, date);
	}
	if (r->wait_ds_seen)
		print_wait(origin, &f->policy, "ds-seen", "to show the DS");
	if (r->wait_ds_gone)
		print_wait(origin, &f->policy, "ds-gone", "to show the DS no more");
	if (r->full)
		inform("%s: no more keys until some have left\n", origin);
	if (r->next == 0)
		return;
	date_print(r->next, date);
	inform("%s: the next step is due %s\n", origin, date);
}

bool follow_done(const struct options *o, const struct name *apex, const char *origin, const struct following *f)
{
	const struct roll_result *r = &f->life.result;
	struct keys keys = { 0 };
	struct keydir *d;
	char why[SIGN_WHY], text[EVENT_TEXT];
	unsigned purged = 0;

	if (f->leaves)
		return true;
	if (!o->quiet && !f->changed && o->list == NULL)
		print_next(origin, f);
	if (!f->changed)
		return true;
	if (!o->quiet)
		hear_tell(&f->heard, &f->policy, origin);
	for (unsigned i = 0; i < r->n_events && !o->quiet; i++)
		if (event_text(&r->event[i], text))
			inform("%s: %s %u: %s\n", origin, roles_text(r->event[i].roles), r->event[i].tag, text);
	if (!o->quiet)
		print_next(origin, f);
	enum err e = sign_keydir(o->keydir, true, &d, why);
	if (e == OK)
		e = keydir_keys(d, apex, &keys, why);
	if (e == OK)
		e = life_note(d, &keys, &f->life.state, why);
	if (e == OK)
		e = life_purge(d, &keys, &f->policy, &f->life.state, &purged, why);
	keys_free(&keys);
	if (purged != 0 && !o->quiet)
		inform("%s: the files of %u key%s gone long since are removed\n", origin, purged,
		       purged == 1 ? "" : "s");
	if (e != OK)
		complain("%s: compiled, but the files of its keys are not as they should be: %s", origin, why);
	return e == OK;
}

enum err follow_keep(struct store *s, const struct name *apex, const struct following *f)
{
	struct store_txn *t;
	enum err e = store_write(s, &t);

	if (e != OK)
		return e;
	if (!store_signing_is(t, apex, view_of(f->was, f->n_was)))
		e = ERR_BUSY;
	if (e == OK)
		e = store_signing_put(t, apex, view_of(f->octets, f->n_octets));
	if (e == OK)
		return store_commit(t);
	store_abort(t);
	return e;
}
