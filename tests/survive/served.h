/*
 * served.h -- one zone of oddities in a database of its own, an answerer over
 * it, and questions from a line of text.
 *
 * Knows: answer/query.h, model/message.h.   Must not know: sockets.
 */
#ifndef TESTS_SURVIVE_SERVED_H
#define TESTS_SURVIVE_SERVED_H

#include "answer/query.h"
#include "tests/model/message.h"

/* served_open compiles the zone "example." of this master file; served_close gives all back. */
void served_open(const char *master);
void served_close(void);

/* What a question is, apart from its name; what is zero is usual: QUERY, IN, no OPT, UDP. */
struct asked {
	const char *qname; /* NULL: host.example. */
	uint16_t qtype, qclass, flags;
	bool tcp, opt, dnssec, nsid;
	uint16_t size; /* of the OPT */
};

/* asked_write writes the request and gives its octets. */
struct view asked_write(const struct asked *q, uint8_t out[600]);

/* served_answer answers into a buffer of its own with a guard behind it: nothing is ever written beyond the
 * transport's room. An empty view: no answer. */
struct view served_answer(struct answerer *a, enum transport how, struct view request);

/* served_message is served_answer by a fresh answerer, taken apart; fails the test if it is no whole message. */
void served_message(const struct asked *q, struct model_message *m);

/* served_options: what answerers are made with; its database's snapshot. */
extern struct answer_options served_options;
extern struct snapshot *served_snapshot;

#endif
