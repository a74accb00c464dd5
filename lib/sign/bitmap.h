/*
 * bitmap.h -- the type bitmap of an NSEC or NSEC3 record (RFC 4034 4.1.2, RFC
 * 5155 3.2.1), from the node it speaks of.
 *
 * Knows: zone/authority.h.   Must not know: chains.
 */
#ifndef SIGN_BITMAP_H
#define SIGN_BITMAP_H

#include "base/wr.h"
#include "zone/zone.h"

/* bitmap_write appends the bitmap of an authoritative node that is not signed yet: its types and, if something at
 * it will be signed, RRSIG. nsec: it will also have an NSEC record, which is signed. */
void bitmap_write(const struct node *n, bool nsec, struct wr *out);

enum { BITMAP_MAX = 256 * (2 + 32) }; /* octets, whatever the types */

#endif
