/*
 * compose.h -- compose, compiled into those callers that nearly every query
 * goes through: the RRs are copied, and their pointers made right.
 *
 * What an anchor says is handed over as values, so that it need not be in
 * memory.
 *
 * Knows: ask.h.   Must not know: which RRs belong into an answer.
 */
#ifndef ANSWER_COMPOSE_H
#define ANSWER_COMPOSE_H

#include "answer/ask.h"

/* A list of pointers in a copy of a fragment. The copy begins `from` octets behind the fragment's start and has
 * `places` where two octets may be changed: the list may lead to octets that were left out, or, in a damaged
 * database, anywhere. */
struct pointers {
	uint8_t *to;
	size_t from, places;
};

/* move_pointers adds to the pointers of a list, set_pointers overwrites them. Both give the list's end, where the
 * next one begins. */
static inline const uint8_t *move_pointers(const struct pointers *p, const uint8_t *list, size_t n, int moves)
{
	const uint8_t *end = list + 2 * n;

	for (; list != end; list += 2) {
		size_t at = le16(list) - p->from;
		if (likely(at < p->places))
			put_u16(p->to + at, (uint16_t)(get_u16(p->to + at) + moves));
	}
	return end;
}

static inline const uint8_t *set_pointers(const struct pointers *p, const uint8_t *list, size_t n, uint16_t value)
{
	const uint8_t *end = list + 2 * n;

	for (; list != end; list += 2) {
		size_t at = le16(list) - p->from;
		if (likely(at < p->places))
			put_u16(p->to + at, value);
	}
	return end;
}

/* in_reach says that whatever fits stands where any pointer reaches. */
static inline bool in_reach(const struct ask *q)
{
	return likely(q->out.cap <= MSG_POINTER_MAX);
}

static inline void count_rrs(struct ask *q, enum section section, struct frag f, unsigned what)
{
	uint64_t n = (what & PLAIN ? frag_rrs(f) : 0U) + (what & SIGS ? frag_rrsigs(f) : 0U);

	q->counts += n << section;
}

/* compose_near is compose in reach of all pointers; of an anchor it needs no more than the numbers. What it asks
 * of the fragment after the copy it asks again, rather than to keep it over the call. */
static ALWAYS_INLINE bool compose_near(struct ask *q, enum section section, struct frag f, unsigned what,
				       uint32_t owner_at, int base_moves)
{
	size_t from = what & PLAIN ? 0 : frag_plain(f);
	size_t n = frag_plain(f) - from + (what & SIGS ? frag_sig(f) : 0), start = q->out.len;

	if (unlikely(q->out.cap - start < n))
		return false;
	uint8_t *to = q->out.p + start;
	memcpy(to, f.body + from, n);
	q->out.len = start + n;
	count_rrs(q, section, f, what);
	struct pointers p = { to, from, n - (n != 0) };
	const uint8_t *list = move_pointers(&p, frag_selves(f), frag_n_selves(f), (int)(0xc000 + start - from));
	if (owner_at == MSG_HEADER && base_moves == 0)
		return true; /* the others are right as they are */
	list = move_pointers(&p, list, frag_n_bases(f), base_moves);
	set_pointers(&p, list, frag_n_owners(f), (uint16_t)(0xc000 | owner_at));
	return true;
}

/* compose_far is compose_at where pointers may not reach. */
bool compose_far(struct ask *q, enum section section, struct frag f, unsigned what, unsigned base, unsigned owner);

/* compose_at is compose for a fragment of the current name's suffixes, as anchor_of has them. */
static ALWAYS_INLINE bool compose_at(struct ask *q, enum section section, struct frag f, unsigned what,
				     unsigned base, unsigned owner)
{
	const struct link *l = q->link;

	if (unlikely(!in_reach(q)))
		return compose_far(q, section, f, what, base, owner);
	return compose_near(q, section, f, what, (uint32_t)l->at + l->name.at[owner],
			    l->at + l->name.at[base] - MSG_HEADER);
}

#endif
