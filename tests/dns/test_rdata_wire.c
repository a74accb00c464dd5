#include "tests/help/run.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/dns/rdata_vectors.h"
#include "tests/help/rdata.h"

enum { ROUNDS = 1000 };

static uint8_t wire_buffer[2 * RDATA_MAX], again_buffer[2 * RDATA_MAX];

static void mutate(uint8_t *p, size_t *n, size_t cap, unsigned *seed)
{
	for (int changes = 1 + rand_r(seed) % 4; changes > 0; changes--) {
		size_t at = *n > 0 ? (size_t)rand_r(seed) % *n : 0;
		switch (rand_r(seed) % 5) {
		case 0: /* cut */
			*n = at;
			break;
		case 1: /* longer */
			if (*n < cap)
				p[(*n)++] = (uint8_t)rand_r(seed);
			break;
		case 2:
			if (*n > 0)
				p[at] = (uint8_t)rand_r(seed);
			break;
		case 3:
			if (*n > 0)
				p[at] = (uint8_t)(p[at] ^ 1 << rand_r(seed) % 8);
			break;
		default: /* a small number is a length, a key, a window */
			if (*n > 0)
				p[at] = (uint8_t)(rand_r(seed) % 8);
		}
	}
}

/* names_are_whole: the names that rdata_names lists lie inside and are names. */
static void names_are_whole(uint16_t code, struct view rdata)
{
	struct rdata_name names[8];
	struct name n;
	size_t count = rdata_names(code, rdata, names, COUNT_OF(names));

	for (size_t i = 0; i < count; i++) {
		ck_assert_uint_le((size_t)names[i].at + names[i].len, rdata.n);
		ck_assert(name_of_wire(view_of(rdata.p + names[i].at, names[i].len), &n));
	}
}

/* Whatever octets are accepted: their text is read as the same octets, canonical form is stable and equal in
 * order, expanding changes nothing. What is not accepted still has a text. */
START_TEST(accepted_wire_survives_text)
{
	const struct vector *v = &vectors[_i];
	uint16_t code = code_of(v->type);
	unsigned seed = (unsigned)_i, accepted = 0;
	uint8_t rdata[600], canon[600];

	for (int round = 0; round < ROUNDS; round++) {
		size_t n = hex_of(v->wire, rdata, sizeof rdata).n;
		if (round > 0)
			mutate(rdata, &n, sizeof rdata, &seed);
		struct view in = view_of(rdata, n);
		struct wr again = wr_of(again_buffer, RDATA_MAX), c = wr_of(canon, sizeof canon);
		struct flaw flaw = { 0 };
		const char *text = text_of_rdata(code, in);
		names_are_whole(code, in);
		struct rd r = rd_of(in);
		struct wr expanded = wr_of(wire_buffer, RDATA_MAX);
		if (!rdata_check(code, in)) {
			ck_assert_msg(strncmp(text, "\\# ", 3) == 0, "%s prints %s", v->type, text);
			ck_assert(rdata_expand(code, r, &expanded) == ERR_FORMAT || expanded.len > 0);
			continue;
		}
		accepted++;
		ck_assert_msg(rdata_of_text(v->type, text, &again, &flaw), "%s %s: %s %s", v->type, text,
			      flaw.field, flaw.what);
		ck_assert_msg(view_eq(wr_view_of(&again), in), "%s %s", v->type, text);
		ck_assert_int_eq(rdata_expand(code, r, &expanded), OK);
		ck_assert(view_eq(wr_view_of(&expanded), in));
		ck_assert_int_eq(rdata_canon(code, in, &c), OK);
		ck_assert_int_eq(rdata_order(code, in, wr_view_of(&c)), 0);
	}
	ck_assert_uint_gt(accepted, 10);
}
END_TEST

/* rdata_order is memcmp of canonical forms, shorter first. */
START_TEST(order_is_that_of_canonical_forms)
{
	const struct vector *v = &vectors[_i];
	uint16_t code = code_of(v->type);
	unsigned seed = (unsigned)_i;
	uint8_t a[600], b[600], ca[600], cb[600];

	for (int round = 0; round < ROUNDS; round++) {
		size_t na = hex_of(v->wire, a, sizeof a).n, nb = hex_of(v->wire, b, sizeof b).n;
		mutate(b, &nb, sizeof b, &seed);
		for (size_t i = 0; i < na; i++)
			if (rand_r(&seed) % 16 == 0 && (a[i] | 0x20) >= 'a' && (a[i] | 0x20) <= 'z')
				a[i] ^= 0x20;
		struct wr wa = wr_of(ca, sizeof ca), wb = wr_of(cb, sizeof cb);
		if (rdata_canon(code, view_of(a, na), &wa) != OK || rdata_canon(code, view_of(b, nb), &wb) != OK)
			continue;
		size_t shorter = wa.len < wb.len ? wa.len : wb.len;
		int want = memcmp(ca, cb, shorter);
		want = want != 0 ? want : (wa.len > wb.len) - (wa.len < wb.len);
		int got = rdata_order(code, view_of(a, na), view_of(b, nb));
		ck_assert_msg((got > 0) == (want > 0) && (got < 0) == (want < 0), "%s, round %d", v->type, round);
		got = rdata_order(code, view_of(b, nb), view_of(a, na));
		ck_assert_msg((got < 0) == (want > 0) && (got > 0) == (want < 0), "%s, round %d", v->type, round);
	}
}
END_TEST

/* RFC 4034 6.2 with RFC 6840 5.1: whose names are folded in canonical form. */
static const struct {
	const char *type, *text, *canonical;
} canons[] = {
	{ "NS", "NS.Example.", "ns.example." },
	{ "SOA", "A. B. 1 2 3 4 5", "a. b. 1 2 3 4 5" },
	{ "MX", "1 Mail.", "1 mail." },
	{ "RP", "A. B.", "a. b." },
	{ "SRV", "1 2 3 Host.", "1 2 3 host." },
	{ "NAPTR", "1 1 \"U\" \"S\" \"R\" Host.", "1 1 \"U\" \"S\" \"R\" host." },
	{ "DNAME", "Target.", "target." },
	{ "A6", "64 ::1 Host.", "64 ::1 host." },
	{ "RRSIG", "A 8 1 1 0 0 1 Signer. AAAA", "A 8 1 1 19700101000000 19700101000000 1 signer. AAAA" },
	{ "NSEC", "Next. A", "Next. A" },
	{ "HINFO", "\"CPU\" \"OS\"", "\"CPU\" \"OS\"" },
	{ "TXT", "\"Text\"", "\"Text\"" },
	{ "SVCB", "1 Target.", "1 Target." },
	{ "LP", "1 Target.", "1 Target." },
	{ "NSAP-PTR", "Target.", "Target." },
};

START_TEST(canonical_letter_case)
{
	struct wr w = wr_of(wire_buffer, RDATA_MAX), c = wr_of(again_buffer, RDATA_MAX);
	struct flaw flaw = { 0 };
	uint16_t code = code_of(canons[_i].type);

	ck_assert_msg(rdata_of_text(canons[_i].type, canons[_i].text, &w, &flaw), "%s: %s", canons[_i].type,
		      flaw.what);
	ck_assert_int_eq(rdata_canon(code, wr_view_of(&w), &c), OK);
	ck_assert_str_eq(text_of_rdata(code, wr_view_of(&c)), canons[_i].canonical);
}
END_TEST

/* RDATA inside a message: 4 octets of filler, the name "example.", then the RDATA. */
static const struct {
	const char *why, *type, *rdata, *want; /* want: expanded, in hex, or NULL if refused */
} expansions[] = {
	{ "a pointer to an earlier name", "NS", "026e73c004", "026e73076578616d706c6500" },
	{ "a pointer alone", "CNAME", "c004", "076578616d706c6500" },
	{ "two names", "SOA", "c004c0040000000100000002000000030000000400000005",
	  "076578616d706c6500076578616d706c65000000000100000002000000030000000400000005" },
	{ "a sender that compresses SRV", "SRV", "000100020003c004", "000100020003076578616d706c6500" },
	{ "compression where RFC 3597 forbids it", "DNAME", "c004", NULL },
	{ "compression in an NSEC", "NSEC", "c004000140", NULL },
	{ "compression in an RRSIG", "RRSIG", "00010801000000010000000200000003000bc004aa", NULL },
	{ "compression in an SVCB", "SVCB", "0001c004", NULL },
	{ "a pointer to itself", "NS", "c00d", NULL },
	{ "a pointer forwards", "NS", "c0ff", NULL },
	{ "a pointer cut in half", "NS", "026e73c0", NULL },
	{ "a label beyond the RDATA's end", "NS", "066578616d", NULL },
	{ "no root label inside the RDATA", "NS", "026e73", NULL },
	{ "something behind the name", "NS", "026e730000", NULL },
	{ "an empty RDATA", "NS", "", NULL },
	{ "an empty A", "A", "", NULL },
	{ "an empty TXT", "TXT", "", NULL },
	{ "a string beyond the end", "TXT", "0561", NULL },
	{ "an unknown type is octets", "TYPE65280", "c004", "c004" },
	{ "an unknown type may be empty", "TYPE65280", "", "" },
};

START_TEST(expansion_stays_inside)
{
	static const char head[] = "00000000"
				   "076578616d706c6500",
			  tail[] = "0361626300";
	char hex[400];
	uint8_t message[200], want[200];
	struct wr w = wr_of(wire_buffer, RDATA_MAX);

	snprintf(hex, sizeof hex, "%s%s%s", head, expansions[_i].rdata, tail);
	struct rd r = rd_of(hex_of(hex, message, sizeof message));
	r.at += strlen(head) / 2;
	struct rd in = rd_sub(&r, strlen(expansions[_i].rdata) / 2);
	enum err e = rdata_expand(code_of(expansions[_i].type), in, &w);
	ck_assert_msg((e == OK) == (expansions[_i].want != NULL), "%s", expansions[_i].why);
	if (e != OK)
		ck_assert_msg(e == ERR_FORMAT && w.len == 0, "%s", expansions[_i].why);
	else
		ck_assert_msg(view_eq(wr_view_of(&w), hex_of(expansions[_i].want, want, sizeof want)), "%s",
			      expansions[_i].why);
	if (e == OK && w.len > 0) {
		struct wr small = wr_of(wire_buffer, w.len - 1);
		ck_assert_int_eq(rdata_expand(code_of(expansions[_i].type), in, &small), ERR_SPACE);
		ck_assert_uint_eq(small.len, 0);
	}
}
END_TEST

/* Octets that are legal but have no text of their own print as RFC 3597, and come back. */
static const struct {
	const char *why, *type, *wire;
} textless[] = {
	{ "zero octets behind the last port", "WKS", "0a000001060400" },
	{ "a family nobody defined", "APL", "00990101ff" },
	{ "a gateway type nobody defined", "IPSECKEY", "010702aabb" },
	{ "a relay type nobody defined", "AMTRELAY", "0107aabb" },
	{ "an address format nobody defined", "ATMA", "0799" },
	{ "zero times ten centimetres", "LOC", "00011613800000008000000000989680" },
};

START_TEST(textless_octets_survive)
{
	struct view v = hex_of(textless[_i].wire, again_buffer, sizeof again_buffer);
	uint16_t code = code_of(textless[_i].type);
	struct wr w = wr_of(wire_buffer, RDATA_MAX);
	struct flaw flaw = { 0 };

	ck_assert_msg(rdata_check(code, v), "%s", textless[_i].why);
	const char *text = text_of_rdata(code, v);
	ck_assert_msg(strncmp(text, "\\# ", 3) == 0, "%s: %s", textless[_i].why, text);
	ck_assert(rdata_of_text(textless[_i].type, text, &w, &flaw) && view_eq(wr_view_of(&w), v));
}
END_TEST

/* What a transfer must not bring in. */
static const struct {
	const char *why, *type, *wire;
} bad_wires[] = {
	{ "an empty window", "NSEC", "0161000000" },
	{ "a window of 33 octets", "NSEC3",
	  "0100000000"
	  "0101"
	  "0021"
	  "000000000000000000000000000000000000000000000000000000000000000001" },
	{ "windows in descending order", "NSEC", "016100010101000101" },
	{ "the same window twice", "NSEC", "016100000101000101" },
	{ "a zero octet at a window's end", "NSEC", "01610000024000" },
	{ "no types", "NSEC", "016100" },
	{ "an empty next hash", "NSEC3", "010000000000" },
	{ "keys in descending order", "SVCB", "00010000030002003500010003026832" },
	{ "a key twice", "SVCB",
	  "00010000030002003500030002"
	  "0035" },
	{ "a value beyond the end", "SVCB",
	  "0001000003000300"
	  "35" },
	{ "mandatory lists itself", "SVCB", "000100000000020000" },
	{ "mandatory lists what is not there", "SVCB", "000100000000020003" },
	{ "an empty protocol name", "SVCB", "0001000001000100" },
	{ "half an address", "SVCB", "00010000040002c000" },
	{ "a DS digest of the wrong length", "DS", "00010801aabb" },
	{ "a DNSKEY without a key", "DNSKEY", "01000308" },
	{ "a CAA tag with a dash", "CAA", "00032d2d2d" },
	{ "a CAA without a tag", "CAA", "0000" },
	{ "an APL item of five octets for IPv4", "APL",
	  "00012005"
	  "0a00000001" },
	{ "an APL item that ends in zero", "APL",
	  "00010802"
	  "0a00" },
	{ "a latitude beyond the pole", "LOC",
	  "00121613"
	  "ffffffff"
	  "80000000"
	  "00989680" },
	{ "a LOC of another version", "LOC",
	  "01121613"
	  "80000000"
	  "80000000"
	  "00989680" },
	{ "an A6 with bits where the prefix belongs", "A6", "3cf00000000000000001016100" },
	{ "an A6 without its name", "A6", "400000000000000001" },
	{ "a HIP key beyond the end", "HIP",
	  "0102ffff"
	  "aabb" },
	{ "a bitmap with bit 0", "NXT",
	  "016100"
	  "80" },
	{ "data in a question type", "ANY", "00" },
};

START_TEST(bad_wire_is_refused)
{
	struct view v = hex_of(bad_wires[_i].wire, again_buffer, sizeof again_buffer);

	ck_assert_msg(!rdata_check(code_of(bad_wires[_i].type), v), "%s", bad_wires[_i].why);
}
END_TEST

/* Types with the most text an octet can make: a full bitmap does not fit, and prints as RFC 3597. */
START_TEST(a_full_bitmap_prints)
{
	struct wr w = wr_of(wire_buffer, RDATA_MAX), again = wr_of(again_buffer, RDATA_MAX);
	struct flaw flaw = { 0 };

	wr_bytes(&w, "\1a", 3);
	for (unsigned window = 0; window < 256; window++) {
		wr_u8(&w, (uint8_t)window);
		wr_u8(&w, 32);
		memset(wr_room(&w, 32), 0xff, 32);
	}
	ck_assert(rdata_check(RR_NSEC, wr_view_of(&w)));
	const char *text = text_of_rdata(RR_NSEC, wr_view_of(&w));
	ck_assert_int_eq(strncmp(text, "\\# ", 3), 0);
	ck_assert(rdata_of_text("NSEC", text, &again, &flaw));
	ck_assert(view_eq(wr_view_of(&again), wr_view_of(&w)));
}
END_TEST

/* Which names a message may compress (RFC 3597 4). */
START_TEST(names_inside)
{
	struct wr w = wr_of(wire_buffer, RDATA_MAX);
	struct rdata_name names[4];
	struct flaw flaw;

	ck_assert(rdata_of_text("SOA", "ns.a. b. 1 2 3 4 5", &w, &flaw));
	ck_assert_uint_eq(rdata_names(RR_SOA, wr_view_of(&w), names, 4), 2);
	ck_assert(names[0].at == 0 && names[0].len == 6 && names[0].compress);
	ck_assert(names[1].at == 6 && names[1].len == 3 && names[1].compress);
	ck_assert_uint_eq(rdata_names(RR_SOA, wr_view_of(&w), names, 1), 1);
	w.len = 0;
	ck_assert(rdata_of_text("SRV", "1 2 3 host.", &w, &flaw));
	ck_assert_uint_eq(rdata_names(RR_SRV, wr_view_of(&w), names, 4), 1);
	ck_assert(names[0].at == 6 && names[0].len == 6 && !names[0].compress);
	w.len = 0;
	ck_assert(rdata_of_text("HIP", "2 20 AQID a. b. c.", &w, &flaw));
	ck_assert_uint_eq(rdata_names(code_of("HIP"), wr_view_of(&w), names, 2), 2);
	w.len = 0;
	ck_assert(rdata_of_text("TXT", "a", &w, &flaw));
	ck_assert_uint_eq(rdata_names(RR_TXT, wr_view_of(&w), names, 2), 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("rdata on the wire");
	TCase *t = tcase_create("rdata on the wire");

	tcase_add_loop_test(t, accepted_wire_survives_text, 0, COUNT_OF(vectors));
	tcase_add_loop_test(t, order_is_that_of_canonical_forms, 0, COUNT_OF(vectors));
	tcase_add_loop_test(t, canonical_letter_case, 0, COUNT_OF(canons));
	tcase_add_loop_test(t, expansion_stays_inside, 0, COUNT_OF(expansions));
	tcase_add_loop_test(t, textless_octets_survive, 0, COUNT_OF(textless));
	tcase_add_loop_test(t, bad_wire_is_refused, 0, COUNT_OF(bad_wires));
	tcase_add_test(t, a_full_bitmap_prints);
	tcase_add_test(t, names_inside);
	suite_add_tcase(s, t);
	return run_suite(s);
}
