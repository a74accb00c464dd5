#include "tests/help/run.h"

#include <stdio.h>
#include <stdlib.h>

#include "dns/encode.h"
#include "dns/field.h"
#include "dns/rdata.h"
#include "tests/dns/rdata_vectors.h"

enum { WORDS_MAX = 600, TEXT_MAX = 5 * RDATA_MAX + 1100 };

static uint8_t wire_buffer[2 * RDATA_MAX], again_buffer[2 * RDATA_MAX];
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

static bool parse(const char *type, const char *text, struct wr *out, struct flaw *flaw)
{
	struct token t[WORDS_MAX];
	struct name origin;
	uint16_t code;

	ck_assert_msg(rrtype_parse(type, strlen(type), &code), "%s", type);
	ck_assert_ptr_null(name_parse(BYTES("example."), &name_root, &origin));
	return rdata_parse(code, t, words_of(text, t), &origin, out, flaw);
}

static struct view hex_of(const char *hex, uint8_t *to, size_t cap)
{
	struct wr w = wr_of(to, cap);
	struct decoder d = { 0 };

	ck_assert(hex_feed(&d, hex, strlen(hex), &w) && hex_end(&d));
	return wr_view_of(&w);
}

static const char *printed(uint16_t code, struct view rdata)
{
	struct wr w = wr_of(text_buffer, 5 * rdata.n + 1100);

	ck_assert_int_eq(rdata_print(code, rdata, &w), OK);
	ck_assert_uint_eq(strlen(text_buffer), w.len);
	return text_buffer;
}

static uint16_t code_of(const char *type)
{
	uint16_t code = 0;

	ck_assert_msg(rrtype_parse(type, strlen(type), &code), "%s", type);
	return code;
}

START_TEST(vectors_both_ways)
{
	const struct vector *v = &vectors[_i];
	struct wr w = wr_of(wire_buffer, RDATA_MAX);
	struct flaw flaw = { 0 };
	struct view want = hex_of(v->wire, again_buffer, sizeof again_buffer);

	ck_assert_msg(parse(v->type, v->text, &w, &flaw), "%s %s: %s: %s", v->type, v->text, flaw.field, flaw.what);
	ck_assert_msg(view_eq(wr_view_of(&w), want), "%s %s", v->type, v->text);
	ck_assert_msg(rdata_check(code_of(v->type), want), "%s", v->type);
	ck_assert_str_eq(printed(code_of(v->type), want), v->text);
}
END_TEST

START_TEST(every_row_has_a_vector)
{
	const struct rrtype *row;

	for (size_t i = 0; (row = rrtype_row(i)) != NULL; i++) {
		bool found = (row->flags & TYPE_META) != 0;
		for (size_t k = 0; k < COUNT_OF(vectors) && !found; k++)
			found = strcmp(vectors[k].type, row->name) == 0;
		ck_assert_msg(found, "no vector for %s", row->name);
	}
}
END_TEST

/* Labels name every field, and the last one is followed by the string's own end. */
START_TEST(every_field_has_a_label)
{
	const struct rrtype *row;

	for (size_t i = 0; (row = rrtype_row(i)) != NULL; i++) {
		const char *label = row->labels;
		for (const uint8_t *f = row->fields; *f != F_END; f++) {
			ck_assert_msg(*label != 0, "%s", row->name);
			label += strlen(label) + 1;
		}
	}
}
END_TEST

START_TEST(types_by_code_and_name)
{
	const struct rrtype *row;
	uint16_t code;
	char text[16];

	for (size_t i = 0; (row = rrtype_row(i)) != NULL; i++) {
		ck_assert_ptr_eq(rrtype_of(row->code), row);
		ck_assert(rrtype_parse(row->name, strlen(row->name), &code) && code == row->code);
		ck_assert(i == 0 || rrtype_row(i - 1)->code < row->code);
	}
	for (unsigned c = 0; c < 65536; c++) {
		size_t n = rrtype_print((uint16_t)c, text);
		ck_assert(n == strlen(text) && rrtype_parse(text, n, &code) && code == c);
	}
	ck_assert(rrtype_parse("nsec3param", 10, &code) && code == RR_NSEC3PARAM);
	ck_assert(rrtype_parse("type65535", 9, &code) && code == 65535);
	ck_assert(!rrtype_parse("TYPE65536", 9, &code));
	ck_assert(!rrtype_parse("TYPE", 4, &code));
	ck_assert(!rrtype_parse("TYPE000001", 10, &code));
	ck_assert(!rrtype_parse("", 0, &code));
	ck_assert(!rrtype_parse("A\0", 2, &code));
	ck_assert(!rrtype_parse("NSE", 3, &code));
	ck_assert(rrclass_parse("in", 2, &code) && code == CLASS_IN);
	ck_assert(rrclass_parse("CLASS3", 6, &code) && code == CLASS_CH);
	ck_assert(!rrclass_parse("INN", 3, &code));
}
END_TEST

/* Other ways to write the same. */
static const struct {
	const char *type, *text, *canonical;
} spellings[] = {
	{ "NS", "ns", "ns.example." },
	{ "NS", "@", "example." },
	{ "NS", "ns\\046x", "ns\\.x.example." },
	{ "SOA", "ns admin 1 1h 30m 2w3d 5M30s", "ns.example. admin.example. 1 3600 1800 1468800 330" },
	{ "AAAA", "::", "::" },
	{ "AAAA", "::1", "::1" },
	{ "AAAA", "1::", "1::" },
	{ "AAAA", "1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0" },
	{ "AAAA", "2001:DB8:0:0:8:0:0:1", "2001:db8::8:0:0:1" },
	{ "AAAA", "::FFFF:192.0.2.1", "::ffff:192.0.2.1" },
	{ "AAAA", "1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304" },
	{ "TXT", "unquoted \"quo ted\" \\\"\\\\ \\065\\255", "\"unquoted\" \"quo ted\" \"\\\"\\\\\" \"A\\255\"" },
	{ "TXT", "\"\"", "\"\"" },
	{ "TXT", "\\# 3 02 61 62", "\"ab\"" },
	{ "A", "\\# 4 0A000001", "10.0.0.1" },
	{ "TYPE1", "10.0.0.1", "10.0.0.1" },
	{ "TYPE65280", "\\# 0", "\\# 0" },
	{ "TYPE65280", "\\# 4 0a0b 0C0D", "\\# 4 0A0B0C0D" },
	{ "DS", "1 RSASHA256 1 2BB183AF5F22588179A5 3B0A98631FAD1A292118",
	  "1 8 1 2BB183AF5F22588179A53B0A98631FAD1A292118" },
	{ "DNSKEY", "257 3 ECDSAP256SHA256 AQ ID BA ==", "257 3 13 AQIDBA==" },
	{ "RRSIG", "A 8 2 1h 1792108800 0 1 example. AA==", "A 8 2 3600 20261016000000 19700101000000 1 example. AA==" },
	{ "RRSIG", "TYPE65535 ED25519 2 1 4294967295 20240229235959 1 @ AA==",
	  "TYPE65535 15 2 1 21060207062815 20240229235959 1 example. AA==" },
	{ "NSEC", "a.example. NSEC A nsec TYPE1234 MX", "a.example. A MX NSEC TYPE1234" },
	{ "NSEC3", "1 0 0 - 2t7b4g4vsa5smi47k61mv5bv1a22bojr", "1 0 0 - 2T7B4G4VSA5SMI47K61MV5BV1A22BOJR" },
	{ "CERT", "PGP 0 0 AA==", "3 0 0 AA==" },
	{ "KEY", "49152 3 0", "49152 3 0" },
	{ "ISDN", "150862028003217", "\"150862028003217\"" },
	{ "WKS", "10.0.0.1 tcp smtp domain 21", "10.0.0.1 6 21 25 53" },
	{ "LOC", "42 21 54 N 71 06 18 W -24m 30m", "42 21 54.000 N 71 6 18.000 W -24.00m 30.00m 10000.00m 10.00m" },
	{ "LOC", "0 S 180 E 0", "0 0 0.000 N 180 0 0.000 E 0.00m 1.00m 10000.00m 10.00m" },
	{ "APL", "", "" },
	{ "A6", "0 2001:db8::1", "0 2001:db8::1" },
	{ "A6", "128 @", "128 example." },
	{ "ATMA", "47.0005.80", "47000580" },
	{ "NSAP", "0x47.0005.80.5a", "0x470005805A" },
	{ "IPSECKEY", "10 0 2 . AQID", "10 0 2 . AQID" },
	{ "IPSECKEY", "10 2 0 2001:db8::1", "10 2 0 2001:db8::1" },
	{ "IPSECKEY", "10 3 2 gw AQID", "10 3 2 gw.example. AQID" },
	{ "AMTRELAY", "10 0 0 .", "10 0 0 ." },
	{ "HIP", "2 2001 AQID", "2 2001 AQID" },
	{ "DOA", "0 1 2 \"\" -", "0 1 2 \"\" -" },
	{ "CAA", "128 tbs \"\"", "128 tbs \"\"" },
	{ "SVCB", "0 alias", "0 alias.example." },
	{ "SVCB", "1 . port=53 alpn=\"h2,h3\"", "1 . alpn=h2,h3 port=53" },
	{ "SVCB", "1 . key1=\\002h2", "1 . alpn=h2" },
	{ "SVCB", "1 . key667=\"hello\\210qoo\" key668", "1 . key667=hello\\210qoo key668" },
	{ "SVCB", "1 . alpn=\"f\\\\\\\\oo\\\\,bar,h2\"", "1 . alpn=f\\\\\\\\oo\\\\,bar,h2" },
	{ "SVCB", "1 . alpn=f\\\\\\092oo\\092,bar,h2", "1 . alpn=f\\\\\\\\oo\\\\,bar,h2" },
	{ "SVCB", "1 . mandatory=port,alpn port=1 alpn=a no-default-alpn",
	  "1 . mandatory=alpn,port alpn=a no-default-alpn port=1" },
	{ "SVCB", "1 . ipv4hint=192.0.2.1,192.0.2.2 ipv6hint=::1,::2 ech=AQID dohpath=/q{?dns} ohttp",
	  "1 . ipv4hint=192.0.2.1,192.0.2.2 ech=AQID ipv6hint=::1,::2 dohpath=/q{?dns} ohttp" },
	{ "SVCB", "1 . docpath=dns,x tls-supported-groups=29,23", "1 . tls-supported-groups=29,23 docpath=dns,x" },
	{ "SVCB", "1 . docpath", "1 . docpath" },
	{ "DSYNC", "CDS 200 53 @", "CDS 200 53 example." },
};

START_TEST(spellings_mean_the_same)
{
	struct wr w = wr_of(wire_buffer, RDATA_MAX);
	struct flaw flaw = { 0 };

	ck_assert_msg(parse(spellings[_i].type, spellings[_i].text, &w, &flaw), "%s %s: %s: %s", spellings[_i].type,
		      spellings[_i].text, flaw.field, flaw.what);
	ck_assert_str_eq(printed(code_of(spellings[_i].type), wr_view_of(&w)), spellings[_i].canonical);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("rdata");
	TCase *t = tcase_create("rdata");

	tcase_add_loop_test(t, vectors_both_ways, 0, COUNT_OF(vectors));
	tcase_add_test(t, every_row_has_a_vector);
	tcase_add_test(t, every_field_has_a_label);
	tcase_add_test(t, types_by_code_and_name);
	tcase_add_loop_test(t, spellings_mean_the_same, 0, COUNT_OF(spellings));
	suite_add_tcase(s, t);
	return run_suite(s);
}
