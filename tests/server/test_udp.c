#include "tests/help/run.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/wr.h"
#include "tests/help/tempdb.h"
#include "tests/server/harness.h"

static struct served server;

static void begin(void)
{
	served_start(&server, served_database(), NULL);
}

static void end(void)
{
	served_stop(&server);
	tempdb_remove();
}

START_TEST(question_is_answered)
{
	int fd = client_udp(&server);

	ck_assert(client_ask(fd, 4711));
	close(fd);
}
END_TEST

/* More than a batch at once, from several ports, so that all threads have some. */
START_TEST(batches_are_answered_each_to_its_client)
{
	enum { CLIENTS = 8, EACH = 100 };
	int fd[CLIENTS];
	uint8_t q[64], a[4096];

	for (int c = 0; c < CLIENTS; c++) {
		fd[c] = client_udp(&server);
		for (int i = 0; i < EACH; i++)
			ck_assert_int_gt(send(fd[c], q, question(q, (uint16_t)(c * 256 + i)), 0), 0);
	}
	for (int c = 0; c < CLIENTS; c++) {
		bool seen[EACH] = { false };

		for (int i = 0; i < EACH; i++) {
			ck_assert_int_ge(recv(fd[c], a, sizeof a, 0), 12);
			int id = get_u16(a) - c * 256;
			ck_assert_msg(id >= 0 && id < EACH && !seen[id], "an answer for another client, or twice");
			seen[id] = true;
		}
		close(fd[c]);
	}
}
END_TEST

static const struct {
	const char *why;
	size_t n; /* octets of a question that are sent, and zeros behind it */
	bool response;
} silent[] = {
	{ "an answer is never answered", 30, true },
	{ "nothing at all", 0, false },
	{ "less than a header", 11, false },
	{ "more than any request we answer", 5000, false },
};

/* What is dropped leaves no answer in front of that to the sane question behind it. */
START_TEST(dropped_without_a_word)
{
	static uint8_t q[8192];
	int fd = client_udp(&server);
	uint8_t a[4096];

	question(q, 1);
	q[2] |= silent[_i].response ? 0x80 : 0;
	ck_assert_int_eq(send(fd, q, silent[_i].n, 0), (ssize_t)silent[_i].n);
	ck_assert_int_gt(send(fd, q, question(q, 2), 0), 0);
	ck_assert_int_ge(recv(fd, a, sizeof a, 0), 12);
	ck_assert_msg(get_u16(a) == 2, "%s", silent[_i].why);
	close(fd);
}
END_TEST

/* On a wildcard address the answer leaves from the address that was asked: a connected client hears no other. */
START_TEST(wildcard_answers_from_the_address_asked)
{
	const char *dir = served_database();
	struct served s;
	int fd;

	served_start(&s, dir, (const char *const[]){ "-l", "0.0.0.0@0", "-l", "::@0", NULL });
	const char *port = strstr(s.said, "0.0.0.0@");
	ck_assert_ptr_nonnull(port);
	s.at.sin_port = htons((uint16_t)strtoul(port + 8, NULL, 10));
	for (uint32_t i = 1; i < 5; i++) {
		s.at.sin_addr.s_addr = htonl(INADDR_LOOPBACK + i * 256);
		fd = client_udp(&s);
		ck_assert(client_ask(fd, (uint16_t)i));
		close(fd);
	}
	served_stop(&s);
	tempdb_remove();
}
END_TEST

int main(void)
{
	Suite *s = suite_create("server over UDP");
	TCase *t = tcase_create("one server"), *alone = tcase_create("a server each");

	tcase_add_unchecked_fixture(t, begin, end);
	tcase_add_test(t, question_is_answered);
	tcase_add_test(t, batches_are_answered_each_to_its_client);
	tcase_add_loop_test(t, dropped_without_a_word, 0, COUNT_OF(silent));
	tcase_add_test(alone, wildcard_answers_from_the_address_asked);
	suite_add_tcase(s, t);
	suite_add_tcase(s, alone);
	return run_suite(s);
}
