/*
 * encode.h -- octets as text: base64 (RFC 4648 4), base32hex without padding
 * (RFC 4648 7, RFC 5155 3.3), hex.
 *
 * Text may come in several pieces: a decoder is a value that is fed piece by
 * piece and asked at the end.
 *
 * Knows: base/.   Must not know: tokens, fields.
 */
#ifndef DNS_ENCODE_H
#define DNS_ENCODE_H

#include "base/base.h"
#include "base/wr.h"

struct decoder {
	uint32_t bits; /* collected and not written yet, right-aligned */
	uint8_t n;     /* characters of the current group */
	uint8_t pad;   /* '=' seen */
};

/* base64_feed decodes a piece; false at the first character that cannot stand there. */
MUST_CHECK bool base64_feed(struct decoder *d, const char *p, size_t n, struct wr *out);
/* base64_end says whether the text was whole: groups of four, padded, nothing in the bits left over. */
MUST_CHECK bool base64_end(const struct decoder *d);

/* hex_feed decodes a piece; a piece may end between the two digits of an octet. */
MUST_CHECK bool hex_feed(struct decoder *d, const char *p, size_t n, struct wr *out);
MUST_CHECK bool hex_end(const struct decoder *d);

/* base32hex_decode decodes a whole text, in any letter case. */
MUST_CHECK bool base32hex_decode(const char *p, size_t n, struct wr *out);

void put_base64(struct wr *out, struct view v);
void put_base32hex(struct wr *out, struct view v); /* upper case */
void put_hex(struct wr *out, struct view v);       /* upper case */

/* hex_digit gives 0..15, or -1. */
static inline int hex_digit(char c)
{
	unsigned digit = (unsigned char)c - (unsigned)'0', letter = ((unsigned char)c | 0x20U) - 'a';

	return digit < 10 ? (int)digit : letter < 6 ? (int)letter + 10 : -1;
}

#endif
