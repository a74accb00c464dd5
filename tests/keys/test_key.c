#include "tests/help/run.h"

#include <stdio.h>
#include <stdlib.h>

#include "keys/key.h"
#include "sec/ds.h"
#include "sec/rrsig.h"
#include "tests/help/rng.h"
#include "tests/help/tempdb.h"

static struct name name_of(const char *text)
{
	struct name n;

	ck_assert_ptr_null(name_parse(view_of(text, strlen(text)), &name_root, &n));
	return n;
}

/* ---- names of files ---- */

static const struct {
	const char *zone, *file;
} files[] = {
	{ ".", "K.+013+00007" },
	{ "example.org.", "Kexample.org.+013+00007" },
	{ "Example.ORG.", "Kexample.org.+013+00007" },
	{ "a/b\\;c.example.", "Ka%2Fb%3Bc.example.+013+00007" },
	{ "a\\.b_c-d.\\000\\255.", "Ka%2Eb_c-d.%00%FF.+013+00007" },
	{ "100%.+013+.", "K100%25.%2B013%2B.+013+00007" },
};

START_TEST(file_names)
{
	struct name zone = name_of(files[_i].zone), again;
	struct key k;
	uint8_t algorithm;
	uint16_t tag;

	key_clear(&k);
	k.zone = zone;
	k.algorithm = 13;
	k.tag = 7;
	ck_assert(key_name_file(&k));
	ck_assert_str_eq(k.file, files[_i].file);
	ck_assert(key_file_read(k.file, strlen(k.file), &again, &algorithm, &tag));
	ck_assert(name_eq(&zone, &again));
	ck_assert_int_eq(algorithm, 13);
	ck_assert_int_eq(tag, 7);
}
END_TEST

static const char *const no_files[] = {
	"",
	"K",
	"Kexample.org.",
	"Kexample.org.+13+00007",
	"Kexample.org.+013+7",
	"Kexample.org.+256+00007",
	"Kexample.org.+013+65536",
	"Kexample.org.+0x3+00007",
	"Kexample.org.+013-00007",
	"kexample.org.+013+00007",
	"Kexample.org+013+00007",
	"K+013+00007",
	"Ka..b.+013+00007",
	"Ka%2.+013+00007",
	"Ka%zz.+013+00007",
	"Ka%.+013+00007",
	"Kexample.org.+013+00007x",
};

START_TEST(no_file_names)
{
	struct name zone;
	uint8_t algorithm;
	uint16_t tag;

	ck_assert_msg(!key_file_read(no_files[_i], strlen(no_files[_i]), &zone, &algorithm, &tag), "%s",
		      no_files[_i]);
}
END_TEST

START_TEST(random_file_names)
{
	struct rng r = { (uint64_t)_i };
	struct key k;
	struct name zone;
	uint8_t algorithm;
	uint16_t tag;

	for (int i = 0; i < 300; i++) {
		key_clear(&k);
		k.zone = rng_name(&r, 30);
		k.algorithm = (uint8_t)rng_next(&r);
		k.tag = (uint16_t)rng_next(&r);
		if (!key_name_file(&k))
			continue; /* too long for a file's name */
		ck_assert_uint_le(strlen(k.file) + strlen(".private"), 255);
		ck_assert(key_file_read(k.file, strlen(k.file), &zone, &algorithm, &tag));
		ck_assert(name_eq(&zone, &k.zone) && algorithm == k.algorithm && tag == k.tag);
	}
}
END_TEST

START_TEST(names_too_long_for_a_file)
{
	struct key k;
	struct name n = name_root;
	bool fitted = true;

	for (int i = 0; i < 63; i++) { /* labels "a/b": 4 octets, 6 characters */
		key_clear(&k);
		k.zone = n;
		ck_assert(fitted || !key_name_file(&k));
		fitted = key_name_file(&k);
		ck_assert(!fitted || strlen(k.file) + strlen(".private") <= 255);
		ck_assert(name_push(BYTES("a/b"), &n, &n));
	}
	ck_assert(!fitted);
}
END_TEST

/* Whoever is revoked gets another tag, and that must be nobody's either. */
START_TEST(revoked_tags_clash)
{
	struct rng r = { (uint64_t)_i };
	uint8_t key[68];

	for (int i = 0; i < 5000; i++) {
		rng_bytes(&r, key, sizeof key);
		key[0] = 1;
		key[1] = 1;
		const uint16_t before = key_tag(view_of(key, sizeof key));
		key[1] |= DNSKEY_REVOKED;
		const uint16_t after = key_tag(view_of(key, sizeof key));
		ck_assert_uint_ne(before, after);
		ck_assert(key_tags_clash(before, after) && key_tags_clash(after, before));
		ck_assert(key_tags_clash(before, before) && !key_tags_clash(before, (uint16_t)(before + 1)));
	}
}
END_TEST

/* ---- times ---- */

static const struct {
	const char *text;
	int64_t want; /* -1: no time */
} times[] = {
	{ "19700101000000", 0 },   { "20261128164556", 1795884356 }, { "20240229235959", 1709251199 },
	{ "20230229000000", -1 },  { "21000229000000", -1 },         { "99991231235959", 253402300799 },
	{ "20261301000000", -1 },  { "20261100000000", -1 },         { "20261128240000", -1 },
	{ "20261128006000", -1 },  { "20261128000060", -1 },         { "2026112816455", -1 },
	{ "202611281645560", -1 }, { "2026112816455x", -1 },         { "-2026112816455", -1 },
	{ "19691231235959", -1 },
};

START_TEST(times_as_text)
{
	char back[KEY_TIME_TEXT];
	int64_t t = -1;

	ck_assert_int_eq(key_time_parse(times[_i].text, strlen(times[_i].text), &t), times[_i].want >= 0);
	if (times[_i].want < 0)
		return;
	ck_assert_int_eq(t, times[_i].want);
	key_time_print(t, back);
	ck_assert_str_eq(back, times[_i].text);
}
END_TEST

enum { N = -1 }; /* not set */

/* Publish, Activate, Inactive, Delete; and at 0, 10, 20 ... 50: '.' not there, 'p' published, 's' signs. */
static const struct {
	const char *why;
	int publish, activate, inactive, delete;
	const char *life;
} lives[] = {
	{ "all four", 10, 20, 30, 40, ".psp.." },
	{ "for ever", 10, 20, N, N, ".pssss" },
	{ "a time to sign and none to be published", N, 20, 30, 40, "ppsp.." },
	{ "never activated", 10, N, N, N, ".ppppp" },
	{ "neither published nor activated", N, N, 30, 40, "......" },
	{ "signs only once it is published", 30, 10, N, N, "...sss" },
	{ "deleted before it is inactive", 0, 0, 50, 30, "sss..." },
	{ "published and activated at once", 20, 20, N, N, "..ssss" },
};

static int64_t time_of(int t)
{
	return t == N ? KEY_NEVER : t;
}

static struct private_key *any_private(void)
{
	static uint8_t seed[32] = { 1 };
	struct secret s = { .part[SECRET_PRIVATE_KEY] = view_of(seed, sizeof seed) };
	struct private_key *k;

	ck_assert_int_eq(private_key_of(ALG_ED25519, &s, &k), OK);
	return k;
}

START_TEST(lives_of_keys)
{
	struct key k;

	key_clear(&k);
	k.private = any_private();
	k.time[KEY_CREATED] = 0;
	k.time[KEY_PUBLISH] = time_of(lives[_i].publish);
	k.time[KEY_ACTIVATE] = time_of(lives[_i].activate);
	k.time[KEY_INACTIVE] = time_of(lives[_i].inactive);
	k.time[KEY_DELETE] = time_of(lives[_i].delete);
	for (int i = 0; lives[_i].life[i] != 0; i++) {
		const char want = lives[_i].life[i];

		ck_assert_msg(key_published(&k, 10 * i) == (want != '.'), "%s: published at %d", lives[_i].why,
			      10 * i);
		ck_assert_msg(key_signs(&k, 10 * i) == (want == 's'), "%s: signs at %d", lives[_i].why, 10 * i);
	}
	ck_assert(!key_signs(&k, -1) || lives[_i].publish == 0);
	private_key_free(k.private);
}
END_TEST

START_TEST(keys_without_times_are_used_at_once)
{
	struct key k;

	key_clear(&k);
	ck_assert(key_timeless(&k) && key_published(&k, 0) && !key_signs(&k, 0));
	k.private = any_private();
	ck_assert(key_signs(&k, 0) && key_signs(&k, 4000000000));
	k.time[KEY_CREATED] = 5;
	ck_assert(!key_timeless(&k) && !key_published(&k, 10) && !key_signs(&k, 10));
	private_key_free(k.private);
}
END_TEST

/* A set of keys as words: K, Z: algorithm 13; k, z: algorithm 8; in front: '-' no private half, '.' not active
 * yet, '!' revoked. What they do: 'k' signs keys, 'z' the zone, 'b' both, '-' neither, for each in turn. */
static const struct {
	const char *why, *keys, *use;
} sets[] = {
	{ "a CSK", "K", "b" },
	{ "a ZSK alone signs everything", "Z", "b" },
	{ "KSK and ZSK", "K Z", "k z" },
	{ "two of each", "K K Z Z", "k k z z" },
	{ "each algorithm by itself", "K z", "b b" },
	{ "each algorithm by itself, both kinds", "K Z k z", "k z k z" },
	{ "the KSK is off line", "-K Z", "- z" },
	{ "a foreign ZSK takes no work away", "K -Z", "b -" },
	{ "a foreign CSK and our own keys", "K Z -K", "k z -" },
	{ "the ZSK does not sign yet", "K .Z", "b -" },
	{ "the KSK does not sign yet", ".K Z", "- b" },
	{ "nor does the one that is off line", "-.K Z", "- b" },
	{ "a revoked KSK signs keys", "!K K Z", "k k z" },
	{ "a revoked CSK does not sign the zone", "!K K", "k b" },
	{ "a revoked KSK does not count", "!K Z", "k b" },
	{ "without its private half it signs nothing", "-!K K", "- b" },
};

START_TEST(who_signs_what)
{
	struct key k[8];
	struct key_use use[8];
	struct private_key *private = any_private();
	size_t n = 0;

	for (const char *p = sets[_i].keys; *p != 0; p++) {
		if (p == sets[_i].keys || p[-1] == ' ') {
			key_clear(&k[n]);
			k[n].private = private;
			k[n].flags = DNSKEY_ZONE;
			k[n].time[KEY_PUBLISH] = k[n].time[KEY_ACTIVATE] = 0;
			n++;
		}
		if (*p == '-')
			k[n - 1].private = NULL;
		if (*p == '.')
			k[n - 1].time[KEY_ACTIVATE] = 200;
		if (*p == '!')
			k[n - 1].flags |= DNSKEY_REVOKED;
		if (*p == 'K' || *p == 'k')
			k[n - 1].flags |= DNSKEY_SEP;
		if (strchr("KkZz", *p) != NULL)
			k[n - 1].algorithm = *p >= 'a' ? 8 : 13;
	}
	key_uses(k, n, 100, use);
	for (size_t i = 0; i < n; i++) {
		const char want = sets[_i].use[2 * i];

		ck_assert(use[i].published);
		ck_assert_msg(use[i].signs_keys == (want == 'k' || want == 'b'), "%s: key %zu, keys", sets[_i].why,
			      i);
		ck_assert_msg(use[i].signs_zone == (want == 'z' || want == 'b'), "%s: key %zu, zone", sets[_i].why,
			      i);
	}
	private_key_free(private);
}
END_TEST

/* ---- DS ---- */

static struct view unhex(const char *text, uint8_t *out)
{
	size_t n = strlen(text) / 2;

	for (size_t i = 0; i < n; i++) {
		char pair[3] = { text[2 * i], text[2 * i + 1], 0 };
		out[i] = (uint8_t)strtoul(pair, NULL, 16);
	}
	return view_of(out, n);
}

#define P256                                                                                                      \
	"1a88c88615d437fbb8bf9e1942a1929f28562706ae6c2bd399e7b1bfb6d1e9e75b92b4aa42917ae1c61b701ef035c3fe7be3009" \
	"cbafe5a2f71316c902dcf0d00"
#define P384                                                                                                      \
	"c4a61a36159d18e7c9fa73eb2fcfdaae4c1fd8463730327e484aca8af0554ae9b5c3f7a0"                                \
	"b17bd2003b4d261c9e9b94423a9810e8af17d43452124adb610f8e07ebfcfee5f8e4d070"                                \
	"63cae9eb917a1a5babf08fe695536017a5bfa93237ee6e34"

static const struct {
	const char *from, *owner, *dnskey;
	uint16_t tag;
	uint8_t digest_type;
	const char *digest;
} ds[] = {
	{ "RFC 4509 2.3", "dskey.Example.com.",
	  "0100030501039e8a247418e318903b215a848acfd5f37f026bd4062db26c774c690968d5"
	  "d56df8bfda91e6f36d9a279888f41333357c5e6029990d10fdf5663062a512763326980a"
	  "615ddbf17a05ddfcce7e5fb3abcca05a31b0957452d4521e83870789063115bf97f6c308"
	  "ccf57cdc9ce7fe10f6ed1bd0cc0660038c50dcdb0feb963c2f17",
	  60485, DS_SHA256, "d4b7d520e7bb5f0f67674a0cceb1e3e0614b93c4f9e99b8383f6a1e4469da50a" },
	{ "RFC 6605 6.1", "Example.NET.", "0101030d" P256, 55648, DS_SHA256,
	  "b4c8c1fe2e7477127b27115656ad6256f424625bf5c1e2770ce6d6e37df61d17" },
	{ "RFC 6605 6.2", "example.net.", "0101030e" P384, 10771, DS_SHA384,
	  "72d7b62976ce06438e9c0bf319013cf801f09ecc84b8d7e9495f27e305c6a9b0563a9b5f4d288405c3008a946df983d6" },
	{ "RFC 8080 6.1", "example.com.",
	  "0101030f974d96a22d224bc01adb915091477d44ccd91c9a41a11430010117d52c59240e", 3613, DS_SHA256,
	  "3aa5ab37efce57f737fc1627013fee07bdf241bd10f3b1964ab55c78e79a304b" },
};

START_TEST(ds_records)
{
	uint8_t key[256], digest[64], out[DS_RDATA_MAX];
	struct name owner = name_of(ds[_i].owner);
	struct view dnskey = unhex(ds[_i].dnskey, key);
	struct wr w = wr_of(out, sizeof out);

	ck_assert_int_eq(ds_of(&owner, dnskey, ds[_i].digest_type, &w), OK);
	struct rd r = rd_of(wr_view_of(&w));
	ck_assert_int_eq(rd_u16(&r), ds[_i].tag);
	ck_assert_int_eq(rd_u8(&r), dnskey.p[3]);
	ck_assert_int_eq(rd_u8(&r), ds[_i].digest_type);
	ck_assert_msg(view_eq(rd_rest(&r), unhex(ds[_i].digest, digest)), "%s", ds[_i].from);
	w = wr_of(out, sizeof out);
	ck_assert_int_eq(ds_of(&owner, dnskey, DS_SHA1, &w), ERR_REFUSED);
	ck_assert_int_eq(ds_of(&owner, dnskey, 3, &w), ERR_REFUSED);
	ck_assert_int_eq(ds_of(&owner, view_of(key, 3), DS_SHA256, &w), ERR_FORMAT);
	ck_assert_uint_eq(w.len, 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("keys");
	TCase *t = tcase_create("keys");

	tcase_add_loop_test(t, file_names, 0, COUNT_OF(files));
	tcase_add_loop_test(t, no_file_names, 0, COUNT_OF(no_files));
	tcase_add_loop_test(t, random_file_names, 0, 4);
	tcase_add_test(t, names_too_long_for_a_file);
	tcase_add_loop_test(t, revoked_tags_clash, 0, 4);
	tcase_add_loop_test(t, times_as_text, 0, COUNT_OF(times));
	tcase_add_loop_test(t, lives_of_keys, 0, COUNT_OF(lives));
	tcase_add_test(t, keys_without_times_are_used_at_once);
	tcase_add_loop_test(t, who_signs_what, 0, COUNT_OF(sets));
	tcase_add_loop_test(t, ds_records, 0, COUNT_OF(ds));
	suite_add_tcase(s, t);
	return run_suite(s);
}
