/*
 * ds_query.h -- the question for a zone's DS set, and what came back.
 *
 * The answer comes from a server that may be wrong, lame, late or hostile. It
 * is taken only if it is the parent's own word: authoritative and whole, of
 * the id and the question that were sent, and without DS records only if an
 * SOA from above the zone vouches for that: a child's server says "no DS" of
 * its own apex as well (RFC 4035 3.1.4.1).
 *
 * Knows: dns/.   Must not know: sockets, keys.
 */
#ifndef SEC_DS_QUERY_H
#define SEC_DS_QUERY_H

#include "base/base.h"
#include "base/wr.h"
#include "dns/name.h"

enum { DS_QUESTION_MAX = 12 + NAME_WIRE_MAX + 4, DS_SET_MAX = 64 };

/* A DS set; its RDATAs view the message. */
struct ds_set {
	uint32_t ttl; /* the largest; 0: of an empty set */
	unsigned n;
	struct view rdata[DS_SET_MAX];
};

/* ds_question appends the message that asks for the DS set of a zone, without recursion. */
void ds_question(const struct name *zone, uint16_t id, struct wr *out);

/* ds_answer takes the message apart that came back. It gives NULL, or what is wrong with it in words that go on
 * from "it ". */
const char *ds_answer(struct view msg, const struct name *zone, uint16_t id, struct ds_set *out);

#endif
