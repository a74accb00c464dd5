#include "tests/model/model.h"

#include "tests/model/denial.h"
#include "tests/model/lookup.h"

/* A question on its way through the zones: qname moves along the chain of CNAMEs. */
struct asking {
	const struct model *model;
	uint16_t qtype;
	bool dnssec_ok;
	struct model_message *out;
	const struct zone *zone; /* where we are */
	struct name qname;
	unsigned cnames; /* records of the chain so far */
	struct name seen[MODEL_CHAIN_MAX + 1];
};

enum step { ENDED, FOLLOW };

static struct denial denial_of(const struct asking *a)
{
	return (struct denial){ a->zone, a->model->nsec3_iterations_max, a->out };
}

/* RFC 4035 3.1.1: with a signed RRset "the name server MUST also place its RRSIG RRs" in the same section. */
static void put_rrset(struct asking *a, int section, const struct name *owner, const struct rrset *s,
		      bool with_sigs)
{
	for (uint32_t i = 0; i < s->n; i++)
		message_add(a->out, section, owner, s->type, s->ttl, rdata_view(&s->rdata[i]));
	for (uint32_t i = 0; with_sigs && a->dnssec_ok && i < s->n_sig; i++)
		message_add(a->out, section, owner, RR_RRSIG, s->sig_ttl, rdata_view(&s->sig[i]));
}

/* RFC 2308 3: the SOA's TTL in a negative answer "is set from the minimum of the MINIMUM field of the SOA record
 * and the TTL of the SOA itself". */
static void put_negative_soa(struct asking *a)
{
	const struct rrset *s = look_rrset(a->zone, &a->zone->apex, RR_SOA);

	if (s == NULL)
		return;
	struct rrset low = *s;
	uint32_t minimum = get_u32(s->rdata[0].p + s->rdata[0].n - 4);
	if (low.ttl > minimum)
		low.ttl = minimum;
	if (low.sig_ttl > minimum)
		low.sig_ttl = minimum;
	put_rrset(a, MODEL_AUTHORITY, &a->zone->apex, &low, true);
}

static const uint16_t address_types[] = { RR_A, RR_AAAA };

/* The addresses that this zone has for the targets of NS records: exact names at or below the apex, never made
 * from a wildcard, never from below a DNAME (RFC 6672 2.4), never another zone's. Glue has no signatures that
 * count (RFC 4035 2.2). */
static void put_addresses(struct asking *a, const struct rrset *ns)
{
	for (uint32_t i = 0; i < ns->n; i++) {
		struct name target;

		if (!name_of_wire(rdata_view(&ns->rdata[i]), &target) || !name_within(&target, &a->zone->apex) ||
		    look_below_dname(a->zone, &target))
			continue;
		for (size_t t = 0; t < COUNT_OF(address_types); t++) {
			const struct rrset *s = look_rrset(a->zone, &target, address_types[t]);
			if (s != NULL)
				put_rrset(a, MODEL_ADDITIONAL, &target, s, !look_glue(a->zone, &target));
		}
	}
}

/* RFC 1034 4.3.2 3b: "Copy the NS RRs for the subzone into the authority section of the reply. Put whatever
 * addresses are available into the additional section". RFC 4035 3.1.4: with them the DS RRset, or the proof that
 * there is none, in a signed zone: a DS that nobody signed says nothing, and no server sends it. */
static enum step referral(struct asking *a, const struct name *cut)
{
	struct denial d = denial_of(a);
	const struct rrset *ns = look_rrset(a->zone, cut, RR_NS), *ds = look_rrset(a->zone, cut, RR_DS);
	bool secure = a->dnssec_ok && look_signed(a->zone);

	if (a->cnames == 0)
		a->out->aa = false; /* the example of RFC 1034 6.2.6 */
	put_rrset(a, MODEL_AUTHORITY, cut, ns, false);
	if (secure && ds != NULL)
		put_rrset(a, MODEL_AUTHORITY, cut, ds, true);
	if (secure && ds == NULL)
		naive_deny_ds(&d, cut);
	put_addresses(a, ns);
	return ENDED;
}

/* "change QNAME to the canonical name in the CNAME RR, and go back to step 1" (RFC 1034 4.3.2 3a). */
static enum step go_to(struct asking *a, const struct name *target)
{
	a->seen[a->cnames++] = a->qname;
	a->qname = *target;
	return FOLLOW;
}

/* RFC 6672 3.2 3C: "copy that record into the answer section. If substitution of its <target> for its <owner> in
 * QNAME would overflow the legal size for a <domain-name>, set RCODE to YXDOMAIN and exit; otherwise, perform the
 * substitution and continue"; "The server MUST synthesize a CNAME record". 3.1: its TTL is the DNAME's.
 * The synthesized CNAME is itself the answer to a question for CNAME; step 3C makes no exception for ANY. */
static enum step substitute(struct asking *a, const struct name *owner)
{
	const struct rrset *s = look_rrset(a->zone, owner, RR_DNAME);
	struct name target, next;

	put_rrset(a, MODEL_ANSWER, owner, s, true);
	if (!name_of_wire(rdata_view(&s->rdata[0]), &target))
		return ENDED;
	if (!name_rebase(&a->qname, owner, &target, &next)) {
		a->out->rcode = RCODE_YXDOMAIN;
		return ENDED;
	}
	message_add(a->out, MODEL_ANSWER, &a->qname, RR_CNAME, s->ttl, view_of(next.wire, next.len));
	return a->qtype == RR_CNAME ? ENDED : go_to(a, &next);
}

/* RFC 8482 4: "a DNS responder that receives an ANY query MAY decline to provide a conventional ANY response":
 * one RRset stands for all. Which one is our choice: CNAME, else the lowest type, never a denial record. */
static const struct rrset *any_of(const struct node *node)
{
	const struct rrset *cname = rrset_of(node, RR_CNAME);

	if (cname != NULL && cname->n > 0)
		return cname;
	for (const struct rrset *s = node->rrsets; s != NULL; s = s->next)
		if (s->n > 0 && s->type != RR_NSEC && s->type != RR_NSEC3)
			return s;
	return NULL;
}

/* What the node `source` has for the question goes to the answer section, as qname's. Says whether there was any.
 */
static bool put_matching(struct asking *a, const struct name *source)
{
	const struct node *node = look_node(a->zone, source);
	size_t before = a->out->section[MODEL_ANSWER].n;
	const struct rrset *s;

	if (node == NULL)
		return false;
	if (a->qtype == RR_RRSIG) { /* all RRSIG RRs are of one type and one owner: one RRset, as it were */
		for (s = node->rrsets; s != NULL; s = s->next)
			for (uint32_t i = 0; s->type != RR_NSEC3 && i < s->n_sig; i++)
				message_add(a->out, MODEL_ANSWER, &a->qname, RR_RRSIG, s->sig_ttl,
					    rdata_view(&s->sig[i]));
		return a->out->section[MODEL_ANSWER].n > before;
	}
	s = a->qtype == RR_ANY ? any_of(node) : look_rrset(a->zone, source, a->qtype);
	if (s == NULL)
		return false;
	put_rrset(a, MODEL_ANSWER, &a->qname, s, true);
	return true;
}

/* A CNAME leads on unless it is itself asked for (ANY asks for it too), or something of the type asked for stands
 * beside it, as NSEC, KEY and RRSIG may (RFC 4035 2.5, RFC 2181 10.1). RRSIG always does. */
static bool leads_on(const struct asking *a, const struct name *source)
{
	return a->qtype != RR_CNAME && a->qtype != RR_ANY && a->qtype != RR_RRSIG &&
	       look_rrset(a->zone, source, a->qtype) == NULL;
}

/* RFC 1034 4.3.2 3a, or 3c with the wildcard as source: "If the data at the node is a CNAME, and QTYPE doesn't
 * match CNAME, copy the CNAME RR into the answer section ... Otherwise, copy all RRs which match QTYPE into the
 * answer section". `encloser` is NULL unless the source is a wildcard and its owner becomes qname (RFC
 * 4592 3.3.1). */
static enum step at_node(struct asking *a, const struct name *source, const struct name *encloser)
{
	struct denial d = denial_of(a);
	const struct rrset *cname = look_rrset(a->zone, source, RR_CNAME);
	struct name target;

	if (cname != NULL && leads_on(a, source)) {
		put_rrset(a, MODEL_ANSWER, &a->qname, cname, true);
		if (a->dnssec_ok && encloser != NULL)
			naive_deny_closer(&d, &a->qname, encloser);
		return name_of_wire(rdata_view(&cname->rdata[0]), &target) ? go_to(a, &target) : ENDED;
	}
	if (put_matching(a, source)) {
		if (a->dnssec_ok && encloser != NULL)
			naive_deny_closer(&d, &a->qname, encloser);
		if (a->qtype == RR_NS && name_eq(source, &a->zone->apex)) /* priming, RFC 9609 4 */
			put_addresses(a, look_rrset(a->zone, source, RR_NS));
		return ENDED;
	}
	put_negative_soa(a);
	if (a->dnssec_ok && encloser != NULL)
		naive_deny_wildcard_type(&d, &a->qname, encloser);
	else if (a->dnssec_ok)
		naive_deny_type(&d, &a->qname);
	return ENDED;
}

/* RFC 1034 4.3.2 3c with RFC 4592 3.3: the source of synthesis is "the '*' label" at the closest encloser, if that
 * name exists, be it an empty non-terminal (RFC 4592 4.9). The last sentence of RFC 1034's paragraph about names
 * reached by a CNAME is replaced by RFC 6604 3: the RCODE speaks of the last name of the chain. */
static enum step no_such_name(struct asking *a, const struct name *encloser)
{
	struct denial d = denial_of(a);
	struct name source;

	if (name_push(BYTES("*"), encloser, &source) && look_exists(a->zone, &source))
		return at_node(a, &source, encloser);
	a->out->rcode = RCODE_NXDOMAIN;
	put_negative_soa(a);
	if (a->dnssec_ok)
		naive_deny_name(&d, &a->qname, encloser);
	return ENDED;
}

/* RFC 1034 4.3.2 3: "Start matching down, label by label, in the zone." */
static enum step match_down(struct asking *a)
{
	unsigned labels = name_labels(&a->qname), apex = name_labels(&a->zone->apex);
	struct name encloser = a->zone->apex;

	for (unsigned depth = apex; depth <= labels; depth++) {
		struct name at = name_strip(&a->qname, labels - depth);
		bool whole = depth == labels;

		/* 3b: "a node with NS RRs marking cuts along the bottom of a zone". RFC 4035 3.1.4.1: DS at the
		 * cut itself is the parent's own data. */
		if (depth > apex && look_rrset(a->zone, &at, RR_NS) != NULL && !(whole && a->qtype == RR_DS))
			return referral(a, &at);
		/* RFC 6672 2.3, 2.4: a DNAME redirects what is below its owner, not the owner, and hides what
		 * stands there. */
		if (!whole && look_rrset(a->zone, &at, RR_DNAME) != NULL)
			return substitute(a, &at);
		if (depth > apex && !look_exists(a->zone, &at))
			return no_such_name(a, &encloser);
		encloser = at;
	}
	return at_node(a, &a->qname, NULL);
}

/* RFC 1034 4.3.2 2: "Search the available zones for the zone which is the nearest ancestor to QNAME", of at most
 * `below` labels. */
static const struct zone *nearest(const struct model *m, const struct name *qname, unsigned below)
{
	const struct zone *best = NULL;

	for (size_t i = 0; i < m->n_zones; i++) {
		const struct zone *z = m->zones[i];
		if (name_within(qname, &z->apex) && name_labels(&z->apex) <= below &&
		    (best == NULL || name_labels(&z->apex) > name_labels(&best->apex)))
			best = z;
	}
	return best;
}

/* RFC 4035 3.1.4.1: DS at an apex belongs to the parent, if that is served too and has the cut; otherwise the
 * child answers that it has none. */
static const struct zone *zone_for(const struct model *m, const struct name *qname, uint16_t qtype)
{
	const struct zone *z = nearest(m, qname, NAME_LABELS_MAX), *parent = NULL;

	if (qtype == RR_DS && z != NULL && qname->len > 1 && name_eq(qname, &z->apex))
		parent = nearest(m, qname, name_labels(qname) - 1);
	return parent != NULL && look_cut(parent, qname) ? parent : z;
}

static bool been_there(const struct asking *a)
{
	for (unsigned i = 0; i < a->cnames; i++)
		if (name_eq(&a->seen[i], &a->qname))
			return true;
	return false;
}

void model_answer(const struct model *m, const struct name *qname, uint16_t qtype, bool dnssec_ok,
		  struct model_message *out)
{
	struct asking a = { .model = m, .qtype = qtype, .dnssec_ok = dnssec_ok, .out = out, .qname = *qname };

	*out = (struct model_message){ .aa = true };
	do {
		a.zone = zone_for(m, &a.qname, qtype);
		if (a.zone == NULL) {
			if (a.cnames == 0)
				*out = (struct model_message){ .rcode = RCODE_REFUSED };
			break; /* a chain that leaves our zones ends there */
		}
	} while (match_down(&a) == FOLLOW && a.cnames < MODEL_CHAIN_MAX && !been_there(&a));
}
