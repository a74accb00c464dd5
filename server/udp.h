/*
 * udp.h -- one thread that answers over UDP on its own sockets.
 *
 *      poll -> recvmmsg -> answers, where the requests stood -> sendmmsg -> recvmmsg ... -> poll
 *
 * All buffers are there from the start; the loop asks for no memory, takes no
 * lock and never waits but in poll. An answer that does not fit the socket's
 * buffer is dropped: the client asks again.
 *
 * Knows: worker.h, sockets.   Must not know: DNS.
 */
#ifndef SERVER_UDP_H
#define SERVER_UDP_H

#include "server/worker.h"

struct udp;

/* udp_new prepares a thread over n sockets, which stay the caller's. NULL if there is no memory. */
struct udp *udp_new(struct worker *w, const int *sockets, size_t n);
void udp_free(struct udp *u);

/* udp_run is the thread: answers until the drain bell rings. */
void *udp_run(void *u);

#endif
