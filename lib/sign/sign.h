/*
 * sign.h -- signs a zone in memory: its chain of NSEC or NSEC3 records, its
 * signatures, its serial and its digest (RFC 4034, 4035 2, 5155 7.1, 8976).
 *
 *      zone_add ... sign_prepare -- zone_seal -- sign_zone -- check, compile
 *
 * sign_prepare puts at the apex what the plan wants there; sign_zone makes the
 * chain, signs every authoritative RRset, decides on the serial, and signs SOA
 * and ZONEMD last. All threads of base/work.h sign, and however many they are,
 * the same zone, keys, plan and clock give the same octets.
 *
 * Earlier signatures are kept while they are fresh: struct sign_old is where
 * they come from, in canonical order. If nothing differs and all are kept,
 * the zone is what it was, and nothing needs to be written.
 *
 * Knows: zone/, keys/key.h, sec/.   Must not know: files, databases, policies.
 */
#ifndef SIGN_SIGN_H
#define SIGN_SIGN_H

#include "keys/key.h"
#include "zone/zone.h"

enum { SIGN_KEYS_MAX = 32, SIGN_WHY = 600 };

/* A key, and what it does in this zone now. */
struct sign_key {
	const struct key *key;
	bool published;  /* stands in the DNSKEY set */
	bool signs_keys; /* signs DNSKEY, CDS and CDNSKEY */
	bool signs_zone; /* signs everything else */
	bool sync;       /* CDS and CDNSKEY ask the parent for its DS (RFC 7344) */
};

enum sign_denial { SIGN_NSEC, SIGN_NSEC3 };

/* How the serial follows from the file's; a zone that differs from its old self gets a greater one than that had
 * in any case (RFC 1982). */
enum serial_policy { SERIAL_KEEP, SERIAL_INCREMENT, SERIAL_UNIXTIME, SERIAL_DATE, SERIAL_POLICIES };

/* An RRset of the old zone, as a row of the database has it: `data` is n RDATA and then n_sig RRSIG RDATA that
 * cover `type`, each with its length in front (16 bits, little-endian). */
struct old_set {
	struct name owner;
	uint16_t type;
	uint32_t ttl, sig_ttl;
	uint32_t n, n_sig;
	struct view data;
};

/* Where the old RRsets come from. Walks are begun and ended by several threads, several at a time; each is used by
 * one thread. */
struct sign_old {
	void *context;
	/* a walk from the first RRset at or behind `from` in canonical order, at one owner by ascending types;
	 * NULL: it failed, and sign_zone with it */
	void *(*begin)(void *context, const struct name *from);
	/* the next RRset, whose views are good until the next call; false: there is none */
	bool (*next)(void *walk, struct old_set *out);
	/* ends the walk; false: it failed on the way, and sign_zone with it */
	bool (*end)(void *walk);
};

typedef void sign_progress_fn(void *context, const char *doing, uint64_t done, uint64_t total);

/* A record that comes from elsewhere as it is: of the DNSKEY, CDS and CDNSKEY sets, or an RRSIG that covers one of
 * them. Where there is one, the key that signs these is elsewhere, and none here does. */
struct sign_given {
	uint16_t type;
	struct view rdata;
};

struct sign_plan {
	const struct sign_key *key;
	size_t n_keys; /* at most SIGN_KEYS_MAX */

	enum sign_denial denial;
	bool optout; /* NSEC3 only: delegations without DS are left out (RFC 5155 6) */
	uint16_t iterations;
	struct view salt; /* at most 255 octets */

	int64_t now;               /* seconds since 1970; so are the others seconds */
	uint32_t inception_offset; /* signatures begin so long before now: clocks differ */
	uint32_t validity;         /* and end so long after it, ... */
	uint32_t key_validity;     /* those over DNSKEY, CDS and CDNSKEY this long, ... */
	uint32_t jitter;           /* less up to so much, by a hash of owner and type */
	uint32_t refresh;          /* an old one is kept if it is valid for longer than this */

	uint32_t dnskey_ttl; /* of DNSKEY, CDS and CDNSKEY; 0: the SOA's */
	enum serial_policy serial;
	unsigned zonemd;      /* bit 1 << hash for SHA-384 (1) and SHA-512 (2) */
	unsigned cds_digests; /* bit 1 << type for SHA-256 (2) and SHA-384 (4) */
	bool cds_delete;      /* CDS and CDNSKEY ask the parent to take the DS away (RFC 8078 4) */
	bool csync;           /* a CSYNC asks it to copy NS and glue (RFC 7477) */

	const struct sign_given *given; /* at the apex, with dnskey_ttl; n_given 0: all is made here */
	size_t n_given;

	const struct sign_old *old; /* NULL: there was no such zone */
	sign_progress_fn *progress; /* may be NULL; called from the caller's thread */
	void *context;
};

struct sign_result {
	uint64_t made, kept; /* signatures */
	uint64_t differs;    /* RRsets that are new, gone or changed */
	uint32_t serial;
	bool unchanged; /* the zone is its old self, serial and all */
};

/* sign_plan_default fills in all but keys and clock: NSEC, signatures from an hour ago for 30 days less up to 12
 * hours, kept while 7 days are left, the file's serial, CDS with SHA-256. */
void sign_plan_default(struct sign_plan *p);

/* sign_clock_right says whether a clock may be believed: one before 2020 was never set. False: *why says so. */
MUST_CHECK bool sign_clock_right(int64_t now, char why[SIGN_WHY]);

/* sign_drops is true for the types that signing makes anew: whoever reads the zone's file leaves them out. */
bool sign_drops(uint16_t type);

/* sign_prepare adds to a zone that is not sealed yet: DNSKEY, CDS, CDNSKEY, CSYNC, NSEC3PARAM, and ZONEMD with a
 * digest still to come. Records of the file stay: other signers' keys (RFC 8901 4). A zone without SOA is left
 * alone: sign_zone refuses it. */
void sign_prepare(struct zone *z, const struct sign_plan *p);

/* sign_zone signs a sealed zone. On failure *why is a sentence for the operator, and the zone may only be freed.
 * ERR_REFUSED: the plan or the keys will not do; ERR_SPACE: a name or an RRset gets too large; ERR_EXISTS: two
 * names have the same hash; ERR_FORMAT: no SOA, or not one; ERR_DAMAGED: the old zone could not be read;
 * ERR_MEMORY, ERR_SYSTEM: signing itself failed. */
MUST_CHECK enum err sign_zone(struct zone *z, const struct sign_plan *p, struct sign_result *out,
			      char why[SIGN_WHY]);

#endif
