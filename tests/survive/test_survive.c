/*
 * Questions that ended, bent or stalled other servers, each named by what is
 * known of it. README.md beside this file lists them all, also those that
 * are proven elsewhere or cannot happen here.
 */
#include "tests/help/run.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "bake/compile.h"
#include "tests/help/tempdb.h"
#include "tests/model/twin.h"
#include "tests/survive/served.h"

enum { MASTER_MAX = 1 << 20, NSID_MAX = 255 };

/* For a row whose RCODE is not the point, and for one that gets no answer. */
enum { ANY_RCODE = -2, SILENCE = -1 };

static char master[MASTER_MAX];
static size_t master_n;

PRINTF_LIKE(1, 2) static void line(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	int n = vsnprintf(master + master_n, sizeof master - master_n, format, args);
	va_end(args);
	ck_assert(n >= 0 && (size_t)n < sizeof master - master_n);
	master_n += (size_t)n;
}

#define L62 "abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghijab"

/* A name of 254 octets below wide.example. */
#define LONGEST L62 "." L62 "." L62 ".abcdefghijabcdefghijabcdefghijabcdefghijabcdefghi.wide.example."

static void write_zone(void)
{
	master_n = 0;
	line("$TTL 300\n@ SOA ns h 1 3600 600 86400 300\n@ NS ns\nns A 192.0.2.1\nhost A 192.0.2.2\n"
	     "self DNAME self\nstep DNAME on.step\nping DNAME pong\npong DNAME ping\nloop CNAME loop\n"
	     "a.*.ent A 192.0.2.3\nany.sub.*.deep TXT x\n*.wide TXT \"w\"\n");
	for (int i = 0; i < 60; i++)
		line("c%d CNAME c%d\n", i, i + 1);
	for (int i = 0; i < 200; i++)
		line("big TXT \"%d %s%s\"\n*.wide TXT \"%d %s%s\"\n", i, L62, L62, i, L62, L62);
	for (int i = 0; i < 90; i++)
		line("cut NS n%d.cut\nn%d.cut A 192.0.2.%d\nn%d.cut AAAA 2001:db8::%x\nmx MX %d m%d\nm%d A "
		     "192.0.2.%d\n",
		     i, i, i, i, i, i, i, i, i);
	for (int i = 0; i < 90; i++)
		line("types TYPE%d \\# 1 00\n", 1000 + i);
	/* SVCB of 65,000 octets: as large as a message still takes. */
	line("svcb SVCB \\# 65000 000100FF00FDE1");
	for (int i = 0; i < 64993; i++)
		line("00");
	line("\n");
}

static void begin(void)
{
	write_zone();
	served_open(master);
}

/* ---- A: questions of one message ---- */

struct incident {
	const char *known_as;
	struct asked asked;
	int rcode;
	int answers; /* records in the answer section; -1: however many */
	bool tc;
};

static const struct incident rows[] = {
	{ "CVE-2021-36754: QTYPE 65535", { .qtype = 65535 }, 0, 0, false },
	{ "QTYPE 0 is nobody's type", { .qtype = 0 }, ANY_RCODE, 0, false },
	{ "every type above 255 that is a question's own", { .qtype = 32769 }, 0, 0, false },
	{ "CVE-2021-25215: a DNAME that leads to itself",
	  { .qname = "x.self.example.", .qtype = RR_A },
	  0,
	  2,
	  false },
	{ "a DNAME that leads below itself",
	  { .qname = "x.step.example.", .qtype = RR_A, .tcp = true },
	  RCODE_NOERROR,
	  -1,
	  false },
	{ "two DNAMEs that lead to each other",
	  { .qname = "x.ping.example.", .qtype = RR_A, .tcp = true },
	  0,
	  4,
	  false },
	{ "a CNAME that leads to itself", { .qname = "loop.example.", .qtype = RR_A }, 0, 1, false },
	{ "NSD 4.15: a CNAME chain longer than anybody follows",
	  { .qname = "c0.example.", .qtype = RR_A, .tcp = true },
	  0,
	  16,
	  false },
	{ "CVE-2020-8619: an asterisk that is an empty non-terminal",
	  { .qname = "*.ent.example.", .qtype = RR_A },
	  0,
	  0,
	  false },
	{ "... and a name it would have matched", { .qname = "b.ent.example.", .qtype = RR_A }, 0, 0, false },
	{ "... with another below", { .qname = "x.y.deep.example.", .qtype = RR_TXT }, 0, 0, false },
	{ "CVE-2021-25218: an answer larger than the message",
	  { .qname = "big.example.", .qtype = RR_TXT },
	  0,
	  0,
	  true },
	{ "... than the MTU, where the client says it takes all",
	  { .qname = "big.example.", .qtype = RR_TXT, .opt = true, .size = 65535 },
	  0,
	  0,
	  true },
	{ "... but not over TCP", { .qname = "big.example.", .qtype = RR_TXT, .tcp = true }, 0, 200, false },
	{ "CVE-2024-11187: a set that asks for many additional addresses",
	  { .qname = "mx.example.", .qtype = RR_MX, .tcp = true },
	  0,
	  90,
	  false },
	{ "... a referral that does",
	  { .qname = "cut.example.", .qtype = RR_A, .opt = true, .size = 1232 },
	  0,
	  0,
	  true },
	{ "CVE-2024-1737: many types at a name, all asked for",
	  { .qname = "types.example.", .qtype = RR_ANY },
	  0,
	  1,
	  false },
	{ "CVE-2026-12244: SVCB as long as a message takes",
	  { .qname = "svcb.example.", .qtype = RR_SVCB, .tcp = true },
	  0,
	  1,
	  false },
	{ "... over UDP", { .qname = "svcb.example.", .qtype = RR_SVCB }, 0, 0, true },
	{ "CVE-2026-5946: class CH for our zone", { .qtype = RR_A, .qclass = CLASS_CH }, RCODE_REFUSED, 0, false },
	{ "... class HS", { .qtype = RR_A, .qclass = CLASS_HS }, RCODE_REFUSED, 0, false },
	{ "... class NONE", { .qtype = RR_A, .qclass = CLASS_NONE }, RCODE_REFUSED, 0, false },
	{ "... class 65535", { .qtype = RR_A, .qclass = 65535 }, RCODE_REFUSED, 0, false },
	{ "... UPDATE of class NONE",
	  { .qname = "example.", .qtype = RR_SOA, .qclass = CLASS_NONE, .flags = 0x2800 },
	  ANY_RCODE,
	  0,
	  false },
	{ "... UPDATE of class ANY",
	  { .qname = "example.", .qtype = RR_SOA, .qclass = CLASS_ANY, .flags = 0x2800 },
	  ANY_RCODE,
	  0,
	  false },
	{ "... NOTIFY of class CH",
	  { .qname = "example.", .qtype = RR_SOA, .qclass = CLASS_CH, .flags = 0x2000 },
	  ANY_RCODE,
	  0,
	  false },
	{ "CVE-2022-3094: UPDATE costs no more than its refusal",
	  { .qname = "example.", .qtype = RR_SOA, .flags = 0x2800 },
	  RCODE_REFUSED,
	  0,
	  false },
	{ "CVE-2019-10163: NOTIFY, too",
	  { .qname = "example.", .qtype = RR_SOA, .flags = 0x2400 - 0x400 },
	  RCODE_REFUSED,
	  0,
	  false },
	{ "CVE-2019-6465: AXFR asks for permission that nobody has",
	  { .qname = "example.", .qtype = RR_AXFR, .tcp = true },
	  RCODE_REFUSED,
	  0,
	  false },
	{ "... IXFR over UDP", { .qname = "example.", .qtype = RR_IXFR }, ANY_RCODE, 0, false },
	{ "TKEY (CVE-2026-3119) is no question", { .qtype = RR_TKEY }, ANY_RCODE, 0, false },
	{ "gdnsd 1.0.2: an answer (QR) gets none", { .qtype = RR_A, .flags = FLAG_QR }, SILENCE, 0, false },
	{ "... nor an answer that is an UPDATE",
	  { .qtype = RR_SOA, .flags = FLAG_QR | 0x2800 },
	  SILENCE,
	  0,
	  false },
	{ "every reserved bit set",
	  { .qtype = RR_A, .flags = FLAG_TC | FLAG_AA | FLAG_RA | 0x40 | FLAG_AD | FLAG_RCODE },
	  0,
	  1,
	  false },
	{ "an opcode nobody knows", { .qtype = RR_A, .flags = FLAG_OPCODE }, RCODE_NOTIMP, 0, false },
	{ "DSO (RFC 8490), which has no question of its own",
	  { .qtype = RR_A, .flags = 0x3000 },
	  RCODE_NOTIMP,
	  0,
	  false },
};

static void check_sections(const struct incident *r, const struct model_message *m)
{
	ck_assert_msg(r->rcode == ANY_RCODE || m->rcode == r->rcode, "%s: rcode %u", r->known_as, m->rcode);
	ck_assert_msg(((m->flags & FLAG_TC) != 0) == r->tc, "%s: TC", r->known_as);
	ck_assert_msg(r->answers < 0 || m->section[MODEL_ANSWER].n == (size_t)r->answers, "%s: %zu answers",
		      r->known_as, m->section[MODEL_ANSWER].n);
}

START_TEST(crafted_questions)
{
	const struct incident *r = &rows[_i];
	struct model_message m = { 0 };
	uint8_t request[600];

	begin();
	if (r->rcode == SILENCE) {
		struct answerer *a = answerer_new(&served_options);
		ck_assert_msg(served_answer(a, TRANSPORT_UDP, asked_write(&r->asked, request)).n == 0, "%s",
			      r->known_as);
		answerer_free(a);
	} else {
		served_message(&r->asked, &m);
		check_sections(r, &m);
		message_free(&m);
	}
	served_close();
}
END_TEST

/* Knot 3.1.4: NSID. The longest name, the smallest message, the longest identifier: they do not fit together. */
START_TEST(options_that_do_not_fit_beside_the_question)
{
	static uint8_t identifier[NSID_MAX];
	static const uint16_t types[] = { RR_TXT, RR_A, RR_ANY, 65535, RR_AXFR };
	struct model_message m = { 0 };

	begin();
	memset(identifier, 'i', sizeof identifier);
	for (size_t n = 0; n <= NSID_MAX; n += 5)
		for (size_t i = 0; i < COUNT_OF(types); i++) {
			served_options.udp_size = 512;
			served_options.nsid = view_of(identifier, n);
			served_message(
			    &(struct asked){
				.qname = LONGEST, .qtype = types[i], .opt = true, .nsid = true, .size = 512 },
			    &m);
			ck_assert_msg(m.has_opt, "identifier of %zu octets: no OPT", n);
			message_free(&m);
		}
	served_close();
}
END_TEST

/* ---- state that outlives a question ---- */

static void compile_all(struct store *s, const struct twin *t)
{
	const struct compile_facts facts = { .now = 1 };
	char why[256];

	for (size_t i = 0; i < t->zones.n; i++)
		ck_assert_msg(compile_zone(s, t->zones.zone[i], &facts, why) == OK, "%s", why);
}

static size_t ask(struct answerer *a, const struct snapshot *s, struct view request, bool tcp, uint8_t *room)
{
	struct wr out = wr_of(room, tcp ? MSG_MAX : 1232);

	return query_answer(a, s, tcp ? TRANSPORT_TCP : TRANSPORT_UDP, request, &out) == SEND ? out.len : 0;
}

static bool has_type(const struct model_message *m, uint16_t type)
{
	for (size_t k = 0; k < MODEL_SECTIONS; k++)
		for (size_t i = 0; i < m->section[k].n; i++)
			if (m->section[k].rr[i].type == type)
				return true;
	return false;
}

/* CVE-2018-14626: without DO there is no RRSIG in an answer, unless it was what was asked for. */
static void check_plain(const struct twin_question *q, struct view answer)
{
	struct model_message m = { 0 };

	if (q->dnssec_ok || q->qtype == RR_ANY || q->qtype == RR_RRSIG)
		return;
	const char *wrong = message_parse(answer, &m);
	ck_assert_msg(wrong == NULL, "%s", wrong);
	ck_assert(!m.has_opt);
	for (uint16_t k = 0; k < 3; k++) {
		static const uint16_t only_for_dnssec[] = { RR_RRSIG, RR_NSEC, RR_NSEC3 };
		ck_assert_msg(only_for_dnssec[k] == q->qtype || !has_type(&m, only_for_dnssec[k]),
			      "type %u in an answer without DO", only_for_dnssec[k]);
	}
	message_free(&m);
}

/* What may come between two questions: anything. */
static struct view random_request(struct rng *r, struct twin *t, struct twin_question *q, uint8_t *room,
				  size_t cap)
{
	struct wr w = wr_of(room, cap);

	*q = twin_question(t);
	twin_request(q, (uint16_t)rng_next(r), &w);
	if (rng_percent(r, 25)) { /* bent: no question of q any more */
		q->dnssec_ok = true;
		for (unsigned i = 1 + rng_below(r, 4); i > 0; i--)
			room[2 + rng_below(r, (uint32_t)w.len - 2)] = (uint8_t)rng_next(r);
		w.len -= rng_percent(r, 20) ? rng_below(r, (uint32_t)w.len) : 0;
	}
	return wr_view_of(&w);
}

/* CVE-2024-4076, CVE-2018-14626, PowerDNS 11152: what an answerer was asked before never shows. */
START_TEST(an_answerer_has_no_memory)
{
	enum { QUESTIONS = 400 };
	static uint8_t request[600], one[MSG_MAX], two[MSG_MAX];
	struct answer_options options;
	struct rng r = { (uint64_t)_i };
	struct twin t;
	struct snapshot *s;

	answer_options_default(&options);
	options.nsid = BYTES("an identifier");
	twin_open(&t, (uint64_t)_i + 1000);
	tempdb_dir();
	struct store *db = tempdb_open(0);
	compile_all(db, &t);
	ck_assert_int_eq(snapshot_make(db, NULL, &s), OK);
	struct answerer *old = answerer_new(&options);
	for (unsigned i = 0; i < QUESTIONS; i++) {
		struct twin_question q;
		struct view v = random_request(&r, &t, &q, request, sizeof request);
		bool tcp = rng_percent(&r, 50);
		struct answerer *fresh = answerer_new(&options);
		size_t n = ask(old, s, v, tcp, one), m = ask(fresh, s, v, tcp, two);
		ck_assert_msg(view_eq(view_of(one, n), view_of(two, m)), "seed %d, question %u", _i, i);
		if (n != 0)
			check_plain(&q, view_of(one, n));
		answerer_free(fresh);
	}
	answerer_free(old);
	snapshot_free(s);
	store_close(db);
	tempdb_remove();
	twin_close(&t);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("survive: questions");
	TCase *t = tcase_create("questions");

	setenv("EDICT_MAPSIZE", "256M", 0);
	tcase_set_timeout(t, 300);
	tcase_add_loop_test(t, crafted_questions, 0, COUNT_OF(rows));
	tcase_add_test(t, options_that_do_not_fit_beside_the_question);
	tcase_add_loop_test(t, an_answerer_has_no_memory, 0, SEEDS_OF(20));
	suite_add_tcase(s, t);
	return run_suite(s);
}
