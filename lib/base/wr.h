/*
 * wr.h -- a writer into a buffer of fixed size.
 *
 * A writer is a value, so a copy is a checkpoint: assign it back and what was
 * written since is gone. What does not fit sets `full` and writes nothing;
 * the flag is sticky, one question at the end is enough.
 *
 * Numbers are written in network order; wr_le* are for the database.
 *
 * Knows: base.h.   Must not know: names, messages.
 */
#ifndef BASE_WR_H
#define BASE_WR_H

#include <endian.h>

#include "base/base.h"

struct wr {
	uint8_t *p;
	size_t len; /* bytes written */
	size_t cap; /* bytes that fit */
	bool full;  /* sticky: something did not fit */
};

static inline struct wr wr_of(void *p, size_t cap)
{
	return (struct wr){ p, 0, cap, false };
}

static inline struct view wr_view_of(const struct wr *w)
{
	return (struct view){ w->p, w->len };
}

/* wr_room gives a place for n bytes and counts them as written, or NULL and a full writer. */
static inline uint8_t *wr_room(struct wr *w, size_t n)
{
	if (unlikely(w->full || w->cap - w->len < n)) {
		w->full = true;
		return NULL;
	}
	uint8_t *at = w->p + w->len;
	w->len += n;
	return at;
}

static inline void wr_bytes(struct wr *w, const void *p, size_t n)
{
	uint8_t *at = wr_room(w, n);
	if (at != NULL && n != 0)
		memcpy(at, p, n);
}

static inline void wr_view(struct wr *w, struct view v)
{
	wr_bytes(w, v.p, v.n);
}

static inline void wr_u8(struct wr *w, uint8_t v)
{
	uint8_t *at = wr_room(w, 1);
	if (at != NULL)
		at[0] = v;
}

static inline void put_u16(uint8_t *at, uint16_t v)
{
	v = htobe16(v);
	memcpy(at, &v, sizeof v);
}

static inline uint16_t get_u16(const uint8_t *at)
{
	uint16_t v;
	memcpy(&v, at, sizeof v);
	return be16toh(v);
}

static inline uint32_t get_u32(const uint8_t *at)
{
	uint32_t v;
	memcpy(&v, at, sizeof v);
	return be32toh(v);
}

static inline void put_u32(uint8_t *at, uint32_t v)
{
	v = htobe32(v);
	memcpy(at, &v, sizeof v);
}

static inline void wr_u16(struct wr *w, uint16_t v)
{
	uint8_t *at = wr_room(w, 2);
	if (at != NULL)
		put_u16(at, v);
}

static inline void wr_u32(struct wr *w, uint32_t v)
{
	uint8_t *at = wr_room(w, 4);
	if (at != NULL)
		put_u32(at, v);
}

/* wr_hole16 leaves two bytes to be filled later by wr_fill16 with the number of bytes written
 * behind them: RDLENGTH, a TCP length, an option length. */
static inline size_t wr_hole16(struct wr *w)
{
	wr_u16(w, 0);
	return w->len;
}

static inline void wr_fill16(struct wr *w, size_t hole)
{
	if (!w->full)
		put_u16(w->p + hole - 2, (uint16_t)(w->len - hole));
}

#endif
