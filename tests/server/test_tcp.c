#include "tests/help/run.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/wr.h"
#include "server/clock.h"
#include "tests/help/tempdb.h"
#include "tests/server/harness.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { PRIVATE_MAX = 1 << 24 }; /* what a sanitizer takes is its own affair */
#else
enum { PRIVATE_MAX = 32 << 10 }; /* KiB */
#endif

static struct served server;

static void end(void)
{
	served_stop(&server);
	tempdb_remove();
}

static void start_with(const char *option, const char *value)
{
	served_start(&server, served_database(), (const char *const[]){ option, value, NULL });
}

/* On a machine under load nobody is closed for being quiet meanwhile. */
static void begin(void)
{
	start_with("--tcp-idle", "120");
}

START_TEST(pipelined_questions_all_get_answers)
{
	bool seen[1000] = { false };
	int fd = client_tcp(&server);

	client_send_tcp(fd, 0, COUNT_OF(seen));
	for (size_t i = 0; i < COUNT_OF(seen); i++) {
		int id = client_hear_tcp(fd);
		ck_assert_msg(id >= 0 && (size_t)id < COUNT_OF(seen) && !seen[id], "answer %zu", i);
		seen[id] = true;
	}
	close(fd);
}
END_TEST

/* Two questions, cut at every place: in a length, between length and message, in a message. */
START_TEST(questions_split_anywhere)
{
	uint8_t q[132];
	size_t n = question(q + 2, 1), all = 2 * (n + 2);
	int fd = client_tcp(&server);

	put_u16(q, (uint16_t)n);
	memcpy(q + n + 2, q, n + 2);
	for (size_t cut = 1; cut < all; cut++) {
		struct pollfd p = { .fd = fd, .events = POLLIN };

		ck_assert_int_eq(send(fd, q, cut, 0), (ssize_t)cut);
		if (cut < n + 2)
			ck_assert_msg(poll(&p, 1, 2) == 0, "an answer to half a question, cut at %zu", cut);
		ck_assert_int_eq(send(fd, q + cut, all - cut, 0), (ssize_t)(all - cut));
		ck_assert_msg(client_hear_tcp(fd) == 1 && client_hear_tcp(fd) == 1, "cut at %zu", cut);
	}
	close(fd);
}
END_TEST

START_TEST(longest_message_in_small_pieces)
{
	static uint8_t q[2 + 65535];
	int fd = client_tcp(&server);

	put_u16(q, 65535);
	question(q + 2, 7);
	for (size_t at = 0, n; at < sizeof q; at += n) {
		n = sizeof q - at < 999 ? sizeof q - at : 999;
		ck_assert_int_eq(send(fd, q + at, n, 0), (ssize_t)n);
	}
	client_send_tcp(fd, 8, 1);
	int id =
	    client_hear_tcp(fd); /* trailing octets may be refused or ignored: there is an answer, or silence */
	ck_assert_msg(id == 7 || id == 8, "heard %d", id);
	close(fd);
}
END_TEST

START_TEST(half_closed_client_gets_its_answers)
{
	int fd = client_tcp(&server);

	client_send_tcp(fd, 100, 20);
	ck_assert_int_eq(shutdown(fd, SHUT_WR), 0);
	for (int i = 0; i < 20; i++)
		ck_assert_int_eq(client_hear_tcp(fd), 100 + i);
	client_until_closed(fd);
	close(fd);
}
END_TEST

START_TEST(length_below_a_header_closes)
{
	int fd = client_tcp(&server);

	ck_assert_int_eq(send(fd, "\0\3abc", 5, 0), 5);
	ck_assert_uint_lt(client_until_closed(fd), 5000);
	close(fd);
}
END_TEST

/* send_until_full sends questions until the server takes no more of them, although it has had many turns: each
 * answer that another client gets is one. Gives the whole questions sent. */
static size_t send_until_full(int fd, int quick)
{
	enum { TURNS = 100, BLOCK = 500 };
	static uint8_t q[66 * BLOCK];
	const size_t n = question(q + 2, 5) + 2;
	size_t sent = 0;

	put_u16(q, (uint16_t)(n - 2));
	for (size_t i = 1; i < BLOCK; i++)
		memcpy(q + i * n, q, n);
	for (uint16_t turns = 0; turns < TURNS;) {
		const size_t at = sent % (n * BLOCK);
		ssize_t k = send(fd, q + at, n * BLOCK - at, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (k > 0) {
			sent += (size_t)k;
			turns = 0;
			continue;
		}
		ck_assert_int_eq(errno, EAGAIN);
		client_send_tcp(quick, ++turns, 1);
		ck_assert_int_eq(client_hear_tcp(quick), turns);
	}
	return sent / n;
}

/* hear_all reads answers with this id, hundreds at once: there may be hundreds of thousands. */
static void hear_all(int fd, uint16_t id, size_t n)
{
	static uint8_t a[1 << 16];
	size_t have = 0;

	while (n > 0) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		size_t at = 0;

		ck_assert_msg(poll(&p, 1, PATIENCE) == 1, "%zu answers did not come", n);
		ssize_t got = recv(fd, a + have, sizeof a - have, 0);
		ck_assert_msg(got > 0, "closed before %zu answers", n);
		have += (size_t)got;
		for (; have - at >= 2 && have - at - 2 >= get_u16(a + at); n--) {
			ck_assert_uint_eq(get_u16(a + at + 2), id);
			at += 2 + (size_t)get_u16(a + at);
		}
		memmove(a, a + at, have -= at);
	}
}

START_TEST(slow_reader_blocks_nobody_and_loses_nothing)
{
	int slow = client_tcp(&server), quick = client_tcp(&server);
	const size_t asked = send_until_full(slow, quick);

	ck_assert_uint_gt(asked, 1000);
	hear_all(slow, 5, asked);
	close(slow);
	close(quick);
}
END_TEST

/* Answers of 40 KB: a few fill the desk, while many questions are still unanswered on it. */
START_TEST(pipelined_big_answers)
{
	enum { QUESTIONS = 300 };
	static const char name[] = "\5texts\3big\7example";
	const char *dir = served_database();
	struct store *db = tempdb_open(0);
	uint8_t all[QUESTIONS * 64];
	struct wr w = wr_of(all, sizeof all);
	int fd;

	served_compile(db, BYTES("\3big\7example\0"), 1, 0, 190);
	store_close(db);
	served_start(&server, dir, NULL);
	fd = client_tcp(&server);
	for (uint16_t i = 0; i < QUESTIONS; i++) {
		size_t length = wr_hole16(&w);

		wr_u16(&w, i);
		wr_bytes(&w, "\0\0\0\1\0\0\0\0\0\0", 10);
		wr_bytes(&w, name, sizeof name);
		wr_bytes(&w, "\0\20\0\1", 4);
		wr_fill16(&w, length);
	}
	/* All at once, and cut in the middle of a question: the rest comes when the server has long begun. */
	ck_assert_int_eq(send(fd, all, w.len - 7, 0), (ssize_t)w.len - 7);
	for (uint16_t i = 0; i < QUESTIONS; i++) {
		if (i == QUESTIONS / 2)
			ck_assert_int_eq(send(fd, all + w.len - 7, 7, 0), 7);
		ck_assert_int_eq(client_hear_tcp(fd), i);
		ck_assert_msg(client_heard_length() > 38000, "an answer of %zu octets", client_heard_length());
	}
	close(fd);
	end();
}
END_TEST

START_TEST(quiet_connection_is_closed)
{
	start_with("--tcp-idle", "1");
	int fd = client_tcp(&server);
	const uint64_t asked = clock_ms();

	client_send_tcp(fd, 1, 1);
	ck_assert_int_eq(client_hear_tcp(fd), 1);
	ck_assert_uint_lt(client_until_closed(fd), 5000);
	ck_assert_msg(clock_ms() - asked >= 1000, "closed after %u ms", (unsigned)(clock_ms() - asked));
	close(fd);
	end();
}
END_TEST

/* A client that sends an octet now and then is as quiet as one that sends nothing. */
START_TEST(dribbling_client_is_closed)
{
	start_with("--tcp-idle", "1");
	int fd = client_tcp(&server);
	const uint64_t until = clock_ms() + PATIENCE;
	struct pollfd p = { .fd = fd, .events = POLLIN };

	while (poll(&p, 1, 100) == 0) {
		ck_assert_msg(clock_ms() < until, "still open");
		send(fd, "\1", 1, MSG_NOSIGNAL);
	}
	close(fd);
	end();
}
END_TEST

START_TEST(one_too_many_closes_the_quietest)
{
	start_with("--tcp-max", "3");
	int fd[4];

	for (int i = 0; i < 3; i++) {
		fd[i] = client_tcp(&server);
		client_send_tcp(fd[i], 1, 1);
		ck_assert_int_eq(client_hear_tcp(fd[i]), 1);
	}
	client_send_tcp(fd[0], 2, 1);
	ck_assert_int_eq(client_hear_tcp(fd[0]), 2);
	fd[3] = client_tcp(&server);
	client_send_tcp(fd[3], 3, 1);
	ck_assert_int_eq(client_hear_tcp(fd[3]), 3);
	ck_assert_uint_lt(client_until_closed(fd[1]), 5000);
	for (int i = 0; i < 4; i++) {
		if (i != 1) {
			client_send_tcp(fd[i], 4, 1);
			ck_assert_int_eq(client_hear_tcp(fd[i]), 4);
		}
		close(fd[i]);
	}
	end();
}
END_TEST

/* Half a longest message each: what 400 such clients would hold together is more than all rests may. */
START_TEST(hoarders_do_not_keep_others_from_being_served)
{
	enum { HOARDERS = 400 };
	static uint8_t half[32768] = { 0xff, 0xff };
	int fd[HOARDERS], honest;

	for (int i = 0; i < HOARDERS; i++) {
		fd[i] = client_tcp(&server);
		send(fd[i], half, sizeof half, MSG_NOSIGNAL);
	}
	honest = client_tcp(&server);
	for (uint16_t i = 0; i < 10; i++) {
		client_send_tcp(honest, i, 1);
		ck_assert_int_eq(client_hear_tcp(honest), i);
	}
	ck_assert_uint_lt(served_private(&server), PRIVATE_MAX);
	for (int i = 0; i < HOARDERS; i++)
		close(fd[i]);
	close(honest);
}
END_TEST

/* More clients than the front may have descriptors: it closes the quietest, does not spin, and goes on. */
START_TEST(out_of_descriptors_still_serves)
{
	enum { CLIENTS = 200 };
	int fd[CLIENTS];

	served_descriptors(64);
	begin();
	served_descriptors(0);
	for (int i = 0; i < CLIENTS; i++)
		fd[i] = client_tcp(&server);
	client_send_tcp(fd[CLIENTS - 1], 9, 1);
	ck_assert_int_eq(client_hear_tcp(fd[CLIENTS - 1]), 9);
	for (int i = 0; i < CLIENTS; i++)
		close(fd[i]);
	end();
}
END_TEST

int main(void)
{
	Suite *s = suite_create("server over TCP");
	TCase *t = tcase_create("one server"), *alone = tcase_create("a server each");

	tcase_add_unchecked_fixture(t, begin, end);
	tcase_add_test(t, pipelined_questions_all_get_answers);
	tcase_add_test(t, questions_split_anywhere);
	tcase_add_test(t, longest_message_in_small_pieces);
	tcase_add_test(t, half_closed_client_gets_its_answers);
	tcase_add_test(t, length_below_a_header_closes);
	tcase_add_test(t, slow_reader_blocks_nobody_and_loses_nothing);
	tcase_add_test(t, hoarders_do_not_keep_others_from_being_served);
	tcase_add_test(alone, pipelined_big_answers);
	tcase_add_test(alone, quiet_connection_is_closed);
	tcase_add_test(alone, dribbling_client_is_closed);
	tcase_add_test(alone, one_too_many_closes_the_quietest);
	tcase_add_test(alone, out_of_descriptors_still_serves);
	suite_add_tcase(s, t);
	suite_add_tcase(s, alone);
	return run_suite(s);
}
