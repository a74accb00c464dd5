/*
 * request.h -- a request as it was read, in one pass, with all that an
 * answer depends on. What is wrong with it is an RCODE.
 *
 *      header | question | what nearly always is one OPT, and may be TSIG or anything
 *
 * Knows: dns/, edns.h.   Must not know: the database.
 */
#ifndef ANSWER_REQUEST_H
#define ANSWER_REQUEST_H

#include "answer/edns.h"
#include "answer/query.h"
#include "dns/qname.h"

/* A name of the chain that begins with the question, and where it stands in the message. */
struct link {
	struct qname name;
	uint16_t at;
};

struct request {
	struct view octets;
	bool plain; /* to be answered; a QUERY of class IN for no special type, with an OPT of version 0 without
		       options or none, and no TSIG; what is marked P is not filled */
	enum verdict verdict; /* P; NEXT: answer it; SEND: with `rcode`; DROP, and nothing below is filled */
	uint16_t rcode;       /* P; RCODE_NOERROR unless SEND */
	uint16_t flags;       /* P */
	uint16_t echoed; /* octets to copy into the answer: header and, if it is sound, question */
	uint16_t qtype;
	uint16_t qclass; /* P */
	uint64_t counts; /* P; of questions, answers, authority and additional records: 16 bits each */
	struct edns edns;
	bool has_tsig;  /* P; and it is answered with BADKEY */
	struct rd tsig; /* P; where that record is */
	struct link question;
};

/* request_read_any reads a request, whatever it may be; its octets must stay as they are until it is answered. */
void request_read_any(struct view octets, const struct hash_key *key, struct request *out);

static inline unsigned request_opcode(const struct request *r)
{
	return (r->flags & FLAG_OPCODE) >> 11;
}

/* ---- what nearly every request is ---- */

/* Of the first eight octets of an OPT those that say: the root, OPT, version 0. Between them are the size and the
 * upper bits of an RCODE, which mean nothing in a request; the last two are flags. Little-endian, like DO. */
#define OPT_PLAIN_MASK 0x00ff000000ffffffU
#define OPT_PLAIN      ((uint64_t)RR_OPT << 16)

/* opt_plain reads an OPT of version 0 without options that is all there is at p. */
static inline bool opt_plain(const uint8_t *p, size_t n, struct edns *out)
{
	if (unlikely(n != OPT_FIXED || (le64(p) & OPT_PLAIN_MASK) != OPT_PLAIN || get_u16(p + 9) != 0))
		return false;
	uint16_t size = get_u16(p + 3);
	*out = (struct edns){ .present = true,
			      .dnssec = p[7] >> 7,
			      .size = likely(size > MSG_UDP_PLAIN) ? size : MSG_UDP_PLAIN };
	return true;
}

/* A QUERY with one question and, in the last bit, perhaps one additional record. */
static inline bool header_plain(const uint8_t *h)
{
	return (h[2] & (FLAG_QR | FLAG_OPCODE) >> 8) == 0 && be64(h + 4) >> 1 == 0x0001000000000000U >> 1;
}

/* request_plain reads a request that is plain; false: it may be, or may not. */
static ALWAYS_INLINE bool request_plain(struct view octets, const struct hash_key *key, struct request *out)
{
	const uint8_t *h = octets.p, *p = h + MSG_HEADER;

	if (unlikely(octets.n < MSG_HEADER || !header_plain(h)))
		return false;
	size_t left = octets.n - MSG_HEADER, n = qname_scan(p, left, &out->question.name);
	if (unlikely(n == 0 || left - n < 4))
		return false;
	uint32_t type_class = get_u32(p + n);
	uint16_t type = (uint16_t)(type_class >> 16);
	if (unlikely((uint16_t)type_class != CLASS_IN || (type >= RR_NXNAME && type <= RR_MAILA)))
		return false;
	n += 4;
	if (unlikely(h[11] == 0))
		out->edns = (struct edns){ .size = MSG_UDP_PLAIN };
	else if (unlikely(!opt_plain(p + n, left - n, &out->edns)))
		return false;
	out->octets = octets;
	out->echoed = (uint16_t)(MSG_HEADER + n);
	out->qtype = type;
	qname_hash(p, left, key, &out->question.name);
	return true;
}

/* request_read is request_read_any for what is mostly plain. */
static ALWAYS_INLINE void request_read(struct view octets, const struct hash_key *key, struct request *out)
{
	out->plain = request_plain(octets, key, out);
	if (unlikely(!out->plain))
		request_read_any(octets, key, out);
}

/* request_asks says whether there is a question to be answered. */
static inline bool request_asks(const struct request *r)
{
	return likely(r->plain) || r->verdict == NEXT;
}

#endif
