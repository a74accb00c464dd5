/*
 * SIGKILL at random instants, to a compile, to edictd's front, to its parent,
 * while a zone is compiled: afterwards the database opens, what is in it is
 * the old zone or the new one, whole, and that is what is served; the next
 * compile cleans up what a dead one left.
 *
 * Every host of generation g has the address g, and g is the serial.
 * `make long` kills a thousand times.
 */
#include "tests/help/run.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bake/rows.h"
#include "dns/rrtype.h"
#include "server/clock.h"
#include "store/env.h"
#include "tests/help/figures.h"
#include "tests/help/rng.h"
#include "tests/help/tempdb.h"
#include "tests/model/load.h"
#include "tests/server/harness.h"

enum {
	SETTLED = 15, /* rounds after which the file has its size */
	GROWTH_MAX = 16 << 20,
	SOON = 1000,     /* ms */
	ASK_AGAIN = 200, /* ms: a front that dies takes the questions it has read with it */
};

/* A zone with an image of its own, which takes several transactions, and a small one, in the pool. */
static struct subject {
	const char *origin;
	unsigned hosts;
	uint32_t generation; /* in the database */
	uint64_t takes;      /* us, a compile that nobody disturbs */
} subjects[] = {
	{ "big.killed.", 20000, 0, 0 },
	{ "small.killed.", 5, 0, 0 },
};

static struct scene {
	const char *dir;
	struct rng rng;
	struct served server;
	int client;
	uint16_t id;
	unsigned killed[3];
} scene;

/* ---- zonec ---- */

static uint64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static const char *master_path(void)
{
	static char path[400];

	snprintf(path, sizeof path, "%s/master", scene.dir);
	return path;
}

static void write_master(const struct subject *z, uint32_t g)
{
	FILE *f = fopen(master_path(), "we");

	ck_assert_ptr_nonnull(f);
	fprintf(f, "@ 60 SOA . . %u 3600 3600 3600 3600\n@ 60 NS ns.example.\n", g);
	for (unsigned i = 0; i < z->hosts; i++)
		fprintf(f, "h%u 60 A %u.%u.%u.%u\n", i, g >> 24, g >> 16 & 255, g >> 8 & 255, g & 255);
	ck_assert_int_eq(fclose(f), 0);
}

static pid_t zonec(const char *command, const char *origin, const char *path)
{
	char program[4200];
	pid_t pid;

	snprintf(program, sizeof program, "%s", served_program("zonec"));
	pid = fork();
	if (pid != 0)
		return pid;
	int nowhere = open("/dev/null", O_WRONLY);
	dup2(nowhere, STDOUT_FILENO);
	execl(program, program, command, "-q", "-d", scene.dir, origin, path, NULL);
	_exit(126);
}

/* end_of gives the exit code, or -1 if a signal ended it. */
static int end_of(pid_t pid)
{
	int status;

	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static pid_t begin_compile(const struct subject *z, uint32_t g)
{
	write_master(z, g);
	return zonec("compile", z->origin, master_path());
}

/* ---- what must be true ---- */

static uint32_t serial_of_row(struct store_txn *t, const struct name *apex, struct zone_row *row)
{
	ck_assert_int_eq(store_zone_get(t, apex, row), OK);
	return row->serial;
}

/* check_rows: the zone in the database is one generation, whole. Gives it. */
static uint32_t check_rows(struct store *s, const struct subject *z)
{
	struct name apex = name_of(z->origin);
	struct store_txn *t;
	struct zone_row zone;
	struct row_walk *w;
	struct row row;
	unsigned hosts = 0;

	ck_assert_int_eq(store_read(s, &t), OK);
	uint32_t g = serial_of_row(t, &apex, &zone);
	ck_assert_int_eq(row_walk_begin(t, zone.rows, NULL, &w), OK);
	while (row_walk_next(w, &row) == OK) {
		if (row.type != RR_A)
			continue;
		hosts++;
		ck_assert_msg(row.data.n == 6 && get_u32(row.data.p + 2) == g,
			      "a host of another generation than %u", g);
	}
	row_walk_end(w);
	store_abort(t);
	ck_assert_msg(hosts == z->hosts, "%u hosts of %u", hosts, z->hosts);
	return g;
}

/* A compile that began a build and ended has removed all that dead builds left. */
static void check_no_marks(struct store *s)
{
	static const char *const kinds[] = { "build/", "drop/" };
	char key[META_KEY_MAX];
	struct store_txn *t;
	uint64_t n;

	ck_assert_int_eq(store_read(s, &t), OK);
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		ck_assert_msg(meta_first(t, kinds[i], key, &n) == ERR_NOTFOUND, "%s was left behind", key);
	store_abort(t);
}

/* check_served: the server answers with what the database has. */
static void check_served(const struct subject *z)
{
	const uint64_t until = clock_ms() + SOON + PATIENCE;
	uint32_t served = 0;
	uint8_t m[4096];
	char text[64];

	snprintf(text, sizeof text, "h%u.%s", rng_below(&scene.rng, z->hosts), z->origin);
	struct name host = name_of(text);
	while (served != z->generation) {
		size_t n = client_exchange(scene.client, ++scene.id, &host, RR_A, m, ASK_AGAIN);
		if (n != 0)
			served = get_u32(m + n - 4);
		ck_assert_msg(clock_ms() < until, "%s: %u is served, not %u: %s", text, served, z->generation,
			      scene.server.said);
	}
}

static void check_all(bool built)
{
	struct store *s;
	char why[256];

	ck_assert_msg(store_open(scene.dir, 0, &s, why) == OK, "%s", why);
	for (size_t i = 0; i < COUNT_OF(subjects); i++)
		ck_assert_uint_eq(check_rows(s, &subjects[i]), subjects[i].generation);
	if (built)
		check_no_marks(s);
	store_close(s);
	ck_assert_msg(end_of(zonec("verify", NULL, NULL)) == 0, "zonec verify found something");
	for (size_t i = 0; i < COUNT_OF(subjects); i++)
		check_served(&subjects[i]);
}

/* ---- killing ---- */

enum victim { VICTIM_COMPILE, VICTIM_FRONT, VICTIM_PARENT };

static void start_server(void)
{
	served_start(&scene.server, scene.dir, NULL);
	scene.client = client_udp(&scene.server);
}

static void wait_somewhat(const struct subject *z)
{
	uint64_t us = rng_next(&scene.rng) % (z->takes * 11 / 10 + 1);

	nanosleep(&(struct timespec){ (time_t)(us / 1000000), (long)(us % 1000000) * 1000 }, NULL);
}

static void kill_one(enum victim v, pid_t compile)
{
	switch (v) {
	case VICTIM_COMPILE:
		kill(compile, SIGKILL);
		break;
	case VICTIM_FRONT:
		kill(served_front(&scene.server), SIGKILL);
		break;
	case VICTIM_PARENT:
		kill(scene.server.pid, SIGKILL);
		break;
	}
	scene.killed[v]++;
}

/*
 * generation_now gives the generation of a zone whose compile was ended at some instant. If that was between the
 * write of LMDB's meta page and its note in the lock file that there is one, front sees the new generation and who
 * reads with a lock sees the old one, until the next writer sets the note right: so this is one.
 */
static uint32_t generation_now(const struct subject *z)
{
	struct name apex = name_of(z->origin);
	struct zone_row row;
	struct store_txn *t;
	struct store *s = tempdb_open(0);

	ck_assert_int_eq(store_write(s, &t), OK);
	uint32_t g = serial_of_row(t, &apex, &row);
	store_abort(t);
	store_close(s);
	return g;
}

/* The log of a thousand rounds is longer than what is kept of it. */
static void forget_log(void)
{
	while (served_heard(&scene.server, ""))
		;
	scene.server.n_said = scene.server.heard = 0;
	scene.server.said[0] = 0;
}

static void round_of(enum victim v, struct subject *z)
{
	const uint32_t next = z->generation + 1;
	pid_t pid = begin_compile(z, next);

	wait_somewhat(z);
	kill_one(v, pid);
	int code = end_of(pid);
	if (v == VICTIM_PARENT) {
		ck_assert_int_eq(end_of(scene.server.pid), -1);
		close(scene.server.log);
		close(scene.client);
		start_server();
	}
	if (code == 0)
		z->generation = next;
	else
		ck_assert_msg(v == VICTIM_COMPILE && code == -1, "zonec ended with %d", code);
	if (code == -1 && generation_now(z) == next)
		z->generation = next; /* killed behind its commit */
	check_all(code == 0 && z == &subjects[0]);
	forget_log();
}

static void begin(void)
{
	scene.dir = served_database();
	for (size_t i = 0; i < COUNT_OF(subjects); i++) {
		uint64_t began = now_us();
		ck_assert_int_eq(end_of(begin_compile(&subjects[i], 1)), 0);
		subjects[i].takes = now_us() - began;
		subjects[i].generation = 1;
	}
	start_server();
	check_all(true);
}

static uint64_t file_size(void)
{
	struct store *s = tempdb_open(STORE_READ);
	uint64_t size = store_file_size(s);

	store_close(s);
	return size;
}

START_TEST(killed_at_any_instant_the_database_is_whole)
{
	const unsigned rounds = long_or(1000, 20);
	uint64_t settled = 0;

	scene.rng.state = rounds;
	begin();
	for (unsigned i = 0; i < rounds; i++) {
		uint32_t dice = rng_below(&scene.rng, 100);
		enum victim v = dice < 70 ? VICTIM_COMPILE : dice < 85 ? VICTIM_FRONT : VICTIM_PARENT;
		round_of(v, &subjects[rng_percent(&scene.rng, 20)]);
		if (i == SETTLED)
			settled = file_size();
	}
	/* One more compile, undisturbed, and nothing of all that is left. */
	ck_assert_int_eq(end_of(begin_compile(&subjects[0], ++subjects[0].generation)), 0);
	check_all(true);
	figure("killed: compiles, fronts, parents", "%u, %u, %u", scene.killed[0], scene.killed[1],
	       scene.killed[2]);
	figure("killed: file early, and at the end", "%llu KiB, %llu KiB", (unsigned long long)settled >> 10,
	       (unsigned long long)file_size() >> 10);
	ck_assert_uint_le(file_size(), settled + GROWTH_MAX);
	close(scene.client);
	served_stop(&scene.server);
	tempdb_remove();
}
END_TEST

int main(void)
{
	Suite *s = suite_create("killed");
	TCase *t = tcase_create("killed");

	tcase_set_timeout(t, 3000);
	tcase_add_test(t, killed_at_any_instant_the_database_is_whole);
	suite_add_tcase(s, t);
	return run_suite(s);
}
