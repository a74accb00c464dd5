/*
 * zonediff.h -- in what do two zones differ?
 */
#ifndef TESTS_HELP_ZONEDIFF_H
#define TESTS_HELP_ZONEDIFF_H

#include "zone/zone.h"

/* What may differ: the serial, in SOA and ZONEMD; when signatures begin and end, and so what they are. A digest
 * over the zone may differ with either. */
enum { BUT_SERIAL = 1, BUT_SIGNATURES = 2 };

/* zone_differs compares two sealed zones: names in their letter case, TTLs, records and RRSIGs, and the order of
 * all of these. NULL: they are the same; else what differs first, good until the next call. */
const char *zone_differs(const struct zone *a, const struct zone *b, unsigned but);

#endif
