#include "zonec/parent.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "dns/msg.h"

enum { ASK_MS = 5000, SILENT_MAX = 64 };

static char why[160];

/* One conversation. */
struct talk {
	int fd;
	int64_t until; /* milliseconds of the monotonic clock */
};

static int64_t clock_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* failed puts what the system says into words. */
static const char *failed(const char *doing, int error)
{
	(void)snprintf(why, sizeof why, "%s: %s", doing, strerror(error));
	return why;
}

static const char silent[] = "did not answer within 5 seconds";

/* ready waits until the socket can be read or written. */
static const char *ready(const struct talk *t, short events)
{
	struct pollfd p = { .fd = t->fd, .events = events };

	for (;;) {
		const int64_t left = t->until - clock_ms();
		const int n = left > 0 ? poll(&p, 1, (int)left) : 0;

		if (n > 0)
			return NULL;
		if (n == 0)
			return silent;
		if (errno != EINTR)
			return failed("could not be waited for", errno);
	}
}

static socklen_t address_of(const struct policy_parent *server, struct sockaddr_storage *out)
{
	struct sockaddr_in in4 = { .sin_family = AF_INET, .sin_port = htons(server->port) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(server->port) };

	memcpy(&in4.sin_addr, server->ip, sizeof in4.sin_addr);
	memcpy(&in6.sin6_addr, server->ip, sizeof in6.sin6_addr);
	memset(out, 0, sizeof *out);
	memcpy(out, server->len == 16 ? (const void *)&in6 : &in4, server->len == 16 ? sizeof in6 : sizeof in4);
	return server->len == 16 ? sizeof in6 : sizeof in4;
}

static const char *begin(struct talk *t, const struct policy_parent *server)
{
	struct sockaddr_storage a;
	socklen_t n = address_of(server, &a), room = sizeof(int);
	int error = 0;

	t->until = clock_ms() + ASK_MS;
	t->fd = socket(a.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (t->fd < 0)
		return failed("cannot be asked from here", errno);
	if (connect(t->fd, (const struct sockaddr *)&a, n) == 0)
		return NULL;
	if (errno != EINPROGRESS)
		return failed("cannot be reached", errno);
	const char *wrong = ready(t, POLLOUT);
	if (wrong == NULL && getsockopt(t->fd, SOL_SOCKET, SO_ERROR, &error, &room) == 0 && error != 0)
		wrong = failed("cannot be reached", error);
	return wrong;
}

static const char *put_all(const struct talk *t, struct view octets)
{
	while (octets.n > 0) {
		const char *wrong = ready(t, POLLOUT);
		if (wrong != NULL)
			return wrong;
		const ssize_t n = send(t->fd, octets.p, octets.n, MSG_NOSIGNAL);
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return failed("did not take the question", errno);
		if (n > 0)
			octets = view_of(octets.p + n, octets.n - (size_t)n);
	}
	return NULL;
}

static const char *take_all(const struct talk *t, uint8_t *to, size_t wanted)
{
	while (wanted > 0) {
		const char *wrong = ready(t, POLLIN);
		if (wrong != NULL)
			return wrong;
		const ssize_t n = recv(t->fd, to, wanted, 0);
		if (n == 0)
			return "closed the connection before its answer was there";
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return failed("broke the connection off", errno);
		if (n > 0) {
			to += n;
			wanted -= (size_t)n;
		}
	}
	return NULL;
}

/* converse sends the question and takes the answer, each behind its length (RFC 1035 4.2.2). */
static const char *converse(const struct talk *t, const struct name *zone, struct ds_set *out)
{
	static uint8_t answer[MSG_MAX];
	uint8_t question[2 + DS_QUESTION_MAX], length[2];
	struct wr w = wr_of(question, sizeof question);
	uint16_t id = 0;

	if (getrandom(&id, sizeof id, 0) != (ssize_t)sizeof id)
		return failed("was not asked: no random number", errno);
	size_t hole = wr_hole16(&w);
	ds_question(zone, id, &w);
	wr_fill16(&w, hole);
	const char *wrong = put_all(t, wr_view_of(&w));
	if (wrong == NULL)
		wrong = take_all(t, length, sizeof length);
	if (wrong == NULL)
		wrong = take_all(t, answer, get_u16(length));
	if (wrong == NULL)
		wrong = ds_answer(view_of(answer, get_u16(length)), zone, id, out);
	return wrong;
}

/* Servers that said nothing. */
static struct policy_parent quiet[SILENT_MAX];
static size_t n_quiet;

static bool is_quiet(const struct policy_parent *server)
{
	for (size_t i = 0; i < n_quiet; i++)
		if (memcmp(quiet[i].ip, server->ip, sizeof server->ip) == 0 && quiet[i].len == server->len &&
		    quiet[i].port == server->port)
			return true;
	return false;
}

const char *parent_ask(const struct policy_parent *server, const struct name *zone, struct ds_set *out)
{
	struct talk t;

	*out = (struct ds_set){ 0 };
	if (is_quiet(server))
		return "is not asked again: it did not answer when another zone was asked for";
	const char *wrong = begin(&t, server);
	if (wrong == NULL)
		wrong = converse(&t, zone, out);
	if (t.fd >= 0)
		(void)close(t.fd);
	if (wrong == silent && n_quiet < SILENT_MAX)
		quiet[n_quiet++] = *server;
	return wrong;
}
