/*
 * Data that ended other servers: RDATA from a peer or a file, and zones made
 * to be expensive.
 */
#include "tests/help/run.h"

#include <stdio.h>
#include <stdlib.h>

#include "sec/rrsig.h"
#include "tests/help/checked.h"
#include "tests/help/rdata.h"
#include "zone/master.h"

/* exact gives a copy with nothing behind it, so that a sanitizer sees every octet too many. */
static uint8_t *exact(struct view v)
{
	uint8_t *p = malloc(v.n + (v.n == 0));

	ck_assert_ptr_nonnull(p);
	if (v.n != 0)
		memcpy(p, v.p, v.n);
	return p;
}

/* ---- RDATA that does not hold what it says ---- */

static const struct {
	const char *incident, *type, *hex;
} bad[] = {
	{ "CVE-2026-12246: an APL item longer than an address", "APL",
	  "0001207F0102030405060708090A0B0C0D0E0F10" },
	{ "... longer than the RDATA", "APL", "00012004C000" },
	{ "... prefix beyond the address", "APL", "00012104C0000201" },
	{ "... cut in its head", "APL", "000120" },
	{ "CVE-2025-13878: HHIT without anything", "HHIT", "" },
	{ "... BRID without anything", "BRID", "" },
	{ "CVE-2026-10822: DNSKEY cut in its head", "DNSKEY", "010003" },
	{ "... without flags", "DNSKEY", "01" },
	{ "... empty", "DNSKEY", "" },
	{ "... a name that runs into the next record", "MX", "000A036162" },
	{ "... a name without its root", "NS", "0361626303646566" },
	{ "... a pointer where none may be", "NS", "C000" },
	{ "... an SOA with half its numbers", "SOA", "000000000001000000020000" },
	{ "CVE-2026-12244: an SVCB value beyond the RDATA", "SVCB", "0001000001FFFF00" },
	{ "... keys out of order", "SVCB", "00010000FF0000000001000101" },
	{ "... the same key twice", "SVCB", "000100FF000000FF000000" },
	{ "CVE-2026-33611: an alpn list of an item longer than the list", "HTTPS", "00010000010003FF6832" },
	{ "... an ipv4hint of three octets", "SVCB", "00010000040003C00002" },
	{ "NSD 4.15: an NSEC3 whose salt is beyond the RDATA", "NSEC3", "0101000AFFAABB" },
	{ "... whose hash is", "NSEC3", "0101000A00FF00" },
	{ "... a bitmap window of 33 octets", "NSEC",
	  "000021000000000000000000000000000000000000000000000000000000000000000000" },
	{ "... windows out of order", "NSEC", "000101800001800001" },
	{ "a gateway address cut", "IPSECKEY", "0A0102C00002" },
	{ "a TXT string beyond the RDATA", "TXT", "05616263" },
	{ "a TXT of nothing", "TXT", "" },
	{ "a CAA tag beyond the RDATA", "CAA", "00FF6973737565" },
	{ "an RRSIG cut in the signer's name", "RRSIG",
	  "0001080200000E10"
	  "6000000060000000"
	  "ABCD"
	  "07657861" },
	{ "a HIP whose key is beyond the RDATA", "HIP", "1002FFFFAABB" },
	{ "an A record of five octets", "A", "C000020100" },
	{ "an AAAA record of four", "AAAA", "C0000201" },
};

START_TEST(bad_rdata_is_refused_and_still_has_a_text)
{
	uint8_t room[600];
	struct view v = hex_of(bad[_i].hex, room, sizeof room);
	uint16_t code = code_of(bad[_i].type);
	uint8_t *p = exact(v), canon[600];
	struct wr w = wr_of(canon, sizeof canon);
	struct rdata_name names[4];

	v.p = p;
	ck_assert_msg(!rdata_check(code, v), "%s", bad[_i].incident);
	ck_assert_msg(strncmp(text_of_rdata(code, v), "\\#", 2) == 0, "%s", bad[_i].incident);
	ck_assert_int_ne(rdata_canon(code, v, &w), OK);
	rdata_names(code, v, names, COUNT_OF(names));
	ck_assert_int_eq(rdata_order(code, v, v), 0);
	free(p);
}
END_TEST

/* Every type, RDATA as long as there is, of one octet over and over: checked, printed, compared, never left. */
START_TEST(longest_rdata_of_every_type)
{
	static const uint8_t octets[] = { 0, 1, 2, 3, 4, 16, 32, 63, 64, 127, 192, 255 };
	static char text[5 * RDATA_MAX + 1100];
	static uint8_t canon[RDATA_MAX];

	for (size_t row = 0; rrtype_row(row) != NULL; row++)
		for (size_t i = 0; i < sizeof octets; i++) {
			uint8_t *p = malloc(RDATA_MAX);
			struct view v = { p, RDATA_MAX };
			struct wr out = wr_of(text, sizeof text), w = wr_of(canon, sizeof canon);
			struct rdata_name names[4];
			uint16_t code = rrtype_row(row)->code;

			memset(p, octets[i], RDATA_MAX);
			ck_assert_msg(rdata_print(code, v, &out) == OK, "%s of %u", rrtype_row(row)->name,
				      octets[i]);
			ck_assert((rdata_canon(code, v, &w) == OK) == rdata_check(code, v));
			rdata_names(code, v, names, COUNT_OF(names));
			free(p);
		}
}
END_TEST

/* CVE-2026-12244: sixteen bits are enough for every length inside, up to the last octet. */
START_TEST(svcb_up_to_65535_octets)
{
	static uint8_t wire[RDATA_MAX];
	static char text[5 * RDATA_MAX + 1100];

	for (size_t n = RDATA_MAX - 20; n <= RDATA_MAX; n++) {
		struct wr w = wr_of(wire, n), out = wr_of(text, sizeof text);
		wr_u16(&w, 1);
		wr_u8(&w, 0);
		for (uint16_t key = 65280; w.len < n;
		     key++) { /* values of 0x1000 octets, the last takes the rest */
			size_t left = n - w.len - 4, len = left < 0x2000 ? left : 0x1000;
			wr_u16(&w, key);
			wr_u16(&w, (uint16_t)len);
			for (size_t i = 0; i < len; i++)
				wr_u8(&w, (uint8_t)i);
		}
		ck_assert(!w.full);
		ck_assert_msg(rdata_check(RR_SVCB, wr_view_of(&w)), "%zu octets", n);
		ck_assert_int_eq(rdata_print(RR_SVCB, wr_view_of(&w), &out), OK);
	}
}
END_TEST

/* ---- names ---- */

/* CVE-2017-14339, CVE-2023-4408: a name led through thousands of pointers, for every record of a message. */
START_TEST(pointers_cost_no_more_than_labels)
{
	static uint8_t message[4096];
	struct name n;

	for (size_t jumps = 1; jumps < 2000; jumps = jumps < 200 ? jumps + 1 : jumps * 2) {
		message[12] = 0;
		for (size_t i = 0; i < jumps; i++)
			put_u16(message + 13 + 2 * i, (uint16_t)(0xc000 | (i == 0 ? 12 : 11 + 2 * i)));
		struct rd r = rd_of(view_of(message, 13 + 2 * jumps));
		r.at += 11 + 2 * jumps;
		name_read(&r, &n);
		ck_assert_msg(r.bad == (jumps > NAME_LABELS_MAX), "%zu pointers", jumps);
	}
}
END_TEST

/* ---- text ---- */

static void count(void *context, const struct master_finding *f)
{
	*(unsigned *)context += f->error;
}

static void nothing(void *context, const struct master_record *r)
{
	(void)context;
	(void)r;
}

/* CVE-2019-13951, CVE-2019-13952, CVE-2019-13207: words much longer than anything they could be. */
static const char *const heads[] = {
	"a A ",
	"a AAAA ",
	"a A 1.2.3.4",
	"a AAAA 1::",
	"a L64 ",
	"a EUI48 ",
	"a NID ",
	"a LOC ",
	"a MX ",
	"a MX 1 ",
	"a SOA ",
	"a TYPE",
	"a CLASS",
	"a ",
	"",
	"$TTL ",
	"$ORIGIN ",
	"$GENERATE ",
	"$GENERATE 1-2 ",
	"$INCLUDE ",
	"a APL 1:",
	"a RRSIG ",
	"a RRSIG A 8 2 3600 ",
	"a NSEC3 1 0 0 ",
	"a DS 1 2 2 ",
	"a CAA 0 ",
	"a NAPTR 1 1 ",
	"a SVCB 1 . ",
	"a SVCB 1 . ipv4hint=",
	"a SVCB 1 . ipv6hint=",
	"a IPSECKEY 1 1 2 ",
	"a TLSA ",
	"a CERT ",
	"a WKS 1.2.3.4 ",
	"a GPOS ",
	"a X25 ",
	"a ISDN ",
	"a NSAP 0x",
	"a ATMA ",
	"a URI 1 1 ",
	"a HIP 2 ",
	"a CSYNC 1 1 ",
	"a AMTRELAY 1 0 1 ",
	"a TXT \"",
	"a ; ",
	"a ( ",
};

START_TEST(words_without_end)
{
	enum { LONG = 200000 };
	static const char fill[] = { '1', 'f', '.', ':', '\\', '0', '(', '$', '"', ',', '-', (char)0xff };
	const struct name origin = name_root;
	const struct master_options o = { 0 };

	for (size_t i = 0; i < sizeof fill; i++) {
		size_t head = strlen(heads[_i]);
		char *text = malloc(head + LONG);
		unsigned errors = 0;
		const struct master_calls calls = { .context = &errors, .record = nothing, .finding = count };

		memcpy(text, heads[_i], head);
		memset(text + head, fill[i], LONG);
		(void)!master_read_text(view_of(text, head + LONG), "text", &origin, &o, &calls);
		free(text);
	}
}
END_TEST

/* ---- zones made to be expensive ---- */

static char zone_text[8 << 20];
static size_t zone_n;

static void put(const char *s)
{
	size_t n = strlen(s);

	ck_assert_uint_lt(zone_n + n, sizeof zone_text);
	memcpy(zone_text + zone_n, s, n);
	zone_n += n;
}

static void head(void)
{
	zone_n = 0;
	put("$TTL 300\n@ SOA ns h 1 3600 600 86400 300\n@ NS ns\nns A 192.0.2.1\n");
}

static void many_types(void)
{
	char s[64];

	head();
	for (int i = 0; i < 200; i++) {
		snprintf(s, sizeof s, "many TYPE%d \\# 1 00\n", 2000 + i);
		put(s);
	}
}

static void many_records(void)
{
	char s[64];

	head();
	for (int i = 0; i < 5600; i++) {
		snprintf(s, sizeof s, "many A 10.0.%d.%d\n", i / 256, i % 256);
		put(s);
	}
}

/* One SVCB that leaves no room for header, question and its own head. */
static void whole_message(void)
{
	head();
	put("svcb SVCB \\# 65535 000100FF00FFF8");
	for (int i = 0; i < 65528; i++)
		put("00");
	put("\n");
}

/* Records that each fit, in a set that does not. */
static void whole_set(void)
{
	char s[300];

	head();
	for (int i = 0; i < 90; i++) {
		snprintf(s, sizeof s, "txt TXT ");
		put(s);
		for (int k = 0; k < 3; k++) {
			snprintf(s, sizeof s, "\"%d-%d-%0240d\" ", i, k, 0);
			put(s);
		}
		put("\n");
	}
	for (int i = 0; i < 90; i++) {
		snprintf(s, sizeof s, "null TYPE65280 \\# 800 %04x", i);
		put(s);
		for (int k = 0; k < 798; k++)
			put("00");
		put("\n");
	}
}

static const struct {
	const char *incident;
	void (*write)(void);
	enum check_id check;
} expensive[] = {
	{ "CVE-2024-1737: very many types at a name", many_types, CHECK_TYPES_PER_NAME },
	{ "CVE-2024-1737: very many records in a set", many_records, CHECK_RRS_PER_RRSET },
	{ "CVE-2026-12244: a record that no message can carry", whole_message, CHECK_TOO_LARGE },
	{ "a set that no message can carry", whole_set, CHECK_TOO_LARGE },
};

START_TEST(expensive_zones_are_told)
{
	static struct checked c;

	expensive[_i].write();
	checked_begin(&c, "example.");
	checked_text(&c, view_of(zone_text, zone_n));
	ck_assert_msg(c.found[expensive[_i].check] != 0, "%s", expensive[_i].incident);
	checked_end(&c);
}
END_TEST

enum { KEY_WORDS = 16, TRAPS = 100, TRAP_SIGNATURES = 60, SIGNATURE_OCTETS = 64, PER_SET = 32 };

static void add_rrsig(struct zone *z, const struct name *owner, uint16_t covered, uint16_t tag, uint8_t salt)
{
	uint8_t rdata[300];
	struct wr w = wr_of(rdata, sizeof rdata);

	wr_u16(&w, covered);
	wr_u8(&w, 15);
	wr_u8(&w, covered == RR_A ? 2 : 1);
	wr_u32(&w, 300);
	wr_u32(&w, 2000000000);
	wr_u32(&w, 1600000000);
	wr_u16(&w, tag);
	wr_bytes(&w, z->apex.wire, z->apex.len);
	for (uint8_t i = 0; i < SIGNATURE_OCTETS; i++)
		wr_u8(&w, i == SIGNATURE_OCTETS - 1 ? 0 : (uint8_t)(i + salt));
	ck_assert_int_eq(zone_add(z, owner, RR_RRSIG, 300, wr_view_of(&w), 0), OK);
}

static _Atomic unsigned verifications;

/* In place of libsodium's, for this program: it counts, and no signature is right. */
int crypto_sign_verify_detached(const unsigned char *, const unsigned char *, unsigned long long,
				const unsigned char *);
int crypto_sign_verify_detached(const unsigned char *sig, const unsigned char *m, unsigned long long n,
				const unsigned char *key)
{
	(void)sig, (void)m, (void)n, (void)key;
	verifications++;
	return -1;
}

/* KeyTrap (CVE-2023-50387), CVE-2026-3104: keys of one tag, which is a sum, so turning a key's words round keeps
 * it; and sets with a signature of that tag for each of them to be tried on. 100 sets would take 96,000
 * verifications; what is spent on a set is bounded. */
START_TEST(keys_times_signatures_is_bounded)
{
	static struct checked c;
	uint16_t tag = 0;

	head();
	checked_begin(&c, "example.");
	for (size_t i = 0; i < KEY_WORDS; i++) {
		uint8_t key[4 + 2 * KEY_WORDS] = { 1, 0, 3, 15 };
		for (size_t k = 0; k < KEY_WORDS; k++)
			put_u16(key + 4 + 2 * k, (uint16_t)(0x1234 + 771 * ((k + i) % KEY_WORDS)));
		ck_assert(i == 0 || key_tag(view_of(key, sizeof key)) == tag);
		tag = key_tag(view_of(key, sizeof key));
		ck_assert_int_eq(zone_add(c.z, &c.z->apex, RR_DNSKEY, 300, view_of(key, sizeof key), 0), OK);
	}
	add_rrsig(c.z, &c.z->apex, RR_SOA, tag, 0);
	for (uint8_t name = 0; name < TRAPS; name++) {
		struct name owner;
		ck_assert(name_push(
		    view_of((uint8_t[]){ 'n', (uint8_t)('a' + name / 20), (uint8_t)('a' + name % 20) }, 3),
		    &c.z->apex, &owner));
		ck_assert_int_eq(zone_add(c.z, &owner, RR_A, 300, BYTES("\300\0\2\1"), 0), OK);
		for (uint8_t i = 0; i < TRAP_SIGNATURES; i++)
			add_rrsig(c.z, &owner, RR_A, tag, i);
	}
	verifications = 0;
	checked_text(&c, view_of(zone_text, zone_n));
	ck_assert_uint_ne(c.found[CHECK_RRSIG_UNVERIFIED], 0);
	checked_end(&c);
	ck_assert_msg(verifications > 0 && verifications <= (TRAPS + 1) * PER_SET, "%u verifications",
		      verifications);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("survive: content");
	TCase *t = tcase_create("content");

	tcase_set_timeout(t, 300);
	tcase_add_loop_test(t, bad_rdata_is_refused_and_still_has_a_text, 0, COUNT_OF(bad));
	tcase_add_test(t, longest_rdata_of_every_type);
	tcase_add_test(t, svcb_up_to_65535_octets);
	tcase_add_test(t, pointers_cost_no_more_than_labels);
	tcase_add_loop_test(t, words_without_end, 0, COUNT_OF(heads));
	tcase_add_loop_test(t, expensive_zones_are_told, 0, COUNT_OF(expensive));
	tcase_add_test(t, keys_times_signatures_is_bounded);
	suite_add_tcase(s, t);
	return run_suite(s);
}
