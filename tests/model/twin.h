/*
 * twin.h -- the differential test in a few lines: random zones, random
 * questions, and whether a response says what the naive twin says.
 *
 *      struct twin t;
 *      twin_open(&t, seed);                          t.zones: compile these
 *      struct twin_question q = twin_question(&t);   again and again
 *      twin_request(&q, &request);                   ask the server
 *      twin_agrees(&t, &q, response, report, sizeof report)
 *      twin_close(&t);
 */
#ifndef TESTS_MODEL_TWIN_H
#define TESTS_MODEL_TWIN_H

#include "tests/model/model.h"
#include "tests/model/random_zone.h"

struct twin {
	struct rng rng;
	struct zone_group zones;
	uint16_t nsec3_iterations_max; /* MODEL_ITERATIONS_MAX, unless changed */
};

struct twin_question {
	struct name qname;
	uint16_t qtype;
	bool dnssec_ok;
};

void twin_open(struct twin *t, uint64_t seed);
void twin_close(struct twin *t);

/* twin_question gives the next random question: existing names, their parents, children and neighbours, NSEC3
 * owners, nonsense; types that are there and types that are not. */
struct twin_question twin_question(struct twin *t);

/* twin_request writes the query, with an OPT of size 65535 and the DO flag if it asks for DNSSEC, without OPT
 * otherwise. */
void twin_request(const struct twin_question *q, uint16_t id, struct wr *out);

/* twin_agrees parses the response and compares it with the model's answer. False: report says what the question
 * was and where they differ. A response with TC set is a difference: ask over TCP. */
bool twin_agrees(const struct twin *t, const struct twin_question *q, struct view response, char *report,
		 size_t cap);

#endif
