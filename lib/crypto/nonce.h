/*
 * nonce.h -- the numbers k of ECDSA, drawn from key and message (RFC 6979).
 *
 * Two signatures with one k give the key away, and so do many whose k is
 * a little predictable. Drawn this way k needs no random source when zones
 * are signed, and the same message always gets the same signature.
 *
 * Only for curves whose order has as many bits as the digest: P-256 with
 * SHA-256, P-384 with SHA-384 (RFC 6605). So bits2int (RFC 6979 2.3.2) does
 * nothing, and one block of output is one candidate.
 *
 * Knows: hmac.h.   Must not know: curves, OpenSSL.
 */
#ifndef CRYPTO_NONCE_H
#define CRYPTO_NONCE_H

#include "crypto/hmac.h"

enum { NONCE_MAX = 48 };

/* What is the same for all messages of a key. It is as secret as the key: wipe it. */
struct nonce {
	enum digest_kind kind;
	size_t len;
	uint8_t key[NONCE_MAX], order[NONCE_MAX];
	struct hmac zero; /* keyed with zeros, as every draw begins */
};

/* nonce_begin: key and order are numbers of digest_len(kind) octets, big-endian. */
void nonce_begin(struct nonce *o, enum digest_kind kind, const uint8_t *key, const uint8_t *order);

/* nonce_of writes the k of a message, 0 < k < order; `hash` is the message's digest modulo the order. */
void nonce_of(const struct nonce *o, const uint8_t *hash, uint8_t *k);

/* number_below is true if a < b, both of n octets, big-endian, in time that depends on n alone. */
bool number_below(const uint8_t *a, const uint8_t *b, size_t n);

#endif
