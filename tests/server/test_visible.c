/*
 * Commits and compiles while a server answers: every answer is whole, of one
 * generation, and of one that may be seen at that time.
 *
 * Generation g of the zone is made by a compile, if g is a multiple of
 * COMPILE_EVERY: then every host has the address g. Else by a change: then
 * one host has the address g, the others what they had. "alias" points at the
 * host that was changed last; the serial is g. So of each generation it is
 * known what each answer is, and two RRsets in one message must agree on one.
 *
 * `make long` does it for a minute.
 */
#include "tests/help/run.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bake/change.h"
#include "bake/compile.h"
#include "dns/rrtype.h"
#include "server/clock.h"
#include "tests/help/figures.h"
#include "tests/help/tempdb.h"
#include "tests/help/verified.h"
#include "tests/model/load.h"
#include "tests/model/message.h"
#include "tests/server/harness.h"

enum {
	HOSTS = 200,
	COMPILE_EVERY = 8,
	GENERATIONS_MAX = 1 << 20,
	SOON = 1000, /* ms: what is committed is served within them */
};

#define APEX "visible.example."

/* What the writing process tells the asking one. */
struct notes {
	_Atomic uint32_t begun, done;
	atomic_bool enough;
};

/* ---- what each generation is ---- */

static unsigned host_of(uint32_t g)
{
	return g * 7 % HOSTS;
}

/* address_in gives the address of a host in generation g: the last generation that touched it. */
static uint32_t address_in(uint32_t g, unsigned host)
{
	uint32_t compiled = g - g % COMPILE_EVERY;

	for (; g > compiled; g--)
		if (host_of(g) == host)
			return g;
	return compiled;
}

static struct name host_name(unsigned host)
{
	char text[40];

	snprintf(text, sizeof text, "h%u." APEX, host);
	return name_of(text);
}

/* The records that generations differ in. */
struct records {
	uint8_t soa[22], address[4];
	struct name target;
	struct rdata rdata[3];
	struct rrset set[3];
};

static void records_of(uint32_t g, struct records *r)
{
	static const uint8_t soa[22] = {
		0, 0, 0, 0, 0, 0, 0, 0, 14, 16, 0, 0, 14, 16, 0, 18, 117, 0, 0, 0, 1, 44
	};
	static const uint16_t types[] = { RR_SOA, RR_A, RR_CNAME };

	memcpy(r->soa, soa, sizeof soa);
	put_u32(r->soa + 2, g);
	put_u32(r->address, g);
	r->target = host_name(host_of(g));
	r->rdata[0] = (struct rdata){ r->soa, sizeof r->soa, 0 };
	r->rdata[1] = (struct rdata){ r->address, sizeof r->address, 0 };
	r->rdata[2] = (struct rdata){ r->target.wire, r->target.len, 0 };
	for (size_t i = 0; i < COUNT_OF(types); i++)
		r->set[i] = (struct rrset){ .type = types[i], .ttl = 60, .n = 1, .rdata = &r->rdata[i] };
}

/* ---- the process that writes ---- */

static void add(struct zone *z, const struct name *owner, const struct rrset *s)
{
	ck_assert_int_eq(zone_add(z, owner, s->type, s->ttl, rdata_view(&s->rdata[0]), 0), OK);
}

static void compile(struct store *s, uint32_t g)
{
	const struct compile_facts facts = { .now = 1, .replace = true };
	const struct name apex = name_of(APEX), alias = name_of("alias." APEX);
	struct zone *z = zone_new(&apex);
	struct records r;
	char why[256];

	records_of(g, &r);
	add(z, &apex, &r.set[0]);
	ck_assert_int_eq(zone_add(z, &apex, RR_NS, 60, BYTES("\2ns\7example\0"), 0), OK);
	add(z, &alias, &r.set[2]);
	for (unsigned h = 0; h < HOSTS; h++) {
		struct name owner = host_name(h);
		add(z, &owner, &r.set[1]);
	}
	zone_seal(z, NULL, NULL);
	ck_assert_msg(compile_zone(s, z, &facts, why) == OK, "%s", why);
	zone_free(z);
}

static void change(struct store *s, uint32_t g)
{
	struct records r;
	struct store_txn *t;
	char why[256];

	records_of(g, &r);
	const struct name apex = name_of(APEX);
	const struct change c[] = { { apex, RR_SOA, &r.set[0] },
				    { host_name(host_of(g)), RR_A, &r.set[1] },
				    { name_of("alias." APEX), RR_CNAME, &r.set[2] } };
	ck_assert_int_eq(store_write(s, &t), OK);
	ck_assert_msg(change_apply(s, t, &apex, c, COUNT_OF(c), why) == OK, "%s", why);
	ck_assert_int_eq(store_commit(t), OK);
}

static void write_generation(struct store *s, struct notes *n, uint32_t g)
{
	atomic_store(&n->begun, g);
	if (g % COMPILE_EVERY == 0)
		compile(s, g);
	else
		change(s, g);
	atomic_store(&n->done, g);
}

static void write_on(struct notes *n)
{
	struct store *s = tempdb_open(0);

	for (uint32_t g = COMPILE_EVERY + 1; g < GENERATIONS_MAX && !atomic_load(&n->enough); g++)
		write_generation(s, n, g);
	store_close(s);
}

/* ---- the process that asks ---- */

struct asker {
	int fd;
	uint16_t id;
	uint32_t last; /* the newest generation that an answer proved */
	struct notes *notes;
	struct pace pace;
	uint32_t noticed; /* the newest generation that was seen to be done */
};

enum question { ASK_HOST, ASK_ALIAS, ASK_NOBODY, QUESTIONS };

static struct name name_asked(enum question q, unsigned host)
{
	if (q == ASK_HOST)
		return host_name(host);
	return name_of(q == ASK_ALIAS ? "alias." APEX : "nobody." APEX);
}

/* fits: this is the whole answer to the question in generation g. */
static bool fits(const struct model_message *m, enum question q, unsigned host, uint32_t g)
{
	const struct model_section *a = &m->section[MODEL_ANSWER], *soa = &m->section[MODEL_AUTHORITY];
	struct name target = host_name(host_of(g));

	if (q == ASK_NOBODY)
		return m->rcode == 3 && a->n == 0 && soa->n == 1 && soa->rr[0].type == RR_SOA &&
		       soa->rr[0].rdata.n == 22 && get_u32(soa->rr[0].rdata.p + 2) == g;
	if (m->rcode != 0 || soa->n != 0 || a->n != (q == ASK_ALIAS ? 2 : 1))
		return false;
	const struct model_rr *address = &a->rr[a->n - 1];
	if (address->type != RR_A || address->rdata.n != 4)
		return false;
	if (q == ASK_HOST)
		return get_u32(address->rdata.p) == address_in(g, host);
	return a->rr[0].type == RR_CNAME && view_eq(a->rr[0].rdata, view_of(target.wire, target.len)) &&
	       name_eq(&address->owner, &target) && get_u32(address->rdata.p) == address_in(g, host_of(g));
}

/* oldest gives the oldest generation that may be served now: none older than was seen before, nor than what was
 * done SOON ago. */
static uint32_t oldest(struct asker *a)
{
	static uint64_t at[GENERATIONS_MAX];
	uint32_t g = a->last;
	const uint64_t now = pace_ms(&a->pace);

	while (a->noticed < atomic_load(&a->notes->done))
		at[++a->noticed] = now;
	while (g < a->noticed && at[g + 1] + SOON < now)
		g++;
	return g;
}

static void ask(struct asker *a, enum question q, unsigned host)
{
	struct name qname = name_asked(q, host);
	uint32_t from = oldest(a);
	struct model_message m;
	uint8_t octets[4096];
	char text[2000];

	size_t n = client_exchange(a->fd, ++a->id, &qname, RR_A, octets, PATIENCE);
	ck_assert_msg(n != 0, "a question was lost");
	uint32_t to = atomic_load(&a->notes->begun), g = from;
	const char *wrong = message_parse(view_of(octets, n), &m);
	ck_assert_msg(wrong == NULL, "%s", wrong);
	while (g <= to && !fits(&m, q, host, g))
		g++;
	message_print(&m, text, sizeof text);
	ck_assert_msg(g <= to, "of no generation from %u to %u:\n%s", from, to, text);
	a->last = g; /* the oldest it may be of */
	message_free(&m);
}

static void begin(struct notes **n)
{
	struct store *s;

	*n = mmap(NULL, sizeof **n, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	ck_assert_ptr_ne(*n, MAP_FAILED);
	s = tempdb_open(0);
	write_generation(s, *n, COMPILE_EVERY);
	store_close(s);
}

/* The database is whole at the end: every zone as its rows make it. */
static void check_database(void)
{
	struct store *s = tempdb_open(STORE_READ);

	ck_assert_uint_eq(verified_all(s), 1);
	store_close(s);
}

START_TEST(every_answer_is_of_a_generation)
{
	const char *dir = served_database();
	struct asker a = { .last = COMPILE_EVERY };
	uint64_t asked = 0, until;
	struct served s;
	int status;

	begin(&a.notes);
	served_start(&s, dir, NULL);
	a.fd = client_udp(&s);
	pid_t pid = fork();
	if (pid == 0) {
		write_on(a.notes);
		_exit(0);
	}
	for (until = clock_ms() + long_or(60000, 2000); clock_ms() < until; asked++) {
		ask(&a, (enum question)(asked % QUESTIONS), (unsigned)(asked * 13 % HOSTS));
		ck_assert_msg(waitpid(pid, &status, WNOHANG) == 0, "the writer failed");
	}
	atomic_store(&a.notes->enough, true);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	/* And in the end the last one is served. */
	for (until = pace_ms(&a.pace) + SOON; a.last < atomic_load(&a.notes->done);) {
		ck_assert_msg(pace_ms(&a.pace) < until, "%u is not served, but %u", a.notes->done, a.last);
		ask(&a, ASK_NOBODY, 0);
	}
	figure("visible: commits and compiles under load, then answers", "%u, %llu", atomic_load(&a.notes->done),
	       (unsigned long long)asked);
	close(a.fd);
	served_stop(&s);
	ck_assert_msg(strstr(s.said, "front") == NULL, "trouble: %s", s.said);
	check_database();
	tempdb_remove();
	munmap(a.notes, sizeof *a.notes);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("visible");
	TCase *t = tcase_create("visible");

	tcase_set_timeout(t, 300);
	tcase_add_test(t, every_answer_is_of_a_generation);
	suite_add_tcase(s, t);
	return run_suite(s);
}
