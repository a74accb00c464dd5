#include "server/udp.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>

enum {
	DATAGRAM_MAX = UDP_ANSWER_MAX, /* octets of an answer, and of a request: none we answer is longer */
	CONTROL_MAX = CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(struct in_pktinfo)),
	ROUNDS_MAX = 16, /* batches from one socket before its neighbours get a turn */
};

/* A message's place: a request, then the answer to it. */
struct slot {
	struct sockaddr_in6 peer; /* room for either family */
	struct iovec io;
	alignas(struct cmsghdr)
	    uint8_t control[CONTROL_MAX]; /* the address asked; sent back as the one to answer from */
	uint8_t octets[DATAGRAM_MAX];
};

struct udp {
	struct worker *worker;
	size_t n_sockets;
	struct pollfd *poll;                 /* the sockets, then the bell */
	struct mmsghdr message[QUERY_BATCH]; /* a request comes in one, and its answer goes back in it */
	struct exchange exchange[QUERY_BATCH];
	struct slot slot[QUERY_BATCH];
};

static void prepare_message(struct mmsghdr *m, struct slot *s)
{
	s->io.iov_base = s->octets;
	m->msg_hdr =
	    (struct msghdr){ .msg_name = &s->peer, .msg_iov = &s->io, .msg_iovlen = 1, .msg_control = s->control };
}

static struct slot *slot_of(const struct mmsghdr *m)
{
	return m->msg_hdr.msg_name; /* the peer is what a slot begins with */
}

/* expect_request makes a message ready to be received into. */
static inline void expect_request(struct mmsghdr *m)
{
	struct slot *s = slot_of(m);

	s->io.iov_len = sizeof s->octets;
	m->msg_hdr.msg_namelen = sizeof s->peer;
	m->msg_hdr.msg_controllen = sizeof s->control;
}

struct udp *udp_new(struct worker *w, const int *sockets, size_t n)
{
	struct udp *u = calloc(1, sizeof *u);
	struct pollfd *p = calloc(n + 1, sizeof *p);

	if (u == NULL || p == NULL) {
		free(u);
		free(p);
		return NULL;
	}
	for (size_t i = 0; i < n; i++)
		p[i] = (struct pollfd){ .fd = sockets[i], .events = POLLIN };
	p[n] = (struct pollfd){ .fd = w->bell.drain, .events = POLLIN };
	u->worker = w;
	u->n_sockets = n;
	u->poll = p;
	for (size_t i = 0; i < QUERY_BATCH; i++) {
		prepare_message(&u->message[i], &u->slot[i]);
		expect_request(&u->message[i]);
	}
	return u;
}

void udp_free(struct udp *u)
{
	if (u != NULL)
		free(u->poll);
	free(u);
}

/* A request that was cut is answered with nothing: what is left of it is not what was asked. */
static struct exchange exchange_of(const struct mmsghdr *m)
{
	bool cut = (m->msg_hdr.msg_flags & MSG_TRUNC) != 0;

	return (struct exchange){ slot_of(m)->octets, cut ? 0 : m->msg_len };
}

/* leave_by_route turns "this was asked at address A, interface I" into "answer from A": the interface is the
 * routing table's choice, but for link-local addresses, which mean nothing without one. */
static void leave_by_route(struct msghdr *m)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c != NULL; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
			struct in_pktinfo *p = (struct in_pktinfo *)(void *)CMSG_DATA(c);
			p->ipi_ifindex = 0;
		} else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
			struct in6_pktinfo *p = (struct in6_pktinfo *)(void *)CMSG_DATA(c);
			if (!IN6_IS_ADDR_LINKLOCAL(&p->ipi6_addr))
				p->ipi6_ifindex = 0;
		}
	}
}

/* put_answer makes a message whose request was read one that can be sent. */
static inline void put_answer(struct mmsghdr *m, size_t length)
{
	slot_of(m)->io.iov_len = length;
	if (m->msg_hdr.msg_controllen != 0)
		leave_by_route(&m->msg_hdr);
}

static void swap(struct mmsghdr *a, struct mmsghdr *b)
{
	struct mmsghdr was = *a;

	*a = *b;
	*b = was;
}

/* answer_batch answers the first n messages, moves those to be sent to the front, and gives their number. */
static size_t answer_batch(struct udp *u, size_t n)
{
	struct worker *w = u->worker;
	const struct snapshot *s = worker_begin(w);
	struct exchange *x = u->exchange;
	struct mmsghdr *to = u->message;

	for (size_t i = 0; i < n; i++)
		x[i] = exchange_of(&u->message[i]);
	query_answer_batch(w->answerer, s, x, (unsigned)n);
	for (size_t i = 0; i < n; i++) {
		struct mmsghdr *m = &u->message[i];

		if (unlikely(x[i].n == 0))
			continue;
		put_answer(m, x[i].n);
		if (unlikely(to != m))
			swap(to, m);
		to++;
	}
	worker_end(w);
	return (size_t)(to - u->message);
}

/* send_batch sends what the socket takes now. A full socket drops the rest; a message that cannot be sent at
 * all (port 0, no route) is skipped. Every turn gets at least one message out of the way. */
static void send_batch(struct udp *u, int fd, size_t n)
{
	for (size_t at = 0; at < n;) {
		int sent = sendmmsg(fd, u->message + at, (unsigned)(n - at), MSG_DONTWAIT | MSG_NOSIGNAL);

		if (sent > 0)
			at += (size_t)sent;
		else if (errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM)
			return;
		else if (errno != EINTR)
			at++;
	}
}

static void serve_socket(struct udp *u, int fd)
{
	for (int round = 0; round < ROUNDS_MAX; round++) {
		int n = recvmmsg(fd, u->message, QUERY_BATCH, MSG_DONTWAIT, NULL);

		if (n <= 0)
			return;
		send_batch(u, fd, answer_batch(u, (size_t)n));
		for (int i = 0; i < n; i++)
			expect_request(&u->message[i]);
		if (n < QUERY_BATCH)
			return;
	}
}

void *udp_run(void *arg)
{
	struct udp *u = arg;
	const struct pollfd *bell = &u->poll[u->n_sockets];

	for (;;) {
		if (poll(u->poll, u->n_sockets + 1, -1) < 0 && errno != EINTR)
			break;
		if (bell->revents != 0)
			break;
		for (size_t i = 0; i < u->n_sockets; i++)
			if (u->poll[i].revents != 0)
				serve_socket(u, u->poll[i].fd);
	}
	atomic_store(u->worker->alive, false);
	return NULL;
}
