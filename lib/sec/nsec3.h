/*
 * nsec3.h -- hashed owner names (RFC 5155): the hash, and its text.
 *
 * Compilers and checkers hash a zone's names with it, and the server hashes
 * names that do not exist while it answers: no allocation, no lock, and a cap
 * on iterations that the caller cannot leave out.
 *
 * Knows: crypto/digest.h, dns/.   Must not know: zones, chains, messages.
 */
#ifndef SEC_NSEC3_H
#define SEC_NSEC3_H

#include "base/base.h"
#include "base/rd.h"
#include "dns/name.h"

enum {
	NSEC3_HASH_LEN = 20, /* SHA-1, the only algorithm there is (RFC 5155 11) */
	NSEC3_TEXT_LEN = 32, /* a hash in base32hex: an owner's first label */
	NSEC3_ALG_SHA1 = 1,
	NSEC3_OPTOUT = 1, /* flag of an NSEC3 record (RFC 5155 3.1.2.1) */
};

/* What names are hashed with: the fields that NSEC3 and NSEC3PARAM share, in the order of their RDATA. */
struct nsec3_params {
	uint8_t algorithm, flags;
	uint16_t iterations;
	struct view salt; /* a view into the RDATA */
};

/* nsec3_params_read takes the shared fields at the cursor, which ends up behind the salt; it turns bad if
 * they are not whole. */
void nsec3_params_read(struct rd *r, struct nsec3_params *out);

/* nsec3_same: the same algorithm, iterations and salt (flags aside): records of one chain. */
bool nsec3_same(const struct nsec3_params *a, const struct nsec3_params *b);

/* nsec3_hash hashes a name's wire form, which must be in lower case (RFC 5155 5). False if the algorithm is
 * not SHA-1 or the iterations are more than the cap. */
MUST_CHECK bool nsec3_hash(const struct nsec3_params *p, unsigned iterations_max, struct view lower,
			   uint8_t out[NSEC3_HASH_LEN]);

/* nsec3_hash_name folds a name and hashes it. */
MUST_CHECK bool nsec3_hash_name(const struct nsec3_params *p, unsigned iterations_max, const struct name *n,
				uint8_t out[NSEC3_HASH_LEN]);

/* nsec3_text writes a hash in base32hex, lower case, no final zero (RFC 5155 3.3, RFC 4648 7). */
void nsec3_text(const uint8_t hash[NSEC3_HASH_LEN], char out[NSEC3_TEXT_LEN]);

/* nsec3_of_label reads the hash back from an owner's first label, in any letter case; false if it is none. */
MUST_CHECK bool nsec3_of_label(struct view label, uint8_t out[NSEC3_HASH_LEN]);

#endif
