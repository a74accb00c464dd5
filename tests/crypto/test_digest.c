#include "tests/help/run.h"

#include "crypto/digest.h"

static void hex(const uint8_t *p, size_t n, char *out)
{
	for (size_t i = 0; i < n; i++) {
		out[2 * i] = "0123456789abcdef"[p[i] >> 4];
		out[2 * i + 1] = "0123456789abcdef"[p[i] & 15];
	}
	out[2 * n] = 0;
}

/* The examples of FIPS 180 for "abc". */
static const struct {
	enum digest_kind kind;
	const char *want;
} abc[] = {
	{ DIGEST_SHA1, "a9993e364706816aba3e25717850c26c9cd0d89d" },
	{ DIGEST_SHA256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	{ DIGEST_SHA384, "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
			 "8086072ba1e7cc2358baeca134c825a7" },
	{ DIGEST_SHA512, "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
			 "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f" },
};

START_TEST(digest_of_abc)
{
	const struct view parts[] = { BYTES("a"), { NULL, 0 }, BYTES("bc") };
	uint8_t out[DIGEST_MAX];
	char text[2 * DIGEST_MAX + 1];

	ck_assert_uint_eq(digest_len(abc[_i].kind) * 2, strlen(abc[_i].want));
	digest_of(abc[_i].kind, parts, 3, out);
	hex(out, digest_len(abc[_i].kind), text);
	ck_assert_str_eq(text, abc[_i].want);
}
END_TEST

/* A digest is a value: its copy goes on from where it stood, and does not disturb it. */
START_TEST(a_copy_goes_on)
{
	uint8_t out[DIGEST_MAX];
	char text[2 * DIGEST_MAX + 1];
	struct digest d, copy;

	digest_begin(&d, abc[_i].kind);
	digest_add(&d, BYTES("ab"));
	copy = d;
	digest_add(&copy, BYTES("something else, longer than a block of any of these functions: they have 64 or "
				"128 octets, so this sentence goes on until it has more than that many"));
	digest_end(&copy, out);
	digest_add(&d, BYTES("c"));
	digest_end(&d, out);
	hex(out, digest_len(abc[_i].kind), text);
	ck_assert_str_eq(text, abc[_i].want);
}
END_TEST

/* The output may be one of the inputs, as when a hash is hashed again. */
START_TEST(output_over_input)
{
	uint8_t out[DIGEST_MAX] = { 'a', 'b', 'c' };
	struct view part = { out, 3 };
	char text[2 * DIGEST_MAX + 1];

	digest_of(abc[_i].kind, &part, 1, out);
	hex(out, digest_len(abc[_i].kind), text);
	ck_assert_str_eq(text, abc[_i].want);
}
END_TEST

START_TEST(a_short_one_is_no_other)
{
	uint8_t octets[SHA1_SHORT_MAX], want[SHA1_LEN], have[SHA1_LEN];

	for (size_t n = 0; n <= sizeof octets; n++) {
		struct view v = { octets, n };

		digest_of(DIGEST_SHA1, &v, 1, want);
		sha1_short(v, have);
		ck_assert_mem_eq(have, want, SHA1_LEN);
		if (n < sizeof octets)
			octets[n] = (uint8_t)(0x80 + 7 * n);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("digests");
	TCase *t = tcase_create("digests");

	tcase_add_loop_test(t, digest_of_abc, 0, COUNT_OF(abc));
	tcase_add_loop_test(t, a_copy_goes_on, 0, COUNT_OF(abc));
	tcase_add_loop_test(t, output_over_input, 0, COUNT_OF(abc));
	tcase_add_test(t, a_short_one_is_no_other);
	suite_add_tcase(s, t);
	return run_suite(s);
}
