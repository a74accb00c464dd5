/*
 * model.h -- the naive twin: what an answer has to be, found by reading
 * RFC 1034 4.3.2 aloud over the zone in memory.
 *
 *      question, zones  ->  model_answer  ->  struct model_message
 *
 * It is horribly simple on purpose: every look-up looks at every node, nothing
 * is remembered, and at each step stands the sentence it obeys. Where the RFCs
 * leave room, the comment says so and what was chosen. Its answers are sets of
 * records without a size limit: truncation, EDNS and order are other tests'
 * subjects.
 *
 *      model.c     RFC 1034 4.3.2, 4592, 6672, 8482, 9471: which records
 *      denial.c    RFC 4035 3.1.3, RFC 5155 7.2: which proofs
 *      lookup.c    what is in a zone
 *
 * Knows: zone/zone.h, message.h.   Must not know: the database, baking, the server.
 */
#ifndef TESTS_MODEL_MODEL_H
#define TESTS_MODEL_MODEL_H

#include "tests/model/message.h"
#include "zone/zone.h"

enum {
	MODEL_CHAIN_MAX = 16,       /* CNAME records of one answer, synthesised ones included */
	MODEL_ITERATIONS_MAX = 100, /* the server's default */
};

/* The zones served, sealed, in any order, and the only option that changes an answer's records. */
struct model {
	struct zone *const *zones;
	size_t n_zones;
	uint16_t nsec3_iterations_max; /* chains with more are not used: no proofs (RFC 9276 3.2) */
};

/* model_answer fills *out, which must be empty or zeroed; the caller frees it. qtype is a data type or ANY: never
 * OPT, TKEY, TSIG, IXFR, AXFR, MAILB or MAILA. */
void model_answer(const struct model *m, const struct name *qname, uint16_t qtype, bool dnssec_ok,
		  struct model_message *out);

#endif
