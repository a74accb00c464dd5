#include "answer/query.h"

#include <stdlib.h>

#include "answer/ask.h"
#include "answer/chaos.h"
#include "answer/tsig.h"

/* A request on its way to its answer. */
struct query {
	struct ask ask;
	struct request *in;
	size_t room;    /* kept free in the message for OPT */
	uint16_t rcode; /* all 12 bits */
	bool has_zone;  /* ask.zone is what the answer is from */
};

static enum verdict error(struct query *q, uint16_t rcode)
{
	q->rcode = rcode;
	return SEND;
}

/* limit_size: over UDP an answer may be as large as both sides say. */
static ALWAYS_INLINE void limit_size(struct query *q, bool tcp)
{
	size_t ours = q->ask.a->options->udp_size, theirs = q->in->edns.size;
	struct wr *out = &q->ask.out;

	if (!tcp && theirs < out->cap)
		out->cap = theirs;
	if (!tcp && ours < out->cap)
		out->cap = ours;
}

/* step_edns: version 0 is the only one there is; what must be kept free for OPT? */
static enum verdict step_edns(struct query *q)
{
	struct edns *e = &q->in->edns;
	struct wr *out = &q->ask.out;
	const struct answer_options *o = q->ask.a->options;

	if (e->version != 0)
		return error(q, RCODE_BADVERS);
	limit_size(q, q->ask.tcp);
	q->room = edns_room(e, o, q->ask.tcp);
	if (unlikely(q->room >
		     out->cap - out->len)) { /* a long NSID behind a long question: everything else fits */
		e->asked &= (uint8_t)~ASKED_NSID;
		q->room = edns_room(e, o, q->ask.tcp);
	}
	out->cap -= q->room;
	return NEXT;
}

static enum verdict step_class(struct query *q)
{
	bool query = request_opcode(q->in) == OPCODE_QUERY;

	if (likely(q->in->qclass == CLASS_IN))
		return NEXT;
	if (query && q->in->qclass == CLASS_ANY) {
		q->ask.any_class = true;
		return NEXT;
	}
	if (query && q->in->qclass == CLASS_CH)
		return error(q, chaos_answer(&q->ask));
	return error(q, query ? RCODE_REFUSED : RCODE_NOTIMP);
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

static enum verdict resolved(struct query *q, enum outcome o)
{
	if (o == BROKEN)
		return damaged(q);
	q->rcode = q->ask.rcode;
	q->has_zone = q->rcode != RCODE_REFUSED;
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
	if (q->rcode == RCODE_REFUSED && type == RR_IXFR && (uint16_t)(q->in->counts >> 16) == 0)
		return error(q, RCODE_FORMERR);
	return SEND;
}

/* What becomes of an opcode and a type that are no plain question: as with transfers, so with UPDATE (RFC
 * 2136 3.1.2) and NOTIFY (RFC 1996 3.10). */
static enum verdict step_route(struct query *q)
{
	uint16_t type = q->ask.qtype;

	if (request_opcode(q->in) != OPCODE_QUERY)
		return refuse_zone(q);
	if (unlikely(type >= RR_NXNAME && type <= RR_MAILA) && refuse_type(q) == SEND)
		return SEND;
	return resolved(q, resolve(&q->ask));
}

/* The steps, in their order; the first that does not say NEXT ends the list. */
static void run_steps(struct query *q)
{
	if (q->in->verdict == NEXT && /* as it was read                NOTIMP, FORMERR, NOTAUTH */
	    step_edns(q) == NEXT &&   /* version, size                 BADVERS                  */
	    step_class(q) == NEXT)    /* IN | CH                       REFUSED                  */
		step_route(q);        /* QUERY | what we refuse                                 */
}

/* An error's message has nothing but the question. */
static COLD void leave_question(struct query *q)
{
	struct ask *a = &q->ask;

	a->out.len = q->in->echoed;
	a->counts = 0;
	a->tc = a->aa = q->has_zone = false;
}

static void write_opt(struct query *q)
{
	struct ask *a = &q->ask;
	const struct answer_options *o = a->a->options;
	const struct edns *e = &q->in->edns;

	edns_write(e, o->udp_size, q->rcode, &a->out);
	if (e->asked != 0 || a->ede != EDE_NONE) {
		struct edns_answer with = {
			.options = o, .ede = a->ede, .tcp = a->tcp, .has_version = q->has_zone
		};
		if (q->has_zone) {
			with.zone_labels = a->zone->depth;
			with.serial = a->zone->part.serial;
		}
		edns_write_options(e, &with, &a->out);
	}
	a->counts++;
}

/* write_header finishes the header, which is still the request's. */
static inline void write_header(const struct query *q, uint16_t rcode, bool question)
{
	const struct ask *a = &q->ask;
	unsigned flags = FLAG_QR | (q->in->flags & (FLAG_OPCODE | FLAG_RD | FLAG_CD)) | (rcode & FLAG_RCODE);
	uint64_t counts = a->counts + ((uint64_t)question << QUESTION);

	if (a->aa && !a->any_class)
		flags |= FLAG_AA;
	if (unlikely(a->tc))
		flags |= FLAG_TC;
	put_u16(a->out.p + 2, (uint16_t)flags);
	put_be64(a->out.p + 4, counts);
}

static inline void count_answer(const struct ask *a, uint16_t rcode)
{
	struct answer_counters *c = &a->a->counters;

	c->queries++;
	if (unlikely(a->tc))
		c->truncated++;
	c->rcode[rcode < COUNT_OF(c->rcode) ? rcode : 0]++;
}

/* finish adds OPT and the header, and counts: errors carry them too. */
static enum verdict finish(struct query *q)
{
	struct ask *a = &q->ask;

	if (q->rcode != RCODE_NOERROR && q->rcode != RCODE_NXDOMAIN && q->rcode != RCODE_YXDOMAIN)
		leave_question(q);
	a->out.cap += q->room;
	if (q->in->edns.present)
		write_opt(q);
	if (q->in->has_tsig && q->rcode == RCODE_NOTAUTH && tsig_badkey(q->in->tsig, &a->out))
		a->counts++;
	write_header(q, q->rcode, q->in->echoed != MSG_HEADER);
	count_answer(a, q->rcode);
	return SEND;
}

static COLD enum verdict answer_with_steps(struct query *q)
{
	q->room = 0;
	q->rcode = q->in->rcode;
	q->has_zone = false;
	run_steps(q);
	return finish(q);
}

/* finish_explained is finish for a plain request whose answer has an extended error in its OPT. */
static COLD enum verdict finish_explained(struct query *q, enum outcome o)
{
	q->room = q->in->edns.present ? OPT_FIXED : 0;
	resolved(q, o);
	return finish(q);
}

/* A plain request passes all steps. What is left of them is to look at the size, and of finish to write an OPT,
 * for which room was kept: an answer without extended error is none whose message must be left empty. */
static ALWAYS_INLINE enum verdict answer_plain(struct query *q, bool tcp)
{
	const struct edns *e = &q->in->edns;
	struct ask *a = &q->ask;

	limit_size(q, tcp);
	if (likely(e->present))
		a->out.cap -= OPT_FIXED;
	enum outcome o = resolve(a);
	if (unlikely(o == BROKEN || a->ede != EDE_NONE))
		return finish_explained(q, o);
	if (likely(e->present)) {
		memcpy(a->out.p + a->out.len, a->a->opt[e->dnssec], OPT_FIXED);
		a->out.len += OPT_FIXED;
		a->counts++;
	}
	write_header(q, a->rcode, true);
	count_answer(a, a->rcode);
	return SEND;
}

/* answer_slot answers what prepare left in a slot. */
static ALWAYS_INLINE enum verdict answer_slot(struct answerer *a, const struct snapshot *s, enum transport how,
					      struct slot *t, struct wr *out)
{
	struct request *r = &t->request;
	bool tcp = how == TRANSPORT_TCP;
	struct query q;

	if (unlikely(r->verdict == DROP)) {
		a->counters.dropped++;
		return DROP;
	}
	q.in = r;
	q.ask = (struct ask){ .a = a,
			      .s = s,
			      .out = *out,
			      .link = &r->question,
			      .question = &r->question,
			      .n_links = 1,
			      .qtype = r->qtype,
			      .dnssec = r->edns.dnssec,
			      .tcp = tcp,
			      .ede = EDE_NONE };
	if (likely(t->zone != NULL && t->cache_changes == a->cache_changes)) {
		q.ask.zone = t->zone;
		q.ask.start = &t->start;
	}
	wr_bytes(&q.ask.out, r->octets.p, r->echoed);
	enum verdict v = likely(r->plain) ? answer_plain(&q, tcp) : answer_with_steps(&q);
	out->len = q.ask.out.len;
	return v;
}

/* A request is prepared in two stages, each prefetching for the next: its question is read, hashed and looked up
 * in the directory; the directory says which page will be asked. */
static ALWAYS_INLINE void prepare(struct answerer *a, const struct snapshot *s, struct slot *t,
				  struct view request)
{
	t->zone = NULL;
	t->entry = t->then = NULL;
	request_read(request, &s->key, &t->request);
	if (likely(t->request.verdict == NEXT))
		look_ahead(a, s, t);
	__builtin_prefetch(t->entry);
	__builtin_prefetch(t->then);
}

/* touch_page asks for the first lines of the page that a directory names: its tags. */
static inline struct view touch_page(const struct snapshot *s, const page_ref *entry)
{
	struct view page = { NULL, 0 };

	if (entry != NULL)
		page = page_view(*entry, s->psize);
	if (page.n != 0) {
		__builtin_prefetch(page.p);
		__builtin_prefetch(page.p + 64);
	}
	return page;
}

static inline void prepare_page(const struct snapshot *s, struct slot *t)
{
	t->start.page = touch_page(s, t->entry);
	if (unlikely(t->then != NULL))
		touch_page(s, t->then);
}

static void touch(struct answerer *a, const struct snapshot *s, struct slot *first, const struct view *requests,
		  unsigned n)
{
	cache_begin(a, s);
	for (unsigned i = 0; i < n; i++)
		prepare(a, s, &first[i], requests[i]);
	for (unsigned i = 0; i < n; i++)
		prepare_page(s, &first[i]);
}

void query_touch(struct answerer *a, const struct snapshot *s, const struct view *requests, unsigned n)
{
	touch(a, s, a->slot, requests, n);
}

enum verdict query_answer_touched(struct answerer *a, const struct snapshot *s, unsigned slot, struct wr *out)
{
	return answer_slot(a, s, TRANSPORT_UDP, &a->slot[slot], out);
}

enum verdict query_answer(struct answerer *a, const struct snapshot *s, enum transport how, struct view request,
			  struct wr *out)
{
	struct slot *t = &a->slot[QUERY_BATCH];

	touch(a, s, t, &request, 1);
	return answer_slot(a, s, how, t, out);
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
	for (unsigned dnssec = 0; dnssec < 2; dnssec++) {
		struct wr w = wr_of(a->opt[dnssec], sizeof a->opt[dnssec]);
		edns_write(&(struct edns){ .dnssec = dnssec }, o->udp_size, RCODE_NOERROR, &w);
	}
	for (size_t i = 0; i < COUNT_OF(a->slot); i++)
		a->slot[i].request.question.at = MSG_HEADER;
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
