#include "tests/model/message.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "dns/rdata.h"

static const char *const section_names[MODEL_SECTIONS] = { "answer", "authority", "additional" };

void message_free(struct model_message *m)
{
	for (int s = 0; s < MODEL_SECTIONS; s++)
		free(m->section[s].rr);
	arena_free(&m->arena);
	*m = (struct model_message){ 0 };
}

static void append(struct model_message *m, int section, const struct model_rr *rr)
{
	struct model_section *s = &m->section[section];

	s->rr = grow_array(s->rr, &s->cap, s->n + 1, sizeof *s->rr);
	s->rr[s->n] = *rr;
	s->rr[s->n].rdata.p = arena_copy(&m->arena, rr->rdata.p, rr->rdata.n);
	s->n++;
}

static void fold_name(uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] >= 'A' && p[i] <= 'Z')
			p[i] = (uint8_t)(p[i] + 32);
}

/* Names that a sender may compress may borrow the letters of an earlier name in the message. The longest RDATA
 * with such names is a SOA. */
static bool same_rdata(uint16_t type, struct view a, struct view b)
{
	struct rdata_name names[2];
	uint8_t fold_a[2 * NAME_WIRE_MAX + 20], fold_b[sizeof fold_a];
	size_t n = rdata_names(type, a, names, COUNT_OF(names));

	if (n == 0 || !names[0].compress || a.n != b.n || a.n > sizeof fold_a)
		return view_eq(a, b);
	memcpy(fold_a, a.p, a.n);
	memcpy(fold_b, b.p, b.n);
	for (size_t i = 0; i < n; i++) {
		fold_name(fold_a + names[i].at, names[i].len);
		fold_name(fold_b + names[i].at, names[i].len);
	}
	return memcmp(fold_a, fold_b, a.n) == 0;
}

static bool same_rr(const struct model_rr *a, const struct model_rr *b)
{
	return a->type == b->type && a->ttl == b->ttl && name_eq(&a->owner, &b->owner) &&
	       same_rdata(a->type, a->rdata, b->rdata);
}

void message_add(struct model_message *m, int section, const struct name *owner, uint16_t type, uint32_t ttl,
		 struct view rdata)
{
	struct model_rr rr = { *owner, type, ttl, rdata };

	for (size_t i = 0; i < m->section[section].n; i++)
		if (same_rr(&m->section[section].rr[i], &rr))
			return;
	append(m, section, &rr);
}

static const char *parse_opt(struct rd *rdata, uint16_t size, uint32_t ttl, struct model_message *m)
{
	if (m->has_opt)
		return "two OPT records";
	if (ttl >> 16 & 0xff)
		return "an OPT of another version than 0";
	m->has_opt = true;
	m->opt_size = size;
	m->opt_flags = (uint16_t)ttl;
	m->rcode = (uint16_t)(m->rcode | ttl >> 24 << 4);
	m->opt = rd_rest(rdata);
	m->opt.p = arena_copy(&m->arena, m->opt.p, m->opt.n);
	return NULL;
}

static bool may_be_compressed(uint16_t type, struct view rdata)
{
	struct rdata_name first;

	return rdata_names(type, rdata, &first, 1) > 0 && first.compress;
}

static const char *parse_rr(struct rd *r, int section, struct model_message *m)
{
	static uint8_t expanded[RDATA_MAX + 1];
	struct wr out = wr_of(expanded, sizeof expanded);
	struct model_rr rr;

	name_read(r, &rr.owner);
	rr.type = rd_u16(r);
	uint16_t class = rd_u16(r);
	rr.ttl = rd_u32(r);
	size_t length = rd_u16(r);
	struct rd rdata = rd_sub(r, length);
	if (r->bad)
		return "a record that does not end within the message";
	if (rr.type == RR_OPT) {
		if (section != MODEL_ADDITIONAL || rr.owner.len != 1)
			return "an OPT where none may be";
		return parse_opt(&rdata, class, rr.ttl, m);
	}
	if (class != CLASS_IN)
		return "a record of another class than IN";
	if (rdata_expand(rr.type, rdata, &out) != OK)
		return "RDATA that is not of its type";
	rr.rdata = wr_view_of(&out);
	if (out.len != length && !may_be_compressed(rr.type, rr.rdata))
		return "a compressed name where none may be (RFC 3597 4)";
	append(m, section, &rr);
	return NULL;
}

const char *message_parse(struct view wire, struct model_message *m)
{
	struct rd r = rd_of(wire);
	uint16_t count[MODEL_SECTIONS];

	*m = (struct model_message){ 0 };
	m->id = rd_u16(&r);
	m->flags = rd_u16(&r);
	m->rcode = m->flags & FLAG_RCODE;
	m->aa = (m->flags & FLAG_AA) != 0;
	uint16_t questions = rd_u16(&r);
	for (int s = 0; s < MODEL_SECTIONS; s++)
		count[s] = rd_u16(&r);
	if (r.bad || !(m->flags & FLAG_QR) || questions > 1)
		return "not the header of a response";
	if (questions == 1) {
		m->has_question = true;
		name_read_plain(&r, &m->qname);
		m->qtype = rd_u16(&r);
		m->qclass = rd_u16(&r);
		if (r.bad)
			return "a question that does not end within the message";
	}
	for (int s = 0; s < MODEL_SECTIONS; s++)
		for (unsigned i = 0; i < count[s]; i++) {
			const char *wrong = parse_rr(&r, s, m);
			if (wrong != NULL)
				return wrong;
		}
	return rd_done(&r) ? NULL : "bytes behind the last record";
}

/* A report is text that grows until it is full; then the rest is dropped. */
struct text {
	char *p;
	size_t len, cap;
};

static void PRINTF_LIKE(2, 3) say(struct text *t, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	int n = vsnprintf(t->p + t->len, t->cap - t->len, fmt, args);
	va_end(args);
	if (n > 0)
		t->len = (size_t)n < t->cap - t->len ? t->len + (size_t)n : t->cap - 1;
}

static void say_rr(struct text *t, const char *who, const char *where, const struct model_rr *rr)
{
	static char rdata[5 * RDATA_MAX + 1100];
	char owner[NAME_TEXT_MAX], type[16];
	struct wr w = wr_of(rdata, sizeof rdata);

	name_print(&rr->owner, owner);
	rrtype_print(rr->type, type);
	if (rdata_print(rr->type, rr->rdata, &w) != OK)
		snprintf(rdata, sizeof rdata, "(%zu octets that do not print)", rr->rdata.n);
	say(t, "  %s%s: %s %u %s %.300s\n", who, where, owner, rr->ttl, type, rdata);
}

/* say_missing says which records of a, a section, are not in b, each record of b standing for one of a. */
static bool say_missing(struct text *t, const char *who, int section, const struct model_section *a,
			const struct model_section *b)
{
	bool *used = calloc(b->n + 1, sizeof *used);
	bool any = false;

	for (size_t i = 0; i < a->n; i++) {
		size_t k = 0;
		while (k < b->n && (used[k] || !same_rr(&a->rr[i], &b->rr[k])))
			k++;
		used[k < b->n ? k : b->n] = true;
		if (k == b->n) {
			say_rr(t, who, section_names[section], &a->rr[i]);
			any = true;
		}
	}
	free(used);
	return any;
}

bool message_differs(const struct model_message *want, const struct model_message *have, char *report, size_t cap)
{
	struct text t = { report, 0, cap };
	bool differs = want->rcode != have->rcode || want->aa != have->aa;

	report[0] = 0;
	if (differs)
		say(&t, "  rcode %u aa %d expected, rcode %u aa %d found\n", want->rcode, want->aa, have->rcode,
		    have->aa);
	for (int s = 0; s < MODEL_SECTIONS; s++) {
		differs |= say_missing(&t, "missing in ", s, &want->section[s], &have->section[s]);
		differs |= say_missing(&t, "too much in ", s, &have->section[s], &want->section[s]);
	}
	return differs;
}

void message_print(const struct model_message *m, char *out, size_t cap)
{
	struct text t = { out, 0, cap };

	out[0] = 0;
	say(&t, "  rcode %u aa %d\n", m->rcode, m->aa);
	for (int s = 0; s < MODEL_SECTIONS; s++)
		for (size_t i = 0; i < m->section[s].n; i++)
			say_rr(&t, "", section_names[s], &m->section[s].rr[i]);
}
