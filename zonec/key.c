/* Keys that are made, brought and retired. */
#include "zonec/key.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "dns/field.h"
#include "sec/rrsig.h"

/* ---- what the commands share ---- */

/* digits_of copies a date without hyphens, and midnight where it has no time of day. */
static bool digits_of(const char *text, char out[KEY_TIME_TEXT])
{
	const size_t n = strlen(text);

	if (n == 10 && text[4] == '-' && text[7] == '-')
		return snprintf(out, KEY_TIME_TEXT, "%.4s%.2s%.2s000000", text, text + 5, text + 8) ==
		       KEY_TIME_TEXT - 1;
	return snprintf(out, KEY_TIME_TEXT, "%s%s", text, n == 8 ? "000000" : "") == KEY_TIME_TEXT - 1;
}

bool date_read(const char *option, const char *text, int64_t now, int64_t *out)
{
	char digits[KEY_TIME_TEXT];
	uint32_t seconds;

	if (text == NULL)
		return true;
	if (strcmp(text, "now") == 0) {
		*out = now;
		return true;
	}
	if (strcmp(text, "never") == 0) {
		*out = KEY_NEVER;
		return true;
	}
	if (text[0] == '+' && text_seconds(text + 1, strlen(text + 1), &seconds)) {
		*out = now + seconds;
		return true;
	}
	if (digits_of(text, digits) && key_time_parse(digits, strlen(digits), out))
		return true;
	complain("%s: '%s' is no date: say 2026-12-01, 20261201000000, now, never, or +30d", option, text);
	return false;
}

void date_print(int64_t t, char out[DATE_TEXT])
{
	time_t seconds = (time_t)t;
	struct tm tm;

	if (gmtime_r(&seconds, &tm) == NULL ||
	    strftime(out, DATE_TEXT, t % 86400 == 0 ? "%Y-%m-%d" : "%Y-%m-%d %H:%M:%S UTC", &tm) == 0)
		memcpy(out, "-", 2);
}

const char *algorithm_text(uint8_t algorithm)
{
	static char number[8];
	const char *name = algorithm_name(algorithm);

	if (name != NULL)
		return name;
	snprintf(number, sizeof number, "%u", algorithm);
	return number;
}

const char *role_of(const struct key *keys, size_t n, const struct key *k)
{
	if (!key_is_sep(k))
		return "ZSK";
	for (size_t i = 0; i < n; i++)
		if (keys[i].algorithm == k->algorithm && !key_is_sep(&keys[i]) && name_eq(&keys[i].zone, &k->zone))
			return "KSK";
	return "CSK";
}

int key_failed(enum err e, const char *why)
{
	complain("%s", why);
	return e == ERR_SYSTEM || e == ERR_MEMORY || e == ERR_FULL ? EXIT_SYSTEM : EXIT_WRONG;
}

int keys_of(const struct options *o, const char *origin, struct keys *keys)
{
	char why[KEY_WHY];
	struct name zone;
	enum err e;

	if (!origin_read(origin, &zone))
		return EXIT_USAGE;
	e = keydir_read(o->keydir, &zone, keys, why);
	if (e != OK)
		return key_failed(e, why);
	if (keys->n > 0)
		return EXIT_DONE;
	complain("%s: has no key of %s", o->keydir, origin);
	return EXIT_WRONG;
}

/* ---- generate ---- */

/* times_follow: a key is published, signs, signs no more and goes, in this order. */
static bool times_follow(const struct key *k)
{
	static const struct {
		enum key_time before, after;
	} pairs[] = {
		{ KEY_PUBLISH, KEY_ACTIVATE },         { KEY_ACTIVATE, KEY_INACTIVE },
		{ KEY_INACTIVE, KEY_DELETE },          { KEY_ACTIVATE, KEY_DELETE },
		{ KEY_PUBLISH, KEY_DELETE },           { KEY_PUBLISH, KEY_SYNC_PUBLISH },
		{ KEY_SYNC_PUBLISH, KEY_SYNC_DELETE }, { KEY_SYNC_PUBLISH, KEY_DELETE },
	};

	for (size_t i = 0; i < COUNT_OF(pairs); i++) {
		const int64_t before = k->time[pairs[i].before], after = k->time[pairs[i].after];

		if (before == KEY_NEVER || after == KEY_NEVER || before <= after)
			continue;
		complain("%s would come after %s", key_time_name(pairs[i].before), key_time_name(pairs[i].after));
		return false;
	}
	return true;
}

static bool read_times(const struct options *o, struct key *k)
{
	const int64_t now = now_of(o);

	k->time[KEY_CREATED] = k->time[KEY_PUBLISH] = now;
	if (!date_read("--publish", o->publish, now, &k->time[KEY_PUBLISH]))
		return false;
	k->time[KEY_ACTIVATE] = k->time[KEY_PUBLISH];
	return date_read("--activate", o->activate, now, &k->time[KEY_ACTIVATE]) &&
	       date_read("--inactive", o->inactive, now, &k->time[KEY_INACTIVE]) &&
	       date_read("--delete", o->delete, now, &k->time[KEY_DELETE]) &&
	       date_read("--sync-publish", o->sync_publish, now, &k->time[KEY_SYNC_PUBLISH]) &&
	       date_read("--sync-delete", o->sync_delete, now, &k->time[KEY_SYNC_DELETE]) && times_follow(k);
}

static bool read_algorithm(const struct options *o, struct key *k, unsigned *bits)
{
	k->algorithm = ALG_ECDSAP256; /* small, fast, and validated by all (RFC 8624 3.1) */
	if (o->algorithm != NULL && !text_algorithm(o->algorithm, strlen(o->algorithm), &k->algorithm)) {
		complain("--algorithm: there is no algorithm '%s'; say 13 or ECDSAP256SHA256, for instance",
			 o->algorithm);
		return false;
	}
	if (!algorithm_signs(k->algorithm)) {
		complain("--algorithm: %s does not sign here; 8, 10, 13, 14, 15 and 16 do",
			 algorithm_text(k->algorithm));
		return false;
	}
	*bits = 0;
	if (o->bits == NULL)
		return true;
	if (!algorithm_is_rsa(k->algorithm)) {
		complain("--bits: keys of %s have one size; only RSA has a choice", algorithm_text(k->algorithm));
		return false;
	}
	*bits = (unsigned)strtoul(o->bits, NULL, 10);
	if (*bits >= RSA_BITS_MIN && *bits <= RSA_BITS_MAX)
		return true;
	complain("--bits: an RSA key has %d to %d bits", RSA_BITS_MIN, RSA_BITS_MAX);
	return false;
}

int command_key_generate(const struct options *o)
{
	struct keydir *d;
	struct key k;
	char why[KEY_WHY];
	unsigned bits;
	enum err e;

	if (o->keydir == NULL || o->n_operands != 1 || o->csk + o->ksk + o->zsk > 1)
		return EXIT_USAGE;
	if (o->zsk && (o->sync_publish != NULL || o->sync_delete != NULL)) {
		complain("--sync-publish: a ZSK has no DS in the parent; say it of a KSK or a CSK");
		return EXIT_USAGE;
	}
	key_clear(&k);
	k.flags = o->zsk ? DNSKEY_ZONE : DNSKEY_ZONE | DNSKEY_SEP;
	if (!origin_read(o->operand[0], &k.zone) || !read_algorithm(o, &k, &bits) || !read_times(o, &k))
		return EXIT_USAGE;
	e = keydir_make(o->keydir, &d, why);
	if (e == OK)
		e = keydir_generate(d, &k, bits, why);
	keydir_close(d);
	if (e != OK)
		return key_failed(e, why);
	printf("%s\n", k.file);
	return EXIT_DONE;
}

/* ---- import ---- */

int command_key_import(const struct options *o)
{
	struct keydir *d;
	struct keys keys;
	struct key k;
	char why[KEY_WHY];
	enum err e;

	if (o->keydir == NULL || o->n_operands != 1)
		return EXIT_USAGE;
	e = keydir_make(o->keydir, &d, why);
	if (e == OK)
		e = keydir_import(d, o->operand[0], &k, why);
	if (e == OK)
		e = keydir_keys(d, &k.zone, &keys, why);
	keydir_close(d);
	if (e != OK)
		return key_failed(e, why);
	for (size_t i = 0; i < keys.n; i++)
		if (keys.key[i].algorithm == k.algorithm && keys.key[i].tag == k.tag)
			printf("%s%s\n", keys.key[i].file,
			       keys.key[i].private == NULL
				   ? "\tthe public half only: it will be published and sign nothing"
				   : "");
	keys_free(&keys);
	return EXIT_DONE;
}

/* ---- retire ---- */

/* find looks for the one key that `word` means: a tag, or the name of a file. NULL: it has said what is wrong. */
static struct key *find(const struct keys *keys, const char *word)
{
	const char *slash = strrchr(word, '/'), *file = slash != NULL ? slash + 1 : word;
	struct key *found = NULL;
	uint64_t tag;
	const bool is_tag = text_number(word, strlen(word), &tag);

	for (size_t i = 0; i < keys->n; i++) {
		struct key *k = &keys->key[i];
		const size_t n = strlen(k->file);
		const bool named =
		    strncmp(k->file, file, n) == 0 &&
		    (file[n] == 0 || strcmp(file + n, ".key") == 0 || strcmp(file + n, ".private") == 0);

		if (is_tag ? k->tag != tag : !named)
			continue;
		if (found != NULL) {
			complain("%s: two keys have this tag; say %s or %s", word, found->file, k->file);
			return NULL;
		}
		found = k;
	}
	if (found == NULL)
		complain("%s: is neither the tag nor the file of a key of this zone", word);
	return found;
}

/* warn_if_alone says so if nothing is left that does what a key did, once it has stopped. A DS record leads to
 * keys with the SEP flag, so none but another such key replaces one. */
static void warn_if_alone(const struct keys *keys, const struct key *k)
{
	struct key_use use[KEYS_MAX];
	bool signs_keys = false, signs_zone = false;
	char date[DATE_TEXT];

	key_uses(keys->key, keys->n, k->time[KEY_INACTIVE], use);
	for (size_t i = 0; i < keys->n; i++) {
		if (keys->key[i].algorithm != k->algorithm)
			continue;
		signs_keys |= use[i].signs_keys && (key_is_sep(&keys->key[i]) || !key_is_sep(k));
		signs_zone |= use[i].signs_zone;
	}
	date_print(k->time[KEY_INACTIVE], date);
	if (!signs_keys || !signs_zone)
		complain("warning: from %s on, no such key of %s signs the %s; make another one first", date,
			 algorithm_text(k->algorithm), signs_zone ? "DNSKEY set" : "zone");
}

static bool retire_times(const struct options *o, struct key *k)
{
	const int64_t now = now_of(o);
	int64_t inactive = now, delete = KEY_NEVER;

	if (!date_read("--inactive", o->inactive, now, &inactive) ||
	    !date_read("--delete", o->delete, now, &delete) ||
	    !date_read("--sync-delete", o->sync_delete, now, &k->time[KEY_SYNC_DELETE]))
		return false;
	if (inactive == KEY_NEVER) {
		complain("--inactive: a key that is retired stops some day");
		return false;
	}
	if (key_timeless(k)) /* in use until now, and from now on by its times */
		k->time[KEY_CREATED] = k->time[KEY_PUBLISH] = k->time[KEY_ACTIVATE] =
		    now < inactive ? now : inactive;
	k->time[KEY_INACTIVE] = inactive;
	if (o->delete != NULL)
		k->time[KEY_DELETE] = delete;
	else if (k->time[KEY_DELETE] == KEY_NEVER || k->time[KEY_DELETE] < inactive)
		k->time[KEY_DELETE] = inactive + KEY_RETIREMENT;
	return times_follow(k);
}

int command_key_retire(const struct options *o)
{
	struct keydir *d;
	struct keys keys;
	char why[KEY_WHY], inactive[DATE_TEXT], delete[DATE_TEXT];
	struct key *k;

	if (o->keydir == NULL || o->n_operands != 2)
		return EXIT_USAGE;
	int code = keys_of(o, o->operand[0], &keys);
	if (code != EXIT_DONE)
		return code;
	k = find(&keys, o->operand[1]);
	if (k == NULL || !retire_times(o, k)) {
		keys_free(&keys);
		return k == NULL ? EXIT_WRONG : EXIT_USAGE;
	}
	enum err e = keydir_open(o->keydir, &d, why);
	if (e == OK)
		e = keydir_set_times(d, k, why);
	keydir_close(d);
	if (e == OK) {
		date_print(k->time[KEY_INACTIVE], inactive);
		date_print(k->time[KEY_DELETE], delete);
		printf("%s: signs until %s, is removed %s%s\n", k->file, inactive,
		       k->time[KEY_DELETE] == KEY_NEVER ? "never" : "on ",
		       k->time[KEY_DELETE] == KEY_NEVER ? "" : delete);
		warn_if_alone(&keys, k);
	}
	keys_free(&keys);
	return e == OK ? EXIT_DONE : key_failed(e, why);
}
