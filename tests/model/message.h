/*
 * message.h -- a response as the naive twin sees it: three bags of records,
 * no bytes, no order, no size limit.
 *
 *      rcode, aa  |  answer {rr ...}  |  authority {rr ...}  |  additional {rr ...}
 *
 * A message parsed from the wire has its OPT record taken out of the
 * additional section and described apart.
 *
 * Knows: dns/.   Must not know: zones, the database, how answers are made.
 */
#ifndef TESTS_MODEL_MESSAGE_H
#define TESTS_MODEL_MESSAGE_H

#include "base/arena.h"
#include "dns/msg.h"
#include "dns/name.h"
#include "dns/rrtype.h"

enum { MODEL_ANSWER, MODEL_AUTHORITY, MODEL_ADDITIONAL, MODEL_SECTIONS };

/* One record of class IN. */
struct model_rr {
	struct name owner;
	uint16_t type;
	uint32_t ttl;
	struct view rdata; /* wire form, names whole; lives in the message's arena */
};

struct model_section {
	struct model_rr *rr;
	size_t n, cap;
};

struct model_message {
	uint16_t rcode; /* with the upper bits of OPT's, if there is one */
	bool aa;
	struct model_section section[MODEL_SECTIONS];

	/* Only of messages from the wire: */
	uint16_t id, flags;
	struct name qname;
	uint16_t qtype, qclass;
	bool has_question, has_opt;
	uint16_t opt_size, opt_flags;
	struct view opt; /* its options */

	struct arena arena;
};

/* A zeroed message is empty. message_free gives its memory back and leaves it empty. */
void message_free(struct model_message *m);

/* message_add adds a copy of a record, unless the section has the very same record already. */
void message_add(struct model_message *m, int section, const struct name *owner, uint16_t type, uint32_t ttl,
		 struct view rdata);

/* message_parse reads a whole response, strictly: QR set, at most one question, exactly the records the counts
 * promise, every RDATA of its type, one OPT at most and only in the additional section, nothing behind the last
 * record. NULL, or what is wrong. A message that is freed afterwards may be parsed into, also after a failure. */
const char *message_parse(struct view wire, struct model_message *m);

/* message_differs compares rcode, AA and the sections as sets of records: owners and names that a sender may
 * compress regardless of letter case, all else byte for byte; a record that stands twice on one side only is a
 * difference. True if they differ, and then report (cut off at cap) says who has what. */
bool message_differs(const struct model_message *want, const struct model_message *have, char *report, size_t cap);

/* message_print writes the message as text, one record a line, cut off at cap, with a final zero. */
void message_print(const struct model_message *m, char *out, size_t cap);

#endif
