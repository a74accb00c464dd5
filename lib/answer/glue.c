#include "answer/compose.h"

/* Of hosts whose addresses need not go in this many are tried: a resolver needs no more than one address. */
enum { OTHERS_MAX = 32 };

/* A host and where its addresses' owner leads to: its name in the message. */
struct host {
	struct node_view node;
	uint32_t owner_at;
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
static ALWAYS_INLINE size_t target_name(const struct ask *q, size_t at, uint8_t *out)
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

/* find_host finds the node of the target at `at` of the message by the hash that is listed with it. */
static ALWAYS_INLINE enum found find_host(struct ask *q, uint64_t hash, size_t at, struct node_view *out)
{
	const struct served *z = q->zone;
	uint8_t name[NAME_WIRE_MAX + 16];
	size_t n = target_name(q, at, name);
	uint64_t place = z->part.flags & ZONEPART_POOLED ? q->link->name.hash[z->depth] : hash;
	struct probe p = { hash, name, (uint8_t)n, z->depth, 0 };

	if (n == 0)
		return FOUND_DAMAGED;
	enum found f = shard_find(image_shard(q->s, z->image, place), &p, out);
	if (f != FOUND_NODE || likely((z->part.dnames[0] | z->part.dnames[1]) == 0))
		return f;
	/* Names below a DNAME are not there (RFC 6672 2.4), nor is glue. */
	return below(q, *out, z->part.dnames, NODE_HAS_DNAME, false) ? FOUND_NONE : FOUND_NODE;
}

/* signed_too says whether the RRSIGs of an address go with it: glue is not signed, an authoritative address is. */
static bool signed_too(struct ask *q, const struct host *h, struct frag f)
{
	return q->dnssec && frag_rrsigs(f) != 0 && !below(q, h->node, q->zone->part.cuts, NODE_HAS_NS, true);
}

/* add_rrset adds one address RRset, whatever it is like; *all turns false if it did not fit. */
static NOINLINE enum outcome add_rrset(struct ask *q, struct host h, const uint8_t *head, bool *all)
{
	struct anchor a = { .owner = node_owner(h.node), .base = node_owner(h.node), .owner_at = h.owner_at };
	struct frag f;

	if (!frag_open(view_of(h.node.p, h.node.n), head, &f))
		return broken(q);
	f = gather(q, h.node, f, 1);
	if (f.body == NULL)
		return broken(q);
	if (signed_too(q, &h, f) && compose(q, ADDITIONAL, f, PLAIN | SIGS, &a))
		return ANSWERED;
	if (!compose(q, ADDITIONAL, f, PLAIN, &a)) /* RFC 4035 3.1.1: without its RRSIG if only that fits */
		*all = false;
	return ANSWERED;
}

enum { RR_HEAD = 12, A_RR = RR_HEAD + 4, AAAA_RR = RR_HEAD + 16 }; /* octets, with a pointer as owner */

/* add_plain adds an RRset of RRs of `size` octets each without their RRSIGs: only their owners are to be set.
 * False if it does not fit, or is not what it should be. */
static ALWAYS_INLINE bool add_plain(struct ask *q, const struct host *h, const uint8_t *head, size_t size)
{
	size_t at = le16(head + 2), n = frag_plain((struct frag){ head, NULL });
	const uint8_t *from = h->node.p + at, *end = from + n;
	uint8_t *to = q->out.p + q->out.len;

	if (at + n > h->node.n || n % size != 0 || n > q->out.cap - q->out.len)
		return false;
	q->out.len += n;
	for (; from != end; from += size, to += size) {
		memcpy(to, from, size);
		put_u16(to, (uint16_t)(0xc000 | h->owner_at));
		q->counts += (uint64_t)1 << ADDITIONAL;
	}
	return true;
}

/* add_host adds the addresses of a host, all that it has, A or AAAA; *all turns false if some did not fit. */
static ALWAYS_INLINE enum outcome add_host(struct ask *q, const struct host *h, bool *all)
{
	const uint8_t *head = node_heads(h->node);

	for (unsigned i = 0; i < node_frags(h->node); i++, head += FRAG_HEAD) {
		const struct frag f = { head, NULL };
		uint16_t type = frag_type(f);
		if (type != RR_A && type != RR_AAAA)
			continue;
		bool plain = likely(frag_flags(f) == 0 && h->owner_at <= MSG_POINTER_MAX &&
				    (!q->dnssec || frag_rrsigs(f) == 0));
		if (plain && likely(type == RR_A ? add_plain(q, h, head, A_RR) : add_plain(q, h, head, AAAA_RR)))
			continue;
		if (add_rrset(q, *h, head, all) == BROKEN)
			return BROKEN;
	}
	return ANSWERED;
}

/* owner_of says where the owner of a target's addresses leads to: not to a pointer. */
static inline uint32_t owner_of(const struct ask *q, size_t at)
{
	const uint8_t *name = q->out.p + at;

	return name[0] >= 0xc0 ? get_u16(name) & MSG_POINTER_MAX : (uint32_t)at;
}

enum outcome glue_add(struct ask *q)
{
	const struct glue_due due = q->a->glue;
	const uint8_t *t = due.of.list;
	unsigned others = 0;

	for (unsigned i = 0; i < due.of.n && others < OTHERS_MAX; i++, t += TARGET) {
		size_t at = due.start + le16(t);
		struct host h;
		bool all = true;
		enum found f = find_host(q, le64(t + 2), at, &h.node);

		if (f == FOUND_DAMAGED)
			return broken(q);
		if (f != FOUND_NODE)
			continue;
		h.owner_at = owner_of(q, at);
		if (add_host(q, &h, &all) == BROKEN)
			return BROKEN;
		if (i >= due.of.glue)
			others++;
		else if (!all)
			q->tc = true;
	}
	return ANSWERED;
}
