/*
 * digest.h -- the digest of a sealed zone (RFC 8976 3.3, scheme SIMPLE).
 *
 * Knows: zone.h, sec/zonemd.h.   Must not know: what the zone's ZONEMD says.
 */
#ifndef ZONE_DIGEST_H
#define ZONE_DIGEST_H

#include "zone/zone.h"

/* zone_digest writes the digest with SHA-384 or SHA-512 (enum of sec/zonemd.h) to `out` of at least DIGEST_MAX
 * octets and gives its length; 0: another hash, a record that is not of its type's form, or no memory. The apex
 * ZONEMD RRset and the RRSIGs that cover it are left out. */
size_t zone_digest(const struct zone *z, uint8_t hash, uint8_t *out);

#endif
