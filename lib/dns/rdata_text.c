/* RDATA between text and wire: walks over the fields of a row. */
#include "dns/rdata.h"

#include "dns/encode.h"
#include "dns/field.h"

static bool is_generic(const struct token *t)
{
	return !t->quoted && t->n == 2 && t->p[0] == '\\' && t->p[1] == '#';
}

/* parse_generic reads what stands behind "\#": a length and that many octets in hex (RFC 3597 5). */
static bool parse_generic(struct words *w, uint16_t type, struct wr *out)
{
	const struct token *mark = w->at++;
	size_t from = out->len;
	uint32_t length;

	w->part = "length";
	if (!word_number(w, NULL, RDATA_MAX, &length))
		return false;
	w->part = "data";
	if (w->at < w->end && !parse_hex(w, out))
		return false;
	if (out->full)
		return true;
	if (out->len - from != length)
		return word_wrong(w, mark, "%zu octets of data, the length says %u", out->len - from, length);
	if (!rdata_check(type, view_of(out->p + from, length)))
		return word_wrong(w, mark, "these octets are no RDATA of type %s", w->row->name);
	return true;
}

static bool parse_fields(struct words *w, struct wr *out)
{
	for (; w->row->fields[w->field] != F_END; w->field++) {
		const struct kind *k = &kinds[w->row->fields[w->field]];
		if ((k->flags & K_MAYBE) && w->at == w->end)
			continue;
		do {
			w->part = NULL;
			if (!k->parse(w, out))
				return false;
		} while ((k->flags & K_MANY) && w->at < w->end);
	}
	w->part = "end of record";
	return w->at == w->end || word_is(w, w->at, "is one field too many");
}

bool rdata_parse(uint16_t type, const struct token *t, size_t n, const struct name *origin, struct wr *out,
		 struct flaw *flaw)
{
	struct words w = { t, t + n, origin, rrtype_of(type), 0, NULL, flaw };
	struct wr before = *out;

	if (n > 0) { /* where a missing word is missed */
		flaw->line = t[n - 1].line;
		flaw->column = t[n - 1].column;
	}
	bool good = n > 0 && is_generic(t) ? parse_generic(&w, type, out) : parse_fields(&w, out);
	if (likely(good && !out->full && out->len - before.len <= RDATA_MAX))
		return true;
	if (good)
		flaw_set(flaw, t, NULL, "the RDATA is longer than %u octets", RDATA_MAX);
	*out = before;
	return false;
}

/* print_fields may give up in the middle: some octets are legal and have no text of their own. */
static bool print_fields(const struct rrtype *row, struct view rdata, struct wr *out)
{
	struct rd r = rd_of(rdata);
	bool first = true;

	for (const uint8_t *f = row->fields; *f != F_END; f++) {
		const struct kind *k = &kinds[*f];
		bool again = (k->flags & K_MAYBE) == 0 || rd_left(&r) > 0;
		while (again) {
			if (!first)
				wr_u8(out, ' ');
			first = false;
			k->print(&r, out);
			again = (k->flags & K_MANY) && rd_left(&r) > 0;
		}
	}
	wr_u8(out, 0);
	return rd_done(&r) && !out->full;
}

static void print_generic(struct view rdata, struct wr *out)
{
	put_text(out, "\\# ");
	put_number(out, rdata.n);
	if (rdata.n > 0)
		wr_u8(out, ' ');
	put_hex(out, rdata);
	wr_u8(out, 0);
}

enum err rdata_print(uint16_t type, struct view rdata, struct wr *out)
{
	const struct rrtype *row = rrtype_of(type);
	struct wr before = *out;

	if (row->fields[0] == F_END || !rdata_check(type, rdata) || !print_fields(row, rdata, out)) {
		*out = before;
		print_generic(rdata, out);
	}
	if (out->full) {
		*out = before;
		return ERR_SPACE;
	}
	out->len--; /* the final zero is there, but does not count */
	return OK;
}
