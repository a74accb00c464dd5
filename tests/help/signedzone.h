/*
 * signedzone.h -- a zone with NSEC3 that grows name by name as a signer would
 * let it: one host, its record in the chain and the one before that, the SOA,
 * all with RRSIGs of no meaning; one commit.
 */
#ifndef TESTS_HELP_SIGNEDZONE_H
#define TESTS_HELP_SIGNEDZONE_H

#include "store/store.h"
#include "zone/zone.h"

struct signedzone;

/* signedzone_plan plans a zone of up to `most` hosts: which record of the chain comes before which when the hosts
 * come one after the other. */
struct signedzone *signedzone_plan(const char *origin, unsigned most);
void signedzone_free(struct signedzone *z);

/* signedzone_make gives the zone of the first `n` hosts, sealed. */
struct zone *signedzone_make(const struct signedzone *z, unsigned n);

/* signedzone_compile puts it into the database; signedzone_commit adds host `n` to it, 0 being the first. */
void signedzone_compile(const struct signedzone *z, struct store *s, unsigned n);
void signedzone_commit(const struct signedzone *z, struct store *s, unsigned n);

#endif
