/*
 * parent.h -- asks a server of the parent for a zone's DS set.
 *
 * This is the one place in zonec that speaks to the network. One question over
 * TCP to an address that the operator wrote down; from the first packet to the
 * last it takes five seconds at most.
 *
 * Knows: sec/ds_query.h, sockets.   Must not know: keys, policies' meaning.
 */
#ifndef ZONEC_PARENT_H
#define ZONEC_PARENT_H

#include "keys/policy.h"
#include "sec/ds_query.h"

/* parent_ask gives NULL and the set, which is good until the next call; or what went wrong, in words that go on
 * from "it " and are good as long. A server that said nothing is not asked again by this process: with a list of
 * many zones, each would wait for it. */
const char *parent_ask(const struct policy_parent *server, const struct name *zone, struct ds_set *out);

#endif
