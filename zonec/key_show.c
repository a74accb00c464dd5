/* What a directory of keys has: list, status, ds. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "dns/rdata.h"
#include "sec/ds.h"
#include "zonec/hear.h"
#include "zonec/key.h"
#include "zonec/life.h"

/* ---- list ---- */

/* work_of is one word: what a key does at `now`. */
static const char *work_of(const struct key *k, int64_t now)
{
	if (key_is_revoked(k))
		return "revoked";
	if (key_signs(k, now))
		return "active";
	if (key_published(k, now))
		return k->time[KEY_INACTIVE] <= now ? "retired" : "published";
	if (k->time[KEY_DELETE] <= now)
		return "removed";
	return k->time[KEY_PUBLISH] == KEY_NEVER ? "unused" : "future";
}

static const char *halves_of(const struct key *k)
{
	return k->private != NULL ? "private" : k->cannot_sign ? "unusable" : "public";
}

int command_key_list(const struct options *o)
{
	char why[KEY_WHY], zone[NAME_TEXT_MAX];
	const int64_t now = now_of(o);
	struct keys keys;
	struct name origin;
	enum err e;

	if (o->keydir == NULL || o->n_operands > 1)
		return EXIT_USAGE;
	if (o->n_operands == 1 && !origin_read(o->operand[0], &origin))
		return EXIT_USAGE;
	e = keydir_read(o->keydir, o->n_operands == 1 ? &origin : NULL, &keys, why);
	if (e != OK)
		return key_failed(e, why);
	for (size_t i = 0; i < keys.n; i++) {
		const struct key *k = &keys.key[i];

		name_print(&k->zone, zone);
		printf("%s\t%u\t%s\t%s\t%s\t%s\t%s\n", zone, k->tag, algorithm_text(k->algorithm),
		       role_of(keys.key, keys.n, k), work_of(k, now), halves_of(k), k->file);
	}
	keys_free(&keys);
	return EXIT_DONE;
}

/* ---- status ---- */

/* A clause of the sentence about a key: words, and a date that ends it. */
static void clause(const char *words, int64_t when)
{
	char date[DATE_TEXT];

	date_print(when, date);
	printf("%s %s", words, date);
}

static const char *task_of(const struct key_use *use)
{
	if (use->signs_keys && use->signs_zone)
		return "signs everything";
	return use->signs_keys   ? "signs the DNSKEY set"
	       : use->signs_zone ? "signs the zone"
				 : "is not needed to sign";
}

/* Whether it is published. */
static void tell_published(const struct key *k, int64_t now)
{
	const int64_t publish = k->time[KEY_PUBLISH], delete = k->time[KEY_DELETE];

	if (key_is_revoked(k))
		printf("revoked; ");
	if (key_published(k, now)) {
		if (publish == KEY_NEVER)
			printf("published");
		else
			clause("published since", publish);
	} else if (delete <= now) {
		clause("not published any more since", delete);
	} else if (publish == KEY_NEVER) {
		printf("not published, and no time is set for it");
	} else {
		clause("not published yet; will be published from", publish);
	}
}

/* Whether it signs. */
static void tell_signs(const struct key *k, const struct key_use *use, int64_t now)
{
	const int64_t activate = k->time[KEY_ACTIVATE], inactive = k->time[KEY_INACTIVE];

	if (k->time[KEY_DELETE] <= now)
		return;
	if (k->cannot_sign) {
		printf("; zonec cannot sign with its algorithm");
		return;
	}
	if (k->private == NULL) {
		printf("; signs nothing here: its private half is not here");
		return;
	}
	if (inactive <= now) {
		clause("; signs no more since", inactive);
		return;
	}
	if (key_signs(k, now) || use->signs_keys) {
		printf("; %s", task_of(use));
		if (activate != KEY_NEVER)
			clause(" since", activate);
	} else if (activate == KEY_NEVER) {
		printf("; does not sign, and no time is set for it");
	} else {
		clause("; may sign from", activate);
	}
	if (inactive != KEY_NEVER)
		clause(" until", inactive);
}

static void tell(const struct keys *keys, const struct key *k, const struct key_use *use, int64_t now)
{
	printf("%s %s %u: ", role_of(keys->key, keys->n, k), algorithm_text(k->algorithm), k->tag);
	tell_published(k, now);
	tell_signs(k, use, now);
	if (k->time[KEY_DELETE] != KEY_NEVER && k->time[KEY_DELETE] > now)
		clause("; will be removed on", k->time[KEY_DELETE]);
	if (k->time[KEY_REVOKE] != KEY_NEVER && !key_is_revoked(k))
		clause("; is to be revoked, which dnssec-revoke does, on", k->time[KEY_REVOKE]);
	printf("\n");
}

/* gaps: every algorithm of the DNSKEY set must sign keys and zone (RFC 4035 2.2). Says what is missing. */
static void gaps(const struct keys *keys, const struct key_use *use)
{
	for (size_t i = 0; i < keys->n; i++) {
		bool keys_signed = false, zone_signed = false, told = false;

		for (size_t j = 0; j < keys->n; j++) {
			const bool same = use[j].published && keys->key[j].algorithm == keys->key[i].algorithm;

			told |= same && j < i;
			keys_signed |= same && use[j].signs_keys;
			zone_signed |= same && use[j].signs_zone;
		}
		if (!use[i].published || told || (keys_signed && zone_signed))
			continue;
		printf("warning: %s is published, but no key here signs the %s with it\n",
		       algorithm_text(keys->key[i].algorithm), zone_signed ? "DNSKEY set" : "zone");
	}
}

/* What the zone's policy waits for, and how it will be found out: of a policy that is given, by its servers. */
static int tell_waits(const struct options *o)
{
	static struct policy p;
	struct sign_state s;
	struct name apex;

	if (!origin_read(o->operand[0], &apex))
		return EXIT_USAGE;
	int code = o->policy != NULL ? policy_of(o, &p) : EXIT_DONE;
	if (code == EXIT_DONE)
		code = state_load(o, &apex, &s);
	for (unsigned i = 0; code == EXIT_DONE && i < s.n_keys; i++) {
		const struct key_state *k = &s.key[i];
		const bool seen = k->thing[THING_DS].phase == RUMOURED;

		if (!hear_waits(k))
			continue;
		printf("%s %u waits for the parent to show its DS%s: ", roles_text(k->roles), k->tag,
		       seen ? "" : " no more");
		if (p.n_parents != 0)
			printf("each compile asks %s\n", hear_servers(&p));
		else
			printf("then say zonec key %s\n", seen ? "ds-seen" : "ds-gone");
	}
	return code;
}

int command_key_status(const struct options *o)
{
	struct key_use use[KEYS_MAX];
	const int64_t now = now_of(o);
	struct keys keys;

	if (o->keydir == NULL || o->n_operands != 1)
		return EXIT_USAGE;
	int code = keys_of(o, o->operand[0], &keys);
	if (code != EXIT_DONE)
		return code;
	key_uses(keys.key, keys.n, now, use);
	for (size_t i = 0; i < keys.n; i++)
		tell(&keys, &keys.key[i], &use[i], now);
	gaps(&keys, use);
	keys_free(&keys);
	return tell_waits(o);
}

/* ---- ds ---- */

static bool digest_type_of(const struct options *o, uint8_t *type)
{
	const unsigned long n = o->digest == NULL ? DS_SHA256 : strtoul(o->digest, NULL, 10);

	*type = (uint8_t)n;
	if (n == DS_SHA256 || n == DS_SHA384)
		return true;
	if (n == DS_SHA1)
		complain(
		    "--digest: type 1, SHA-1, is not made any more: it can be forged, and RFC 8624 forbids it; "
		    "say 2 or 4");
	else
		complain("--digest: digest types are 2 (SHA-256) and 4 (SHA-384)");
	return false;
}

/* wants_ds: the parent shall know keys that sign keys, from before they do until they are gone. */
static bool wants_ds(const struct keys *keys, const struct key *k, int64_t now)
{
	bool sep = false;

	for (size_t i = 0; i < keys->n; i++)
		sep |= key_is_sep(&keys->key[i]);
	return (key_is_sep(k) || !sep) && !key_is_revoked(k) && k->time[KEY_DELETE] > now;
}

static int print_ds(const struct key *k, uint8_t type)
{
	char zone[NAME_TEXT_MAX], text[256];
	uint8_t rdata[DS_RDATA_MAX];
	struct wr w = wr_of(rdata, sizeof rdata), t = wr_of(text, sizeof text);
	enum err e = ds_of(&k->zone, k->dnskey, type, &w);

	if (e == OK)
		e = rdata_print(RR_DS, wr_view_of(&w), &t);
	if (e != OK)
		return key_failed(e, err_text(e));
	name_print(&k->zone, zone);
	printf("%s\tIN\tDS\t%s\n", zone, text);
	return EXIT_DONE;
}

int command_key_ds(const struct options *o)
{
	struct keys keys;
	uint8_t type;
	bool any = false;

	if (o->keydir == NULL || o->n_operands != 1 || !digest_type_of(o, &type))
		return EXIT_USAGE;
	int code = keys_of(o, o->operand[0], &keys);
	if (code != EXIT_DONE)
		return code;
	for (size_t i = 0; i < keys.n && code == EXIT_DONE; i++) {
		if (!wants_ds(&keys, &keys.key[i], now_of(o)))
			continue;
		any = true;
		code = print_ds(&keys.key[i], type);
	}
	keys_free(&keys);
	if (any || code != EXIT_DONE)
		return code;
	complain("%s: no key of %s is, or will be, one that a parent should know", o->keydir, o->operand[0]);
	return EXIT_WRONG;
}
