/*
 * request.h -- a request as it was read: once, in one pass, with all that an
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
	enum verdict verdict; /* NEXT: answer it; SEND: answer with `rcode`; DROP, and nothing below is filled */
	uint16_t rcode;       /* RCODE_NOERROR unless SEND */
	uint16_t flags;
	uint16_t echoed; /* octets to copy into the answer: header and, if it is sound, question */
	uint16_t qtype, qclass;
	uint64_t counts; /* of questions, answers, authority and additional records: 16 bits each */
	struct edns edns;
	bool has_tsig;  /* and it is answered with BADKEY */
	struct rd tsig; /* where that record is */
	struct link question;
};

/* request_read reads a request, whose octets must stay as they are until it is answered. */
void request_read(struct view octets, const struct hash_key *key, struct request *out);

static inline unsigned request_opcode(const struct request *r)
{
	return (r->flags & FLAG_OPCODE) >> 11;
}

#endif
