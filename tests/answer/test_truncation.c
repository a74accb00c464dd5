/*
 * What is left out when an answer does not fit: whole RRsets, never the OPT;
 * TC where a resolver could not go on without it (RFC 2181 9, RFC 9471).
 */
#include "tests/help/run.h"

#include <stdio.h>

#include "tests/help/answering.h"
#include "tests/model/load.h"

static const char zone[] =
    "$TTL 300\n"
    "@ SOA ns hostmaster 7 3600 600 86400 300\n@ NS ns\nns A 192.0.2.1\nns AAAA 2001:db8::1\n"
    "text TXT t\ntext A 192.0.2.9\ntext MX 10 mail\n"
    "in NS ns1.in\nin NS ns2.in\nin NS ns3.in\nin NS ns4.in\nin NS ns5.in\nin NS ns6.in\n"
    "ns1.in A 192.0.2.1\nns1.in AAAA 2001:db8::1\nns2.in A 192.0.2.2\nns2.in AAAA 2001:db8::2\n"
    "ns3.in A 192.0.2.3\nns3.in AAAA 2001:db8::3\nns4.in A 192.0.2.4\nns4.in AAAA 2001:db8::4\n"
    "ns5.in A 192.0.2.5\nns5.in AAAA 2001:db8::5\nns6.in A 192.0.2.6\nns6.in AAAA 2001:db8::6\n"
    "sib NS ns1.in\nsib NS ns2.in\nsib NS ns3.in\nsib NS ns4.in\nsib NS ns5.in\nsib NS ns6.in\n"
    "both NS ns1.in\nboth NS ns.both\nboth NS ns2.in\nboth NS ns3.in\nboth NS ns4.in\nns.both A 192.0.2.7\n";

/* big adds RRsets too large for UDP to the zone. */
static char *big(void)
{
	static char text[20000];
	size_t n = (size_t)snprintf(text, sizeof text, "%s", zone);

	for (unsigned i = 0; i < 20; i++)
		n += (size_t)snprintf(text + n, sizeof text - n, "large TXT \"%080u\"\n", i);
	return text;
}

static void begin(struct answering *a)
{
	answering_begin(a);
	a->options.udp_size = 4096;
	answering_zone(a, "example.", big());
	answering_ready(a);
}

/* how_many gives the number of records of one owner and type in a section. */
static size_t how_many(const struct model_message *m, int section, const struct model_rr *like)
{
	size_t n = 0;

	for (size_t i = 0; i < m->section[section].n; i++) {
		const struct model_rr *rr = &m->section[section].rr[i];
		n += rr->type == like->type && name_eq(&rr->owner, &like->owner);
	}
	return n;
}

/* ask_sized asks over UDP with this payload size and parses; the answer must not be longer than that. */
static void ask_sized(struct answering *a, const char *name, uint16_t type, uint16_t size,
		      struct model_message *out)
{
	uint8_t request[600];
	struct wr w = wr_of(request, sizeof request);

	request_of(&w, name, type);
	if (size != 0)
		request_opt(&w, size, 0, view_of(NULL, 0));
	ck_assert(answering_ask(a, TRANSPORT_UDP, wr_view_of(&w)));
	ck_assert_uint_le(a->n_answer, size < 512 ? 512 : size);
	const char *wrong = message_parse(view_of(a->answer, a->n_answer), out);
	ck_assert_msg(wrong == NULL, "%s %u at %u: %s", name, type, size, wrong);
	ck_assert_msg(out->has_opt == (size != 0), "%s %u at %u: OPT", name, type, size);
}

static const struct {
	const char *name;
	uint16_t type;
} questions[] = {
	{ "text.example.", RR_MX }, { "large.example.", RR_TXT }, { "x.in.example.", RR_A },
	{ "x.sib.example.", RR_A }, { "both.example.", RR_NS },   { "example.", RR_NS },
	{ "none.example.", RR_A },  { "in.example.", RR_DS },     { "text.example.", RR_AAAA },
};

START_TEST(rrsets_are_whole_at_every_size)
{
	struct answering a;
	struct model_message full, some;

	begin(&a);
	ask_sized(&a, questions[_i].name, questions[_i].type, 4096, &full);
	ck_assert_uint_eq(full.flags & FLAG_TC, 0);
	size_t whole = a.n_answer;
	for (uint16_t size = 512; size < 520 || size < whole + 8; size++) {
		ask_sized(&a, questions[_i].name, questions[_i].type, size, &some);
		for (int s = 0; s < MODEL_SECTIONS; s++)
			for (size_t i = 0; i < some.section[s].n; i++) {
				const struct model_rr *rr = &some.section[s].rr[i];
				ck_assert_uint_eq(how_many(&some, s, rr), how_many(&full, s, rr));
			}
		if (size >= whole)
			ck_assert_uint_eq(a.n_answer, whole);
		message_free(&some);
	}
	message_free(&full);
	answering_end(&a);
}
END_TEST

static const struct {
	const char *why, *name;
	uint16_t type, size;
	bool tc;
	size_t answer, authority, additional;
} sizes[] = {
	{ "without OPT the limit is 512", "large.example.", RR_TXT, 0, true, 0, 0, 0 },
	{ "1232", "large.example.", RR_TXT, 1232, true, 0, 0, 0 },
	{ "it fits", "large.example.", RR_TXT, 4096, false, 20, 0, 0 },
	{ "a size below 512 counts as 512 (RFC 6891 6.2.3)", "x.in.example.", RR_A, 100, false, 0, 6, 12 },
	{ "sibling glue is added while there is room", "x.sib.example.", RR_A, 512, false, 0, 6, 12 },
};

START_TEST(sizes_of_a_table)
{
	struct answering a;
	struct model_message m;

	begin(&a);
	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		ask_sized(&a, sizes[i].name, sizes[i].type, sizes[i].size, &m);
		ck_assert_msg(!(m.flags & FLAG_TC) == !sizes[i].tc, "%s: TC", sizes[i].why);
		ck_assert_msg(m.section[MODEL_ANSWER].n == sizes[i].answer &&
				  m.section[MODEL_AUTHORITY].n == sizes[i].authority &&
				  m.section[MODEL_ADDITIONAL].n == sizes[i].additional,
			      "%s: %zu/%zu/%zu", sizes[i].why, m.section[MODEL_ANSWER].n,
			      m.section[MODEL_AUTHORITY].n, m.section[MODEL_ADDITIONAL].n);
		message_free(&m);
	}
	answering_end(&a);
}
END_TEST

/* many gives a delegation of 12 servers with two addresses each, in the zone that is delegated or beside it. */
static char *many(bool in_domain)
{
	static char text[8000];
	size_t n = (size_t)snprintf(text, sizeof text, "%s", zone);

	for (unsigned i = 0; i < 12; i++)
		n += (size_t)snprintf(text + n, sizeof text - n,
				      "cut NS a-server-number-%u.%s\na-server-number-%u.%s A 192.0.2.1\n"
				      "a-server-number-%u.%s AAAA 2001:db8::1\n",
				      i, in_domain ? "cut" : "in", i, in_domain ? "cut" : "in", i,
				      in_domain ? "cut" : "in");
	return text;
}

START_TEST(in_domain_glue_or_tc)
{
	struct answering a;
	struct model_message m;

	for (int in_domain = 0; in_domain < 2; in_domain++) {
		answering_begin(&a);
		answering_zone(&a, "example.", many(in_domain));
		answering_ready(&a);
		ask_sized(&a, "www.cut.example.", RR_A, 512, &m);
		ck_assert_uint_eq(m.section[MODEL_AUTHORITY].n, 12);
		ck_assert_uint_lt(m.section[MODEL_ADDITIONAL].n, 24);
		ck_assert_msg(!(m.flags & FLAG_TC) == !in_domain,
			      "RFC 9471 3.1 and 3.2: TC for in-domain glue only");
		message_free(&m);
		answering_end(&a);
	}
}
END_TEST

/* In-domain glue goes in first: what is beside it must not take its place. */
START_TEST(in_domain_glue_goes_before_sibling_glue)
{
	struct answering a;
	struct model_message m;
	struct name host = name_of("ns.both.example.");
	bool there = false;

	begin(&a);
	ask_sized(&a, "x.both.example.", RR_A, 512, &m);
	ck_assert(m.section[MODEL_ADDITIONAL].n != 0);
	there = name_eq(&m.section[MODEL_ADDITIONAL].rr[0].owner, &host);
	ck_assert_msg(there, "the first address is the one that is needed");
	message_free(&m);
	answering_end(&a);
}
END_TEST

START_TEST(any_over_tcp_is_an_option)
{
	struct answering a;
	static const struct view request = BYTES("\x12\x34\0\0\0\1\0\0\0\0\0\0\4text\7example\0\0\377\0\1");

	begin(&a);
	ck_assert_str_eq(answering_tell(&a, TRANSPORT_TCP, request), "NOERROR qr aa 1/1/0/0");
	a.options.any_full_over_tcp = true;
	ck_assert_str_eq(answering_tell(&a, TRANSPORT_TCP, request), "NOERROR qr aa 1/3/0/0");
	ck_assert_str_eq(answering_tell(&a, TRANSPORT_UDP, request), "NOERROR qr aa 1/1/0/0");
	answering_end(&a);
}
END_TEST

/* RFC 9276 3.2: a chain of too many iterations proves nothing, and the answer says why. */
START_TEST(too_many_iterations)
{
	struct answering a;
	static const struct view request =
	    BYTES("\x12\x34\0\0\0\1\0\0\0\0\0\1\4none\7example\0\0\1\0\1\0\0\51\4\320\0\0\200\0\0\0");
	char text[2000];

	for (unsigned iterations = 100; iterations < 102; iterations++) {
		answering_begin(&a);
		snprintf(text, sizeof text,
			 "%s@ RRSIG SOA 8 1 300 20300101000000 20200101000000 1 @ AAAA\n@ NSEC3PARAM 1 0 %u -\n"
			 "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom NSEC3 1 0 %u - 0p9mhaveqvm6t7vbl5lop2u3t2rp3tom A\n",
			 zone, iterations, iterations);
		answering_zone(&a, "example.", text);
		answering_ready(&a);
		ck_assert_str_eq(answering_tell(&a, TRANSPORT_UDP, request),
				 iterations == 100 ? "NXDOMAIN qr aa 1/0/3/1 OPT1232 do"
						   : "NXDOMAIN qr aa 1/0/2/1 OPT1232 do 15:001b");
		answering_end(&a);
	}
}
END_TEST

/* An NSID of 255 octets behind a question of 255 would leave less than nothing for the answer. */
START_TEST(a_long_nsid_gives_way)
{
	static const uint8_t nsid[255] = { 'n' };
	struct answering a;
	uint8_t request[600];
	struct wr w = wr_of(request, sizeof request);
	char name[300];

	snprintf(name, sizeof name, "%063u.%063u.%063u.%050u.in.example.", 1U, 2U, 3U, 4U);
	begin(&a);
	a.options.nsid = view_of(nsid, sizeof nsid);
	request_of(&w, name, RR_A);
	request_opt(&w, 512, 0, BYTES("\0\3\0\0\0\23\0\0"));
	const char *is = answering_tell(&a, TRANSPORT_UDP, wr_view_of(&w));
	ck_assert_uint_le(a.n_answer, 512);
	ck_assert_msg(strstr(is, "malformed") == NULL && strstr(is, "NOERROR") == is, "%s", is);
	answering_end(&a);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("truncation");
	TCase *t = tcase_create("truncation");

	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, rrsets_are_whole_at_every_size, 0, (int)COUNT_OF(questions));
	tcase_add_test(t, sizes_of_a_table);
	tcase_add_test(t, in_domain_glue_or_tc);
	tcase_add_test(t, in_domain_glue_goes_before_sibling_glue);
	tcase_add_test(t, any_over_tcp_is_an_option);
	tcase_add_test(t, too_many_iterations);
	tcase_add_test(t, a_long_nsid_gives_way);
	suite_add_tcase(s, t);
	return run_suite(s);
}
