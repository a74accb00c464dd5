#include "tests/help/heard.h"
#include "tests/help/run.h"

static const struct {
	const char *why;
	const char *text;
	const char *want;
} cases[] = {
	{ "the number in both", "$GENERATE 1-3 a$ 60 A 10.0.0.$\n",
	  "a1.test. 60 A 10.0.0.1\na2.test. 60 A 10.0.0.2\na3.test. 60 A 10.0.0.3\n" },
	{ "a step", "$GENERATE 0-5/2 $ 60 A 10.0.0.$\n",
	  "0.test. 60 A 10.0.0.0\n2.test. 60 A 10.0.0.2\n4.test. 60 A 10.0.0.4\n" },
	{ "one number", "$GENERATE 7-7 $ 60 A 10.0.0.$\n", "7.test. 60 A 10.0.0.7\n" },
	{ "the largest number", "$GENERATE 2147483647-2147483647 $ 60 TXT $\n",
	  "2147483647.test. 60 TXT \"2147483647\"\n" },
	{ "TTL and class in either order", "$GENERATE 1-1 a 60 IN A 10.0.0.$\n$generate 2-2 a IN 60 A 10.0.0.$\n",
	  "a.test. 60 A 10.0.0.1\na.test. 60 A 10.0.0.2\n" },
	{ "the TTL in force", "$TTL 60\n$GENERATE 1-1 a A 10.0.0.$\n", "a.test. 60 A 10.0.0.1\n" },
	{ "names are relative to the origin", "$ORIGIN b\n$GENERATE 1-1 $ 60 NS ns$\n",
	  "1.b.test. 60 NS ns1.b.test.\n" },
	{ "absolute names", "$GENERATE 1-1 $.test. 60 NS ns$.\n", "1.test. 60 NS ns1.\n" },
	{ "an offset", "$GENERATE 1-1 ${10} 60 A 10.0.0.${-1}\n", "11.test. 60 A 10.0.0.0\n" },
	{ "numbers below 0, as BIND writes them", "$GENERATE 1-1 a${-5} 60 TXT ${-5,5} ${-5,2,d} ${-1,3}\n",
	  "a-4.test. 60 TXT \"-0004\" \"-4\" \"000\"\n" },
	{ "which other bases write in 32 bits",
	  "$GENERATE 1-1 a${-5,0,n} 60 TXT ${-5,0,x} ${-5,9,X} ${-5,0,o} ${-5,4,N}\n",
	  "ac.f.f.f.f.f.f.f.test. 60 TXT \"fffffffc\" \"0FFFFFFFC\" \"37777777774\" \"C.F.F.F.F.F.F.F\"\n" },
	{ "a width", "$GENERATE 1-1 ${0,3} 60 TXT ${41,5}\n", "001.test. 60 TXT \"00042\"\n" },
	{ "bases", "$GENERATE 171-171 a 60 TXT ${0,0,d} ${0,0,o} ${0,0,x} ${0,4,X}\n",
	  "a.test. 60 TXT \"171\" \"253\" \"ab\" \"00AB\"\n" },
	{ "nibbles, whose width counts the dots", "$GENERATE 26-26 ${0,0,n} 60 TXT ${0,7,n} ${0,3,N}\n",
	  "a.1.test. 60 TXT \"a.1.0.0\" \"A.1\"\n" },
	{ "an IPv6 reverse zone", "$GENERATE 0-1 ${0,3,n} 60 PTR host${0,2,x}.\n",
	  "0.0.test. 60 PTR host00.\n1.0.test. 60 PTR host01.\n" },
	{ "dollar signs", "$GENERATE 1-1 \\$a$$b$ 60 TXT $$\n", "\\$a\\$b1.test. 60 TXT \"$\"\n" },
	{ "words in quotes", "$GENERATE 1-1 a 60 MX \"1$ mail$\"\n", "a.test. 60 MX 11 mail1.test.\n" },
	{ "words without quotes", "$GENERATE 1-1 a 60 MX 1$ mail$\n", "a.test. 60 MX 11 mail1.test.\n" },
	{ "a string inside quotes", "$GENERATE 1-1 a 60 TXT \"\\\"a $\\\" b\"\n",
	  "a.test. 60 TXT \"a 1\" \"b\"\n" },
	{ "a quoted string among words", "$GENERATE 1-1 a 60 TXT x \"a $\"\n", "a.test. 60 TXT \"x\" \"a 1\"\n" },
	{ "a value of SVCB in quotes", "$GENERATE 1-1 a 60 HTTPS 1 . alpn=\"h2,h$\"\n",
	  "a.test. 60 HTTPS 1 . alpn=h2,h1\n" },
	{ "a blank owner behind it is the one before it",
	  "b 60 A 1.1.1.1\n$GENERATE 1-2 a$ 60 A 10.0.0.$\n 60 TXT x\n",
	  "b.test. 60 A 1.1.1.1\na1.test. 60 A 10.0.0.1\na2.test. 60 A 10.0.0.2\nb.test. 60 TXT \"x\"\n" },
	{ "a blank owner behind it when there was none", "$GENERATE 1-1 a$ 60 A 10.0.0.$\n 60 TXT x\n",
	  "a1.test. 60 A 10.0.0.1\n2:2: error: owner: no owner" },
	{ "a blank owner behind it and $ORIGIN",
	  "b 60 A 1.1.1.1\n$ORIGIN sub\n$GENERATE 1-1 a$ 60 A 10.0.0.$\n 60 TXT x\n",
	  "b.test. 60 A 1.1.1.1\na1.sub.test. 60 A 10.0.0.1\n4:2: warning: owner: the owner is that of the record "
	  "before $ORIGIN or $INCLUDE\nb.test. 60 TXT \"x\"\n" },
	{ "a comment", "$GENERATE 1-1 a 60 A 10.0.0.$ ; comment\n", "a.test. 60 A 10.0.0.1\n" },
	{ "over several lines", "$GENERATE 1-1 a ( 60\n A 10.0.0.$ )\n", "a.test. 60 A 10.0.0.1\n" },

	{ "a range backwards", "$GENERATE 9-1 a 60 A 10.0.0.$\nb 60 A 1.1.1.1\n",
	  "1:11: error: range: it ends\nb" },
	{ "a range with a sign", "$GENERATE 9--10 a 60 A 10.0.0.$\n", "1:11: error: range" },
	{ "a range without an end", "$GENERATE 9 a 60 A 10.0.0.$\n", "1:11: error: range" },
	{ "a step of 0", "$GENERATE 1-3/0 a 60 A 10.0.0.$\n", "1:11: error: range: a step of 0" },
	{ "a number above 2^31 - 1", "$GENERATE 1-2147483648 a 60 A 10.0.0.$\n", "1:11: error: range" },
	{ "too many steps", "$GENERATE 0-65536 a 60 A 10.0.0.1\n", "1:11: error: range: more than 65536 steps" },
	{ "a brace missing", "$GENERATE 0-1 a${0,2 60 A 10.0.0.$\n", "1:15: error: lhs" },
	{ "no offset", "$GENERATE 0-1 a${} 60 A 10.0.0.$\n", "1:15: error: lhs" },
	{ "another base", "$GENERATE 0-1 a${0,0,q} 60 A 10.0.0.$\n", "1:15: error: lhs" },
	{ "a width above 255", "$GENERATE 0-1 a${0,256} 60 A 10.0.0.$\n", "1:15: error: lhs" },
	{ "a label that gets too long", "$GENERATE 0-1 ${0,64} 60 A 10.0.0.$\n",
	  "1:15: error: owner: a label longer" },
	{ "it stops at the first error", "$GENERATE 255-300 a 60 A 10.0.0.$\nb 60 A 1.1.1.1\n",
	  "a.test. 60 A 10.0.0.255\n1:26: error: address\nb" },
	{ "a type of questions", "$GENERATE 0-1 a 60 TKEY $\n", "1:20: error: type" },
	{ "no rhs", "$GENERATE 0-1 a 60 A\n", "1:20: error: rhs" },
	{ "nothing but a range", "$GENERATE 0-1\n", "1:1: error: $GENERATE needs" },
	{ "an rhs that closes what it did not open", "$GENERATE 0-1 a 60 TXT \"a )\"\n", "1:24: error: rhs" },
	{ "an rhs that is a comment", "$GENERATE 0-1 a 60 TXT \";\"\n", "1:15: error" },
	{ "an rhs of two lines", "$GENERATE 0-0 a 60 TXT \"b\nc\"\n",
	  "1:24: warning\na.test. 60 TXT \"b\"\n1:24: error: rhs: more than one line\n2:2: error: this quote" },
};

START_TEST(generate_cases)
{
	heard_case(cases[_i].why, cases[_i].text, cases[_i].want);
}
END_TEST

START_TEST(steps_have_a_limit)
{
	static struct heard h;

	ck_assert(heard_text(BYTES("$GENERATE 1-65536 a 60 TYPE65280 \\# 0\n"), &h, NULL) == OK);
	ck_assert_uint_eq(h.records, 65536);
	ck_assert(heard_text(BYTES("$GENERATE 1-11 a 60 TYPE65280 \\# 0\n"), &h,
			     &(struct master_options){ .max_generate = 10 }) == ERR_FORMAT);
	ck_assert_uint_eq(h.records, 0);
	ck_assert(heard_text(BYTES("$GENERATE 1-11/2 a 60 TYPE65280 \\# 0\n"), &h,
			     &(struct master_options){ .max_generate = 6 }) == OK);
	ck_assert_uint_eq(h.records, 6);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("$GENERATE");
	TCase *t = tcase_create("generate");

	tcase_add_loop_test(t, generate_cases, 0, COUNT_OF(cases));
	tcase_add_test(t, steps_have_a_limit);
	suite_add_tcase(s, t);
	return run_suite(s);
}
