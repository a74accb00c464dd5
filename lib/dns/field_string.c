/* Strings: <character-string>s of RFC 1035 3.3 and text to the end. */
#include "dns/field.h"

enum { STRING_MAX = 255 };

bool text_octet(const char **at, const char *end, uint8_t *c)
{
	const char *p = *at;
	unsigned v;

	if (likely(*p != '\\')) {
		*c = (uint8_t)*p;
		*at = p + 1;
		return true;
	}
	if (end - p < 2)
		return false;
	if ((unsigned char)(p[1] - '0') > 9) {
		*c = (uint8_t)p[1];
		*at = p + 2;
		return true;
	}
	if (end - p < 4 || (unsigned char)(p[2] - '0') > 9 || (unsigned char)(p[3] - '0') > 9)
		return false;
	v = (unsigned)(p[1] - '0') * 100 + (unsigned)(p[2] - '0') * 10 + (unsigned)(p[3] - '0');
	if (v > 255)
		return false;
	*c = (uint8_t)v;
	*at = p + 4;
	return true;
}

/* word_octets appends a word's octets, escapes undone, at most max of them. */
static bool word_octets(struct words *w, const struct token *t, size_t max, struct wr *out)
{
	const char *p = t->p, *end = t->p + t->n;

	for (size_t n = 0; p < end; n++) {
		uint8_t c;
		if (!text_octet(&p, end, &c))
			return word_wrong(w, t, "an escape that is neither \\X nor \\DDD (000 to 255)");
		if (n == max)
			return word_wrong(w, t, "longer than %zu octets", max);
		wr_u8(out, c);
	}
	return true;
}

static void put_escaped(struct wr *out, uint8_t c, const char *special)
{
	if (c < ' ' || c >= 0x7f || (c == ' ' && special[0] == ' ')) {
		wr_u8(out, '\\');
		put_padded(out, c, 3);
		return;
	}
	if (strchr(special, c) != NULL)
		wr_u8(out, '\\');
	wr_u8(out, c);
}

void put_quoted(struct wr *out, struct view v)
{
	wr_u8(out, '"');
	for (size_t i = 0; i < v.n; i++)
		put_escaped(out, v.p[i], "\"\\");
	wr_u8(out, '"');
}

void put_bare(struct wr *out, struct view v)
{
	for (size_t i = 0; i < v.n; i++)
		put_escaped(out, v.p[i], " \"\\;()");
}

void take_str(struct rd *r)
{
	rd_take(r, rd_u8(r));
}

bool parse_str(struct words *w, struct wr *out)
{
	const struct token *t = word_any(w);

	if (t == NULL)
		return false;
	size_t from = out->len;
	wr_u8(out, 0);
	if (!word_octets(w, t, STRING_MAX, out))
		return false;
	if (!out->full)
		out->p[from] = (uint8_t)(out->len - from - 1);
	return true;
}

void print_str(struct rd *r, struct wr *out)
{
	put_quoted(out, rd_take(r, rd_u8(r)));
}

/* ---- X25: a PSDN address, at least four digits (RFC 1183 3.1) ---- */

static bool digits_only(struct view v)
{
	for (size_t i = 0; i < v.n; i++)
		if ((uint8_t)(v.p[i] - '0') > 9)
			return false;
	return v.n >= 4;
}

void take_digits(struct rd *r)
{
	if (!digits_only(rd_take(r, rd_u8(r))))
		r->bad = true;
}

/* parse_checked reads a string whose octets must satisfy a rule. */
static bool parse_checked(struct words *w, struct wr *out, bool (*rule)(struct view), const char *what)
{
	const struct token *t = w->at;
	size_t from = out->len;

	if (!parse_str(w, out))
		return false;
	return out->full || rule(view_of(out->p + from + 1, out->len - from - 1)) || word_is(w, t, what);
}

bool parse_digits(struct words *w, struct wr *out)
{
	return parse_checked(w, out, digits_only, "is not four or more digits");
}

/* ---- GPOS: numbers as strings (RFC 1712 3) ---- */

static bool is_decimal(struct view v)
{
	size_t i = v.n > 0 && (v.p[0] == '-' || v.p[0] == '+'), digits = 0, dots = 0;

	for (; i < v.n; i++) {
		if (v.p[i] == '.')
			dots++;
		else if ((uint8_t)(v.p[i] - '0') < 10)
			digits++;
		else
			return false;
	}
	return digits > 0 && dots <= 1;
}

void take_degrees(struct rd *r)
{
	if (!is_decimal(rd_take(r, rd_u8(r))))
		r->bad = true;
}

bool parse_degrees(struct words *w, struct wr *out)
{
	return parse_checked(w, out, is_decimal, "is not a decimal number");
}

/* ---- CAA: letters and digits, no length limit but the string's (RFC 8659 4.1) ---- */

static bool is_tag(struct view v)
{
	for (size_t i = 0; i < v.n; i++)
		if ((uint8_t)(v.p[i] - '0') > 9 && (uint8_t)((v.p[i] | 0x20) - 'a') > 25)
			return false;
	return v.n > 0;
}

void take_tag(struct rd *r)
{
	if (!is_tag(rd_take(r, rd_u8(r))))
		r->bad = true;
}

bool parse_tag(struct words *w, struct wr *out)
{
	return parse_checked(w, out, is_tag, "is not letters and digits");
}

void print_tag(struct rd *r, struct wr *out)
{
	wr_view(out, rd_take(r, rd_u8(r)));
}

bool parse_text(struct words *w, struct wr *out)
{
	const struct token *t = word_any(w);
	size_t from = out->len;

	if (t == NULL || !word_octets(w, t, 65535, out))
		return false;
	if (out->len == from && !(kinds[w->row->fields[w->field]].take == take_raw))
		return word_wrong(w, t, "is empty");
	return true;
}

void print_text(struct rd *r, struct wr *out)
{
	put_quoted(out, rd_rest(r));
}
