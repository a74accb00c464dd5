#include "answer/compose.h"

/* next_in gives the first offset of a pointer list, which ascends, that is not below `at`; `none` if there is
 * none. */
static size_t next_in(const uint8_t *list, size_t n, size_t at, size_t none)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (le16(list + 2 * middle) < at)
			low = middle + 1;
		else
			high = middle;
	}
	return low < n ? le16(list + 2 * low) : none;
}

static bool in_list(const uint8_t *list, size_t n, size_t at)
{
	return next_in(list, n, at, SIZE_MAX) == at;
}

/* name_written writes the name at `at` of a fragment whole: its labels, and what its pointer leads to. Each jump
 * lands before the one before, so it ends. */
static bool name_written(struct ask *q, struct frag f, const struct anchor *a, size_t at)
{
	size_t size = frag_plain(f) + frag_sig(f), limit = at;

	for (;;) {
		if (at + 2 > size)
			return false;
		if (in_list(frag_bases(f), frag_n_bases(f), at)) {
			size_t skip = (get_u16(f.body + at) & MSG_POINTER_MAX) - (size_t)MSG_HEADER;
			if (skip > a->base.n)
				return false;
			wr_bytes(&q->out, a->base.p + skip, a->base.n - skip);
			return true;
		}
		if (in_list(frag_selves(f), frag_n_selves(f), at)) {
			size_t to = get_u16(f.body + at);
			if (to >= limit)
				return false;
			limit = at = to;
			continue;
		}
		uint8_t label = f.body[at];
		if (label == 0 || label > NAME_LABEL_MAX || at + 1 + label > size)
			break;
		wr_bytes(&q->out, f.body + at, 1U + label);
		at += 1U + label;
	}
	wr_u8(&q->out, 0);
	return f.body[at] == 0;
}

/* rdata_written copies RDATA [at, end) with every name in it whole. */
static bool rdata_written(struct ask *q, struct frag f, const struct anchor *a, size_t at, size_t end)
{
	while (at < end) {
		size_t base = next_in(frag_bases(f), frag_n_bases(f), at, end),
		       self = next_in(frag_selves(f), frag_n_selves(f), at, end);
		size_t pointer = base < self ? base : self, to = pointer < end ? pointer : end;

		wr_bytes(&q->out, f.body + at, to - at);
		if (to == end)
			return true;
		if (!name_written(q, f, a, to))
			return false;
		at = to + 2;
	}
	return at == end;
}

/* rr_of finds where an RR of a fragment begins, `at` being where the one before ended, and how long its owner is.
 * Written owners are an NSEC3's: the first its label and what leads to the apex, the others a pointer to that. */
static size_t rr_of(struct frag f, const struct anchor *a, unsigned i, size_t at, size_t *owner)
{
	*owner = 2;
	if (!(frag_flags(f) & FRAG_INLINE))
		return le16(frag_owners(f) + 2 * (size_t)i);
	if (i == 0)
		*owner = 1U + f.body[0] + (a->base.n == 1 ? 1U : 2U);
	return at;
}

static void owner_written(struct ask *q, struct frag f, const struct anchor *a)
{
	if (frag_flags(f) & FRAG_INLINE)
		wr_bytes(&q->out, f.body, 1U + f.body[0]);
	wr_view(&q->out, frag_flags(f) & FRAG_INLINE ? a->base : a->owner);
}

/* compose_whole is compose for places that pointers cannot reach (answers above 16 KiB): every RR is taken apart
 * and its names are written out. */
static COLD bool compose_whole(struct ask *q, struct frag f, unsigned what, const struct anchor *a)
{
	unsigned from = what & PLAIN ? 0 : frag_rrs(f), to = frag_rrs(f) + (what & SIGS ? frag_rrsigs(f) : 0U);
	size_t size = frag_plain(f) + frag_sig(f), at = 0, owner;

	if (frag_flags(f) & FRAG_INLINE && (size == 0 || 1U + f.body[0] > size || from != 0))
		return false;
	for (unsigned i = from; i < to; i++) {
		at = rr_of(f, a, i, at, &owner);
		size_t rdata = at + owner + 10,
		       end = rdata <= size ? rdata + get_u16(f.body + rdata - 2) : SIZE_MAX;
		if (end > size)
			return false;
		owner_written(q, f, a);
		wr_bytes(&q->out, f.body + at + owner, 8);
		size_t length = wr_hole16(&q->out);
		if (!rdata_written(q, f, a, rdata, end))
			return false;
		wr_fill16(&q->out, length);
		at = end;
	}
	return !q->out.full;
}

/* out_of_reach says whether a pointer would have to lead further than it can. */
static bool out_of_reach(const struct ask *q, struct frag f, const struct anchor *a, size_t n)
{
	size_t self = n < FRAG_SELF_MAX ? n : FRAG_SELF_MAX;

	return a->owner_at > MSG_POINTER_MAX || a->base_moves + MSG_HEADER + NAME_WIRE_MAX > MSG_POINTER_MAX ||
	       (frag_n_selves(f) != 0 && q->out.len + self > MSG_POINTER_MAX);
}

bool compose(struct ask *q, enum section section, struct frag f, unsigned what, const struct anchor *a)
{
	size_t n = (what & PLAIN ? frag_plain(f) : 0U) + (what & SIGS ? frag_sig(f) : 0U);

	if (in_reach(q) || likely(!out_of_reach(q, f, a, n)))
		return compose_near(q, section, f, what, a->owner_at, a->base_moves);
	struct wr before = q->out;
	bool whole = compose_whole(q, f, what, a);
	if (whole)
		count_rrs(q, section, f, what);
	else
		q->out = before;
	return whole;
}

bool compose_far(struct ask *q, enum section section, struct frag f, unsigned what, unsigned base, unsigned owner)
{
	struct anchor a = anchor_of(q, base, owner);

	return compose(q, section, f, what, &a);
}

bool compose_written(struct ask *q, enum section section, struct frag f, struct view owner)
{
	struct wr before = q->out;
	struct anchor apex = anchor_of(q, q->zone->depth, q->zone->depth);
	size_t start = q->out.len, size = frag_plain(f) + frag_sig(f);
	bool far = start > MSG_POINTER_MAX || apex.owner_at > MSG_POINTER_MAX;

	if (frag_rrs(f) != 1 || frag_plain(f) < 12 || owner.n < apex.base.n || frag_flags(f) & FRAG_INLINE)
		return false;
	if (far || apex.base.n == 1) {
		wr_view(&q->out, owner);
	} else {
		wr_bytes(&q->out, owner.p, owner.n - apex.base.n);
		wr_u16(&q->out, (uint16_t)(0xc000 | apex.owner_at));
	}
	wr_bytes(&q->out, f.body + 2, frag_plain(f) - 2);
	for (unsigned i = 1; i <= frag_rrsigs(f); i++) {
		size_t at = le16(frag_owners(f) + 2 * (size_t)i);
		size_t end = i < frag_rrsigs(f) ? le16(frag_owners(f) + 2 * (size_t)i + 2) : size;
		if (at < frag_plain(f) || at + 2 > end || end > size)
			return false;
		if (far)
			wr_view(&q->out, owner);
		else
			wr_u16(&q->out, (uint16_t)(0xc000 | start));
		wr_bytes(&q->out, f.body + at + 2, end - at - 2);
	}
	if (q->out.full) {
		q->out = before;
		return false;
	}
	count_rrs(q, section, f, PLAIN | SIGS);
	return true;
}

size_t compose_cname(struct ask *q, uint32_t ttl, const struct name *target)
{
	struct wr before = q->out;
	struct anchor a = anchor_of(q, q->link->name.labels, q->link->name.labels);

	if (a.owner_at > MSG_POINTER_MAX)
		wr_view(&q->out, a.owner);
	else
		wr_u16(&q->out, (uint16_t)(0xc000 | a.owner_at));
	wr_u16(&q->out, RR_CNAME);
	wr_u16(&q->out, CLASS_IN);
	wr_u32(&q->out, ttl);
	wr_u16(&q->out, target->len);
	size_t at = q->out.len;
	wr_bytes(&q->out, target->wire, target->len);
	if (q->out.full) {
		q->out = before;
		return 0;
	}
	q->counts += (uint64_t)1 << ANSWER;
	return at;
}
