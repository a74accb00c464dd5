#include "crypto/hmac.h"

#include <sodium.h>

enum { BLOCK_MAX = 128 };

static size_t block_len(enum digest_kind kind)
{
	return kind == DIGEST_SHA384 || kind == DIGEST_SHA512 ? 128 : 64;
}

/* pad begins a digest with the key, filled up to a block with zeros, each octet crossed with `with`. */
static void pad(struct digest *d, enum digest_kind kind, struct view key, uint8_t with)
{
	uint8_t block[BLOCK_MAX];

	memset(block, with, sizeof block);
	for (size_t i = 0; i < key.n && i < sizeof block; i++)
		block[i] ^= key.p[i];
	digest_begin(d, kind);
	digest_add(d, view_of(block, block_len(kind)));
	sodium_memzero(block, sizeof block);
}

void hmac_key(struct hmac *m, enum digest_kind kind, struct view key)
{
	pad(&m->inner, kind, key, 0x36);
	pad(&m->outer, kind, key, 0x5c);
}

void hmac_of(const struct hmac *m, const struct view *parts, size_t n, uint8_t *out)
{
	struct digest d = m->inner;

	for (size_t i = 0; i < n; i++)
		digest_add(&d, parts[i]);
	digest_end(&d, out);
	struct view inside = view_of(out, digest_len(d.kind));
	d = m->outer;
	digest_add(&d, inside);
	digest_end(&d, out);
	sodium_memzero(&d, sizeof d);
}
