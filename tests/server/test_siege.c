/*
 * What clients, operators and the system itself do to a running server, each
 * named by the incident elsewhere that taught it. More of the kind is in
 * test_tcp.c, test_udp.c, test_malformed.c and test_vandal.c;
 * tests/survive/README.md says which is where.
 */
#include "tests/help/run.h"

#include <fcntl.h>
#include <netinet/udp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/wr.h"
#include "server/log.h"
#include "tests/help/tempdb.h"
#include "tests/server/harness.h"

static struct served server;
static const char *directory;

static void begin_with(const char *const more[])
{
	directory = served_database();
	served_start(&server, directory, more);
}

static void end(void)
{
	served_stop(&server);
	tempdb_remove();
}

static void still_answers(const char *why)
{
	int udp = client_udp(&server), tcp = client_tcp(&server);

	ck_assert_msg(client_ask(udp, 77), "%s: no answer over UDP", why);
	client_send_tcp(tcp, 78, 1);
	ck_assert_msg(client_hear_tcp(tcp) == 78, "%s: no answer over TCP", why);
	close(udp);
	close(tcp);
}

/* ---- TCP ---- */

/* CVE-2020-8618, CVE-2020-8620: lengths that lie. */
static const struct {
	const char *why;
	struct view octets;
} lies[] = {
	{ "nothing, then the end", { NULL, 0 } },
	{ "half a length", { (const uint8_t *)"\377", 1 } },
	{ "a length of nothing", { (const uint8_t *)"\0\0", 2 } },
	{ "a length of one octet", { (const uint8_t *)"\0\1x", 3 } },
	{ "a header less one octet", { (const uint8_t *)"\0\13\1\2\3\4\5\6\7\10\11\12\13", 13 } },
	{ "the greatest length, and no more", { (const uint8_t *)"\377\377", 2 } },
	{ "the greatest length, and little", { (const uint8_t *)"\377\377\0\1\0\0\0\1\0\0\0\0\0\0", 14 } },
	{ "a header that counts records that are not there",
	  { (const uint8_t *)"\0\14\0\1\0\0\377\377\377\377\377\377\377\377", 14 } },
	{ "a web browser", { (const uint8_t *)"GET / HTTP/1.1\r\nHost: example\r\n\r\n", 34 } },
	{ "a TLS client", { (const uint8_t *)"\26\3\1\2\0\1\0\1\374\3\3\0\0\0\0\0\0\0\0\0\0\0", 22 } },
};

START_TEST(lengths_that_lie)
{
	begin_with(NULL);
	for (size_t i = 0; i < COUNT_OF(lies); i++) {
		int fd = client_tcp(&server);
		if (lies[i].octets.n != 0)
			ck_assert_int_eq(send(fd, lies[i].octets.p, lies[i].octets.n, MSG_NOSIGNAL),
					 (ssize_t)lies[i].octets.n);
		still_answers(lies[i].why);
		shutdown(fd, SHUT_WR);
		client_until_closed(fd);
		close(fd);
	}
	end();
}
END_TEST

/* CVE-2022-0396: connections that the client ended do not stay in CLOSE_WAIT, whatever they had said before. */
START_TEST(no_pile_of_half_closed_connections)
{
	enum { CLIENTS = 60 };
	int fd[CLIENTS];

	begin_with((const char *const[]){ "--tcp-idle", "3600", NULL });
	for (int i = 0; i < CLIENTS; i++) {
		fd[i] = client_tcp(&server);
		if (i % 3 == 1)
			ck_assert_int_eq(send(fd[i], "\0\40only a part", 13, MSG_NOSIGNAL), 13);
		if (i % 3 == 2)
			client_send_tcp(fd[i], (uint16_t)i, 3);
		shutdown(fd[i], SHUT_WR);
	}
	for (int i = 0; i < CLIENTS; i++) {
		for (int k = 0; i % 3 == 2 && k < 3; k++)
			ck_assert_int_ge(client_hear_tcp(fd[i]), 0);
		ck_assert_msg(client_until_closed(fd[i]) < PATIENCE, "connection %d lives on", i);
		close(fd[i]);
	}
	end();
}
END_TEST

/* CVE-2018-5743, CVE-2019-6477, CVE-2024-0760 together: far more clients than places, each pipelining without end
 * and never reading. Whoever comes then is served at once. */
START_TEST(clients_without_number_and_manners)
{
	enum { PLACES = 20, CLIENTS = 100 };
	static uint8_t burst[40 * 100];
	int fd[CLIENTS];
	size_t n = 0;

	for (uint16_t i = 0; i < 100; i++) {
		size_t len = question(burst + n + 2, i);
		put_u16(burst + n, (uint16_t)len);
		n += len + 2;
	}
	begin_with((const char *const[]){ "--tcp-max", "20", NULL });
	for (int i = 0; i < CLIENTS; i++) {
		fd[i] = client_tcp(&server);
		while (send(fd[i], burst, n, MSG_NOSIGNAL | MSG_DONTWAIT) > 0)
			; /* until the kernel holds no more for it, or the server closed it */
		if (i % 10 == 9)
			still_answers("among clients that never read");
	}
	for (int i = 0; i < CLIENTS; i++)
		close(fd[i]);
	still_answers("after them");
	end();
}
END_TEST

/* ---- UDP ---- */

static uint16_t ip_sum(const uint8_t *p, size_t n)
{
	uint32_t sum = 0;

	for (size_t i = 0; i + 1 < n; i += 2)
		sum += get_u16(p + i);
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

/* forge sends question(id) as if from 127.0.0.`host`, port `port`. */
static bool forge(int raw, uint8_t host, uint16_t port, uint16_t id)
{
	uint8_t p[128] = { 0x45 };
	size_t n = question(p + 28, id);

	put_u16(p + 2, (uint16_t)(28 + n));
	p[8] = 64;
	p[9] = IPPROTO_UDP;
	memcpy(p + 12, (const uint8_t[]){ 127, 0, 0, host, 127, 0, 0, 1 }, 8);
	put_u16(p + 10, ip_sum(p, 20));
	put_u16(p + 20, port);
	put_u16(p + 22, ntohs(server.at.sin_port));
	put_u16(p + 24, (uint16_t)(8 + n));
	return sendto(raw, p, 28 + n, 0, (const struct sockaddr *)&server.at, sizeof server.at) > 0;
}

/* NSD 4.13: answers that cannot be sent (source port 0, port nobody listens on) hold up nobody else's, not even in
 * the same batch. */
START_TEST(forged_sources_hold_up_nobody)
{
	int raw, fd;

	begin_with(NULL);
	raw = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	if (raw < 0) { /* not root: nothing can be forged */
		end();
		return;
	}
	fd = client_udp(&server);
	for (uint16_t i = 0; i < 200; i++) {
		ck_assert(forge(raw, (uint8_t)(i + 1), (uint16_t)(i % 3 == 0 ? 0 : 1 + i % 3), i));
		if (i % 4 == 3)
			ck_assert_msg(client_ask(fd, i), "question %u", i);
	}
	close(fd);
	close(raw);
	end();
}
END_TEST

/* gdnsd 1.0.2: a question that seems to come from the server itself does not make it talk to itself: the answer it
 * hears is an answer. The log, and a server that still answers, are all there is to see. */
START_TEST(no_conversation_with_itself)
{
	int raw;

	begin_with(NULL);
	raw = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	for (uint16_t i = 0; raw >= 0 && i < 50; i++)
		ck_assert(forge(raw, 1, ntohs(server.at.sin_port), i));
	still_answers("after questions of its own");
	if (raw >= 0)
		close(raw);
	end();
}
END_TEST

/* ---- the processes ---- */

/* A front that hangs holds its pin, and the database grows with every commit: it is ended, with a line in the log.
 */
START_TEST(front_that_hangs_is_replaced)
{
	begin_with(NULL);
	kill(served_front(&server), SIGSTOP);
	bool said = served_says(&server, "does not answer its parent") ||
		    served_says(&server, "does not answer its parent"); /* it may take longer than PATIENCE */
	ck_assert_msg(said, "%s", server.said);
	ck_assert_msg(served_says(&server, "serves"), "%s", server.said);
	still_answers("the new front");
	end();
}
END_TEST

static void copy_over(const char *path)
{
	char copy[700];
	static uint8_t block[1 << 16];
	ssize_t n;

	snprintf(copy, sizeof copy, "%s.copy", path);
	int from = open(path, O_RDONLY | O_CLOEXEC), to = open(copy, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	ck_assert(from >= 0 && to >= 0);
	while ((n = read(from, block, sizeof block)) > 0)
		ck_assert_int_eq(write(to, block, (size_t)n), n);
	close(from);
	close(to);
	ck_assert_int_eq(rename(copy, path), 0);
}

/* A backup put in place under a running server: pins hold pages of the file before, so no front may read this one.
 */
START_TEST(database_that_was_replaced)
{
	char path[600];
	int status;

	begin_with(NULL);
	snprintf(path, sizeof path, "%s/data.mdb", directory);
	copy_over(path);
	kill(server.pid, SIGHUP);
	ck_assert_msg(served_says(&server, "another file was put in place"), "%s", server.said);
	still_answers("from the file before");
	kill(served_front(&server), SIGKILL);
	ck_assert_msg(served_says(&server, "start edictd again"), "%s", server.said);
	ck_assert_int_eq(waitpid(server.pid, &status, 0), server.pid);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 3);
	close(server.log);
	tempdb_remove();
}
END_TEST

START_TEST(storm_of_sighups)
{
	begin_with(NULL);
	for (int i = 0; i < 400; i++) {
		kill(server.pid, SIGHUP);
		if (i % 100 == 0)
			still_answers("in a storm of signals");
	}
	ck_assert(served_says(&server, "serves"));
	still_answers("after it");
	end();
}
END_TEST

/* Nobody reads the log any more: the server must go on, and say how much was lost when somebody does. */
START_TEST(log_that_nobody_reads_holds_up_nothing)
{
	static char full[1 << 20];
	char said[4096];
	int ends[2];
	ssize_t n;

	ck_assert_int_eq(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	while (write(ends[1], full, sizeof full) > 0)
		;
	ck_assert_int_eq(fcntl(ends[1], F_SETFL, 0), 0); /* the writer would wait */
	int own = dup(STDERR_FILENO);
	dup2(ends[1], STDERR_FILENO);
	alarm(10);
	for (int i = 0; i < 5; i++)
		log_line("a line for nobody");
	alarm(0);
	while (read(ends[0], full, sizeof full) > 0)
		;
	log_line("a line for somebody");
	dup2(own, STDERR_FILENO);
	n = read(ends[0], said, sizeof said - 1);
	ck_assert_int_gt(n, 0);
	said[n] = 0;
	ck_assert_msg(strstr(said, "5 lines before this one are lost") != NULL &&
			  strstr(said, "for somebody") != NULL,
		      "%s", said);
	close(own);
	close(ends[0]);
	close(ends[1]);
}
END_TEST

/* Started with standard input closed, no socket takes its place. */
START_TEST(closed_standard_input)
{
	int own = dup(STDIN_FILENO);

	close(STDIN_FILENO);
	begin_with(NULL);
	still_answers("without standard input");
	end();
	if (own >= 0) {
		dup2(own, STDIN_FILENO);
		close(own);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("survive: siege");
	TCase *t = tcase_create("siege");

	tcase_set_timeout(t, 120);
	tcase_add_test(t, lengths_that_lie);
	tcase_add_test(t, no_pile_of_half_closed_connections);
	tcase_add_test(t, clients_without_number_and_manners);
	tcase_add_test(t, forged_sources_hold_up_nobody);
	tcase_add_test(t, no_conversation_with_itself);
	tcase_add_test(t, front_that_hangs_is_replaced);
	tcase_add_test(t, database_that_was_replaced);
	tcase_add_test(t, storm_of_sighups);
	tcase_add_test(t, log_that_nobody_reads_holds_up_nothing);
	tcase_add_test(t, closed_standard_input);
	suite_add_tcase(s, t);
	return run_suite(s);
}
