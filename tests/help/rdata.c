#include "tests/help/rdata.h"

#include <check.h>

#include "dns/encode.h"

enum { WORDS_MAX = 600, TEXT_MAX = 5 * RDATA_MAX + 1100 };

static char text_buffer[TEXT_MAX];

/* words_of cuts text at spaces, as the scanner of master files does; quotes make one word, and one may follow
 * an equals sign. */
static size_t words_of(const char *text, struct token *t)
{
	size_t n = 0;

	for (const char *p = text; *p != 0 && n < WORDS_MAX;) {
		if (*p == ' ') {
			p++;
			continue;
		}
		bool quoted = *p == '"', inside = quoted;
		const char *from = p;
		p += quoted ? 1 : 0;
		for (; *p != 0 && (inside || *p != ' '); p++) {
			if (*p == '\\' && p[1] != 0)
				p++;
			else if (*p == '"') {
				if (inside && quoted)
					break;
				inside = !inside;
			}
		}
		const char *start = from + (quoted ? 1 : 0);
		t[n++] = (struct token){ start, (uint32_t)(p - start), 7, (uint32_t)(from - text) + 1, quoted };
		p += quoted && *p == '"' ? 1 : 0;
	}
	return n;
}

bool rdata_of_text(const char *type, const char *text, struct wr *out, struct flaw *flaw)
{
	struct token t[WORDS_MAX];
	struct name origin;
	uint16_t code;

	ck_assert_msg(rrtype_parse(type, strlen(type), &code), "%s", type);
	ck_assert_ptr_null(name_parse(BYTES("example."), &name_root, &origin));
	return rdata_parse(code, t, words_of(text, t), &origin, out, flaw);
}

struct view hex_of(const char *hex, uint8_t *to, size_t cap)
{
	struct wr w = wr_of(to, cap);
	struct decoder d = { 0 };

	ck_assert(hex_feed(&d, hex, strlen(hex), &w) && hex_end(&d));
	return wr_view_of(&w);
}

const char *text_of_rdata(uint16_t code, struct view rdata)
{
	struct wr w = wr_of(text_buffer, 5 * rdata.n + 1100);

	ck_assert_int_eq(rdata_print(code, rdata, &w), OK);
	ck_assert_uint_eq(strlen(text_buffer), w.len);
	return text_buffer;
}

uint16_t code_of(const char *type)
{
	uint16_t code = 0;

	ck_assert_msg(rrtype_parse(type, strlen(type), &code), "%s", type);
	return code;
}
