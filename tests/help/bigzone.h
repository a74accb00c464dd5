/*
 * bigzone.h -- a zone changed name by name, as an endless stream of updates
 * would: one name, one SOA, one commit.
 */
#ifndef TESTS_HELP_BIGZONE_H
#define TESTS_HELP_BIGZONE_H

#include "store/store.h"
#include "tests/help/figures.h"
#include "zone/zone.h"

/* bigzone_make makes an unsigned zone in memory, sealed: an SOA, an NS, and `names` hosts, numbers 0 .. names - 1,
 * with one address each. Host names are spread, so that neighbours by number are none in the zone. */
struct zone *bigzone_make(const char *origin, unsigned names);

/* bigzone_compile puts such a zone into the database. */
void bigzone_compile(struct store *s, const char *origin, unsigned names);

/* bigzone_commit gives host `number` the address `value`, raises the serial to it, and commits. */
void bigzone_commit(struct store *s, const char *origin, unsigned number, uint32_t value);

/* bigzone_cost measures what a commit costs (figures.h): hosts from .. from + n - 1, added or changed, a commit
 * each. */
struct cost bigzone_cost(struct store *s, const char *origin, unsigned from, unsigned n, uint32_t value);

/* bigzone_figure notes what a commit costs. */
void bigzone_figure(const char *what, struct cost c);

#endif
