/*
 * index.h -- the inside of a zone in memory: where nodes live, the hash table
 * that finds them by owner, and what adding remembers from one record to the
 * next.
 *
 *      slots                         chunks of nodes, in the order of their making
 *      [ tag | number ] ----------->  [0 .. 4095] [4096 .. 8191] ...
 *
 * A node never moves, so its number and its address are good for the life of
 * the zone. The hash is keyed by chance: whoever chooses the names of a zone
 * cannot choose which of them collide.
 *
 * Knows: zone.h.   Must not know: what records mean.
 */
#ifndef ZONE_INDEX_H
#define ZONE_INDEX_H

#include "zone/wide.h"
#include "zone/zone.h"

enum {
	NODES_IN_CHUNK = 4096,
	RDATA_SIZES = 33, /* arrays of 1, 2, 4 ... 2^32 rdata */
};

struct slot {
	uint32_t tag;    /* of the owner's hash */
	uint32_t number; /* of the node, from 1; 0: free */
};

/* A record whose TTL is not that of its RRset, kept until sealing tells about it. */
struct ttl_differs {
	struct node *node;
	struct rrset *set;
	uint32_t line;
};

struct rdata_array;

struct zone_index {
	uint64_t key[2];
	struct slot *slots;
	size_t n_slots; /* a power of two, at least twice the number of nodes */
	struct node **chunks;
	size_t n_nodes, cap_chunks;

	struct arena octets;                         /* owners and RDATA, packed */
	struct rdata_array *free_array[RDATA_SIZES]; /* arrays that were outgrown, by log2 of their size */
	struct node *last;                           /* of the record before */
	struct rrset *last_set;
	uint64_t implied; /* empty non-terminals that owners imply, counted for each anew */
	bool any_depth;   /* however many */
	struct wide wide; /* RRsets of nodes that have many */

	struct ttl_differs *odd;
	size_t n_odd, cap_odd;
};

struct zone_index *index_new(void);
void index_free(struct zone_index *x);

/* index_expect fetches what index_add will look at first. */
void index_expect(const struct zone_index *x, const uint8_t *owner, unsigned len);

/* index_find gives the node of this owner or NULL. */
struct node *index_find(const struct zone_index *x, const uint8_t *owner, unsigned len);

/* index_add gives the node of this owner; if there is none it makes one whose owner is the address given. *made
 * tells which. */
struct node *index_add(struct zone_index *x, struct arena *a, const uint8_t *owner, unsigned len, bool *made);

/* index_node gives a node by its number in the order of making, from 0. */
static inline struct node *index_node(const struct zone_index *x, size_t i)
{
	return &x->chunks[i / NODES_IN_CHUNK][i % NODES_IN_CHUNK];
}

/* nodes_sort puts nodes in canonical order of their owners, which are all within the apex. */
void nodes_sort(struct node **node, size_t n, const struct name *apex);

#endif
