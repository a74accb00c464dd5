/*
 * verify.h -- is what is stored what baking the rows would give?
 *
 * A zone's rows are read back and baked anew, and every record is looked up
 * the way a query would find it: node by node, entry by entry, byte by byte;
 * and nothing else may be there.
 *
 * Knows: parts.h, store/snapshot.h.   Must not know: terminals.
 */
#ifndef BAKE_VERIFY_H
#define BAKE_VERIFY_H

#include "store/snapshot.h"

struct verify_result {
	uint64_t records, names, wrong;
	char first[512]; /* what the first wrong thing is */
};

/* verify_zone checks one zone. OK: it was done, r->wrong says what came out; else the database cannot be read. */
enum err verify_zone(const struct snapshot *s, const struct name *apex, struct verify_result *r);

/* verify_pool looks at the pool, which all small zones share, for records of none of them: r->wrong of r->records. */
enum err verify_pool(const struct snapshot *s, struct verify_result *r);

#endif
