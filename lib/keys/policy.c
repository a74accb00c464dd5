#include "keys/policy.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "crypto/verify.h"
#include "dns/encode.h"

#define AT(f) offsetof(struct policy, f)

/* Algorithm names of the IANA registry. Those on SHA-1 are for verifying only (RFC 8624 3.1). */
static const struct policy_word algorithms[] = {
	{ "RSASHA256", ALG_RSASHA256 },
	{ "RSASHA512", ALG_RSASHA512 },
	{ "ECDSAP256SHA256", ALG_ECDSAP256 },
	{ "ECDSAP384SHA384", ALG_ECDSAP384 },
	{ "ED25519", ALG_ED25519 },
	{ "ED448", ALG_ED448 },
	{ NULL, 0 },
};

static const struct policy_word key_sets[] = {
	{ "ksk+zsk", POLICY_KSK_ZSK }, { "csk", POLICY_CSK }, { "none", POLICY_NO_KEYS }, { NULL, 0 }
};

static const struct policy_word denials[] = { { "nsec", POLICY_NSEC }, { "nsec3", POLICY_NSEC3 }, { NULL, 0 } };

static const struct policy_word serials[] = { { "keep", POLICY_SERIAL_KEEP },
					      { "increment", POLICY_SERIAL_INCREMENT },
					      { "unixtime", POLICY_SERIAL_UNIXTIME },
					      { "dateserial", POLICY_SERIAL_DATE },
					      { NULL, 0 } };

static const struct policy_word hashes[] = { { "sha-384", 1 << 1 }, { "sha-512", 1 << 2 }, { NULL, 0 } };

static const struct policy_word digests[] = { { "sha-256", POLICY_CDS_SHA256 },
					      { "sha-384", POLICY_CDS_SHA384 },
					      { NULL, 0 } };

enum {
	MINUTE = 60,
	HOUR = 60 * MINUTE,
	DAY = 24 * HOUR,
	WEEK = 7 * DAY,
	TTL_MAX = POLICY_TTL_MAX,
	LIFETIME_MAX = 20 * 365 * DAY,
	ITERATIONS_MAX = 50, /* resolvers take more for insecure or refuse it (RFC 9276 3.2) */
};

const struct policy_field policy_fields[] = {
	{ "algorithm", FIELD_CHOICE, AT(algorithm), "ECDSAP256SHA256", 0, 0, algorithms, "algorithm of the keys" },
	{ "rsa-bits", FIELD_NUMBER, AT(bits), "2048", 1024, 4096, NULL, "size of RSA keys" },
	{ "keys", FIELD_CHOICE, AT(keys), "ksk+zsk", 0, 0, key_sets,
	  "which keys; none: the zone becomes unsigned" },
	{ "ksk-lifetime", FIELD_LIFETIME, AT(ksk_lifetime), "unlimited", HOUR, LIFETIME_MAX, NULL,
	  "how long a KSK or CSK is in use" },
	{ "zsk-lifetime", FIELD_LIFETIME, AT(zsk_lifetime), "90d", HOUR, LIFETIME_MAX, NULL,
	  "how long a ZSK is in use" },
	{ "offline-ksk", FIELD_FLAG, AT(offline_ksk), "no", 0, 1, NULL,
	  "the KSK is elsewhere and signs ahead: zonec ksr" },
	{ "purge-keys", FIELD_LIFETIME, AT(purge), "90d", HOUR, LIFETIME_MAX, NULL,
	  "how long the files of keys that are gone are kept" },
	{ "signature-validity", FIELD_SECONDS, AT(validity), "30d", HOUR, 366 * DAY, NULL,
	  "how long signatures are good" },
	{ "keyset-validity", FIELD_SECONDS, AT(key_validity), "30d", HOUR, 366 * DAY, NULL,
	  "the same, of the DNSKEY, CDS and CDNSKEY sets" },
	{ "refresh", FIELD_SECONDS, AT(refresh), "7d", MINUTE, 366 * DAY, NULL,
	  "a signature that is good for less is made anew" },
	{ "jitter", FIELD_SECONDS, AT(jitter), "12h", 0, 366 * DAY, NULL,
	  "up to so much less validity, so that not all expire at once" },
	{ "inception-offset", FIELD_SECONDS, AT(inception), "1h", 0, 7 * DAY, NULL,
	  "signatures begin so long ago: clocks differ" },
	{ "denial", FIELD_CHOICE, AT(denial), "nsec3", 0, 0, denials, "how the absence of names is proven" },
	{ "opt-out", FIELD_FLAG, AT(optout), "yes", 0, 1, NULL, "NSEC3 leaves out insecure delegations" },
	{ "iterations", FIELD_NUMBER, AT(iterations), "0", 0, ITERATIONS_MAX, NULL, "of NSEC3; RFC 9276 wants 0" },
	{ "salt", FIELD_SALT, AT(salt), "-", 0, POLICY_SALT_MAX, NULL,
	  "of NSEC3, hexadecimal; RFC 9276 wants none, a dash" },
	{ "dnskey-ttl", FIELD_SECONDS, AT(dnskey_ttl), "1h", 1, TTL_MAX, NULL, "TTL of the DNSKEY set" },
	{ "max-zone-ttl", FIELD_SECONDS, AT(zone_ttl), "1d", 1, TTL_MAX, NULL,
	  "largest TTL in the zone; a zone with a larger one is refused" },
	{ "zone-propagation", FIELD_SECONDS, AT(zone_delay), "1h", 0, TTL_MAX, NULL,
	  "until all servers of the zone have a new version" },
	{ "parent-ds-ttl", FIELD_SECONDS, AT(ds_ttl), "1d", 1, TTL_MAX, NULL, "TTL of the DS set in the parent" },
	{ "parent-propagation", FIELD_SECONDS, AT(parent_delay), "1h", 0, TTL_MAX, NULL,
	  "until all servers of the parent have a new DS set" },
	{ "publish-safety", FIELD_SECONDS, AT(publish_safety), "1h", 0, 366 * DAY, NULL,
	  "waited in addition before what was published is relied upon" },
	{ "retire-safety", FIELD_SECONDS, AT(retire_safety), "1h", 0, 366 * DAY, NULL,
	  "waited in addition before what was retired is removed" },
	{ "serial", FIELD_CHOICE, AT(serial), "increment", 0, 0, serials,
	  "how the SOA's serial grows when something was signed" },
	{ "zonemd", FIELD_SET, AT(zonemd), "none", 0, 0, hashes, "digests over the whole zone (RFC 8976)" },
	{ "cds", FIELD_SET, AT(cds), "sha-256", 0, 0, digests, "what is published for the parent (RFC 7344)" },
	{ "parent-servers", FIELD_PARENTS, AT(parent), "none", 0, POLICY_PARENTS_MAX, NULL,
	  "where the parent is asked for the DS set" },
	{ "csync", FIELD_FLAG, AT(csync), "no", 0, 1, NULL, "the parent shall copy NS and glue (RFC 7477)" },
	{ NULL, FIELD_FLAG, 0, NULL, 0, 0, NULL, NULL },
};

static bool find_word(const struct policy_word *words, const char *text, size_t n, uint32_t *out)
{
	for (; words->word != NULL; words++)
		if (strlen(words->word) == n && strncasecmp(words->word, text, n) == 0) {
			*out = words->value;
			return true;
		}
	return false;
}

static bool set_choice(const struct policy_field *f, const char *text, uint32_t *out)
{
	char *end;
	unsigned long number;

	if (find_word(f->words, text, strlen(text), out))
		return true;
	if (f->words != algorithms || *text < '0' || *text > '9')
		return false;
	number = strtoul(text, &end, 10); /* an algorithm may come by its number */
	for (const struct policy_word *w = f->words; w->word != NULL && *end == 0; w++)
		if (w->value == number) {
			*out = w->value;
			return true;
		}
	return false;
}

/* Words between spaces or commas; "none" stands alone. */
static bool set_of_words(const struct policy_field *f, const char *text, uint32_t *out)
{
	static const char between[] = " ,";
	uint32_t all = 0, one = 0;

	*out = 0;
	if (strcasecmp(text, "none") == 0)
		return true;
	for (text += strspn(text, between); *text != 0; text += strspn(text, between)) {
		size_t n = strcspn(text, between);

		if (!find_word(f->words, text, n, &one))
			return false;
		all |= one;
		text += n;
	}
	*out = all;
	return all != 0;
}

static bool set_number(const struct policy_field *f, const char *text, uint32_t *out)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	*out = (uint32_t)n;
	return *text >= '0' && *text <= '9' && *end == 0 && n >= f->min && n <= f->max;
}

static bool set_seconds(const struct policy_field *f, const char *text, uint32_t *out)
{
	if (f->kind == FIELD_LIFETIME && strcasecmp(text, "unlimited") == 0) {
		*out = 0;
		return true;
	}
	return seconds_parse(text, out) && *out >= f->min && *out <= f->max;
}

static bool set_flag(const char *text, uint32_t *out)
{
	static const struct policy_word flags[] = { { "yes", 1 },   { "true", 1 }, { "on", 1 }, { "no", 0 },
						    { "false", 0 }, { "off", 0 },  { NULL, 0 } };

	return find_word(flags, text, strlen(text), out);
}

static bool set_salt(struct policy *p, const char *text)
{
	struct decoder d = { 0 };
	uint8_t salt[POLICY_SALT_MAX];
	struct wr w = wr_of(salt, sizeof salt);

	if (strcmp(text, "-") != 0 && (!hex_feed(&d, text, strlen(text), &w) || !hex_end(&d) || w.full))
		return false;
	memcpy(p->salt, salt, w.len);
	p->salt_len = (uint8_t)w.len;
	return true;
}

/* Addresses between spaces or commas; "none" stands alone. */
static bool set_parents(struct policy *p, const char *text)
{
	static const char between[] = " ,";
	struct policy_parent parent[POLICY_PARENTS_MAX] = { 0 };
	uint32_t count = 0;
	bool none = strcasecmp(text, "none") == 0;

	for (text += strspn(text, between); *text != 0 && !none; text += strspn(text, between)) {
		size_t n = strcspn(text, between);

		if (count == POLICY_PARENTS_MAX || !parent_parse(text, n, &parent[count]))
			return false;
		count++;
		text += n;
	}
	memcpy(p->parent, parent, sizeof parent);
	p->n_parents = count;
	return none || count != 0;
}

/* What the values of a field look like, for whoever wrote another. */
static void describe(const struct policy_field *f, const char *text, struct policy_why *why)
{
	char min[32], max[32];
	struct wr w = wr_of(why->text, sizeof why->text - 1);
	int n = snprintf(why->text, sizeof why->text, "%s: '%.60s' is not ", f->name, text);

	w.len = (size_t)n;
	seconds_print(f->min, min, sizeof min);
	seconds_print(f->max, max, sizeof max);
	switch (f->kind) {
	case FIELD_CHOICE:
	case FIELD_SET:
		wr_view(&w, f->kind == FIELD_SET ? BYTES("none or words of:") : BYTES("one of:"));
		for (const struct policy_word *o = f->words; o->word != NULL; o++) {
			wr_u8(&w, ' ');
			wr_bytes(&w, o->word, strlen(o->word));
		}
		w.p[w.len] = 0;
		break;
	case FIELD_NUMBER:
		snprintf(why->text + n, sizeof why->text - w.len, "a number from %u to %u", f->min, f->max);
		break;
	case FIELD_SECONDS:
	case FIELD_LIFETIME:
		snprintf(why->text + n, sizeof why->text - w.len,
			 "a time from %s to %s%s, written like 14d, 1h30m or P14D", min, max,
			 f->kind == FIELD_LIFETIME ? ", or unlimited" : "");
		break;
	case FIELD_FLAG:
		snprintf(why->text + n, sizeof why->text - w.len, "yes or no");
		break;
	case FIELD_SALT:
		snprintf(why->text + n, sizeof why->text - w.len,
			 "hexadecimal, at most %d octets, or a dash for none", POLICY_SALT_MAX);
		break;
	case FIELD_PARENTS:
		snprintf(why->text + n, sizeof why->text - w.len,
			 "none or at most %d addresses in numbers, such as 192.0.2.1 or 2001:db8::1@5353",
			 POLICY_PARENTS_MAX);
		break;
	}
}

static uint32_t *number_of(struct policy *p, const struct policy_field *f)
{
	return (uint32_t *)(void *)((char *)p + f->at);
}

bool policy_set(struct policy *p, const struct policy_field *f, const char *text, struct policy_why *why)
{
	uint32_t n = 0;
	bool right = false;

	switch (f->kind) {
	case FIELD_CHOICE:
		right = set_choice(f, text, &n);
		break;
	case FIELD_SET:
		right = set_of_words(f, text, &n);
		break;
	case FIELD_NUMBER:
		right = set_number(f, text, &n);
		break;
	case FIELD_SECONDS:
	case FIELD_LIFETIME:
		right = set_seconds(f, text, &n);
		break;
	case FIELD_FLAG:
		right = set_flag(text, &n);
		break;
	case FIELD_SALT:
		right = set_salt(p, text);
		break;
	case FIELD_PARENTS:
		right = set_parents(p, text);
		break;
	}
	if (!right)
		describe(f, text, why);
	else if (f->kind != FIELD_SALT && f->kind != FIELD_PARENTS)
		*number_of(p, f) = n;
	return right;
}

void policy_preset(struct policy *out)
{
	struct policy_why why;

	memset(out, 0, sizeof *out);
	for (const struct policy_field *f = policy_fields; f->name != NULL; f++)
		(void)!policy_set(out, f, f->preset, &why); /* a test sets each */
}

static void print_words(const struct policy_field *f, uint32_t value, char *out, size_t room)
{
	size_t n = 0;

	snprintf(out, room, "none");
	for (const struct policy_word *w = f->words; w->word != NULL; w++)
		if (f->kind == FIELD_CHOICE ? w->value == value : (w->value & value) != 0) {
			int printed = snprintf(out + n, room - n, "%s%s", n == 0 ? "" : " ", w->word);
			n = n + (size_t)printed < room ? n + (size_t)printed : room;
		}
}

static void print_parents(const struct policy *p, char *out, size_t room)
{
	char text[PARENT_TEXT];
	struct wr w = wr_of(out, room - 1);

	for (uint32_t i = 0; i < p->n_parents; i++) {
		parent_print(&p->parent[i], text);
		wr_bytes(&w, " ", i != 0);
		wr_bytes(&w, text, strlen(text));
	}
	if (p->n_parents == 0)
		wr_view(&w, BYTES("none"));
	out[w.len] = 0;
}

void policy_print(const struct policy *p, const struct policy_field *f, char *out, size_t room)
{
	uint32_t n;
	struct wr w = wr_of(out, room - 1);

	memcpy(&n, (const char *)p + f->at, sizeof n);
	switch (f->kind) {
	case FIELD_CHOICE:
	case FIELD_SET:
		print_words(f, n, out, room);
		break;
	case FIELD_NUMBER:
		snprintf(out, room, "%u", n);
		break;
	case FIELD_LIFETIME:
	case FIELD_SECONDS:
		if (f->kind == FIELD_LIFETIME && n == 0)
			snprintf(out, room, "unlimited");
		else
			seconds_print(n, out, room);
		break;
	case FIELD_FLAG:
		snprintf(out, room, "%s", n != 0 ? "yes" : "no");
		break;
	case FIELD_SALT:
		if (p->salt_len == 0)
			wr_u8(&w, '-');
		put_hex(&w, view_of(p->salt, p->salt_len));
		out[w.len] = 0;
		break;
	case FIELD_PARENTS:
		print_parents(p, out, room);
		break;
	}
}

/* ---- times ---- */

static const struct unit {
	char letter;
	uint32_t seconds;
} units[] = { { 'w', WEEK }, { 'd', DAY }, { 'h', HOUR }, { 'm', MINUTE }, { 's', 1 } };

static const struct unit *unit_of(char c)
{
	for (size_t i = 0; i < COUNT_OF(units); i++)
		if ((c | 0x20) == units[i].letter)
			return &units[i];
	return NULL;
}

/* One number with its unit. In ISO 8601 an M before the T is months, which are refused. */
static bool take_part(const char **at, bool iso, bool in_time, uint64_t *sum)
{
	uint64_t n = 0;
	size_t digits = strspn(*at, "0123456789");

	if (digits == 0 || digits > 10)
		return false;
	for (size_t i = 0; i < digits; i++)
		n = n * 10 + (uint64_t)((*at)[i] - '0');
	*at += digits;
	if (**at == 0 && !iso && *sum == 0) {
		*sum = n;
		return true;
	}
	const struct unit *u = unit_of(**at);
	if (**at == 0 || u == NULL || (iso && in_time != (u->seconds < DAY)))
		return false;
	*at += 1;
	*sum += n * u->seconds;
	return true;
}

bool seconds_parse(const char *text, uint32_t *out)
{
	bool iso = (*text | 0x20) == 'p', in_time = false;
	uint64_t sum = 0;

	if (iso)
		text++;
	do {
		if (iso && !in_time && (*text | 0x20) == 't') {
			in_time = true;
			text++;
		}
		if (!take_part(&text, iso, in_time, &sum) || sum > UINT32_MAX)
			return false;
	} while (*text != 0);
	*out = (uint32_t)sum;
	return true;
}

void seconds_print(uint32_t seconds, char *out, size_t room)
{
	size_t n = 0;

	snprintf(out, room, "0s");
	for (size_t i = 1; i < COUNT_OF(units) && n < room; i++) { /* weeks read worse than days */
		if (seconds / units[i].seconds != 0)
			n += (size_t)snprintf(out + n, room - n, "%u%c", seconds / units[i].seconds,
					      units[i].letter);
		seconds %= units[i].seconds;
	}
}
