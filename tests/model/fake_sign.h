/*
 * fake_sign.h -- makes a draft look signed: DNSKEY, RRSIGs of random octets, and
 * a complete NSEC or NSEC3 chain, as RFC 4035 2 and RFC 5155 7.1 order them.
 * No signature verifies; a server that only serves cannot tell.
 */
#ifndef TESTS_MODEL_FAKE_SIGN_H
#define TESTS_MODEL_FAKE_SIGN_H

#include "tests/model/draft.h"

struct fake_sign {
	bool nsec3;        /* else NSEC */
	bool opt_out;      /* unsigned delegations have no NSEC3 */
	bool opt_out_ents; /* but the empty non-terminals above them do (signers differ) */
	bool second_chain; /* another NSEC3 chain is being built: NSEC3PARAM with flags, or none */
	uint16_t iterations;
	uint8_t salt[8], salt_len; /* at most 7 */
	uint32_t minimum;          /* TTL of the denial records */
};

void fake_sign(struct draft *d, struct rng *r, const struct fake_sign *how);

#endif
