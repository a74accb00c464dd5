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

/* One round: most names are short, as most salts are empty. */
static void hash_round(struct view octets, struct view salt, uint8_t out[NSEC3_HASH_LEN])
{
	uint8_t both[SHA1_SHORT_MAX];

	if (unlikely(octets.n + salt.n > sizeof both)) {
		digest_of(DIGEST_SHA1, (const struct view[2]){ octets, salt }, 2, out);
		return;
	}
	memcpy(both, octets.p, octets.n);
	if (salt.n != 0)
		memcpy(both + octets.n, salt.p, salt.n);
	sha1_short(view_of(both, octets.n + salt.n), out);
}

bool nsec3_hash(const struct nsec3_params *p, unsigned iterations_max, struct view lower,
		uint8_t out[NSEC3_HASH_LEN])
{
	if (p->algorithm != NSEC3_ALG_SHA1 || p->iterations > iterations_max)
		return false;
	hash_round(lower, p->salt, out);
	for (unsigned i = 0; i < p->iterations; i++)
		hash_round(view_of(out, NSEC3_HASH_LEN), p->salt, out);
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
