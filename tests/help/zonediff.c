#include "tests/help/zonediff.h"

#include <stdio.h>

#include "sec/rrsig.h"

enum {
	SOA_NUMBERS = 20, /* octets from an SOA's serial to its end */
	SERIAL_LEN = 4,   /* octets of a serial, the first of a ZONEMD */
	ZONEMD_HEAD = 6,  /* those before the digest */
	SIG_TIMES = 8,    /* octets of an RRSIG before its times */
};

/* same_part: octets from .. to - 1 are the same; both have so many. */
static bool same_part(struct view a, struct view b, size_t from, size_t to)
{
	return memcmp(a.p + from, b.p + from, to - from) == 0;
}

static bool same_rdata(uint16_t type, struct view a, struct view b, unsigned but)
{
	if (a.n != b.n)
		return false;
	if (type == RR_SOA && (but & BUT_SERIAL) != 0 && a.n > SOA_NUMBERS)
		return same_part(a, b, 0, a.n - SOA_NUMBERS) &&
		       same_part(a, b, a.n - SOA_NUMBERS + SERIAL_LEN, a.n);
	if (type == RR_ZONEMD && but != 0 && a.n > ZONEMD_HEAD)
		return same_part(a, b, (but & BUT_SERIAL) != 0 ? SERIAL_LEN : 0, ZONEMD_HEAD);
	return view_eq(a, b);
}

static bool same_records(const struct rrset *a, const struct rrset *b, unsigned but)
{
	if (a->n != b->n || a->ttl != b->ttl)
		return false;
	for (uint32_t i = 0; i < a->n; i++)
		if (!same_rdata(a->type, rdata_view(&a->rdata[i]), rdata_view(&b->rdata[i]), but))
			return false;
	return true;
}

static bool same_signature(struct view a, struct view b, unsigned but)
{
	struct rrsig x, y;

	if ((but & BUT_SIGNATURES) == 0 || a.n != b.n || !rrsig_read(a, &x) || !rrsig_read(b, &y))
		return view_eq(a, b);
	return same_part(a, b, 0, SIG_TIMES) && x.tag == y.tag && name_eq(&x.signer, &y.signer);
}

/* Their order depends on when they end, where two keys share an algorithm. */
static bool has_signature(const struct rrset *s, struct view sig, unsigned but)
{
	for (uint32_t i = 0; i < s->n_sig; i++)
		if (same_signature(rdata_view(&s->sig[i]), sig, but))
			return true;
	return false;
}

static bool same_signatures(const struct rrset *a, const struct rrset *b, unsigned but)
{
	if (a->n_sig != b->n_sig || (a->n_sig != 0 && a->sig_ttl != b->sig_ttl))
		return false;
	for (uint32_t i = 0; i < a->n_sig; i++)
		if ((but & BUT_SIGNATURES) != 0 ? !has_signature(b, rdata_view(&a->sig[i]), but)
						: !view_eq(rdata_view(&a->sig[i]), rdata_view(&b->sig[i])))
			return false;
	return true;
}

static const char *say(const struct node *n, uint16_t type, const char *what)
{
	static char text[NAME_TEXT_MAX + 80];
	char owner[NAME_TEXT_MAX], mnemonic[16];
	struct name name;

	node_name(n, &name);
	name_print(&name, owner);
	rrtype_print(type, mnemonic);
	(void)snprintf(text, sizeof text, "%s %s: %s", owner, type != 0 ? mnemonic : "", what);
	return text;
}

static const char *node_differs(const struct node *a, const struct node *b, unsigned but)
{
	const struct rrset *s = a->rrsets, *t = b->rrsets;

	if (!view_eq(view_of(a->owner, a->owner_len), view_of(b->owner, b->owner_len)))
		return say(a, 0, "another name, or its letter case");
	for (; s != NULL && t != NULL; s = s->next, t = t->next) {
		if (s->type != t->type)
			return say(a, s->type < t->type ? s->type : t->type, "only in one of the zones");
		if (!same_records(s, t, but))
			return say(a, s->type, "records or TTL");
		if (!same_signatures(s, t, but))
			return say(a, s->type, "RRSIGs or their TTL");
	}
	return s == NULL && t == NULL ? NULL : say(a, (s != NULL ? s : t)->type, "only in one of the zones");
}

const char *zone_differs(const struct zone *a, const struct zone *b, unsigned but)
{
	const char *what = NULL;

	for (size_t i = 0; i < a->n_nodes && i < b->n_nodes && what == NULL; i++)
		what = node_differs(a->node[i], b->node[i], but);
	if (what == NULL && a->n_nodes != b->n_nodes)
		what = "one zone has more names";
	if (what == NULL && a->n_records != b->n_records)
		what = "the number of records";
	return what;
}
