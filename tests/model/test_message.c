/*
 * Responses from the wire are parsed strictly: nothing missing, nothing left over, nothing out of place.
 */
#include "tests/help/run.h"

#include "tests/model/load.h"
#include "tests/model/message.h"

#define QUESTION  "\1a\1b\0\0\1\0\1"
#define RECORD_A  "\300\14\0\1\0\1\0\0\0\74\0\4\300\0\2\1"
#define RECORD_MX "\300\14\0\17\0\1\0\0\0\74\0\6\0\12\1c\300\16"
#define OPT       "\0\0\51\4\320\0\0\200\0\0\0"

/* One answer of an A and an MX record, and an OPT. */
static const struct view whole = BYTES("\22\64\204\0\0\1\0\2\0\0\0\1" QUESTION RECORD_A RECORD_MX OPT);

START_TEST(a_whole_response)
{
	struct model_message m;
	struct name c = name_of("c.b.");

	ck_assert_ptr_null(message_parse(whole, &m));
	ck_assert(m.aa && m.has_question && m.has_opt);
	ck_assert_uint_eq(m.rcode, 0);
	ck_assert_uint_eq(m.opt_size, 1232);
	ck_assert_uint_eq(m.opt_flags, EDNS_DO);
	ck_assert_uint_eq(m.section[MODEL_ANSWER].n, 2);
	ck_assert_uint_eq(m.section[MODEL_ADDITIONAL].n, 0);
	const struct model_rr *mx = &m.section[MODEL_ANSWER].rr[1];
	ck_assert_uint_eq(mx->ttl, 60);
	ck_assert_uint_eq(mx->rdata.n, 2U + c.len);
	ck_assert_mem_eq(mx->rdata.p + 2, c.wire, c.len);
	message_free(&m);
}
END_TEST

START_TEST(no_prefix_is_a_response)
{
	struct model_message m;

	for (size_t n = 0; n < whole.n; n++) {
		ck_assert_msg(message_parse(view_of(whole.p, n), &m) != NULL, "%zu octets", n);
		message_free(&m);
	}
}
END_TEST

static const struct {
	const char *why;
	struct view wire;
} bad[] = {
	{ "one octet too many",
	  { (const uint8_t *)"\0\0\204\0\0\1\0\1\0\0\0\0" QUESTION RECORD_A "\0",
	    sizeof("\0\0\204\0\0\1\0\1\0\0\0\0" QUESTION RECORD_A "\0") - 1 } },
	{ "a question", BYTES("\0\0\4\0\0\1\0\1\0\0\0\0" QUESTION RECORD_A) },
	{ "two questions", BYTES("\0\0\204\0\0\2\0\0\0\0\0\0" QUESTION QUESTION) },
	{ "fewer records than counted", BYTES("\0\0\204\0\0\1\0\2\0\0\0\0" QUESTION RECORD_A) },
	{ "more records than counted", BYTES("\0\0\204\0\0\1\0\1\0\0\0\0" QUESTION RECORD_A RECORD_A) },
	{ "two OPT records", BYTES("\0\0\204\0\0\1\0\0\0\0\0\2" QUESTION OPT OPT) },
	{ "OPT among the answers", BYTES("\0\0\204\0\0\1\0\1\0\0\0\0" QUESTION OPT) },
	{ "an OPT with an owner", BYTES("\0\0\204\0\0\1\0\0\0\0\0\1" QUESTION "\1a" OPT) },
	{ "a record of class CH",
	  { (const uint8_t *)"\0\0\204\0\0\1\0\1\0\0\0\0" QUESTION "\300\14\0\1\0\3\0\0\0\74\0\4\300\0\2\1",
	    sizeof("\0\0\204\0\0\1\0\1\0\0\0\0" QUESTION "\300\14\0\1\0\3\0\0\0\74\0\4\300\0\2\1") - 1 } },
	{ "an address of three octets",
	  { (const uint8_t *)"\0\0\204\0\0\1\0\1\0\0\0\0" QUESTION "\300\14\0\1\0\1\0\0\0\74\0\3\300\0\2",
	    sizeof("\0\0\204\0\0\1\0\1\0\0\0\0" QUESTION "\300\14\0\1\0\1\0\0\0\74\0\3\300\0\2") - 1 } },
	{ "an owner that points at itself",
	  { (const uint8_t *)"\0\0\204\0\0\1\0\1\0\0\0\0" QUESTION "\300\25\0\1\0\1\0\0\0\74\0\4\300\0\2\1",
	    sizeof("\0\0\204\0\0\1\0\1\0\0\0\0" QUESTION "\300\25\0\1\0\1\0\0\0\74\0\4\300\0\2\1") - 1 } },
	{ "a compressed SRV target",
	  { (const uint8_t *)"\0\0\204\0\0\1\0\1\0\0\0\0" QUESTION
			     "\300\14\0\41\0\1\0\0\0\74\0\10\0\0\0\0\0\1\300\14",
	    sizeof("\0\0\204\0\0\1\0\1\0\0\0\0" QUESTION "\300\14\0\41\0\1\0\0\0\74\0\10\0\0\0\0\0\1\300\14") -
		1 } },
};

START_TEST(what_is_not_a_response)
{
	struct model_message m;

	ck_assert_msg(message_parse(bad[_i].wire, &m) != NULL, "%s", bad[_i].why);
	message_free(&m);
}
END_TEST

/* The letters of a name that may be compressed do not count; those of others do, and so do numbers. */
START_TEST(what_counts_as_the_same)
{
	struct model_message a = { 0 }, b = { 0 };
	struct name lower = name_of("a."), upper = name_of("A.");
	char report[512];

	message_add(&a, MODEL_ANSWER, &lower, RR_NS, 60, BYTES("\2ns\0"));
	message_add(&b, MODEL_ANSWER, &upper, RR_NS, 60, BYTES("\2NS\0"));
	ck_assert(!message_differs(&a, &b, report, sizeof report));
	message_add(&b, MODEL_ANSWER, &upper, RR_NS, 60, BYTES("\2nS\0"));
	ck_assert_uint_eq(b.section[MODEL_ANSWER].n, 1);
	message_add(&a, MODEL_ANSWER, &lower, RR_DNAME, 60, BYTES("\2ns\0"));
	message_add(&b, MODEL_ANSWER, &lower, RR_DNAME, 60, BYTES("\2NS\0"));
	ck_assert(message_differs(&a, &b, report, sizeof report));
	ck_assert_str_eq(report, "  missing in answer: a. 60 DNAME ns.\n  too much in answer: a. 60 DNAME NS.\n");
	message_free(&a);
	message_free(&b);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("responses");
	TCase *t = tcase_create("responses");

	tcase_add_test(t, a_whole_response);
	tcase_add_test(t, no_prefix_is_a_response);
	tcase_add_loop_test(t, what_is_not_a_response, 0, COUNT_OF(bad));
	tcase_add_test(t, what_counts_as_the_same);
	suite_add_tcase(s, t);
	return run_suite(s);
}
