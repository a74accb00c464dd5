/*
 * private_key.h -- what the ways to sign share.
 *
 * Each algorithm is a row of sign.c's table: a way to sign (RSA, ECDSA, two
 * Edwards curves; a token behind PKCS#11 would be another) and its numbers.
 *
 * Knows: sign.h.   Must not know: OpenSSL, libsodium.
 */
#ifndef CRYPTO_PRIVATE_KEY_H
#define CRYPTO_PRIVATE_KEY_H

#include "crypto/digest.h"
#include "crypto/sign.h"

enum { SECRET_ROOM = 4096 }; /* octets; all parts of an RSA key of 4096 bits take 2310 */

struct private_key {
	const struct sign_row *row;
	uint8_t *locked; /* sodium_malloc: the octets of `secret` */
	struct secret secret;
	void *own; /* whatever the way keeps with the key */
	size_t signature_len, public_len;
	uint8_t public[PUBLIC_KEY_MAX];
};

struct sign_way {
	/* draw makes up a secret in `room`, SECRET_ROOM octets of locked memory */
	enum err (*draw)(const struct sign_row *a, unsigned bits, uint8_t *room, struct secret *out);
	/* open checks k->secret and sets public, public_len, signature_len and own; close lets go of own */
	enum err (*open)(struct private_key *k);
	void (*close)(struct private_key *k);
	/* begin makes a signer's state, NULL without memory; end wipes it and takes NULL too */
	void *(*begin)(const struct private_key *k);
	enum err (*sign)(void *state, const struct view *data, size_t n, uint8_t *const *sig);
	void (*end)(void *state);
};

struct sign_row {
	const struct sign_way *way;
	enum digest_kind digest;
	size_t part; /* octets of a secret; of half a signature */
	const char *name;
};

extern const struct sign_way rsa_way, ecdsa_way, ed25519_way, ed448_way;

/* draw_octets is the draw of every algorithm whose secret is a->part random octets. */
enum err draw_octets(const struct sign_row *a, unsigned bits, uint8_t *room, struct secret *out);

#endif
