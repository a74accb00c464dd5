#include "answer/query.h"

#include <stdlib.h>

#include "answer/ask.h"
#include "answer/chaos.h"
#include "answer/edns.h"
#include "answer/tsig.h"
#include "base/le.h"

/* A request on its way through the steps; fields are filled in their order. */
struct query {
	struct ask ask;
	struct rd in;
	struct edns edns;
	unsigned slot;      /* where query_touch left the question; QUERY_BATCH: it did not */
	struct rd tsig;     /* where the request's TSIG record is */
	uint16_t id, flags;
	uint64_t counts;    /* of questions, answers, authority and additional records: 16 bits each */
	size_t room;        /* kept free in the message for OPT */
	uint16_t rcode;     /* all 12 bits */
	uint16_t qclass;
	uint8_t opcode;
	bool has_question;  /* echoed in the answer */
	bool has_tsig;      /* and it is answered with BADKEY */
	bool has_zone;      /* ask.zone is what the answer is from */
};

#define COUNTS_AND_OPT 0x0001000000000001U /* one question, one additional record */

static enum verdict error(struct query *q, uint16_t rcode)
{
	q->rcode = rcode;
	return SEND;
}

/* step_header: is it a request at all? What is too short to have a header, and what is an answer, gets none. */
static enum verdict step_header(struct query *q)
{
	struct view h = rd_take(&q->in, MSG_HEADER);

	if (unlikely(h.n != MSG_HEADER) || h.p[2] & FLAG_QR >> 8)
		return DROP;
	q->id = get_u16(h.p);
	q->flags = get_u16(h.p + 2);
	q->counts = be64(h.p + 4);
	q->opcode = (uint8_t)((q->flags & FLAG_OPCODE) >> 11);
	return NEXT;
}

/* One record behind the question: only OPT and TSIG mean something here. */
static enum verdict read_record(struct query *q, bool additional, bool last)
{
	struct rd record = q->in;
	struct name owner;

	if (*q->in.at == 0 && rd_left(&q->in) > 0) {
		rd_u8(&q->in);
		owner.len = 1;
	} else {
		name_read(&q->in, &owner);
	}
	uint16_t type = rd_u16(&q->in), class = rd_u16(&q->in);
	uint32_t ttl = rd_u32(&q->in);
	struct rd rdata = rd_sub(&q->in, rd_u16(&q->in));

	if (q->in.bad)
		return error(q, RCODE_FORMERR);
	if (type == RR_OPT) { /* RFC 6891 6.1.1: one, in the additional section, owned by the root */
		if (q->edns.present || !additional || owner.len != 1)
			return error(q, RCODE_FORMERR);
		edns_read(class, ttl, &q->edns);
		return edns_read_options(rdata, &q->edns) ? NEXT : error(q, RCODE_FORMERR);
	}
	if (type == RR_TSIG) { /* RFC 8945 5.1: the last record; 5.2.1: we have no key of that name */
		q->has_tsig = additional && last && tsig_sound(record);
		q->tsig = record;
		return error(q, q->has_tsig ? RCODE_NOTAUTH : RCODE_FORMERR);
	}
	return NEXT;
}

/* only_opt reads what nearly every request ends with: one OPT without options. */
static inline bool only_opt(struct query *q)
{
	const uint8_t *p = q->in.at;

	if (q->counts != COUNTS_AND_OPT || q->in.end - p != OPT_FIXED || p[0] != 0 || get_u16(p + 1) != RR_OPT ||
	    get_u16(p + 9) != 0)
		return false;
	edns_read(get_u16(p + 3), get_u32(p + 5), &q->edns);
	return true;
}

/* read_records walks over what follows the question. It ends because every record takes at least 11 octets. What is
 * behind the last record is nobody's business. */
static COLD enum verdict read_records(struct query *q)
{
	unsigned additional = (unsigned)(uint16_t)(q->counts >> 32) + (uint16_t)(q->counts >> 16);
	unsigned all = additional + (uint16_t)q->counts;

	for (unsigned i = 0; i < all; i++) {
		if (rd_left(&q->in) == 0)
			return error(q, RCODE_FORMERR);
		enum verdict v = read_record(q, i >= additional, i + 1 == all);
		if (v != NEXT)
			return v;
	}
	return NEXT;
}

/* turn_of gives the slot in which query_touch prepared the request that is next, QUERY_BATCH if it did not. */
static inline unsigned turn_of(struct answerer *a, struct view request)
{
	unsigned slot = a->turn;
	struct touched *t = &a->touched[slot];
	bool prepared = t->request.p == request.p && t->request.n == request.n;

	t->request.p = NULL;
	a->turn += slot < QUERY_BATCH;
	return prepared ? slot : QUERY_BATCH;
}

/* question_of takes the question's name, unless query_touch did. */
static inline const struct link *question_of(struct query *q)
{
	struct answerer *a = q->ask.a;
	struct link *question = &a->question[q->slot];

	if (likely(q->slot != QUERY_BATCH)) {
		q->in.at += question->name.len;
		if (a->touched[q->slot].cache_changes == a->cache_changes)
			q->ask.zone = a->touched[q->slot].zone;
	} else {
		qname_read(&q->in, &q->ask.s->key, &question->name);
	}
	return question;
}

/* An opcode that nobody here knows. If the message has the shape of a question all the same, its OPT is answered
 * with an OPT (RFC 6891 6.1.1, 6.1.3); DSO's has not (RFC 8490 5.4). */
static COLD enum verdict refuse_opcode(struct query *q)
{
	struct name name;

	if (q->counts >> 48 == 1) {
		name_read(&q->in, &name);
		rd_take(&q->in, 4);
	}
	if (q->counts >> 48 <= 1 && !q->in.bad)
		read_records(q);
	return error(q, q->edns.version != 0 ? RCODE_BADVERS : RCODE_NOTIMP);
}

/* step_question: exactly one, its name without pointers. It is copied as it came, letter case and all. */
static enum verdict step_question(struct query *q)
{
	struct ask *a = &q->ask;
	const uint8_t *from = q->in.at;

	if (q->opcode != OPCODE_QUERY && q->opcode != OPCODE_NOTIFY && q->opcode != OPCODE_UPDATE)
		return refuse_opcode(q);
	if (q->counts >> 48 == 0)
		read_records(q); /* an OPT is answered with an OPT even so (RFC 6891 6.1.1) */
	if (q->counts >> 48 != 1)
		return error(q, RCODE_FORMERR);
	a->link = a->question = question_of(q);
	a->n_links = 1;
	struct view rest = rd_take(&q->in, 4);
	if (rest.n != 4)
		return error(q, RCODE_FORMERR);
	a->qtype = get_u16(rest.p);
	q->qclass = get_u16(rest.p + 2);
	wr_bytes(a->out, from, (size_t)(q->in.at - from));
	q->has_question = true;
	return NEXT;
}

static enum verdict step_records(struct query *q)
{
	return likely(only_opt(q)) ? NEXT : read_records(q);
}

/* step_edns: version 0 is the only one there is; how large may the answer be, and what must be kept free for OPT? */
static enum verdict step_edns(struct query *q)
{
	struct ask *a = &q->ask;
	const struct answer_options *o = a->a->options;

	if (q->edns.version != 0)
		return error(q, RCODE_BADVERS);
	a->dnssec = q->edns.dnssec;
	if (!a->tcp) {
		size_t most = q->edns.size < o->udp_size ? q->edns.size : o->udp_size;
		a->out->cap = most < a->out->cap ? most : a->out->cap;
	}
	q->room = edns_room(&q->edns, o, a->tcp);
	if (unlikely(q->room > a->out->cap - a->out->len)) { /* a long NSID behind a long question: everything else fits */
		q->edns.asked &= (uint8_t)~ASKED_NSID;
		q->room = edns_room(&q->edns, o, a->tcp);
	}
	a->out->cap -= q->room;
	return NEXT;
}

static enum verdict step_class(struct query *q)
{
	if (q->qclass == CLASS_IN)
		return NEXT;
	if (q->opcode == OPCODE_QUERY && q->qclass == CLASS_ANY) {
		q->ask.any_class = true;
		return NEXT;
	}
	if (q->opcode == OPCODE_QUERY && q->qclass == CLASS_CH) {
		q->rcode = chaos_answer(&q->ask);
		return SEND;
	}
	return error(q, q->opcode == OPCODE_QUERY ? RCODE_REFUSED : RCODE_NOTIMP);
}

static COLD enum verdict damaged(struct query *q)
{
	q->ask.a->counters.damaged++;
	q->ask.ede = EDE_INVALID_DATA;
	return error(q, RCODE_SERVFAIL);
}

/* refuse_zone says whether the question's name is the apex of a zone served. */
static COLD enum verdict refuse_zone(struct query *q)
{
	struct ask *a = &q->ask;
	enum err e = look_zone(a, a->link->name.labels);
	bool apex = e == OK && a->zone->depth == a->link->name.labels;

	if (e == ERR_DAMAGED) {
		broken(a);
		return damaged(q);
	}
	a->ede = apex ? EDE_NOT_SUPPORTED : EDE_NOT_AUTHORITATIVE;
	return error(q, apex ? RCODE_REFUSED : RCODE_NOTAUTH);
}

static enum verdict answer_question(struct query *q)
{
	struct ask *a = &q->ask;

	if (resolve(a) == BROKEN)
		return damaged(q);
	q->rcode = a->rcode;
	q->has_zone = a->rcode != RCODE_REFUSED;
	return SEND;
}

/* IXFR, AXFR, MAILB, MAILA and NXNAME; NEXT for what is none of these. Transfers of a zone served are refused, of
 * another are not ours to answer (RFC 5936 2.2.1). There is no AXFR over UDP (RFC 5936 4.2), no IXFR without the
 * client's SOA (RFC 1995 3), nobody has mailboxes, and NXNAME is nothing to ask for (RFC 9824 3.5). */
static COLD enum verdict refuse_type(struct query *q)
{
	uint16_t type = q->ask.qtype;

	if (type == RR_NXNAME) {
		q->ask.ede = EDE_INVALID_QUERY_TYPE;
		return error(q, RCODE_FORMERR);
	}
	if (type < RR_IXFR)
		return NEXT;
	if (type == RR_MAILA || type == RR_MAILB || (type == RR_AXFR && !q->ask.tcp))
		return error(q, RCODE_NOTIMP);
	refuse_zone(q);
	if (q->rcode == RCODE_REFUSED && type == RR_IXFR && (uint16_t)(q->counts >> 16) == 0)
		return error(q, RCODE_FORMERR);
	return SEND;
}

/* What becomes of an opcode and a type that are no plain question: as with transfers, so with UPDATE (RFC 2136 3.1.2)
 * and NOTIFY (RFC 1996 3.10). */
static enum verdict step_route(struct query *q)
{
	uint16_t type = q->ask.qtype;

	if (q->opcode != OPCODE_QUERY)
		return refuse_zone(q);
	if (unlikely(type >= RR_NXNAME && type <= RR_MAILA) && refuse_type(q) == SEND)
		return SEND;
	return answer_question(q);
}

/* The steps, in their order; the first that does not say NEXT ends the list. */
static inline enum verdict run_steps(struct query *q)
{
	enum verdict v;

	if ((v = step_header(q)) != NEXT ||   /* is it a request at all?      DROP ends here    */
	    (v = step_question(q)) != NEXT || /* exactly one                  NOTIMP, FORMERR   */
	    (v = step_records(q)) != NEXT ||  /* OPT, TSIG, nothing behind    FORMERR, NOTAUTH  */
	    (v = step_edns(q)) != NEXT ||     /* version, size                BADVERS           */
	    (v = step_class(q)) != NEXT)      /* IN | CH                      REFUSED           */
		return v;
	return step_route(q);                 /* QUERY | what we refuse                         */
}

/* An error's message has nothing but the question. */
static COLD void leave_question(struct query *q)
{
	struct ask *a = &q->ask;

	a->out->len = MSG_HEADER + (q->has_question ? a->question->name.len + 4U : 0U);
	memset(a->count, 0, sizeof a->count);
	a->tc = a->aa = q->has_zone = false;
}

static void write_opt(struct query *q)
{
	struct ask *a = &q->ask;
	const struct answer_options *o = a->a->options;

	edns_write(&q->edns, o->udp_size, q->rcode, a->out);
	if (unlikely(q->edns.asked != 0 || a->ede != EDE_NONE)) {
		struct edns_answer e = { .options = o, .ede = a->ede, .tcp = a->tcp, .has_version = q->has_zone };
		if (q->has_zone) {
			e.zone_labels = a->zone->depth;
			e.serial = a->zone->part.serial;
		}
		edns_write_options(&q->edns, &e, a->out);
	}
	a->count[ADDITIONAL]++;
}

/* finish is the only place that writes the header and OPT, and counts: errors carry them too. */
static inline enum verdict finish(struct query *q)
{
	struct ask *a = &q->ask;
	struct answer_counters *c = &a->a->counters;

	if (q->rcode != RCODE_NOERROR && q->rcode != RCODE_NXDOMAIN && q->rcode != RCODE_YXDOMAIN)
		leave_question(q);
	a->out->cap += q->room;
	if (q->edns.present)
		write_opt(q);
	if (unlikely(q->has_tsig) && q->rcode == RCODE_NOTAUTH && tsig_badkey(q->tsig, a->out))
		a->count[ADDITIONAL]++;
	uint16_t flags = (uint16_t)(FLAG_QR | (q->flags & (FLAG_OPCODE | FLAG_RD | FLAG_CD)) |
				    (a->aa && !a->any_class ? FLAG_AA : 0) | (a->tc ? FLAG_TC : 0) |
				    (q->rcode & FLAG_RCODE));
	uint8_t *h = a->out->p;
	put_u16(h, q->id);
	put_u16(h + 2, flags);
	put_u16(h + 4, q->has_question);
	put_u16(h + 6, a->count[ANSWER]);
	put_u16(h + 8, a->count[AUTHORITY]);
	put_u16(h + 10, a->count[ADDITIONAL]);
	c->queries++;
	c->truncated += a->tc;
	c->rcode[q->rcode < COUNT_OF(c->rcode) ? q->rcode : 0]++;
	return SEND;
}

enum verdict query_answer(struct answerer *a, const struct snapshot *s, enum transport how, struct view request,
			  struct wr *out)
{
	struct query q; /* what is not filled here is by the first steps */

	q.ask = (struct ask){ .a = a, .s = s, .out = out, .tcp = how == TRANSPORT_TCP, .ede = EDE_NONE };
	q.in = rd_of(request);
	q.edns = (struct edns){ .size = MSG_UDP_PLAIN };
	q.slot = turn_of(a, request);
	q.room = 0;
	q.rcode = RCODE_NOERROR;
	q.has_question = q.has_tsig = q.has_zone = false;
	cache_begin(a, s);
	out->len = MSG_HEADER;
	if (run_steps(&q) != DROP)
		return finish(&q);
	a->counters.dropped++;
	return DROP;
}

/* touch_question prepares a question and asks for the place in the directory that it leads to. */
static __attribute__((noinline)) void touch_question(struct answerer *a, const struct snapshot *s, unsigned slot, struct view request)
{
	struct touched *t = &a->touched[slot];
	struct qname *name = &a->question[slot].name;

	if (slot == 0)
		a->turn = 0;
	t->request.p = NULL;
	t->entry = t->then = NULL;
	if (request.n <= MSG_HEADER)
		return;
	struct rd r = rd_of(view_of(request.p + MSG_HEADER, request.n - MSG_HEADER));
	qname_read(&r, &s->key, name);
	if (r.bad)
		return;
	t->request = request;
	cache_begin(a, s);
	look_ahead(a, s, name, t);
	__builtin_prefetch(t->entry);
	__builtin_prefetch(t->then);
}

/* touch_page asks for the first lines of the page that a directory names: its tags. */
static inline void touch_page(const struct snapshot *s, const page_ref *entry)
{
	if (entry == NULL)
		return;
	struct view page = page_view(*entry, s->psize);
	if (page.n == 0)
		return;
	__builtin_prefetch(page.p);
	__builtin_prefetch(page.p + 64);
}

void query_touch(struct answerer *a, const struct snapshot *s, unsigned slot, unsigned stage, struct view request)
{
	if (slot >= QUERY_BATCH)
		return;
	if (stage == 0) {
		touch_question(a, s, slot, request);
		return;
	}
	touch_page(s, a->touched[slot].entry);
	touch_page(s, a->touched[slot].then);
}

void answer_options_default(struct answer_options *o)
{
	*o = (struct answer_options){ .udp_size = 1232, .keepalive = 100, .nsec3_iterations_max = 100 };
}

struct answerer *answerer_new(const struct answer_options *o)
{
	struct answerer *a = calloc(1, sizeof *a);

	if (a == NULL)
		return NULL;
	a->options = o;
	for (size_t i = 0; i < COUNT_OF(a->question); i++)
		a->question[i].at = MSG_HEADER;
	return a;
}

void answerer_free(struct answerer *a)
{
	free(a);
}

const struct answer_counters *answerer_counters(const struct answerer *a)
{
	return &a->counters;
}

const char *answerer_damaged(const struct answerer *a)
{
	return a->damaged;
}
