/*
 * ksr.h -- bundles: the DNSKEY sets of a zone for months ahead, on their way
 * to a KSK that is elsewhere and back.
 *
 *      signer:   request     each bundle has the ZSKs that are published from its time on
 *      ceremony: response    each bundle has the KSKs, CDS and CDNSKEY as well, and signatures
 *      signer:   checked, kept beside the keys, used when its time has come
 *
 * A file of bundles is text, for people to read at a ceremony:
 *
 *      edict-ksr 1 request
 *      zone example.
 *      ttl 3600
 *      cds 2
 *      bundle 20261201000000 inception 20261130230000 expires 20261215000000
 *      DNSKEY 256 3 13 oJMRESz5E4gYzS/q6XDrvU1qMPYIjCWzJaOau8XNEZeqCYKD5ar0IRd8KqXXFJkqmVfRvMGPmM1x8fGAa2XhSA==
 *      end
 *
 * Lines that are empty or begin with a semicolon are passed over. Bundles are
 * in the order of their times, UTC. All records are the apex's.
 *
 * Knows: key.h, dns/, sec/.   Must not know: policies, states, databases.
 */
#ifndef KEYS_KSR_H
#define KEYS_KSR_H

#include <stdio.h>

#include "base/arena.h"
#include "keys/keydir.h"

enum {
	KSR_VERSION = 1,
	KSR_FILE_OCTETS = 8 << 20,
	KSR_BUNDLES_MAX = 1000,
	KSR_RECORDS_MAX = 64, /* of one bundle */
};

struct ksr_record {
	uint16_t type; /* DNSKEY, CDS, CDNSKEY, or RRSIG */
	struct view rdata;
};

struct ksr_bundle {
	int64_t from;               /* published from this moment on, until the next bundle's */
	int64_t inception, expires; /* of its signatures */
	uint32_t line;              /* in the file it was read from */
	size_t n;
	struct ksr_record record[KSR_RECORDS_MAX];
};

struct ksr {
	bool response;
	struct name zone;
	uint32_t ttl;
	unsigned cds; /* bit 1 << digest type for each CDS that the ceremony adds */
	size_t n, cap;
	struct ksr_bundle *bundle;
	struct arena arena; /* of the records' octets */
};

/* ksr_bundle_add appends an empty bundle. ksr_record_add copies a record into one of k; false: it is full. */
struct ksr_bundle *ksr_bundle_add(struct ksr *k, int64_t from, int64_t inception, int64_t expires);
MUST_CHECK bool ksr_record_add(struct ksr *k, struct ksr_bundle *b, uint16_t type, struct view rdata);
void ksr_free(struct ksr *k);

/* ksr_parse takes text apart, `file` is its name in *why: "file:line: ...". ERR_FORMAT, ERR_VERSION, ERR_SPACE;
 * *out is then empty. ksr_read reads a file, or with "-" the standard input: also ERR_NOTFOUND, ERR_SYSTEM. */
enum err ksr_parse(const char *file, struct view text, struct ksr *out, char why[KEY_WHY]);
enum err ksr_read(const char *file, struct ksr *out, char why[KEY_WHY]);

/* ksr_print writes the text. */
void ksr_print(const struct ksr *k, FILE *out);

/* ksr_sign makes a response of a request: to each bundle the KSKs (keys with the SEP flag) that are published at
 * its time, CDS and CDNSKEY of those whose SyncPublish has come, and signatures of those that are active.
 * ERR_REFUSED: no KSK is active at the time of some bundle, or it is a response already. */
enum err ksr_sign(struct ksr *k, const char *file, const struct keys *ksks, char why[KEY_WHY]);

/* ksr_check says whether a response can be trusted: it is for this zone, each bundle is signed at its times by a
 * KSK that `known` has (its public half is enough), each algorithm among its keys has signed (RFC 4035 2.2), and
 * its ZSKs are known, too. */
enum err ksr_check(const struct ksr *k, const char *file, const struct name *zone, const struct keys *known,
		   char why[KEY_WHY]);

/* ksr_keep puts a checked response into the zone's key directory. Of what was kept before, bundles of times before
 * its first one stay. ksr_kept reads it; ERR_NOTFOUND: there is none. */
enum err ksr_keep(struct keydir *d, const struct ksr *k, char why[KEY_WHY]);
enum err ksr_kept(struct keydir *d, const struct name *zone, struct ksr *out, char why[KEY_WHY]);

/* ksr_at gives the latest bundle at `now` that has all of these DNSKEYs: what a zone still needs of an older one
 * must stay published. NULL: there is none whose signatures are good. */
const struct ksr_bundle *ksr_at(const struct ksr *k, int64_t now, const struct view *dnskey, size_t n);

#endif
