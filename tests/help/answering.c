#include "tests/help/answering.h"

#include <check.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "bake/compile.h"
#include "tests/help/tempdb.h"
#include "tests/help/verified.h"
#include "tests/model/load.h"

/* must_be ends the process otherwise: fuzzers, which are no tests of check's, come here, too. */
static void must_be(bool right, const char *why)
{
	if (!right) {
		fprintf(stderr, "answering: %s\n", why);
		abort();
	}
}

void answering_begin(struct answering *a)
{
	memset(a, 0, sizeof *a);
	setenv("EDICT_MAPSIZE", "256M", 0);
	answer_options_default(&a->options);
	a->options.chaos[CHAOS_VERSION_BIND] = a->options.chaos[CHAOS_VERSION_SERVER] = "edict";
	a->options.nsid = BYTES("abc");
	a->answerer = answerer_new(&a->options);
	tempdb_dir();
	a->store = tempdb_open(0);
}

void answering_end(struct answering *a)
{
	snapshot_free(a->snapshot);
	store_close(a->store);
	tempdb_remove();
	answerer_free(a->answerer);
	for (size_t i = 0; i < a->n_zones; i++)
		zone_free(a->zone[i]);
}

/* forget takes a zone out of those that the twin knows. */
static void forget(struct answering *a, const struct name *apex)
{
	for (size_t i = 0; i < a->n_zones; i++)
		if (name_eq(&a->zone[i]->apex, apex)) {
			zone_free(a->zone[i]);
			a->zone[i] = a->zone[--a->n_zones];
			return;
		}
}

void answering_compile(struct answering *a, const struct zone *z)
{
	struct compile_facts facts = { .now = 1 };
	char why[256];

	must_be(compile_zone(a->store, z, &facts, why) == OK, why);
}

void answering_zone(struct answering *a, const char *origin, const char *text)
{
	struct zone *z = load_text(text, origin);

	forget(a, &z->apex);
	must_be(a->n_zones < ANSWERING_ZONES, "too many zones");
	a->zone[a->n_zones++] = z;
	answering_compile(a, z);
}

void answering_drop(struct answering *a, const char *origin)
{
	struct name apex = name_of(origin);
	char why[256];

	forget(a, &apex);
	must_be(compile_drop(a->store, &apex, why) == OK, why);
}

void answering_ready(struct answering *a)
{
	struct snapshot *before = a->snapshot;

	ck_assert_int_eq(snapshot_make(a->store, before, &a->snapshot), OK);
	snapshot_free(before);
}

bool answering_ask(struct answering *a, enum transport how, struct view request)
{
	struct wr out = wr_of(a->answer, how == TRANSPORT_TCP ? MSG_MAX : a->options.udp_size);
	enum verdict v = query_answer(a->answerer, a->snapshot, how, request, &out);

	ck_assert(v == SEND || v == DROP);
	a->n_answer = v == SEND ? out.len : 0;
	return v == SEND;
}

/* ---- telling ---- */

struct told {
	char text[2000];
	size_t n;
};

static void PRINTF_LIKE(2, 3) say(struct told *t, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	int n = vsnprintf(t->text + t->n, sizeof t->text - t->n, fmt, args);
	va_end(args);
	t->n += n > 0 && (size_t)n < sizeof t->text - t->n ? (size_t)n : 0;
}

static const char *const rcodes[] = { "NOERROR",  "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED",
				      "YXDOMAIN", "7",       "8",        "NOTAUTH",  "10",     "11",
				      "12",       "13",      "14",       "15",       "BADVERS" };

static const struct {
	uint16_t bit;
	const char *name;
} flag_names[] = { { FLAG_QR, "qr" }, { FLAG_AA, "aa" }, { FLAG_TC, "tc" }, { FLAG_RD, "rd" },
		   { FLAG_RA, "ra" }, { 0x40, "z" },     { FLAG_AD, "ad" }, { FLAG_CD, "cd" } };

static void tell_opt(struct told *t, uint16_t class, uint32_t ttl, struct rd r)
{
	say(t, " OPT%u%s", class, ttl & EDNS_DO ? " do" : "");
	while (rd_left(&r) != 0) {
		say(t, " %u:", rd_u16(&r));
		struct view v = rd_take(&r, rd_u16(&r));
		for (size_t i = 0; i < v.n; i++)
			say(t, "%02x", v.p[i]);
	}
	if (!rd_done(&r))
		say(t, " malformed");
}

/* tell_rr passes over a record and describes it if it is an OPT or a TSIG. */
static void tell_rr(struct told *t, struct rd *r)
{
	struct name owner, algorithm;

	name_read(r, &owner);
	uint16_t type = rd_u16(r), class = rd_u16(r);
	uint32_t ttl = rd_u32(r);
	struct rd rdata = rd_sub(r, rd_u16(r));
	if (type == RR_OPT)
		tell_opt(t, class, ttl, rdata);
	if (type != RR_TSIG)
		return;
	name_read_plain(&rdata, &algorithm);
	rd_take(&rdata, 8);
	bool bare = rd_u16(&rdata) == 0;
	rd_u16(&rdata);
	say(t, " TSIG%u%s", rd_u16(&rdata), bare ? "" : " signed");
}

/* upper_rcode finds the upper eight bits, in the OPT if there is one. */
static unsigned upper_rcode(struct rd r, unsigned rrs)
{
	struct name owner;

	for (unsigned i = 0; i < rrs; i++) {
		name_read(&r, &owner);
		uint16_t type = rd_u16(&r);
		rd_u16(&r);
		uint32_t ttl = rd_u32(&r);
		rd_take(&r, rd_u16(&r));
		if (type == RR_OPT)
			return ttl >> 24;
	}
	return 0;
}

static const char *tell(struct view answer)
{
	static struct told t;
	struct rd r = rd_of(answer);
	struct name qname;
	uint16_t count[4];

	t.n = 0;
	rd_u16(&r);
	uint16_t flags = rd_u16(&r);
	for (unsigned i = 0; i < 4; i++)
		count[i] = rd_u16(&r);
	for (unsigned i = 0; i < count[0]; i++) {
		name_read(&r, &qname);
		rd_take(&r, 4);
	}
	unsigned rrs = (unsigned)count[1] + count[2] + count[3];
	unsigned rcode = (flags & FLAG_RCODE) | upper_rcode(r, rrs) << 4;
	say(&t, "%s", rcode < COUNT_OF(rcodes) ? rcodes[rcode] : "?");
	if ((flags & FLAG_OPCODE) != 0)
		say(&t, " opcode%u", (flags & FLAG_OPCODE) >> 11U);
	for (size_t i = 0; i < COUNT_OF(flag_names); i++)
		if (flags & flag_names[i].bit)
			say(&t, " %s", flag_names[i].name);
	say(&t, " %u/%u/%u/%u", count[0], count[1], count[2], count[3]);
	for (unsigned i = 0; i < rrs; i++)
		tell_rr(&t, &r);
	if (!rd_done(&r))
		say(&t, " malformed");
	return t.text;
}

const char *answering_tell(struct answering *a, enum transport how, struct view request)
{
	if (!answering_ask(a, how, request))
		return "silence";
	ck_assert_msg(request.n < 2 || memcmp(a->answer, request.p, 2) == 0, "another id");
	return tell(view_of(a->answer, a->n_answer));
}

bool answering_agrees(struct answering *a, const char *name, uint16_t type, bool dnssec, char *report, size_t cap)
{
	uint8_t request[600];
	struct wr w = wr_of(request, sizeof request);
	const struct model model = { a->zone, a->n_zones, a->options.nsec3_iterations_max };
	struct model_message want, have;
	struct name n = name_of(name);

	request_of(&w, name, type);
	if (dnssec)
		request_opt(&w, MSG_MAX, EDNS_DO, view_of(NULL, 0));
	answering_ask(a, TRANSPORT_TCP, wr_view_of(&w));
	const char *wrong = message_parse(view_of(a->answer, a->n_answer), &have);
	if (wrong == NULL && have.flags & FLAG_TC)
		wrong = "TC is set";
	if (wrong != NULL) {
		snprintf(report, cap, "%s", wrong);
		message_free(&have);
		return false;
	}
	model_answer(&model, &n, type, dnssec, &want);
	bool differs = message_differs(&want, &have, report, cap);
	message_free(&want);
	message_free(&have);
	return !differs;
}

void answering_question(struct answering *a, const struct twin *t, const struct twin_question *q)
{
	static char report[3000];
	uint8_t request[512];
	struct wr w = wr_of(request, sizeof request);

	twin_request(q, 0x1234, &w);
	ck_assert(answering_ask(a, TRANSPORT_TCP, wr_view_of(&w)));
	ck_assert_msg(twin_agrees(t, q, view_of(a->answer, a->n_answer), report, sizeof report), "%s", report);
}

void answering_twin(struct twin *t, unsigned questions)
{
	static struct answering a;

	answering_begin(&a);
	for (size_t i = 0; i < t->zones.n; i++)
		answering_compile(&a, t->zones.zone[i]);
	answering_ready(&a);
	for (unsigned i = 0; i < questions; i++) {
		struct twin_question q = twin_question(t);
		answering_question(&a, t, &q);
	}
	for (size_t i = 0; i < t->zones.n; i++)
		verified_zone(a.snapshot, &t->zones.zone[i]->apex, "twin");
	answering_end(&a);
}

void request_of(struct wr *out, const char *name, uint16_t type)
{
	struct name n = name_of(name);

	wr_bytes(out, "\x12\x34\0\0\0\1\0\0\0\0\0\0", MSG_HEADER);
	wr_bytes(out, n.wire, n.len);
	wr_u16(out, type);
	wr_u16(out, CLASS_IN);
}

void request_opt(struct wr *out, uint16_t size, uint32_t ttl, struct view options)
{
	put_u16(out->p + 10, (uint16_t)(get_u16(out->p + 10) + 1));
	wr_u8(out, 0);
	wr_u16(out, RR_OPT);
	wr_u16(out, size);
	wr_u32(out, ttl);
	wr_u16(out, (uint16_t)options.n);
	wr_view(out, options);
}
