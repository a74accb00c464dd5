#include "server/udp.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>

enum {
	REQUEST_MAX = 4096, /* octets of a request; none we answer is longer */
	ANSWER_MAX = 4096,
	CONTROL_MAX = CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(struct in_pktinfo)),
	ROUNDS_MAX = 16, /* batches from one socket before its neighbours get a turn */
};

/* A place of the batch: a request, and an answer: not always to the same request, as some get none. */
struct slot {
	struct sockaddr_in6 peer; /* room for either family */
	struct iovec request_io, answer_io;
	alignas(struct cmsghdr)
	    uint8_t control[CONTROL_MAX]; /* the address asked; sent back as the one to answer from */
	uint8_t request[REQUEST_MAX];
	uint8_t answer[ANSWER_MAX];
};

struct udp {
	struct worker *worker;
	size_t answer_max;
	size_t n_sockets;
	struct pollfd *poll; /* the sockets, then the bell */
	struct mmsghdr in[QUERY_BATCH], out[QUERY_BATCH];
	struct slot slot[QUERY_BATCH];
};

static void prepare_in(struct udp *u, size_t i)
{
	struct slot *s = &u->slot[i];

	s->request_io = (struct iovec){ s->request, sizeof s->request };
	u->in[i].msg_hdr = (struct msghdr){
		.msg_name = &s->peer,
		.msg_namelen = sizeof s->peer,
		.msg_iov = &s->request_io,
		.msg_iovlen = 1,
		.msg_control = s->control,
		.msg_controllen = sizeof s->control,
	};
}

/* An answer is put where its turn to be sent is; what differs is set by put_out. */
static void prepare_out(struct udp *u, size_t at)
{
	struct slot *s = &u->slot[at];

	s->answer_io = (struct iovec){ s->answer, 0 };
	u->out[at].msg_hdr = (struct msghdr){ .msg_iov = &s->answer_io, .msg_iovlen = 1 };
}

/* reset_in takes back what the kernel changed. */
static void reset_in(struct udp *u, size_t i)
{
	u->in[i].msg_hdr.msg_namelen = sizeof u->slot[i].peer;
	u->in[i].msg_hdr.msg_controllen = sizeof u->slot[i].control;
}

struct udp *udp_new(struct worker *w, const int *sockets, size_t n, size_t answer_max)
{
	struct udp *u = calloc(1, sizeof *u);
	struct pollfd *p = calloc(n + 1, sizeof *p);

	if (u == NULL || p == NULL || answer_max > ANSWER_MAX) {
		free(u);
		free(p);
		return NULL;
	}
	for (size_t i = 0; i < n; i++)
		p[i] = (struct pollfd){ .fd = sockets[i], .events = POLLIN };
	p[n] = (struct pollfd){ .fd = w->bell.drain, .events = POLLIN };
	u->worker = w;
	u->answer_max = answer_max;
	u->n_sockets = n;
	u->poll = p;
	for (size_t i = 0; i < QUERY_BATCH; i++) {
		prepare_in(u, i);
		prepare_out(u, i);
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
static struct view request_of(const struct udp *u, size_t i)
{
	bool cut = (u->in[i].msg_hdr.msg_flags & MSG_TRUNC) != 0;

	return (struct view){ u->slot[i].request, cut ? 0 : u->in[i].msg_len };
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

/* put_out addresses the answer at `at` to who sent request i. */
static void put_out(struct udp *u, size_t at, size_t i, size_t length)
{
	struct msghdr *in = &u->in[i].msg_hdr, *out = &u->out[at].msg_hdr;

	if (in->msg_controllen != 0)
		leave_by_route(in);
	u->slot[at].answer_io.iov_len = length;
	out->msg_name = in->msg_name;
	out->msg_namelen = in->msg_namelen;
	out->msg_control = in->msg_controllen != 0 ? in->msg_control : NULL;
	out->msg_controllen = in->msg_controllen;
}

/* answer_batch answers the first n slots and gives the number of messages to send. */
static size_t answer_batch(struct udp *u, size_t n)
{
	struct worker *w = u->worker;
	const struct snapshot *s = worker_begin(w);
	struct view requests[QUERY_BATCH];
	size_t n_out = 0;

	for (size_t i = 0; i < n; i++)
		requests[i] = request_of(u, i);
	query_touch(w->answerer, s, requests, (unsigned)n);
	for (size_t i = 0; i < n; i++) {
		struct wr out = wr_of(u->slot[n_out].answer, u->answer_max);

		if (query_answer_touched(w->answerer, s, (unsigned)i, &out) == SEND)
			put_out(u, n_out++, i, out.len);
	}
	worker_end(w);
	return n_out;
}

/* send_batch sends what the socket takes now. A full socket drops the rest; a message that cannot be sent at
 * all (port 0, no route) is skipped. Every turn gets at least one message out of the way. */
static void send_batch(struct udp *u, int fd, size_t n)
{
	for (size_t at = 0; at < n;) {
		int sent = sendmmsg(fd, u->out + at, (unsigned)(n - at), MSG_DONTWAIT | MSG_NOSIGNAL);

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
		int n = recvmmsg(fd, u->in, QUERY_BATCH, MSG_DONTWAIT, NULL);

		if (n <= 0)
			return;
		send_batch(u, fd, answer_batch(u, (size_t)n));
		for (int i = 0; i < n; i++)
			reset_in(u, (size_t)i);
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
