/* Checks of the NSEC chain (RFC 4034 4, RFC 4035 2.3), and of type bitmaps, which NSEC3 shares. */

#include "zone/check_run.h"

/* The types of a node that a bitmap must have, in ascending order. */
struct expected {
	const struct node *n;
	const struct rrset *next;
	bool rrsig; /* still to come */
};

static struct expected expected_of(const struct node *n)
{
	struct expected e = { n, n->rrsets, false };

	for (const struct rrset *s = n->rrsets; s != NULL; s = s->next)
		if (set_in_bitmap(n, s) && s->n_sig > 0)
			e.rrsig = true;
	return e;
}

/* expected_next gives the next type, 0 behind the last (type 0 is reserved and in no zone). */
static uint16_t expected_next(struct expected *e)
{
	while (e->next != NULL && (!set_in_bitmap(e->n, e->next) || e->next->type == RR_RRSIG))
		e->next = e->next->next;
	if (e->rrsig && (e->next == NULL || e->next->type > RR_RRSIG)) {
		e->rrsig = false;
		return RR_RRSIG;
	}
	if (e->next == NULL)
		return 0;
	uint16_t type = e->next->type;
	e->next = e->next->next;
	return type;
}

/* expect takes one type that a bitmap has. NULL: it is the next one expected. */
static const char *expect(struct expected *e, uint16_t has, uint16_t *type)
{
	uint16_t want = expected_next(e);

	if (want == has)
		return NULL;
	*type = want != 0 && want < has ? want : has;
	return *type == want ? "lacks" : "has, wrongly,";
}

const char *bitmap_flaw(const struct node *n, struct view bitmap, uint16_t *type)
{
	struct expected e = expected_of(n);
	struct rd r = rd_of(bitmap);
	const char *flaw;

	while (rd_left(&r) > 0) {
		uint8_t window = rd_u8(&r);
		struct view bits = rd_take(&r, rd_u8(&r));
		for (size_t i = 0; i < bits.n; i++) {
			for (unsigned b = 0; b < 8; b++) {
				if ((bits.p[i] & 0x80 >> b) == 0)
					continue;
				flaw = expect(&e, (uint16_t)((size_t)window << 8 | 8 * i | b), type);
				if (flaw != NULL)
					return flaw;
			}
		}
	}
	*type = expected_next(&e);
	return *type != 0 ? "lacks" : NULL;
}

/* has_nsec: the name must have an NSEC record, and no other name may. */
static bool wants_nsec(const struct node *n)
{
	return node_authoritative(n) && (n->flags & NODE_ENT) == 0 && n->rrsets != NULL && !node_only_nsec3(n);
}

static void check_link(struct checker *c, const struct node *n, const struct rdata *nsec, const struct node *next)
{
	struct rd r = rd_of(rdata_view(nsec));
	struct name to, want;
	char a[NAME_TEXT_MAX], b[NAME_TEXT_MAX], t[16];
	const char *flaw;
	uint16_t type;

	name_read_plain(&r, &to);
	node_name(next, &want);
	if (!name_eq(&to, &want)) {
		name_print(&to, a);
		name_print(&want, b);
		check_node_tell(c, CHECK_DENIAL_CHAIN, n, nsec->line, "NSEC leads to %s; the next name is %s", a,
				b);
	}
	flaw = bitmap_flaw(n, rd_rest(&r), &type);
	if (flaw != NULL) {
		rrtype_print(type, t);
		check_node_tell(c, CHECK_DENIAL_BITMAP, n, nsec->line, "the NSEC record's list of types %s %s",
				flaw, t);
	}
}

static void check_nsec(struct checker *c, const struct node *n, const struct node *next)
{
	const struct rrset *s = node_has(n, RR_NSEC);

	if (s == NULL) {
		check_node_tell(c, CHECK_DENIAL_MISSING, n, 0, "no NSEC record");
		return;
	}
	if (s->n > 1)
		check_node_tell(c, CHECK_DENIAL_CHAIN, n, s->rdata[1].line, "%u NSEC records at one name", s->n);
	check_link(c, n, &s->rdata[0], next);
}

void check_zone_nsec(struct checker *c)
{
	const struct node *last = NULL;
	bool chain = c->is_signed && node_has(c->apex, RR_NSEC) != NULL;

	if (!c->is_signed)
		return;
	if (!chain && node_has(c->apex, RR_NSEC3PARAM) == NULL)
		check_node_tell(c, CHECK_DENIAL_MISSING, c->apex, 0,
				"a signed zone has NSEC or NSEC3PARAM records at its apex; this one has neither");
	for (size_t i = 0; i < c->z->n_nodes; i++) {
		zone_ahead(c->z, i);
		const struct node *n = c->z->node[i];
		if (chain && wants_nsec(n)) {
			if (last != NULL)
				check_nsec(c, last, n);
			last = n;
		} else if (node_has(n, RR_NSEC) != NULL) {
			check_node_tell(c, CHECK_DENIAL_STRAY, n, node_has(n, RR_NSEC)->rdata[0].line,
					chain ? "an NSEC record where the zone has no authority"
					      : "an NSEC record in a zone without a chain of them");
		}
	}
	if (last != NULL)
		check_nsec(c, last, c->apex);
}
