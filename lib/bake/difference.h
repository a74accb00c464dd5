/*
 * difference.h -- what has to change for a zone in the database to become one
 * in memory.
 *
 *      nodes in memory   a      b      c      e         both in canonical order; slices of nodes,
 *      rows              a      b'     d      e         each with its walk along the rows
 *                               |      |
 *      changes                  b      c, not d
 *
 * Knows: earlier.h, change.h, zone/zone.h.   Must not know: pages, who signs.
 */
#ifndef BAKE_DIFFERENCE_H
#define BAKE_DIFFERENCE_H

#include "bake/change.h"
#include "bake/earlier.h"

struct difference {
	struct change *change; /* ascending; their sets are the zone's own */
	size_t n;
	bool too_many;    /* there are more, and the list is of no use */
	uint64_t expires; /* of the zone in memory: the soonest RRSIG expiry, 0: no RRSIGs */
};

/* difference_find compares a sealed zone with its earlier self, by all threads (base/work.h), and stops when more
 * than `most` RRsets differ: in TTL, records, RRSIGs or letter case of the owner. ERR_BUSY: the zone in the
 * database was changed meanwhile; ERR_DAMAGED. difference_free gives back the list, also after a failure. */
enum err difference_find(const struct earlier *was, const struct zone *z, size_t most, struct difference *out);
void difference_free(struct difference *d);

#endif
