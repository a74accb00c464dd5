#include "tests/help/run.h"

#include "crypto/digest.h"
#include "sec/nsec3.h"

/* RFC 5155 appendix A: salt aabbccdd, 12 additional iterations. */
static const struct {
	const char *name, *hash;
} rfc5155[] = {
	{ "example.", "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom" },
	{ "a.example.", "35mthgpgcu1qg68fab165klnsnk3dpvl" },
	{ "ai.example.", "gjeqe526plbf1g8mklp59enfd789njgi" },
	{ "ns1.example.", "2t7b4g4vsa5smi47k61mv5bv1a22bojr" },
	{ "NS2.Example.", "q04jkcevqvmu85r014c7dkba38o0ji5r" }, /* letter case does not matter */
	{ "w.example.", "k8udemvp1j2f7eg6jebps17vp3n8i58h" },
	{ "*.w.example.", "r53bq7cc2uvmubfu5ocmm6pers9tk9en" },
	{ "x.w.example.", "b4um86eghhds6nea196smvmlo4ors995" },
	{ "y.w.example.", "ji6neoaepv8b5o6k4ev33abha8ht9fgc" },
	{ "x.y.w.example.", "2vptu5timamqttgl4luu9kg21e0aor3s" },
	{ "xx.example.", "t644ebqk9bibcna874givr6joj62mlhv" },
};

START_TEST(hashes_of_rfc_5155)
{
	const struct nsec3_params p = { NSEC3_ALG_SHA1, 0, 12, BYTES("\xaa\xbb\xcc\xdd") };
	uint8_t hash[NSEC3_HASH_LEN], back[NSEC3_HASH_LEN];
	char text[NSEC3_TEXT_LEN + 1] = "";
	struct name n;

	ck_assert_ptr_null(name_parse(view_of(rfc5155[_i].name, strlen(rfc5155[_i].name)), &name_root, &n));
	ck_assert(nsec3_hash_name(&p, 12, &n, hash));
	nsec3_text(hash, text);
	ck_assert_str_eq(text, rfc5155[_i].hash);
	ck_assert(nsec3_of_label(view_of(text, NSEC3_TEXT_LEN), back));
	ck_assert_mem_eq(hash, back, NSEC3_HASH_LEN);
	ck_assert_msg(!nsec3_hash_name(&p, 11, &n, hash), "the cap on iterations holds");
}
END_TEST

/* As RFC 5155 5 says it, for names and salts around the length that is hashed another way. */
START_TEST(any_length_is_hashed_as_the_rfc_says)
{
	uint8_t octets[80], want[NSEC3_HASH_LEN], have[NSEC3_HASH_LEN];

	for (size_t i = 0; i < sizeof octets; i++)
		octets[i] = (uint8_t)(i * 11);
	for (size_t n = 1; n <= 60; n++)
		for (size_t salt = 0; salt <= 60; salt++) {
			const struct nsec3_params p = { NSEC3_ALG_SHA1, 0, 1, view_of(octets + 7, salt) };
			const struct view first[] = { view_of(octets, n), p.salt };
			const struct view again[] = { view_of(want, sizeof want), p.salt };

			digest_of(DIGEST_SHA1, first, 2, want);
			digest_of(DIGEST_SHA1, again, 2, want);
			ck_assert(nsec3_hash(&p, 1, first[0], have));
			ck_assert_mem_eq(have, want, sizeof want);
		}
}
END_TEST

START_TEST(unknown_algorithms_are_refused)
{
	const struct nsec3_params p = { 2, 0, 0, { NULL, 0 } };
	uint8_t hash[NSEC3_HASH_LEN];

	ck_assert(!nsec3_hash(&p, 100, BYTES("\0"), hash));
}
END_TEST

static const struct {
	const char *why;
	struct view rdata;
	bool good;
	uint16_t iterations;
	size_t salt;
} params[] = {
	{ "no salt", { (const uint8_t *)"\1\0\0\5\0", 5 }, true, 5, 0 },
	{ "salt of four octets", { (const uint8_t *)"\1\0\1\0\4abcd", 9 }, true, 256, 4 },
	{ "salt longer than the RDATA", { (const uint8_t *)"\1\0\1\0\4abc", 8 }, false, 0, 0 },
	{ "cut in the iterations", { (const uint8_t *)"\1\0\1", 3 }, false, 0, 0 },
};

START_TEST(params_cases)
{
	struct rd r = rd_of(params[_i].rdata);
	struct nsec3_params p;

	nsec3_params_read(&r, &p);
	ck_assert_msg(rd_done(&r) == params[_i].good, "%s", params[_i].why);
	if (params[_i].good) {
		ck_assert_uint_eq(p.iterations, params[_i].iterations);
		ck_assert_uint_eq(p.salt.n, params[_i].salt);
	}
}
END_TEST

START_TEST(labels_that_are_no_hash)
{
	static const char *const labels[] = {
		"0p9mhaveqvm6t7vbl5lop2u3t2rp3to",   /* 31 digits */
		"0p9mhaveqvm6t7vbl5lop2u3t2rp3tomm", /* 33 */
		"0p9mhaveqvm6t7vbl5lop2u3t2rp3tow",  /* w is no digit */
		"0p9mhaveqvm6t7vbl5lop2u3t2rp3to=",  /* padding */
		"",
	};
	uint8_t hash[NSEC3_HASH_LEN];

	for (size_t i = 0; i < COUNT_OF(labels); i++)
		ck_assert_msg(!nsec3_of_label(view_of(labels[i], strlen(labels[i])), hash), "%s", labels[i]);
	ck_assert(nsec3_of_label(BYTES("0P9MHAVEQVM6T7VBL5LOP2U3T2RP3TOM"), hash));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("nsec3");
	TCase *t = tcase_create("nsec3");

	tcase_add_loop_test(t, hashes_of_rfc_5155, 0, COUNT_OF(rfc5155));
	tcase_add_test(t, any_length_is_hashed_as_the_rfc_says);
	tcase_add_test(t, unknown_algorithms_are_refused);
	tcase_add_loop_test(t, params_cases, 0, COUNT_OF(params));
	tcase_add_test(t, labels_that_are_no_hash);
	suite_add_tcase(s, t);
	return run_suite(s);
}
