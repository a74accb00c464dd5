/*
 * changer.h -- what the files share that change a zone in place: change.c
 * (rows, pages, the zone's row) and relink.c (the denial chain). Nobody else
 * includes it.
 *
 * Knows: chain.h, runs.h, parts.h.   Must not know: what a change is good for.
 */
#ifndef BAKE_CHANGER_H
#define BAKE_CHANGER_H

#include "bake/change.h"
#include "bake/parts.h"
#include "bake/runs.h"

/* One name that is changed: its RRsets, and the records made of them. */
struct touched {
	const struct name *owner;
	const struct change **change; /* all of this owner; none: only its place in the chain changes */
	size_t n_changes;
	struct rrset *before, *after;
	struct entry *record; /* first those to come, then those that are there */
	size_t n_come, n_records;
};

struct changer {
	struct store *store;
	struct store_txn *t;
	const struct name *apex;
	struct bake_zone zone;
	struct zone_row row;
	struct zonepart part; /* not of a zone in the pool, which is made anew */
	struct chain chain;   /* that the zone has before and afterwards */
	struct arena arena;
	struct touched *touched; /* first those of the changes, ascending by owner */
	size_t n_touched, n_changed, cap_touched;
	struct run_change *link; /* what becomes of the chain's entries, ascending */
	size_t n_links;
	struct entry *record; /* those of the name at hand, while it is baked */
	size_t n_records, cap_records;
	char *why;
};

/* changer_refuse says why not, and gives e. */
enum err changer_refuse(struct changer *c, enum err e, const struct name *owner, const char *what);

/* changer_find finds a name among those of the changes; NULL if none is of this owner. */
const struct touched *changer_find(const struct changer *c, const struct name *owner);

/* changer_touch adds a name that is not among them and keeps its RRsets. */
enum err changer_touch(struct changer *c, const struct name *owner);

/* ---- relink.c: nothing is written before all is prepared ---- */

/* relink_prepare finds out what becomes of the chain, whether that can be done in place, and which names beside
 * those of the changes come to be in it or drop out of it: they are touched. */
enum err relink_prepare(struct changer *c);

/* A name's place in an NSEC3 chain before and after. */
struct chained {
	bool before, after;
	uint8_t hash[NSEC3_HASH_LEN];
};
enum err relink_chained(struct changer *c, const struct name *owner, struct chained *out);

/* relink_apply writes the chain's entries. */
enum err relink_apply(struct changer *c);

#endif
