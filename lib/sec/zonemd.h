/*
 * zonemd.h -- digests over whole zones (RFC 8976), scheme SIMPLE.
 *
 * The zone is fed RRset by RRset in canonical order: owners in order, at each
 * owner types ascending, RDATA in canonical order. RRSIGs are a set of type
 * RRSIG like any other. What RFC 8976 3.3.1 leaves out is left out by the
 * caller: the apex ZONEMD RRset and the RRSIGs that cover it, and duplicates.
 *
 * Knows: crypto/digest.h, dns/rdata.h.   Must not know: zones.
 */
#ifndef SEC_ZONEMD_H
#define SEC_ZONEMD_H

#include "base/base.h"
#include "dns/name.h"

enum { ZONEMD_SIMPLE = 1, ZONEMD_SHA384 = 1, ZONEMD_SHA512 = 2 };
enum { ZONEMD_DIGEST_MIN = 12 }; /* octets of any digest at least (RFC 8976 2.2.4) */

/* The fields of a ZONEMD record; the digest is a view into its RDATA. */
struct zonemd_fields {
	uint32_t serial;
	uint8_t scheme, hash;
	struct view digest;
};

/* zonemd_read takes RDATA apart; false if it is not whole or the digest too short. */
MUST_CHECK bool zonemd_read(struct view rdata, struct zonemd_fields *out);

struct zonemd;

/* zonemd_new begins a digest with SHA-384 or SHA-512; NULL for other hashes, or without memory. */
struct zonemd *zonemd_new(uint8_t hash);

/* zonemd_add adds one record of class IN. */
void zonemd_add(struct zonemd *z, const struct name *owner, uint16_t type, uint32_t ttl, struct view rdata);

/* zonemd_end writes the digest to `out` of at least 64 octets and gives its length, 0 if a record was not
 * of its type's form; then frees z. */
size_t zonemd_end(struct zonemd *z, uint8_t *out);

#endif
