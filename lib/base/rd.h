/*
 * rd.h -- a cursor over bytes from outside, which cannot leave them.
 *
 * The first read that does not fit turns the reader bad; from then on every
 * read gives zeros and nothing is left, so loops end by themselves and one
 * question at the end (r.bad, rd_done) is enough.
 *
 * Knows: base.h.   Must not know: names, messages.
 */
#ifndef BASE_RD_H
#define BASE_RD_H

#include "base/base.h"

struct rd {
	const uint8_t *msg; /* start of the whole message; compression pointers count from here */
	const uint8_t *at;  /* next byte to read */
	const uint8_t *end; /* first byte past what this reader may touch */
	bool bad;           /* sticky: once set, every read yields zero */
};

static inline struct rd rd_of(struct view v)
{
	return (struct rd){ v.p, v.p, v.p + v.n, false };
}

static inline size_t rd_left(const struct rd *r)
{
	return r->bad ? 0 : (size_t)(r->end - r->at);
}

/* rd_take gives the next n bytes, or none and a bad reader. Everything else is built on it. */
static inline struct view rd_take(struct rd *r, size_t n)
{
	if (rd_left(r) < n) {
		r->bad = true;
		return (struct view){ r->end, 0 };
	}
	struct view v = { r->at, n };
	r->at += n;
	return v;
}

/* rd_rest gives all that is left. */
static inline struct view rd_rest(struct rd *r)
{
	return rd_take(r, rd_left(r));
}

static inline uint8_t rd_u8(struct rd *r)
{
	struct view v = rd_take(r, 1);
	return v.n == 1 ? v.p[0] : 0;
}

static inline uint16_t rd_u16(struct rd *r)
{
	struct view v = rd_take(r, 2);
	return v.n == 2 ? (uint16_t)(v.p[0] << 8 | v.p[1]) : 0;
}

static inline uint32_t rd_u32(struct rd *r)
{
	uint32_t hi = rd_u16(r);
	return hi << 16 | rd_u16(r);
}

/* rd_sub splits off the next n bytes as a reader that can never leave them. */
static inline struct rd rd_sub(struct rd *r, size_t n)
{
	struct view v = rd_take(r, n);
	return (struct rd){ r->msg, v.p, v.p + v.n, r->bad };
}

/* rd_done is true if nothing went wrong and nothing is left over. */
MUST_CHECK static inline bool rd_done(const struct rd *r)
{
	return !r->bad && r->at == r->end;
}

#endif
