/*
 * query.h -- a request comes in, an answer goes out. All that a transport
 * needs to know of DNS.
 *
 * The steps are a fixed list: header, question, EDNS, policy, route; then one
 * finish that adds OPT to errors too. No malloc, no lock, no shared counter,
 * no system call.
 *
 * Knows: store/snapshot.h, dns/.   Must not know: sockets, files, zones in memory.
 */
#ifndef ANSWER_QUERY_H
#define ANSWER_QUERY_H

#include "base/base.h"
#include "base/wr.h"
#include "store/snapshot.h"

/* The names of class CHAOS that tell who answers (RFC 4892). */
enum chaos_name { CHAOS_VERSION_BIND, CHAOS_VERSION_SERVER, CHAOS_HOSTNAME_BIND, CHAOS_ID_SERVER, CHAOS_NAMES };

enum { UDP_ANSWER_MAX = 4096 };

/* What the operator chose; shared by all threads, never changed while they run. */
struct answer_options {
	uint16_t udp_size;  /* largest UDP answer, and what our OPT says: 512 to UDP_ANSWER_MAX; 1232 */
	uint16_t keepalive; /* what the TCP keepalive option says, in 100 ms (RFC 7828) */
	const char *chaos[CHAOS_NAMES]; /* what these names answer; NULL: refused */
	struct view nsid;               /* empty: no NSID (RFC 5001) */
	uint16_t nsec3_iterations_max;  /* above: no proofs, EDE 27 (RFC 9276 3.2) */
	bool any_full_over_tcp;         /* RFC 8482: ANY over TCP gets everything */
};

void answer_options_default(struct answer_options *o);

/* One thread's own state: scratch memory and counters. Make one for each thread; it is large. The options must
 * outlive it. NULL: out of memory, or udp_size is out of range. */
struct answerer;
struct answerer *answerer_new(const struct answer_options *o);
void answerer_free(struct answerer *a);

/* Counters of one thread; others may read them at any time (each is a plain 64-bit load). */
struct answer_counters {
	uint64_t queries, dropped, truncated;
	uint64_t rcode[24];
	uint64_t damaged; /* answers that failed because the database is damaged */
};
const struct answer_counters *answerer_counters(const struct answerer *a);

/* answerer_damaged gives the apex whose data was found damaged last, as text; empty if none ever was. */
const char *answerer_damaged(const struct answerer *a);

enum verdict { NEXT, SEND, DROP };
enum transport { TRANSPORT_UDP, TRANSPORT_TCP };

/* query_answer answers one request from a snapshot. `out` must have room for 65,535 octets (TCP) or
 * options.udp_size (UDP) and is empty on entry. SEND: out holds the message. DROP: say nothing; also if `out` has
 * less room. */
enum verdict query_answer(struct answerer *a, const struct snapshot *s, enum transport how, struct view request,
			  struct wr *out);

/* A request, and in its place the answer to it. */
struct exchange {
	uint8_t *p;
	size_t n; /* octets of the request, then of the answer; 0: say nothing */
};

/* query_answer_batch answers at most QUERY_BATCH requests over UDP, all from one snapshot, in stages of which each
 * prefetches for the next. Every place has room for options.udp_size octets, however long its request is. */
enum { QUERY_BATCH = 32 };
void query_answer_batch(struct answerer *a, const struct snapshot *s, struct exchange *x, unsigned n);

#endif
