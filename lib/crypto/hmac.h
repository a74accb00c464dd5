/*
 * hmac.h -- HMAC over the digests of digest.h (RFC 2104).
 *
 * A struct hmac is a value, like a digest: the key has been taken in, and any
 * number of messages can follow. It holds what would let others forge, so
 * whoever makes one wipes it.
 *
 * Knows: digest.h.   Must not know: DNS.
 */
#ifndef CRYPTO_HMAC_H
#define CRYPTO_HMAC_H

#include "crypto/digest.h"

struct hmac {
	struct digest inner, outer; /* each has seen its padded key */
};

/* hmac_key takes in a key of at most DIGEST_MAX octets. */
void hmac_key(struct hmac *m, enum digest_kind kind, struct view key);

/* hmac_of writes digest_len octets: the code of n parts one behind the other. `out` may be one of them. */
void hmac_of(const struct hmac *m, const struct view *parts, size_t n, uint8_t *out);

#endif
