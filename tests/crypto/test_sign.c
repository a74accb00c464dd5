#include "tests/help/run.h"

#include <pthread.h>
#include <stdlib.h>

#include "crypto/nonce.h"
#include "crypto/sign.h"
#include "tests/help/rng.h"

static struct view unhex(const char *text, uint8_t *out)
{
	size_t n = text == NULL ? 0 : strlen(text) / 2;

	for (size_t i = 0; i < n; i++) {
		char pair[3] = { text[2 * i], text[2 * i + 1], 0 };
		out[i] = (uint8_t)strtoul(pair, NULL, 16);
	}
	return view_of(out, n);
}

/* Keys that RFCs print with what they sign. Without a signature: that of the RFC was made with a random k. */
static const struct {
	const char *from;
	uint8_t algorithm;
	const char *secret[SECRET_PARTS];
	const char *public, *message, *signature;
} vectors[] = {
	{ "RFC 6979 A.2.5, SHA-256, \"sample\"",
	  ALG_ECDSAP256,
	  { [SECRET_PRIVATE_KEY] = "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721" },
	  "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
	  "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299",
	  "73616d706c65",
	  "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
	  "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8" },
	{ "RFC 6979 A.2.5, SHA-256, \"test\"",
	  ALG_ECDSAP256,
	  { [SECRET_PRIVATE_KEY] = "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721" },
	  "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
	  "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299",
	  "74657374",
	  "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367"
	  "019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083" },
	{ "RFC 6979 A.2.6, SHA-384, \"sample\"",
	  ALG_ECDSAP384,
	  { [SECRET_PRIVATE_KEY] = "6b9d3dad2e1b8c1c05b19875b6659f4de23c3b667bf297ba9aa47740787137d8"
				   "96d5724e4c70a825f872c9ea60d2edf5" },
	  "ec3a4e415b4e19a4568618029f427fa5da9a8bc4ae92e02e06aae5286b300c64"
	  "def8f0ea9055866064a254515480bc138015d9b72d7d57244ea8ef9ac0c62189"
	  "6708a59367f9dfb9f54ca84b3f1c9db1288b231c3ae0d4fe7344fd2533264720",
	  "73616d706c65",
	  "94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c"
	  "81a648152e44acf96e36dd1e80fabe4699ef4aeb15f178cea1fe40db2603138f"
	  "130e740a19624526203b6351d0a3a94fa329c145786e679e7b82c71a38628ac8" },
	{ "RFC 6979 A.2.6, SHA-384, \"test\"",
	  ALG_ECDSAP384,
	  { [SECRET_PRIVATE_KEY] = "6b9d3dad2e1b8c1c05b19875b6659f4de23c3b667bf297ba9aa47740787137d8"
				   "96d5724e4c70a825f872c9ea60d2edf5" },
	  "ec3a4e415b4e19a4568618029f427fa5da9a8bc4ae92e02e06aae5286b300c64"
	  "def8f0ea9055866064a254515480bc138015d9b72d7d57244ea8ef9ac0c62189"
	  "6708a59367f9dfb9f54ca84b3f1c9db1288b231c3ae0d4fe7344fd2533264720",
	  "74657374",
	  "8203b63d3c853e8d77227fb377bcf7b7b772e97892a80f36ab775d509d7a5feb"
	  "0542a7f0812998da8f1dd3ca3cf023dbddd0760448d42d8a43af45af836fce4d"
	  "e8be06b485e9b61b827c2f13173923e06a739f040649a667bf3b828246baa5a5" },
	{ "RFC 6605 6.1",
	  ALG_ECDSAP256,
	  { [SECRET_PRIVATE_KEY] = "194e929d0fcebbec42e51ba6b88508b8966d7974f6cf43bfa24d6cdfc12dea64" },
	  "1a88c88615d437fbb8bf9e1942a1929f28562706ae6c2bd399e7b1bfb6d1e9e7"
	  "5b92b4aa42917ae1c61b701ef035c3fe7be3009cbafe5a2f71316c902dcf0d00",
	  "01",
	  NULL },
	{ "RFC 6605 6.2",
	  ALG_ECDSAP384,
	  { [SECRET_PRIVATE_KEY] = "59446058709c6086143d681e2e688f6360c9264d36be0ae64df8adc60a9c2f8b"
				   "f05bb04eadb6b056655ed1df55f78491" },
	  "c4a61a36159d18e7c9fa73eb2fcfdaae4c1fd8463730327e484aca8af0554ae9"
	  "b5c3f7a0b17bd2003b4d261c9e9b94423a9810e8af17d43452124adb610f8e07"
	  "ebfcfee5f8e4d07063cae9eb917a1a5babf08fe695536017a5bfa93237ee6e34",
	  "01",
	  NULL },
	{ "RFC 8032 7.1, test 2",
	  ALG_ED25519,
	  { [SECRET_PRIVATE_KEY] = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb" },
	  "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
	  "72",
	  "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
	  "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00" },
	{ "RFC 8032 7.4, 1 octet",
	  ALG_ED448,
	  { [SECRET_PRIVATE_KEY] = "c4eab05d357007c632f3dbb48489924d552b08fe0c353a0d4a1f00acda2c463a"
				   "fbea67c5e8d2877c5e3bc397a659949ef8021e954e0a12274e" },
	  "43ba28f430cdff456ae531545f7ecd0ac834a55d9358c0372bfa0c6c6798c086"
	  "6aea01eb00742802b8438ea4cb82169c235160627b4c3a9480",
	  "03",
	  "26b8f91727bd62897af15e41eb43c377efb9c610d48f2335cb0bd0087810f435"
	  "2541b143c4b981b7e18f62de8ccdf633fc1bf037ab7cd779805e0dbcc0aae1cb"
	  "cee1afb2e027df36bc04dcecbf154336c19f0af7e0a6472905e799f1953d2a0f"
	  "f3348ab21aa4adafd1d234441cf807c03a00" },
	{ "RFC 8080 6.1, with erratum 4935",
	  ALG_ED25519,
	  { [SECRET_PRIVATE_KEY] = "3832323630333834363238303830313232363435313930323034313432323632" },
	  "974d96a22d224bc01adb915091477d44ccd91c9a41a11430010117d52c59240e",
	  "000f0f0200000e1055d4fc6055b94ce00e1d076578616d706c6503636f6d0007"
	  "6578616d706c6503636f6d00000f000100000e100014000a046d61696c076578"
	  "616d706c6503636f6d00",
	  "a0bf64ac9ba7ef17c138859c1878bb99a839fe1759aca5b0d798cf1ab1e98d07"
	  "9102f4ddb3368f0fe40bb377f1f00e0cddedb799167d56b6e932783072ba8d02" },
	{ "RFC 8080 6.2, with erratum 4935",
	  ALG_ED448,
	  { [SECRET_PRIVATE_KEY] = "c59fb90a09b8eb7c6e82d918e41d09c7a7ab1535e9d77ad87a0b2dd2a46d36c3"
				   "989da569331d19fdce44880f71f3059b0c372dfd4dc5858580" },
	  "de481139a0e3ae1d07da2ba2c5606b73c8361290412c2746cc79a7f86d8ca533"
	  "e1a63fce8815471d27cfa1dc751586147092a6d4c0e926d200",
	  "000f100200000e1055d4fc6055b94ce025f1076578616d706c6503636f6d0007"
	  "6578616d706c6503636f6d00000f000100000e100014000a046d61696c076578"
	  "616d706c6503636f6d00",
	  "ddc3c01e49a59f17031ccca0eef142df89746e5061b86d6aa702e68c89c8f30d"
	  "42301dbd164100209500d1a9b15a77649a7059e922a2c19480c4620b9ff341b4"
	  "e5dfb74f868fb152bce2b113fd3bfb8450bc4e7cd4ddc08ff26d2326a2615767"
	  "62dc8c59b48dc86118db6d7758ab09970100" },
	{ "RFC 5702 6.2",
	  ALG_RSASHA512,
	  { "d1e8353396f9eb7ce8ab89396443a75a6776fc1be98f379d25575f22c0dc32eb"
	    "a1139490de97d0eea99d69e3250ba35ff03286a143c63d77b4e9c3f6eff59138"
	    "3b715eab92532b643b49090e4f0a5fc3ed034fb2056c32ed49d90f20a4ca73b4"
	    "d14ba4f073d5b5978c3b5a47b6500656773c5635d994d29dca2b7df7069a138b",
	    "010001",
	    "ac54b520f6c9965145805737dc1e430e50b57a03bc7bcd4fe1f15a74e0dba79e"
	    "95eeca6129ae806500b1f0d6007b0e955c514f00a4f0e3541d1e72b990860ec3"
	    "1bdf1438c37141b36bcf2a6e3cab0cf4897a791e65b212314492ab2ec0305cc4"
	    "a25924e964a7ea4ded85455181296a0e8395dd210802cac1d38dd7cc6aca2151",
	    "f266edb2ef5397dbfbb4a48774221ea6b2c841740bcf195266e9f94f59ff3a3b"
	    "d7494b6f0fbc67649f8b1ea6818f574880c6c2ab653c3b4e1055c2b74d2f4689",
	    "ddaea091fb3be1dd096fbc8be23e1a74089fe1f729ed9ac6b7b1b93515430d8f"
	    "ccbf84c444028c6b44ca377a24284d00ed7f91bf62bce26853e102c396594473",
	    "bf70f903dbae0a7e6b81547bc2057c6dad3f292a6c75288b82ca00e361b1881d"
	    "60befb3b80930c9954c3bbf646d69d599e92db861fd2fd077f312c32365c42f9",
	    "9be7b37fd76c0ef6102be8338ce2d661e2aae7159804460519adc12e870c885e"
	    "28c64cce67724f652594fe1d458e9e5157b68f3f4566c7e84d8d830f210f18e7",
	    "25ee58858a54ae89ff59d3978f1340c43b9b029de2e57ed43947e125cc88820a"
	    "b063ce8813443f064d03c38482f73c67b229a67415d6d88cddf0bc2e93c15071" },
	  "03010001d1e8353396f9eb7ce8ab89396443a75a6776fc1be98f379d25575f22"
	  "c0dc32eba1139490de97d0eea99d69e3250ba35ff03286a143c63d77b4e9c3f6"
	  "eff591383b715eab92532b643b49090e4f0a5fc3ed034fb2056c32ed49d90f20"
	  "a4ca73b4d14ba4f073d5b5978c3b5a47b6500656773c5635d994d29dca2b7df7"
	  "069a138b",
	  "00010a0300000e1070dbd880386d43800e9c076578616d706c65036e65740003"
	  "777777076578616d706c65036e6574000001000100000e100004c000025b",
	  "b6c6f8c278d15039c1d41522fade933135d38635671be782916aa3bef8e1cd02"
	  "f5774611a0e7b409bc6b54361dd310edb2e25169e530d5ea7de0fcc45b3af488"
	  "66206415a6ff3a6afbd7ceb9a8182517c3a9f45e281cccc1e38b0e235af223f9"
	  "83dbcc869bafe8e3e5be95f09bd49af595c86cd9753011a4d1fb613e0c5d0cbc" },
};

static struct private_key *vector_key(int i)
{
	static uint8_t room[SECRET_PARTS][512];
	struct private_key *k;
	struct secret s;

	for (int p = 0; p < SECRET_PARTS; p++)
		s.part[p] = unhex(vectors[i].secret[p], room[p]);
	ck_assert_msg(private_key_of(vectors[i].algorithm, &s, &k) == OK, "%s", vectors[i].from);
	return k;
}

static void sign_one(struct signer *s, struct view message, uint8_t *sig)
{
	ck_assert_int_eq(signer_sign(s, &message, 1, &sig), OK);
}

static bool verifies(const struct private_key *k, uint8_t algorithm, struct view message, const uint8_t *sig)
{
	struct public_key *p;
	bool good;

	ck_assert_int_eq(public_key_of(algorithm, private_key_public(k), &p), OK);
	good = public_key_verify(p, message, view_of(sig, private_key_signature_len(k)));
	public_key_free(p);
	return good;
}

START_TEST(signs_as_the_rfcs_print)
{
	uint8_t public_bytes[1024], message_bytes[256], want_bytes[1024], sig[SIGNATURE_MAX];
	const struct view public = unhex(vectors[_i].public, public_bytes);
	const struct view message = unhex(vectors[_i].message, message_bytes);
	const struct view want = unhex(vectors[_i].signature, want_bytes);
	struct private_key *k = vector_key(_i);
	struct signer *s = signer_new(k);

	ck_assert_msg(view_eq(private_key_public(k), public), "%s: public key", vectors[_i].from);
	for (int again = 0; again < 3; again++) {
		memset(sig, 0, sizeof sig);
		sign_one(s, message, sig);
		ck_assert_msg(verifies(k, vectors[_i].algorithm, message, sig), "%s", vectors[_i].from);
		if (want.n > 0)
			ck_assert_msg(view_eq(want, view_of(sig, private_key_signature_len(k))), "%s: signature",
				      vectors[_i].from);
	}
	signer_free(s);
	private_key_free(k);
}
END_TEST

static const struct {
	uint8_t algorithm;
	unsigned bits;
	size_t public_len, signature_len;
} generated[] = {
	{ ALG_RSASHA256, 1024, 4 + 128, 128 },
	{ ALG_RSASHA256, 0, 4 + 256, 256 },
	{ ALG_RSASHA512, 1032, 4 + 129, 129 },
	{ ALG_ECDSAP256, 0, 64, 64 },
	{ ALG_ECDSAP384, 0, 96, 96 },
	{ ALG_ED25519, 0, 32, 64 },
	{ ALG_ED448, 0, 57, 114 },
};

/* A new key, and the key made of its secret, are the same key and sign the same; two new keys are not. */
START_TEST(new_keys)
{
	const uint8_t algorithm = generated[_i].algorithm;
	struct private_key *k, *again, *other;
	uint8_t a[SIGNATURE_MAX], b[SIGNATURE_MAX];
	struct signer *s, *t;
	struct secret secret;

	ck_assert_int_eq(private_key_generate(algorithm, generated[_i].bits, &k), OK);
	ck_assert_int_eq(private_key_generate(algorithm, generated[_i].bits, &other), OK);
	ck_assert_uint_eq(private_key_public(k).n, generated[_i].public_len);
	ck_assert_uint_eq(private_key_signature_len(k), generated[_i].signature_len);
	ck_assert(!view_eq(private_key_public(k), private_key_public(other)));
	private_key_secret(k, &secret);
	ck_assert_int_eq(private_key_of(algorithm, &secret, &again), OK);
	ck_assert(view_eq(private_key_public(k), private_key_public(again)));
	s = signer_new(k);
	t = signer_new(again);
	sign_one(s, BYTES("the same"), a);
	sign_one(t, BYTES("the same"), b);
	ck_assert_mem_eq(a, b, private_key_signature_len(k));
	ck_assert(verifies(k, algorithm, BYTES("the same"), a));
	ck_assert(!verifies(k, algorithm, BYTES("another"), a));
	ck_assert(!verifies(other, algorithm, BYTES("the same"), a));
	signer_free(s);
	signer_free(t);
	private_key_free(k);
	private_key_free(again);
	private_key_free(other);
}
END_TEST

/* Whatever is signed together is signed as if it were alone; messages of all lengths, batches of all sizes. */
START_TEST(batches)
{
	static uint8_t together[SIGN_BATCH][SIGNATURE_MAX], text[256], alone[SIGNATURE_MAX];
	struct view message[SIGN_BATCH];
	uint8_t *sig[SIGN_BATCH];
	struct rng r = { (uint64_t)_i };
	struct private_key *k = vector_key(_i);
	struct signer *s = signer_new(k);

	rng_bytes(&r, text, sizeof text);
	for (size_t n = 0; n <= SIGN_BATCH; n = n < 4 ? n + 1 : 4 * n) {
		for (size_t i = 0; i < n; i++) {
			size_t from = rng_below(&r, 128);

			message[i] = view_of(text + from, rng_below(&r, 129));
			sig[i] = together[i];
		}
		ck_assert_int_eq(signer_sign(s, message, n, sig), OK);
		for (size_t i = 0; i < n; i++) {
			sign_one(s, message[i], alone);
			ck_assert_mem_eq(together[i], alone, private_key_signature_len(k));
			ck_assert(verifies(k, vectors[_i].algorithm, message[i], together[i]));
		}
	}
	ck_assert_int_eq(signer_sign(s, message, SIGN_BATCH + 1, sig), ERR_SPACE);
	signer_free(s);
	private_key_free(k);
}
END_TEST

#define ORDER_256 "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc6325"
#define ORDER_384                                                                                                 \
	"ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf"                                        \
	"581a0db248b0a77aecec196accc529"
#define ZEROS "00000000000000000000000000000000"

/* Secrets of one part. */
static const struct {
	const char *why;
	uint8_t algorithm;
	const char *secret;
	enum err want;
} parts[] = {
	{ "P-256: 1", ALG_ECDSAP256, ZEROS "00000000000000000000000000000001", OK },
	{ "P-256: n - 1", ALG_ECDSAP256, ORDER_256 "50", OK },
	{ "P-256: n", ALG_ECDSAP256, ORDER_256 "51", ERR_FORMAT },
	{ "P-256: n + 1", ALG_ECDSAP256, ORDER_256 "52", ERR_FORMAT },
	{ "P-256: 0", ALG_ECDSAP256, ZEROS ZEROS, ERR_FORMAT },
	{ "P-256: nothing", ALG_ECDSAP256, "", ERR_FORMAT },
	{ "P-256: leading zeros left out", ALG_ECDSAP256, "01", OK },
	{ "P-256: too long", ALG_ECDSAP256, "00" ZEROS "00000000000000000000000000000001", ERR_FORMAT },
	{ "P-384: n - 1", ALG_ECDSAP384, ORDER_384 "72", OK },
	{ "P-384: n", ALG_ECDSAP384, ORDER_384 "73", ERR_FORMAT },
	{ "P-384: 0", ALG_ECDSAP384, ZEROS ZEROS ZEROS, ERR_FORMAT },
	{ "Ed25519: all zeros is a seed like any other", ALG_ED25519, ZEROS ZEROS, OK },
	{ "Ed25519: too short", ALG_ED25519, ZEROS, ERR_FORMAT },
	{ "Ed25519: seed and public key", ALG_ED25519, ZEROS ZEROS ZEROS ZEROS, ERR_FORMAT },
	{ "Ed448: 56 octets", ALG_ED448, ZEROS ZEROS ZEROS "0000000000000000", ERR_FORMAT },
	{ "Ed448: 57 octets", ALG_ED448, ZEROS ZEROS ZEROS "000000000000000001", OK },
	{ "RSA: a secret of another kind", ALG_RSASHA256, ZEROS ZEROS, ERR_FORMAT },
	{ "RSA/SHA-1 does not sign", ALG_RSASHA1, ZEROS ZEROS, ERR_NOTFOUND },
	{ "no such algorithm", 0, ZEROS ZEROS, ERR_NOTFOUND },
	{ "private algorithm", 254, ZEROS ZEROS, ERR_NOTFOUND },
};

START_TEST(secrets)
{
	uint8_t bytes[128];
	struct secret s = { .part[SECRET_PRIVATE_KEY] = unhex(parts[_i].secret, bytes) };
	struct private_key *k;

	ck_assert_msg(private_key_of(parts[_i].algorithm, &s, &k) == parts[_i].want, "%s", parts[_i].why);
	ck_assert_int_eq(k != NULL, parts[_i].want == OK);
	if (k != NULL) {
		uint8_t sig[SIGNATURE_MAX];
		struct signer *signer = signer_new(k);

		sign_one(signer, BYTES("x"), sig);
		ck_assert_msg(verifies(k, parts[_i].algorithm, BYTES("x"), sig), "%s", parts[_i].why);
		signer_free(signer);
	}
	private_key_free(k);
}
END_TEST

/* RSA parts that do not belong together, one after the other: changed, missing, too long. */
START_TEST(rsa_parts)
{
	static uint8_t changed[5000];
	struct private_key *k, *good;
	struct secret s;

	ck_assert_int_eq(private_key_generate(ALG_RSASHA256, 1024, &good), OK);
	private_key_secret(good, &s);
	const struct view part = s.part[_i];
	for (size_t at = 0; at<part.n; at += part.n> 8 ? part.n / 8 : 1) {
		memcpy(changed, part.p, part.n);
		changed[at] ^= 4;
		s.part[_i] = view_of(changed, part.n);
		ck_assert_int_ne(private_key_of(ALG_RSASHA256, &s, &k), OK);
		ck_assert_ptr_null(k);
	}
	s.part[_i] = view_of(NULL, 0);
	ck_assert_int_eq(private_key_of(ALG_RSASHA256, &s, &k), ERR_FORMAT);
	memset(changed, 0, sizeof changed);
	s.part[_i] = view_of(changed, 64);
	ck_assert_int_eq(private_key_of(ALG_RSASHA256, &s, &k), ERR_FORMAT);
	s.part[_i] = view_of(changed, sizeof changed);
	ck_assert_int_eq(private_key_of(ALG_RSASHA256, &s, &k), ERR_FORMAT);
	memcpy(changed + 3, part.p, part.n); /* leading zeros do not matter */
	s.part[_i] = view_of(changed, part.n + 3);
	ck_assert_int_eq(private_key_of(ALG_RSASHA256, &s, &k), OK);
	ck_assert(view_eq(private_key_public(k), private_key_public(good)));
	private_key_free(k);
	private_key_free(good);
}
END_TEST

/* With the exponent 1 the message is its own signature, and anybody makes it. */
START_TEST(rsa_exponent_of_one)
{
	static const uint8_t one[] = { 0, 0, 1 };
	struct private_key *good, *k;
	struct secret s;

	ck_assert_int_eq(private_key_generate(ALG_RSASHA256, 1024, &good), OK);
	private_key_secret(good, &s);
	s.part[SECRET_PUBLIC_EXPONENT] = s.part[SECRET_PRIVATE_EXPONENT] = s.part[SECRET_EXPONENT1] =
	    s.part[SECRET_EXPONENT2] = view_of(one, sizeof one);
	ck_assert_int_eq(private_key_of(ALG_RSASHA256, &s, &k), ERR_FORMAT);
	private_key_free(good);
}
END_TEST

START_TEST(rsa_sizes)
{
	static const unsigned refused[] = { 1, 512, 1023, 4097, 16384 };
	struct private_key *k;

	for (size_t i = 0; i < COUNT_OF(refused); i++) {
		ck_assert_int_eq(private_key_generate(ALG_RSASHA256, refused[i], &k), ERR_REFUSED);
		ck_assert_ptr_null(k);
	}
	ck_assert_int_eq(private_key_generate(ALG_RSASHA1, 2048, &k), ERR_NOTFOUND);
	ck_assert_int_eq(private_key_generate(3, 2048, &k), ERR_NOTFOUND);
	ck_assert(algorithm_is_rsa(ALG_RSASHA512) && algorithm_is_rsa(ALG_RSASHA1));
	ck_assert(!algorithm_is_rsa(ALG_ED448) && !algorithm_is_rsa(250));
	ck_assert(algorithm_signs(ALG_ED25519) && !algorithm_signs(ALG_RSASHA1_NSEC3) && !algorithm_signs(255));
}
END_TEST

/* Candidates out of range must be passed over (RFC 6979 3.2 h): with an order this small most are. */
START_TEST(nonces_are_below_the_order)
{
	uint8_t key[32] = { [31] = 7 }, hash[32], k[32], order[32] = { 0x08, 0x01 };
	static const uint8_t zero[32];
	struct rng r = { 1 };
	struct nonce o;

	nonce_begin(&o, DIGEST_SHA256, key, order);
	for (int i = 0; i < 200; i++) {
		rng_bytes(&r, hash, sizeof hash);
		nonce_of(&o, hash, k);
		ck_assert(memcmp(k, order, sizeof k) < 0 && memcmp(k, zero, sizeof k) != 0);
	}
	ck_assert(number_below(zero, key, 32) && !number_below(key, key, 32) && !number_below(key, zero, 32));
}
END_TEST

/* One key, many threads, each with a signer of its own: they sign the same. Under TSan it also shows that nothing
 * of the key is written. */
enum { THREADS = 4, EACH = 20 };

struct thread {
	const struct private_key *key;
	uint8_t sig[EACH][SIGNATURE_MAX];
	bool good;
};

static void *sign_many(void *context)
{
	struct thread *t = context;
	struct signer *s = signer_new(t->key);
	struct view message[EACH];
	uint8_t *sig[EACH], text[EACH];

	for (uint8_t i = 0; i < EACH; i++) {
		text[i] = i;
		message[i] = view_of(&text[i], 1);
		sig[i] = t->sig[i];
	}
	t->good = s != NULL && signer_sign(s, message, EACH / 2, sig) == OK &&
		  signer_sign(s, message + EACH / 2, EACH - EACH / 2, sig + EACH / 2) == OK;
	signer_free(s);
	return NULL;
}

START_TEST(threads_share_a_key)
{
	static struct thread thread[THREADS];
	struct private_key *k = vector_key(_i);
	pthread_t id[THREADS];

	for (int i = 0; i < THREADS; i++) {
		thread[i].key = k;
		ck_assert_int_eq(pthread_create(&id[i], NULL, sign_many, &thread[i]), 0);
	}
	for (int i = 0; i < THREADS; i++) {
		ck_assert_int_eq(pthread_join(id[i], NULL), 0);
		ck_assert(thread[i].good);
	}
	for (int i = 0; i < EACH; i++) {
		const uint8_t text = (uint8_t)i;

		ck_assert(verifies(k, vectors[_i].algorithm, view_of(&text, 1), thread[0].sig[i]));
		for (int t = 1; t < THREADS; t++)
			ck_assert_mem_eq(thread[t].sig[i], thread[0].sig[i], private_key_signature_len(k));
	}
	private_key_free(k);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("signing");
	TCase *t = tcase_create("signing");

	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, signs_as_the_rfcs_print, 0, COUNT_OF(vectors));
	tcase_add_loop_test(t, new_keys, 0, COUNT_OF(generated));
	tcase_add_loop_test(t, batches, 0, COUNT_OF(vectors));
	tcase_add_loop_test(t, secrets, 0, COUNT_OF(parts));
	tcase_add_loop_test(t, rsa_parts, 0, SECRET_PRIVATE_KEY);
	tcase_add_loop_test(t, threads_share_a_key, 0, COUNT_OF(vectors));
	tcase_add_test(t, rsa_exponent_of_one);
	tcase_add_test(t, rsa_sizes);
	tcase_add_test(t, nonces_are_below_the_order);
	suite_add_tcase(s, t);
	return run_suite(s);
}
