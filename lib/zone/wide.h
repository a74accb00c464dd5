/*
 * wide.h -- finds the RRsets of nodes that have a great many of them.
 *
 * A name may own 65,000 RRsets, one for each type. Walking a node's list for
 * every record would then be quadratic, and a zone comes from whoever may send
 * one. A node whose list got long is called wide: its RRsets are found in this
 * hash table, and its list is put in order when the zone is sealed.
 *
 * Knows: zone.h.   Must not know: what types mean.
 */
#ifndef ZONE_WIDE_H
#define ZONE_WIDE_H

#include "zone/zone.h"

enum {
	WIDE_FROM = 32,   /* RRsets of a node that becomes wide */
	NODE_WIDE = 0x80, /* among a node's flags until it is sealed */
};

struct wide_slot {
	const struct node *node; /* NULL: free */
	struct rrset *set;
};

struct wide {
	struct wide_slot *slots;
	size_t n_slots; /* a power of two, at least twice n; 0 at first */
	size_t n;
};

/* wide_add takes in one RRset, wide_node all those of a node's list; wide_find gives one or NULL. */
void wide_add(struct wide *w, const struct node *n, struct rrset *set);
void wide_node(struct wide *w, struct node *n);
struct rrset *wide_find(const struct wide *w, const struct node *n, uint16_t type);

/* wide_sort puts a wide node's list in order of types; it is then like any other. */
void wide_sort(struct node *n);

void wide_free(struct wide *w);

#endif
