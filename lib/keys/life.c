#include "keys/life.h"

#include "crypto/digest.h"
#include "sec/rrsig.h"

static void digest_key(const struct key *k, uint8_t out[KEY_DIGEST_LEN])
{
	digest_of(DIGEST_SHA256, &k->dnskey, 1, out);
}

static int64_t time_or_none(int64_t t)
{
	return t == KEY_NEVER ? 0 : t;
}

void life_roll_key(const struct key *k, int64_t now, struct roll_key *out)
{
	*out = (struct roll_key){
		.algorithm = k->algorithm,
		.sep = key_is_sep(k),
		.usable = k->private != NULL && !key_is_revoked(k),
		.published = key_published(k, now),
		.signs = key_signs(k, now),
		.tag = k->tag,
		.turn =
		    time_or_none(k->time[KEY_PUBLISH] != KEY_NEVER ? k->time[KEY_PUBLISH] : k->time[KEY_CREATED]),
		.activate = time_or_none(k->time[KEY_ACTIVATE]),
		.inactive = time_or_none(k->time[KEY_INACTIVE]),
		.remove = time_or_none(k->time[KEY_DELETE]),
	};
	digest_key(k, out->digest);
}

static bool is_file_of(const struct key *file, const struct key_state *k)
{
	uint8_t digest[KEY_DIGEST_LEN];

	if (file->tag != k->tag || file->algorithm != k->algorithm)
		return false;
	digest_key(file, digest);
	return memcmp(digest, k->digest, KEY_DIGEST_LEN) == 0;
}

const struct key *life_key(const struct keys *keys, const struct key_state *k)
{
	for (size_t i = 0; i < keys->n; i++)
		if (is_file_of(&keys->key[i], k))
			return &keys->key[i];
	return NULL;
}

bool life_has(const struct sign_state *s, const struct key *file)
{
	for (unsigned i = 0; i < s->n_keys; i++)
		if (is_file_of(file, &s->key[i]))
			return true;
	return false;
}

static bool is_spent(const struct life_ahead *ahead, uint16_t tag)
{
	for (unsigned i = 0; ahead != NULL && i < ahead->n; i++)
		if (ahead->spent[i] == tag)
			return true;
	return false;
}

static enum err step(const struct policy *p, struct life *l, int64_t now, const struct life_ahead *ahead,
		     char why[KEY_WHY])
{
	struct roll_key files[KEYS_MAX];
	size_t n = l->keys.n < KEYS_MAX ? l->keys.n : KEYS_MAX;

	for (size_t i = 0; i < n; i++) {
		life_roll_key(&l->keys.key[i], now, &files[i]);
		if (is_spent(ahead, files[i].tag))
			files[i].remove = now;
	}
	if (roll_step(p, &l->state, files, n, now, &l->result) != OK)
		return keyio_why(
		    why, ERR_REFUSED,
		    "policy %s: this needs the KSK, which is elsewhere: to go to or from a CSK or another "
		    "algorithm, or to have it here again; bring it: zonec key import, and offline-ksk: no",
		    p->name);
	return OK;
}

static enum err make(struct keydir *d, const struct name *zone, const struct roll_want *want, int64_t now,
		     int64_t clock, char why[KEY_WHY])
{
	struct key k;

	key_clear(&k);
	k.zone = *zone;
	k.flags = DNSKEY_ZONE | ((want->roles & ROLE_KSK) != 0 ? DNSKEY_SEP : 0);
	k.protocol = 3;
	k.algorithm = want->algorithm;
	k.time[KEY_CREATED] = clock;
	if (now > clock)
		k.time[KEY_PUBLISH] = now;
	return keydir_generate(d, &k, want->bits, why);
}

/* What signs must be here, or the zone would lose its signatures. */
static enum err all_are_here(const struct life *l, char why[KEY_WHY])
{
	for (unsigned i = 0; i < l->state.n_keys; i++) {
		const struct key_state *k = &l->state.key[i];
		const struct key *file = life_key(&l->keys, k);
		bool signs = thing_is_out(k, THING_KEYSIG) || thing_is_out(k, THING_ZONESIG);

		if ((file == NULL && (signs || thing_is_out(k, THING_DNSKEY))) || (signs && file->private == NULL))
			return keyio_why(
			    why, ERR_NOTFOUND,
			    "the %s with tag %u is in use and its %s file is not in the key directory; "
			    "bring it back; if it is lost for good: zonec key forget",
			    roles_text(k->roles), k->tag, file == NULL ? ".key" : ".private");
	}
	return OK;
}

/* Bounded: each round makes a key the engine then takes, or the engine wants none. */
enum err life_run(struct keydir *d, const struct name *zone, const struct policy *p, const struct sign_state *old,
		  int64_t now, const struct life_ahead *ahead, struct life *out, char why[KEY_WHY])
{
	enum err e = OK;

	memset(out, 0, sizeof *out);
	for (int round = 0; round < KEYS_MAX && e == OK; round++) {
		keys_free(&out->keys);
		out->state = *old;
		e = keydir_keys(d, zone, &out->keys, why);
		if (e == OK)
			e = keydir_can_sign(d, &out->keys, now, why);
		if (e == OK)
			e = step(p, out, now, ahead, why);
		if (e != OK || out->result.n_want == 0)
			break;
		for (unsigned i = 0; i < out->result.n_want && e == OK; i++)
			e = make(d, zone, &out->result.want[i], now, ahead != NULL ? ahead->clock : now, why);
	}
	if (e == OK && out->result.n_want != 0)
		e = keyio_why(why, ERR_SPACE, "more keys than a zone can have");
	if (e == OK)
		e = all_are_here(out, why);
	if (e != OK)
		life_end(out);
	return e;
}

void life_end(struct life *l)
{
	keys_free(&l->keys);
}

/* ---- times in files ---- */

static enum err set_once(struct keydir *d, const struct key *file, const int64_t time[KEY_TIMES],
			 char why[KEY_WHY])
{
	struct key k = *file;
	bool differs = false;

	for (int t = 0; t < KEY_TIMES; t++)
		if (k.time[t] == KEY_NEVER && time[t] != 0) {
			k.time[t] = time[t];
			differs = true;
		}
	return differs ? keydir_set_times(d, &k, why) : OK;
}

enum err life_retire(struct keydir *d, const struct life *l, char why[KEY_WHY])
{
	enum err e = OK;

	for (unsigned i = 0; i < l->result.n_events && e == OK; i++) {
		const struct roll_event *v = &l->result.event[i];

		for (size_t k = 0; v->kind == EVENT_GONE && k < l->keys.n && e == OK; k++)
			if (l->keys.key[k].tag == v->tag && l->keys.key[k].algorithm == v->algorithm)
				e = set_once(d, &l->keys.key[k],
					     (const int64_t[KEY_TIMES]){
						 [KEY_INACTIVE] = l->state.last, [KEY_DELETE] = l->state.last },
					     why);
	}
	return e;
}

static int64_t since(const struct key_state *k, enum thing t, bool out)
{
	return thing_is_out(k, t) == out && k->thing[t].since != 0 ? k->thing[t].since : 0;
}

enum err life_note(struct keydir *d, const struct keys *keys, const struct sign_state *s, char why[KEY_WHY])
{
	enum err e = OK;

	for (unsigned i = 0; i < s->n_keys && e == OK; i++) {
		const struct key_state *k = &s->key[i];
		const struct key *file = life_key(keys, k);
		enum thing signs = (k->roles & ROLE_ZSK) != 0 ? THING_ZONESIG : THING_KEYSIG;
		const int64_t time[KEY_TIMES] = {
			[KEY_PUBLISH] = since(k, THING_DNSKEY, true),
			[KEY_ACTIVATE] = since(k, signs, true),
			[KEY_SYNC_PUBLISH] = since(k, THING_DS, true),
			[KEY_INACTIVE] = k->in_use ? 0 : since(k, signs, false),
			[KEY_DELETE] = k->in_use ? 0 : since(k, THING_DNSKEY, false),
			[KEY_SYNC_DELETE] = k->in_use ? 0 : since(k, THING_DS, false),
		};

		if (file != NULL)
			e = set_once(d, file, time, why);
	}
	return e;
}

/* ---- files that nobody needs ---- */

enum err life_purge(struct keydir *d, const struct keys *keys, const struct policy *p, const struct sign_state *s,
		    unsigned *n, char why[KEY_WHY])
{
	enum err e = OK;

	*n = 0;
	for (size_t i = 0; i < keys->n && p->purge != 0 && e == OK; i++) {
		struct key *k = &keys->key[i];

		if (k->time[KEY_DELETE] == KEY_NEVER || k->time[KEY_DELETE] + p->purge > s->last || life_has(s, k))
			continue;
		e = keydir_remove(d, k, why);
		*n += e == OK;
	}
	return e;
}
