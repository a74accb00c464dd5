/*
 * frag.h -- makes fragments: RRsets in wire form, compressed against a base
 * name and against themselves, with the places of all pointers.
 *
 *      base name     example.        (the owner; above a wildcard's "*"; the apex for SOA and denial)
 *      fragment      [->owner] NS 2 ... 3 ns1 [->base] | [->owner] NS ... 3 ns2 [->self: where "ns1" ended]
 *
 * Only names that RFC 3597 4 lets a sender compress are compressed. Nothing
 * points at the root label.
 *
 * Knows: zone/zone.h, store/node.h.   Must not know: LMDB.
 */
#ifndef BAKE_FRAG_H
#define BAKE_FRAG_H

#include "base/arena.h"
#include "dns/qname.h"
#include "store/node.h"
#include "zone/zone.h"

struct frag_ask {
	const struct rrset *set;
	uint16_t type;             /* usually set->type; FRAG_SOA_NEGATIVE */
	uint32_t ttl_max;          /* TTLs above are lowered to it (negative SOA) */
	const struct name *base;   /* lower case */
	const struct name *apex;   /* NS: targets at or below it are listed; else NULL */
	const struct name *cut;    /* NS of a cut: targets at or below it are glue; else NULL */
	const struct hash_key *key;
	const struct name *inline_owner; /* not NULL: owners are written in the RRs (NSEC3) */
};

/* frag_make fills *out; all it points to lives in scratch. ERR_SPACE: the RRset is too large for a message. */
enum err frag_make(const struct frag_ask *ask, struct arena *scratch, struct frag_parts *out);

#endif
