#include "tests/help/heard.h"
#include "tests/help/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "zone/scan.h"

static const struct {
	const char *why;
	const char *text;
	const char *want;
} cases[] = {
	{ "an empty file", "", "" },
	{ "only comments and blank lines", "; hello\n\n   \n\t; there\n", "" },
	{ "the plain entry of RFC 1035", "a 60 IN A 1.2.3.4\n", "a.test. 60 A 1.2.3.4\n" },
	{ "class before TTL", "a IN 60 A 1.2.3.4\n", "a.test. 60 A 1.2.3.4\n" },
	{ "no class", "a 60 A 1.2.3.4\n", "a.test. 60 A 1.2.3.4\n" },
	{ "mnemonics in any letter case", "a 60 iN aAaA ::1\n", "a.test. 60 AAAA ::1\n" },
	{ "TYPEnnn and CLASSnnn", "a 60 CLASS1 TYPE1 \\# 4 01020304\n", "a.test. 60 A 1.2.3.4\n" },
	{ "an unknown type", "a 60 TYPE65280 \\# 3 010203\n", "a.test. 60 TYPE65280 \\# 3 010203\n" },
	{ "an unknown type without data", "a 60 TYPE65280 \\# 0\n", "a.test. 60 TYPE65280 \\# 0\n" },
	{ "no final newline", "a 60 A 1.2.3.4", "a.test. 60 A 1.2.3.4\n" },
	{ "CRLF", "a 60 A 1.2.3.4\r\n 60 A 1.2.3.5\r\n", "a.test. 60 A 1.2.3.4\na.test. 60 A 1.2.3.5\n" },
	{ "CRLF and empty lines", "\r\na 60 A 1.2.3.4\r\n\r\n", "a.test. 60 A 1.2.3.4\n" },
	{ "tabs", "a\t60\tA\t1.2.3.4\t\n\t60\tA 1.2.3.5\n", "a.test. 60 A 1.2.3.4\na.test. 60 A 1.2.3.5\n" },
	{ "a blank owner behind an empty line", "a 60 A 1.2.3.4\n\n\t60 A 1.2.3.5\n; comment\n 60 A 1.2.3.6\n",
	  "a.test. 60 A 1.2.3.4\na.test. 60 A 1.2.3.5\na.test. 60 A 1.2.3.6\n" },
	{ "a form feed between pages", "\fa 60 A 1.2.3.4\n\f\n", "a.test. 60 A 1.2.3.4\n" },
	{ "a byte order mark",
	  "\xef\xbb\xbf"
	  "a 60 A 1.2.3.4\n",
	  "a.test. 60 A 1.2.3.4\n" },
	{ "a comment right behind a word", "a 60 A 1.2.3.4;five\n", "a.test. 60 A 1.2.3.4\n" },
	{ "octets above 127 in a comment", "a 60 A 1.2.3.4 ; gr\xc3\xbc\xdf\n", "a.test. 60 A 1.2.3.4\n" },
	{ "octets above 127 in a name", "gr\xfc 60 A 1.2.3.4\n", "gr\\252.test. 60 A 1.2.3.4\n" },
	{ "$ORIGIN that stays where it is moves no owner",
	  "a 60 A 1.2.3.4\n$ORIGIN @\n$ORIGIN test.\n 60 A 1.2.3.5\n",
	  "a.test. 60 A 1.2.3.4\na.test. 60 A 1.2.3.5\n" },
	{ "@ is the origin", "@ 60 NS @\n", "test. 60 NS test.\n" },
	{ "an at sign with a backslash is a label", "\\@ 60 A 1.2.3.4\n", "\\@.test. 60 A 1.2.3.4\n" },
	{ "an at sign inside a name is one", "a@b 60 A 1.2.3.4\n", "a\\@b.test. 60 A 1.2.3.4\n" },
	{ "a blank owner after @", "@ 60 A 1.2.3.4\n 60 A 1.2.3.5\n", "test. 60 A 1.2.3.4\ntest. 60 A 1.2.3.5\n" },
	{ "an escaped dot", "a\\.b 60 A 1.2.3.4\n", "a\\.b.test. 60 A 1.2.3.4\n" },
	{ "escaped octets", "\\097\\000 60 A 1.2.3.4\n", "a\\000.test. 60 A 1.2.3.4\n" },
	{ "what would end a word, escaped", "a\\;\\(\\)\\\"\\ b 60 A 1.2.3.4\n",
	  "a\\;\\(\\)\\\"\\032b.test. 60 A 1.2.3.4\n" },
	{ "absolute, not in the zone: the zone's business", "a.other. 60 A 1.2.3.4\n", "a.other. 60 A 1.2.3.4\n" },
	{ "a type's name as an owner", "MX 60 IN A 1.2.3.4\nIN 60 A 1.2.3.4\n3600 60 A 1.2.3.4\n",
	  "MX.test. 60 A 1.2.3.4\nIN.test. 60 A 1.2.3.4\n3600.test. 60 A 1.2.3.4\n" },
	{ "the owner's letter case is kept", "WwW 60 A 1.2.3.4\n", "WwW.test. 60 A 1.2.3.4\n" },

	{ "parentheses", "a 60 MX ( 10\n  ; why not\n mail )\n", "a.test. 60 MX 10 mail.test.\n" },
	{ "a parenthesis touching words", "a 60 MX(10\nmail)\n", "a.test. 60 MX 10 mail.test.\n" },
	{ "parentheses in parentheses", "a 60 MX ( 10 ( mail )\n )\n", "a.test. 60 MX 10 mail.test.\n" },
	{ "a line that begins inside parentheses has no blank owner", "a 60 MX (\n 10 mail\n)\nb 60 A 1.2.3.4\n",
	  "a.test. 60 MX 10 mail.test.\nb.test. 60 A 1.2.3.4\n" },
	{ "a whole entry in parentheses", "( a 60 A 1.2.3.4 )\n", "a.test. 60 A 1.2.3.4\n" },
	{ "a comment may hold parentheses", "a 60 MX ( 10 ; ) (\n mail )\n", "a.test. 60 MX 10 mail.test.\n" },
	{ "not closed: it is said where it was opened, and the next lines are read",
	  "a 60 MX ( 10\n mail\nb 60 A 1.2.3.4\n", "1:9: error: this parenthesis\n2:2: error: type\nb" },
	{ "never opened", "a 60 A 1.2.3.4 )\nb 60 A 1.2.3.4\n", "1:16: error: a closing parenthesis\nb" },

	{ "strings", "a 60 TXT one \"two words\" \"\" \"a;b(c)\"\n",
	  "a.test. 60 TXT \"one\" \"two words\" \"\" \"a;b(c)\"\n" },
	{ "escapes in strings", "a 60 TXT \"a\\\"b\\\\\" \\065\\ b\n", "a.test. 60 TXT \"a\\\"b\\\\\" \"A b\"\n" },
	{ "strings that touch", "a 60 TXT \"a\"\"b\"c\n", "a.test. 60 TXT \"a\" \"b\" \"c\"\n" },
	{ "a quote inside a word begins the next one", "a 60 TXT a=\"b c\"\n", "a.test. 60 TXT \"a=\" \"b c\"\n" },
	{ "but is a value in SVCB", "a 60 HTTPS 1 . alpn=\"h2,h3\" port=53\n",
	  "a.test. 60 HTTPS 1 . alpn=h2,h3 port=53\n" },
	{ "a string over two lines (RFC 1035 5.1 allows any character)", "a 60 TXT \"one\ntwo\"\n",
	  "1:10: warning: a quoted string\na.test. 60 TXT \"one\\010two\"\n" },
	{ "a quote not closed: it is said where it was opened, and the next lines are read",
	  "a 60 TXT \"one\nb 60 A 1.2.3.4\n", "1:10: error: this quote is not closed\nb" },
	{ "a quote missing, so that all strings behind it are turned inside out",
	  "a 60 TXT \"one\nb 60 TXT \"two\" x \"\nc 60 A 1.2.3.4\nd 60 TXT \"y\" \"\n",
	  "1:10: warning: a quoted string\na.test. 60 TXT \"one\\010b 60 TXT \" \"two\" \" x \"\n"
	  "c.test. 60 A 1.2.3.4\n4:14: error: this quote" },
	{ "a wrong entry with a string over lines: the lines behind the quote are read",
	  "a 60 A \"one\nb 60 A 1.2.3.4\nc 60 A \"\n",
	  "1:8: warning\n1:8: error: address\nb.test. 60 A 1.2.3.4\n3:8: error: this quote" },

	{ "TTL with units", "a 1h30m A 1.2.3.4\nb 1W2d3H4m5S A 1.2.3.4\n",
	  "a.test. 5400 A 1.2.3.4\nb.test. 788645 A 1.2.3.4\n" },
	{ "$TTL holds for what states none (RFC 2308 4)", "$TTL 1h\na A 1.2.3.4\na 60 A 1.2.3.5\nb A 1.2.3.4\n",
	  "a.test. 3600 A 1.2.3.4\na.test. 60 A 1.2.3.5\nb.test. 3600 A 1.2.3.4\n" },
	{ "without $TTL the last one stated (RFC 1035 5.1)", "a 60 A 1.2.3.4\nb A 1.2.3.4\nc A 1.2.3.4\n",
	  "a.test. 60 A 1.2.3.4\n2:3: warning: TTL\nb.test. 60 A 1.2.3.4\nc.test. 60 A 1.2.3.4\n" },
	{ "before any TTL the SOA's minimum", "@ SOA a b 1 2 3 4 300\na A 1.2.3.4\n",
	  "1:3: warning: TTL\ntest. 300 SOA a.test. b.test. 1 2 3 4 300\n2:3: warning: TTL\na.test. 300 A "
	  "1.2.3.4\n" },
	{ "no TTL at all", "a A 1.2.3.4\nb 60 A 1.2.3.4\n", "1:3: error: TTL\nb" },
	{ "the largest TTL", "a 2147483647 A 1.2.3.4\n", "a.test. 2147483647 A 1.2.3.4\n" },
	{ "above it: 0 (RFC 2181 8)", "a 2147483648 A 1.2.3.4\n", "1:3: warning: TTL\na.test. 0 A 1.2.3.4\n" },
	{ "$TTL above it", "$TTL 4294967295\na A 1.2.3.4\n", "1:6: warning: TTL\na.test. 0 A 1.2.3.4\n" },
	{ "beyond 32 bits", "a 4294967296 A 1.2.3.4\n", "1:3: error: TTL" },
	{ "a TTL that is none", "a 60x A 1.2.3.4\n", "1:3: error: TTL" },
	{ "a second TTL", "a 60 60 A 1.2.3.4\n", "1:6: error: type" },

	{ "$ORIGIN", "$ORIGIN b.test.\na 60 A 1.2.3.4\n@ 60 A 1.2.3.4\n",
	  "a.b.test. 60 A 1.2.3.4\nb.test. 60 A 1.2.3.4\n" },
	{ "$ORIGIN, relative", "$ORIGIN b\n$ORIGIN c\na 60 A 1.2.3.4\n", "a.c.b.test. 60 A 1.2.3.4\n" },
	{ "$ORIGIN is the root", "$ORIGIN .\na 60 NS b\n", "a. 60 NS b.\n" },
	{ "the same owner text under another origin", "a 60 A 1.2.3.4\n$ORIGIN b\na 60 A 1.2.3.4\n",
	  "a.test. 60 A 1.2.3.4\na.b.test. 60 A 1.2.3.4\n" },
	{ "$ORIGIN does not change the owner", "a 60 A 1.2.3.4\n$ORIGIN b\n 60 A 1.2.3.4\n",
	  "a.test. 60 A 1.2.3.4\n3:2: warning: owner\na.test. 60 A 1.2.3.4\n" },
	{ "directives in any letter case", "$origin b\n$tTl 60\na A 1.2.3.4\n", "a.b.test. 60 A 1.2.3.4\n" },
	{ "a directive with too much", "$ORIGIN b c\n", "1:11: error: nothing may follow" },
	{ "a directive with too little", "$TTL\n", "1:1: error: $TTL needs" },
	{ "an unknown directive", "$FOO bar\n", "1:1: error: \"$FOO\" is no directive" },
	{ "a directive is no owner", "\\$TTL 60 A 1.2.3.4\n", "\\$TTL.test. 60 A 1.2.3.4\n" },
	{ "a wrong origin", "$ORIGIN a..b\na 60 A 1.2.3.4\n", "1:9: error: origin: an empty label\na" },
	{ "no file may be included into text", "$INCLUDE /etc/passwd\n",
	  "1:10: error: file: $INCLUDE is not allowed" },

	{ "no owner yet", " 60 A 1.2.3.4\na 60 A 1.2.3.4\n", "1:2: error: owner: no owner\na" },
	{ "lines that inherit a wrong owner make no records, but their own mistakes are told",
	  "a..b 60 A 1.2.3.4\n 60 A 1.2.3.5\n 60 A x\nc 60 A 1.2.3.4\n",
	  "1:1: error: owner: an empty label\n3:7: error: address\nc.test. 60 A 1.2.3.4\n" },
	{ "a label too long", "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggg 60 A 1.2.3.4\n",
	  "1:1: error: owner: a label longer" },
	{ "a name with a bad escape", "a\\256 60 A 1.2.3.4\n", "1:1: error: owner: \\DDD is above 255" },
	{ "a backslash at a line's end", "a\\\n", "1:1: error: owner: a backslash at the end" },
	{ "a backslash before CRLF escapes nothing", "a\\\r\nb 60 A 1.2.3.4\n",
	  "1:1: error: owner: a backslash\nb" },
	{ "a quoted owner", "\"a\" 60 A 1.2.3.4\n", "1:1: error: owner" },
	{ "another class", "a 60 CH A 1.2.3.4\n", "1:6: error: class" },
	{ "another class by number", "a 60 CLASS3 A 1.2.3.4\n", "1:6: error: class" },
	{ "two classes", "a IN IN A 1.2.3.4\n", "1:6: error: class" },
	{ "an unknown type", "a 60 FOO 1.2.3.4\n", "1:6: error: type: \"FOO\"" },
	{ "a type of questions", "a 60 ANY \\# 0\nb 60 AXFR\nc 60 OPT \\# 0\n",
	  "1:6: error: type\n2:6: error: type\n3:6: error: type\n" },
	{ "type 0", "a 60 TYPE0 \\# 0\n", "1:6: error: type" },
	{ "an owner alone", "a\n", "1:1: error: type" },
	{ "no type", "a 60 IN\n", "1:6: error: type" },
	{ "no RDATA", "a 60 A\n", "1:6: error: address" },
	{ "wrong RDATA", "a 60 A 1.2.3\nb 60 MX ten mail\n", "1:8: error: address\n2:9: error: preference" },
	{ "too much RDATA", "a 60 A 1.2.3.4 5\n", "1:16: error" },
	{ "the place is right in parentheses", "a 60 SOA a b (\n 1 2\n   x 4 5 )\n", "3:4: error: retry" },
};

START_TEST(text_cases)
{
	heard_case(cases[_i].why, cases[_i].text, cases[_i].want);
}
END_TEST

/* The window's end may fall on any octet of an entry: behind a long comment all is heard as behind a short one. */
START_TEST(window_ends_anywhere)
{
	static struct heard want, h;
	static char padded[SCAN_WINDOW + 1000];
	const char *text = cases[_i].text;
	size_t n = strlen(text);

	memset(padded, ';', sizeof padded);
	for (size_t pad = 2; pad < SCAN_WINDOW + 2; pad = pad == 2 ? SCAN_WINDOW - n - 2 : pad + 1) {
		struct heard *to = pad == 2 ? &want : &h;
		padded[pad - 1] = '\n';
		memcpy(padded + pad, text, n);
		(void)heard_text(view_of(padded, pad + n), to, NULL);
		ck_assert_msg(strcmp(to->text, want.text) == 0, "%s, behind %zu octets:\n%s\nwanted\n%s",
			      cases[_i].why, pad, to->text, want.text);
		memset(padded + pad - 1, ';', n + 1);
	}
}
END_TEST

START_TEST(zero_octets_are_no_text)
{
	static struct heard h;

	ck_assert(heard_text(BYTES("a 60 A 1.2.3.4\nb 60 \0A 1.2.3.4\nc 60 A 1.2.3.4\n"), &h, NULL) == ERR_FORMAT);
	ck_assert_str_eq(h.text, "a.test. 60 A 1.2.3.4\n2:6: error: a zero octet: this is not a text file\n");
	ck_assert(heard_text(BYTES("a 60 TXT \"\0\"\n"), &h, NULL) == ERR_FORMAT);
	ck_assert(heard_text(BYTES("; \0\n"), &h, NULL) == ERR_FORMAT);
	ck_assert(heard_text(BYTES("\xff\xfe"
				   "a\0"),
			     &h, NULL) == ERR_FORMAT);
}
END_TEST

START_TEST(errors_have_a_limit)
{
	static char text[100000];
	static struct heard h;
	size_t n = 0;

	while (n + 8 < sizeof text)
		n += (size_t)snprintf(text + n, sizeof text - n, "a A x\n");
	ck_assert(heard_text(view_of(text, n), &h, NULL) == ERR_FORMAT);
	ck_assert_uint_eq(h.errors, 100);
	struct master_options o = { .max_errors = 3 };
	ck_assert(heard_text(view_of(text, n), &h, &o) == ERR_FORMAT);
	ck_assert_uint_eq(h.errors, 3);
}
END_TEST

START_TEST(warnings_have_a_limit_of_their_kind)
{
	static char text[100000];
	static struct heard h;
	size_t n = 0;

	for (unsigned i = 0; i < 1000; i++)
		n += (size_t)snprintf(text + n, sizeof text - n, "a%u 4000000000 A 192.0.2.1\n", i);
	n += (size_t)snprintf(text + n, sizeof text - n, "b 60 TXT \"x\ny\"\n");
	ck_assert(heard_text(view_of(text, n), &h, NULL) == OK);
	ck_assert_uint_eq(h.warnings, 10 + 1 + 1);
	ck_assert_uint_eq(h.untold, 990);
	ck_assert_ptr_nonnull(strstr(h.text, "0:0: warning: TTL: and 990 more\n"));
	ck_assert_ptr_nonnull(strstr(h.text, "1001:10: warning: a quoted string"));
}
END_TEST

/* A line too long for any entry is one finding, and the next line is read. */
START_TEST(a_line_without_end_is_one_error)
{
	static const size_t big = 40U << 20;
	static struct heard h;
	char *text = malloc(big + 64);

	for (int words = 0; words < 2; words++) {
		memset(text, 'x', big);
		for (size_t i = 1; words && i < big; i += 2)
			text[i] = ' ';
		memcpy(text, "a 60 TXT ", 9);
		size_t n = big + (size_t)sprintf(text + big, "\nb 60 A 192.0.2.1\n");
		ck_assert(heard_text(view_of(text, n), &h, NULL) == ERR_FORMAT);
		ck_assert_msg(h.errors == 1 && h.records == 1, "%.1000s", h.text);
	}
	free(text);
}
END_TEST

/* More text than a window holds: entries cut at its end come out whole, and lines are counted right. */
START_TEST(windows_do_not_show)
{
	enum { N = 40000 };
	static struct heard h;
	char *text = malloc(N * 64);
	size_t n = 0;

	ck_assert_ptr_nonnull(text);
	for (int i = 0; i < N; i++)
		n += (size_t)sprintf(text + n, "name-%d 60 TXT ( \"a string\"\n ; %d\n more )\n", i, i);
	n += (size_t)sprintf(text + n, "last 60 A x\n");
	ck_assert(heard_text(view_of(text, n), &h, NULL) == ERR_FORMAT);
	ck_assert_uint_eq(h.records, N);
	ck_assert_uint_eq(h.errors, 1);
	free(text);
}
END_TEST

/* 65535 octets, a word for each two of them, over many lines. */
START_TEST(the_largest_rdata)
{
	static struct heard h;
	char *text = malloc(300000);
	size_t n = (size_t)sprintf(text, "a 60 TYPE65280 \\# 65535 (\n");

	for (int i = 0; i < 65535; i++)
		n += (size_t)sprintf(text + n, i % 16 == 0 ? "\n%02x" : " %02x", i & 255);
	n += (size_t)sprintf(text + n, " )\n");
	ck_assert(heard_text(view_of(text, n), &h, NULL) == OK);
	ck_assert_uint_eq(h.records, 1);
	free(text);
}
END_TEST

START_TEST(an_entry_has_a_limit)
{
	static struct heard h;
	size_t n = 0, lines = 100000;
	char *text = malloc(lines * 16);

	n += (size_t)sprintf(text, "a 60 TXT (\n");
	for (size_t i = 0; i < lines; i++)
		n += (size_t)sprintf(text + n, " x y\n");
	ck_assert(heard_text(view_of(text, n), &h, &(struct master_options){ .max_errors = 1 }) == ERR_FORMAT);
	ck_assert_msg(heard_same("1:10: error: more words", h.text), "%s", h.text);
	free(text);
}
END_TEST

/* Files for $INCLUDE, in a directory that goes when the test ends. */
static char dir[] = "/tmp/edict-master-XXXXXX";

static void put_file(const char *name, const char *text)
{
	char path[200];

	snprintf(path, sizeof path, "%s/%s", dir, name);
	FILE *f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
}

static enum err read_path(const char *name, struct heard *h)
{
	struct name apex = heard_origin();
	struct master_calls calls = heard_calls(h);
	char path[200];

	snprintf(path, sizeof path, "%s%s%s", name[0] == '/' ? "" : dir, name[0] == '/' ? "" : "/", name);
	*h = (struct heard){ 0 };
	return master_read(path, &apex, NULL, &calls);
}

static void make_files(void)
{
	char sub[200];

	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(sub, sizeof sub, "%s/sub", dir);
	mkdir(sub, 0700);
	put_file("main", "$TTL 60\na A 1.1.1.1\n$INCLUDE sub/one s ; a comment\n A 1.1.1.2\nb A 1.1.1.3\n");
	put_file("sub/one", "x A 2.2.2.1\n$ORIGIN deep\ny A 2.2.2.2\n$include \"two\"\nz A 2.2.2.3\n");
	put_file("sub/two", " A 3.3.3.1\nw A 3.3.3.2");
	put_file("loop", "$TTL 60\na A 1.1.1.1\n$INCLUDE loop2\nb A 1.1.1.2\n");
	put_file("loop2", "$INCLUDE ./loop\nc A 1.1.1.3\n");
	put_file("missing", "a 60 A 1.1.1.1\n$INCLUDE nothing-here\nb 60 A 1.1.1.2\n");
	put_file("dirs", "$INCLUDE sub\n$INCLUDE /dev/null\n");
	for (int i = 0; i < 20; i++) {
		char name[20], text[60];
		snprintf(name, sizeof name, "deep%d", i);
		snprintf(text, sizeof text, "d%d 60 A 1.1.1.1\n$INCLUDE deep%d\n", i, i + 1);
		put_file(name, text);
	}
}

static void remove_files(void)
{
	static const char *const names[] = { "main",  "sub/one", "sub/two", "loop",
					     "loop2", "missing", "dirs",    "sub" };
	char path[200];

	for (int i = 0; i < 20; i++) {
		snprintf(path, sizeof path, "%s/deep%d", dir, i);
		unlink(path);
	}
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		snprintf(path, sizeof path, "%s/%s", dir, names[i]);
		remove(path);
	}
	rmdir(dir);
}

static const struct {
	const char *why;
	const char *path;
	enum err outcome;
	const char *want;
} files[] = {
	{ "owner and origin come back after $INCLUDE, paths start from the including file", "main", OK,
	  "a.test. 60 A 1.1.1.1\n"
	  "x.s.test. 60 A 2.2.2.1\n"
	  "y.deep.s.test. 60 A 2.2.2.2\n"
	  "y.deep.s.test. 60 A 3.3.3.1\n"
	  "w.deep.s.test. 60 A 3.3.3.2\n"
	  "z.deep.s.test. 60 A 2.2.2.3\n"
	  "4:2: warning: owner\n"
	  "a.test. 60 A 1.1.1.2\n"
	  "b.test. 60 A 1.1.1.3\n" },
	{ "a file that includes itself", "loop", ERR_FORMAT,
	  "a.test. 60 A 1.1.1.1\n1:10: error: file\nc.test. 60 A 1.1.1.3\nb.test. 60 A 1.1.1.2\n" },
	{ "a file that is not there", "missing", ERR_FORMAT,
	  "a.test. 60 A 1.1.1.1\n2:10: error: file\nb.test. 60 A 1.1.1.2\n" },
	{ "what is no file is not included", "dirs", ERR_FORMAT, "1:10: error: file\n2:10: error: file\n" },
	{ "no zone file", "nothing-here", ERR_SYSTEM, "1:1: error: file: No such file" },
	{ "a directory", "sub", ERR_SYSTEM, "1:1: error: file: is a directory" },
	{ "an empty device", "/dev/null", OK, "" },
	{ "zeros without end", "/dev/zero", ERR_FORMAT, "1:1: error: a zero octet" },
};

START_TEST(file_cases)
{
	static struct heard h;
	enum err e = read_path(files[_i].path, &h);

	ck_assert_msg(heard_same(files[_i].want, h.text), "%s:\n%s\nwanted\n%s", files[_i].why, h.text,
		      files[_i].want);
	ck_assert_msg(e == files[_i].outcome, "%s: %s", files[_i].why, err_text(e));
}
END_TEST

START_TEST(includes_have_a_depth)
{
	static struct heard h;

	ck_assert(read_path("deep0", &h) == ERR_FORMAT);
	ck_assert_uint_eq(h.records, 17);
	ck_assert_uint_eq(h.errors, 1);
}
END_TEST

START_TEST(standard_input)
{
	static struct heard h;
	struct name apex = heard_origin();
	struct master_calls calls = heard_calls(&h);
	int ends[2], keep = dup(STDIN_FILENO);

	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(write(ends[1], "a 60 A 1.1.1.1\n", 15), 15);
	close(ends[1]);
	dup2(ends[0], STDIN_FILENO);
	close(ends[0]);
	h = (struct heard){ 0 };
	ck_assert(master_read("-", &apex, NULL, &calls) == OK);
	ck_assert_str_eq(h.text, "a.test. 60 A 1.1.1.1\n");
	dup2(keep, STDIN_FILENO);
	close(keep);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("master files");
	TCase *t = tcase_create("text"), *f = tcase_create("files");

	tcase_add_loop_test(t, text_cases, 0, COUNT_OF(cases));
	tcase_add_loop_test(t, window_ends_anywhere, 0, COUNT_OF(cases));
	tcase_add_test(t, zero_octets_are_no_text);
	tcase_add_test(t, errors_have_a_limit);
	tcase_add_test(t, warnings_have_a_limit_of_their_kind);
	tcase_add_test(t, a_line_without_end_is_one_error);
	tcase_add_test(t, windows_do_not_show);
	tcase_add_test(t, the_largest_rdata);
	tcase_add_test(t, an_entry_has_a_limit);
	suite_add_tcase(s, t);
	tcase_add_unchecked_fixture(f, make_files, remove_files);
	tcase_add_loop_test(f, file_cases, 0, COUNT_OF(files));
	tcase_add_test(f, includes_have_a_depth);
	tcase_add_test(f, standard_input);
	suite_add_tcase(s, f);
	return run_suite(s);
}
