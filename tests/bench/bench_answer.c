/*
 * bench_answer DB QUERIES N [dnssec] -- what an answer costs, without sockets.
 *
 * Asks the questions of a file ("NAME TYPE" a line, in turn) N times through
 * query_answer, in batches as the server does, and prints nanoseconds a query
 * and, where the kernel lends its counters, user instructions a query.
 * Elsewhere: valgrind counts them for N and for 2 N; the difference divided by
 * N is a query. bench.sh does it.
 */
#include <inttypes.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "answer/query.h"
#include "base/arena.h"
#include "dns/msg.h"
#include "dns/rrtype.h"

enum { LINE_MAX_OCTETS = 1200, OUT_MAX = 65535 };

struct questions {
	struct arena arena;
	struct view *message;
	size_t n, cap;
};

static void die(const char *what)
{
	fprintf(stderr, "bench_answer: %s\n", what);
	exit(1);
}

/* A request as a resolver sends it: EDNS with 1232 octets, DO if wanted. */
static struct view request_of(struct arena *a, const struct name *n, uint16_t type, bool dnssec)
{
	uint8_t buffer[MSG_HEADER + NAME_WIRE_MAX + 4 + 11];
	struct wr w = wr_of(buffer, sizeof buffer);

	wr_u16(&w, 0x1234);
	wr_u16(&w, 0);
	wr_u16(&w, 1);
	wr_u32(&w, 0);
	wr_u16(&w, 1);
	wr_bytes(&w, n->wire, n->len);
	wr_u16(&w, type);
	wr_u16(&w, CLASS_IN);
	wr_u8(&w, 0);
	wr_u16(&w, RR_OPT);
	wr_u16(&w, 1232);
	wr_u32(&w, dnssec ? 0x8000 : 0);
	wr_u16(&w, 0);
	return view_of(arena_copy(a, w.p, w.len), w.len);
}

static void read_questions(const char *path, bool dnssec, struct questions *q)
{
	FILE *f = fopen(path, "r");
	char line[LINE_MAX_OCTETS];

	if (f == NULL)
		die("cannot read the questions");
	while (fgets(line, sizeof line, f) != NULL) {
		size_t name_n = strcspn(line, " \n");
		char *t = line + name_n + strspn(line + name_n, " ");
		struct name name;
		uint16_t type;

		if (name_n == 0)
			continue;
		if (name_parse(view_of(line, name_n), &name_root, &name) != NULL ||
		    !rrtype_parse(t, strcspn(t, " \n"), &type))
			die("a line of the questions is not NAME TYPE");
		q->message = grow_array(q->message, &q->cap, q->n + 1, sizeof *q->message);
		q->message[q->n++] = request_of(&q->arena, &name, type, dnssec);
	}
	fclose(f);
	if (q->n == 0)
		die("there are no questions");
}

static int instructions_open(void)
{
	struct perf_event_attr a = { .type = PERF_TYPE_HARDWARE,
				     .size = sizeof a,
				     .config = PERF_COUNT_HW_INSTRUCTIONS,
				     .exclude_kernel = 1,
				     .exclude_hv = 1 };

	return (int)syscall(SYS_perf_event_open, &a, 0, -1, -1, 0);
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000U + (uint64_t)t.tv_nsec;
}

/* Gives the octets of all answers, so that two runs can be seen to have done the same. */
static uint64_t ask(struct answerer *a, const struct snapshot *s, const struct questions *q, size_t n)
{
	static uint8_t out[OUT_MAX];
	uint64_t octets = 0;

	for (size_t at = 0; at < n; at += QUERY_BATCH) {
		unsigned batch = n - at < QUERY_BATCH ? (unsigned)(n - at) : QUERY_BATCH;
		struct view requests[QUERY_BATCH];

		for (unsigned i = 0; i < batch; i++)
			requests[i] = q->message[(at + i) % q->n];
		query_touch(a, s, requests, batch);
		for (unsigned i = 0; i < batch; i++) {
			struct wr w = wr_of(out, sizeof out);

			if (query_answer_touched(a, s, i, &w) == SEND)
				octets += w.len;
		}
	}
	return octets;
}

static void measure(struct answerer *a, const struct snapshot *s, const struct questions *q, size_t n)
{
	uint64_t counted[2] = { 0 }, begun, octets;
	int counter = instructions_open();
	bool have = counter >= 0 && read(counter, &counted[0], sizeof counted[0]) == sizeof counted[0];

	begun = now_ns();
	octets = ask(a, s, q, n);
	begun = now_ns() - begun;
	have = have && read(counter, &counted[1], sizeof counted[1]) == sizeof counted[1];
	printf("queries %zu  ns/query %.1f  octets/answer %.1f", n, (double)begun / (double)n,
	       (double)octets / (double)n);
	if (have)
		printf("  instructions/query %.1f", (double)(counted[1] - counted[0]) / (double)n);
	printf("\n");
	if (counter >= 0)
		close(counter);
}

int main(int argc, char **argv)
{
	struct questions q = { 0 };
	struct answer_options o;
	struct store *store;
	struct snapshot *s;
	char why[256];

	if (argc < 4)
		die("usage: bench_answer DB QUERIES N [dnssec]");
	size_t n = strtoul(argv[3], NULL, 10);

	if (n == 0)
		die("N is the number of queries");
	read_questions(argv[2], argc > 4, &q);
	if (store_open(argv[1], STORE_READ, &store, why) != OK)
		die(why);
	if (snapshot_make(store, NULL, &s) != OK)
		die("no snapshot");
	snapshot_touch(s, NULL, NULL, NULL);
	answer_options_default(&o);

	struct answerer *a = answerer_new(&o);

	if (a == NULL)
		die("no memory");
	measure(a, s, &q, n);
	answerer_free(a);
	snapshot_free(s);
	store_close(store);
	free(q.message);
	arena_free(&q.arena);
	return 0;
}
