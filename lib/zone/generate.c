#include <stdio.h>

#include "zone/reader.h"

/*
 * $GENERATE start-stop[/step] lhs [TTL] [class] type rhs
 *
 * For every number of the range the dollar signs in lhs and rhs become that
 * number, and the outcome is read as an entry of its own:
 *
 *      $                        the number
 *      ${offset}                the number plus offset
 *      ${offset,width,base}     padded with zeros; base d, o, x, X, or n, N for
 *                               hex digits in reverse order with dots between
 *                               a number below 0 is -4 in base d; the others write its 32 bits
 *      $$ and \$                a dollar sign
 *
 * A line with a blank owner behind it means the owner before it: what a
 * directive makes is not the last stated owner (RFC 1035 5.1), as in BIND.
 *
 * An rhs that is one quoted string stands for what is in the quotes, where a
 * quote is written \".
 */

enum { NUMBER_MAX = 0x7fffffff, WIDTH_MAX = 255, TEXT_MAX = 1 << 17 };

struct range {
	int64_t from, to, step;
};

/* Takes digits, at least one; false if there are none or the number is above NUMBER_MAX. */
static bool take_number(const char **p, const char *end, int64_t *out)
{
	const char *from = *p;

	*out = 0;
	for (; *p < end && (uint8_t)(**p - '0') < 10; (*p)++) {
		*out = *out * 10 + (**p - '0');
		if (*out > NUMBER_MAX)
			return false;
	}
	return *p > from;
}

static bool take_char(const char **p, const char *end, char c)
{
	if (*p >= end || **p != c)
		return false;
	(*p)++;
	return true;
}

static bool read_range(struct reader *r, const struct token *t, struct range *out)
{
	const char *p = t->p, *end = t->p + t->n;
	bool good = take_number(&p, end, &out->from) && take_char(&p, end, '-') && take_number(&p, end, &out->to);

	out->step = 1;
	if (good && take_char(&p, end, '/'))
		good = take_number(&p, end, &out->step);
	if (!good || p != end || t->quoted)
		return wrong(r, t, "range", "not start-stop or start-stop/step with numbers of 0 to 2147483647");
	if (out->from > out->to)
		return wrong(r, t, "range", "it ends before it starts");
	if (out->step == 0)
		return wrong(r, t, "range", "a step of 0 never ends");
	if ((out->to - out->from) / out->step >= r->limits.max_generate)
		return wrong(r, t, "range", "more than %u steps", r->limits.max_generate);
	return true;
}

/* What stands between ${ and }. */
struct form {
	int64_t offset, width;
	char base;
};

static const char *take_form(const char **p, const char *end, struct form *f)
{
	const bool minus = take_char(p, end, '-');

	*f = (struct form){ 0, 0, 'd' };
	if (!take_number(p, end, &f->offset))
		return "${ needs an offset";
	if (minus)
		f->offset = -f->offset;
	if (take_char(p, end, ',')) {
		if (!take_number(p, end, &f->width) || f->width > WIDTH_MAX)
			return "the width in ${ } is no number of 0 to 255";
		if (take_char(p, end, ',')) {
			if (*p >= end || memchr("doxXnN", **p, 6) == NULL)
				return "the base in ${ } is none of d o x X n N";
			f->base = *(*p)++;
		}
	}
	return take_char(p, end, '}') ? NULL : "${ has no } behind offset, width and base";
}

/* Hex digits from the last to the first, with dots between them; the width counts both. */
static void put_nibbles(struct wr *out, uint64_t v, int64_t width, const char *digits)
{
	do {
		wr_u8(out, (uint8_t)digits[v & 15]);
		v >>= 4;
		width--;
		if (v != 0 || width > 0) {
			wr_u8(out, '.');
			width--;
		}
	} while (v != 0 || width > 0);
}

static void put_number(struct wr *out, int64_t v, const struct form *f)
{
	static const struct {
		char base;
		const char *format;
	} formats[] = { { 'd', "%0*lld" }, { 'o', "%0*llo" }, { 'x', "%0*llx" }, { 'X', "%0*llX" } };
	char text[WIDTH_MAX + 32];

	if (v < 0 && f->base != 'd')
		v &= UINT32_MAX;
	if (f->base == 'n' || f->base == 'N') {
		put_nibbles(out, (uint64_t)v, f->width, f->base == 'n' ? "0123456789abcdef" : "0123456789ABCDEF");
		return;
	}
	for (size_t i = 0; i < COUNT_OF(formats); i++) {
		if (formats[i].base != f->base)
			continue;
		int n = snprintf(text, sizeof text, formats[i].format, (int)f->width, (long long)v);
		wr_bytes(out, text, (size_t)n);
	}
}

/* Writes text with its dollar signs replaced by the number. */
static const char *put_text(struct wr *out, const char *p, const char *end, bool unquote, int64_t number)
{
	while (p < end) {
		struct form f = { 0, 0, 'd' };
		const char *why = NULL;
		char c = *p++;
		if (c == '\\' && p < end) {
			if (!unquote || *p != '"')
				wr_u8(out, '\\');
			wr_u8(out, (uint8_t)*p++);
		} else if (c != '$') {
			wr_u8(out, (uint8_t)c);
		} else if (take_char(&p, end, '$')) {
			wr_bytes(out, "\\$", 2);
		} else {
			if (take_char(&p, end, '{'))
				why = take_form(&p, end, &f);
			if (why != NULL)
				return why;
			put_number(out, number + f.offset, &f);
		}
	}
	return NULL;
}

/* Words that touched, like alpn= and "h2,h3", go on doing so. */
static const char *put_word(struct wr *out, const struct token *t, bool alone, int64_t number)
{
	const struct token *before = t - 1;
	const bool quotes = t->quoted && !alone;

	if (before->quoted || before->line != t->line || before->column + before->n != t->column)
		wr_u8(out, ' ');
	if (quotes)
		wr_u8(out, '"');
	const char *why = put_text(out, t->p, t->p + t->n, t->quoted && alone, number);
	if (quotes)
		wr_u8(out, '"');
	return why;
}

struct generate {
	const struct entry *e;
	struct head head;
	struct scan scan;
	uint8_t text[TEXT_MAX];
};

/* The entry of one step as text. */
static bool put_entry(struct reader *r, const struct generate *g, int64_t number, struct wr *out)
{
	const struct token *lhs = &g->e->word[2];
	size_t rhs = g->head.rdata;
	char head[64];
	size_t n = 0;

	const char *why = put_text(out, lhs->p, lhs->p + lhs->n, false, number);
	if (why != NULL)
		return wrong(r, lhs, "lhs", "%s", why);
	if (g->head.has_ttl)
		n = (size_t)snprintf(head, sizeof head, " %u", g->head.ttl);
	head[n++] = ' ';
	n += rrtype_print(g->head.type, head + n);
	wr_bytes(out, head, n);
	for (size_t i = rhs; i < g->e->n; i++) {
		why = put_word(out, &g->e->word[i], g->e->n == rhs + 1, number);
		if (why != NULL)
			return wrong(r, &g->e->word[i], "rhs", "%s", why);
	}
	return !out->full || wrong(r, lhs, NULL, "an entry longer than %d octets", TEXT_MAX);
}

/* Findings point at the directive's own words. What touched still touches: columns of rhs are only moved. */
static void place_words(struct generate *g, const struct token *lhs, const struct token *rhs)
{
	const size_t first = g->head.has_ttl ? 3 : 2;
	const uint32_t from = g->scan.n > first ? g->scan.word[first].column : 0;

	for (size_t i = 0; i < g->scan.n; i++) {
		struct token *t = &g->scan.word[i];
		t->line = i < first ? lhs->line : rhs->line;
		t->column = i < first ? lhs->column : rhs->column + t->column - from;
	}
}

static bool read_step(struct reader *r, struct generate *g, int64_t number)
{
	const struct token *lhs = &g->e->word[2], *rhs = &g->e->word[g->head.rdata];
	struct wr out = wr_of(g->text, sizeof g->text);

	if (!put_entry(r, g, number, &out))
		return false;
	scan_retext(&g->scan, wr_view_of(&out));
	enum scan_got got = scan_next(&g->scan);
	if (got != SCAN_ENTRY)
		return wrong(r, rhs, "rhs", "%s", got == SCAN_FLAW ? g->scan.flaw.what : "no record");
	place_words(g, lhs, rhs);
	struct entry e = { g->scan.word, g->scan.n, g->scan.blank };
	if (!read_record(r, &e))
		return false;
	return scan_next(&g->scan) == SCAN_END || wrong(r, rhs, "rhs", "more than one line");
}

bool read_generate(struct reader *r, const struct entry *e)
{
	const bool origin_moved = r->origin_moved;
	struct range range = { 0 };
	struct last_owner owner;
	struct head head;
	bool good = true;

	if (e->n < 5)
		return wrong(r, &e->word[0], NULL, "$GENERATE needs a range, an lhs, a type and an rhs");
	if (!read_range(r, &e->word[1], &range) || !read_head(r, e, 3, &head))
		return false;
	if (e->word[2].quoted)
		return wrong(r, &e->word[2], "lhs", "a quoted string");
	if (head.rdata >= e->n)
		return wrong(r, &e->word[e->n - 1], "rhs", "$GENERATE ends before it");
	struct mark before = arena_mark(&r->names);
	struct generate *g = arena_take(&r->names, sizeof *g);
	g->e = e;
	g->head = head;
	scan_text(&g->scan, view_of(g->text, 0));
	owner_keep(r, &owner);
	for (int64_t i = range.from; good && i <= range.to; i += range.step) {
		r->step = i;
		r->stepping = true;
		good = read_step(r, g, i);
	}
	r->stepping = false;
	owner_restore(r, &owner);
	r->origin_moved = origin_moved;
	scan_free(&g->scan);
	arena_release(&r->names, before);
	return good;
}
