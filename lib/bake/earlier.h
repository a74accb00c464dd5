/*
 * earlier.h -- a zone as the database has it, read by several threads at
 * once: what a compile compares with, and where a signer finds signatures
 * that may stay.
 *
 * Each walk has a read transaction of its own. All of them see the zone as it
 * was when it was opened: if another process commits a change of it in
 * between, walks that begin later fail with ERR_BUSY.
 *
 * Knows: store/store.h.   Must not know: zones in memory, what a walk is for.
 */
#ifndef BAKE_EARLIER_H
#define BAKE_EARLIER_H

#include "store/store.h"

struct earlier {
	struct store *store;
	struct name apex;
	struct zone_row row;
};

/* earlier_open looks the zone up; ERR_NOTFOUND if there is none. What it fills in is only read, by any thread. */
enum err earlier_open(struct store *s, const struct name *apex, struct earlier *out);

/* earlier_is_now: the zone's row in this transaction is the one that was opened. */
bool earlier_is_now(const struct earlier *z, struct store_txn *t, struct zone_row *row);

/* A walk along the rows, as row_walk of the store, from the first at or behind an owner (NULL: the first). */
struct earlier_walk;
enum err earlier_begin(const struct earlier *z, const struct name *from, struct earlier_walk **out);
enum err earlier_next(struct earlier_walk *w, struct row *out);
void earlier_end(struct earlier_walk *w);

#endif
