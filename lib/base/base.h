/*
 * base.h -- words every room uses.
 *
 * A struct view is bytes somebody else owns: it is passed by value and is
 * good for as long as the owner says. An enum err is the outcome of whatever
 * can fail; err_text says it in words an operator understands.
 *
 * Knows: libc.   Must not know: DNS.
 */
#ifndef BASE_BASE_H
#define BASE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))
#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define ALWAYS_INLINE          inline __attribute__((always_inline)) /* a step of every query, or of every name */
#define NOINLINE               __attribute__((noinline)) /* so that its caller need not save or clear what it needs */
#define COLD __attribute__((cold, noinline)) /* kept out of the way of what nearly every query does */

struct view {
	const uint8_t *p;
	size_t n;
};

/* BYTES makes a view of a string literal, without its final zero. */
#define BYTES(s) ((struct view){ (const uint8_t *)(s), sizeof(s) - 1 })

static inline struct view view_of(const void *p, size_t n)
{
	return (struct view){ p, n };
}

static inline bool view_eq(struct view a, struct view b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* differ4 and differ8 are 0 if four or eight octets are the same. */
static inline uint32_t differ4(const uint8_t *a, const uint8_t *b)
{
	uint32_t x, y;

	memcpy(&x, a, sizeof x);
	memcpy(&y, b, sizeof y);
	return x ^ y;
}

static inline uint64_t differ8(const uint8_t *a, const uint8_t *b)
{
	uint64_t x, y;

	memcpy(&x, a, sizeof x);
	memcpy(&y, b, sizeof y);
	return x ^ y;
}

/* same_octets is memcmp for what is mostly short and the same, without the call. Words overlap where n is no
 * multiple of eight. */
static inline bool same_octets(const uint8_t *a, const uint8_t *b, size_t n)
{
	if (likely(n >= 8)) {
		if (differ8(a, b) != 0 || differ8(a + n - 8, b + n - 8) != 0)
			return false;
		if (n > 16 && (differ8(a + 8, b + 8) != 0 || differ8(a + n - 16, b + n - 16) != 0))
			return false;
		for (size_t i = 16; unlikely(i + 16 < n); i += 8)
			if (differ8(a + i, b + i) != 0)
				return false;
		return true;
	}
	if (n >= 4)
		return (differ4(a, b) | differ4(a + n - 4, b + n - 4)) == 0;
	uint8_t differ = 0;
	for (size_t i = 0; i < n; i++)
		differ = (uint8_t)(differ | (a[i] ^ b[i]));
	return differ == 0;
}

enum err {
	OK = 0,
	ERR_FORMAT,   /* bytes that are not what they should be */
	ERR_SPACE,    /* it does not fit */
	ERR_NOTFOUND, /* no such thing; often not a failure */
	ERR_EXISTS,   /* there is one already */
	ERR_DAMAGED,  /* the database holds something zonec never wrote */
	ERR_VERSION,  /* a database of another format */
	ERR_BUSY,     /* somebody else holds it */
	ERR_REFUSED,  /* policy says no */
	ERR_FULL,     /* the disk or the map is full */
	ERR_SYSTEM,   /* the operating system said no; errno tells */
	ERR_MEMORY,   /* out of memory */
	ERR_KINDS
};

/* err_text gives a short static phrase for e, never NULL. */
const char *err_text(enum err e);

/* hold_streams makes sure that descriptors 0, 1 and 2 are taken. Where whoever started us closed them, the next
 * files opened would get these numbers, and what is printed for the operator would land in a database. */
void hold_streams(void);

#endif
