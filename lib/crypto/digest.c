/*
 * OpenSSL 3's own interface (EVP) allocates a context whenever a digest
 * begins, however carefully its objects are reused: measured with counting
 * allocators on 3.0, one allocation per message. The functions below are
 * those of 1.1.1, which work on the caller's memory; asking for that version
 * of the interface is what keeps the compiler from calling them deprecated.
 */
#define OPENSSL_API_COMPAT 0x10101000L

#include "crypto/digest.h"

#include <openssl/sha.h>

#include "base/wr.h"

union state {
	SHA_CTX sha1;
	SHA256_CTX sha256;
	SHA512_CTX sha512;
};

_Static_assert(sizeof(union state) <= sizeof(((struct digest *)0)->state), "a digest has room for every kind");

static void sha1_begin(void *s)
{
	SHA1_Init(s);
}

static void sha1_add(void *s, const void *p, size_t n)
{
	SHA1_Update(s, p, n);
}

static void sha1_end(void *s, uint8_t *out)
{
	SHA1_Final(out, s);
}

static void sha256_begin(void *s)
{
	SHA256_Init(s);
}

static void sha256_add(void *s, const void *p, size_t n)
{
	SHA256_Update(s, p, n);
}

static void sha256_end(void *s, uint8_t *out)
{
	SHA256_Final(out, s);
}

static void sha384_begin(void *s)
{
	SHA384_Init(s);
}

static void sha384_end(void *s, uint8_t *out)
{
	SHA384_Final(out, s);
}

static void sha512_begin(void *s)
{
	SHA512_Init(s);
}

static void sha512_add(void *s, const void *p, size_t n)
{
	SHA512_Update(s, p, n);
}

static void sha512_end(void *s, uint8_t *out)
{
	SHA512_Final(out, s);
}

static const struct {
	size_t len;
	void (*begin)(void *s);
	void (*add)(void *s, const void *p, size_t n);
	void (*end)(void *s, uint8_t *out);
} kinds[DIGEST_KINDS] = {
	[DIGEST_SHA1] = { 20, sha1_begin, sha1_add, sha1_end },
	[DIGEST_SHA256] = { 32, sha256_begin, sha256_add, sha256_end },
	[DIGEST_SHA384] = { 48, sha384_begin, sha512_add, sha384_end },
	[DIGEST_SHA512] = { 64, sha512_begin, sha512_add, sha512_end },
};

size_t digest_len(enum digest_kind k)
{
	return kinds[k].len;
}

void digest_begin(struct digest *d, enum digest_kind k)
{
	d->kind = k;
	kinds[k].begin(d->state);
}

void digest_add(struct digest *d, struct view bytes)
{
	if (bytes.n > 0)
		kinds[d->kind].add(d->state, bytes.p, bytes.n);
}

void digest_end(struct digest *d, uint8_t *out)
{
	kinds[d->kind].end(d->state, out);
}

void digest_of(enum digest_kind k, const struct view *parts, size_t n, uint8_t *out)
{
	struct digest d;

	digest_begin(&d, k);
	for (size_t i = 0; i < n; i++)
		digest_add(&d, parts[i]);
	digest_end(&d, out);
}

void sha1_short(struct view v, uint8_t out[SHA1_LEN])
{
	uint8_t block[SHA_CBLOCK] = { 0 };
	SHA_CTX c;

	memcpy(block, v.p, v.n);
	block[v.n] = 0x80;
	put_u16(block + SHA_CBLOCK - 2, (uint16_t)(8 * v.n));
	SHA1_Init(&c);
	SHA1_Transform(&c, block);
	put_u32(out, c.h0);
	put_u32(out + 4, c.h1);
	put_u32(out + 8, c.h2);
	put_u32(out + 12, c.h3);
	put_u32(out + 16, c.h4);
}
