/*
 * answering.h -- zones from text in a database of their own, and an answerer
 * to ask; what it says in a few words.
 *
 *      struct answering a;
 *      answering_begin(&a);
 *      answering_zone(&a, "example.", "@ SOA ...");    again and again; a zone that is there is replaced
 *      answering_ready(&a);                            also after more zones
 *      ck_assert_str_eq(answering_tell(&a, TRANSPORT_UDP, request), "NOERROR qr aa 1/1/0/0");
 *      answering_end(&a);
 */
#ifndef TESTS_HELP_ANSWERING_H
#define TESTS_HELP_ANSWERING_H

#include "answer/query.h"
#include "base/arena.h"
#include "dns/msg.h"
#include "tests/model/twin.h"

enum { ANSWERING_ZONES = 16 };

struct answering {
	struct answer_options options; /* change it before the first question */
	struct answerer *answerer;
	struct store *store;
	struct snapshot *snapshot;
	struct zone *zone[ANSWERING_ZONES];
	size_t n_zones;
	uint8_t answer[MSG_MAX];
	size_t n_answer; /* 0: none was given */
};

/* answering_begin also makes the directory; options are the defaults with version "edict", no hostname, NSID
 * "abc". answering_end removes it. */
void answering_begin(struct answering *a);
void answering_end(struct answering *a);

void answering_zone(struct answering *a, const char *origin, const char *text);
/* answering_compile compiles a zone that stays its owner's, and that answering_agrees does not know of. */
void answering_compile(struct answering *a, const struct zone *z);
void answering_drop(struct answering *a, const char *origin);
void answering_ready(struct answering *a);

/* answering_ask asks, over UDP with room for the options' udp_size; false: no answer. */
bool answering_ask(struct answering *a, enum transport how, struct view request);

/* answering_tell asks and says what came: "silence", or RCODE, flags, counts of the sections, OPT:
 *
 *      NOERROR qr aa rd 1/2/0/1 OPT1232 do 3:616263     (option 3 with its octets)
 *      NOTAUTH qr 1/0/0/1 TSIG17
 */
const char *answering_tell(struct answering *a, enum transport how, struct view request);

/* answering_agrees asks over TCP and compares with what the naive twin says; false: report says how they differ.
 */
bool answering_agrees(struct answering *a, const char *name, uint16_t type, bool dnssec, char *report, size_t cap);

/* answering_question asks over TCP, and fails the test if the answer is not what the twin says. */
void answering_question(struct answering *a, const struct twin *t, const struct twin_question *q);

/* answering_twin compiles a twin's zones into a database of their own and asks so many random questions; what is
 * stored must be what baking the rows gives. */
void answering_twin(struct twin *t, unsigned questions);

/* request_of writes a question without anything else. request_opt adds an OPT record (counted) with these options.
 */
void request_of(struct wr *out, const char *name, uint16_t type);
void request_opt(struct wr *out, uint16_t size, uint32_t ttl, struct view options);

#endif
