/*
 * The algorithm of RFC 1034 4.3.2, on precomputed data:
 *
 *      zone -> way down (cut? DNAME?) -> node | bare name | closest encloser -> wildcard?
 *           -> answer, referral, NODATA, NXDOMAIN, or on to the target of a CNAME or DNAME
 */
#include "answer/compose.h"

enum outcome broken(struct ask *q)
{
	struct name n;

	if (q->zone == NULL || !name_of_wire(q->zone->apex, &n))
		n = name_root;
	name_print(&n, q->a->damaged);
	return BROKEN;
}

/* What the way down from the apex to the current name ends at. */
enum landmark { AT_CUT, AT_DNAME, AT_NODE, AT_BARE, MISSING, DAMAGED };

struct place {
	enum landmark what;
	unsigned depth; /* of the cut or DNAME; MISSING: of the closest encloser */
	struct node_view node;
};

/* look_at says what stands at one depth on the way; the page is that of the depth. */
static ALWAYS_INLINE enum landmark look_at(const struct ask *q, struct view page, unsigned d, struct node_view *n)
{
	struct probe p = probe_of(&q->link->name, d, q->zone->depth);

	*n = shard_search(page, p.hash, p.name, probe_head(&p));
	if (n->p == NULL)
		return n->n == FOUND_NONE ? MISSING : n->n == FOUND_BARE ? AT_BARE : DAMAGED;
	if (node_flags(*n) & NODE_HAS_NS && d != q->zone->depth)
		return AT_CUT;
	return node_flags(*n) & NODE_HAS_DNAME && d < q->link->name.labels ? AT_DNAME : AT_NODE;
}

/* encloser_between narrows down where existence ends: the suffix of `low` labels exists, that of `high` does not.
 * All ancestors of a name exist, so bisection finds the one place. -1: damaged. */
static COLD int encloser_between(const struct ask *q, unsigned low, unsigned high)
{
	struct node_view n;

	while (high - low > 1) {
		unsigned middle = low + (high - low) / 2;
		enum found f = look(q, middle, &n);
		if (f == FOUND_DAMAGED)
			return -1;
		if (f == FOUND_NONE)
			high = middle;
		else
			low = middle;
	}
	return (int)low;
}

/* descend goes down the depths at which the zone has cuts or DNAMEs; the first one found ends the search, whatever
 * exists below it. */
static ALWAYS_INLINE void descend(const struct ask *q, struct place *p)
{
	const struct start *start = q->start;
	unsigned labels = q->link->name.labels, low = q->zone->depth;
	unsigned d = start != NULL ? start->depth : depth_next(q->zone->part.cuts, low, labels);
	struct view page = start != NULL ? start->page : page_of(q, &q->link->name, d);

	for (;;) {
		p->what = look_at(q, page, d, &p->node);
		p->depth = d;
		if (p->what == MISSING) { /* an apex has its SOA: it can not be missing */
			int encloser = (int)low;
			if (unlikely(d != low + 1))
				encloser = d > low ? encloser_between(q, low, d) : -1;
			if (unlikely(encloser < 0))
				p->what = DAMAGED;
			p->depth = (unsigned)encloser;
			return;
		}
		if (d == labels || (p->what != AT_NODE && p->what != AT_BARE))
			return;
		low = d;
		d = depth_next(q->zone->part.cuts, d + 1, labels);
		page = page_of(q, &q->link->name, d);
	}
}

/* follow makes a name just written in the message the current one; ANSWERED where the chain must end. */
static enum outcome follow(struct ask *q, struct view target, size_t at)
{
	struct link *next = &q->a->chain[q->n_links];
	struct rd r = rd_of(target);

	if (q->n_links >= CHAIN_MAX)
		return ANSWERED;
	qname_read(&r, &q->s->key, &next->name);
	if (!rd_done(&r))
		return broken(q);
	next->at = (uint16_t)at;
	for (unsigned i = 0; i < q->n_links; i++) {
		const struct qname *seen = &(i == 0 ? q->question : &q->a->chain[i])->name;
		if (seen->len == next->name.len && memcmp(seen->lower, next->name.lower, seen->len) == 0)
			return ANSWERED; /* a loop: who asked has every record of it */
	}
	q->n_links++;
	q->link = next;
	q->start = NULL;
	return FOLLOW;
}

/* add composes a fragment that must be there: without room, TC. */
static bool add(struct ask *q, enum section section, struct frag f, unsigned what, const struct anchor *a)
{
	if (compose(q, section, f, what, a))
		return true;
	q->tc = true;
	return false;
}

/* owe_glue notes that the targets of NS records may have addresses here. */
static void owe_glue(struct ask *q, struct frag ns, size_t start)
{
	q->a->glue = (struct glue_due){ frag_targets(ns), start };
	q->glue = true;
}

/* referral_ds adds what DNSSEC says of a cut: its DS, or that there is none. */
static NOINLINE enum outcome referral_ds(struct ask *q, struct node_view cut, unsigned depth)
{
	struct anchor a = anchor_node(q, cut, depth);
	struct frag ds;
	enum err e = node_frag(cut, RR_DS, &ds);

	if (e == OK)
		ds = gather(q, cut, ds, 1);
	if (e == ERR_DAMAGED || (e == OK && ds.body == NULL))
		return broken(q);
	if (e != OK || frag_rrs(ds) == 0)
		return deny_ds(q, depth, cut);
	add(q, AUTHORITY, ds, PLAIN | SIGS, &a);
	return ANSWERED;
}

static ALWAYS_INLINE enum outcome referral(struct ask *q, struct node_view cut, unsigned depth)
{
	struct frag ns;
	size_t start = q->out.len;

	if (unlikely(node_frag(cut, RR_NS, &ns) != OK))
		return broken(q);
	ns = gather(q, cut, ns, 0);
	if (unlikely(ns.body == NULL))
		return broken(q);
	if (unlikely(!compose_at(q, AUTHORITY, ns, PLAIN, base_depth(cut, depth), depth))) {
		q->tc = true;
		return ANSWERED;
	}
	if (q->dnssec && q->zone->part.flags & ZONEPART_SIGNED && /* a DS that nobody signed says nothing */
	    referral_ds(q, cut, depth) == BROKEN)
		return BROKEN;
	if (unlikely(frag_flags(ns) & FRAG_TARGETS))
		owe_glue(q, ns, start);
	return ANSWERED;
}

/* target_of gives the RDATA of a CNAME or DNAME, a name written whole; empty: damaged. Of several, which a zone
 * may have if its operator insists, the first leads on. */
static struct view target_of(struct frag f)
{
	const size_t n = f.body != NULL && frag_plain(f) > 12 ? get_u16(f.body + 10) : 0;

	return n != 0 && n <= frag_plain(f) - 12 ? view_of(f.body + 12, n) : BYTES("");
}

static COLD enum outcome dname(struct ask *q, struct node_view node, unsigned depth)
{
	struct anchor a = anchor_of(q, depth, depth);
	struct name current, from, to, target;
	struct frag f;
	enum err e = node_frag(node, RR_DNAME, &f);
	const struct qname *n = &q->link->name;

	if (e == OK)
		f = gather(q, node, f, 1);
	if (e != OK || !name_of_wire(target_of(f), &to))
		return broken(q);
	if (!already(q, node_owner(node).p) && !add(q, ANSWER, f, what_of(q), &a))
		return ANSWERED;
	if (!name_of_wire(view_of(n->lower, n->len), &current) || !name_of_wire(a.owner, &from))
		return broken(q);
	if (q->n_links == 1) /* the question's letter case is kept */
		memcpy(current.wire, q->out.p + MSG_HEADER, current.len);
	if (!name_rebase(&current, &from, &to, &target)) {
		q->rcode = RCODE_YXDOMAIN;
		return ANSWERED;
	}
	size_t at = compose_cname(q, get_u32(f.body + 6), &target);
	if (at == 0) {
		q->tc = true;
		return ANSWERED;
	}
	return q->qtype == RR_CNAME ? ANSWERED : follow(q, view_of(target.wire, target.len), at);
}

/* A node that answers the question, by its own name or as a wildcard. */
struct source {
	struct node_view node; /* no_node: it has nothing */
	struct anchor anchor;
	bool wild;
	unsigned encloser; /* of a wildcard */
};

static void owe_proof(struct ask *q, const struct source *s)
{
	if (s->wild && q->dnssec)
		q->a->owed[q->n_owed++] = (struct owed){ *q->zone, q->link, s->encloser };
}

/* add_negative adds the SOA that goes with every negative answer (RFC 2308 3). */
static ALWAYS_INLINE bool add_negative(struct ask *q, unsigned what)
{
	unsigned apex = q->zone->depth;

	if (likely(compose_at(q, AUTHORITY, q->zone->negative, what, apex, apex)))
		return true;
	q->tc = true;
	return false;
}

static enum outcome no_data(struct ask *q, const struct source *s)
{
	if (!add_negative(q, what_of(q)))
		return ANSWERED;
	return s->wild ? deny_wild_type(q, s->encloser, s->node) : deny_type(q, s->node);
}

static enum outcome add_frag(struct ask *q, const struct source *s, struct frag f, unsigned what)
{
	f = gather(q, s->node, f, 0);
	if (f.body == NULL)
		return broken(q);
	if (frag_type(f) == RR_DNAME && !s->wild && already(q, node_owner(s->node).p))
		return ANSWERED; /* it led here */
	size_t start = q->out.len;
	if (!add(q, ANSWER, f, what, &s->anchor))
		return ANSWERED;
	if (q->qtype == RR_NS && node_flags(s->node) & NODE_APEX && frag_flags(f) & FRAG_TARGETS)
		owe_glue(q, f, start);
	return ANSWERED;
}

/* soa_of finds the SOA, which is kept in the zone table; add_soa answers with it. Its base is the apex, even one
 * that begins with an asterisk. */
static bool soa_of(const struct ask *q, const struct source *s, struct frag *f)
{
	return node_flags(s->node) & NODE_APEX && node_frag(q->zone->table, RR_SOA, f) == OK && f->body != NULL;
}

static bool add_soa(struct ask *q, struct frag f, unsigned what)
{
	struct anchor a = anchor_of(q, q->zone->depth, q->zone->depth);

	return add(q, ANSWER, f, what, &a);
}

/* all_of answers with several RRsets of a node: `what` of each that has it. Gives how many. */
static COLD enum outcome all_of(struct ask *q, const struct source *s, unsigned what, unsigned *n)
{
	struct frag f;

	*n = 0;
	if (soa_of(q, s, &f) && (what & PLAIN || frag_rrsigs(f) != 0) && ++*n != 0 && !add_soa(q, f, what))
		return ANSWERED;
	for (unsigned i = 0; i < node_frags(s->node) && !q->tc; i++) {
		if (!node_frag_at(s->node, i, &f))
			return broken(q);
		if ((what & PLAIN ? frag_rrs(f) : frag_rrsigs(f)) == 0)
			continue;
		++*n;
		if (add_frag(q, s, f, what) == BROKEN)
			return BROKEN;
	}
	return ANSWERED;
}

/* any gives one RRset, the first (RFC 8482 4.1) but NSEC, or over TCP, if the operator wants, all of them. */
static COLD enum outcome any(struct ask *q, const struct source *s, unsigned *n)
{
	struct frag f, first = { NULL, NULL }, soa;
	bool has_soa = soa_of(q, s, &soa);

	if (q->tcp && q->a->options->any_full_over_tcp)
		return all_of(q, s, what_of(q), n);
	for (unsigned i = 0; i < node_frags(s->node); i++) {
		if (!node_frag_at(s->node, i, &f))
			return broken(q);
		if (frag_rrs(f) != 0 && (first.head == NULL || frag_type(first) == RR_NSEC))
			first = f;
	}
	*n = has_soa || first.head != NULL;
	if (has_soa && (first.head == NULL || frag_type(first) > RR_SOA)) {
		add_soa(q, soa, what_of(q));
		return ANSWERED;
	}
	return *n != 0 ? add_frag(q, s, first, what_of(q)) : ANSWERED;
}

static enum outcome cname(struct ask *q, const struct source *s, struct frag f)
{
	size_t start = q->out.len;

	f = gather(q, s->node, f, 0);
	if (target_of(f).n == 0)
		return broken(q);
	if (!add(q, ANSWER, f, what_of(q), &s->anchor))
		return ANSWERED;
	owe_proof(q, s);
	/* Where the target stands depends on how the owner was written: a pointer, but for places out of reach. */
	size_t at = start + (q->out.p[start] >= 0xc0 ? 2 : s->anchor.owner.n) + 10;
	return follow(q, target_of(f), at);
}

/* exact finds the fragment of the asked type. */
static enum err exact(struct ask *q, const struct source *s, struct frag *f)
{
	enum err e = node_frag(s->node, q->qtype, f);

	return e == OK && frag_rrs(*f) == 0 ? ERR_NOTFOUND : e;
}

static enum outcome from_source(struct ask *q, const struct source *s)
{
	struct frag f;
	unsigned n = 0;
	enum outcome o = ANSWERED;

	if (q->qtype == RR_ANY || q->qtype == RR_RRSIG) {
		o = q->qtype == RR_ANY ? any(q, s, &n) : all_of(q, s, SIGS, &n);
		if (n == 0)
			return no_data(q, s);
		owe_proof(q, s);
		return o;
	}
	if (q->qtype == RR_SOA && soa_of(q, s, &f)) {
		add_soa(q, f, what_of(q));
		return ANSWERED;
	}
	enum err e = exact(q, s, &f);
	if (likely(e == OK)) {
		owe_proof(q, s);
		return add_frag(q, s, f, what_of(q));
	}
	if (e != ERR_NOTFOUND)
		return broken(q);
	if (node_flags(s->node) & NODE_HAS_CNAME && node_frag(s->node, RR_CNAME, &f) == OK)
		return cname(q, s, f);
	return no_data(q, s);
}

/* proven adds, for a name that does not exist, what DNSSEC says of that. */
static NOINLINE enum outcome proven(struct ask *q, unsigned encloser)
{
	return add_negative(q, PLAIN | SIGS) ? deny_name(q, encloser) : ANSWERED;
}

static ALWAYS_INLINE enum outcome no_such_name(struct ask *q, unsigned encloser)
{
	q->rcode = RCODE_NXDOMAIN;
	if (q->dnssec)
		return proven(q, encloser);
	add_negative(q, PLAIN);
	return ANSWERED;
}

/* perhaps_wild answers for a name that is missing in a zone with wildcards. */
static NOINLINE enum outcome perhaps_wild(struct ask *q, unsigned encloser)
{
	struct node_view wild;

	switch (look_wild(q, encloser, &wild)) {
	case FOUND_DAMAGED:
		return broken(q);
	case FOUND_NODE:
		return from_source(
		    q, &(struct source){ wild, anchor_of(q, encloser, q->link->name.labels), true, encloser });
	case FOUND_BARE: /* RFC 4592 2.2.1: an asterisk that is an empty non-terminal matches, and has no data */
		return no_data(q, &(struct source){ .node = no_node, .wild = true, .encloser = encloser });
	case FOUND_NONE:
		break;
	}
	return no_such_name(q, encloser);
}

static ALWAYS_INLINE enum outcome missing(struct ask *q, unsigned encloser)
{
	return unlikely(q->zone->part.flags & ZONEPART_WILD) ? perhaps_wild(q, encloser)
							     : no_such_name(q, encloser);
}

/* cut_above goes to the next zone up if that is served and has a cut exactly where this one begins. */
static COLD enum err cut_above(struct ask *q)
{
	unsigned labels = q->zone->depth;
	struct place p;

	q->a->child = *q->zone; /* what is found next may take its place in the cache */
	q->start = NULL;        /* it was in this zone */
	enum err e = look_zone(q, labels - 1);
	if (e == OK) {
		descend(q, &p);
		if (p.what == AT_CUT && p.depth == labels)
			return OK;
	}
	q->zone = &q->a->child;
	return e == ERR_DAMAGED ? e : OK;
}

static inline bool parent_type(uint16_t type)
{
	return unlikely(type >= RR_DS) && rrtype_of(type)->flags & TYPE_PARENT_SIDE; /* there is none below */
}

/* parent_side: a type that lives above the cut, asked at an apex, is answered by the next zone up if that has a
 * cut exactly there, else by the child (RFC 4035 3.1.4.1). */
static inline enum err parent_side(struct ask *q)
{
	unsigned labels = q->link->name.labels;

	if (likely(q->zone->depth != labels) || labels == 0 || !parent_type(q->qtype))
		return OK;
	return cut_above(q);
}

static COLD enum outcome at_bare(struct ask *q)
{
	return no_data(q, &(struct source){ .node = no_node });
}

/* at_node answers from the node of the current name. */
static NOINLINE enum outcome at_node(struct ask *q, struct node_view node)
{
	return from_source(q,
			   &(struct source){ .node = node, .anchor = anchor_node(q, node, q->link->name.labels) });
}

static ALWAYS_INLINE enum outcome in_zone(struct ask *q)
{
	unsigned labels = q->link->name.labels;
	struct place p;

	descend(q, &p);
	if (p.what == AT_CUT && p.depth == labels && parent_type(q->qtype))
		p.what = AT_NODE; /* what the zone above says of a cut is an answer like others */
	if (p.what != AT_CUT && q->n_links == 1)
		q->aa = true;
	switch (p.what) {
	case AT_CUT:
		return referral(q, p.node, p.depth);
	case AT_NODE:
		return at_node(q, p.node);
	case AT_DNAME:
		return dname(q, p.node, p.depth);
	case AT_BARE:
		return at_bare(q);
	case MISSING:
		return missing(q, p.depth);
	case DAMAGED:
		break;
	}
	return broken(q);
}

/* pay_proofs adds what expanded wildcards owe: that no closer match exists (RFC 4035 3.1.3.3, RFC 5155 7.2.6). */
static enum outcome pay_proofs(struct ask *q)
{
	for (unsigned i = 0; i < q->n_owed && !q->tc; i++) {
		struct owed *o = &q->a->owed[i];
		if (deny_closer(q, &o->zone, o->link, o->encloser) == BROKEN)
			return BROKEN;
	}
	return ANSWERED;
}

enum outcome resolve(struct ask *q)
{
	enum outcome o = FOLLOW;

	while (o == FOLLOW) {
		enum err e = q->start != NULL ? OK : look_zone(q, q->link->name.labels);
		if (e == ERR_NOTFOUND && q->n_links > 1)
			break; /* the chain leaves what we serve */
		if (e == ERR_NOTFOUND) {
			q->rcode = RCODE_REFUSED;
			q->ede = EDE_NOT_AUTHORITATIVE;
			return ANSWERED;
		}
		if (e == OK)
			e = parent_side(q);
		o = e == OK ? in_zone(q) : broken(q);
	}
	if (o != BROKEN && q->n_owed != 0)
		o = pay_proofs(q);
	return unlikely(q->glue) && o != BROKEN && !q->tc ? glue_add(q) : o;
}
