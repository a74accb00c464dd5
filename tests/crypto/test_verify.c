#include "tests/help/run.h"

#include <stdlib.h>

#include "crypto/verify.h"

static struct view unhex(const char *text, uint8_t *out)
{
	size_t n = strlen(text) / 2;

	for (size_t i = 0; i < n; i++) {
		char pair[3] = { text[2 * i], text[2 * i + 1], 0 };
		out[i] = (uint8_t)strtoul(pair, NULL, 16);
	}
	return view_of(out, n);
}

/* Signatures over plain messages; those over RRsets are in tests/sec. */
static const struct {
	const char *from;
	uint8_t algorithm;
	const char *key, *message, *signature;
} good[] = {
	{ "RFC 6979 A.2.5, P-256 and SHA-256, \"sample\"", ALG_ECDSAP256,
	  "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
	  "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299",
	  "73616d706c65",
	  "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
	  "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8" },
	{ "RFC 8032 7.1, test 2", ALG_ED25519, "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
	  "72",
	  "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
	  "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00" },
	{ "RFC 8032 7.4, 1 octet", ALG_ED448,
	  "43ba28f430cdff456ae531545f7ecd0ac834a55d9358c0372bfa0c6c6798c086"
	  "6aea01eb00742802b8438ea4cb82169c235160627b4c3a9480",
	  "03",
	  "26b8f91727bd62897af15e41eb43c377efb9c610d48f2335cb0bd0087810f435"
	  "2541b143c4b981b7e18f62de8ccdf633fc1bf037ab7cd779805e0dbcc0aae1cb"
	  "cee1afb2e027df36bc04dcecbf154336c19f0af7e0a6472905e799f1953d2a0f"
	  "f3348ab21aa4adafd1d234441cf807c03a00" },
};

START_TEST(verifies_only_what_was_signed)
{
	uint8_t key_bytes[128], message[64], signature[128];
	struct view k = unhex(good[_i].key, key_bytes), m = unhex(good[_i].message, message);
	struct view s = unhex(good[_i].signature, signature);
	struct public_key *key;

	ck_assert_int_eq(public_key_of(good[_i].algorithm, k, &key), OK);
	for (int again = 0; again < 3; again++)
		ck_assert_msg(public_key_verify(key, m, s), "%s", good[_i].from);
	ck_assert(!public_key_verify(key, m, view_of(s.p, s.n - 1)));
	ck_assert(!public_key_verify(key, m, view_of(s.p, 0)));
	message[0] ^= 1;
	ck_assert(!public_key_verify(key, m, s));
	message[0] ^= 1;
	signature[5] ^= 1;
	ck_assert(!public_key_verify(key, m, s));
	public_key_free(key);
}
END_TEST

static uint8_t zeros[2048], ones[2048];

/* Keys that must be refused before any arithmetic: public key fields by length, each octet 0xff but where said. */
static const struct {
	const char *why;
	uint8_t algorithm;
	const char *start; /* octets in hexadecimal */
	size_t more;       /* 0xff octets that follow */
	enum err want;
} keys[] = {
	{ "RSA, 1024 bits, e = 65537", ALG_RSASHA256, "03010001", 128, OK },
	{ "RSA, 4096 bits", ALG_RSASHA512, "03010001", 512, OK },
	{ "RSA, 4104 bits", ALG_RSASHA256, "03010001", 513, ERR_FORMAT },
	{ "RSA, zeros in front do not make it longer", ALG_RSASHA256, "030100010000", 512, OK },
	{ "RSA, 504 bits", ALG_RSASHA1, "03010001", 63, ERR_FORMAT },
	{ "RSA, exponent of 6 octets", ALG_RSASHA256, "06010000000001", 128, ERR_FORMAT },
	{ "RSA, exponent with a long length", ALG_RSASHA256, "000003010001", 128, OK },
	{ "RSA, no exponent", ALG_RSASHA256, "000000", 128, ERR_FORMAT },
	{ "RSA, exponent longer than the field", ALG_RSASHA256, "05", 3, ERR_FORMAT },
	{ "RSA, empty field", ALG_RSASHA256, "", 0, ERR_FORMAT },
	{ "P-256, not on the curve", ALG_ECDSAP256, "", 64, ERR_FORMAT },
	{ "P-256, too short", ALG_ECDSAP256, "", 63, ERR_FORMAT },
	{ "P-384, a P-256 key", ALG_ECDSAP384, "", 64, ERR_FORMAT },
	{ "Ed25519, too long", ALG_ED25519, "", 33, ERR_FORMAT },
	{ "Ed448, too short", ALG_ED448, "", 56, ERR_FORMAT },
	{ "DSA is not verified", 3, "", 100, ERR_NOTFOUND },
	{ "reserved algorithm", 0, "", 100, ERR_NOTFOUND },
	{ "private algorithm", 254, "", 100, ERR_NOTFOUND },
};

START_TEST(odd_keys)
{
	uint8_t bytes[1024];
	struct view start = unhex(keys[_i].start, bytes);
	struct public_key *key;

	memset(bytes + start.n, 0xff, keys[_i].more);
	ck_assert_msg(public_key_of(keys[_i].algorithm, view_of(bytes, start.n + keys[_i].more), &key) ==
			  keys[_i].want,
		      "%s", keys[_i].why);
	ck_assert_int_eq(key != NULL, keys[_i].want == OK);
	if (key != NULL) { /* absurd signatures of any length are wrong, and nothing worse */
		memset(ones, 0xff, sizeof ones);
		for (size_t n = 0; n < sizeof ones; n += 61) {
			ck_assert(!public_key_verify(key, BYTES("x"), view_of(ones, n)));
			ck_assert(!public_key_verify(key, BYTES("x"), view_of(zeros, n)));
		}
	}
	public_key_free(key);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("signatures");
	TCase *t = tcase_create("signatures");

	tcase_add_loop_test(t, verifies_only_what_was_signed, 0, COUNT_OF(good));
	tcase_add_loop_test(t, odd_keys, 0, COUNT_OF(keys));
	suite_add_tcase(s, t);
	return run_suite(s);
}
