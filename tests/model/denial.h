/*
 * denial.h -- the proofs that go with an answer when DNSSEC was asked for:
 * which NSEC or NSEC3 RRsets the authority section needs.
 *
 * A zone with an NSEC3PARAM whose flags are 0 at its apex is denied by NSEC3
 * (RFC 5155 4.1.2, 7.3), else one with an NSEC at its apex by NSEC, else there
 * are no proofs; nor are there when the chain takes more iterations than the
 * limit. No record is put twice.
 */
#ifndef TESTS_MODEL_DENIAL_H
#define TESTS_MODEL_DENIAL_H

#include "tests/model/message.h"
#include "zone/zone.h"

enum { NSEC3_HASH = 20 };

struct denial {
	const struct zone *zone;
	uint16_t iterations_max;
	struct model_message *out;
};

/* No such name, and no wildcard that would make it; `encloser` is the longest ancestor that exists. */
void naive_deny_name(const struct denial *d, const struct name *qname, const struct name *encloser);

/* The name exists (an empty non-terminal perhaps), the type does not. */
void naive_deny_type(const struct denial *d, const struct name *qname);

/* No DS at a cut, told in a referral. */
void naive_deny_ds(const struct denial *d, const struct name *cut);

/* The answer came from the wildcard at `encloser`: the name itself does not exist. */
void naive_deny_closer(const struct denial *d, const struct name *qname, const struct name *encloser);

/* The wildcard at `encloser` matches the name but does not have the type. */
void naive_deny_wildcard_type(const struct denial *d, const struct name *qname, const struct name *encloser);

/* naive_nsec3_hash is RFC 5155 5 for SHA-1: IH(salt, x, 0) = H(x || salt), and so on, of the name in lower case.
 */
void naive_nsec3_hash(const struct name *n, uint16_t iterations, struct view salt, uint8_t out[NSEC3_HASH]);

/* base32hex writes a hash as the label of an NSEC3 owner (RFC 4648 7, in lower case). */
enum { NSEC3_LABEL = 32 };
void base32hex(const uint8_t hash[NSEC3_HASH], char out[NSEC3_LABEL]);

#endif
