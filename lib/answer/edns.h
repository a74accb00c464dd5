/*
 * edns.h -- the OPT record (RFC 6891): what a request's says, and ours.
 *
 * Knows: dns/msg.h.   Must not know: the database.
 */
#ifndef ANSWER_EDNS_H
#define ANSWER_EDNS_H

#include "answer/query.h"
#include "base/rd.h"

struct edns {
	bool present;      /* the request has an OPT: the answer will, too */
	bool dnssec;       /* DO, copied */
	bool nsid, zoneversion, keepalive;
	uint8_t version;
	uint16_t size;     /* the sender's UDP payload size, at least 512 */
};

/* edns_read takes the OPT's CLASS, TTL and RDATA (the reader's whole extent); false: malformed, FORMERR. */
MUST_CHECK bool edns_read(uint16_t class, uint32_t ttl, struct rd rdata, struct edns *out);

/* What goes into our OPT besides what was asked for. */
struct edns_answer {
	const struct answer_options *options;
	uint16_t rcode;     /* all 12 bits */
	int ede;            /* EDE_NONE or an info code (RFC 8914) */
	bool tcp;
	bool has_version;   /* ZONEVERSION (RFC 9660): the zone of the answer */
	uint8_t zone_labels;
	uint32_t serial;
};

/* edns_room gives the octets that edns_write will need, but for an extended error. */
size_t edns_room(const struct edns *e, const struct answer_options *o, bool tcp);

/* edns_write adds our OPT record; an extended error is left out if it does not fit. */
void edns_write(const struct edns *e, const struct edns_answer *a, struct wr *out);

#endif
