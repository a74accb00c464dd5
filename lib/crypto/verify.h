/*
 * verify.h -- public keys of DNSSEC, and whether a signature is theirs.
 *
 * Keys and signatures are taken as they stand in DNSKEY and RRSIG records:
 * RSA as exponent and modulus (RFC 3110), ECDSA as x || y and r || s
 * (RFC 6605), Ed25519 and Ed448 as they are (RFC 8080). Sizes are capped
 * before any arithmetic, for a zone may come from anywhere.
 *
 * A key is made once and verifies many signatures with the same context. It
 * belongs to one thread at a time.
 *
 * Knows: OpenSSL, libsodium.   Must not know: names, records, time.
 */
#ifndef CRYPTO_VERIFY_H
#define CRYPTO_VERIFY_H

#include "base/base.h"

/* The algorithm numbers of RFC 8624 that can be verified. */
enum {
	ALG_RSASHA1 = 5,
	ALG_RSASHA1_NSEC3 = 7,
	ALG_RSASHA256 = 8,
	ALG_RSASHA512 = 10,
	ALG_ECDSAP256 = 13,
	ALG_ECDSAP384 = 14,
	ALG_ED25519 = 15,
	ALG_ED448 = 16,
};

enum {
	RSA_MODULUS_MAX = 512, /* octets; RFC 3110 2, RFC 5702 2: up to 4096 bits */
	RSA_MODULUS_MIN = 64,  /* RFC 5702 2.1: from 512 bits */
	RSA_EXPONENT_MAX = 5,  /* octets: 2^32 + 1 is in use, and more only costs the verifier time */
};

struct public_key;

/* algorithm_known is true for the algorithms above. */
bool algorithm_known(uint8_t algorithm);

/* public_key_of makes a key of a DNSKEY's algorithm and its public key field. ERR_NOTFOUND: an algorithm
 * that cannot be verified here; ERR_FORMAT: not a key of this algorithm, or beyond the caps; ERR_MEMORY. */
enum err public_key_of(uint8_t algorithm, struct view key, struct public_key **out);

/* public_key_verify is true if `signature` is this key's signature over `data`. */
MUST_CHECK bool public_key_verify(struct public_key *k, struct view data, struct view signature);

/* public_key_free takes NULL too. */
void public_key_free(struct public_key *k);

#endif
