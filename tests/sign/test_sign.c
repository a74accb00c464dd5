/*
 * Signing as a whole: the same octets for any number of threads, signatures
 * that are kept, serials, and what is refused.
 */
#include "tests/help/run.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/work.h"
#include "crypto/digest.h"
#include "sec/rrsig.h"
#include "sec/zonemd.h"
#include "sign/serial.h"
#include "tests/help/signing.h"
#include "tests/model/load.h"
#include "tests/model/random_zone.h"
#include "zone/digest.h"

enum { DAY = 86400 };

#define HEAD "$TTL 3600\n@ 3600 SOA ns hostmaster 7 3600 900 604800 600\n@ NS ns\nns A 192.0.2.1\n"

static uint32_t serial_of(const struct zone *z)
{
	struct view soa = zone_soa(z);

	return get_u32(soa.p + soa.n - 20);
}

/* print gives a digest over every octet of the zone. */
static struct view print_of(const struct zone *z)
{
	static uint8_t print[2][DIGEST_MAX];
	static unsigned turn;
	uint8_t *out = print[turn++ % 2];

	return view_of(out, zone_digest(z, ZONEMD_SHA384, out));
}

static struct zone *wide_zone(unsigned names)
{
	struct name apex = name_of("test."), owner;
	struct zone *z = zone_new(&apex);
	char text[64];

	ck_assert_int_eq(
	    zone_add(z, &apex, RR_SOA, 3600, BYTES("\0\0\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\x3c"), 0), OK);
	for (unsigned i = 0; i < names; i++) {
		(void)snprintf(text, sizeof text, "n%u.x%u.test.", i, i % 999);
		owner = name_of(text);
		ck_assert_int_eq(zone_add(z, &owner, i % 3 ? RR_NS : RR_A, 300,
					  i % 3 ? BYTES("\1a\4test\0") : BYTES("\1\2\3\4"), 0),
				 OK);
		if (i % 30 == 1)
			ck_assert_int_eq(zone_add(z, &owner, RR_DS, 300, BYTES("\0\1\15\377digest"), 0), OK);
	}
	return z;
}

START_TEST(any_number_of_threads_makes_the_same_octets)
{
	static const unsigned threads[] = { 1, 2, 5 };
	struct name apex = name_of("test.");
	uint8_t first[DIGEST_MAX] = { 0 };

	for (int denial = 0; denial < 3; denial++) {
		for (size_t i = 0; i < COUNT_OF(threads); i++) {
			struct zone *z = wide_zone(30000);
			struct signing_kit k;
			work_use(threads[i]);
			signing_begin(&k, &apex);
			signing_key(&k, ALG_ED25519, SIGNS_ALL);
			k.plan.denial = denial == 0 ? SIGN_NSEC : SIGN_NSEC3;
			k.plan.optout = denial == 2;
			ck_assert_msg(signing_run(&k, z) == OK, "%s", k.why);
			struct view print = print_of(z);
			if (i == 0)
				memcpy(first, print.p, print.n);
			ck_assert_int_eq(memcmp(print.p, first, print.n), 0);
			uint64_t records = 0;
			for (size_t n = 0; n < z->n_nodes; n++)
				for (const struct rrset *s = z->node[n]->rrsets; s != NULL; s = s->next)
					records += s->n + s->n_sig;
			ck_assert_uint_eq(records, z->n_records);
			signing_end(&k);
			zone_free(z);
		}
	}
	work_use(2);
}
END_TEST

/* ---- kept signatures ---- */

static void begin(struct signing_kit *k, const struct name *apex)
{
	signing_begin(k, apex);
	signing_key(k, ALG_ECDSAP256, SIGNS_KEYS);
	signing_key(k, ALG_ECDSAP256, SIGNS_ZONE);
	k->plan.zonemd = 1U << ZONEMD_SHA384;
}

static struct zone *again(struct signing_kit *k, struct zone *old, const struct zone *source, int64_t later)
{
	struct sign_old o = signing_old(old);

	k->plan.old = &o;
	k->plan.now = SIGNING_NOW + later;
	struct zone *z = signing_zone(k, source);
	k->plan.old = NULL;
	return z;
}

static void good(const struct signing_kit *k, const struct zone *z)
{
	char first[600];

	ck_assert_msg(signing_flaws(k, z, first) == 0, "%s", first);
}

START_TEST(nothing_changed_nothing_made)
{
	struct zone *source = load_text(HEAD "a A 192.0.2.2\n*.b TXT b\n", "example.");
	struct signing_kit k;

	begin(&k, &source->apex);
	struct zone *old = signing_zone(&k, source);
	ck_assert_uint_eq(k.result.kept, 0);
	struct zone *new = again(&k, old, source, DAY);
	ck_assert(k.result.unchanged);
	ck_assert_uint_eq(k.result.made, 0);
	ck_assert_uint_eq(k.result.serial, serial_of(old));
	ck_assert(view_eq(print_of(old), print_of(new)));
	ck_assert_uint_eq(old->n_records, new->n_records);
	good(&k, new);
	zone_free(new);

	new = again(&k, old, source, 24 * DAY); /* 6 days are left, 7 are wanted */
	ck_assert(!k.result.unchanged);
	ck_assert_uint_eq(k.result.kept, 0);
	ck_assert_uint_eq(serial_of(new), serial_of(old) + 1);
	good(&k, new);
	zone_free(new);
	zone_free(old);
	zone_free(source);
	signing_end(&k);
}
END_TEST

/* What changes, and how many signatures that costs beyond those of SOA and ZONEMD. */
static const struct {
	const char *why, *before, *after;
	uint64_t made, differs;
	uint32_t serial; /* 7 in both files */
} changes[] = {
	{ "other RDATA", "a A 192.0.2.2\n", "a A 192.0.2.3\n", 1, 1, 8 },
	{ "another TTL", "a 300 A 192.0.2.2\n", "a 301 A 192.0.2.2\n", 1, 1, 8 },
	{ "a type more", "a A 192.0.2.2\n", "a A 192.0.2.2\na TXT x\n", 2, 2, 8 },
	{ "a type less", "a A 192.0.2.2\na TXT x\n", "a A 192.0.2.2\n", 1, 2, 8 },
	{ "a name more", "a A 192.0.2.2\n", "a A 192.0.2.2\nb A 192.0.2.2\n", 3, 3, 8 },
	{ "a name less at the end", "z A 192.0.2.2\n", "", 1, 3, 8 },
	{ "glue is not signed, and yet it changed", "d NS ns.d\nns.d A 192.0.2.2\n",
	  "d NS ns.d\nns.d A 192.0.2.3\n", 0, 1, 8 },
	{ "letter case is data, but nothing to sign", "a A 192.0.2.2\n", "A A 192.0.2.2\n", 1, 3, 8 },
	{ "the SOA alone", "@ 3600 SOA ns hostmaster 7 3600 900 604800 600\n", "", 0, 0, 0 },
};

START_TEST(what_changed_is_signed_anew)
{
	char text[2][512];
	struct signing_kit k;

	(void)snprintf(text[0], sizeof text[0], HEAD "%s", changes[_i].before);
	(void)snprintf(text[1], sizeof text[1], HEAD "%s", changes[_i].after);
	struct zone *source[2] = { load_text(text[0], "example."), load_text(text[1], "example.") };
	begin(&k, &source[0]->apex);
	struct zone *old = signing_zone(&k, source[0]);
	struct zone *new = again(&k, old, source[1], DAY);
	if (changes[_i].serial == 0) {
		ck_assert(k.result.unchanged);
	} else {
		ck_assert_msg(k.result.made == changes[_i].made + 2, "%s: %llu made", changes[_i].why,
			      (unsigned long long)k.result.made);
		ck_assert_msg(k.result.differs == changes[_i].differs, "%s: %llu differ", changes[_i].why,
			      (unsigned long long)k.result.differs);
		ck_assert_uint_eq(serial_of(new), changes[_i].serial);
	}
	good(&k, new);
	zone_free(new);
	zone_free(old);
	zone_free(source[0]);
	zone_free(source[1]);
	signing_end(&k);
}
END_TEST

START_TEST(another_key_of_the_same_tag_signs_anew)
{
	struct zone *source = load_text(HEAD "a A 192.0.2.2\n", "example.");
	struct signing_kit k;

	begin(&k, &source->apex);
	struct zone *old = signing_zone(&k, source);
	signing_key(&k, ALG_ECDSAP256, SIGNS_ZONE); /* takes the place of key 1, and its tag */
	k.plan.n_keys = 2;
	struct private_key *retired = k.key[1].private;
	k.key[1].private = k.key[2].private;
	k.key[1].dnskey = k.key[2].dnskey;
	struct zone *new = again(&k, old, source, DAY);
	ck_assert_uint_eq(k.result.kept, 0); /* of the KSK's set another DNSKEY is part */
	zone_free(new);
	zone_free(old);
	zone_free(source);
	private_key_free(retired);
	signing_end(&k);
}
END_TEST

/* Both stood in the old zone: which of them made its signatures cannot be told by their tag. */
START_TEST(a_published_key_of_the_same_tag_signs_anew)
{
	struct zone *source = load_text(HEAD "a A 192.0.2.2\n", "example.");
	struct signing_kit k;

	begin(&k, &source->apex);
	signing_key(&k, ALG_ECDSAP256, SIGNS_NOT);
	k.key[2].tag = k.key[1].tag;
	struct zone *old = signing_zone(&k, source);
	k.use[1].signs_zone = false;
	k.use[2].signs_zone = true;
	struct zone *new = again(&k, old, source, DAY);
	ck_assert_uint_eq(k.result.kept, 1); /* that of the KSK, over the same DNSKEY set */
	zone_free(new);
	zone_free(old);
	zone_free(source);
	signing_end(&k);
}
END_TEST

START_TEST(random_changes_give_zones_that_pass)
{
	struct rng r = { (uint64_t)_i };
	struct zone_group g;

	random_group(&r, &g);
	for (size_t i = 0; i < g.n; i++) {
		struct zone *z = g.zone[i], *other = signing_copy(z), *quiet;
		struct signing_kit k;
		struct name extra;

		begin(&k, &z->apex);
		k.plan.denial = rng_percent(&r, 50) ? SIGN_NSEC : SIGN_NSEC3;
		k.plan.optout = rng_percent(&r, 50);
		struct zone *old = signing_zone(&k, z);
		node_name(z->node[rng_below(&r, (uint32_t)z->n_nodes)], &extra);
		if (name_push(BYTES("new"), &extra, &extra))
			(void)zone_add(other, &extra, RR_A, 5, BYTES("\1\2\3\4"), 0);
		zone_seal(other, NULL, NULL);
		if (rng_percent(&r, 30))
			k.plan.denial ^= 1;
		struct zone *new = again(&k, old, other, (int64_t)rng_below(&r, 40) * DAY);
		good(&k, new);
		ck_assert(k.result.unchanged || serial_greater(serial_of(new), serial_of(old)));
		quiet = again(&k, new, other, k.plan.now - SIGNING_NOW);
		ck_assert_msg(k.result.unchanged, "seed %d", _i);
		ck_assert(view_eq(print_of(new), print_of(quiet)));
		zone_free(quiet);
		zone_free(new);
		zone_free(other);
		zone_free(old);
		signing_end(&k);
	}
	group_free(&g);
}
END_TEST

/* ---- serials ---- */

static const struct {
	enum serial_policy policy;
	uint32_t file, old, want;
} serials[] = {
	{ SERIAL_KEEP, 5, 4, 5 },
	{ SERIAL_KEEP, 5, 5, 6 },
	{ SERIAL_KEEP, 5, 9, 10 },
	{ SERIAL_KEEP, 1, 0xffffffff, 1 }, /* RFC 1982: 1 comes after 2^32 - 1 */
	{ SERIAL_KEEP, 0x80000005, 5, 6 }, /* 2^31 apart: neither is greater */
	{ SERIAL_INCREMENT, 5, 4, 6 },
	{ SERIAL_INCREMENT, 5, 100, 101 },
	{ SERIAL_UNIXTIME, 5, 4, SIGNING_NOW },
	{ SERIAL_UNIXTIME, 5, SIGNING_NOW + 7, SIGNING_NOW + 8 },
	{ SERIAL_DATE, 5, 4, 2026111400 },
	{ SERIAL_DATE, 5, 2026111400, 2026111401 },
};

START_TEST(serials_grow)
{
	ck_assert_uint_eq(serial_after(serials[_i].policy, serials[_i].file, serials[_i].old, SIGNING_NOW),
			  serials[_i].want);
}
END_TEST

/* ---- refusals ---- */

static void old_clock(struct signing_kit *k)
{
	k->plan.now = 1546300800;
}
static void short_life(struct signing_kit *k)
{
	k->plan.validity = 8 * DAY, k->plan.jitter = DAY;
}
static void no_private(struct signing_kit *k)
{
	private_key_free(k->key[0].private);
	k->key[0].private = NULL;
}
static void no_signer(struct signing_kit *k)
{
	k->use[0].signs_zone = false;
}
static void no_key(struct signing_kit *k)
{
	k->use[0].published = false;
}
static void other_zone(struct signing_kit *k)
{
	k->key[0].zone = name_of("example.net.");
}
static void twice(struct signing_kit *k)
{
	signing_key(k, ALG_ECDSAP256, SIGNS_ALL);
	k->key[1].tag = k->key[0].tag;
}
static void nothing(struct signing_kit *k)
{
	(void)k;
}

static const struct {
	const char *text;
	void (*spoil)(struct signing_kit *k);
	enum err e;
	const char *says;
} refusals[] = {
	{ HEAD, old_clock, ERR_REFUSED, "the clock says 2019-01-01" },
	{ HEAD, short_life, ERR_REFUSED, "never fresh" },
	{ HEAD, no_private, ERR_REFUSED, "private half is missing" },
	{ HEAD, no_signer, ERR_REFUSED, "algorithm 13, so its records must be signed" },
	{ HEAD, no_key, ERR_REFUSED, "no key to sign with" },
	{ HEAD, other_zone, ERR_REFUSED, "another zone's" },
	{ HEAD, twice, ERR_REFUSED, "share algorithm and tag" },
	{ HEAD "@ DNSKEY 256 3 8 AwEAAbNVv6ulgRdO31MtAehz7j3ALRjwZglW\n", nothing, ERR_REFUSED, "of algorithm 8" },
	{ "ns 60 A 192.0.2.1\n", nothing, ERR_FORMAT, "exactly one SOA" },
	{ HEAD "@ 3600 SOA ns other 7 3600 900 604800 600\n", nothing, ERR_FORMAT, "exactly one SOA" },
};

START_TEST(refused_with_a_sentence)
{
	struct zone *z = load_text(refusals[_i].text, "example."), *copy = zone_new(&z->apex);
	struct signing_kit k;
	struct name owner;

	for (size_t i = 0; i < z->n_nodes; i++)
		for (const struct rrset *s = z->node[i]->rrsets; s != NULL; s = s->next)
			for (uint32_t n = 0; n < s->n; n++) {
				node_name(z->node[i], &owner);
				(void)zone_add(copy, &owner, s->type, s->ttl, rdata_view(&s->rdata[n]), 0);
			}
	signing_begin(&k, &z->apex);
	signing_key(&k, ALG_ECDSAP256, SIGNS_ALL);
	refusals[_i].spoil(&k);
	ck_assert_int_eq(signing_run(&k, copy), refusals[_i].e);
	ck_assert_msg(strstr(k.why, refusals[_i].says) != NULL, "said: %s", k.why);
	zone_free(copy);
	zone_free(z);
	signing_end(&k);
}
END_TEST

START_TEST(an_apex_too_long_for_hashed_names)
{
	struct name label = name_of("example.");

	for (size_t len = 222; len <= 223; len++) {
		struct name apex = label;
		while (apex.len + 61U < len)
			ck_assert(name_push(BYTES("aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff"),
					    &apex, &apex));
		uint8_t rest[NAME_LABEL_MAX];
		memset(rest, 'x', sizeof rest);
		ck_assert(name_push(view_of(rest, len - apex.len - 1), &apex, &apex));
		ck_assert_uint_eq(apex.len, len);
		struct zone *z = zone_new(&apex);
		ck_assert_int_eq(
		    zone_add(z, &apex, RR_SOA, 60, BYTES("\0\0\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\x3c"), 0),
		    OK);
		struct signing_kit k;
		signing_begin(&k, &apex);
		signing_key(&k, ALG_ED25519, SIGNS_ALL);
		k.plan.denial = SIGN_NSEC3;
		ck_assert_int_eq(signing_run(&k, z), len < 223 ? OK : ERR_SPACE);
		if (len == 223)
			ck_assert_ptr_nonnull(strstr(k.why, "sign with NSEC"));
		signing_end(&k);
		zone_free(z);
	}
}
END_TEST

START_TEST(an_rrset_that_its_signatures_make_too_large)
{
	struct name apex = name_of("example.");
	static uint8_t octets[65535 - 150];
	struct zone *z = load_text(HEAD, "example."), *copy = signing_copy(z);
	struct signing_kit k;

	ck_assert_int_eq(zone_add(copy, &apex, 65280, 60, view_of(octets, sizeof octets), 0), OK);
	signing_begin(&k, &apex);
	signing_key(&k, ALG_ED25519, SIGNS_ALL);
	ck_assert_int_eq(signing_run(&k, copy), ERR_SPACE);
	ck_assert_ptr_nonnull(strstr(k.why, "example.: an answer with the TYPE65280 records"));
	signing_end(&k);
	zone_free(copy);
	zone_free(z);
}
END_TEST

/* ---- digests ---- */

static const struct {
	const char *file, *origin;
} digests[] = {
	{ "tests/zone/data/rfc8976-a1.zone", "example." },
	{ "tests/zone/data/rfc8976-a3.zone", "example." },
	{ "tests/zone/data/rfc8976-a4.zone", "uri.arpa." },
	{ "tests/zone/data/rfc8976-a5.zone", "root-servers.net." },
};

START_TEST(digests_that_rfc_8976_prints)
{
	struct zone *z = load_zone(digests[_i].file, digests[_i].origin);
	const struct rrset *set = rrset_of(zone_find(z, &z->apex), RR_ZONEMD);
	uint8_t digest[DIGEST_MAX];
	struct zonemd_fields f;
	unsigned made = 0;

	for (uint32_t i = 0; i < set->n; i++) {
		ck_assert(zonemd_read(rdata_view(&set->rdata[i]), &f));
		if (f.scheme != ZONEMD_SIMPLE || f.hash > ZONEMD_SHA512)
			continue;
		ck_assert(view_eq(view_of(digest, zone_digest(z, f.hash, digest)), f.digest));
		made++;
	}
	ck_assert_uint_gt(made, 0);
	zone_free(z);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("signing");
	TCase *t = tcase_create("signing");

	tcase_set_timeout(t, 600);
	tcase_add_test(t, any_number_of_threads_makes_the_same_octets);
	tcase_add_test(t, nothing_changed_nothing_made);
	tcase_add_loop_test(t, what_changed_is_signed_anew, 0, COUNT_OF(changes));
	tcase_add_test(t, another_key_of_the_same_tag_signs_anew);
	tcase_add_test(t, a_published_key_of_the_same_tag_signs_anew);
	tcase_add_loop_test(t, random_changes_give_zones_that_pass, 0, SEEDS_OF(60));
	tcase_add_loop_test(t, serials_grow, 0, COUNT_OF(serials));
	tcase_add_loop_test(t, refused_with_a_sentence, 0, COUNT_OF(refusals));
	tcase_add_test(t, an_apex_too_long_for_hashed_names);
	tcase_add_test(t, an_rrset_that_its_signatures_make_too_large);
	tcase_add_loop_test(t, digests_that_rfc_8976_prints, 0, COUNT_OF(digests));
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return run_suite(suite());
}
