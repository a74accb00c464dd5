#include "answer/compose.h"

/* Of hosts whose addresses need not go in this many are tried: a resolver needs no more than one address. */
enum { OTHERS_MAX = 32 };

struct host {
	struct node_view node;
	size_t at; /* of its name in the message */
};

/* labels_end gives where the labels from `at` on end: at a pointer, the root, an octet that is no label's length,
 * or at or behind the end of the message. */
static inline size_t labels_end(const struct wr *msg, size_t at)
{
	while (at < msg->len && msg->p[at] - 1U < NAME_LABEL_MAX)
		at += 1U + msg->p[at];
	return at;
}

/* target_name copies the name at `at` of the message, folded, to `out`, which has room for 16 octets more than a
 * name, and gives its length; 0: that is no name. Each pointer must lead before the one before, so it ends. */
static size_t target_name(const struct ask *q, size_t at, uint8_t *out)
{
	const struct wr *msg = &q->out;
	const struct link *current = q->link;
	size_t n = 0, limit = msg->len;

	for (;;) {
		size_t end = labels_end(msg, at), labels = end - at;
		if (end >= msg->len || n + labels >= NAME_WIRE_MAX)
			return 0;
		copy_folded(out + n, msg->p + at, labels, msg->len - at);
		n += labels;
		if (msg->p[end] == 0) {
			out[n] = 0;
			return n + 1;
		}
		if (msg->p[end] < 0xc0 || end + 1 == msg->len)
			return 0;
		size_t to = get_u16(msg->p + end) & MSG_POINTER_MAX, in_name = to - current->at;
		if (to >= limit)
			return 0;
		if (likely(to >= current->at && in_name < current->name.len)) { /* its folded copy is at hand */
			size_t rest = current->name.len - in_name;
			if (n + rest > NAME_WIRE_MAX)
				return 0;
			memcpy(out + n, current->name.lower + in_name, rest);
			return n + rest;
		}
		limit = at = to;
	}
}

/* below says whether some name above the host, or with `itself` the host, has one of these flags. */
static bool below(struct ask *q, struct node_view host, const uint64_t mask[2], unsigned flags, bool itself)
{
	const struct link *current = q->link;
	struct link target;
	struct name n;
	bool found = false;

	if (!name_of_wire(node_owner(host), &n))
		return false;
	target.at = 0;
	qname_of(&n, &q->s->key, &target.name);
	q->link = &target;
	for (unsigned d = q->zone->depth; d < target.name.labels + (itself ? 1U : 0U) && !found; d++) {
		struct node_view above;
		found = depth_in(mask, d) && look(q, d, &above) == FOUND_NODE && (node_flags(above) & flags);
	}
	q->link = current;
	return found;
}

/* find_host finds the node of a target, whose name stands in the message, by the hash that is listed with it. */
static enum found find_host(struct ask *q, uint64_t hash, struct host *h)
{
	const struct served *z = q->zone;
	uint8_t name[NAME_WIRE_MAX + 16];
	size_t n = target_name(q, h->at, name);
	uint64_t place = z->part.flags & ZONEPART_POOLED ? q->link->name.hash[z->depth] : hash;
	struct probe p = { hash, name, (uint8_t)n, z->depth, 0 };

	if (n == 0)
		return FOUND_DAMAGED;
	enum found f = shard_find(image_shard(q->s, z->image, place), &p, &h->node);
	if (f != FOUND_NODE || likely((z->part.dnames[0] | z->part.dnames[1]) == 0))
		return f;
	/* Names below a DNAME are not there (RFC 6672 2.4), nor is glue. */
	return below(q, h->node, z->part.dnames, NODE_HAS_DNAME, false) ? FOUND_NONE : FOUND_NODE;
}

/* signed_too says whether the RRSIGs of an address go with it: glue is not signed, an authoritative address is. */
static COLD bool signed_too(struct ask *q, const struct host *h, struct frag f, const struct anchor *a)
{
	return !below(q, h->node, q->zone->part.cuts, NODE_HAS_NS, true) &&
	       compose(q, ADDITIONAL, f, PLAIN | SIGS, a);
}

/* add_addresses adds one address RRset; false if it did not fit. */
static inline bool add_addresses(struct ask *q, const struct host *h, struct frag f)
{
	const uint8_t *owner = q->out.p + h->at;
	uint32_t owner_at = owner[0] >= 0xc0 ? get_u16(owner) & MSG_POINTER_MAX : (uint32_t)h->at;

	if (likely(in_reach(q) && !(q->dnssec && frag_rrsigs(f) != 0)))
		return compose_near(q, ADDITIONAL, f, PLAIN, owner_at, 0);
	struct anchor a = { .owner = node_owner(h->node), .base = node_owner(h->node), .owner_at = owner_at };
	if (q->dnssec && frag_rrsigs(f) != 0 && signed_too(q, h, f, &a))
		return true;
	return compose(q, ADDITIONAL, f, PLAIN, &a); /* RFC 4035 3.1.1: without its RRSIG if only that fits */
}

/* add_host adds the addresses of a host, all that it has, A or AAAA; *all turns false if some did not fit. */
static enum outcome add_host(struct ask *q, const struct host *h, bool *all)
{
	const uint8_t *head = node_heads(h->node);

	for (unsigned i = 0; i < node_frags(h->node); i++, head += FRAG_HEAD) {
		uint16_t type = le16(head);
		struct frag f;
		if (type != RR_A && type != RR_AAAA)
			continue;
		if (unlikely(!frag_open(view_of(h->node.p, h->node.n), head, &f)))
			return broken(q);
		f = gather(q, h->node, f, 1);
		if (unlikely(f.body == NULL))
			return broken(q);
		if (!add_addresses(q, h, f))
			*all = false;
	}
	return ANSWERED;
}

enum outcome glue_add(struct ask *q)
{
	const struct glue_due due = q->a->glue;
	unsigned others = 0;

	for (unsigned i = 0; i < due.of.n && others < OTHERS_MAX; i++) {
		const uint8_t *t = due.of.list + (size_t)i * TARGET;
		struct host h = { .at = due.start + le16(t) };
		bool all = true;
		enum found f = find_host(q, le64(t + 2), &h);

		if (f == FOUND_DAMAGED)
			return broken(q);
		if (f == FOUND_NODE && add_host(q, &h, &all) == BROKEN)
			return BROKEN;
		if (i < due.of.glue) {
			if (!all)
				q->tc = true;
		} else if (f == FOUND_NODE) {
			others++;
		}
	}
	return ANSWERED;
}
