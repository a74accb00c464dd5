/*
 * tcp.h -- the thread that answers over TCP: many connections, none of which
 * can hold up another.
 *
 *      line:  oldest <-> ... <-> newest        by when a connection was last active
 *
 * The oldest is the next to time out, and the one that makes room when the
 * table is full, descriptors run out or memory for rests does: who came to be
 * served now is never turned away for one that sits still.
 *
 * Knows: conn.h, epoll.   Must not know: DNS.
 */
#ifndef SERVER_TCP_H
#define SERVER_TCP_H

#include "server/worker.h"

struct tcp;

/* tcp_new prepares the thread over n listening sockets, which stay the caller's. idle is in milliseconds.
 * NULL and errno if the system has no memory or descriptors. */
struct tcp *tcp_new(struct worker *w, const int *listeners, size_t n, size_t max, uint32_t idle);
void tcp_free(struct tcp *t);

/* tcp_run is the thread. The drain bell: no new connections, those that are open finish within
 * TCP_DRAIN_MAX; the quit bell: end. */
enum { TCP_DRAIN_MAX = 5000, TCP_DRAIN_IDLE = 1000 }; /* ms */
void *tcp_run(void *t);

#endif
