/*
 * editing.h -- what happens to a zone's file from one day to the next: records
 * come, go and become others, at random.
 */
#ifndef TESTS_HELP_EDITING_H
#define TESTS_HELP_EDITING_H

#include "tests/help/rng.h"
#include "zone/zone.h"

/* zone_edited gives a sealed copy in which so many of a hundred names were edited: RRsets gone, with fewer
 * records, another TTL or letter case; cuts, DS records, wildcards and other names that are new, with empty
 * non-terminals above them. The SOA stays, perhaps with another TTL, minimum or serial. */
struct zone *zone_edited(struct rng *r, const struct zone *z, uint32_t percent);

/* zone_with_serial gives a sealed copy whose SOA has this serial. */
struct zone *zone_with_serial(const struct zone *z, uint32_t serial);

#endif
