#include "answer/edns.h"

enum { OPTION_HEAD = 4, ZONEVERSION_SOA_SERIAL = 0 };

/* Options that change what we do; all others are ignored (RFC 6891 6.1.2). */
static bool option_read(uint16_t code, struct rd value, struct edns *out)
{
	size_t n = rd_left(&value);

	switch (code) {
	case EDNS_NSID:
		out->asked |= ASKED_NSID;
		return true;
	case EDNS_ZONEVERSION:
		out->asked |= ASKED_ZONEVERSION;
		return n == 0; /* RFC 9660 3.1: a query's is empty */
	case EDNS_KEEPALIVE:
		out->asked |= ASKED_KEEPALIVE;
		return n == 0 || n == 2; /* RFC 7828 3.1; a time-out in a query is ignored (3.2.1) */
	default:
		return true;
	}
}

bool edns_read_options(struct rd r, struct edns *out)
{
	while (rd_left(&r) != 0) {
		uint16_t code = rd_u16(&r);
		struct rd value = rd_sub(&r, rd_u16(&r));
		if (r.bad || !option_read(code, value, out))
			return false;
	}
	return rd_done(&r);
}

size_t edns_room_options(const struct edns *e, const struct answer_options *o, bool tcp)
{
	return (e->asked & ASKED_NSID && o->nsid.n != 0 ? OPTION_HEAD + o->nsid.n : 0U) +
	       (e->asked & ASKED_ZONEVERSION ? OPTION_HEAD + 6U : 0U) +
	       (e->asked & ASKED_KEEPALIVE && tcp ? OPTION_HEAD + 2U : 0U);
}

static void put_error(struct wr *out, int ede)
{
	if (ede == EDE_NONE || out->cap - out->len < OPTION_HEAD + 2)
		return;
	wr_u16(out, EDNS_EDE);
	wr_u16(out, 2);
	wr_u16(out, (uint16_t)ede);
}

void edns_write_options(const struct edns *e, const struct edns_answer *a, struct wr *out)
{
	size_t length = out->len;

	if (e->asked & ASKED_NSID && a->options->nsid.n != 0) {
		wr_u16(out, EDNS_NSID);
		wr_u16(out, (uint16_t)a->options->nsid.n);
		wr_view(out, a->options->nsid);
	}
	if (e->asked & ASKED_ZONEVERSION && a->has_version) {
		wr_u16(out, EDNS_ZONEVERSION);
		wr_u16(out, 6);
		wr_u8(out, a->zone_labels);
		wr_u8(out, ZONEVERSION_SOA_SERIAL);
		wr_u32(out, a->serial);
	}
	if (e->asked & ASKED_KEEPALIVE && a->tcp) {
		wr_u16(out, EDNS_KEEPALIVE);
		wr_u16(out, 2);
		wr_u16(out, a->options->keepalive);
	}
	put_error(out, a->ede);
	wr_fill16(out, length);
}
