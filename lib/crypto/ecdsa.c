#include "crypto/ecdsa.h"

#include <stdlib.h>

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>
#include <sodium.h>

#include "crypto/nonce.h"
#include "crypto/sign.h"

/* A curve, and arithmetic modulo its order n. */
struct curve {
	size_t part;
	EC_GROUP *group;
	EC_POINT *point;
	BN_CTX *temporary;
	BN_MONT_CTX *mont;
	const BIGNUM *n; /* the group's */
	uint8_t order[NONCE_MAX];
};

/* Numbers are as they are, but those named _m are in Montgomery form: x R modulo n, so that the product
 * BN_mod_mul_montgomery makes, a b / R, of one such and one plain number is plain. */
struct ecdsa {
	struct curve curve;
	enum digest_kind digest;
	struct nonce nonce;
	BIGNUM *key_m, *exponent; /* the secret; n - 2 */
	BIGNUM *x, *t, *z;
	BIGNUM *r[SIGN_BATCH];
	BIGNUM *k_m[SIGN_BATCH];
	BIGNUM *upto_m[SIGN_BATCH]; /* the product of all k up to this one; then this k's inverse */
};

static bool curve_open(struct curve *c, size_t part)
{
	c->part = part;
	c->group = EC_GROUP_new_by_curve_name(part == 32 ? NID_X9_62_prime256v1 : NID_secp384r1);
	c->temporary = BN_CTX_new();
	c->mont = BN_MONT_CTX_new();
	if (c->group == NULL || c->temporary == NULL || c->mont == NULL)
		return false;
	c->point = EC_POINT_new(c->group);
	c->n = EC_GROUP_get0_order(c->group);
	return c->point != NULL && BN_MONT_CTX_set(c->mont, c->n, c->temporary) == 1 &&
	       BN_bn2binpad(c->n, c->order, (int)part) == (int)part;
}

static void curve_close(struct curve *c)
{
	EC_POINT_clear_free(c->point);
	EC_GROUP_free(c->group);
	BN_MONT_CTX_free(c->mont);
	BN_CTX_free(c->temporary);
}

/* secret_number reads a number of `part` octets. BN_bin2bn steps over leading zeros one by one, which would
 * tell how many there are; so there is a one in front, and whole words are then cut off with it. */
static bool secret_number(const struct curve *c, const uint8_t *octets, BIGNUM *out)
{
	uint8_t padded[8 + NONCE_MAX] = { [7] = 1 };
	bool good;

	memcpy(padded + 8, octets, c->part);
	good = BN_bin2bn(padded, (int)(8 + c->part), out) != NULL && BN_mask_bits(out, (int)(8 * c->part)) == 1;
	BN_set_flags(out, BN_FLG_CONSTTIME);
	sodium_memzero(padded, sizeof padded);
	return good;
}

/* times_generator sets c->point to k G; this is the one product of OpenSSL's that is in constant time. */
static bool times_generator(struct curve *c, const BIGNUM *k)
{
	return EC_POINT_mul(c->group, c->point, k, NULL, NULL, c->temporary) == 1;
}

enum err ecdsa_public(size_t part, const uint8_t *secret, uint8_t *out)
{
	static const uint8_t zero[NONCE_MAX];
	uint8_t octets[1 + 2 * NONCE_MAX];
	struct curve c = { 0 };
	BIGNUM *k = BN_new();
	enum err e = ERR_MEMORY;

	if (curve_open(&c, part) && k != NULL && secret_number(&c, secret, k)) {
		e = number_below(zero, secret, part) && number_below(secret, c.order, part) ? OK : ERR_FORMAT;
		if (e == OK && (!times_generator(&c, k) ||
				EC_POINT_point2oct(c.group, c.point, POINT_CONVERSION_UNCOMPRESSED, octets,
						   sizeof octets, c.temporary) != 1 + 2 * part))
			e = ERR_SYSTEM;
	}
	if (e == OK)
		memcpy(out, octets + 1, 2 * part);
	BN_clear_free(k);
	curve_close(&c);
	return e;
}

/* ---- a signer ---- */

static bool numbers_new(struct ecdsa *e)
{
	bool good = true;

	BIGNUM **const single[] = { &e->key_m, &e->exponent, &e->x, &e->t, &e->z };
	for (size_t i = 0; i < COUNT_OF(single); i++)
		good = (*single[i] = BN_new()) != NULL && good;
	for (size_t i = 0; i < SIGN_BATCH; i++) {
		e->r[i] = BN_new();
		e->k_m[i] = BN_new();
		e->upto_m[i] = BN_new();
		good = good && e->r[i] != NULL && e->k_m[i] != NULL && e->upto_m[i] != NULL;
	}
	return good;
}

struct ecdsa *ecdsa_new(size_t part, const uint8_t *secret)
{
	struct ecdsa *e = sodium_malloc(sizeof *e);
	const struct curve *c;

	if (e == NULL)
		return NULL;
	memset(e, 0, sizeof *e);
	c = &e->curve;
	e->digest = part == 32 ? DIGEST_SHA256 : DIGEST_SHA384;
	if (numbers_new(e) && curve_open(&e->curve, part) && secret_number(c, secret, e->t) &&
	    BN_to_montgomery(e->key_m, e->t, c->mont, c->temporary) == 1 && BN_copy(e->exponent, c->n) != NULL &&
	    BN_sub_word(e->exponent, 2) == 1) {
		nonce_begin(&e->nonce, e->digest, secret, c->order);
		return e;
	}
	ecdsa_free(e);
	return NULL;
}

void ecdsa_free(struct ecdsa *e)
{
	if (e == NULL)
		return;
	BIGNUM *const single[] = { e->key_m, e->exponent, e->x, e->t, e->z };
	for (size_t i = 0; i < COUNT_OF(single); i++)
		BN_clear_free(single[i]);
	for (size_t i = 0; i < SIGN_BATCH; i++) {
		BN_free(e->r[i]);
		BN_clear_free(e->k_m[i]);
		BN_clear_free(e->upto_m[i]);
	}
	curve_close(&e->curve);
	sodium_free(e);
}

static bool mul(const struct curve *c, BIGNUM *out, const BIGNUM *a, const BIGNUM *b)
{
	return BN_mod_mul_montgomery(out, a, b, c->mont, c->temporary) == 1;
}

/* commit makes message i's hash z, draws its k, and computes r. z is kept where the signature will be. */
static bool commit(struct ecdsa *e, size_t i, struct view data, uint8_t *sig)
{
	const struct curve *c = &e->curve;
	uint8_t hash[DIGEST_MAX], k[NONCE_MAX];
	bool good;

	digest_of(e->digest, &data, 1, hash);
	good = BN_bin2bn(hash, (int)c->part, e->z) != NULL && BN_nnmod(e->z, e->z, c->n, c->temporary) == 1 &&
	       BN_bn2binpad(e->z, sig, (int)c->part) == (int)c->part;
	if (!good)
		return false;
	nonce_of(&e->nonce, sig, k);
	good = secret_number(c, k, e->t) && times_generator(&e->curve, e->t) &&
	       EC_POINT_get_affine_coordinates(c->group, c->point, e->x, NULL, c->temporary) == 1 &&
	       BN_nnmod(e->r[i], e->x, c->n, c->temporary) == 1 &&
	       BN_to_montgomery(e->k_m[i], e->t, c->mont, c->temporary) == 1;
	sodium_memzero(k, sizeof k);
	return good;
}

/* invert puts 1 / k into upto_m for each of n numbers k_m, with one inversion (Montgomery's trick): the
 * inverse of the product of all, times the product of all before the last, is the inverse of the last. */
static bool invert(struct ecdsa *e, size_t n)
{
	const struct curve *c = &e->curve;
	bool good = BN_copy(e->upto_m[0], e->k_m[0]) != NULL;

	for (size_t i = 1; i < n && good; i++)
		good = mul(c, e->upto_m[i], e->upto_m[i - 1], e->k_m[i]);
	good = good && BN_from_montgomery(e->t, e->upto_m[n - 1], c->mont, c->temporary) == 1 &&
	       BN_mod_exp_mont_consttime(e->x, e->t, e->exponent, c->n, c->temporary, c->mont) == 1 &&
	       BN_to_montgomery(e->t, e->x, c->mont, c->temporary) == 1;
	for (size_t i = n; i-- > 1 && good;) /* t is 1 / (k[0] ... k[i]) */
		good = mul(c, e->upto_m[i], e->t, e->upto_m[i - 1]) && mul(c, e->t, e->t, e->k_m[i]);
	return good && BN_copy(e->upto_m[0], e->t) != NULL;
}

/* finish writes r || s; r = 0 or s = 0 would need another k, and nobody will ever see one. */
static bool finish(struct ecdsa *e, size_t i, uint8_t *sig)
{
	const struct curve *c = &e->curve;

	return BN_bin2bn(sig, (int)c->part, e->z) != NULL && mul(c, e->t, e->r[i], e->key_m) &&
	       BN_mod_add_quick(e->t, e->t, e->z, c->n) == 1 && mul(c, e->x, e->t, e->upto_m[i]) &&
	       !BN_is_zero(e->r[i]) && !BN_is_zero(e->x) &&
	       BN_bn2binpad(e->r[i], sig, (int)c->part) == (int)c->part &&
	       BN_bn2binpad(e->x, sig + c->part, (int)c->part) == (int)c->part;
}

enum err ecdsa_sign(struct ecdsa *e, const struct view *data, size_t n, uint8_t *const *sig)
{
	bool good = true;

	for (size_t i = 0; i < n && good; i++)
		good = commit(e, i, data[i], sig[i]);
	good = n == 0 || (good && invert(e, n));
	for (size_t i = 0; i < n && good; i++)
		good = finish(e, i, sig[i]);
	for (size_t i = 0; i < n; i++) {
		BN_clear(e->k_m[i]);
		BN_clear(e->upto_m[i]);
	}
	BN_clear(e->t);
	BN_clear(e->x); /* on the way to an error it is the inverse of all k */
	return good ? OK : ERR_SYSTEM;
}
