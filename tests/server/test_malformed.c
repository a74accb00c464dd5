/*
 * Packets that nobody should send. The server lives, never answers an answer,
 * and a sane question behind them is answered.
 */
#include "tests/help/run.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/wr.h"
#include "dns/rrtype.h"
#include "tests/help/tempdb.h"
#include "tests/server/harness.h"

enum { SANE = 0xfffe, NEVER = 0xdead, MESSAGE_MAX = 256, EVERY = 24 };

static struct served server;

static void begin(void)
{
	const char *dir = served_database();
	struct store *db = tempdb_open(0);

	served_compile(db, BYTES("\7example\0"), 1, 40, 3);
	store_close(db);
	served_start(&server, dir, NULL);
}

static void end(void)
{
	served_stop(&server);
	ck_assert_msg(strstr(server.said, "was ended by signal") == NULL, "%s", server.said);
	tempdb_remove();
}

/* A client that sends anything, and every now and then sees to it that the server still answers. */
struct pest {
	int fd;
	bool tcp;
	unsigned sent;
};

static struct pest pest_of(bool tcp)
{
	return (struct pest){ tcp ? client_tcp(&server) : client_udp(&server), tcp, 0 };
}

/* Whatever was answered on the connection is read to its end before another is opened. */
static void again(struct pest *p)
{
	int id;

	(void)shutdown(p->fd, SHUT_WR);
	while ((id = client_hear_tcp(p->fd)) >= 0)
		ck_assert_msg(id != NEVER, "an answer was answered");
	close(p->fd);
	p->fd = client_tcp(&server);
}

/* Over TCP a wrong length may have closed the connection, or made our question part of another: then it is
 * asked on a new one. */
static bool tcp_is_sane(struct pest *p)
{
	int id;

	client_send_tcp(p->fd, SANE, 1);
	do
		id = client_hear_tcp(p->fd);
	while (id >= 0 && id != SANE);
	ck_assert_int_ne(id, NEVER);
	return id == SANE;
}

static void udp_is_sane(struct pest *p)
{
	uint8_t q[64], a[4096];
	uint16_t id;

	ck_assert_int_gt(send(p->fd, q, question(q, SANE), 0), 0);
	do {
		struct pollfd wait = { .fd = p->fd, .events = POLLIN };

		ck_assert_msg(poll(&wait, 1, PATIENCE) == 1, "a sane question got no answer: %s", server.said);
		ck_assert_int_ge(recv(p->fd, a, sizeof a, 0), 12);
		ck_assert_msg((a[2] & 0x80) != 0, "an answer without QR");
		id = get_u16(a);
		ck_assert_msg(id != NEVER, "an answer was answered");
	} while (id != SANE);
}

static void still_sane(struct pest *p)
{
	if (!p->tcp) {
		udp_is_sane(p);
		return;
	}
	again(p);
	ck_assert(tcp_is_sane(p));
}

static void throw(struct pest * p, const uint8_t *m, size_t n)
{
	uint8_t with_length[2 + MESSAGE_MAX];

	if (p->tcp) {
		put_u16(with_length, (uint16_t)n);
		memcpy(with_length + 2, m, n);
		if (send(p->fd, with_length, n + 2, MSG_NOSIGNAL) < 0)
			again(p);
	} else {
		ck_assert_int_eq(send(p->fd, m, n, 0), (ssize_t)n);
	}
	if (++p->sent % EVERY == 0)
		still_sane(p);
}

/* A question with everything: three labels, OPT with DO, cookie, NSID and an unknown option. */
static size_t rich_question(uint8_t m[MESSAGE_MAX])
{
	struct wr w = wr_of(m, MESSAGE_MAX);

	wr_bytes(&w, "\x12\x34\1\20\0\1\0\0\0\0\0\1", 12);
	wr_bytes(&w, "\3www\2ab\7example\0\0\20\0\1", 20);
	wr_bytes(&w, "\0\0\51\4\320\0\0\200\0\0\32", 11);
	wr_bytes(&w, "\0\12\0\10clientck\0\3\0\0\377\0\0\2xx", 22);
	wr_bytes(&w, "\0\23\0\0", 4);
	return w.len;
}

START_TEST(every_truncation)
{
	struct pest p = pest_of(_i == 1);
	uint8_t m[MESSAGE_MAX];
	size_t n = rich_question(m);

	for (size_t cut = 0; cut <= n; cut++)
		throw(&p, m, cut);
	still_sane(&p);
	close(p.fd);
}
END_TEST

START_TEST(every_corrupt_octet)
{
	static const uint8_t values[] = { 0x00, 0x01, 0x3f, 0x40, 0x7f, 0x80, 0xbf, 0xc0, 0xc1, 0xfe, 0xff };
	struct pest p = pest_of(_i == 1);
	uint8_t m[MESSAGE_MAX];
	size_t n = rich_question(m);

	for (size_t at = 2; at < n; at++)
		for (size_t v = 0; v < COUNT_OF(values); v++) {
			rich_question(m);
			m[at] = values[v];
			if ((m[2] & 0x80) != 0)
				put_u16(m, NEVER);
			throw(&p, m, n);
		}
	still_sane(&p);
	close(p.fd);
}
END_TEST

START_TEST(random_octets)
{
	struct pest p = pest_of(_i == 1);
	struct rng r = { 4711 };
	uint8_t m[MESSAGE_MAX];

	for (int round = 0; round < 1000; round++) {
		size_t n = rng_below(&r, MESSAGE_MAX);

		rng_bytes(&r, m, n);
		if (round % 2 == 0 && n >= 12)
			memcpy(m + 2, "\0\0\0\1\0\0\0\0\0\0", 10); /* a header that leads further in */
		if (n >= 3 && (m[2] & 0x80) != 0)
			put_u16(m, NEVER);
		else if (n >= 2)
			put_u16(m, 7);
		throw(&p, m, n);
	}
	still_sane(&p);
	close(p.fd);
}
END_TEST

static const struct {
	const char *why;
	struct view name; /* in place of the question's name */
} loops[] = {
	{ "a pointer to itself", { (const uint8_t *)"\300\14", 2 } },
	{ "two pointers at each other", { (const uint8_t *)"\300\16\300\14", 4 } },
	{ "a pointer into the header", { (const uint8_t *)"\300\0", 2 } },
	{ "a pointer forwards", { (const uint8_t *)"\300\20\0\1\0\1\1a\0", 9 } },
	{ "a label, then back to it", { (const uint8_t *)"\1a\300\14", 4 } },
	{ "label type 01", { (const uint8_t *)"\101a\0", 3 } },
	{ "label type 10", { (const uint8_t *)"\201a\0", 3 } },
	{ "a label of 63 that is not there", { (const uint8_t *)"\77a", 2 } },
};

START_TEST(names_that_lead_nowhere)
{
	for (int tcp = 0; tcp < 2; tcp++) {
		struct pest p = pest_of(tcp == 1);
		uint8_t m[MESSAGE_MAX];
		struct wr w = wr_of(m, sizeof m);

		wr_bytes(&w, "\0\1\0\0\0\1\0\0\0\0\0\0", 12);
		wr_view(&w, loops[_i].name);
		wr_bytes(&w, "\0\1\0\1", 4);
		throw(&p, m, w.len);
		still_sane(&p);
		close(p.fd);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("malformed packets");
	TCase *t = tcase_create("one server");

	tcase_add_unchecked_fixture(t, begin, end);
	tcase_add_loop_test(t, every_truncation, 0, 2);
	tcase_add_loop_test(t, every_corrupt_octet, 0, 2);
	tcase_add_loop_test(t, random_octets, 0, 2);
	tcase_add_loop_test(t, names_that_lead_nowhere, 0, COUNT_OF(loops));
	suite_add_tcase(s, t);
	return run_suite(s);
}
