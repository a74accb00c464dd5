#include "tests/help/run.h"

#include <stdio.h>

#include "dns/field.h"
#include "tests/dns/rdata_vectors.h"
#include "tests/help/rdata.h"

static uint8_t wire_buffer[2 * RDATA_MAX], again_buffer[2 * RDATA_MAX];

START_TEST(vectors_both_ways)
{
	const struct vector *v = &vectors[_i];
	struct wr w = wr_of(wire_buffer, RDATA_MAX);
	struct flaw flaw = { 0 };
	struct view want = hex_of(v->wire, again_buffer, sizeof again_buffer);

	ck_assert_msg(rdata_of_text(v->type, v->text, &w, &flaw), "%s %s: %s: %s", v->type, v->text, flaw.field,
		      flaw.what);
	ck_assert_msg(view_eq(wr_view_of(&w), want), "%s %s", v->type, v->text);
	ck_assert_msg(rdata_check(code_of(v->type), want), "%s", v->type);
	ck_assert_str_eq(text_of_rdata(code_of(v->type), want), v->text);
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
	{ "RRSIG",
	  "A 8 2 1h 1792108800 0 1 example. AA==", "A 8 2 3600 20261016000000 19700101000000 1 example. AA==" },
	{ "RRSIG", "TYPE65535 ED25519 2 1 4294967295 20240229235959 1 @ AA==",
	  "TYPE65535 15 2 1 21060207062815 20240229235959 1 example. AA==" },
	{ "NSEC", "a.example. NSEC A nsec TYPE1234 MX", "a.example. A MX NSEC TYPE1234" },
	{ "NSEC3", "1 0 0 - 2t7b4g4vsa5smi47k61mv5bv1a22bojr", "1 0 0 - 2T7B4G4VSA5SMI47K61MV5BV1A22BOJR" },
	{ "CERT", "PGP 0 0 AA==", "3 0 0 AA==" },
	{ "TLSA", "DANE-EE SPKI SHA2-256 0A0B", "3 1 1 0A0B" },
	{ "SMIMEA", "pkix-ta cert full 0A0B", "0 0 0 0A0B" },
	{ "KEY", "49152 3 0", "49152 3 0" },
	{ "KEY", "NOCONF|zone|SIG15 DNSSEC RSASHA1 AQID", "16655 3 5 AQID" },
	{ "ISDN", "150862028003217", "\"150862028003217\"" },
	{ "WKS", "10.0.0.1 tcp smtp domain 21", "10.0.0.1 6 21 25 53" },
	{ "LOC", "42 21 54 N 71 06 18 W -24m 30m",
	  "42 21 54.000 N 71 6 18.000 W -24.00m 30.00m 10000.00m 10.00m" },
	{ "LOC", "0 S 180 E 0", "0 0 0.000 N 180 0 0.000 E 0.00m 1.00m 10000.00m 10.00m" },
	{ "APL", "", "" },
	{ "A6", "0 2001:db8::1", "0 2001:db8::1" },
	{ "A6", "128 @", "128 example." },
	{ "ATMA", "47.0005.80", "47000580" },
	{ "ATMA", "+61.2.6789.0000", "+61267890000" },
	{ "NSAP", "0x47.0005.80.5a", "0x470005805A" },
	{ "IPSECKEY", "10 0 2 . AQID", "10 0 2 . AQID" },
	{ "IPSECKEY", "10 2 0 2001:db8::1", "10 2 0 2001:db8::1" },
	{ "IPSECKEY", "10 3 2 gw AQID", "10 3 2 gw.example. AQID" },
	{ "AMTRELAY", "10 0 0 .", "10 0 0 ." },
	{ "HIP", "2 2001 AQID", "2 2001 AQID" },
	{ "DOA", "0 1 2 \"\" -", "0 1 2 \"\" -" },
	{ "CAA", "128 tbs \"\"", "128 tbs \"\"" },
	{ "SVCB", "0 alias", "0 alias.example." },
	{ "SVCB", "1 . dohpath=\"/q{?x,dns}\"", "1 . dohpath=/q{?x,dns}" },
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

	ck_assert_msg(rdata_of_text(spellings[_i].type, spellings[_i].text, &w, &flaw), "%s %s: %s: %s",
		      spellings[_i].type, spellings[_i].text, flaw.field, flaw.what);
	ck_assert_str_eq(text_of_rdata(code_of(spellings[_i].type), wr_view_of(&w)), spellings[_i].canonical);
}
END_TEST

/* What must be refused, in which field, and a part of the words that say why. */
static const struct {
	const char *type, *text, *field, *what;
} refusals[] = {
	{ "A", "", "address", "is missing" },
	{ "A", "1.2.3", "address", "\"1.2.3\" is not an IPv4 address" },
	{ "A", "1.2.3.4.5", "address", "is not an IPv4 address" },
	{ "A", "1.2.3.256", "address", "is not an IPv4 address" },
	{ "A", "1.2.3.04", "address", "is not an IPv4 address" },
	{ "A", "1.2.3.4 5", "end of record", "\"5\" is one field too many" },
	{ "A", "\"1.2.3.4\"", "address", "must not be quoted" },
	{ "A", "\\# 5 0102030405", "data", "are no RDATA of type A" },
	{ "A", "\\# 4 010203", "data", "3 octets of data, the length says 4" },
	{ "A", "\\# 4 0102030g", "data", "is not hexadecimal" },
	{ "A", "\\# 70000 00", "length", "70000 is above 65535" },
	{ "A", "\\#", "length", "is missing" },
	{ "AAAA", "1:2:3:4:5:6:7", "address", "is not an IPv6 address" },
	{ "AAAA", "1:2:3:4:5:6:7:8:9", "address", "is not an IPv6 address" },
	{ "AAAA", "1::2::3", "address", "is not an IPv6 address" },
	{ "AAAA", ":::", "address", "is not an IPv6 address" },
	{ "AAAA", ":1", "address", "is not an IPv6 address" },
	{ "AAAA", "1:", "address", "is not an IPv6 address" },
	{ "AAAA", "::12345", "address", "is not an IPv6 address" },
	{ "AAAA", "::1%eth0", "address", "is not an IPv6 address" },
	{ "AAAA", "1:2:3:4:5:6:7:1.2.3.4", "address", "is not an IPv6 address" },
	{ "AAAA", "::1.2.3", "address", "is not an IPv6 address" },
	{ "AAAA", "1:2:3:4:5:6:7:8::", "address", "is not an IPv6 address" },
	{ "MX", "70000 mail", "preference", "70000 is above 65535" },
	{ "MX", "99999999999999999999999 mail", "preference", "is above 65535" },
	{ "MX", "-1 mail", "preference", "\"-1\" is not a number" },
	{ "MX", "10", "exchange", "is missing" },
	{ "MX", "10 a..b", "exchange", "an empty label" },
	{ "NS", "\"ns.example.\"", "name server", "must not be quoted" },
	{ "SOA", "a b 1 2 3 4 1y", "minimum", "is not a number of seconds" },
	{ "SOA", "a b 1 2 3 4 h", "minimum", "is not a number of seconds" },
	{ "SOA", "a b 1 2 3 4 4294967296", "minimum", "is above 4294967295" },
	{ "SOA", "a b 1h 2 3 4 5", "serial", "is not a number" },
	{ "TXT", "", "text", "is missing" },
	{ "TXT", "\"a\\256\"", "text", "an escape that is neither" },
	{ "TXT", "\"a\\25\"", "text", "an escape that is neither" },
	{ "HINFO", "one", "operating system", "is missing" },
	{ "X25", "123", "PSDN address", "is not four or more digits" },
	{ "GPOS", "1 2 x", "altitude", "is not a decimal number" },
	{ "NULL", "x", "data", "no text form" },
	{ "TYPE65280", "x", "data", "no text form" },
	{ "WKS", "1.2.3.4 6 65536", "port", "65536 is above 65535" },
	{ "DS", "1 8 1 AABB", "digest", "2 octets, type 1 has 20" },
	{ "DS", "1 8 2", "digest", "is missing" },
	{ "DS", "1 NOPE 2 AA", "algorithm", "neither a number nor a known mnemonic" },
	{ "DS", "1 8 9 AAB", "digest", "an odd number of hex digits" },
	{ "SSHFP", "1 2 AABB", "digest", "2 octets, type 2 has 32" },
	{ "ZONEMD", "1 1 240 AABB", "digest", "fewer than 12" },
	{ "DNSKEY", "256 3 8", "key", "is missing" },
	{ "DNSKEY", "256 3 8 AQID=", "key", "is not base64" },
	{ "DNSKEY", "256 3 8 AQI", "key", "cut short" },
	{ "DNSKEY", "256 3 8 AR==", "key", "is not base64" },
	{ "DNSKEY", "256 3 8 AQJ=", "key", "is not base64" },
	{ "KEY", "ZONE| 3 5 AQID", "flags", "names of flags" },
	{ "RRSIG", "A 8 2 1 20260230000000 0 1 . AA==", "expiration", "is neither a date" },
	{ "RRSIG", "A 8 2 1 0 21070101000000 1 . AA==", "inception", "is neither a date" },
	{ "RRSIG", "A 8 2 1 0 20260101250000 1 . AA==", "inception", "is neither a date" },
	{ "RRSIG", "A 8 2 1 0 20260101006000 1 . AA==", "inception", "is neither a date" },
	{ "RRSIG", "A 8 2 1 0 20230229000000 1 . AA==", "inception", "is neither a date" },
	{ "RRSIG", "NOPE 8 2 1 0 0 1 . AA==", "type covered", "is not an RR type" },
	{ "NSEC", "a", "types", "is missing" },
	{ "NSEC", "a A NOPE", "types", "\"NOPE\" is not an RR type" },
	{ "NXT", "a SRV TYPE128", "types", "is not a type of 1 to 127" },
	{ "NSEC3", "1 0 0 ABC 2T7B4G4VSA5SMI47K61MV5BV1A22BOJR", "salt", "is neither - nor hexadecimal" },
	{ "NSEC3", "1 0 0 - 2T7B4G4VSA5SMI47K61MV5BV1A22BOJ", "next hash", "is not base32hex" },
	{ "NSEC3", "1 0 0 - 000", "next hash", "is not base32hex" },
	{ "NSEC3", "1 0 0 - W", "next hash", "is not base32hex" },
	{ "LOC", "91 N 0 E 0m", "latitude", "is too large" },
	{ "LOC", "90 0 0.001 N 0 E 0m", "latitude", "beyond the pole" },
	{ "LOC", "1 60 N 0 E 0m", "latitude", "is too large" },
	{ "LOC", "1 1 1 1 N 0 E 0m", "latitude", "not DEGREES" },
	{ "LOC", "1 E 0 E 0m", "latitude", "not DEGREES" },
	{ "LOC", "1 N 0 E", "altitude", "is missing" },
	{ "LOC", "1 N 0 E -100000.01m", "altitude", "is not metres" },
	{ "LOC", "1 N 0 E 0m 90000001m", "size", "is not metres" },
	{ "APL", "1:192.168.32.0", "prefix", "is not [!]FAMILY:ADDRESS/PREFIX" },
	{ "APL", "1:192.168.32.0/33", "prefix", "no prefix length of 0 to 32" },
	{ "APL", "3:00/8", "prefix", "is not [!]FAMILY" },
	{ "A6", "129 :: a", "prefix length", "129 is above 128" },
	{ "A6", "0 :: a", "prefix name", "there is none" },
	{ "A6", "64 ::", "prefix name", "is missing" },
	{ "IPSECKEY", "1 4 2 . AQID", "gateway type", "4 is above 3" },
	{ "IPSECKEY", "1 0 2 x AQID", "gateway", "is not \".\"" },
	{ "AMTRELAY", "1 2 0 .", "discovery bit", "2 is above 1" },
	{ "AMTRELAY", "1 0 1 ::1", "relay", "is not an IPv4 address" },
	{ "HIP", "2 200 AQID", "host identity tag", "is not 1 to 255 octets in hex" },
	{ "HIP", "2 2001 AQ", "public key", "is not base64" },
	{ "EUI48", "00-00-5e-00-53", "address", "is not six hex octets" },
	{ "EUI48", "00:00:5e:00:53:2a", "address", "is not six hex octets" },
	{ "NID", "10 0014:4fff:ff20", "node identifier", "is not four groups" },
	{ "NID", "10 0014:4fff:ff20:ee64:1", "node identifier", "is not four groups" },
	{ "CAA", "0 is-sue x", "tag", "is not letters and digits" },
	{ "CAA", "256 issue x", "flags", "256 is above 255" },
	{ "URI", "1 1 \"\"", "target", "is empty" },
	{ "NSAP", "47", "address", "is not 0x" },
	{ "SVCB", "1 . port=1 port=2", "parameters", "a key that was there before" },
	{ "SVCB", "1 . port", "parameters", "port takes a number" },
	{ "SVCB", "1 . port=65536", "parameters", "port takes a number" },
	{ "SVCB", "1 . alpn", "parameters", "alpn takes protocol names" },
	{ "SVCB", "1 . alpn=", "parameters", "alpn takes protocol names" },
	{ "SVCB", "1 . alpn=h2,,h3", "parameters", "alpn takes protocol names" },
	{ "SVCB", "1 . alpn=h2,", "parameters", "alpn takes protocol names" },
	{ "SVCB", "1 . ipv4hint=1.2.3.4,", "parameters", "ipv4hint takes IPv4" },
	{ "SVCB", "1 . ipv4hint", "parameters", "ipv4hint takes IPv4" },
	{ "SVCB", "1 . dohpath=/q", "parameters", "dohpath takes a path with the variable dns" },
	{ "SVCB", "1 . dohpath=q{?dns}", "parameters", "dohpath takes a path" },
	{ "SVCB", "1 . dohpath=/q{?dnsx}", "parameters", "dohpath takes a path" },
	{ "SVCB", "1 . dohpath=/{q}?dns", "parameters", "dohpath takes a path" },
	{ "SVCB", "1 . dohpath", "parameters", "dohpath takes a path" },
	{ "SVCB", "1 . ipv6hint=1.2.3.4", "parameters", "ipv6hint takes IPv6" },
	{ "SVCB", "1 . ech=AQI", "parameters", "ech takes base64" },
	{ "SVCB", "1 . alpn=a no-default-alpn=abc", "parameters", "takes no value" },
	{ "SVCB", "1 . no-default-alpn", "parameters", "without alpn" },
	{ "SVCB", "1 . mandatory=key123", "parameters", "a key that is not there" },
	{ "SVCB", "1 . mandatory=mandatory", "parameters", "mandatory takes other keys" },
	{ "SVCB", "1 . mandatory=port,port port=1", "parameters", "mandatory takes other keys" },
	{ "SVCB", "1 . nonsense=1", "parameters", "has no known key" },
	{ "SVCB", "1 . ALPN=h2", "parameters", "has no known key" },
	{ "SVCB", "1 . key65536=1", "parameters", "has no known key" },
	{ "SVCB", "1 . key007=1", "parameters", "has no known key" },
	{ "SVCB", "1 . key3=abc", "parameters", "port takes a number" },
	{ "SVCB", "1 . tls-supported-groups=1,1", "parameters", "numbers, none twice" },
	{ "OPT", "x", "end of record", "one field too many" },
};

START_TEST(refusals_say_why)
{
	struct wr w = wr_of(wire_buffer, RDATA_MAX);
	struct flaw flaw = { 0 };

	ck_assert_msg(!rdata_of_text(refusals[_i].type, refusals[_i].text, &w, &flaw), "%s %s is accepted",
		      refusals[_i].type, refusals[_i].text);
	ck_assert_str_eq(flaw.field, refusals[_i].field);
	ck_assert_msg(strstr(flaw.what, refusals[_i].what) != NULL, "%s %s: %s", refusals[_i].type,
		      refusals[_i].text, flaw.what);
	ck_assert_uint_eq(w.len, 0);
}
END_TEST

/* The place is that of the word at fault, or of the last word if one is missing. */
START_TEST(refusals_say_where)
{
	struct wr w = wr_of(wire_buffer, RDATA_MAX);
	struct flaw flaw = { 0 };

	ck_assert(!rdata_of_text("MX", "10  a..b", &w, &flaw));
	ck_assert(flaw.line == 7 && flaw.column == 5);
	ck_assert(!rdata_of_text("SRV", "1 2 3", &w, &flaw));
	ck_assert(flaw.line == 7 && flaw.column == 5);
}
END_TEST

/* Strings end at 255 octets, RDATA at 65535, and a buffer where it ends. */
START_TEST(lengths_are_kept)
{
	static char text[4 * RDATA_MAX];
	struct wr w = wr_of(wire_buffer, sizeof wire_buffer);
	struct flaw flaw = { 0 };

	memset(text, 'a', 256);
	ck_assert(!rdata_of_text("TXT", text, &w, &flaw));
	ck_assert_ptr_nonnull(strstr(flaw.what, "longer than 255 octets"));
	text[255] = 0;
	ck_assert(rdata_of_text("TXT", text, &w, &flaw) && w.len == 256);
	w = wr_of(wire_buffer, 255);
	ck_assert(!rdata_of_text("TXT", text, &w, &flaw));
	ck_assert(w.len == 0 && !w.full);

	w = wr_of(wire_buffer, sizeof wire_buffer);
	size_t n = (size_t)snprintf(text, sizeof text, "256 3 8 ");
	memset(text + n, 'A', 4 * 21844);
	text[n + 4 * 21844] = 0;
	ck_assert(!rdata_of_text("DNSKEY", text, &w, &flaw));
	ck_assert_ptr_nonnull(strstr(flaw.what, "longer than 65535 octets"));
	text[n + 4 * 21843] = 0;
	ck_assert(rdata_of_text("DNSKEY", text, &w, &flaw));
	ck_assert_uint_eq(w.len, 65533);
	ck_assert_uint_gt(strlen(text_of_rdata(RR_DNSKEY, wr_view_of(&w))), 65535);
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
	tcase_add_loop_test(t, refusals_say_why, 0, COUNT_OF(refusals));
	tcase_add_test(t, refusals_say_where);
	tcase_add_test(t, lengths_are_kept);
	suite_add_tcase(s, t);
	return run_suite(s);
}
