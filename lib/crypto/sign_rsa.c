#include <stdlib.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <sodium.h>

#include "base/wr.h"
#include "crypto/private_key.h"

/* The parts of a secret under OpenSSL's names, in the order of sign.h. */
static const char *const names[] = {
	[SECRET_MODULUS] = OSSL_PKEY_PARAM_RSA_N,
	[SECRET_PUBLIC_EXPONENT] = OSSL_PKEY_PARAM_RSA_E,
	[SECRET_PRIVATE_EXPONENT] = OSSL_PKEY_PARAM_RSA_D,
	[SECRET_PRIME1] = OSSL_PKEY_PARAM_RSA_FACTOR1,
	[SECRET_PRIME2] = OSSL_PKEY_PARAM_RSA_FACTOR2,
	[SECRET_EXPONENT1] = OSSL_PKEY_PARAM_RSA_EXPONENT1,
	[SECRET_EXPONENT2] = OSSL_PKEY_PARAM_RSA_EXPONENT2,
	[SECRET_COEFFICIENT] = OSSL_PKEY_PARAM_RSA_COEFFICIENT1,
};
enum { RSA_PARTS = COUNT_OF(names) };

/* ---- a new key ---- */

/* copy_out writes the numbers of a key of OpenSSL's into `room`. */
static bool copy_out(EVP_PKEY *key, uint8_t *room, struct secret *out)
{
	struct wr w = wr_of(room, SECRET_ROOM);
	bool good = true;

	for (int i = 0; i < RSA_PARTS && good; i++) {
		BIGNUM *b = NULL;
		uint8_t *at;
		int len;

		if (EVP_PKEY_get_bn_param(key, names[i], &b) != 1)
			return false;
		len = BN_num_bytes(b);
		at = wr_room(&w, (size_t)len);
		good = at != NULL && BN_bn2binpad(b, at, len) == len;
		out->part[i] = view_of(at, (size_t)len);
		BN_clear_free(b);
	}
	return good;
}

static enum err rsa_draw(const struct sign_row *a, unsigned bits, uint8_t *room, struct secret *out)
{
	EVP_PKEY *key;
	bool good;

	(void)a;
	if (bits == 0)
		bits = RSA_BITS_PRESET;
	if (bits < RSA_BITS_MIN || bits > RSA_BITS_MAX)
		return ERR_REFUSED;
	key = EVP_RSA_gen(bits);
	good = key != NULL && copy_out(key, room, out);
	EVP_PKEY_free(key);
	return good ? OK : ERR_MEMORY;
}

/* ---- a key of parts ---- */

/* inverse is true if a b = 1 modulo m, or modulo m - 1 with `less`. */
static bool inverse(const BIGNUM *a, const BIGNUM *b, const BIGNUM *m, bool less, BN_CTX *c)
{
	BIGNUM *t, *p;
	bool good;

	BN_CTX_start(c);
	t = BN_CTX_get(c);
	p = BN_CTX_get(c);
	good = p != NULL && BN_copy(p, m) != NULL && (!less || BN_sub_word(p, 1) == 1) &&
	       BN_cmp(p, BN_value_one()) > 0 && BN_mod_mul(t, a, b, p, c) == 1 && BN_is_one(t);
	BN_CTX_end(c);
	return good;
}

/* related checks what RFC 8017 3.2 says of the parts, and e > 1. Whether p and q are prime is left to the trial
 * signature: if they are not, it is wrong. */
static bool related(BIGNUM *const *b)
{
	const BIGNUM *n = b[SECRET_MODULUS], *e = b[SECRET_PUBLIC_EXPONENT], *d = b[SECRET_PRIVATE_EXPONENT];
	const BIGNUM *p = b[SECRET_PRIME1], *q = b[SECRET_PRIME2];
	BN_CTX *c = BN_CTX_new();
	BIGNUM *t = BN_new();
	bool good = c != NULL && t != NULL && BN_is_odd(e) && !BN_is_one(e) && BN_mul(t, p, q, c) == 1 &&
		    BN_cmp(t, n) == 0 && BN_cmp(d, n) < 0 && inverse(e, d, p, true, c) &&
		    inverse(e, d, q, true, c) && BN_cmp(b[SECRET_EXPONENT1], p) < 0 &&
		    inverse(e, b[SECRET_EXPONENT1], p, true, c) && BN_cmp(b[SECRET_EXPONENT2], q) < 0 &&
		    inverse(e, b[SECRET_EXPONENT2], q, true, c) && BN_cmp(b[SECRET_COEFFICIENT], p) < 0 &&
		    inverse(q, b[SECRET_COEFFICIENT], p, false, c);

	BN_clear_free(t);
	BN_CTX_free(c);
	return good;
}

/* params_free wipes: OpenSSL only frees what is not in its own secure heap. */
static void params_free(OSSL_PARAM *params)
{
	for (OSSL_PARAM *p = params; p != NULL && p->key != NULL; p++)
		OPENSSL_cleanse(p->data, p->data_size);
	OSSL_PARAM_free(params);
}

static EVP_PKEY *pkey_of(BIGNUM *const *b)
{
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	OSSL_PARAM *params = NULL;
	EVP_PKEY *key = NULL;
	bool good = build != NULL && c != NULL;

	for (int i = 0; i < RSA_PARTS && good; i++)
		good = OSSL_PARAM_BLD_push_BN(build, names[i], b[i]) == 1;
	good = good && (params = OSSL_PARAM_BLD_to_param(build)) != NULL && EVP_PKEY_fromdata_init(c) == 1 &&
	       EVP_PKEY_fromdata(c, &key, EVP_PKEY_KEYPAIR, params) == 1;
	params_free(params);
	OSSL_PARAM_BLD_free(build);
	EVP_PKEY_CTX_free(c);
	return good ? key : NULL;
}

/* publish writes exponent and modulus (RFC 3110 2). */
static enum err publish(struct private_key *k, const BIGNUM *n, const BIGNUM *e)
{
	struct wr w = wr_of(k->public, sizeof k->public);
	const size_t e_len = (size_t)BN_num_bytes(e), n_len = (size_t)BN_num_bytes(n);

	if (BN_num_bits(n) < RSA_BITS_MIN || BN_num_bits(n) > RSA_BITS_MAX || e_len > RSA_EXPONENT_MAX)
		return ERR_REFUSED;
	wr_u8(&w, (uint8_t)e_len);
	BN_bn2bin(e, wr_room(&w, e_len));
	BN_bn2bin(n, wr_room(&w, n_len));
	k->public_len = w.len;
	k->signature_len = n_len;
	return OK;
}

/* trial signs something and has it verified. */
static enum err trial(const struct private_key *k)
{
	const uint8_t algorithm = k->row->digest == DIGEST_SHA256 ? ALG_RSASHA256 : ALG_RSASHA512;
	const struct view said = BYTES("Edict");
	uint8_t sig[SIGNATURE_MAX], *at = sig;
	struct signer *s = signer_new(k);
	struct public_key *p = NULL;
	bool good = s != NULL && signer_sign(s, &said, 1, &at) == OK &&
		    public_key_of(algorithm, private_key_public(k), &p) == OK &&
		    public_key_verify(p, said, view_of(sig, k->signature_len));

	public_key_free(p);
	signer_free(s);
	return good ? OK : ERR_FORMAT;
}

static enum err rsa_open(struct private_key *k)
{
	BIGNUM *b[RSA_PARTS] = { NULL };
	enum err e = OK;

	for (int i = 0; i < RSA_PARTS; i++) {
		const struct view part = k->secret.part[i];

		b[i] = BN_bin2bn(part.p, (int)part.n, NULL);
		if (b[i] == NULL)
			e = ERR_MEMORY;
		else if (BN_is_zero(b[i]))
			e = ERR_FORMAT;
	}
	if (e == OK)
		e = publish(k, b[SECRET_MODULUS], b[SECRET_PUBLIC_EXPONENT]);
	if (e == OK && !related(b))
		e = ERR_FORMAT;
	if (e == OK && (k->own = pkey_of(b)) == NULL)
		e = ERR_FORMAT;
	for (int i = 0; i < RSA_PARTS; i++)
		BN_clear_free(b[i]);
	return e == OK ? trial(k) : e;
}

static void rsa_close(struct private_key *k)
{
	EVP_PKEY_free(k->own);
}

/* ---- a signer ---- */

struct rsa {
	enum digest_kind digest;
	size_t len;
	EVP_PKEY *key; /* its own: blinding is kept in the key, and threads would share a lock */
	EVP_PKEY_CTX *ctx;
};

static void rsa_end(void *state)
{
	struct rsa *s = state;

	if (s == NULL)
		return;
	EVP_PKEY_CTX_free(s->ctx);
	EVP_PKEY_free(s->key);
	free(s);
}

static void *rsa_begin(const struct private_key *k)
{
	struct rsa *s = calloc(1, sizeof *s);
	EVP_MD *md = EVP_MD_fetch(NULL, k->row->name, NULL);
	bool good = s != NULL && md != NULL;

	if (good) {
		s->digest = k->row->digest;
		s->len = k->signature_len;
		s->key = EVP_PKEY_dup(k->own);
		s->ctx = s->key == NULL ? NULL : EVP_PKEY_CTX_new_from_pkey(NULL, s->key, NULL);
		good = s->ctx != NULL && EVP_PKEY_sign_init(s->ctx) == 1 &&
		       EVP_PKEY_CTX_set_rsa_padding(s->ctx, RSA_PKCS1_PADDING) == 1 &&
		       EVP_PKEY_CTX_set_signature_md(s->ctx, md) == 1;
	}
	EVP_MD_free(md);
	if (good)
		return s;
	rsa_end(s);
	return NULL;
}

static enum err rsa_sign(void *state, const struct view *data, size_t n, uint8_t *const *sig)
{
	struct rsa *s = state;

	for (size_t i = 0; i < n; i++) {
		uint8_t d[DIGEST_MAX];
		size_t len = s->len;

		digest_of(s->digest, &data[i], 1, d);
		if (EVP_PKEY_sign(s->ctx, sig[i], &len, d, digest_len(s->digest)) != 1 || len != s->len)
			return ERR_SYSTEM;
	}
	return OK;
}

const struct sign_way rsa_way = { rsa_draw, rsa_open, rsa_close, rsa_begin, rsa_sign, rsa_end };
