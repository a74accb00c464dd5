/*
 * ecdsa.h -- ECDSA over P-256 and P-384, made of OpenSSL's points and numbers.
 *
 * OpenSSL 3.0 has no deterministic ECDSA to ask for (3.2 has), and what it
 * has spends more on its wrapping than on the curve. Here signing is
 *
 *      k = RFC 6979 (key, message)         hmac, in nonce.c
 *      r = x of k G                        EC_POINT_mul
 *      s = (z + r d) / k  modulo n         Montgomery numbers, one division a batch
 *
 * What depends on k or the key runs in constant time: EC_POINT_mul for
 * a multiple of the generator, Montgomery products, and inversion by raising to
 * n - 2 (Fermat). Numbers get no shorter than their words while they are secret.
 *
 * Knows: OpenSSL, nonce.h.   Must not know: keys of files, DNS.
 */
#ifndef CRYPTO_ECDSA_H
#define CRYPTO_ECDSA_H

#include "crypto/digest.h"

struct ecdsa;

/* ecdsa_public writes x || y of the point that belongs to a secret number: 2 * part octets. ERR_FORMAT:
 * not 0 < secret < n. `part` chooses the curve: 32 or 48. */
enum err ecdsa_public(size_t part, const uint8_t *secret, uint8_t *out);

/* ecdsa_new makes what one thread needs to sign with a secret that ecdsa_public took. NULL: no memory. */
struct ecdsa *ecdsa_new(size_t part, const uint8_t *secret);

/* ecdsa_sign writes r || s for each of n <= SIGN_BATCH messages. ERR_SYSTEM: OpenSSL failed. */
enum err ecdsa_sign(struct ecdsa *e, const struct view *data, size_t n, uint8_t *const *sig);

/* ecdsa_free wipes; it takes NULL too. */
void ecdsa_free(struct ecdsa *e);

#endif
