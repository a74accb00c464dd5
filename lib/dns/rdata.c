#include "dns/rdata.h"

#include "dns/field.h"

/*
 * A walk over the fields of a row, led by what the reader still holds:
 *
 *      for (k = walk_next(&w, &r); k != NULL; k = walk_next(&w, &r))
 *              ... take one field of kind k from r ...
 *
 * It ends: a field that repeats takes at least one octet each time, and a bad
 * reader has nothing left.
 */
struct walk {
	const uint8_t *field;
	const struct kind *many; /* the kind that is being repeated, or NULL */
};

static const struct kind *walk_next(struct walk *w, const struct rd *r)
{
	if (w->many != NULL) {
		if (rd_left(r) != 0)
			return w->many;
		w->many = NULL;
	}
	while (*w->field != F_END) {
		const struct kind *k = &kinds[*w->field++];
		if ((k->flags & K_MAYBE) && rd_left(r) == 0)
			continue;
		if (k->flags & K_MANY)
			w->many = k;
		return k;
	}
	return NULL;
}

static struct walk walk_of(uint16_t type)
{
	return (struct walk){ rrtype_of(type)->fields, NULL };
}

/* took is the field that take passed over. */
static struct view took(const struct kind *k, struct rd *r)
{
	const uint8_t *from = r->at;

	k->take(r);
	return (struct view){ from, r->bad ? 0 : (size_t)(r->at - from) };
}

static inline uint8_t fold(uint8_t c)
{
	return (uint8_t)(c - 'A') < 26 ? (uint8_t)(c + 32) : c;
}

bool rdata_check(uint16_t type, struct view rdata)
{
	struct rd r = rd_of(rdata);
	struct walk w = walk_of(type);

	if (rdata.n > RDATA_MAX)
		return false;
	for (const struct kind *k = walk_next(&w, &r); k != NULL; k = walk_next(&w, &r))
		k->take(&r);
	return rd_done(&r);
}

enum err rdata_expand(uint16_t type, struct rd in, struct wr *out)
{
	struct wr before = *out;
	struct walk w = walk_of(type);

	for (const struct kind *k = walk_next(&w, &in); k != NULL; k = walk_next(&w, &in)) {
		if (k->flags & (K_COMPRESS | K_EXPAND)) {
			struct name n;
			name_read(&in, &n);
			wr_bytes(out, n.wire, n.len);
		} else {
			wr_view(out, took(k, &in));
		}
	}
	if (rd_done(&in) && !out->full && out->len - before.len <= RDATA_MAX)
		return OK;
	*out = before;
	return rd_done(&in) ? ERR_SPACE : ERR_FORMAT;
}

enum err rdata_canon(uint16_t type, struct view rdata, struct wr *out)
{
	struct wr before = *out;
	struct rd r = rd_of(rdata);
	struct walk w = walk_of(type);

	for (const struct kind *k = walk_next(&w, &r); k != NULL; k = walk_next(&w, &r)) {
		struct view v = took(k, &r);
		uint8_t *to = wr_room(out, v.n);
		if (to == NULL)
			break;
		for (size_t i = 0; i < v.n; i++) /* a label's length is below 'A' and folds to itself */
			to[i] = k->flags & K_LOWER ? fold(v.p[i]) : v.p[i];
	}
	if (!out->full && rd_done(&r))
		return OK;
	enum err e = out->full ? ERR_SPACE : ERR_FORMAT;
	*out = before;
	return e;
}

static int plain_order(struct view a, struct view b)
{
	size_t shorter = a.n < b.n ? a.n : b.n;
	int d = shorter != 0 ? memcmp(a.p, b.p, shorter) : 0;

	return d != 0 ? d : (a.n > b.n) - (a.n < b.n);
}

static int folded_order(struct view a, struct view b)
{
	for (size_t i = 0; i < a.n && i < b.n; i++) {
		if (a.p[i] == b.p[i])
			continue;
		int d = (int)fold(a.p[i]) - (int)fold(b.p[i]);
		if (d != 0)
			return d;
	}
	return (a.n > b.n) - (a.n < b.n);
}

/* behind_last_folded counts the fields up to the last one whose letters are folded: behind it, and where there
 * is none, octets are octets. */
static size_t behind_last_folded(const uint8_t *fields)
{
	size_t n = 0;

	for (size_t i = 0; fields[i] != F_END; i++)
		if (kinds[fields[i]].flags & K_LOWER)
			n = i + 1;
	return n;
}

/* Fields may be compared one by one, for no field's wire form is the beginning of another value's: if two
 * differ in length, they differ before the shorter one's end. A folded field that may be absent is the last. */
int rdata_order(uint16_t type, struct view a, struct view b)
{
	struct rd ra = rd_of(a), rb = rd_of(b);
	const uint8_t *f = rrtype_of(type)->fields, *end = f + behind_last_folded(f);

	if (end - f == 1 && *end == F_END) /* NS and its like: a name, and nothing else */
		return folded_order(a, b);
	for (; f < end && (kinds[*f].flags & K_MAYBE) == 0; f++) {
		const struct kind *k = &kinds[*f];
		struct view x = took(k, &ra), y = took(k, &rb);
		if (ra.bad || rb.bad)
			return plain_order(a, b);
		int d = k->flags & K_LOWER ? folded_order(x, y) : plain_order(x, y);
		if (d != 0)
			return d;
	}
	struct view x = rd_rest(&ra), y = rd_rest(&rb);
	return f < end ? folded_order(x, y) : plain_order(x, y);
}

size_t rdata_names(uint16_t type, struct view rdata, struct rdata_name *out, size_t max)
{
	struct rd r = rd_of(rdata);
	struct walk w = walk_of(type);
	size_t n = 0;

	for (const struct kind *k = walk_next(&w, &r); k != NULL && n < max; k = walk_next(&w, &r)) {
		struct view v = took(k, &r);
		if (r.bad)
			break;
		if (k->flags & K_NAME)
			out[n++] = (struct rdata_name){ (uint16_t)(v.p - rdata.p), (uint8_t)v.n,
							(k->flags & K_COMPRESS) != 0 };
	}
	return n;
}
