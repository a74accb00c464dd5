/*
 * shard.h -- one page of nodes, found by the hash of their names.
 *
 *      octets  0      nodes (u16)
 *              2      bare names (u16): empty non-terminals, a hash each
 *              4      octets used (u16)
 *              6      valid bits of the prefix (u8)
 *              7      'S'
 *              8      tags: the hash's lowest octet, nodes first, then bare names
 *             [..     one octet to make it even]
 *              ..     where each node starts, and where the last ends: nodes + 1 u16
 *              ..     bare names: their hashes, u64 each
 *              ..     nodes (store/node.h)
 *
 * A tag miss says "no such name" from one cache line. Whatever the page says
 * of itself is checked against the length LMDB gives it.
 *
 * In the pool (image 1) a node's place is the hash of its zone's apex, its tag
 * that of its own name; empty non-terminals there are nodes without fragments.
 *
 * Knows: node.h.   Must not know: LMDB, messages.
 */
#ifndef STORE_SHARD_H
#define STORE_SHARD_H

#include "dns/qname.h"
#include "store/node.h"

enum { SHARD_HEAD = 8, SHARD_ENTRIES_MAX = 8000, SHARD_BITS_MAX = 40 };

/* What to look for: a name in lower-case wire form with its hash. */
struct probe {
	uint64_t hash;
	const uint8_t *name;
	uint8_t len;
	uint8_t apex_labels;
	uint8_t kind; /* 0, or NODE_PIECE, NODE_RUN */
};

enum found { FOUND_NONE, FOUND_NODE, FOUND_BARE, FOUND_DAMAGED };

/* shard_search looks a name up in a page and gives its node, sound as if by node_open. Without one, p is NULL and
 * n what was found: FOUND_BARE if the name exists and has no data. `head` is probe_head's. */
struct node_view shard_search(struct view page, uint64_t hash, const uint8_t *name, uint32_t head);

/* What the first octets of a node say that is looked for: length of the owner, labels of the apex, kind. */
static inline uint32_t probe_head(const struct probe *p)
{
	return p->len | (uint32_t)p->apex_labels << 8 | (uint32_t)p->kind << 16;
}

/* shard_find is shard_search for a probe; without a node, *out is no_node. */
static inline enum found shard_find(struct view page, const struct probe *p, struct node_view *out)
{
	struct node_view n = shard_search(page, p->hash, p->name, probe_head(p));

	*out = n.p != NULL ? n : no_node;
	return n.p != NULL ? FOUND_NODE : (enum found)n.n;
}

/* shard_next walks the nodes whose tag is the hash's: begin with *cursor = 0 and go on until FOUND_NONE. Who calls
 * compares the owner. */
enum found shard_next(struct view page, uint64_t hash, unsigned *cursor, struct node_view *out);

/* shard_piece finds the piece `index` of the fragment `type` of p (whose hash is already the piece's). */
enum found shard_piece(struct view page, const struct probe *p, uint16_t type, uint8_t index, struct view *octets);

/* piece_hash gives the place of a piece from the hash of its owner. */
static inline uint64_t piece_hash(uint64_t owner, uint16_t type, uint8_t index)
{
	return hash_mix(owner ^ 0x9e3779b97f4a7c15U, ((uint64_t)type << 8 | index) * 2 + 0xd1b54a32d192ed03U);
}

/* ---- as a list, for those who write ---- */

struct entry {
	uint64_t place;   /* which shard: the hash of the name, or in the pool that of the apex */
	uint64_t hash;    /* of the name itself */
	const uint8_t *p; /* the record; NULL for a bare name */
	uint32_t n;
};

/* shard_size gives the octets that a page of these entries uses. */
size_t shard_size(const struct entry *e, size_t n);

/* shard_pages gives the number of pages these entries need when they stay together: 1 if they fit into one,
 * more if one of them is alone too big for sharing, 0 if they should be split. */
unsigned shard_pages(const struct entry *e, size_t n, size_t psize);

/* shard_write writes a page; cap is the value's whole length (store_page_room), the rest is zeroed. False if
 * it does not fit. Nodes keep the order they have in e. */
MUST_CHECK bool shard_write(const struct entry *e, size_t n, unsigned bits, uint8_t *page, size_t cap);

/* shard_list takes a page apart: at most `max` entries, whose records are views into the page. The hash of a
 * node is computed from its owner, its place likewise (pool: from the apex). ERR_DAMAGED, ERR_SPACE. */
enum err shard_list(struct view page, const struct hash_key *key, bool pool, struct entry *out, size_t max,
		    size_t *n, unsigned *bits);

#endif
