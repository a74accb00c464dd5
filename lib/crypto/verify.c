#include "crypto/verify.h"

#include <stdlib.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <sodium.h>

#include "base/rd.h"
#include "base/wr.h"
#include "crypto/digest.h"

struct algorithm;

struct public_key {
	const struct algorithm *a;
	EVP_PKEY *pkey;    /* all but Ed25519 */
	EVP_PKEY_CTX *ctx; /* RSA and ECDSA: ready to verify, again and again */
	EVP_MD_CTX *md;    /* Ed448: signs messages, not digests */
	uint8_t raw[32];   /* Ed25519 */
};

struct algorithm {
	enum digest_kind digest;
	const char *digest_name, *curve;
	size_t part; /* octets of x, y, r and s, or of a raw key */
	enum err (*make)(struct public_key *k, struct view key);
	bool (*verify)(struct public_key *k, struct view data, struct view signature);
};

/* ---- RSA ---- */

/* pkey_of builds a key of OpenSSL's type `type` from the numbers collected in b. */
static EVP_PKEY *pkey_of(const char *type, OSSL_PARAM_BLD *b)
{
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(b);
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *k = NULL;

	if (params == NULL || c == NULL || EVP_PKEY_fromdata_init(c) != 1 ||
	    EVP_PKEY_fromdata(c, &k, EVP_PKEY_PUBLIC_KEY, params) != 1)
		k = NULL;
	OSSL_PARAM_free(params);
	EVP_PKEY_CTX_free(c);
	return k;
}

/* ready makes the context that verifies digests of the algorithm's kind. */
static enum err ready(struct public_key *k)
{
	EVP_MD *md = EVP_MD_fetch(NULL, k->a->digest_name, NULL);
	bool good = false;

	k->ctx = EVP_PKEY_CTX_new_from_pkey(NULL, k->pkey, NULL);
	if (k->ctx != NULL && md != NULL && EVP_PKEY_verify_init(k->ctx) == 1)
		good = k->a->curve != NULL || EVP_PKEY_CTX_set_rsa_padding(k->ctx, RSA_PKCS1_PADDING) == 1;
	good = good && EVP_PKEY_CTX_set_signature_md(k->ctx, md) == 1;
	EVP_MD_free(md);
	return good ? OK : ERR_FORMAT;
}

/* rsa_split reads exponent and modulus (RFC 3110 2) and holds them to the caps. */
static bool rsa_split(struct view key, struct view *e, struct view *n)
{
	struct rd r = rd_of(key);
	size_t len = rd_u8(&r);

	if (len == 0)
		len = rd_u16(&r);
	*e = rd_take(&r, len);
	*n = rd_rest(&r);
	while (n->n > 0 && n->p[0] == 0)
		*n = view_of(n->p + 1, n->n - 1);
	return !r.bad && e->n > 0 && e->n <= RSA_EXPONENT_MAX && n->n >= RSA_MODULUS_MIN &&
	       n->n <= RSA_MODULUS_MAX;
}

static enum err rsa_make(struct public_key *k, struct view key)
{
	struct view ev, nv;
	OSSL_PARAM_BLD *b;
	BIGNUM *e, *n;

	if (!rsa_split(key, &ev, &nv))
		return ERR_FORMAT;
	b = OSSL_PARAM_BLD_new();
	e = BN_bin2bn(ev.p, (int)ev.n, NULL);
	n = BN_bin2bn(nv.p, (int)nv.n, NULL);
	if (b != NULL && e != NULL && n != NULL && OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_E, e) == 1 &&
	    OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_N, n) == 1)
		k->pkey = pkey_of("RSA", b);
	OSSL_PARAM_BLD_free(b);
	BN_free(e);
	BN_free(n);
	return k->pkey != NULL ? ready(k) : ERR_FORMAT;
}

static bool verify_digest(struct public_key *k, struct view data, struct view signature)
{
	uint8_t d[DIGEST_MAX];

	digest_of(k->a->digest, &data, 1, d);
	return EVP_PKEY_verify(k->ctx, signature.p, signature.n, d, digest_len(k->a->digest)) == 1;
}

static bool rsa_verify(struct public_key *k, struct view data, struct view signature)
{
	return signature.n <= RSA_MODULUS_MAX && verify_digest(k, data, signature);
}

/* ---- ECDSA ---- */

static enum err ecdsa_make(struct public_key *k, struct view key)
{
	uint8_t point[1 + 2 * 48];
	OSSL_PARAM_BLD *b;

	if (key.n != 2 * k->a->part)
		return ERR_FORMAT;
	point[0] = POINT_CONVERSION_UNCOMPRESSED;
	memcpy(point + 1, key.p, key.n);
	b = OSSL_PARAM_BLD_new();
	if (b != NULL && OSSL_PARAM_BLD_push_utf8_string(b, OSSL_PKEY_PARAM_GROUP_NAME, k->a->curve, 0) == 1 &&
	    OSSL_PARAM_BLD_push_octet_string(b, OSSL_PKEY_PARAM_PUB_KEY, point, 1 + key.n) == 1)
		k->pkey = pkey_of("EC", b);
	OSSL_PARAM_BLD_free(b);
	return k->pkey != NULL ? ready(k) : ERR_FORMAT;
}

/* der_integer writes a positive number as DER wants it: shortest, and a zero in front of a set top bit. */
static void der_integer(struct wr *w, const uint8_t *p, size_t n)
{
	while (n > 1 && p[0] == 0) {
		p++;
		n--;
	}
	wr_u8(w, 0x02);
	wr_u8(w, (uint8_t)(n + (p[0] >> 7)));
	if ((p[0] & 0x80) != 0)
		wr_u8(w, 0);
	wr_bytes(w, p, n);
}

/* DNS has r || s (RFC 6605 4), OpenSSL wants a DER sequence of two integers; both are short enough (at most
 * 102 octets inside) for lengths of one octet. */
static bool ecdsa_verify(struct public_key *k, struct view data, struct view signature)
{
	uint8_t der[2 + 2 * (3 + 48)];
	struct wr w = wr_of(der, sizeof der);

	if (signature.n != 2 * k->a->part)
		return false;
	wr_u16(&w, 0x3000);
	der_integer(&w, signature.p, k->a->part);
	der_integer(&w, signature.p + k->a->part, k->a->part);
	der[1] = (uint8_t)(w.len - 2);
	return !w.full && verify_digest(k, data, wr_view_of(&w));
}

/* ---- Edwards curves ---- */

static enum err ed25519_make(struct public_key *k, struct view key)
{
	if (key.n != k->a->part || sodium_init() < 0)
		return ERR_FORMAT;
	memcpy(k->raw, key.p, key.n);
	return OK;
}

static bool ed25519_verify(struct public_key *k, struct view data, struct view signature)
{
	return signature.n == crypto_sign_BYTES &&
	       crypto_sign_verify_detached(signature.p, data.p, data.n, k->raw) == 0;
}

static enum err ed448_make(struct public_key *k, struct view key)
{
	if (key.n != k->a->part)
		return ERR_FORMAT;
	k->pkey = EVP_PKEY_new_raw_public_key_ex(NULL, "ED448", NULL, key.p, key.n);
	if (k->pkey == NULL)
		return ERR_FORMAT;
	k->md = EVP_MD_CTX_new();
	return k->md != NULL ? OK : ERR_MEMORY;
}

static bool ed448_verify(struct public_key *k, struct view data, struct view signature)
{
	return EVP_MD_CTX_reset(k->md) == 1 &&
	       EVP_DigestVerifyInit_ex(k->md, NULL, NULL, NULL, NULL, k->pkey, NULL) == 1 &&
	       EVP_DigestVerify(k->md, signature.p, signature.n, data.p, data.n) == 1;
}

/* ---- the table ---- */

static const struct algorithm algorithms[] = {
	[ALG_RSASHA1] = { DIGEST_SHA1, "SHA1", NULL, 0, rsa_make, rsa_verify },
	[ALG_RSASHA1_NSEC3] = { DIGEST_SHA1, "SHA1", NULL, 0, rsa_make, rsa_verify },
	[ALG_RSASHA256] = { DIGEST_SHA256, "SHA256", NULL, 0, rsa_make, rsa_verify },
	[ALG_RSASHA512] = { DIGEST_SHA512, "SHA512", NULL, 0, rsa_make, rsa_verify },
	[ALG_ECDSAP256] = { DIGEST_SHA256, "SHA256", "P-256", 32, ecdsa_make, ecdsa_verify },
	[ALG_ECDSAP384] = { DIGEST_SHA384, "SHA384", "P-384", 48, ecdsa_make, ecdsa_verify },
	[ALG_ED25519] = { 0, NULL, NULL, 32, ed25519_make, ed25519_verify },
	[ALG_ED448] = { 0, NULL, NULL, 57, ed448_make, ed448_verify },
};

bool algorithm_known(uint8_t algorithm)
{
	return algorithm < COUNT_OF(algorithms) && algorithms[algorithm].make != NULL;
}

enum err public_key_of(uint8_t algorithm, struct view key, struct public_key **out)
{
	struct public_key *k;
	enum err e;

	*out = NULL;
	if (!algorithm_known(algorithm))
		return ERR_NOTFOUND;
	k = calloc(1, sizeof *k);
	if (k == NULL)
		return ERR_MEMORY;
	k->a = &algorithms[algorithm];
	e = k->a->make(k, key);
	if (e == OK)
		*out = k;
	else
		public_key_free(k);
	return e;
}

bool public_key_verify(struct public_key *k, struct view data, struct view signature)
{
	return k->a->verify(k, data, signature);
}

void public_key_free(struct public_key *k)
{
	if (k == NULL)
		return;
	EVP_PKEY_CTX_free(k->ctx);
	EVP_PKEY_free(k->pkey);
	EVP_MD_CTX_free(k->md);
	free(k);
}
