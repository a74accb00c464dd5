#include "tests/help/run.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/wr.h"
#include "tests/help/tempdb.h"
#include "tests/server/harness.h"

static struct served server;
static const char *directory;

static void begin(void)
{
	directory = served_database();
	served_start(&server, directory, NULL);
}

static void end(void)
{
	served_stop(&server);
	tempdb_remove();
}

START_TEST(sigterm_ends_within_a_second)
{
	int idle = client_tcp(&server);
	uint64_t took = served_stop(&server);

	ck_assert_msg(took < 1000, "took %u ms", (unsigned)took);
	close(idle);
	tempdb_remove();
}
END_TEST

/* A front that is stopped answers nobody, its parent neither. */
START_TEST(sigterm_ends_within_a_second_even_if_front_hangs)
{
	kill(served_front(&server), SIGSTOP);
	uint64_t took = served_stop(&server);

	ck_assert_msg(took < 1500, "took %u ms", (unsigned)took);
	tempdb_remove();
}
END_TEST

START_TEST(killed_front_is_started_again)
{
	int fd = client_udp(&server);

	for (uint16_t i = 0; i < 3; i++) {
		kill(served_front(&server), SIGKILL);
		ck_assert(served_says(&server, "was ended by signal 9"));
		ck_assert_msg(client_ask(fd, i), "the question waits in the socket for the new front");
		ck_assert_msg(served_says(&server, "serves"), "%s", server.said);
	}
	close(fd);
	end();
}
END_TEST

/* Keeps up to WINDOW questions in the air and counts those that got no answer. */
enum { WINDOW = 8 };

struct load {
	int fd;
	uint16_t next;
	size_t asked, answered;
	bool waits[UINT16_MAX + 1];
};

static void ask_more(struct load *l)
{
	uint8_t q[64];

	while (l->asked - l->answered < WINDOW) {
		ck_assert_int_gt(send(l->fd, q, question(q, l->next), 0), 0);
		l->waits[l->next++] = true;
		l->asked++;
	}
}

static bool hear_some(struct load *l, int wait)
{
	struct pollfd p = { .fd = l->fd, .events = POLLIN };
	uint8_t a[4096];

	if (poll(&p, 1, wait) <= 0)
		return false;
	while (recv(l->fd, a, sizeof a, MSG_DONTWAIT) >= 12) {
		ck_assert_msg(l->waits[get_u16(a)], "an answer that nobody waits for");
		l->waits[get_u16(a)] = false;
		l->answered++;
	}
	return true;
}

START_TEST(sighup_loses_no_question)
{
	static struct load l;
	char *from = server.said + server.heard;

	l.fd = client_udp(&server);
	for (int hup = 0; hup < 5; hup++) {
		size_t goal;

		kill(server.pid, SIGHUP);
		/* Load goes on while the new front starts, takes over, and the old one drains. */
		for (bool over = false; !over;) {
			ask_more(&l);
			ck_assert_msg(hear_some(&l, PATIENCE), "%zu questions lost", l.asked - l.answered);
			over = served_heard(&server, "serves");
		}
		for (goal = l.answered + 2000; l.answered < goal;) {
			ask_more(&l);
			ck_assert_msg(hear_some(&l, PATIENCE), "%zu questions lost", l.asked - l.answered);
		}
	}
	while (l.answered < l.asked)
		ck_assert_msg(hear_some(&l, PATIENCE), "%zu questions lost", l.asked - l.answered);
	ck_assert_ptr_null(strstr(from, "ending it"));
	close(l.fd);
	end();
}
END_TEST

START_TEST(sighup_lets_tcp_finish)
{
	int fd = client_tcp(&server);
	pid_t old = served_front(&server);

	client_send_tcp(fd, 1, 1);
	ck_assert_int_eq(client_hear_tcp(fd), 1);
	kill(server.pid, SIGHUP);
	ck_assert_msg(served_says(&server, "serves"), "%s", server.said);
	ck_assert_int_ne(served_front(&server), old);
	client_send_tcp(fd, 2, 1); /* the old front still has this connection */
	ck_assert_int_eq(client_hear_tcp(fd), 2);
	client_until_closed(fd);
	close(fd);
	fd = client_tcp(&server);
	client_send_tcp(fd, 3, 1);
	ck_assert_int_eq(client_hear_tcp(fd), 3);
	close(fd);
	end();
}
END_TEST

/* Without the parent there are no pins, so a front does not outlive it. */
START_TEST(front_ends_with_its_parent)
{
	kill(server.pid, SIGKILL);
	ck_assert_int_eq(waitpid(server.pid, NULL, 0), server.pid);
	/* The log closes when the last process that writes it is gone. */
	ck_assert_msg(!served_says(&server, "no line says this") && served_log_ended(&server),
		      "the front lives on");
	tempdb_remove();
}
END_TEST

/* More often than the database has places for readers: none of the killed may keep one. */
START_TEST(killed_parents_leave_nothing_in_the_way)
{
	enum { ROUNDS = 260 };
	struct store *db = tempdb_open(0); /* as long as somebody has it open, nobody starts a new table */
	struct store_txn *t;
	int fd;

	for (int round = 0; round < ROUNDS; round++) {
		kill(server.pid, SIGKILL);
		ck_assert_int_eq(waitpid(server.pid, NULL, 0), server.pid);
		close(server.log);
		served_start(&server, directory, NULL);
	}
	fd = client_udp(&server);
	ck_assert(client_ask(fd, 1));
	ck_assert_int_eq(store_write(db, &t), OK);
	ck_assert_int_eq(store_commit(t), OK);
	store_close(db);
	close(fd);
	end();
}
END_TEST

START_TEST(front_that_cannot_start_changes_nothing)
{
	int fd = client_udp(&server);
	char path[600], aside[600];

	snprintf(path, sizeof path, "%s/data.mdb", directory);
	snprintf(aside, sizeof aside, "%s/aside", directory);
	ck_assert_int_eq(rename(path, aside), 0);
	kill(server.pid, SIGHUP);
	ck_assert(served_says(&server, "goes on serving"));
	ck_assert(client_ask(fd, 1));
	ck_assert_int_eq(rename(aside, path), 0);
	kill(server.pid, SIGHUP);
	ck_assert_msg(served_says(&server, "serves"), "%s", server.said);
	ck_assert(client_ask(fd, 2));
	close(fd);
	end();
}
END_TEST

static void remove_database(const char *path)
{
	static const char *const files[] = { "data.mdb", "lock.mdb", "build.lock", "turn" };
	char file[700];

	for (size_t i = 0; i < COUNT_OF(files); i++) {
		snprintf(file, sizeof file, "%s/%s", path, files[i]);
		unlink(file);
	}
	ck_assert_int_eq(rmdir(path), 0);
}

/* What makes root's front refuse a database, and what does not. */
static const struct {
	const char *why;
	mode_t above, directory, data;
	const char *says;
} modes[] = {
	{ "only root may come this way, but anybody may read the database", 0700, 0755, 0644, "ready" },
	{ "nobody else may enter the directory", 0755, 0700, 0644, "Permission denied" },
	{ "nobody else may read the data", 0755, 0755, 0600, "Permission denied" },
	{ "anybody may write the data", 0755, 0755, 0666, "who answers the Internet" },
	{ "anybody may replace files", 0755, 0777, 0644, "who answers the Internet" },
};

START_TEST(modes_of_the_database)
{
	char above[300], path[600], data[700];
	struct served s;

	snprintf(above, sizeof above, "%s", tempdb_dir());
	snprintf(path, sizeof path, "%s/db", above);
	snprintf(data, sizeof data, "%s/data.mdb", path);
	ck_assert_int_eq(rename(served_database(), path), 0);
	ck_assert_int_eq(chmod(data, modes[_i].data), 0);
	ck_assert_int_eq(chmod(path, modes[_i].directory), 0);
	ck_assert_int_eq(chmod(above, modes[_i].above), 0);
	if (strcmp(modes[_i].says, "ready") == 0) {
		served_start(&s, path, NULL);
		served_stop(&s);
	} else {
		int code = served_run(&s, (const char *const[]){ "-d", path, "-l", "127.0.0.1@0", NULL });
		ck_assert_msg(code == 3 && strstr(s.said, modes[_i].says) != NULL, "%s: exit code %d: %s",
			      modes[_i].why, code, s.said);
		ck_assert_msg(strstr(s.said, path) != NULL, "the database is not named: %s", s.said);
	}
	remove_database(path);
	ck_assert_int_eq(rmdir(above), 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("parent and front");
	TCase *t = tcase_create("a server each"), *as_root = tcase_create("as root");

	tcase_add_checked_fixture(t, begin, NULL);
	tcase_add_test(t, sigterm_ends_within_a_second);
	tcase_add_test(t, sigterm_ends_within_a_second_even_if_front_hangs);
	tcase_add_test(t, killed_front_is_started_again);
	tcase_add_test(t, sighup_loses_no_question);
	tcase_add_test(t, sighup_lets_tcp_finish);
	tcase_add_test(t, front_ends_with_its_parent);
	tcase_add_test(t, killed_parents_leave_nothing_in_the_way);
	tcase_add_test(t, front_that_cannot_start_changes_nothing);
	if (geteuid() == 0)
		tcase_add_loop_test(as_root, modes_of_the_database, 0, COUNT_OF(modes));
	suite_add_tcase(s, t);
	suite_add_tcase(s, as_root);
	return run_suite(s);
}
