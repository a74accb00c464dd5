/*
 * node.h -- makes the records of one name: its node and, for fragments too
 * large for it, their pieces.
 *
 * Knows: frag.h, store/shard.h.   Must not know: LMDB.
 */
#ifndef BAKE_NODE_H
#define BAKE_NODE_H

#include "bake/frag.h"
#include "store/shard.h"

/* What baking a name needs to know of its zone. */
struct bake_zone {
	const struct hash_key *key;
	struct name apex; /* lower case */
	uint8_t apex_labels;
	bool pooled;
	uint64_t apex_hash;
};

/* bake_zone_of fills it in. */
void bake_zone_of(const struct name *apex, const struct hash_key *key, bool pooled, struct bake_zone *out);

struct bake_ask {
	const struct name *owner;     /* any letter case */
	const struct rrset *rrsets;   /* ascending by type; the SOA, NSEC3 and NSEC3's RRSIGs are left out */
	const uint8_t *hash8;         /* first octets of its NSEC3 hash if it is in the chain, else NULL */
};

/* A sink takes the records as they are made; they live as long as the arena they were made in. */
struct record_sink {
	void *context;
	void (*put)(void *context, const struct entry *e);
};

/* bake_node makes the node and its pieces, or a bare name if there is nothing to say about it. ERR_SPACE: an
 * RRset is too large for a message, or the name has more types than a node can hold. */
enum err bake_node(const struct bake_zone *z, const struct bake_ask *ask, struct arena *a, const struct record_sink *to);

/* bake_is_one: these RRsets are so small that bake_node makes a single record of them, whoever owns them, and
 * cannot fail. Those that are about as large as that may be, are not. */
bool bake_is_one(const struct rrset *rrsets);

/* bake_frags makes the node of these fragments: for the zone table, whose fragments are not a name's RRsets. */
enum err bake_frags(const struct bake_zone *z, const struct name *owner, uint8_t flags, const uint8_t *hash8,
		    struct frag_parts *frags, unsigned n, struct arena *a, const struct record_sink *to);

#endif
