#include "sec/ds_query.h"

#include "base/rd.h"
#include "dns/msg.h"
#include "dns/rr.h"
#include "dns/rrtype.h"

void ds_question(const struct name *zone, uint16_t id, struct wr *out)
{
	wr_u16(out, id);
	wr_u16(out, OPCODE_QUERY);
	wr_u16(out, 1);
	wr_u16(out, 0);
	wr_u16(out, 0);
	wr_u16(out, 0);
	wr_bytes(out, zone->wire, zone->len);
	wr_u16(out, RR_DS);
	wr_u16(out, CLASS_IN);
}

static const char *const refusals[] = {
	[RCODE_FORMERR] = "answers FORMERR: it does not understand the question",
	[RCODE_SERVFAIL] = "answers SERVFAIL: it cannot answer for the parent now",
	[RCODE_NXDOMAIN] = "answers NXDOMAIN: it knows no such zone",
	[RCODE_NOTIMP] = "answers NOTIMP: it does not know how to answer",
	[RCODE_REFUSED] = "answers REFUSED: it does not serve the parent, or not to us",
};

/* The header, down to the RCODE. */
static const char *wrong_header(uint16_t flags)
{
	const unsigned rcode = flags & FLAG_RCODE;

	if ((flags & FLAG_QR) == 0 || (flags & FLAG_OPCODE) != 0)
		return "sent what is no answer";
	if (rcode >= COUNT_OF(refusals) && rcode != RCODE_NOERROR)
		return "answers with an error that is none for this question";
	if (rcode != RCODE_NOERROR)
		return refusals[rcode];
	if ((flags & FLAG_TC) != 0)
		return "sent a truncated answer over TCP";
	if ((flags & FLAG_AA) == 0)
		return "does not speak for the parent: its answer is not authoritative";
	return NULL;
}

/* The answer section has the DS set and nothing else: no alias, no signatures that nobody asked for. */
static const char *take_set(struct rd *r, unsigned n, const struct name *zone, struct ds_set *out)
{
	struct rr rr;

	for (unsigned i = 0; i < n && rr_read(r, &rr); i++) {
		if (rr.type != RR_DS || rr.class != CLASS_IN || !name_eq(&rr.owner, zone))
			return "answers with other records than the zone's DS set";
		if (out->n == DS_SET_MAX)
			return "answers with more than 64 DS records";
		out->rdata[out->n++] = rd_take(&rr.rdata, rd_left(&rr.rdata));
		if (rr.ttl > out->ttl && rr.ttl >> 31 == 0) /* else it counts as 0 (RFC 2181 8) */
			out->ttl = rr.ttl;
	}
	return NULL;
}

/* Is there the SOA of a zone above? */
static bool vouched(struct rd *r, unsigned n, const struct name *zone)
{
	struct rr rr;

	for (unsigned i = 0; i < n && rr_read(r, &rr); i++)
		if (rr.type == RR_SOA && rr.class == CLASS_IN && name_within(zone, &rr.owner) &&
		    !name_eq(zone, &rr.owner))
			return true;
	return false;
}

const char *ds_answer(struct view msg, const struct name *zone, uint16_t id, struct ds_set *out)
{
	static const char other[] = "sent an answer to another question";
	struct rd r = rd_of(msg);
	struct name asked;

	*out = (struct ds_set){ 0 };
	const uint16_t got_id = rd_u16(&r), flags = rd_u16(&r), questions = rd_u16(&r), answers = rd_u16(&r),
		       authority = rd_u16(&r);
	(void)rd_u16(&r); /* additional records say nothing here */
	if (r.bad)
		return "sent less than a header";
	if (got_id != id)
		return other;
	const char *wrong = wrong_header(flags);
	if (wrong != NULL)
		return wrong;
	name_read(&r, &asked);
	const uint16_t type = rd_u16(&r), class = rd_u16(&r);
	if (r.bad || questions != 1 || !name_eq(&asked, zone) || type != RR_DS || class != CLASS_IN)
		return other;
	wrong = take_set(&r, answers, zone, out);
	bool proven = wrong == NULL && (out->n != 0 || vouched(&r, authority, zone));
	if (r.bad)
		wrong = "sent an answer that is damaged";
	else if (wrong == NULL && !proven)
		wrong =
		    "says that there is no DS set, but not in the name of a zone above: it is not the parent's";
	if (wrong != NULL)
		*out = (struct ds_set){ 0 };
	return wrong;
}
