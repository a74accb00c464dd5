#include "sec/nsec3.h"

#include "crypto/digest.h"
#include "dns/encode.h"

void nsec3_params_read(struct rd *r, struct nsec3_params *out)
{
	out->algorithm = rd_u8(r);
	out->flags = rd_u8(r);
	out->iterations = rd_u16(r);
	out->salt = rd_take(r, rd_u8(r));
}

bool nsec3_same(const struct nsec3_params *a, const struct nsec3_params *b)
{
	return a->algorithm == b->algorithm && a->iterations == b->iterations && view_eq(a->salt, b->salt);
}

bool nsec3_hash(const struct nsec3_params *p, unsigned iterations_max, struct view lower,
		uint8_t out[NSEC3_HASH_LEN])
{
	const struct view name[2] = { lower, p->salt };
	const struct view again[2] = { { out, NSEC3_HASH_LEN }, p->salt };

	if (p->algorithm != NSEC3_ALG_SHA1 || p->iterations > iterations_max)
		return false;
	digest_of(DIGEST_SHA1, name, 2, out);
	for (unsigned i = 0; i < p->iterations; i++)
		digest_of(DIGEST_SHA1, again, 2, out);
	return true;
}

bool nsec3_hash_name(const struct nsec3_params *p, unsigned iterations_max, const struct name *n,
		     uint8_t out[NSEC3_HASH_LEN])
{
	struct name lower = *n;

	name_lower(&lower);
	return nsec3_hash(p, iterations_max, view_of(lower.wire, lower.len), out);
}

/* A hash is four groups of five octets, each eight digits: there is never padding. A million names are hashed and
 * looked up by this text. */
void nsec3_text(const uint8_t hash[NSEC3_HASH_LEN], char out[NSEC3_TEXT_LEN])
{
	static const char digits[] = "0123456789abcdefghijklmnopqrstuv";

	for (unsigned group = 0; group < NSEC3_HASH_LEN / 5; group++) {
		const uint8_t *p = hash + (size_t)group * 5;
		uint64_t bits = (uint64_t)get_u32(p) << 8 | p[4];
		for (unsigned i = 8; i-- > 0; bits >>= 5)
			out[group * 8 + i] = digits[bits & 31];
	}
}

bool nsec3_of_label(struct view label, uint8_t out[NSEC3_HASH_LEN])
{
	struct wr w = wr_of(out, NSEC3_HASH_LEN);

	return label.n == NSEC3_TEXT_LEN && base32hex_decode((const char *)label.p, label.n, &w) &&
	       w.len == NSEC3_HASH_LEN;
}
