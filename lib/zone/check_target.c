/* Checks of where records lead: name servers, mail exchangers, servers of SRV, and the glue they need. */

#include "zone/check_run.h"

enum { NOT_CHECKED = -1 };

/* The types that must lead to a name with an address. */
static const struct target {
	uint16_t type;
	uint16_t at; /* offset of the name in the RDATA */
	int alias, missing;
} targets[] = {
	{ RR_NS, 0, CHECK_NS_ALIAS, CHECK_NS_MISSING },
	{ RR_MX, 2, CHECK_MX_ALIAS, CHECK_MX_MISSING },
	{ RR_SRV, 6, CHECK_SRV_ALIAS, CHECK_SRV_MISSING },
	{ RR_CNAME, 0, NOT_CHECKED, NOT_CHECKED }, /* may lead anywhere; looked at for forgotten dots */
	{ RR_DNAME, 0, NOT_CHECKED, NOT_CHECKED },
};

enum where {
	ELSEWHERE, /* not in this zone */
	GLUE,      /* at or below a cut, with an address */
	NO_GLUE,   /* at or below a cut, without */
	ALIAS,     /* leads to a CNAME or through a DNAME */
	ADDRESS,
	NO_ADDRESS, /* the name exists, but has no address, or it does not exist */
};

static bool has_address(const struct node *n)
{
	return node_has(n, RR_A) != NULL || node_has(n, RR_AAAA) != NULL;
}

static enum where of_node(const struct node *n)
{
	if ((n->flags & NODE_BELOW_DNAME) != 0)
		return ALIAS;
	if ((n->flags & (NODE_CUT | NODE_BELOW_CUT)) != 0)
		return has_address(n) ? GLUE : NO_GLUE;
	if (node_has(n, RR_CNAME) != NULL)
		return ALIAS;
	return has_address(n) ? ADDRESS : NO_ADDRESS;
}

/* find_target says what a resolver would find at a name (RFC 1034 4.3.2): the node, or from the closest
 * encloser a cut, a DNAME or a wildcard. */
static enum where find_target(const struct zone *z, const struct name *target)
{
	struct name encloser = *target, wildcard;
	const struct node *n;

	if (!name_within(target, &z->apex))
		return ELSEWHERE;
	n = zone_find(z, target);
	if (n != NULL)
		return of_node(n);
	while (n == NULL && encloser.len > z->apex.len) {
		encloser = name_strip(&encloser, 1);
		n = zone_find(z, &encloser);
	}
	if (n == NULL)
		return NO_ADDRESS;
	if ((n->flags & NODE_BELOW_DNAME) != 0 || node_has(n, RR_DNAME) != NULL)
		return ALIAS;
	if ((n->flags & (NODE_CUT | NODE_BELOW_CUT)) != 0)
		return NO_GLUE;
	if (!name_push(BYTES("*"), &encloser, &wildcard))
		return NO_ADDRESS;
	n = zone_find(z, &wildcard);
	return n != NULL ? of_node(n) : NO_ADDRESS;
}

static void tell_target(struct checker *c, int id, const struct node *n, const struct rrset *s, uint32_t i,
			const struct name *target, const char *what)
{
	char text[NAME_TEXT_MAX], type[16];

	name_print(target, text);
	rrtype_print(s->type, type);
	check_node_tell(c, (enum check_id)id, n, s->rdata[i].line, "%s %s %s", type, text, what);
}

static void check_glue(struct checker *c, const struct node *n, const struct rrset *s, uint32_t i,
		       const struct name *target)
{
	struct name owner;

	if (s->type != RR_NS)
		return;
	node_name(n, &owner);
	if ((n->flags & NODE_CUT) != 0 && name_within(target, &owner))
		tell_target(c, CHECK_GLUE_MISSING, n, s, i, target,
			    "is inside the delegated zone and needs an address record here (glue)");
	else
		tell_target(c, CHECK_SIBLING_GLUE, n, s, i, target,
			    "is below another zone cut and has no address record here (glue)");
}

static void check_dots(struct checker *c, const struct node *n, const struct rrset *s, uint32_t i,
		       const struct name *target)
{
	const struct name *apex = &c->z->apex;
	struct name front;

	if (target->len < 2 * apex->len - 1 || name_labels(apex) < 2)
		return;
	front = *target;
	front.len = (uint8_t)(target->len - apex->len + 1);
	front.wire[front.len - 1] = 0;
	if (name_within(&front, apex))
		tell_target(c, CHECK_FORGOTTEN_DOT, n, s, i, target,
			    "ends in the zone's name twice: is a final dot missing?");
}

static void check_target(struct checker *c, const struct target *t, const struct node *n, const struct rrset *s,
			 uint32_t i)
{
	struct view rdata = rdata_view(&s->rdata[i]);
	struct rd r = rd_of(rdata);
	struct name target;

	(void)rd_take(&r, t->at);
	name_read_plain(&r, &target);
	if (r.bad || !name_within(&target, &c->z->apex))
		return;
	check_dots(c, n, s, i, &target);
	/* The root as an exchanger or a server means that there is none (RFC 7505, RFC 2782). */
	if (t->alias == NOT_CHECKED || (t->type != RR_NS && target.len == 1))
		return;
	const bool apex_ns = t->type == RR_NS && n == c->apex;
	switch (find_target(c->z, &target)) {
	case ALIAS:
		tell_target(c, apex_ns ? CHECK_APEX_NS_TARGET : t->alias, n, s, i, &target, "is an alias");
		break;
	case NO_ADDRESS:
		tell_target(c, apex_ns ? CHECK_APEX_NS_TARGET : t->missing, n, s, i, &target,
			    "has no address record");
		break;
	case NO_GLUE:
		check_glue(c, n, s, i, &target);
		break;
	case ELSEWHERE:
	case GLUE:
	case ADDRESS:
		break;
	}
}

void check_set_targets(struct checker *c, const struct node *n, const struct rrset *s)
{
	if (!node_authoritative(n))
		return;
	for (size_t k = 0; k < COUNT_OF(targets); k++)
		if (targets[k].type == s->type)
			for (uint32_t i = 0; i < s->n; i++)
				check_target(c, &targets[k], n, s, i);
}
