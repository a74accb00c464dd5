/*
 * random_zone.h -- small zones in which everything unusual is usual: names that
 * collide, empty non-terminals, cuts below cuts, glue, occluded data, '*' in
 * every position and of every type, DNAMEs, chains and loops of CNAMEs within and
 * across zones, shared tails, big and small RDATA, unknown types, odd octets,
 * mixed letter case, names near 255 octets; unsigned, or made to look signed.
 *
 * The same seed makes the same zones.
 */
#ifndef TESTS_MODEL_RANDOM_ZONE_H
#define TESTS_MODEL_RANDOM_ZONE_H

#include <stdio.h>

#include "tests/help/rng.h"
#include "zone/zone.h"

enum { GROUP_MAX = 5 };

/* Zones served together: parents and children, strangers, sometimes the root. */
struct zone_group {
	struct zone *zone[GROUP_MAX];
	size_t n;
};

void random_group(struct rng *r, struct zone_group *out);
void group_free(struct zone_group *g);

/* random_label gives a label of the small alphabet the zones are made of, random_case turns some letters over. */
struct view random_label(struct rng *r);
void random_case(struct rng *r, struct name *n);

/* zone_write writes a zone as a master file, to look at or to load elsewhere. */
void zone_write(const struct zone *z, FILE *f);

#endif
