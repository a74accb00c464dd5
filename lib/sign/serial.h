/*
 * serial.h -- serial numbers of SOA records (RFC 1982).
 *
 * Knows: sign.h.   Must not know: zones.
 */
#ifndef SIGN_SERIAL_H
#define SIGN_SERIAL_H

#include "sign/sign.h"

/* serial_greater: a comes after b (RFC 1982 3.2). Of numbers 2^31 apart neither does. */
static inline bool serial_greater(uint32_t a, uint32_t b)
{
	return a != b && a - b < (uint32_t)1 << 31;
}

/* serial_wanted gives what the policy makes of the file's serial at this time. */
uint32_t serial_wanted(enum serial_policy policy, uint32_t file, int64_t now);

/* serial_after is serial_wanted if that comes after `old`, else old + 1: secondaries must notice. */
uint32_t serial_after(enum serial_policy policy, uint32_t file, uint32_t old, int64_t now);

#endif
