/*
 * bench_udp DB QUERIES N [dnssec] -- what a query over UDP costs a server's thread.
 *
 * Asks the questions of a file ("NAME TYPE" a line, in turn) N times through a
 * real socket, in full batches, and prints how many answers came and how long
 * they are. Valgrind counts what serve_socket does meanwhile: the loop over
 * the batch, wrappers of system calls, and all of the answer, but not the
 * client's part nor the kernel's. bench.py does it:
 *
 *      valgrind --tool=callgrind --collect-atstart=no --toggle-collect=serve_socket bench_udp ...
 */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

struct udp;
static __attribute__((noinline)) void serve_socket(struct udp *u, int fd); /* so that it can be told apart */
#include "server/udp.c"

#include "base/arena.h"
#include "dns/msg.h"
#include "dns/rrtype.h"

enum { LINE_MAX_OCTETS = 1200 };

struct questions {
	struct arena arena;
	struct view *message;
	size_t n, cap;
};

static void die(const char *what)
{
	fprintf(stderr, "bench_udp: %s\n", what);
	exit(1);
}

/* A request as a resolver sends it: EDNS with 1232 octets, DO if wanted. */
static struct view question_of(struct arena *a, const struct name *n, uint16_t type, bool dnssec)
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
		q->message[q->n++] = question_of(&q->arena, &name, type, dnssec);
	}
	fclose(f);
	if (q->n == 0)
		die("there are no questions");
}

/* A socket of the server on the loopback interface, and one that is connected to it. */
static void open_sockets(int *server, int *client)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr *a = (struct sockaddr *)(void *)&at;
	socklen_t n = sizeof at;

	*server = socket(AF_INET, SOCK_DGRAM, 0);
	*client = socket(AF_INET, SOCK_DGRAM, 0);
	if (*server < 0 || *client < 0 || bind(*server, a, n) != 0 || getsockname(*server, a, &n) != 0 ||
	    connect(*client, a, n) != 0)
		die("no sockets on the loopback interface");
}

/* One batch: all are asked, then served, then read. Gives the number of answers, and adds up their octets. */
static size_t serve_batch(struct udp *u, int server, int client, const struct view *requests, size_t n,
			  uint64_t *octets)
{
	static uint8_t answer[DATAGRAM_MAX];
	size_t answers = 0;
	ssize_t length;

	for (size_t i = 0; i < n; i++)
		if (send(client, requests[i].p, requests[i].n, 0) < 0)
			die("cannot send");
	serve_socket(u, server);
	while ((length = recv(client, answer, sizeof answer, MSG_DONTWAIT)) > 0) {
		*octets += (uint64_t)length;
		answers++;
	}
	return answers;
}

/* measure serves n questions and gives the octets of all answers, so that two runs can be seen to have done the
 * same. */
static void measure(struct worker *w, const struct questions *q, size_t n)
{
	int server, client;
	uint64_t octets = 0;
	size_t answers = 0;

	open_sockets(&server, &client);
	struct udp *u = udp_new(w, &server, 1);
	if (u == NULL)
		die("no memory");
	for (size_t at = 0; at < n; at += QUERY_BATCH) {
		struct view requests[QUERY_BATCH];
		size_t batch = n - at < QUERY_BATCH ? n - at : QUERY_BATCH;

		for (size_t i = 0; i < batch; i++)
			requests[i] = q->message[(at + i) % q->n];
		answers += serve_batch(u, server, client, requests, batch, &octets);
	}
	udp_free(u);
	close(server);
	close(client);
	printf("queries %zu  answers %zu  octets/answer %.1f\n", n, answers, (double)octets / (double)n);
	if (answers != n)
		die("not every question was answered");
}

int main(int argc, char **argv)
{
	struct questions q = { 0 };
	struct answer_options o;
	struct store *store;
	struct snapshot *s;
	char why[256];
	atomic_bool alive = true;

	if (argc < 4)
		die("usage: bench_udp DB QUERIES N [dnssec]");
	size_t n = strtoul(argv[3], NULL, 10);

	if (n == 0)
		die("N is the number of queries");
	read_questions(argv[2], argc > 4, &q);
	if (store_open(argv[1], STORE_READ, &store, why) != OK)
		die(why);
	if (snapshot_make(store, NULL, &s) != OK)
		die("no snapshot");
	answer_options_default(&o);

	struct worker w = { .generation = generation_new(1), .answerer = answerer_new(&o), .alive = &alive };

	if (w.generation == NULL || w.answerer == NULL)
		die("no memory");
	generation_publish(w.generation, s);
	measure(&w, &q, n);
	answerer_free(w.answerer);
	generation_free(w.generation);
	snapshot_free(s);
	store_close(store);
	free(q.message);
	arena_free(&q.arena);
	return 0;
}
