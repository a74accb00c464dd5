/*
 * rr.h -- an RR as it stands in a message (RFC 1035 4.1.3).
 *
 * Knows: name.h.   Must not know: what RDATA of a type hold.
 */
#ifndef DNS_RR_H
#define DNS_RR_H

#include "dns/name.h"

struct rr {
	struct name owner;
	uint16_t type, class;
	uint32_t ttl;    /* as it stands there: an OPT has other things in it */
	struct rd rdata; /* inside the message, for names may lead out of it */
};

/* rr_read takes the RR at the cursor; false, and the reader is bad: it is cut off, or its owner is no name. */
static inline bool rr_read(struct rd *r, struct rr *out)
{
	name_read(r, &out->owner);
	out->type = rd_u16(r);
	out->class = rd_u16(r);
	out->ttl = rd_u32(r);
	out->rdata = rd_sub(r, rd_u16(r));
	return !r->bad;
}

#endif
