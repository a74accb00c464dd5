/*
 * rng.h -- random numbers that a seed repeats (splitmix64), so that a failing
 * test names itself by its seed.
 */
#ifndef TESTS_HELP_RNG_H
#define TESTS_HELP_RNG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rng {
	uint64_t state;
};

static inline uint64_t rng_next(struct rng *r)
{
	uint64_t z = r->state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

/* rng_below gives 0 .. n-1; n is at least 1. The bias of the remainder does not matter to a test. */
static inline uint32_t rng_below(struct rng *r, uint32_t n)
{
	return (uint32_t)(rng_next(r) >> 16) % n;
}

/* rng_percent is true so often out of a hundred. */
static inline bool rng_percent(struct rng *r, uint32_t percent)
{
	return rng_below(r, 100) < percent;
}

static inline void rng_bytes(struct rng *r, uint8_t *out, size_t n)
{
	for (size_t i = 0; i < n; i++)
		out[i] = (uint8_t)(rng_next(r) >> 32);
}

#endif
