#include "tests/help/run.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/work.h"
#include "base/wr.h"
#include "zone/zone.h"
#include "tests/model/load.h"

static enum err add(struct zone *z, const char *owner, uint16_t type, uint32_t ttl, struct view rdata,
		    uint32_t line)
{
	struct name n = name_of(owner);

	return zone_add(z, &n, type, ttl, rdata, line);
}

static struct zone *zone_of(const char *apex)
{
	struct name n = name_of(apex);

	return zone_new(&n);
}

static const struct node *find(const struct zone *z, const char *owner)
{
	struct name n = name_of(owner);

	return zone_find(z, &n);
}

#define ADDRESS BYTES("\1\2\3\4")
#define HOST    BYTES("\2ns\4test\0")

enum { MAX_NAMES = 10 };

/* Owner and type go in, nodes with their flags come out in canonical order; the apex is "test.". */
static const struct {
	const char *why;
	struct {
		const char *owner;
		uint16_t type;
	} in[MAX_NAMES];
	struct {
		const char *owner;
		int flags;
	} out[MAX_NAMES];
} shapes[] = {
	{ "an empty zone", { { 0 } }, { { 0 } } },
	{ "NS at the apex is no cut", { { "test.", RR_NS } }, { { "test.", 0 } } },
	{ "no apex, no node for it", { { "a.test.", RR_A } }, { { "a.test.", 0 } } },
	{ "RFC 4034 6.1",
	  { { "z.test.", RR_A },
	    { "\\200.z.test.", RR_A },
	    { "Z.a.test.", RR_A },
	    { "test.", RR_A },
	    { "zABC.a.TEST.", RR_A },
	    { "a.test.", RR_A },
	    { "*.z.test.", RR_A },
	    { "\\001.z.test.", RR_A },
	    { "yljkjljk.a.test.", RR_A } },
	  { { "test.", 0 },
	    { "a.test.", 0 },
	    { "yljkjljk.a.test.", 0 },
	    { "Z.a.test.", 0 },
	    { "zABC.a.TEST.", 0 },
	    { "z.test.", 0 },
	    { "\\001.z.test.", 0 },
	    { "*.z.test.", 0 },
	    { "\\200.z.test.", 0 } } },
	{ "every missing ancestor is an empty non-terminal, once",
	  { { "a.b.c.test.", RR_A }, { "z.b.c.test.", RR_A }, { "test.", RR_A } },
	  { { "test.", 0 },
	    { "c.test.", NODE_ENT },
	    { "b.c.test.", NODE_ENT },
	    { "a.b.c.test.", 0 },
	    { "z.b.c.test.", 0 } } },
	{ "an asterisk may be an empty non-terminal",
	  { { "a.*.test.", RR_A } },
	  { { "*.test.", NODE_ENT }, { "a.*.test.", 0 } } },
	{ "all below a cut, empty non-terminals too",
	  { { "b.test.", RR_NS }, { "x.y.b.test.", RR_A }, { "b.b.test.", RR_A }, { "bb.test.", RR_A } },
	  { { "b.test.", NODE_CUT },
	    { "b.b.test.", NODE_BELOW_CUT },
	    { "y.b.test.", NODE_BELOW_CUT | NODE_ENT },
	    { "x.y.b.test.", NODE_BELOW_CUT },
	    { "bb.test.", 0 } } },
	{ "a cut below a cut, and what follows both",
	  { { "b.test.", RR_NS }, { "a.b.test.", RR_NS }, { "c.b.test.", RR_A }, { "c.test.", RR_A } },
	  { { "b.test.", NODE_CUT },
	    { "a.b.test.", NODE_CUT | NODE_BELOW_CUT },
	    { "c.b.test.", NODE_BELOW_CUT },
	    { "c.test.", 0 } } },
	{ "a DNAME at the apex is above everything",
	  { { "test.", RR_DNAME }, { "a.test.", RR_A } },
	  { { "test.", 0 }, { "a.test.", NODE_BELOW_DNAME } } },
	{ "below a DNAME below a cut",
	  { { "c.test.", RR_NS }, { "d.c.test.", RR_DNAME }, { "x.d.c.test.", RR_A }, { "e.test.", RR_A } },
	  { { "c.test.", NODE_CUT },
	    { "d.c.test.", NODE_BELOW_CUT },
	    { "x.d.c.test.", NODE_BELOW_CUT | NODE_BELOW_DNAME },
	    { "e.test.", 0 } } },
	{ "the letter case of the first record stays, and case makes no second node",
	  { { "WWW.test.", RR_A }, { "www.TEST.", RR_AAAA } },
	  { { "WWW.test.", 0 } } },
};

START_TEST(shape_of_a_sealed_zone)
{
	struct zone *z = zone_of("test.");
	size_t n = 0;

	for (size_t i = 0; i < MAX_NAMES && shapes[_i].in[i].owner != NULL; i++)
		ck_assert(add(z, shapes[_i].in[i].owner, shapes[_i].in[i].type, 60, HOST, 0) == OK);
	zone_seal(z, NULL, NULL);
	for (; n < MAX_NAMES && shapes[_i].out[n].owner != NULL; n++) {
		char printed[NAME_TEXT_MAX];
		struct name owner;
		ck_assert_msg(n < z->n_nodes, "%s: %zu nodes only", shapes[_i].why, z->n_nodes);
		node_name(z->node[n], &owner);
		name_print(&owner, printed);
		ck_assert_msg(strcmp(printed, shapes[_i].out[n].owner) == 0, "%s: %s", shapes[_i].why, printed);
		ck_assert_msg(z->node[n]->flags == shapes[_i].out[n].flags, "%s: flags of %s", shapes[_i].why,
			      printed);
		ck_assert_uint_eq(z->node[n]->labels, name_labels(&owner));
		ck_assert_ptr_eq(zone_find(z, &owner), z->node[n]);
	}
	ck_assert_msg(n == z->n_nodes, "%s: more nodes than wanted", shapes[_i].why);
	zone_free(z);
}
END_TEST

struct told {
	char text[1000];
};

static void tell(void *context, enum zone_oddity kind, const struct node *n, const struct rrset *s, uint32_t line)
{
	struct told *t = context;
	size_t len = strlen(t->text);

	ck_assert_ptr_nonnull(n);
	snprintf(t->text + len, sizeof t->text - len, "%s type %u line %u\n",
		 kind == ZONE_DUPLICATE       ? "duplicate"
		 : kind == ZONE_DUPLICATE_SIG ? "duplicate signature"
					      : "ttl",
		 s->type, line);
}

START_TEST(duplicates_are_dropped_and_told)
{
	struct zone *z = zone_of("test.");
	struct told t = { "" };

	add(z, "a.test.", RR_A, 60, BYTES("\1\2\3\4"), 1);
	add(z, "a.test.", RR_A, 60, BYTES("\1\2\3\3"), 2);
	add(z, "b.test.", RR_A, 60, BYTES("\1\2\3\4"), 3);
	add(z, "A.test.", RR_A, 60, BYTES("\1\2\3\4"), 4);
	add(z, "a.test.", RR_A, 60, BYTES("\1\2\3\4"), 5);
	zone_seal(z, tell, &t);
	ck_assert_str_eq(t.text, "duplicate type 1 line 4\nduplicate type 1 line 5\n");
	const struct rrset *set = rrset_of(find(z, "a.test."), RR_A);
	ck_assert_uint_eq(set->n, 2);
	ck_assert(view_eq(rdata_view(&set->rdata[0]), BYTES("\1\2\3\3")));
	ck_assert(view_eq(rdata_view(&set->rdata[1]), BYTES("\1\2\3\4")));
	ck_assert_uint_eq(set->rdata[1].line, 1);
	ck_assert_uint_eq(z->n_records, 3);
	zone_free(z);
}
END_TEST

START_TEST(the_first_ttl_counts)
{
	struct zone *z = zone_of("test.");
	struct told t = { "" };

	add(z, "a.test.", RR_A, 60, BYTES("\1\2\3\4"), 1);
	add(z, "a.test.", RR_AAAA, 90, BYTES("0123456789abcdef"), 2);
	add(z, "a.test.", RR_A, 30, BYTES("\1\2\3\3"), 3);
	zone_seal(z, tell, &t);
	ck_assert_str_eq(t.text, "ttl type 1 line 3\n");
	ck_assert_uint_eq(rrset_of(find(z, "a.test."), RR_A)->ttl, 60);
	ck_assert_uint_eq(rrset_of(find(z, "a.test."), RR_AAAA)->ttl, 90);
	zone_free(z);
}
END_TEST

START_TEST(signatures_stand_with_what_they_cover)
{
	struct zone *z = zone_of("test.");

	add(z, "a.test.", RR_RRSIG, 70, BYTES("\0\1signature of A"), 1);
	add(z, "a.test.", RR_A, 60, ADDRESS, 2);
	add(z, "a.test.", RR_RRSIG, 70, BYTES("\0\1another of A"), 3);
	add(z, "a.test.", RR_RRSIG, 70, BYTES("\0\2of an NS that is not there"), 4);
	ck_assert(add(z, "a.test.", RR_RRSIG, 70, BYTES("\0"), 5) == ERR_FORMAT);
	zone_seal(z, NULL, NULL);

	const struct node *n = find(z, "a.test.");
	const struct rrset *a = rrset_of(n, RR_A), *ns = rrset_of(n, RR_NS);
	ck_assert_uint_eq(a->n, 1);
	ck_assert_uint_eq(a->n_sig, 2);
	ck_assert_uint_eq(a->ttl, 60);
	ck_assert_uint_eq(a->sig_ttl, 70);
	ck_assert_uint_eq(ns->n, 0);
	ck_assert_uint_eq(ns->n_sig, 1);
	ck_assert_msg((n->flags & NODE_CUT) == 0, "a signature alone makes no cut");
	ck_assert_ptr_null(rrset_of(n, RR_RRSIG));
	ck_assert_uint_eq(z->n_records, 4);
	zone_free(z);
}
END_TEST

START_TEST(what_is_refused)
{
	struct zone *z = zone_of("test.");
	static uint8_t big[65536];

	ck_assert(add(z, "other.", RR_A, 60, ADDRESS, 1) == ERR_REFUSED);
	ck_assert(add(z, "xtest.", RR_A, 60, ADDRESS, 1) == ERR_REFUSED);
	ck_assert(add(z, ".", RR_A, 60, ADDRESS, 1) == ERR_REFUSED);
	ck_assert(add(z, "a.test.", RR_NXT, 60, view_of(big, sizeof big), 1) == ERR_SPACE);
	ck_assert(add(z, "a.test.", RR_NXT, 60, view_of(big, sizeof big - 1), 1) == OK);
	ck_assert(add(z, "b.test.", RR_NXT, 60, view_of(NULL, 0), 1) == OK);
	zone_seal(z, NULL, NULL);
	ck_assert(add(z, "a.test.", RR_A, 60, ADDRESS, 1) == ERR_REFUSED);
	ck_assert_uint_eq(z->n_nodes, 2);
	ck_assert_ptr_null(find(z, "other."));
	zone_free(z);
}
END_TEST

START_TEST(soa_of_the_apex)
{
	struct zone *z = zone_of("test.");

	ck_assert_uint_eq(zone_soa(z).n, 0);
	add(z, "a.test.", RR_SOA, 60, BYTES("not this one"), 1);
	ck_assert_uint_eq(zone_soa(z).n, 0);
	add(z, "test.", RR_SOA, 60, BYTES("this one"), 2);
	zone_seal(z, NULL, NULL);
	ck_assert(view_eq(zone_soa(z), BYTES("this one")));
	zone_free(z);
}
END_TEST

START_TEST(the_root_zone)
{
	struct zone *z = zone_of(".");

	add(z, "b.a.", RR_A, 60, ADDRESS, 1);
	add(z, ".", RR_NS, 60, HOST, 1);
	zone_seal(z, NULL, NULL);
	ck_assert_uint_eq(z->n_nodes, 3);
	ck_assert_uint_eq(z->node[0]->flags, 0);
	ck_assert_uint_eq(z->node[1]->flags, NODE_ENT);
	zone_free(z);
}
END_TEST

/* One RRset of many records and a sealed order that is found whatever the order of adding. */
START_TEST(an_rrset_of_100000)
{
	enum { N = 100000, STEP = 61403 }; /* coprime: every value once */
	struct zone *z = zone_of("test.");
	const struct name owner = name_of("a.test.");

	for (uint32_t i = 0; i < N; i++) {
		uint8_t address[4];
		put_u32(address, (uint32_t)((uint64_t)i * STEP % N));
		if (zone_add(z, &owner, RR_A, 60, view_of(address, 4), i + 1) != OK)
			ck_abort_msg("record %u", i);
	}
	zone_seal(z, NULL, NULL);
	const struct rrset *set = rrset_of(z->node[0], RR_A);
	ck_assert_uint_eq(set->n, N);
	for (uint32_t i = 0; i < N; i++)
		if (get_u32(set->rdata[i].p) != i)
			ck_abort_msg("place %u", i);
	ck_assert_msg(z->arena.total < 4 * N * sizeof(struct rdata), "%zu bytes", z->arena.total);
	zone_free(z);
}
END_TEST

/* All types at one name, out of order and twice: not quadratic, and in order once sealed. */
START_TEST(a_node_of_65000_types)
{
	enum { N = 65000, STEP = 40093 }; /* coprime */
	struct zone *z = zone_of("test.");
	const struct name owner[] = { name_of("a.test."), name_of("b.test."), name_of("b.test.") };
	uint32_t last = 0, n = 0;

	for (uint32_t i = 0; i < 2 * N; i++) {
		uint16_t type = (uint16_t)(256 + (uint64_t)i * STEP % N);
		uint8_t rdata[1] = { i >= N };
		if (zone_add(z, &owner[i % 3], type, 60, view_of(rdata, 1), 0) != OK)
			ck_abort_msg("record %u", i);
	}
	zone_seal(z, NULL, NULL);
	for (size_t i = 0; i < z->n_nodes; i++, last = 0) {
		ck_assert_int_eq(z->node[i]->flags, 0);
		for (const struct rrset *s = z->node[i]->rrsets; s != NULL; s = s->next, n++) {
			if (s->type <= last)
				ck_abort_msg("type %u behind %u", s->type, last);
			last = s->type;
			if (s->n == 2)
				n++;
		}
	}
	ck_assert_uint_eq(n, 2 * N);
	zone_free(z);
}
END_TEST

static struct name random_owner(unsigned *seed)
{
	static const char *const labels[] = {
		"a", "b", "B", "*", "xn--abcdefghijklmnop", "xn--abcdefghijklmnoq", "\1", "\377"
	};
	struct name n = name_of("test.");

	for (int depth = rand_r(seed) % 6; depth > 0; depth--) {
		char number[20];
		const char *label = labels[(size_t)rand_r(seed) % COUNT_OF(labels)];
		if (rand_r(seed) % 2 == 0) {
			snprintf(number, sizeof number, "%d", rand_r(seed) % 2000);
			label = number;
		}
		if (!name_push(view_of(label, strlen(label)), &n, &n))
			break;
	}
	return n;
}

static void expect_order(const struct zone *z)
{
	for (size_t i = 1; i < z->n_nodes; i++) {
		struct name a, b;
		node_name(z->node[i - 1], &a);
		node_name(z->node[i], &b);
		if (name_order(&a, &b) >= 0)
			ck_abort_msg("node %zu is not behind the one before", i);
	}
}

static int by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

enum { NAMES = 6000 };

/* Files sorted as text, some pairs of whose lines are exchanged: none, few, many; and names that are out of order
 * stand first or last. */
START_TEST(orders_that_are_nearly_right)
{
	static const unsigned exchanges[] = { 0, 1, 2, 20, 300, NAMES };
	static const char *const last[] = { "test.", "zzx.test.", "zzy.test.", "zzz.test." };
	static char text[NAMES][32];
	unsigned seed = 7;
	struct zone *z = zone_of("test.");

	for (unsigned i = 0; i < NAMES; i++)
		snprintf(text[i], sizeof text[i], "n%u%s.test.", i / 3,
			 i % 3 == 0   ? ""
			 : i % 3 == 1 ? "-longer"
				      : "a");
	qsort(text, NAMES, sizeof text[0], by_text);
	for (unsigned i = 0; i < exchanges[_i / 3]; i++) {
		char *a = text[(unsigned)rand_r(&seed) % NAMES], *b = text[(unsigned)rand_r(&seed) % NAMES],
		     c[sizeof text[0]];
		memcpy(c, a, sizeof c);
		memcpy(a, b, sizeof c);
		memcpy(b, c, sizeof c);
	}
	for (unsigned i = 0; _i % 3 == 1 && i < COUNT_OF(last); i++)
		add(z, last[i], RR_A, 60, ADDRESS, 1);
	for (unsigned i = 0; i < NAMES; i++)
		add(z, text[i], RR_A, 60, ADDRESS, 1);
	if (_i % 3 == 2)
		add(z, "aaa.test.", RR_A, 60, ADDRESS, 1);
	zone_seal(z, NULL, NULL);
	ck_assert_uint_eq(z->n_nodes, NAMES + (_i % 3 == 1 ? COUNT_OF(last) : _i % 3 == 2));
	expect_order(z);
	zone_free(z);
}
END_TEST

/* Whatever goes in, in whatever order, with however many threads: nodes come out strictly ascending, every parent
 * is there, every name is found. */
START_TEST(random_zones_are_in_order)
{
	unsigned seed = (unsigned)_i;
	struct zone *z = zone_of("test.");
	const int n = _i < 2 ? 30000 : 500;

	for (int i = 0; i < n; i++) {
		struct name owner = random_owner(&seed);
		if (zone_add(z, &owner, RR_A, 60, ADDRESS, 1) != OK)
			ck_abort_msg("record %d", i);
	}
	ck_assert_int_eq((int)z->n_records, n);
	work_use(_i == 0 ? 3 : 1);
	zone_seal(z, NULL, NULL);
	work_use(1);
	expect_order(z);
	for (size_t i = 0; i < z->n_nodes; i++) {
		struct name a, b;
		node_name(z->node[i], &a);
		bool ent = (z->node[i]->flags & NODE_ENT) != 0;
		if (zone_find(z, &a) != z->node[i] || (z->node[i]->rrsets == NULL) != ent)
			ck_abort_msg("node %zu", i);
		if (i == 0)
			continue;
		b = name_strip(&a, 1);
		if (zone_find(z, &b) == NULL)
			ck_abort_msg("node %zu has no parent", i);
	}
	zone_free(z);
}
END_TEST

/* Names of 100 labels, each of which implies 98 more: so many and no more. */
START_TEST(deep_names_have_a_budget)
{
	struct zone *z = zone_of("test.");
	struct name deep = name_of("test.");
	unsigned added = 0;
	enum err e = OK;

	for (int i = 0; i < 98; i++)
		ck_assert(name_push(BYTES("x"), &deep, &deep));
	for (unsigned i = 0; i < 5000 && e == OK; i++) {
		struct name owner = deep;
		put_u16(owner.wire + owner.len - 10, (uint16_t)(0x0100 | (i & 0xff))); /* not near its beginning */
		owner.wire[owner.len - 7] = (uint8_t)(i >> 8);
		e = zone_add(z, &owner, RR_A, 60, ADDRESS, 1);
		added += e == OK;
	}
	ck_assert_int_eq(e, ERR_SPACE);
	ck_assert_uint_gt(added, 900);
	ck_assert_uint_lt(added, 1200); /* letters in upper case name what is there */
	ck_assert(add(z, "flat.test.", RR_A, 60, ADDRESS, 1) == OK);
	zone_any_depth(z);
	ck_assert(add(z, "b.a.test.", RR_A, 60, ADDRESS, 1) == OK);
	zone_seal(z, NULL, NULL);
	expect_order(z);
	zone_free(z);
}
END_TEST

/* A million addresses of a network may stand in ip6.arpa. */
START_TEST(reverse_names_are_no_deep_names)
{
	struct zone *z = zone_of("ip6.arpa.");
	unsigned seed = 1;

	for (int i = 0; i < 5000; i++) {
		struct name owner = name_of("ip6.arpa.");
		for (int k = 0; k < 32; k++) {
			const uint8_t digit = (uint8_t) "0123456789abcdef"[rand_r(&seed) % 16];
			ck_assert(name_push(view_of(&digit, 1), &owner, &owner));
		}
		ck_assert(zone_add(z, &owner, RR_PTR, 60, HOST, 1) == OK);
	}
	zone_free(z);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("a zone in memory");
	TCase *t = tcase_create("zone");

	tcase_add_loop_test(t, shape_of_a_sealed_zone, 0, COUNT_OF(shapes));
	tcase_add_test(t, duplicates_are_dropped_and_told);
	tcase_add_test(t, the_first_ttl_counts);
	tcase_add_test(t, signatures_stand_with_what_they_cover);
	tcase_add_test(t, what_is_refused);
	tcase_add_test(t, soa_of_the_apex);
	tcase_add_test(t, the_root_zone);
	tcase_add_test(t, an_rrset_of_100000);
	tcase_add_test(t, a_node_of_65000_types);
	tcase_add_test(t, deep_names_have_a_budget);
	tcase_add_test(t, reverse_names_are_no_deep_names);
	tcase_add_loop_test(t, orders_that_are_nearly_right, 0, 18);
	tcase_add_loop_test(t, random_zones_are_in_order, 0, 8);
	suite_add_tcase(s, t);
	return run_suite(s);
}
