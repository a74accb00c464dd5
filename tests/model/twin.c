#include "tests/model/twin.h"

#include <stdio.h>

void twin_open(struct twin *t, uint64_t seed)
{
	*t = (struct twin){ .rng = { seed }, .nsec3_iterations_max = MODEL_ITERATIONS_MAX };
	random_group(&t->rng, &t->zones);
}

void twin_close(struct twin *t)
{
	group_free(&t->zones);
}

/* A name near the records: an owner, or one a few labels away. */
static struct name random_qname(struct rng *r, const struct zone *z, const struct node *node)
{
	struct name n, apex_only = z->apex;

	node_name(node, &n);
	uint32_t dice = rng_below(r, 100);
	if (dice < 45)
		return n;
	if (dice < 55) /* above it, perhaps above the zone */
		return name_strip(&n, 1 + rng_below(r, 2));
	if (dice < 67 && n.len > 1) /* beside it */
		n = name_strip(&n, 1);
	if (dice > 95)
		n = apex_only;
	if (dice == 99)
		n = name_root;
	for (unsigned i = 1 + rng_below(r, dice < 90 ? 2 : 5); i > 0; i--)
		if (!name_push(random_label(r), &n, &n))
			break;
	return n;
}

static const uint16_t types[] = { RR_A,    RR_A,          RR_NS,     RR_CNAME, RR_SOA, RR_MX, RR_TXT,
				  RR_AAAA, RR_SRV,        RR_PTR,    RR_DNAME, RR_DS,  RR_DS, RR_RRSIG,
				  RR_NSEC, RR_NSEC3,      RR_DNSKEY, RR_ANY,   RR_CDS, 99,    257,
				  65280,   RR_NSEC3PARAM, 65535,     1234 };

static uint16_t random_qtype(struct rng *r, const struct node *node)
{
	unsigned n = 0;

	for (const struct rrset *s = node->rrsets; s != NULL; s = s->next)
		n++;
	if (n == 0 || rng_percent(r, 50))
		return types[rng_below(r, COUNT_OF(types))];
	const struct rrset *s = node->rrsets;
	for (n = rng_below(r, n); n > 0; n--)
		s = s->next;
	return s->type;
}

struct twin_question twin_question(struct twin *t)
{
	struct rng *r = &t->rng;
	const struct zone *z = t->zones.zone[rng_below(r, (uint32_t)t->zones.n)];
	const struct node *node = z->node[rng_below(r, (uint32_t)z->n_nodes)];
	struct twin_question q = { random_qname(r, z, node), random_qtype(r, node), rng_percent(r, 65) };

	if (rng_percent(r, 20))
		random_case(r, &q.qname);
	return q;
}

void twin_request(const struct twin_question *q, uint16_t id, struct wr *out)
{
	wr_u16(out, id);
	wr_u16(out, 0);
	wr_u16(out, 1);
	wr_u16(out, 0);
	wr_u16(out, 0);
	wr_u16(out, q->dnssec_ok);
	wr_bytes(out, q->qname.wire, q->qname.len);
	wr_u16(out, q->qtype);
	wr_u16(out, CLASS_IN);
	if (!q->dnssec_ok)
		return;
	wr_u8(out, 0);
	wr_u16(out, RR_OPT);
	wr_u16(out, MSG_MAX);
	wr_u32(out, EDNS_DO);
	wr_u16(out, 0);
}

static bool same_question(const struct twin_question *q, const struct model_message *m)
{
	return m->has_question && m->qname.len == q->qname.len &&
	       memcmp(m->qname.wire, q->qname.wire, q->qname.len) == 0 && m->qtype == q->qtype &&
	       m->qclass == CLASS_IN && !(m->flags & FLAG_TC) && m->has_opt == q->dnssec_ok;
}

bool twin_agrees(const struct twin *t, const struct twin_question *q, struct view response, char *report,
		 size_t cap)
{
	const struct model model = { t->zones.zone, t->zones.n, t->nsec3_iterations_max };
	struct model_message want, have;
	char name[NAME_TEXT_MAX], type[16];

	name_print(&q->qname, name);
	rrtype_print(q->qtype, type);
	size_t at = (size_t)snprintf(report, cap, "%s %s%s:\n", name, type, q->dnssec_ok ? " DO" : "");
	if (at >= cap)
		return false;
	const char *wrong = message_parse(response, &have);
	if (wrong == NULL && !same_question(q, &have))
		wrong = "another question, TC set, or an OPT too many or too few";
	if (wrong != NULL) {
		snprintf(report + at, cap - at, "  %s\n", wrong);
		message_free(&have);
		return false;
	}
	model_answer(&model, &q->qname, q->qtype, q->dnssec_ok, &want);
	bool differs = message_differs(&want, &have, report + at, cap - at);
	message_free(&want);
	message_free(&have);
	return !differs;
}
