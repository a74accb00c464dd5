/*
 * harness.h -- a real edictd on a free port of 127.0.0.1, and a client for it.
 *
 * Nothing here sleeps: the server says in its log when it is ready, and that
 * is waited for. A server whose test dies is ended by the system.
 */
#ifndef TESTS_SERVER_HARNESS_H
#define TESTS_SERVER_HARNESS_H

#include <netinet/in.h>
#include <sys/types.h>

#include "store/store.h"

enum { PATIENCE = 10000 }; /* ms: longer than anything takes, on a machine under load */

/* A clock for what is promised in time, looked at often: between two looks no more than PACE_MS count, so a
 * machine that stalls makes nobody late. */
enum { PACE_MS = 50 };

struct pace {
	uint64_t looked, ms;
};

uint64_t pace_ms(struct pace *p);

struct served {
	pid_t pid;
	int log; /* what it prints and logs, non-blocking */
	struct sockaddr_in at;
	char said[1 << 16];   /* the log so far */
	size_t n_said, heard; /* heard: up to where lines were looked for */
};

/* served_database makes an empty database that anybody may read and gives its directory (tempdb.h). */
const char *served_database(void);

/* served_compile compiles a zone with this apex and serial: `names` two-octet names with a TXT record each, and
 * "texts" with `texts` TXT records of 200 octets. */
void served_compile(struct store *db, struct view apex, uint32_t serial, unsigned names, unsigned texts);

/* served_start starts edictd over this directory with more options (NULL-terminated), waits until it is ready. */
void served_start(struct served *s, const char *directory, const char *const more[]);

/* served_descriptors: servers started from now on may have no more than so many; 0: as many as the test. */
void served_descriptors(unsigned most);

/* served_program gives the path of a program of this build, good until the next call. */
const char *served_program(const char *name);

/* served_run runs edictd with these arguments to its end and gives its exit code; what it said is in s->said. */
int served_run(struct served *s, const char *const args[]);

/* served_says waits for a line with this text that was not heard yet. False: it did not come. */
MUST_CHECK bool served_says(struct served *s, const char *text);

/* served_heard is served_says without waiting. */
MUST_CHECK bool served_heard(struct served *s, const char *text);

/* served_log_ended: every process that wrote the log is gone, and all of it was read. */
MUST_CHECK bool served_log_ended(const struct served *s);

/* served_stop sends SIGTERM and gives how many milliseconds the end took, by a pace; fails the test if it was not
 * clean. */
uint64_t served_stop(struct served *s);

/* served_front gives the process id of the front started last. */
pid_t served_front(const struct served *s);

/* served_private gives the KiB of memory that the front has for itself alone and wrote to, 0 if nobody tells. */
unsigned long served_private(const struct served *s);

/* ---- a client ---- */

/* question writes a query for the A records of "host.example." with this id. Gives its length. */
size_t question(uint8_t out[64], uint16_t id);

/* client_udp, client_tcp connect. */
int client_udp(const struct served *s);
int client_tcp(const struct served *s);

/* client_ask sends question(id) over UDP and waits for its answer. */
MUST_CHECK bool client_ask(int fd, uint16_t id);

/* client_exchange asks over UDP and gives the octets of the answer in m; 0: none came within `patience` ms. */
size_t client_exchange(int fd, uint16_t id, const struct name *qname, uint16_t qtype, uint8_t m[4096],
		       int patience);

/* client_send_tcp sends n questions with ids from `id`; client_hear_tcp reads one answer and gives its id, or
 * -1 at the end of the connection or when PATIENCE is over. */
void client_send_tcp(int fd, uint16_t id, unsigned n);
int client_hear_tcp(int fd);

/* client_heard_length gives the octets of that answer. */
size_t client_heard_length(void);

/* client_until_closed gives the milliseconds until the server closes the connection, by a pace; fails if it does
 * not. */
uint64_t client_until_closed(int fd);

#endif
