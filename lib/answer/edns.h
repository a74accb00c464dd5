/*
 * edns.h -- the OPT record (RFC 6891): what a request's says, and ours.
 *
 * Knows: dns/msg.h.   Must not know: the database.
 */
#ifndef ANSWER_EDNS_H
#define ANSWER_EDNS_H

#include "answer/query.h"
#include "base/rd.h"
#include "base/wr.h"
#include "dns/msg.h"
#include "dns/rrtype.h"

struct edns {
	bool present;  /* the request has an OPT: the answer will, too */
	bool dnssec;   /* DO, copied */
	uint8_t asked; /* options that want an answer: ASKED_* */
	uint8_t version;
	uint16_t size; /* the sender's UDP payload size, at least 512; without OPT it is that */
};

enum { ASKED_NSID = 1, ASKED_ZONEVERSION = 2, ASKED_KEEPALIVE = 4 };
enum { OPT_FIXED = 11 }; /* octets of an OPT record without options */

/* edns_read takes the OPT's CLASS and TTL, edns_read_options its RDATA (the reader's whole extent); false:
 * malformed, FORMERR. */
static inline void edns_read(uint16_t class, uint32_t ttl, struct edns *out)
{
	out->present = true;
	out->size = class < MSG_UDP_PLAIN ? MSG_UDP_PLAIN : class; /* RFC 6891 6.2.3 */
	out->version = (uint8_t)(ttl >> 16);
	out->dnssec = ttl & EDNS_DO;
}

MUST_CHECK bool edns_read_options(struct rd rdata, struct edns *out);

/* What the options in our OPT may say. */
struct edns_answer {
	const struct answer_options *options;
	int ede; /* EDE_NONE or an info code (RFC 8914) */
	bool tcp;
	bool has_version; /* ZONEVERSION (RFC 9660): the zone of the answer */
	uint8_t zone_labels;
	uint32_t serial;
};

/* edns_room gives the octets that edns_write will need, but for an extended error; edns_room_options those of the
 * options among them. */
size_t edns_room_options(const struct edns *e, const struct answer_options *o, bool tcp);

static inline size_t edns_room(const struct edns *e, const struct answer_options *o, bool tcp)
{
	if (!e->present)
		return 0;
	return likely(e->asked == 0) ? OPT_FIXED : OPT_FIXED + edns_room_options(e, o, tcp);
}

/* edns_write adds our OPT record without options; edns_write_options adds those, but leaves out an extended error
 * that does not fit. */
static inline void edns_write(const struct edns *e, uint16_t udp_size, uint16_t rcode, struct wr *out)
{
	uint8_t *p = wr_room(out, OPT_FIXED);

	if (p == NULL)
		return;
	p[0] = 0; /* the root */
	put_u16(p + 1, RR_OPT);
	put_u16(p + 3, udp_size);
	put_u32(p + 5, (uint32_t)(rcode >> 4) << 24 | (e->dnssec ? EDNS_DO : 0U));
	put_u16(p + 9, 0);
}

void edns_write_options(const struct edns *e, const struct edns_answer *a, struct wr *out);

#endif
