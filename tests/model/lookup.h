/*
 * lookup.h -- what is in a zone, found by looking at every node of it. The
 * marks that sealing sets on nodes are not trusted: what is a cut or an empty
 * non-terminal is concluded from the records each time.
 *
 * NSEC3 RRsets are invisible here: their owner names do not exist as names
 * (RFC 5155 7.2.8); denial.c finds them by itself.
 */
#ifndef TESTS_MODEL_LOOKUP_H
#define TESTS_MODEL_LOOKUP_H

#include "zone/zone.h"

/* look_node gives the node that owns this name, or NULL. */
const struct node *look_node(const struct zone *z, const struct name *n);

/* look_rrset gives the RRset of this owner and type, if it has records, or NULL. */
const struct rrset *look_rrset(const struct zone *z, const struct name *n, uint16_t type);

/* look_exists: there are records at this name or below it. */
bool look_exists(const struct zone *z, const struct name *n);

/* look_signed: the apex has a signed SOA; without one, DNSSEC has no say in the zone. */
bool look_signed(const struct zone *z);

/* look_cut: the way down from the apex to n first meets a cut at n itself, and no DNAME before. */
bool look_cut(const struct zone *z, const struct name *n);

/* look_below_dname: a name above n, in the zone, owns a DNAME. */
bool look_below_dname(const struct zone *z, const struct name *n);

/* look_glue: n is at or below a name, other than the apex, that owns NS records. */
bool look_glue(const struct zone *z, const struct name *n);

#endif
