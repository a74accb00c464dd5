#include "answer/edns.h"

#include "dns/msg.h"
#include "dns/rrtype.h"

enum { OPT_FIXED = 11, OPTION_HEAD = 4, ZONEVERSION_SOA_SERIAL = 0 };

/* Options that change what we do; all others are ignored (RFC 6891 6.1.2). */
static bool option_read(uint16_t code, struct rd value, struct edns *out)
{
	size_t n = rd_left(&value);

	switch (code) {
	case EDNS_NSID:
		out->nsid = true;
		return true;
	case EDNS_ZONEVERSION:
		out->zoneversion = true;
		return n == 0; /* RFC 9660 3.1: a query's is empty */
	case EDNS_KEEPALIVE:
		out->keepalive = true;
		return n == 0 || n == 2; /* RFC 7828 3.1; a time-out in a query is ignored (3.2.1) */
	default:
		return true;
	}
}

bool edns_read(uint16_t class, uint32_t ttl, struct rd r, struct edns *out)
{
	out->present = true;
	out->size = class < MSG_UDP_PLAIN ? MSG_UDP_PLAIN : class; /* RFC 6891 6.2.3 */
	out->version = (uint8_t)(ttl >> 16);
	out->dnssec = ttl & EDNS_DO;
	while (rd_left(&r) != 0) {
		uint16_t code = rd_u16(&r);
		struct rd value = rd_sub(&r, rd_u16(&r));
		if (r.bad || !option_read(code, value, out))
			return false;
	}
	return rd_done(&r);
}

size_t edns_room(const struct edns *e, const struct answer_options *o, bool tcp)
{
	if (!e->present)
		return 0;
	if (likely(!(e->nsid || e->zoneversion || e->keepalive)))
		return OPT_FIXED;
	return OPT_FIXED + (e->nsid && o->nsid.n != 0 ? OPTION_HEAD + o->nsid.n : 0U) +
	       (e->zoneversion ? OPTION_HEAD + 6U : 0U) + (e->keepalive && tcp ? OPTION_HEAD + 2U : 0U);
}

static void put_error(struct wr *out, int ede)
{
	if (ede == EDE_NONE || out->cap - out->len < OPTION_HEAD + 2)
		return;
	wr_u16(out, EDNS_EDE);
	wr_u16(out, 2);
	wr_u16(out, (uint16_t)ede);
}

void edns_write(const struct edns *e, const struct edns_answer *a, struct wr *out)
{
	uint8_t *p = wr_room(out, OPT_FIXED);

	if (p == NULL)
		return;
	p[0] = 0; /* the root */
	put_u16(p + 1, RR_OPT);
	put_u16(p + 3, a->options->udp_size);
	put_u32(p + 5, (uint32_t)(a->rcode >> 4) << 24 | (e->dnssec ? EDNS_DO : 0U));
	put_u16(p + 9, 0);
	size_t length = out->len;
	if (likely(!(e->nsid || e->zoneversion || e->keepalive) && a->ede == EDE_NONE))
		return;
	if (e->nsid && a->options->nsid.n != 0) {
		wr_u16(out, EDNS_NSID);
		wr_u16(out, (uint16_t)a->options->nsid.n);
		wr_view(out, a->options->nsid);
	}
	if (e->zoneversion && a->has_version) {
		wr_u16(out, EDNS_ZONEVERSION);
		wr_u16(out, 6);
		wr_u8(out, a->zone_labels);
		wr_u8(out, ZONEVERSION_SOA_SERIAL);
		wr_u32(out, a->serial);
	}
	if (e->keepalive && a->tcp) {
		wr_u16(out, EDNS_KEEPALIVE);
		wr_u16(out, 2);
		wr_u16(out, a->options->keepalive);
	}
	put_error(out, a->ede);
	wr_fill16(out, length);
}
