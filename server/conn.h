/*
 * conn.h -- one TCP connection: what came and is not answered yet, what was
 * answered and is not sent yet.
 *
 *      recv ---> desk.in ---> answers ---> desk.out ---> send
 *                   |                          |
 *                   +--> conn.in (a rest)      +--> conn.out (a rest)
 *
 * The desk is the thread's: two big buffers that every connection works on in
 * turn. A connection owns memory only while it has a rest: part of a request,
 * or answers that the client does not take. While there are answers to send,
 * nothing is read (RFC 7766 6.2.1 asks for pipelining, not for patience), so
 * both rests are bounded: 64 KiB of requests, 128 KiB of answers. All rests
 * together are bounded by the desk.
 *
 * Because EOF is read only after all that came before it is answered and
 * sent, a client that asks and closes its half gets its answers.
 *
 * Knows: worker.h, sockets.   Must not know: epoll, other connections.
 */
#ifndef SERVER_CONN_H
#define SERVER_CONN_H

#include "server/worker.h"

enum {
	CONN_MESSAGE_MAX = 2 + 65535,    /* RFC 1035 4.2.2: two octets of length, then the message */
	DESK_OUT = 2 * CONN_MESSAGE_MAX, /* several answers leave in one segment */
	DESK_RESTS_MAX = 12 << 20,       /* octets of all rests: the front stays below 32 MiB */
};

/* Octets that a connection keeps: at..n of p, with room for cap. */
struct rest {
	uint8_t *p;
	uint32_t at, n, cap;
};

struct conn {
	int fd;          /* -1: free */
	bool writes;     /* waits for room to send, else for something to read */
	bool stirred;    /* asked something whole, or took some of its answers, since this was last set false */
	uint64_t active; /* ms: when it last did */
	struct conn *older, *newer;
	struct rest in, out;
};

struct desk {
	struct worker *worker;
	size_t rests; /* octets that connections hold */
	uint8_t in[CONN_MESSAGE_MAX];
	uint8_t out[DESK_OUT];
};

enum conn_wants { CONN_WANTS_READ, CONN_WANTS_WRITE, CONN_WANTS_CLOSE, CONN_WANTS_MEMORY };

/* conn_serve does what can be done now without waiting: sends, reads once, answers, sends. The result says
 * what to wait for; CONN_WANTS_MEMORY: all rests are taken, make others give theirs back or close this one
 * (it is of no use any more). */
enum conn_wants conn_serve(struct conn *c, struct desk *d);

/* conn_drop gives back what the connection holds; the descriptor is the caller's. */
void conn_drop(struct conn *c, struct desk *d);

/* conn_busy is true if something is half read or half sent. */
static inline bool conn_busy(const struct conn *c)
{
	return c->in.p != NULL || c->out.p != NULL;
}

#endif
