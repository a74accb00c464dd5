#include "answer/request.h"

#include "answer/tsig.h"
#include "base/le.h"

static enum verdict error(struct request *r, uint16_t rcode)
{
	r->rcode = rcode;
	return SEND;
}

/* One record behind the question: only OPT and TSIG mean something here. */
static enum verdict read_record(struct request *r, struct rd *in, bool additional, bool last)
{
	struct rd record = *in;
	struct name owner;

	if (*in->at == 0 && rd_left(in) > 0) {
		rd_u8(in);
		owner.len = 1;
	} else {
		name_read(in, &owner);
	}
	uint16_t type = rd_u16(in), class = rd_u16(in);
	uint32_t ttl = rd_u32(in);
	struct rd rdata = rd_sub(in, rd_u16(in));

	if (in->bad)
		return error(r, RCODE_FORMERR);
	if (type == RR_OPT) { /* RFC 6891 6.1.1: one, in the additional section, owned by the root */
		if (r->edns.present || !additional || owner.len != 1)
			return error(r, RCODE_FORMERR);
		edns_read(class, ttl, &r->edns);
		return edns_read_options(rdata, &r->edns) ? NEXT : error(r, RCODE_FORMERR);
	}
	if (type == RR_TSIG) { /* RFC 8945 5.1: the last record; 5.2.1: we have no key of that name */
		r->has_tsig = additional && last && tsig_sound(record);
		r->tsig = record;
		return error(r, r->has_tsig ? RCODE_NOTAUTH : RCODE_FORMERR);
	}
	return NEXT;
}

/* read_records walks over what follows the question. It ends because every record takes at least 11 octets. What
 * is behind the last record is nobody's business. */
static enum verdict read_records(struct request *r, struct rd in)
{
	unsigned additional = (unsigned)(uint16_t)(r->counts >> 32) + (uint16_t)(r->counts >> 16);
	unsigned all = additional + (uint16_t)r->counts;

	for (unsigned i = 0; i < all; i++) {
		if (rd_left(&in) == 0)
			return error(r, RCODE_FORMERR);
		enum verdict v = read_record(r, &in, i >= additional, i + 1 == all);
		if (v != NEXT)
			return v;
	}
	return NEXT;
}

static struct rd records_at(const struct request *r, size_t at)
{
	return (struct rd){ r->octets.p, r->octets.p + at, r->octets.p + r->octets.n, false };
}

/* no_question is for opcodes that nobody knows, and for requests without exactly one question. If the message has
 * the shape of a question all the same, its OPT is answered with an OPT (RFC 6891 6.1.1, 6.1.3); DSO's has not
 * (RFC 8490 5.4). */
static enum verdict no_question(struct request *r, bool known_opcode)
{
	struct rd in = records_at(r, MSG_HEADER);
	struct name name;

	if (r->counts >> 48 == 1) {
		name_read(&in, &name);
		rd_take(&in, 4);
	}
	if (r->counts >> 48 <= 1 && !in.bad)
		read_records(r, in);
	if (known_opcode)
		return error(r, RCODE_FORMERR);
	return error(r, r->edns.version != 0 ? RCODE_BADVERS : RCODE_NOTIMP);
}

/* read_question: exactly one, its name without pointers; then the records. */
static enum verdict read_question(struct request *r, const struct hash_key *key)
{
	const unsigned known = 1U << OPCODE_QUERY | 1U << OPCODE_NOTIFY | 1U << OPCODE_UPDATE;
	bool known_opcode = known >> request_opcode(r) & 1;

	if (!known_opcode || r->counts >> 48 != 1)
		return no_question(r, known_opcode);
	const uint8_t *p = r->octets.p + MSG_HEADER;
	size_t left = r->octets.n - MSG_HEADER, n = qname_scan(p, left, &r->question.name);
	if (n == 0 || left - n < 4)
		return error(r, RCODE_FORMERR);
	qname_hash(p, left, key, &r->question.name);
	r->qtype = get_u16(p + n);
	r->qclass = get_u16(p + n + 2);
	n += 4;
	r->echoed = (uint16_t)(MSG_HEADER + n);
	return read_records(r, records_at(r, r->echoed));
}

void request_read_any(struct view octets, const struct hash_key *key, struct request *out)
{
	const uint8_t *h = octets.p;

	out->verdict = DROP; /* too short to have a header, or an answer */
	if (octets.n < MSG_HEADER || h[2] & FLAG_QR >> 8)
		return;
	out->octets = octets;
	out->rcode = RCODE_NOERROR;
	out->flags = get_u16(h + 2);
	out->echoed = MSG_HEADER;
	out->counts = be64(h + 4);
	out->edns = (struct edns){ .size = MSG_UDP_PLAIN };
	out->has_tsig = false;
	out->verdict = read_question(out, key);
}
