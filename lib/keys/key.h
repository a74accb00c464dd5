/*
 * key.h -- a DNSSEC key of a zone, and what its times mean.
 *
 *                 Publish      Activate        Inactive      Delete
 *      ------------+------------+---------------+-------------+-------->
 *        not there  published    signs           published     not there
 *
 * A struct key is a value, but for its octets and its private half, which
 * belong to whoever read them (keydir.h). Without a private half it is a key
 * of somebody else's, or one that is kept off line: it is published and does
 * not sign here.
 *
 * Times and files are those of BIND's tools. A key without any time, as
 * ldns-keygen and old tools make them, is used at once.
 *
 * Knows: crypto/, dns/, sec/.   Must not know: files, clocks, policies.
 */
#ifndef KEYS_KEY_H
#define KEYS_KEY_H

#include "crypto/sign.h"
#include "dns/name.h"

enum key_time {
	KEY_CREATED,
	KEY_PUBLISH,
	KEY_ACTIVATE,
	KEY_REVOKE,
	KEY_INACTIVE,
	KEY_DELETE,
	KEY_SYNC_PUBLISH, /* of CDS and CDNSKEY records (RFC 7344) */
	KEY_SYNC_DELETE,
	KEY_TIMES
};

#define KEY_NEVER INT64_MAX /* a time that is not set: it never comes */

enum {
	KEY_FILE_MAX = 256, /* room for a file's name without its folder */
	KEY_DNSKEY_MAX = 4 + PUBLIC_KEY_MAX,
	KEY_TIME_TEXT = 15, /* YYYYMMDDHHMMSS and a final zero */
};

struct key {
	struct name zone; /* its owner */
	uint16_t flags, tag;
	uint8_t protocol, algorithm;
	struct view dnskey;          /* DNSKEY RDATA */
	struct private_key *private; /* NULL: only the public half is here */
	bool cannot_sign;            /* the other half is here too, and of an algorithm that does not sign here */
	int64_t time[KEY_TIMES];     /* seconds since 1970, or KEY_NEVER */
	char file[KEY_FILE_MAX];     /* Kname+alg+tag, without ".key" and ".private" */
};

/* key_clear makes an empty key whose times are not set. */
void key_clear(struct key *k);

/* key_set_dnskey takes the fields and the tag out of DNSKEY RDATA, which k->dnskey then views. False: it is none.
 */
MUST_CHECK bool key_set_dnskey(struct key *k, struct view dnskey);

/* key_tags_clash: two tags are the same, or will be once one of the keys is revoked (RFC 5011 7). */
bool key_tags_clash(uint16_t a, uint16_t b);

/* key_name_file fills in k->file from zone, algorithm and tag. False: the zone's name is too long for one. */
MUST_CHECK bool key_name_file(struct key *k);

/* key_file_read takes such a name apart, in the spelling of any tool: up to `n` characters of `file`, without
 * the ending. False: it is not the name of a key's file. */
MUST_CHECK bool key_file_read(const char *file, size_t n, struct name *zone, uint8_t *algorithm, uint16_t *tag);

bool key_is_sep(const struct key *k);     /* made to sign keys: a KSK, or a CSK */
bool key_is_revoked(const struct key *k); /* RFC 5011 */

/* key_timeless: no time is set at all, so the key is used at once. */
bool key_timeless(const struct key *k);

/* key_published: it belongs into the DNSKEY set at `now`: Publish <= now < Delete. A key with a time to sign and
 * none to be published is published at once. */
bool key_published(const struct key *k, int64_t now);

/* key_signs: it is published, its private half is here, and Activate <= now < Inactive. */
bool key_signs(const struct key *k, int64_t now);

/* What the keys of a zone do. */
struct key_use {
	bool published;
	bool signs_keys; /* the DNSKEY, CDS and CDNSKEY sets */
	bool signs_zone; /* all else */
};

/* key_uses tells it for each of a zone's keys, by their times alone. Where keys of both kinds of an algorithm are
 * active, those with the SEP flag sign keys and the others the zone; where one kind is, it signs everything. A
 * SEP key that is active elsewhere counts for the first: signatures over keys then come from there. A revoked key
 * signs keys, as RFC 5011 2.1 wants it, and nothing else. */
void key_uses(const struct key *keys, size_t n, int64_t now, struct key_use *out);

/* key_time_name gives BIND's word, such as "Publish"; key_time_find looks it up, KEY_TIMES if there is none. */
const char *key_time_name(enum key_time t);
enum key_time key_time_find(const char *p, size_t n);

/* key_time_parse reads YYYYMMDDHHMMSS; false if it is no moment. key_time_print writes it. Both speak UTC. */
MUST_CHECK bool key_time_parse(const char *p, size_t n, int64_t *out);
void key_time_print(int64_t t, char out[KEY_TIME_TEXT]);

#endif
