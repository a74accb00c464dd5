/*
 * policy.h -- what an operator wants of a zone's keys and signatures.
 *
 * A policy file is YAML and holds policies by name; edict-policy(5) tells of
 * the fields. Each field is a row of one table: its name, its kind, its
 * default, its bounds and its text. The table reads the file, checks it,
 * prints a policy, and a test holds the manual to it.
 *
 * A struct policy is a value. It came through policy_check, so who is handed
 * one need not look again: signatures outlive what is cached, and a lifetime
 * is longer than its roll-over takes.
 *
 * Knows: base/, libcyaml.   Must not know: keys, zones, clocks.
 */
#ifndef KEYS_POLICY_H
#define KEYS_POLICY_H

#include "base/base.h"

enum {
	POLICY_NAME_MAX = 63,
	POLICY_SALT_MAX = 255,
	POLICY_FILE_MAX = 1 << 20,
	POLICIES_MAX = 256,
	POLICY_PARENTS_MAX = 8,
	POLICY_TTL_MAX = 7 * 86400, /* longer only makes everything slow: RFC 8767 4 caps what is kept at a week */
	PARENT_TEXT = 48,           /* room for the text of a parent's address */
};

/* Which keys a zone has. */
enum policy_keys { POLICY_NO_KEYS, POLICY_CSK, POLICY_KSK_ZSK };

enum policy_denial { POLICY_NSEC, POLICY_NSEC3 };

enum policy_serial { POLICY_SERIAL_KEEP, POLICY_SERIAL_INCREMENT, POLICY_SERIAL_UNIXTIME, POLICY_SERIAL_DATE };

/* Digests of CDS records (RFC 7344), by type: 1 << 2 is SHA-256. */
enum { POLICY_CDS_SHA256 = 1 << 2, POLICY_CDS_SHA384 = 1 << 4 };

/* Where a server of the parent answers. */
struct policy_parent {
	uint8_t ip[16];
	uint8_t len; /* of ip: 4 or 16 */
	uint16_t port;
};

struct policy {
	char name[POLICY_NAME_MAX + 1];

	uint32_t algorithm, bits; /* bits: RSA only */
	uint32_t keys;            /* enum policy_keys */
	uint32_t offline_ksk;     /* 1: the DNSKEY set's signatures come from a ceremony */
	uint32_t purge;           /* seconds until the files of a key that is gone are removed; 0: never */

	/* All times count seconds. Lifetimes: 0 is unlimited. */
	uint32_t ksk_lifetime, zsk_lifetime; /* a CSK has the KSK's */
	uint32_t validity, key_validity, refresh, jitter, inception;

	uint32_t denial; /* enum policy_denial */
	uint32_t optout, iterations;
	uint8_t salt_len, salt[POLICY_SALT_MAX];

	uint32_t dnskey_ttl, zone_ttl, ds_ttl;
	uint32_t zone_delay, parent_delay;      /* until all servers have what the first one has */
	uint32_t publish_safety, retire_safety; /* added to what arithmetic says */

	uint32_t serial; /* enum policy_serial */
	uint32_t zonemd; /* set of hash algorithms (RFC 8976 5.3): 1 << 1 SHA-384, 1 << 2 SHA-512 */
	uint32_t cds;    /* 0: neither CDS nor CDNSKEY */
	uint32_t csync;

	uint32_t n_parents; /* 0: somebody says what the parent shows (zonec key ds-seen) */
	struct policy_parent parent[POLICY_PARENTS_MAX];
};

/* The message of whatever went wrong: a sentence for the operator, with the file, the policy and the field. */
struct policy_why {
	char text[512];
};

/* policy_read reads the policy of a place "FILE" or "FILE:NAME"; without a name the file must hold just one.
 * ERR_NOTFOUND: no such file or policy; ERR_FORMAT: it is not right; *why then says what to do. */
enum err policy_read(const char *place, struct policy *out, struct policy_why *why);

/* policy_preset gives the policy of a file that says nothing: fit for a TLD. */
void policy_preset(struct policy *out);

/* policy_check looks for contradictions between the fields. False: *why names the field and what to do. */
MUST_CHECK bool policy_check(const struct policy *p, struct policy_why *why);

/* One field. */
enum policy_kind {
	FIELD_CHOICE,
	FIELD_SET,
	FIELD_NUMBER,
	FIELD_SECONDS,
	FIELD_LIFETIME,
	FIELD_FLAG,
	FIELD_SALT,
	FIELD_PARENTS
};

struct policy_word {
	const char *word;
	uint32_t value;
};

struct policy_field {
	const char *name;
	enum policy_kind kind;
	size_t at; /* offsetof(struct policy, ...) */
	const char *preset;
	uint32_t min, max;
	const struct policy_word *words; /* FIELD_CHOICE, FIELD_SET; the last has no word */
	const char *text;
};

/* The table; the last row has no name. */
extern const struct policy_field policy_fields[];

enum { POLICY_FIELDS_MAX = 40 }; /* rows at most: a file's fields are kept by their row */

/* policy_set sets one field from its text. False: *why says what its values look like; p is as it was. */
MUST_CHECK bool policy_set(struct policy *p, const struct policy_field *f, const char *text,
			   struct policy_why *why);

/* policy_print writes a field's value as text that policy_set takes. */
void policy_print(const struct policy *p, const struct policy_field *f, char *out, size_t room);

/* parent_parse reads "192.0.2.1", "2001:db8::1@5353": an address in numbers, for a name would have to be asked
 * for, and a port, 53 if there is none. parent_print writes it. */
MUST_CHECK bool parent_parse(const char *text, size_t n, struct policy_parent *out);
void parent_print(const struct policy_parent *parent, char out[PARENT_TEXT]);

/* seconds_parse reads "14d", "1h30m", "90", "P14D", "PT1H30M" (ISO 8601 without years and months, whose length
 * nobody knows). False: it is none, or more than 2^32 - 1. */
MUST_CHECK bool seconds_parse(const char *text, uint32_t *out);

/* seconds_print writes as few units as tell it exactly: 90000 is "1d1h". */
void seconds_print(uint32_t seconds, char *out, size_t room);

#endif
