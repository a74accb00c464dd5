#include "answer/query.h"

#include <stdlib.h>

#include "answer/ask.h"
#include "answer/chaos.h"
#include "answer/edns.h"
#include "answer/tsig.h"

/* A request on its way through the steps; fields are filled in their order. */
struct query {
	struct ask ask;
	struct rd in;
	struct edns edns;
	struct rd tsig;     /* where the request's TSIG record is */
	uint16_t id, flags, counts[4];
	size_t room;        /* kept free in the message for OPT */
	uint16_t rcode;     /* all 12 bits */
	uint16_t qclass;
	uint8_t opcode;
	bool has_question;  /* echoed in the answer */
	bool has_tsig;      /* and it is answered with BADKEY */
	bool has_zone;      /* ask.zone is what the answer is from */
};

static enum verdict error(struct query *q, uint16_t rcode)
{
	q->rcode = rcode;
	return SEND;
}

/* step_header: is it a request at all? What is too short to have a header, and what is an answer, gets none. */
static enum verdict step_header(struct query *q)
{
	struct view h = rd_take(&q->in, MSG_HEADER);

	if (h.n != MSG_HEADER || h.p[2] & FLAG_QR >> 8)
		return DROP;
	q->id = get_u16(h.p);
	q->flags = get_u16(h.p + 2);
	for (unsigned i = 0; i < 4; i++)
		q->counts[i] = get_u16(h.p + 4 + 2 * (size_t)i);
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
		bool wrong = q->edns.present || !additional || owner.len != 1 || !edns_read(class, ttl, rdata, &q->edns);
		return wrong ? error(q, RCODE_FORMERR) : NEXT;
	}
	if (type == RR_TSIG) { /* RFC 8945 5.1: the last record; 5.2.1: we have no key of that name */
		q->has_tsig = additional && last && tsig_sound(record);
		q->tsig = record;
		return error(q, q->has_tsig ? RCODE_NOTAUTH : RCODE_FORMERR);
	}
	return NEXT;
}

/* only_opt reads what nearly every request ends with: one OPT without options. */
static bool only_opt(struct query *q)
{
	const uint8_t *p = q->in.at;

	if (q->in.end - p != 11 || (q->counts[1] | q->counts[2]) != 0 || q->counts[3] != 1 || p[0] != 0 ||
	    get_u16(p + 1) != RR_OPT || get_u16(p + 9) != 0)
		return false;
	q->in.at = q->in.end;
	return edns_read(get_u16(p + 3), get_u32(p + 5), q->in, &q->edns);
}

/* step_records: walks over what follows the question. It ends because every record takes at least 11 octets. What is
 * behind the last record is nobody's business. */
static enum verdict step_records(struct query *q)
{
	unsigned all = (unsigned)q->counts[1] + q->counts[2] + q->counts[3];
	unsigned additional = (unsigned)q->counts[1] + q->counts[2];

	if (likely(only_opt(q)))
		return NEXT;
	for (unsigned i = 0; i < all; i++) {
		if (rd_left(&q->in) == 0)
			return error(q, RCODE_FORMERR);
		enum verdict v = read_record(q, i >= additional, i + 1 == all);
		if (v != NEXT)
			return v;
	}
	return NEXT;
}

/* step_question: exactly one, its name without pointers. It is copied as it came, letter case and all. */
static enum verdict step_question(struct query *q)
{
	struct ask *a = &q->ask;
	const uint8_t *from = q->in.at;

	if (q->opcode != OPCODE_QUERY && q->opcode != OPCODE_NOTIFY && q->opcode != OPCODE_UPDATE)
		return error(q, RCODE_NOTIMP);
	if (q->counts[0] == 0)
		step_records(q); /* an OPT is answered with an OPT even so (RFC 6891 6.1.1) */
	if (q->counts[0] != 1)
		return error(q, RCODE_FORMERR);
	a->link = &a->a->chain[0];
	a->link->at = MSG_HEADER;
	a->n_links = 1;
	qname_read(&q->in, &a->s->key, &a->link->name);
	a->qtype = rd_u16(&q->in);
	q->qclass = rd_u16(&q->in);
	if (q->in.bad)
		return error(q, RCODE_FORMERR);
	wr_bytes(a->out, from, (size_t)(q->in.at - from));
	q->has_question = true;
	return NEXT;
}

/* step_edns: version 0 is the only one there is; how large may the answer be, and what must be kept free for OPT? */
static enum verdict step_edns(struct query *q)
{
	struct ask *a = &q->ask;
	const struct answer_options *o = a->a->options;

	if (q->edns.present && q->edns.version != 0)
		return error(q, RCODE_BADVERS);
	a->dnssec = q->edns.dnssec;
	if (!a->tcp) {
		size_t most = q->edns.present ? q->edns.size : MSG_UDP_PLAIN;
		most = most < o->udp_size ? most : o->udp_size;
		a->out->cap = most < a->out->cap ? most : a->out->cap;
	}
	q->room = edns_room(&q->edns, o, a->tcp);
	if (unlikely(q->room > a->out->cap - a->out->len)) { /* a long NSID behind a long question: everything else fits */
		q->edns.nsid = false;
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

static enum verdict damaged(struct query *q)
{
	q->ask.a->counters.damaged++;
	q->ask.ede = EDE_INVALID_DATA;
	return error(q, RCODE_SERVFAIL);
}

/* refuse_zone says whether the question's name is the apex of a zone served. */
static enum verdict refuse_zone(struct query *q)
{
	struct ask *a = &q->ask;
	enum err e = look_zone(a, a->link->name.labels, &a->zone);
	bool apex = e == OK && a->zone.depth == a->link->name.labels;

	if (e == ERR_DAMAGED) {
		broken(a);
		return damaged(q);
	}
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

/* What becomes of an opcode and a type that are no plain question. AXFR and IXFR of a zone served are refused, of
 * another are not ours to answer (RFC 5936 2.2.1); so for UPDATE (RFC 2136 3.1.2) and NOTIFY (RFC 1996 3.10). There
 * is no AXFR over UDP (RFC 5936 4.2), no IXFR without the client's SOA (RFC 1995 3), and nobody has mailboxes. */
static enum verdict step_route(struct query *q)
{
	uint16_t type = q->ask.qtype;

	if (q->opcode != OPCODE_QUERY)
		return refuse_zone(q);
	if (type == RR_MAILA || type == RR_MAILB || (type == RR_AXFR && !q->ask.tcp))
		return error(q, RCODE_NOTIMP);
	if (type == RR_IXFR && q->counts[2] == 0)
		return error(q, RCODE_FORMERR);
	if (type == RR_AXFR || type == RR_IXFR)
		return refuse_zone(q);
	return answer_question(q);
}

static enum verdict (*const steps[])(struct query *) = {
	step_header,   /* is it a request at all?      DROP ends here    */
	step_question, /* exactly one                  NOTIMP, FORMERR   */
	step_records,  /* OPT, TSIG                    FORMERR, NOTAUTH  */
	step_edns,     /* version, size                BADVERS           */
	step_class,    /* IN | CH                      REFUSED           */
	step_route,    /* QUERY | what we refuse                         */
};

/* finish is the only place that writes the header and OPT, and counts: errors carry them too. */
static enum verdict finish(struct query *q)
{
	struct ask *a = &q->ask;
	struct answer_counters *c = &a->a->counters;
	bool failed = q->rcode != RCODE_NOERROR && q->rcode != RCODE_NXDOMAIN && q->rcode != RCODE_YXDOMAIN;

	if (failed) { /* nothing but the question */
		a->out->len = MSG_HEADER + (q->has_question ? a->a->chain[0].name.len + 4U : 0U);
		memset(a->count, 0, sizeof a->count);
		a->tc = a->aa = false;
	}
	if (a->tc)
		c->truncated++;
	a->out->cap += q->room;
	if (q->edns.present) {
		struct edns_answer e = { a->a->options, q->rcode, a->ede, a->tcp, q->has_zone && !failed,
					 a->zone.depth, a->zone.part.serial };
		edns_write(&q->edns, &e, a->out);
		a->count[ADDITIONAL]++;
	}
	if (unlikely(q->has_tsig) && q->rcode == RCODE_NOTAUTH && tsig_badkey(q->tsig, a->out))
		a->count[ADDITIONAL]++;
	uint16_t flags = (uint16_t)(FLAG_QR | (q->flags & (FLAG_OPCODE | FLAG_RD | FLAG_CD)) |
				    (a->aa && !a->any_class ? FLAG_AA : 0) | (a->tc ? FLAG_TC : 0) |
				    (q->rcode & FLAG_RCODE));
	uint8_t *h = a->out->p;
	put_u16(h, q->id);
	put_u16(h + 2, flags);
	put_u16(h + 4, q->has_question);
	for (unsigned i = 0; i < SECTIONS; i++)
		put_u16(h + 6 + 2 * (size_t)i, a->count[i]);
	c->queries++;
	c->rcode[q->rcode < COUNT_OF(c->rcode) ? q->rcode : 0]++;
	return SEND;
}

enum verdict query_answer(struct answerer *a, const struct snapshot *s, enum transport how, struct view request,
			  struct wr *out)
{
	struct query q;

	/* Cleared field by field where it is large: the rest is filled before it is read. */
	memset(&q, 0, offsetof(struct query, ask.zone));
	q.ask.glue.due = false;
	memset(&q.ask.n_proofs, 0, sizeof q.ask - offsetof(struct ask, n_proofs));
	memset((uint8_t *)&q + offsetof(struct query, in), 0, sizeof q - offsetof(struct query, in));
	q.ask.a = a;
	q.ask.s = s;
	q.ask.out = out;
	q.ask.tcp = how == TRANSPORT_TCP;
	q.ask.ede = EDE_NONE;
	q.in = rd_of(request);
	wr_room(out, MSG_HEADER);
#pragma GCC unroll 8 /* a list to read, six direct calls to run */
	for (size_t i = 0; i < COUNT_OF(steps); i++) {
		enum verdict v = steps[i](&q);
		if (v == DROP) {
			a->counters.dropped++;
			return DROP;
		}
		if (v != NEXT)
			break;
	}
	return finish(&q);
}

void query_touch(struct answerer *a, const struct snapshot *s, unsigned slot, unsigned stage, struct view request)
{
	(void)a;
	(void)s;
	(void)slot;
	if (stage == 0 && request.n != 0)
		__builtin_prefetch(request.p);
}

void answer_options_default(struct answer_options *o)
{
	*o = (struct answer_options){ .udp_size = 1232, .keepalive = 100, .nsec3_iterations_max = 100 };
}

struct answerer *answerer_new(const struct answer_options *o)
{
	struct answerer *a = calloc(1, sizeof *a);

	if (a != NULL)
		a->options = o;
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
