/*
 * Answers larger than most: above 16 KiB, where pointers do not reach, RRsets
 * in pieces, and what is left out when it does not fit.
 */
#include "tests/help/run.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "tests/help/answering.h"
#include "tests/help/verified.h"
#include "tests/model/load.h"

/* Text of a zone, growing. */
struct text {
	char *p;
	size_t n, cap;
};

static void PRINTF_LIKE(2, 3) put(struct text *t, const char *fmt, ...)
{
	va_list args;

	t->p = grow_array(t->p, &t->cap, t->n + 4096, 1);
	va_start(args, fmt);
	t->n += (size_t)vsnprintf(t->p + t->n, 4096, fmt, args);
	va_end(args);
}

static struct text soa(const char *more)
{
	struct text t = { NULL, 0, 0 };

	put(&t, "$TTL 300\n@ SOA ns hostmaster 7 3600 600 86400 300\n@ NS ns\nns A 192.0.2.1\n%s", more);
	return t;
}

static void begin(struct answering *a, struct text *t)
{
	answering_begin(a);
	answering_zone(a, "example.", t->p);
	answering_ready(a);
	free(t->p);
}

static void agrees(struct answering *a, const char *name, uint16_t type, bool dnssec)
{
	static char report[4000];

	ck_assert_msg(answering_agrees(a, name, type, dnssec, report, sizeof report), "%s %u: %s", name, type,
		      report);
}

static void verified(struct answering *a)
{
	for (size_t i = 0; i < a->n_zones; i++)
		verified_zone(a->snapshot, &a->zone[i]->apex, "large");
}

/* base64 of n octets, n a multiple of 3 */
static void put_signature(struct text *t, const char *owner, const char *type, unsigned labels, unsigned n)
{
	put(t, "%s RRSIG %s 8 %u 300 20300101000000 20200101000000 1 @ ", owner, type, labels);
	for (unsigned i = 0; i < n; i += 3)
		put(t, "AQID");
	put(t, "\n");
}

static const struct {
	const char *why, *line; /* line: a record with a number and a name of it */
	unsigned count;
	uint16_t type;
} sets[] = {
	{ "TXT of 60,000 octets, in pieces", "@ TXT \"%0200u\" \"x%u\"\n", 270, RR_TXT },
	{ "A of 60,000 octets", "@ A 10.%u.%u.1\n", 3700, RR_A },
	{ "MX with tails at the base", "@ MX %u mail%u\n", 2000, RR_MX },
	{ "MX with tails of their own", "@ MX %u mail.h%u.elsewhere.test.\n", 1500, RR_MX },
	{ "NS with tails at the base", "sub NS ns%u.n%u\n", 1500, RR_NS },
	{ "NS with tails of their own", "sub NS a%u.h%u.elsewhere.test.\n", 1500, RR_NS },
	{ "SRV, whose names are whole", "@ SRV 1 2 %u host%u.elsewhere.test.\n", 1300, RR_SRV },
};

START_TEST(sets_of_many_octets)
{
	struct answering a;
	struct text t = soa("");

	for (unsigned i = 0; i < sets[_i].count; i++) {
		char line[400];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(line, sizeof line, sets[_i].line, i / 250, i % 250);
#pragma GCC diagnostic pop
		put(&t, "%s%s", line[0] == '@' ? "big" : "", line[0] == '@' ? line + 1 : line);
	}
	put(&t, "alias.with.a.long.name CNAME big\n");
	begin(&a, &t);
	agrees(&a, "big.example.", sets[_i].type, false);
	agrees(&a, "alias.with.a.long.name.example.", sets[_i].type, true);
	agrees(&a, "x.sub.example.", sets[_i].type, false);
	verified(&a);
	answering_end(&a);
}
END_TEST

/* A chain whose first link has signatures of so many octets that its end lies around where pointers cease to
 * reach. */
START_TEST(a_chain_that_passes_16_kib)
{
	struct answering a;
	struct text t = soa("");
	unsigned fill = (unsigned)_i * 3;

	for (unsigned link = 0; link < 6; link++) {
		char owner[80];
		snprintf(owner, sizeof owner, "link%u.of.the.chain", link);
		put(&t, "%s CNAME %slink%u.of.the.chain\n", owner, link == 5 ? "x." : "", link + 1);
		for (unsigned s = 0; s < 20 && link == 0; s++)
			put_signature(&t, owner, "CNAME", 5, 771 + 3 * s + (s == 0 ? fill : 0));
	}
	put(&t, "link6.of.the.chain DNAME other\nx.other MX 10 mail.of.the.chain\nx.other MX 20 "
		"mail.else.where.test.\n"
		"x.other MX 30 more.else.where.test.\nx.other TXT x\n");
	begin(&a, &t);
	agrees(&a, "link0.of.the.chain.example.", RR_MX, true);
	agrees(&a, "link0.of.the.chain.example.", RR_TXT, true);
	agrees(&a, "link1.of.the.chain.example.", RR_MX, true);
	agrees(&a, "link0.of.the.chain.example.", RR_AAAA, true);
	answering_end(&a);
}
END_TEST

/* Wildcards of 20 KB: what proves that nothing is closer stands behind the reach of pointers. */
START_TEST(proofs_beyond_16_kib)
{
	struct answering a;
	struct text t = soa("");

	put_signature(&t, "@", "SOA", 1, 120);
	for (unsigned i = 0; i < 90; i++)
		put(&t, "*.wild TXT \"%0200u\"\n", i);
	put_signature(&t, "*.wild", "TXT", 2, 120);
	if (_i == 0) {
		put(&t, "@ NSEC ns NS SOA\nns NSEC *.wild A\n*.wild NSEC @ TXT\n");
		put_signature(&t, "@", "NSEC", 1, 120);
		put_signature(&t, "*.wild", "NSEC", 2, 120);
		put_signature(&t, "ns", "NSEC", 2, 120);
	} else {
		put(&t, "@ NSEC3PARAM 1 0 0 -\n"
			"0p9mhaveqvm6t7vbl5lop2u3t2rp3tom NSEC3 1 0 0 - 2t7b4g4vsa5smi47k61mv5bv1a22bojr NS SOA\n"
			"2t7b4g4vsa5smi47k61mv5bv1a22bojr NSEC3 1 0 0 - 0p9mhaveqvm6t7vbl5lop2u3t2rp3tom A\n");
		put_signature(&t, "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom", "NSEC3", 2, 120);
		put_signature(&t, "2t7b4g4vsa5smi47k61mv5bv1a22bojr", "NSEC3", 2, 120);
	}
	begin(&a, &t);
	agrees(&a, "some.where.wild.example.", RR_TXT, true);
	agrees(&a, "b.wild.example.", RR_TXT, true);
	agrees(&a, "b.wild.example.", RR_TXT, false);
	answering_end(&a);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("large");
	TCase *t = tcase_create("large");

	tcase_set_timeout(t, 300);
	tcase_add_loop_test(t, sets_of_many_octets, 0, (int)COUNT_OF(sets));
	tcase_add_loop_test(t, a_chain_that_passes_16_kib, 0, 120);
	tcase_add_loop_test(t, proofs_beyond_16_kib, 0, 2);
	suite_add_tcase(s, t);
	return run_suite(s);
}
