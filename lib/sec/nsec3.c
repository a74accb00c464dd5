#include "sec/nsec3.h"

#include "crypto/digest.h"

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

/* Five octets are eight digits, and a hash is four times five: there is never padding. */
void nsec3_text(const uint8_t hash[NSEC3_HASH_LEN], char out[NSEC3_TEXT_LEN])
{
	static const char digits[] = "0123456789abcdefghijklmnopqrstuv";

	for (unsigned i = 0; i < NSEC3_HASH_LEN / 5; i++) {
		uint64_t group = 0;
		for (unsigned k = 0; k < 5; k++)
			group = group << 8 | hash[5 * i + k];
		for (unsigned k = 0; k < 8; k++)
			out[8 * i + k] = digits[group >> (35 - 5 * k) & 31];
	}
}

/* digit gives the value of a base32hex digit, 32 if it is none. */
static unsigned digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - (unsigned)'0';
	c |= 0x20;
	return c >= 'a' && c <= 'v' ? c - (unsigned)'a' + 10 : 32;
}

bool nsec3_of_label(struct view label, uint8_t out[NSEC3_HASH_LEN])
{
	if (label.n != NSEC3_TEXT_LEN)
		return false;
	for (unsigned i = 0; i < NSEC3_HASH_LEN / 5; i++) {
		uint64_t group = 0;
		for (unsigned k = 0; k < 8; k++) {
			unsigned v = digit(label.p[8 * i + k]);
			if (v > 31)
				return false;
			group = group << 5 | v;
		}
		for (unsigned k = 0; k < 5; k++)
			out[5 * i + k] = (uint8_t)(group >> (32 - 8 * k));
	}
	return true;
}
