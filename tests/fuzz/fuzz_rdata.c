#include <stdlib.h>

#include "dns/rdata.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { WORDS_MAX = 64, TEXT_ROOM = 5 * RDATA_MAX + 1100 };

static uint8_t text[TEXT_ROOM], wire[RDATA_MAX], again[RDATA_MAX];

static void expect(bool holds)
{
	if (!holds)
		abort();
}

/* words_of cuts text at blanks; a word that begins with a quote goes on to the next one. */
static size_t words_of(const uint8_t *p, size_t n, struct token *t)
{
	const uint8_t *end = p + n;
	size_t words = 0;

	while (p < end && words < WORDS_MAX) {
		if (*p == ' ') {
			p++;
			continue;
		}
		bool quoted = *p == '"';
		const uint8_t *from = p += quoted ? 1 : 0;
		for (; p < end && *p != (quoted ? '"' : ' '); p++)
			p += *p == '\\' && p + 1 < end ? 1 : 0;
		t[words++] = (struct token){ (const char *)from, (uint32_t)(p - from), 1, 1, quoted };
		p += quoted && p < end ? 1 : 0;
	}
	return words;
}

/* Whatever the words are: what is accepted is well-formed. */
static void from_text(uint16_t type, const uint8_t *p, size_t n)
{
	struct token t[WORDS_MAX];
	struct wr w = wr_of(wire, sizeof wire);
	struct flaw flaw = { 0 };

	if (rdata_parse(type, t, words_of(p, n, t), &name_root, &w, &flaw))
		expect(rdata_check(type, wr_view_of(&w)));
	else
		expect(w.len == 0 && flaw.what[0] != 0);
}

/* Whatever the octets are: they have a text, and what is accepted comes back from it. */
static void from_wire(uint16_t type, struct view rdata)
{
	struct wr out = wr_of(text, 5 * rdata.n + 1100), w = wr_of(wire, sizeof wire),
		  c = wr_of(again, sizeof again);
	struct rdata_name names[4];
	struct flaw flaw;
	bool good = rdata_check(type, rdata);

	expect(rdata_print(type, rdata, &out) == OK);
	rdata_names(type, rdata, names, COUNT_OF(names));
	expect((rdata_canon(type, rdata, &c) == OK) == good);
	expect(!good || rdata_order(type, rdata, wr_view_of(&c)) == 0);
	expect(rdata_expand(type, rd_of(rdata), &w) == OK || !good);
	struct token t[WORDS_MAX];
	size_t words = words_of(text, out.len, t);
	if (!good || words == WORDS_MAX)
		return;
	w = wr_of(wire, sizeof wire);
	expect(rdata_parse(type, t, words, &name_root, &w, &flaw) && view_eq(wr_view_of(&w), rdata));
}

/* The first octet picks a row of the table, the second whether the rest is text or wire. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	size_t rows = 0;

	if (n < 2 || n > RDATA_MAX)
		return 0;
	while (rrtype_row(rows) != NULL)
		rows++;
	const struct rrtype *row = rrtype_row(data[0] % (rows + 1));
	uint16_t type = row != NULL ? row->code : 65280;
	if (data[1] & 1)
		from_text(type, data + 2, n - 2);
	else
		from_wire(type, view_of(data + 2, n - 2));
	return 0;
}
