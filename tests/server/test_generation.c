#include "tests/help/run.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/wr.h"
#include "dns/rrtype.h"
#include "server/damage.h"
#include "server/generation.h"
#include "tests/help/tempdb.h"
#include "tests/server/harness.h"

/* ---- publication, without a server ---- */

enum { READERS = 3, PLACES = 4, PUBLISHED = 3000 };

struct race {
	struct generation *g;
	struct snapshot place[PLACES]; /* counter 0: freed */
	atomic_bool stop;
	atomic_uint ready;
};

struct reader {
	struct race *race;
	size_t number;
	uint64_t rounds, freed, backwards;
};

static void *read_and_check(void *arg)
{
	struct reader *r = arg;
	uint64_t last = 0;

	atomic_fetch_add(&r->race->ready, 1);
	while (!atomic_load(&r->race->stop)) {
		const struct snapshot *s = generation_enter(r->race->g, r->number);

		for (int again = 0; again < 10; again++) {
			uint64_t now = *(const volatile uint64_t *)&s->counter;
			r->freed += now == 0;
			r->backwards += now < last;
			last = now;
		}
		generation_leave(r->race->g, r->number);
		r->rounds++;
	}
	return NULL;
}

/* The publisher frees a place as soon as it may, by making it unfit to be read. */
static void publish_many(struct race *r)
{
	size_t current = 0;

	for (uint64_t n = 2; n < PUBLISHED; n++) {
		size_t next = PLACES;

		while (next == PLACES)
			for (size_t i = 0; i < PLACES; i++) {
				if (i == current || generation_in_use(r->g, &r->place[i]))
					continue;
				r->place[i].counter = 0;
				next = i;
			}
		r->place[next].counter = n;
		generation_publish(r->g, &r->place[next]);
		current = next;
	}
}

START_TEST(readers_never_see_what_was_freed)
{
	static struct race race;
	struct reader reader[READERS];
	pthread_t thread[READERS];

	race.g = generation_new(READERS);
	race.place[0].counter = 1;
	generation_publish(race.g, &race.place[0]);
	for (size_t i = 0; i < READERS; i++) {
		reader[i] = (struct reader){ .race = &race, .number = i };
		ck_assert_int_eq(pthread_create(&thread[i], NULL, read_and_check, &reader[i]), 0);
	}
	while (atomic_load(&race.ready) < READERS)
		sched_yield();
	publish_many(&race);
	atomic_store(&race.stop, true);
	for (size_t i = 0; i < READERS; i++) {
		pthread_join(thread[i], NULL);
		ck_assert_uint_eq(reader[i].freed, 0);
		ck_assert_uint_eq(reader[i].backwards, 0);
	}
	generation_free(race.g);
}
END_TEST

START_TEST(damage_is_logged_a_zone_at_a_time)
{
	struct damage *d = damage_new();
	char apex[NAME_TEXT_MAX];
	uint64_t n;

	ck_assert(!damage_next(d, 1000, apex, &n));
	damage_note(d, "a.example.", 1);
	damage_note(d, "b.example.", 5);
	damage_note(d, "a.example.", 2);
	ck_assert(damage_next(d, 1000, apex, &n));
	ck_assert_str_eq(apex, "a.example.");
	ck_assert_uint_eq(n, 3);
	ck_assert_msg(!damage_next(d, 1900, apex, &n), "two lines in a second");
	ck_assert(damage_next(d, 2000, apex, &n));
	ck_assert_str_eq(apex, "b.example.");
	damage_note(d, "a.example.", 1);
	ck_assert_msg(!damage_next(d, 10000, apex, &n), "the same zone twice in a minute");
	ck_assert(damage_next(d, 61000, apex, &n));
	for (int i = 0; i < 1000; i++) {
		apex[0] = (char)('a' + i % 26);
		apex[1] = (char)('a' + i / 26 % 26);
		apex[2] = 0;
		damage_note(d, apex, 1);
	}
	ck_assert_uint_le(d->n, DAMAGE_ZONES_MAX);
	damage_free(d);
}
END_TEST

/* ---- commits under load, with a server ---- */

enum { ZONES = 2, SERIALS = 60, BIG = 300 };

/* What the compiling process tells the asking one: a serial is being committed, and is. */
struct notes {
	_Atomic uint32_t begun[ZONES], done[ZONES];
	atomic_bool end;
};

/* What the asking process has seen of it, and when. */
struct watch {
	const struct notes *notes;
	struct pace pace;
	uint32_t noticed[ZONES];
	uint64_t at[ZONES][SERIALS + 2];
};

static const struct view apexes[ZONES] = { BYTES("\5small\7example\0"), BYTES("\3big\7example\0") };

/* Zone 0 is small enough for the pool; zone 1 has an image of its own. */
static void compile(struct store *s, size_t which, uint32_t serial)
{
	served_compile(s, apexes[which], serial, which == 1 ? BIG : 0, 0);
}

/* The process that compiles: serials 2 .. SERIALS of each zone, one after the other, as fast as it can. */
static void compile_on(struct notes *n)
{
	struct store *s = tempdb_open(0);

	for (uint32_t serial = 2; serial <= SERIALS; serial++)
		for (size_t z = 0; z < ZONES; z++) {
			atomic_store(&n->begun[z], serial);
			compile(s, z, serial);
			atomic_store(&n->done[z], serial);
		}
	atomic_store(&n->end, true);
	store_close(s);
}

static size_t ask_soa(uint8_t q[64], uint16_t id, size_t which)
{
	struct wr w = wr_of(q, 64);

	wr_u16(&w, id);
	wr_bytes(&w, "\0\0\0\1\0\0\0\0\0\0", 10);
	wr_view(&w, apexes[which]);
	wr_u16(&w, RR_SOA);
	wr_u16(&w, CLASS_IN);
	return w.len;
}

/* The answer is one SOA record, and its serial stands 20 octets from the end. */
static uint32_t serial_of(const uint8_t *a, size_t n, uint16_t id)
{
	ck_assert_msg(n > 40 && get_u16(a) == id && (a[3] & 0x0f) == 0 && get_u16(a + 6) == 1 &&
			  get_u16(a + 8) == 0,
		      "an answer of %zu octets, RCODE %d", n, a[3] & 0x0f);
	return get_u32(a + n - 20);
}

/* ask_once asks for the serial of one zone and holds the answer against what was committed when. */
static uint32_t ask_once(int fd, struct watch *w, uint16_t id, size_t which, uint32_t last)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	const uint64_t asked = pace_ms(&w->pace);
	uint32_t *noticed = &w->noticed[which];
	uint8_t m[4096];
	ssize_t len;
	uint32_t serial;

	while (*noticed < atomic_load(&w->notes->done[which]))
		w->at[which][++*noticed] = asked;
	ck_assert_int_gt(send(fd, m, ask_soa(m, id, which), 0), 0);
	ck_assert_msg(poll(&p, 1, PATIENCE) == 1, "a question was lost");
	len = recv(fd, m, sizeof m, 0);
	ck_assert_int_gt(len, 0);
	serial = serial_of(m, (size_t)len, id);
	ck_assert_msg(serial >= last, "zone %zu went back from %u to %u", which, last, serial);
	ck_assert_msg(serial <= atomic_load(&w->notes->begun[which]), "zone %zu: serial %u was not committed",
		      which, serial);
	if (*noticed > serial) {
		uint64_t at = w->at[which][serial + 1];
		ck_assert_msg(asked < at + 1000, "zone %zu: serial %u, %u ms after the next was committed", which,
			      serial, (unsigned)(asked - at));
	}
	return serial;
}

START_TEST(commits_under_load_are_served_in_time)
{
	const char *dir = served_database();
	struct notes *n = mmap(NULL, sizeof *n, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	uint32_t last[ZONES] = { 1, 1 };
	struct watch w = { .notes = n };
	struct served s;
	struct store *first = tempdb_open(0);
	uint16_t id = 0;
	int fd, status;

	for (size_t z = 0; z < ZONES; z++) {
		compile(first, z, 1);
		atomic_store(&n->begun[z], 1);
		atomic_store(&n->done[z], 1);
	}
	store_close(first);
	served_start(&s, dir, NULL);
	fd = client_udp(&s);
	pid_t pid = fork();
	if (pid == 0) {
		compile_on(n);
		_exit(0);
	}
	while (!atomic_load(&n->end) || last[0] < SERIALS || last[1] < SERIALS) {
		for (size_t z = 0; z < ZONES; z++)
			last[z] = ask_once(fd, &w, id++, z, last[z]);
		ck_assert_msg(waitpid(pid, &status, WNOHANG) == 0 || atomic_load(&n->end), "compiling failed");
	}
	close(fd);
	served_stop(&s);
	ck_assert_msg(strstr(s.said, "front") == NULL, "trouble: %s", s.said);
	tempdb_remove();
	munmap(n, sizeof *n);
}
END_TEST

/* A front that goes on holding old commits makes the file grow by every commit, some 40 KiB each. */
START_TEST(old_commits_are_let_go)
{
	enum { COMMITS = 120, GROWTH_MAX = 4 << 20 };
	const char *dir = served_database();
	struct store *db = tempdb_open(0);
	struct notes n = { 0 };
	struct watch w = { .notes = &n };
	struct served s;
	uint64_t before, after;
	int fd;

	compile(db, 1, 1);
	served_start(&s, dir, NULL);
	before = store_file_size(db);
	fd = client_udp(&s);
	for (uint32_t serial = 2; serial <= COMMITS; serial++) {
		atomic_store(&n.begun[1], serial);
		compile(db, 1, serial);
		while (serial % 10 == 0 && ask_once(fd, &w, (uint16_t)serial, 1, 0) < serial)
			;
	}
	after = store_file_size(db);
	ck_assert_msg(after < before + GROWTH_MAX, "the file grew by %u KiB", (unsigned)((after - before) >> 10));
	close(fd);
	served_stop(&s);
	ck_assert_msg(strstr(s.said, "front") == NULL, "trouble: %s", s.said);
	store_close(db);
	tempdb_remove();
}
END_TEST

int main(void)
{
	Suite *s = suite_create("generations");
	TCase *t = tcase_create("generations");

	tcase_add_test(t, readers_never_see_what_was_freed);
	tcase_add_test(t, damage_is_logged_a_zone_at_a_time);
	tcase_add_test(t, commits_under_load_are_served_in_time);
	tcase_add_test(t, old_commits_are_let_go);
	suite_add_tcase(s, t);
	return run_suite(s);
}
