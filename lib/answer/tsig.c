#include "answer/tsig.h"

#include "dns/name.h"
#include "dns/rrtype.h"

enum { TSIG_BADKEY = 17, TIME_AND_FUDGE = 8 };

/* RFC 8945 4.2, but for what only whoever has the key would look at. */
struct tsig {
	struct name key, algorithm;
	struct view when; /* time signed, fudge */
	uint16_t id;      /* of the request as it was signed */
};

static bool tsig_read(struct rd r, struct tsig *t)
{
	name_read(&r, &t->key);
	uint16_t type = rd_u16(&r), class = rd_u16(&r);
	uint32_t ttl = rd_u32(&r);
	struct rd rdata = rd_sub(&r, rd_u16(&r));

	name_read_plain(&rdata, &t->algorithm);
	t->when = rd_take(&rdata, TIME_AND_FUDGE);
	rd_take(&rdata, rd_u16(&rdata)); /* the MAC */
	t->id = rd_u16(&rdata);
	rd_u16(&rdata);                  /* error */
	rd_take(&rdata, rd_u16(&rdata)); /* other data */
	return !r.bad && rd_done(&rdata) && type == RR_TSIG && class == CLASS_ANY && ttl == 0;
}

bool tsig_sound(struct rd record)
{
	struct tsig t;

	return tsig_read(record, &t);
}

bool tsig_badkey(struct rd record, struct wr *out)
{
	struct wr before = *out;
	struct tsig t;

	if (!tsig_read(record, &t))
		return false;
	wr_bytes(out, t.key.wire, t.key.len);
	wr_u16(out, RR_TSIG);
	wr_u16(out, CLASS_ANY);
	wr_u32(out, 0);
	size_t length = wr_hole16(out);
	wr_bytes(out, t.algorithm.wire, t.algorithm.len);
	wr_view(out, t.when);
	wr_u16(out, 0); /* no MAC: there is no key to make one with */
	wr_u16(out, t.id);
	wr_u16(out, TSIG_BADKEY);
	wr_u16(out, 0);
	wr_fill16(out, length);
	if (!out->full)
		return true;
	*out = before;
	return false;
}
