/*
 * listen.h -- the sockets. Bound by the parent while it may bind port 53,
 * handed to every front it starts, so that a question waits in a socket while
 * fronts come and go.
 *
 *                  address 0   address 1
 *      thread 0       udp         udp        SO_REUSEPORT: the kernel spreads the
 *      thread 1       udp         udp        clients over the threads
 *                     tcp         tcp        one listener for each address
 *
 * Knows: sockets.   Must not know: DNS, processes.
 */
#ifndef SERVER_LISTEN_H
#define SERVER_LISTEN_H

#include <sys/socket.h>

#include "server/options.h"

enum { ADDRESS_TEXT_MAX = 80 };

struct address {
	struct sockaddr_storage sa;
	socklen_t len;
	char text[ADDRESS_TEXT_MAX]; /* ADDRESS@PORT; with port 0, once bound, the real one */
};

struct listen {
	size_t n_addresses, n_threads;
	struct address address[LISTEN_MAX]; /* known to the parent only */
	int tcp[LISTEN_MAX];
	int *udp; /* n_threads * n_addresses, a thread's side by side */
};

/* address_parse reads "127.0.0.1@53", "::1@53", "fe80::1%eth0@53"; without "@PORT" the port is 53. */
MUST_CHECK bool address_parse(const char *text, struct address *out);

/* listen_open binds all sockets that the options ask for. False: `why` is a line for the operator, nothing
 * is open. A wrong address sets *usage. */
MUST_CHECK bool listen_open(const struct options *o, struct listen *out, char why[256], bool *usage);
void listen_close(struct listen *l);

/* listen_print writes the descriptors as text for listen_take in another process: UDP ones, then TCP ones.
 * False if they do not fit. */
MUST_CHECK bool listen_print(const struct listen *l, char *out, size_t room);

/* listen_take reads that text; the number of threads and addresses is as the options say. */
MUST_CHECK bool listen_take(const struct options *o, const char *text, struct listen *out);

#endif
