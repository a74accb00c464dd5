#include "zonec/sign.h"

#include <stdio.h>
#include <stdlib.h>

#include "dns/encode.h"
#include "sec/ds.h"
#include "sec/zonemd.h"
#include "zonec/key.h"

/* ---- words ---- */

enum { TIME_MAX = INT32_MAX };

/* read_time understands 3600, 90m, 12h, 30d, 4w; what is longer than TIME_MAX is TIME_MAX + 1. */
static bool read_time(const char *text, uint32_t *out)
{
	static const struct {
		char unit;
		uint32_t seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 }, { 'w', 604800 } };
	char *end;
	unsigned long long n = strtoull(text, &end, 10), unit = 1;

	if (*text < '0' || *text > '9')
		return false;
	for (size_t i = 0; i < COUNT_OF(units); i++)
		if (*end == units[i].unit && end[1] == 0) {
			unit = units[i].seconds;
			end++;
		}
	if (*end != 0)
		return false;
	*out = n > TIME_MAX / unit ? TIME_MAX + 1U : (uint32_t)(n * unit);
	return true;
}

struct word {
	const char *word;
	unsigned value;
};

static const struct word serials[] = { { "keep", SERIAL_KEEP },
				       { "increment", SERIAL_INCREMENT },
				       { "unixtime", SERIAL_UNIXTIME },
				       { "dateserial", SERIAL_DATE },
				       { NULL, 0 } };
static const struct word digests[] = { { "sha384", 1U << ZONEMD_SHA384 },
				       { "sha512", 1U << ZONEMD_SHA512 },
				       { NULL, 0 } };
static const struct word ds_digests[] = { { "sha256", 1U << DS_SHA256 },
					  { "sha384", 1U << DS_SHA384 },
					  { NULL, 0 } };

/* find_word finds the first n characters of `text` in a table. */
static const struct word *find_word(const struct word *table, const char *text, size_t n)
{
	for (; table->word != NULL; table++)
		if (strlen(table->word) == n && memcmp(table->word, text, n) == 0)
			return table;
	return NULL;
}

/* read_set understands words of a table with commas between them. */
static bool read_set(const struct word *table, const char *text, unsigned *out)
{
	*out = 0;
	for (;;) {
		size_t n = strcspn(text, ",");
		const struct word *w = find_word(table, text, n);
		if (w == NULL)
			return false;
		*out |= w->value;
		if (text[n] == 0)
			return true;
		text += n + 1;
	}
}

/* read_salt understands hexadecimal, and - for no salt. */
static bool read_salt(const char *text, struct wr *out)
{
	struct decoder d = { 0 };

	if (strcmp(text, "-") == 0)
		return true;
	return text[0] != 0 && hex_feed(&d, text, strlen(text), out) && hex_end(&d) && !out->full;
}

/* ---- options ---- */

/* An option is a word that one of the functions above understands. */
static bool wrong(const char *option, const char *value, const char *wanted)
{
	complain("%s: '%s' is not %s", option, value, wanted);
	return false;
}

static bool times_are_right(const struct sign_options *o)
{
	const char *const times[][2] = { { "--validity", o->validity },   { "--key-validity", o->key_validity },
					 { "--jitter", o->jitter },       { "--refresh", o->refresh },
					 { "--inception", o->inception }, { "--dnskey-ttl", o->dnskey_ttl } };
	uint32_t seconds;

	for (size_t i = 0; i < COUNT_OF(times); i++) {
		if (times[i][1] == NULL)
			continue;
		if (!read_time(times[i][1], &seconds))
			return wrong(times[i][0], times[i][1], "a time such as 3600, 12h, 30d or 4w");
		if (seconds > TIME_MAX) {
			complain("%s: '%s' is too long: at most %d s, %dd", times[i][0], times[i][1], TIME_MAX,
				 TIME_MAX / 86400);
			return false;
		}
	}
	return true;
}

static bool words_are_right(const struct sign_options *o)
{
	uint8_t salt[UINT8_MAX];
	struct wr w = wr_of(salt, sizeof salt);
	unsigned set;

	if (o->salt != NULL && !read_salt(o->salt, &w))
		return wrong("--salt", o->salt, "1 to 255 octets in hexadecimal, or -");
	if (o->serial != NULL && find_word(serials, o->serial, strlen(o->serial)) == NULL)
		return wrong("--serial", o->serial, "keep, increment, unixtime or dateserial");
	if (o->zonemd != NULL && !read_set(digests, o->zonemd, &set))
		return wrong("--zonemd", o->zonemd, "sha384, sha512 or sha384,sha512");
	if (o->cds_digests != NULL && !read_set(ds_digests, o->cds_digests, &set))
		return wrong("--cds-digests", o->cds_digests, "sha256, sha384 or sha256,sha384");
	return times_are_right(o);
}

static bool iterations_are_right(const struct sign_options *o)
{
	char *end = NULL;
	unsigned long n = o->iterations != NULL ? strtoul(o->iterations, &end, 10) : 0;

	if (o->iterations == NULL)
		return true;
	if (*o->iterations < '0' || *o->iterations > '9' || *end != 0 || n > UINT16_MAX)
		return wrong("--iterations", o->iterations, "a number up to 65535");
	if (n > 0 && !o->allow_iterations) {
		complain("--iterations: 0 is right for every zone, more makes work for servers and validators and "
			 "hides "
			 "nothing (RFC 9276); --allow-iterations insists");
		return false;
	}
	return true;
}

static bool says_how(const struct sign_options *o)
{
	const char *const words[] = { o->salt,        o->iterations, o->zonemd,       o->serial,
				      o->cds_digests, o->validity,   o->key_validity, o->inception,
				      o->jitter,      o->refresh,    o->dnskey_ttl };
	bool any = o->nsec || o->nsec3 || o->optout || o->allow_iterations || o->cds_delete || o->csync;

	for (size_t i = 0; i < COUNT_OF(words); i++)
		any |= words[i] != NULL;
	return any;
}

bool sign_options_right(const struct options *all)
{
	const struct sign_options *o = &all->sign;

	if (all->policy != NULL && (o->sign || says_how(o))) {
		complain("--policy says all that is to be said about signing: leave out --sign and its options");
		return false;
	}
	if (!o->sign && says_how(o)) {
		complain("options about signing are given, but not --sign");
		return false;
	}
	if ((all->takes & TAKES_SIGN) != 0 && all->keydir != NULL && all->list == NULL && !o->sign &&
	    all->policy == NULL) {
		complain("-k KEYDIR is given, but neither --sign nor --policy");
		return false;
	}
	if (o->sign && all->keydir == NULL) {
		complain("--sign needs the zone's keys: -k KEYDIR");
		return false;
	}
	if (o->nsec && o->nsec3) {
		complain("--nsec and --nsec3: a zone has one or the other");
		return false;
	}
	if (!o->nsec3 && (o->optout || o->salt != NULL || o->iterations != NULL)) {
		complain("--opt-out, --salt and --iterations are for --nsec3");
		return false;
	}
	return words_are_right(o) && iterations_are_right(o);
}

/* ---- keys ---- */

/* The key directory that was read last: that of all zones of a list, most often. */
static struct {
	char *path;
	struct keydir *dir;
} opened;

void sign_keys_close(void)
{
	keydir_close(opened.dir);
	free(opened.path);
	opened.dir = NULL;
	opened.path = NULL;
}

enum err sign_keydir(const char *path, bool make, struct keydir **out, char why[SIGN_WHY])
{
	if (opened.path == NULL || strcmp(opened.path, path) != 0) {
		sign_keys_close();
		enum err e = make ? keydir_make(path, &opened.dir, why) : keydir_open(path, &opened.dir, why);
		if (e != OK)
			return e;
		opened.path = strdup(path);
	}
	*out = opened.dir;
	return OK;
}

static enum err read_keys(const char *path, const struct name *apex, int64_t now, struct keys *out,
			  char why[SIGN_WHY])
{
	struct keydir *d;
	enum err e = sign_keydir(path, false, &d, why);

	if (e == OK)
		e = keydir_keys(d, apex, out, why);
	return e == OK ? keydir_can_sign(d, out, now, why) : e;
}

static bool active(const struct key *k, int64_t now)
{
	return key_timeless(k) || (k->time[KEY_ACTIVATE] <= now && now < k->time[KEY_INACTIVE]);
}

/* end_of gives the moment from which a key signs no more, at the latest. */
static int64_t end_of(const struct key *k)
{
	return k->time[KEY_DELETE] < k->time[KEY_INACTIVE] ? k->time[KEY_DELETE] : k->time[KEY_INACTIVE];
}

/* no_signer says why none of the keys signs, by the one that comes nearest to it. */
static void no_signer(const struct keys *keys, const char *dir, int64_t now, char why[SIGN_WHY])
{
	const struct key *soon = NULL, *last = NULL;
	char text[DATE_TEXT];

	for (size_t i = 0; i < keys->n; i++) {
		const struct key *k = &keys->key[i];
		if (k->private == NULL && active(k, now)) {
			(void)snprintf(why, SIGN_WHY, "no key signs: of key %s the private half is missing in %s",
				       k->file, dir);
			return;
		}
		if (k->time[KEY_ACTIVATE] > now &&
		    (soon == NULL || k->time[KEY_ACTIVATE] < soon->time[KEY_ACTIVATE]))
			soon = k;
		if (end_of(k) <= now && (last == NULL || end_of(k) > end_of(last)))
			last = k;
	}
	if (soon != NULL && soon->time[KEY_ACTIVATE] != KEY_NEVER) {
		date_print(soon->time[KEY_ACTIVATE], text);
		(void)snprintf(why, SIGN_WHY, "no key signs yet: the first, %s, does from %s on", soon->file,
			       text);
	} else if (last != NULL) {
		date_print(end_of(last), text);
		(void)snprintf(why, SIGN_WHY, "no key signs any more: the last, %s, did until %s", last->file,
			       text);
	} else {
		(void)snprintf(why, SIGN_WHY, "no key signs: none of the %zu in %s has a time to begin", keys->n,
			       dir);
	}
}

/* choose_keys gives each key its part, by its times. */
static enum err choose_keys(struct zone_signing *s, const char *dir, char why[SIGN_WHY])
{
	struct key_use use[SIGN_KEYS_MAX];
	const int64_t now = s->plan.now;
	bool signs = false;

	if (s->keys.n > SIGN_KEYS_MAX) {
		(void)snprintf(why, SIGN_WHY,
			       "%zu keys in %s are more than the %d a zone is signed with: retire some", s->keys.n,
			       dir, SIGN_KEYS_MAX);
		return ERR_SPACE;
	}
	key_uses(s->keys.key, s->keys.n, now, use);
	for (size_t i = 0; i < s->keys.n; i++) {
		const struct key *k = &s->keys.key[i];
		bool sync = k->time[KEY_SYNC_PUBLISH] <= now && now < k->time[KEY_SYNC_DELETE];
		s->use[i] = (struct sign_key){ k, use[i].published, use[i].signs_keys, use[i].signs_zone,
					       sync && use[i].published };
		signs |= use[i].signs_keys || use[i].signs_zone;
	}
	s->plan.key = s->use;
	s->plan.n_keys = s->keys.n;
	if (signs)
		return OK;
	no_signer(&s->keys, dir, now, why);
	return ERR_REFUSED;
}

/* ---- the plan ---- */

static void take_time(const char *text, uint32_t *out)
{
	if (text != NULL)
		(void)!read_time(text, out);
}

static void make_plan(const struct sign_options *o, struct zone_signing *s)
{
	struct sign_plan *p = &s->plan;
	struct wr salt = wr_of(s->salt, sizeof s->salt);
	const struct word *serial;

	sign_plan_default(p);
	p->denial = o->nsec3 ? SIGN_NSEC3 : SIGN_NSEC;
	p->optout = o->optout;
	p->iterations = o->iterations != NULL ? (uint16_t)strtoul(o->iterations, NULL, 10) : 0;
	if (o->salt != NULL && read_salt(o->salt, &salt))
		p->salt = wr_view_of(&salt);
	take_time(o->validity, &p->validity);
	p->key_validity = p->validity;
	take_time(o->key_validity, &p->key_validity);
	take_time(o->inception, &p->inception_offset);
	take_time(o->jitter, &p->jitter);
	take_time(o->refresh, &p->refresh);
	take_time(o->dnskey_ttl, &p->dnskey_ttl);
	serial = o->serial != NULL ? find_word(serials, o->serial, strlen(o->serial)) : NULL;
	if (serial != NULL)
		p->serial = (enum serial_policy)serial->value;
	if (o->zonemd != NULL)
		(void)!read_set(digests, o->zonemd, &p->zonemd);
	if (o->cds_digests != NULL)
		(void)!read_set(ds_digests, o->cds_digests, &p->cds_digests);
	p->cds_delete = o->cds_delete;
	p->csync = o->csync;
}

enum err zone_signing_begin(const struct options *o, const struct name *apex, struct zone_signing *s,
			    char why[SIGN_WHY])
{
	const char *dir = o->keydir;
	char text[NAME_TEXT_MAX];

	memset(s, 0, sizeof *s);
	make_plan(&o->sign, s);
	s->plan.now = now_of(o);
	if (!sign_clock_right(s->plan.now, why))
		return ERR_REFUSED;
	enum err e = read_keys(dir, apex, s->plan.now, &s->keys, why);
	if (e == OK && s->keys.n == 0) {
		name_print(apex, text);
		(void)snprintf(why, SIGN_WHY, "%.200s has no key of %.255s: zonec key generate makes one", dir,
			       text);
		e = ERR_NOTFOUND;
	}
	if (e == OK)
		e = choose_keys(s, dir, why);
	if (e != OK)
		zone_signing_end(s);
	return e;
}

void zone_signing_end(struct zone_signing *s)
{
	keys_free(&s->keys);
}
