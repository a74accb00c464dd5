/*
 * digest.h -- SHA-1 and SHA-2, without a look-up or an allocation per message.
 *
 * A struct digest is a value: it lives on the stack, and a copy of it is a
 * digest that has seen the same octets. Nothing here takes memory or a lock,
 * and nothing can fail: NSEC3 proofs hash names while they are answered.
 *
 * Knows: OpenSSL.   Must not know: DNS.
 */
#ifndef CRYPTO_DIGEST_H
#define CRYPTO_DIGEST_H

#include "base/base.h"

enum digest_kind { DIGEST_SHA1, DIGEST_SHA256, DIGEST_SHA384, DIGEST_SHA512, DIGEST_KINDS };

enum { DIGEST_MAX = 64, SHA1_LEN = 20, SHA1_SHORT_MAX = 55 };

struct digest {
	enum digest_kind kind;
	uint64_t state[27]; /* OpenSSL's, of whichever kind */
};

/* digest_len gives the octets of a digest. */
size_t digest_len(enum digest_kind k);

/* digest_begin gives a digest of nothing yet; digest_add adds octets; digest_end writes digest_len octets,
 * after which only digest_begin makes sense. */
void digest_begin(struct digest *d, enum digest_kind k);
void digest_add(struct digest *d, struct view bytes);
void digest_end(struct digest *d, uint8_t *out);

/* digest_of hashes n parts one behind the other; `out` may be one of them. */
void digest_of(enum digest_kind k, const struct view *parts, size_t n, uint8_t *out);

/* sha1_short hashes at most SHA1_SHORT_MAX octets, which are one block with their length: a third of digest_of's
 * cost.
 */
void sha1_short(struct view v, uint8_t out[SHA1_LEN]);

#endif
