#include "dns/encode.h"

static const char alphabet64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char alphabet32[] = "0123456789ABCDEFGHIJKLMNOPQRSTUV";
static const char alphabet16[] = "0123456789ABCDEF";

/* What a character stands for, NONE if nothing. NONE has bits that no value has, so that several characters are
 * checked at once by or-ing them. */
enum { NONE = 0xff };
static uint8_t value64[256], value32[256], value16[256];

__attribute__((constructor)) static void make_values(void)
{
	memset(value64, NONE, sizeof value64);
	memset(value32, NONE, sizeof value32);
	memset(value16, NONE, sizeof value16);
	for (unsigned i = 0; i < 64; i++)
		value64[(uint8_t)alphabet64[i]] = (uint8_t)i;
	for (unsigned i = 0; i < 32; i++)
		value32[(uint8_t)alphabet32[i]] = value32[(uint8_t)(alphabet32[i] | 0x20)] = (uint8_t)i;
	for (unsigned i = 0; i < 16; i++)
		value16[(uint8_t)alphabet16[i]] = value16[(uint8_t)(alphabet16[i] | 0x20)] = (uint8_t)i;
}

/* base64_groups decodes whole groups of four and gives the number of characters it used; it stops before a
 * group that holds anything else. */
static size_t base64_groups(const uint8_t *p, size_t n, struct wr *out)
{
	size_t groups = n > 0 && p[n - 1] != '=' ? n / 4 : (n > 4 ? n / 4 - 1 : 0), i = 0;
	uint8_t *to = wr_room(out, groups * 3);

	if (to == NULL)
		return 0;
	const uint8_t *end = to + groups * 3;
	for (; to < end; i += 4) {
		uint32_t a = value64[p[i]], b = value64[p[i + 1]], c = value64[p[i + 2]], d = value64[p[i + 3]];
		if (((a | b | c | d) & 0x80) != 0)
			break;
		uint32_t v = a << 18 | b << 12 | c << 6 | d;
		to[0] = (uint8_t)(v >> 16);
		to[1] = (uint8_t)(v >> 8);
		to[2] = (uint8_t)v;
		to += 3;
	}
	out->len -= (size_t)(end - to);
	return i;
}

bool base64_feed(struct decoder *d, const char *text, size_t n, struct wr *out)
{
	const uint8_t *p = (const uint8_t *)text;
	size_t i = d->n == 0 && d->pad == 0 ? base64_groups(p, n, out) : 0;

	for (; i < n; i++) {
		uint32_t v = value64[p[i]];
		if (p[i] == '=' && d->n >= 2 && d->n + d->pad < 4)
			d->pad++;
		else if (v == NONE || d->pad != 0)
			return false;
		else {
			d->bits = d->bits << 6 | v;
			d->n++;
		}
		if (d->n + d->pad < 4)
			continue;
		/* two characters make one octet, three make two; what is left of their bits must be zero */
		uint32_t group = d->bits << 6 * d->pad;
		wr_u8(out, (uint8_t)(group >> 16));
		if (d->n > 2)
			wr_u8(out, (uint8_t)(group >> 8));
		if (d->n > 3)
			wr_u8(out, (uint8_t)group);
		if ((d->n == 2 && (group & 0xffff) != 0) || (d->n == 3 && (group & 0xff) != 0))
			return false;
		d->bits = 0;
		d->n = 0;
	}
	return true;
}

bool base64_end(const struct decoder *d)
{
	return d->n == 0;
}

/* hex_pairs decodes whole pairs up to the first that holds anything else; gives the characters used. */
static size_t hex_pairs(const char *p, size_t n, struct wr *out)
{
	uint8_t *to = wr_room(out, n / 2);
	size_t i = 0;

	for (; to != NULL && i + 2 <= n; i += 2) {
		unsigned high = value16[(uint8_t)p[i]], low = value16[(uint8_t)p[i + 1]];
		if (((high | low) & 0x80) != 0)
			break;
		*to++ = (uint8_t)(high << 4 | low);
	}
	if (to != NULL)
		out->len -= (n - i) / 2;
	return i;
}

bool hex_feed(struct decoder *d, const char *p, size_t n, struct wr *out)
{
	size_t i = d->n == 0 ? hex_pairs(p, n, out) : 0;

	for (; i < n; i++) {
		uint32_t v = value16[(uint8_t)p[i]];
		if (v == NONE)
			return false;
		if (d->n == 1)
			wr_u8(out, (uint8_t)(d->bits << 4 | v));
		d->bits = v;
		d->n ^= 1;
	}
	return true;
}

bool hex_end(const struct decoder *d)
{
	return d->n == 0;
}

bool base32hex_decode(const char *p, size_t n, struct wr *out)
{
	uint32_t bits = 0;
	unsigned have = 0; /* how many of them count: below 5 + 8 */

	for (size_t i = 0; i < n; i++) {
		uint32_t v = value32[(uint8_t)p[i]];
		if (v == NONE)
			return false;
		bits = (bits << 5 | v) & 0xffff;
		have += 5;
		if (have >= 8) {
			have -= 8;
			wr_u8(out, (uint8_t)(bits >> have));
		}
	}
	return have < 5 && (bits & ((1U << have) - 1)) == 0;
}

void put_base64(struct wr *out, struct view v)
{
	for (size_t i = 0; i < v.n; i += 3) {
		size_t left = v.n - i;
		uint32_t group = (uint32_t)v.p[i] << 16 | (left > 1 ? (uint32_t)v.p[i + 1] << 8 : 0) |
				 (left > 2 ? v.p[i + 2] : 0);
		uint8_t *to = wr_room(out, 4);
		if (to == NULL)
			return;
		to[0] = (uint8_t)alphabet64[group >> 18];
		to[1] = (uint8_t)alphabet64[group >> 12 & 63];
		to[2] = left > 1 ? (uint8_t)alphabet64[group >> 6 & 63] : '=';
		to[3] = left > 2 ? (uint8_t)alphabet64[group & 63] : '=';
	}
}

void put_base32hex(struct wr *out, struct view v)
{
	uint32_t bits = 0;
	unsigned have = 0;

	for (size_t i = 0; i < v.n; i++) {
		bits = (bits << 8 | v.p[i]) & 0xffff;
		for (have += 8; have >= 5; have -= 5)
			wr_u8(out, (uint8_t)alphabet32[bits >> (have - 5) & 31]);
	}
	if (have > 0)
		wr_u8(out, (uint8_t)alphabet32[bits << (5 - have) & 31]);
}

void put_hex(struct wr *out, struct view v)
{
	uint8_t *to = wr_room(out, v.n * 2);

	for (size_t i = 0; to != NULL && i < v.n; i++) {
		*to++ = (uint8_t)alphabet16[v.p[i] >> 4];
		*to++ = (uint8_t)alphabet16[v.p[i] & 15];
	}
}
