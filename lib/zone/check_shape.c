/* Checks that look at one RRset or one node: sizes, counts, what may stand beside what. */

#include "dns/msg.h"
#include "zone/check_run.h"

enum {
	RR_FIXED = 12,      /* a compressed owner, type, class, TTL, RDLENGTH */
	QUESTION_FIXED = 4, /* type and class */
	OPT_FIXED = 11,     /* OPT without options (RFC 6891 6.1.2) */
};

static void check_sizes(struct checker *c, const struct node *n, const struct rrset *s)
{
	const size_t frame = MSG_HEADER + n->owner_len + QUESTION_FIXED + OPT_FIXED;
	size_t size = frame, signatures = 0;
	char type[16];

	for (uint32_t i = 0; i < s->n; i++)
		size += RR_FIXED + s->rdata[i].n;
	for (uint32_t i = 0; i < s->n_sig; i++)
		signatures += RR_FIXED + s->sig[i].n;
	if (size + signatures <= MSG_MAX || (s->n > c->o.rrs_max && check_on(c, CHECK_RRS_PER_RRSET)))
		return; /* one finding is enough for one flaw */
	rrtype_print(s->type, type);
	for (uint32_t i = 0; i < s->n; i++) {
		if (frame + RR_FIXED + s->rdata[i].n > MSG_MAX) {
			check_node_tell(c, CHECK_TOO_LARGE, n, s->rdata[i].line,
					"a %s record of %u octets fits into no message", type, s->rdata[i].n);
			return;
		}
	}
	check_node_tell(c, CHECK_TOO_LARGE, n, s->n > 0 ? s->rdata[0].line : 0,
			"an answer with all %s records%s would have %zu octets, of %d at most", type,
			size <= MSG_MAX ? " and their signatures" : "", size + signatures, MSG_MAX);
}

static void check_obsolete(struct checker *c, const struct node *n, const struct rrset *s)
{
	char type[16];

	if ((rrtype_of(s->type)->flags & TYPE_OBSOLETE) == 0 || s->n == 0)
		return;
	rrtype_print(s->type, type);
	check_node_tell(c, CHECK_OBSOLETE_TYPE, n, s->rdata[0].line, "type %s is obsolete", type);
}

/* Types of which there is one record at most, and where none may be. */
static void check_singles(struct checker *c, const struct node *n, const struct rrset *s)
{
	const bool wildcard = n->owner[0] == 1 && n->owner[1] == '*';

	if (s->n == 0)
		return;
	if (s->type == RR_CNAME && s->n > 1)
		check_node_tell(c, CHECK_CNAME_COUNT, n, s->rdata[1].line, "%u CNAME records at one name", s->n);
	if (s->type == RR_DNAME && s->n > 1)
		check_node_tell(c, CHECK_DNAME_COUNT, n, s->rdata[1].line, "%u DNAME records at one name", s->n);
	if (s->type == RR_DNAME && wildcard)
		check_node_tell(c, CHECK_WILDCARD_DNAME, n, s->rdata[0].line, "a DNAME at a wildcard");
	if (s->type == RR_DNAME && (n->flags & NODE_CUT) != 0)
		check_node_tell(c, CHECK_DNAME_AND_NS, n, s->rdata[0].line, "DNAME and NS at the same name");
	if (s->type == RR_NS && wildcard)
		check_node_tell(c, CHECK_WILDCARD_NS, n, s->rdata[0].line, "a delegation at a wildcard");
	if (s->type == RR_SOA && n != c->apex)
		check_node_tell(c, CHECK_SOA_ELSEWHERE, n, s->rdata[0].line, "an SOA record below the apex");
	if (s->type == RR_DS && (n->flags & NODE_CUT) == 0)
		check_node_tell(c, CHECK_DS_WITHOUT_NS, n, s->rdata[0].line,
				n == c->apex ? "a DS record at the apex: it belongs to the parent zone"
					     : "a DS record without NS records beside it");
}

/* Types that are read at the apex and nowhere else; CDS and CDNSKEY have a check of their own. */
static void check_place(struct checker *c, const struct node *n, const struct rrset *s)
{
	static const uint16_t types[] = { RR_DNSKEY, RR_NSEC3PARAM, RR_ZONEMD, RR_CSYNC };
	char type[16];

	for (size_t i = 0; i < COUNT_OF(types); i++)
		if (types[i] == s->type && s->n > 0 && n != c->apex && node_authoritative(n)) {
			rrtype_print(s->type, type);
			check_node_tell(c, CHECK_NOT_AT_APEX, n, s->rdata[0].line, "a %s record below the apex",
					type);
		}
}

void check_set_shape(struct checker *c, const struct node *n, const struct rrset *s)
{
	char type[16];

	check_sizes(c, n, s);
	check_obsolete(c, n, s);
	check_singles(c, n, s);
	check_place(c, n, s);
	if (s->n > c->o.rrs_max) {
		rrtype_print(s->type, type);
		check_node_tell(c, CHECK_RRS_PER_RRSET, n, s->rdata[0].line, "%u %s records; the limit is %u",
				s->n, type, c->o.rrs_max);
	}
}

/* What may stand beside a CNAME: DNSSEC's own records (RFC 4035 2.5, RFC 3007 for KEY). */
static bool beside_cname(uint16_t type)
{
	static const uint16_t allowed[] = { RR_CNAME, RR_RRSIG, RR_NSEC, RR_NSEC3, RR_SIG, RR_KEY, RR_NXT };

	for (size_t i = 0; i < COUNT_OF(allowed); i++)
		if (allowed[i] == type)
			return true;
	return false;
}

/* What the parent's side of a cut has: the delegation, and glue for the cut's own name (RFC 4035 2.2). */
static bool at_cut(uint16_t type)
{
	/* A DNAME is another check's matter. */
	static const uint16_t allowed[] = { RR_NS, RR_DS, RR_NSEC, RR_NSEC3, RR_RRSIG, RR_A, RR_AAAA, RR_DNAME };

	for (size_t i = 0; i < COUNT_OF(allowed); i++)
		if (allowed[i] == type)
			return true;
	return false;
}

/* first_other gives a node's first RRset that `allowed` does not know, NULL if there is none. */
static const struct rrset *first_other(const struct node *n, bool (*allowed)(uint16_t type))
{
	for (const struct rrset *s = n->rrsets; s != NULL; s = s->next)
		if (s->n > 0 && !allowed(s->type))
			return s;
	return NULL;
}

static bool is_address(uint16_t type)
{
	return type == RR_A || type == RR_AAAA;
}

/* Address records below a cut are taken for glue, whoever may need them. */
static void check_hidden(struct checker *c, const struct node *n)
{
	const struct rrset *s = NULL;
	char type[16];

	if ((n->flags & NODE_BELOW_DNAME) != 0 && n->rrsets != NULL && !node_only_nsec3(n))
		check_node_tell(c, CHECK_BELOW_DNAME, n, 0, "below a DNAME: nobody will see this name");
	if ((n->flags & NODE_BELOW_CUT) != 0)
		s = first_other(n, is_address);
	else if ((n->flags & NODE_CUT) != 0)
		s = first_other(n, at_cut);
	if (s == NULL)
		return;
	rrtype_print(s->type, type);
	check_node_tell(c, CHECK_BELOW_CUT, n, s->rdata[0].line, "%s records %s a zone cut are no glue", type,
			(n->flags & NODE_BELOW_CUT) != 0 ? "below" : "at");
}

/* A name that ends in the zone's twice was meant to end in a dot. Zones of one label are left alone: com.com
 * exists. */
static bool twice(const struct checker *c, const struct node *n)
{
	const struct name *apex = &c->z->apex;
	struct name front = { 0 };

	if (n->owner_len < 2 * apex->len - 1 || name_labels(apex) < 2)
		return false;
	front.len = (uint8_t)(n->owner_len - apex->len + 1);
	memcpy(front.wire, n->owner, front.len - 1U);
	return name_within(&front, apex);
}

/* below_wildcard: the owner has a label of one asterisk that is not its first, below the apex. */
static bool below_wildcard(const struct checker *c, const struct node *n)
{
	const uint8_t *apex = n->owner + n->owner_len - c->z->apex.len;

	for (const uint8_t *p = n->owner + 1 + n->owner[0]; p < apex; p += 1 + p[0])
		if (p[0] == 1 && p[1] == '*')
			return true;
	return false;
}

void check_node_shape(struct checker *c, const struct node *n)
{
	const struct rrset *other;
	uint32_t types = 0;
	char type[16];

	for (const struct rrset *s = n->rrsets; s != NULL; s = s->next)
		types += s->n > 0;
	if (types > c->o.types_max)
		check_node_tell(c, CHECK_TYPES_PER_NAME, n, 0, "%u types at one name; the limit is %u", types,
				c->o.types_max);
	if (node_has(n, RR_CNAME) != NULL) {
		other = first_other(n, beside_cname);
		if (other != NULL) {
			rrtype_print(other->type, type);
			check_node_tell(c, CHECK_CNAME_AND_OTHER_DATA, n, other->rdata[0].line,
					"CNAME and %s at the same name", type);
		}
	}
	check_hidden(c, n);
	if (n->rrsets != NULL && below_wildcard(c, n))
		check_node_tell(c, CHECK_WILDCARD_INSIDE, n, 0,
				"an asterisk that is not the first label: this name answers for itself only");
	if (n->rrsets != NULL && twice(c, n))
		check_node_tell(c, CHECK_FORGOTTEN_DOT, n, 0,
				"the name ends in the zone's name twice: is a final dot "
				"missing?");
}

bool node_only_nsec3(const struct node *n)
{
	for (const struct rrset *s = n->rrsets; s != NULL; s = s->next)
		if (s->type != RR_NSEC3)
			return false;
	return n->rrsets != NULL;
}

void check_zone_apex(struct checker *c)
{
	const struct rrset *soa = c->apex != NULL ? node_has(c->apex, RR_SOA) : NULL;

	if (soa == NULL)
		checker_tell(c, CHECK_SOA_COUNT, &c->z->apex, 0, "no SOA record at the apex");
	else if (soa->n > 1)
		check_node_tell(c, CHECK_SOA_COUNT, c->apex, soa->rdata[1].line, "%u SOA records", soa->n);
	if (c->apex == NULL || node_has(c->apex, RR_NS) == NULL)
		checker_tell(c, CHECK_APEX_NS, &c->z->apex, 0, "no NS records at the apex");
}
