/*
 * compose.h -- compose, compiled into those callers that nearly every query
 * goes through: the RRs are copied, and their pointers made right.
 *
 * Fragments and anchors are handed over as values, so that they need not be
 * in memory.
 *
 * Knows: ask.h.   Must not know: which RRs belong into an answer.
 */
#ifndef ANSWER_COMPOSE_H
#define ANSWER_COMPOSE_H

#include "answer/ask.h"

/* The copy is in place at `to`: make its pointers right. `from` and `n` say what was copied: the list may belong
 * to octets that were left out, or, in a damaged database, lead anywhere. */
static inline void move_pointers(uint8_t *to, const uint8_t *list, unsigned count, size_t from, size_t n,
				 int moves)
{
	size_t places = n > 1 ? n - 1 : 0;

	for (const uint8_t *end = list + 2 * (size_t)count; list != end; list += 2) {
		size_t at = le16(list) - from;
		if (likely(at < places))
			put_u16(to + at, (uint16_t)(get_u16(to + at) + moves));
	}
}

static inline void set_pointers(uint8_t *to, const uint8_t *list, unsigned count, size_t from, size_t n,
				uint16_t value)
{
	size_t places = n > 1 ? n - 1 : 0;

	value = htobe16(value);
	for (const uint8_t *end = list + 2 * (size_t)count; list != end; list += 2) {
		size_t at = le16(list) - from;
		if (likely(at < places))
			memcpy(to + at, &value, sizeof value);
	}
}

/* in_reach says that whatever n octets more lead to stands where any pointer reaches. */
static inline bool in_reach(const struct ask *q, size_t n)
{
	return likely(q->out.len + n + NAME_WIRE_MAX <= MSG_POINTER_MAX);
}

static inline void count_rrs(struct ask *q, enum section section, const struct frag *f, unsigned what)
{
	unsigned n = (what & PLAIN ? f->n_rr : 0U) + (what & SIGS ? f->n_sig : 0U);

	q->count[section] = (uint16_t)(q->count[section] + n);
}

/* compose_near is compose in reach of all pointers; of an anchor it needs no more than the numbers. */
static ALWAYS_INLINE bool compose_near(struct ask *q, enum section section, const struct frag *f, unsigned what,
				       uint32_t owner_at, int base_moves)
{
	size_t from = what & PLAIN ? 0 : f->plain;
	size_t end = what & SIGS ? (size_t)f->plain + f->sig : f->plain;
	size_t n = end - from, start = q->out.len;

	if (unlikely(q->out.cap - start < n))
		return false;
	uint8_t *to = q->out.p + start;
	memcpy(to, f->rrs + from, n);
	q->out.len = start + n;
	if (owner_at != MSG_HEADER && !(f->flags & FRAG_INLINE))
		set_pointers(to, f->owners, f->n_rr + (what & SIGS ? f->n_sig : 0U), from, n,
			     (uint16_t)(0xc000 | owner_at));
	if (base_moves != 0)
		move_pointers(to, f->bases, f->n_base, from, n, base_moves);
	if (unlikely(f->n_self != 0))
		move_pointers(to, f->selves, f->n_self, from, n, (int)(0xc000 + start - from));
	count_rrs(q, section, f, what);
	return true;
}

/* compose_at is compose for a fragment of the current name's suffixes, as anchor_of has them. */
static ALWAYS_INLINE bool compose_at(struct ask *q, enum section section, struct frag f, unsigned what,
				     unsigned base, unsigned owner)
{
	const struct link *l = q->link;

	if (unlikely(!in_reach(q, (size_t)f.plain + f.sig))) {
		struct frag whole = f; /* f itself need not be in memory */
		struct anchor a = anchor_of(q, base, owner);
		return compose(q, section, &whole, what, &a);
	}
	return compose_near(q, section, &f, what, (uint32_t)l->at + l->name.at[owner],
			    l->at + l->name.at[base] - MSG_HEADER);
}

#endif
