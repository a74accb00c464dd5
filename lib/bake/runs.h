/*
 * runs.h -- puts the entries of a denial chain in their pages (store/run.h),
 * and changes them there, one page at a time.
 *
 *      separator  |  ""        k3       k7              all keys of a run are at or above its separator
 *      run        |  k1 k2     k3 k5    k7 k8 k9        and below that of the next
 *
 * A run that gets too full splits; one that gets nearly empty joins the next
 * if there is room for both; an empty one goes, for a look-up expects an
 * entry in each. What stands in front of the first entry is the last: that is
 * for who reads.
 *
 * Knows: store/.   Must not know: zones, RRs.
 */
#ifndef BAKE_RUNS_H
#define BAKE_RUNS_H

#include "base/arena.h"
#include "store/run.h"
#include "store/store.h"

/* runs_all writes the chain of a new image: entries ascending, appended to the build slice by slice. runs_new does
 * it in one write transaction: for an image that is still small. ERR_SPACE: an entry is larger than a page can be.
 */
enum err runs_all(struct build *b, size_t psize, uint64_t image, uint8_t kind, const struct run_entry *e,
		  size_t n);
enum err runs_new(struct store_txn *t, size_t psize, uint64_t image, uint8_t kind, const struct run_entry *e,
		  size_t n);

/* One entry that comes, replaces the one with its key, or goes. */
struct run_change {
	struct run_entry entry; /* if it goes, only the key counts; that it is not there is no failure */
	bool gone;
};

/* runs_apply changes a chain in a write transaction; changes ascend by key, and no key is there twice. */
enum err runs_apply(struct store_txn *t, size_t psize, uint64_t image, uint8_t kind, const struct run_change *c,
		    size_t n, struct arena *scratch);

/* runs_more_than: a chain has more than so many entries. It looks at no more pages than it takes to tell. */
enum err runs_more_than(struct store_txn *t, uint64_t image, size_t n, bool *out);

#endif
