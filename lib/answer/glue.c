#include "answer/compose.h"

/* In-domain addresses go in first and must fit; the others wait here. What is beyond is left out: a resolver
 * needs no more than one address. */
enum { WAITING_MAX = 32 };

struct host {
	struct node_view node;
	uint16_t at; /* of its name in the message */
};

static inline uint8_t fold(uint8_t c)
{
	return (uint8_t)(c - 'A') < 26 ? (uint8_t)(c + 32) : c;
}

static bool same_label(const uint8_t *label, const uint8_t *want)
{
	unsigned n = want[0];

	if (same_octets(label, want, n + 1U))
		return true;
	for (unsigned k = 0; k <= n; k++)
		if (fold(label[k]) != want[k])
			return false;
	return true;
}

/* same_name compares the name at `at` of the message, pointers and all, with one in lower-case wire form. Each
 * pointer must lead before the place it is read at, and labels consume `want`, so it ends. */
static bool same_name(const struct ask *q, size_t at, const uint8_t *want, size_t n)
{
	const struct wr *msg = &q->out;
	const struct qname *name = &q->link->name;
	size_t i = 0;

	while (i < n && at < msg->len) {
		uint8_t c = msg->p[at];
		if ((c & 0xc0) == 0xc0) {
			size_t to = at + 1 < msg->len ? get_u16(msg->p + at) & MSG_POINTER_MAX : at;
			if (to >= at)
				return false;
			at = to;
			size_t in_name = at - q->link->at;
			if (at >= q->link->at && in_name < name->len) /* its folded copy is at hand */
				return n - i == name->len - in_name &&
				       same_octets(name->lower + in_name, want + i, n - i);
			continue;
		}
		if (c > NAME_LABEL_MAX || c != want[i] || i + 1 + c > n || at + 1 + c > msg->len ||
		    !same_label(msg->p + at, want + i))
			return false;
		if (c == 0)
			return i + 1 == n;
		i += 1U + c;
		at += 1U + c;
	}
	return false;
}

/* ends_with: the suffix of a name that is as long as `tail` is `tail`, and begins at a label. */
static bool ends_with(const uint8_t *name, size_t n, struct view tail)
{
	size_t i = 0;

	if (n < tail.n)
		return false;
	while (i < n - tail.n)
		i += 1U + name[i];
	return i == n - tail.n && same_octets(name + i, tail.p, tail.n);
}

/* below says whether some name above the host, or with `itself` the host, has one of these flags. */
static bool below(struct ask *q, const struct node_view *host, const uint64_t mask[2], unsigned flags, bool itself)
{
	const struct link *current = q->link;
	struct link target;
	struct name n;
	bool found = false;

	if (!name_of_wire(view_of(host->owner, host->owner_len), &n))
		return false;
	target.at = 0;
	qname_of(&n, &q->s->key, &target.name);
	q->link = &target;
	for (unsigned d = q->zone->depth; d < target.name.labels + (itself ? 1U : 0U) && !found; d++) {
		struct node_view above;
		found = depth_in(mask, d) && look(q, d, &above) == FOUND_NODE && (above.flags & flags);
	}
	q->link = current;
	return found;
}

/* find_host finds the node of a target by the hash that is listed with it; the name is the one in the message. */
static inline enum found find_host(struct ask *q, uint64_t hash, size_t at, struct node_view *out)
{
	const struct served *z = q->zone;
	uint64_t place = z->part.flags & ZONEPART_POOLED ? q->link->name.hash[z->depth] : hash;
	struct view page = image_shard(q->s, z->image, place);
	unsigned cursor = 0;
	enum found f;

	while ((f = shard_step(page, hash, &cursor, out)) == FOUND_NODE)
		if (out->apex_labels == z->depth && !(out->flags & (NODE_PIECE | NODE_RUN)) &&
		    same_name(q, at, out->owner, out->owner_len))
			/* Names below a DNAME are not there (RFC 6672 2.4), nor is glue. */
			return likely((z->part.dnames[0] | z->part.dnames[1]) == 0) ||
				       !below(q, out, z->part.dnames, NODE_HAS_DNAME, false)
				   ? FOUND_NODE
				   : FOUND_NONE;
	return f;
}

/* signed_too says whether the RRSIGs of an address go with it: glue is not signed, an authoritative address is. */
static bool signed_too(struct ask *q, const struct host *h, const struct frag *f)
{
	return q->dnssec && f->n_sig != 0 && !below(q, &h->node, q->zone->part.cuts, NODE_HAS_NS, true);
}

/* add_addresses adds one address RRset; false if it did not fit. */
static inline bool add_addresses(struct ask *q, const struct host *h, struct frag f, const struct anchor *a)
{
	if (unlikely(q->dnssec && f.n_sig != 0)) { /* RFC 4035 3.1.1: without its RRSIG if only that fits */
		struct frag signed_one = f;
		if (signed_too(q, h, &signed_one) && compose(q, ADDITIONAL, &signed_one, PLAIN | SIGS, a))
			return true;
	}
	if (in_reach(q, f.plain))
		return compose_near(q, ADDITIONAL, &f, PLAIN, a->owner_at, 0);
	struct frag whole = f;
	return compose(q, ADDITIONAL, &whole, PLAIN, a);
}

/* add_host adds the addresses of a host: all that it has, whether A or AAAA. False: some did not fit. */
static bool add_host(struct ask *q, const struct host *h, enum outcome *o)
{
	const uint8_t *owner = q->out.p + h->at, *head = h->node.heads;
	struct view name = { h->node.owner, h->node.owner_len };
	struct anchor a = { .owner = name, .base = name };
	bool all = true;

	a.owner_at = owner[0] >= 0xc0 ? get_u16(owner) & MSG_POINTER_MAX : h->at;
	for (unsigned i = 0; i < h->node.n_frags; i++, head += FRAG_HEAD) {
		struct frag f;
		uint16_t type = le16(head);
		if (type != RR_A && type != RR_AAAA)
			continue;
		if (unlikely(!head_open(view_of(h->node.p, h->node.n), head, &f))) {
			*o = broken(q);
			return true;
		}
		if (unlikely(f.flags & FRAG_OUT)) {
			struct frag whole = f;
			if (gather_pieces(q, &h->node, &whole, 1) != OK)
				*o = broken(q);
			f = whole;
		}
		all = (*o != ANSWERED || add_addresses(q, h, f, &a)) && all;
	}
	return all;
}

enum outcome glue_add(struct ask *q)
{
	const struct glue_due *due = q->glue;
	struct host waiting[WAITING_MAX]; /* filled up to n_waiting */
	unsigned n_waiting = 0;
	enum outcome o = ANSWERED;

	for (unsigned i = 0; i < due->n_targets && o == ANSWERED; i++) {
		const uint8_t *t = due->targets + (size_t)i * TARGET;
		size_t at = due->start + le16(t);
		struct host h;
		enum found f = at < q->out.len ? find_host(q, le64(t + 2), at, &h.node) : FOUND_DAMAGED;

		if (f == FOUND_DAMAGED)
			return broken(q);
		if (f != FOUND_NODE)
			continue;
		h.at = (uint16_t)at;
		if (due->cut && ends_with(h.node.owner, h.node.owner_len, due->owner)) {
			if (!add_host(q, &h, &o))
				q->tc = true;
		} else if (n_waiting < WAITING_MAX) {
			waiting[n_waiting++] = h;
		}
	}
	for (unsigned i = 0; i < n_waiting && o == ANSWERED; i++)
		add_host(q, &waiting[i], &o);
	return o;
}
