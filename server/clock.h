/*
 * clock.h -- time that only moves forward, in milliseconds.
 *
 * Knows: libc.   Must not know: what time of day it is.
 */
#ifndef SERVER_CLOCK_H
#define SERVER_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline uint64_t clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* clock_left gives the milliseconds from now until `at`, 0 if it has passed, at most `most`: for poll. */
static inline int clock_left(uint64_t at, uint64_t now, int most)
{
	if (at <= now)
		return 0;
	return at - now < (uint64_t)most ? (int)(at - now) : most;
}

#endif
