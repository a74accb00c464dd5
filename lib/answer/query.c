#include "answer/query.h"

#include <stdlib.h>

#include "answer/ask.h"
#include "answer/chaos.h"
#include "answer/tsig.h"

/* A request on its way to its answer. */
struct query {
	struct ask *ask;
	struct request *in;
	size_t room;    /* kept free in the message for OPT */
	uint16_t rcode; /* all 12 bits */
	bool has_zone;  /* ask->zone is what the answer is from */
};

static enum verdict error(struct query *q, uint16_t rcode)
{
	q->rcode = rcode;
	return SEND;
}

/* largest gives how large an answer may be: over UDP as both sides say. */
static inline size_t largest(const struct answerer *a, const struct request *in, bool tcp)
{
	size_t ours = a->options->udp_size, theirs = in->edns.size;

	if (tcp)
		return MSG_MAX;
	return theirs < ours ? theirs : ours;
}

/* step_edns: version 0 is the only one there is; what must be kept free for OPT? */
static enum verdict step_edns(struct query *q)
{
	struct edns *e = &q->in->edns;
	struct wr *out = &q->ask->out;
	const struct answer_options *o = q->ask->a->options;

	if (e->version != 0)
		return error(q, RCODE_BADVERS);
	q->room = edns_room(e, o, q->ask->tcp);
	if (unlikely(q->room >
		     out->cap - out->len)) { /* a long NSID behind a long question: everything else fits */
		e->asked &= (uint8_t)~ASKED_NSID;
		q->room = edns_room(e, o, q->ask->tcp);
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
		q->ask->any_class = true;
		return NEXT;
	}
	if (query && q->in->qclass == CLASS_CH)
		return error(q, chaos_answer(q->ask));
	return error(q, query ? RCODE_REFUSED : RCODE_NOTIMP);
}

static COLD enum verdict damaged(struct query *q)
{
	q->ask->a->counters.damaged++;
	q->ask->ede = EDE_INVALID_DATA;
	return error(q, RCODE_SERVFAIL);
}

/* refuse_zone says whether the question's name is the apex of a zone served. */
static COLD enum verdict refuse_zone(struct query *q)
{
	struct ask *a = q->ask;
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
	q->rcode = q->ask->rcode;
	q->has_zone = q->rcode != RCODE_REFUSED;
	return SEND;
}

/* IXFR, AXFR, MAILB, MAILA and NXNAME; NEXT for what is none of these. Transfers of a zone served are refused, of
 * another are not ours to answer (RFC 5936 2.2.1). There is no AXFR over UDP (RFC 5936 4.2), no IXFR without the
 * client's SOA (RFC 1995 3), nobody has mailboxes, and NXNAME is nothing to ask for (RFC 9824 3.5). */
static COLD enum verdict refuse_type(struct query *q)
{
	uint16_t type = q->ask->qtype;

	if (type == RR_NXNAME) {
		q->ask->ede = EDE_INVALID_QUERY_TYPE;
		return error(q, RCODE_FORMERR);
	}
	if (type < RR_IXFR)
		return NEXT;
	if (type == RR_MAILA || type == RR_MAILB || (type == RR_AXFR && !q->ask->tcp))
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
	uint16_t type = q->ask->qtype;

	if (request_opcode(q->in) != OPCODE_QUERY)
		return refuse_zone(q);
	if (unlikely(type >= RR_NXNAME && type <= RR_MAILA) && refuse_type(q) == SEND)
		return SEND;
	return resolved(q, resolve(q->ask));
}

/* The steps, in their order; the first that does not say NEXT ends the list. */
static void run_steps(struct query *q)
{
	if (q->in->verdict == NEXT && /* as it was read                NOTIMP, FORMERR, NOTAUTH */
	    step_edns(q) == NEXT &&   /* version, size                 BADVERS                  */
	    step_class(q) == NEXT)    /* IN | CH                       REFUSED                  */
		step_route(q);        /* QUERY | what we refuse                                 */
}

/* What is echoed is the header, and the question if it is sound. */
static inline uint64_t question_count(const struct request *in)
{
	return (uint64_t)(in->echoed != MSG_HEADER) << QUESTION;
}

/* An error's message has nothing but the question. */
static COLD void leave_question(struct query *q)
{
	struct ask *a = q->ask;

	a->out.len = q->in->echoed;
	a->counts = question_count(q->in);
	a->tc = a->aa = q->has_zone = false;
}

static void write_opt(struct query *q)
{
	struct ask *a = q->ask;
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

/* finish_header finishes the header, which is still the request's, and counts the answer. */
static inline void finish_header(const struct ask *a, uint16_t rcode)
{
	const unsigned kept = FLAG_OPCODE | FLAG_RD | FLAG_CD;
	struct answer_counters *c = &a->a->counters;
	uint8_t *header = a->out.p;
	unsigned flags = FLAG_QR | (get_u16(header + 2) & kept) | (rcode & FLAG_RCODE);

	if (a->aa && !a->any_class)
		flags |= FLAG_AA;
	if (unlikely(a->tc)) {
		flags |= FLAG_TC;
		c->truncated++;
	}
	put_u16(header + 2, (uint16_t)flags);
	put_be64(header + 4, a->counts);
	c->queries++;
	c->rcode[rcode < COUNT_OF(c->rcode) ? rcode : 0]++;
}

/* finish adds OPT and the header, and counts: errors carry them too. */
static void finish(struct query *q)
{
	struct ask *a = q->ask;

	if (q->rcode != RCODE_NOERROR && q->rcode != RCODE_NXDOMAIN && q->rcode != RCODE_YXDOMAIN)
		leave_question(q);
	a->out.cap += q->room;
	if (q->in->edns.present)
		write_opt(q);
	if (q->rcode == RCODE_NOTAUTH && q->in->has_tsig && tsig_badkey(q->in->tsig, &a->out))
		a->counts++;
	finish_header(a, q->rcode);
}

/* set_tsig_aside keeps the record that must be echoed from what will be written in its request's place. Nothing is
 * looked up for such a request, so what look-ups gather is not needed. */
static void set_tsig_aside(struct answerer *a, struct request *in)
{
	uint8_t *kept = a->gather[0];
	size_t at = (size_t)(in->tsig.at - in->octets.p);

	memcpy(kept, in->octets.p, in->octets.n);
	in->tsig = (struct rd){ kept, kept + at, kept + in->octets.n, false };
}

/* finish_explained is finish for a plain request whose answer has an extended error in its OPT. */
static COLD void finish_explained(struct ask *a, struct request *in, enum outcome o)
{
	struct query q = { .ask = a, .in = in, .room = in->edns.present ? OPT_FIXED : 0 };

	resolved(&q, o);
	finish(&q);
}

/* begin makes a request the question at hand, and its echo the beginning of the answer. */
static ALWAYS_INLINE struct ask *begin(struct answerer *a, const struct snapshot *s, const struct slot *t,
				       bool tcp, uint8_t *out)
{
	const struct request *in = &t->request;
	bool known = likely(t->zone != NULL && t->cache_changes == a->cache_changes);
	struct ask *q = &a->ask;

	q->s = s;
	q->out = (struct wr){ .p = out, .len = in->echoed, .cap = largest(a, in, tcp) };
	q->start = known ? &t->start : NULL;
	q->zone = known ? t->zone : NULL;
	q->question = q->link = &in->question;
	q->ede = EDE_NONE;
	q->n_links = 1;
	q->n_owed = q->n_proofs = q->rcode = 0;
	q->aa = q->tc = q->any_class = q->glue = false;
	q->dnssec = in->edns.dnssec;
	q->tcp = tcp;
	q->qtype = in->qtype;
	if (out != in->octets.p)
		memcpy(out, in->octets.p, in->echoed);
	return q;
}

/* answer_with_steps answers what request_read_any read; like answer_slot. */
static COLD size_t answer_with_steps(struct answerer *a, const struct snapshot *s, enum transport how,
				     struct slot *t, uint8_t *out)
{
	struct request *in = &t->request;

	if (in->verdict == DROP) {
		a->counters.dropped++;
		return 0;
	}
	if (in->has_tsig)
		set_tsig_aside(a, in);
	struct query q = {
		.ask = begin(a, s, t, how == TRANSPORT_TCP, out),
		.in = in,
		.rcode = in->rcode,
	};
	q.ask->counts = question_count(in);
	run_steps(&q);
	finish(&q);
	return q.ask->out.len;
}

/* answer_slot answers what prepare left in a slot, and gives the octets of the answer; 0: none. A plain request
 * passes all steps. What is left of finish is to write an OPT, for which room was kept: an answer without extended
 * error is none whose message must be left empty. */
static ALWAYS_INLINE size_t answer_slot(struct answerer *a, const struct snapshot *s, enum transport how,
					struct slot *t, uint8_t *out)
{
	struct request *in = &t->request;

	if (unlikely(!in->plain))
		return answer_with_steps(a, s, how, t, out);
	struct ask *q = begin(a, s, t, how == TRANSPORT_TCP, out);
	bool opt = likely(in->edns.present);
	q->counts = (uint64_t)1 << QUESTION;
	q->out.cap -= opt ? OPT_FIXED : 0;
	enum outcome o = resolve(q);
	if (unlikely(o == BROKEN || q->ede != EDE_NONE)) {
		finish_explained(q, in, o);
		return q->out.len;
	}
	if (likely(opt)) {
		memcpy(q->out.p + q->out.len, a->opt[q->dnssec], OPT_FIXED);
		q->out.len += OPT_FIXED;
		q->counts++;
	}
	finish_header(q, q->rcode);
	return q->out.len;
}

/* look_around is look_ahead for a slot with nothing to ask, or whose zone is not in the cache: the table of zones
 * will be asked. */
static NOINLINE void look_around(const struct snapshot *s, struct slot *t)
{
	static const page_ref no_page = 0;
	const struct qname *n = &t->request.question.name;
	int d = request_asks(&t->request) ? next_apex(s, n->labels) : -1;

	t->zone = NULL;
	t->entry = d >= 0 ? image_entry(s->zones, n->hash[d]) : &no_page;
	t->then = d >= 0 ? image_entry(s->pool, n->hash[d]) : &no_page; /* if it is a small zone */
	__builtin_prefetch(t->then);
}

/* prepare finds, for a slot whose request was read, what leads to the page that will be asked first. */
static ALWAYS_INLINE void prepare(struct answerer *a, const struct snapshot *s, struct slot *t)
{
	if (unlikely(!request_asks(&t->request)) || unlikely(!look_ahead(a, s, t)))
		look_around(s, t);
	__builtin_prefetch(t->entry);
}

/* touch_page asks for the first lines of the page that a directory names: its tags. */
static inline struct view touch_page(const struct snapshot *s, const page_ref *entry)
{
	struct view page = page_view(*entry, s->psize);

	if (likely(page.n != 0)) {
		__builtin_prefetch(page.p);
		__builtin_prefetch(page.p + 64);
	}
	return page;
}

static inline void prepare_page(const struct snapshot *s, struct slot *t)
{
	t->start.page = touch_page(s, t->entry);
	if (unlikely(t->zone == NULL))
		touch_page(s, t->then);
}

void query_answer_batch(struct answerer *a, const struct snapshot *s, struct exchange *x, unsigned n)
{
	struct slot *slot = a->slot;

	cache_begin(a, s);
	for (unsigned i = 0; i < n; i++)
		request_read(view_of(x[i].p, x[i].n), &s->key, &slot[i].request);
	for (unsigned i = 0; i < n; i++)
		prepare(a, s, &slot[i]);
	for (unsigned i = 0; i < n; i++)
		prepare_page(s, &slot[i]);
	for (unsigned i = 0; i < n; i++)
		x[i].n = answer_slot(a, s, TRANSPORT_UDP, &slot[i], x[i].p);
}

enum verdict query_answer(struct answerer *a, const struct snapshot *s, enum transport how, struct view request,
			  struct wr *out)
{
	struct slot *t = &a->slot[QUERY_BATCH];
	size_t needed = how == TRANSPORT_TCP ? MSG_MAX : a->options->udp_size;

	if (out->cap < needed)
		return DROP;
	cache_begin(a, s);
	request_read(request, &s->key, &t->request);
	prepare(a, s, t);
	prepare_page(s, t);
	out->len = answer_slot(a, s, how, t, out->p);
	return out->len != 0 ? SEND : DROP;
}

void answer_options_default(struct answer_options *o)
{
	*o = (struct answer_options){ .udp_size = 1232, .keepalive = 100, .nsec3_iterations_max = 100 };
}

struct answerer *answerer_new(const struct answer_options *o)
{
	bool sound = o->udp_size >= MSG_UDP_PLAIN && o->udp_size <= UDP_ANSWER_MAX;
	struct answerer *a = sound ? aligned_alloc(alignof(struct answerer), sizeof *a) : NULL;

	if (a == NULL)
		return NULL;
	memset(a, 0, sizeof *a);
	a->options = o;
	a->ask.a = a;
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
