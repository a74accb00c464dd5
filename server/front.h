/*
 * front.h -- the process that reads packets from the Internet and can do
 * nothing else: not root, the database mapped read-only, sockets inherited.
 *
 *      main thread:  parent's words, new commits, the log     (renew.h)
 *      threads 0..n: UDP                                      (udp.h)
 *      thread n+1:   TCP                                      (tcp.h)
 *
 * Knows: everything in this room but the parent.   Must not know: DNS.
 */
#ifndef SERVER_FRONT_H
#define SERVER_FRONT_H

#include "server/options.h"

/* front_run serves until the parent says otherwise or is gone, and gives the exit code. */
int front_run(const struct options *o);

#endif
