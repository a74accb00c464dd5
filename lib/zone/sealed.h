/*
 * sealed.h -- what signing adds to a zone after it was sealed: RRsets at its
 * nodes, and the nodes of hashed owner names.
 *
 * Everything stays in canonical order, and zone_find finds the new nodes. What
 * is added lives in arenas (one of each thread that made it) which the zone
 * then adopts. RRSIGs need no function: whoever signs writes an RRset's sig,
 * n_sig and sig_ttl, and tells sealed_count how many records that made.
 *
 * Knows: zone.h.   Must not know: keys, chains.
 */
#ifndef ZONE_SEALED_H
#define ZONE_SEALED_H

#include "zone/zone.h"

/* sealed_adopt gives an arena's memory to the zone; the arena is empty afterwards. */
void sealed_adopt(struct zone *z, struct arena *a);

/* sealed_count: so many records, RRSIGs included, were added to the zone. */
void sealed_count(struct zone *z, uint64_t records);

/* sealed_put puts an RRset at its place among a node's; there must be none of its type with records. One that has
 * only RRSIGs is replaced. Threads may do it at different nodes at the same time. */
void sealed_put(struct node *n, struct rrset *set);

/* A node that does not exist yet, or so it seems, with its only RRset. */
struct fresh_node {
	const uint8_t *owner; /* wire form; lives as long as the zone */
	uint8_t owner_len;
	struct rrset *set;
};

/* sealed_merge adds n nodes, which are in canonical order. Where there is one of that name already, it gets the
 * RRset. Takes time for the nodes of the zone only once, whatever n is. */
void sealed_merge(struct zone *z, const struct fresh_node *fresh, size_t n);

#endif
