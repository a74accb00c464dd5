/*
 * qname.h -- a name prepared for looking up: folded, its labels found, every
 * suffix hashed.
 *
 * The hash is keyed and runs from the root label to the left, so the hashes
 * of all suffixes fall out of one pass: hash[d] is the hash of the suffix of
 * d labels, hash[labels] that of the whole name. It is part of the database
 * format (edict-db(5)) and must not change within a format version.
 *
 *      step(h, label):  for each 8 octets w but the last of the folded label,
 *                       little-endian, zero padded:   h = mix(h ^ w, key[0])
 *                       for the last:                 h = mix(h ^ w, key[1] + length)
 *      mix(a, b):       the two halves of the 128-bit product a * b, xored
 *      the root:        key[2]
 *
 * Knows: name.h.   Must not know: the database.
 */
#ifndef DNS_QNAME_H
#define DNS_QNAME_H

#include "dns/name.h"

struct hash_key {
	uint64_t k[3];
};

/* hash_key_of expands the database's seed to the keys of the hash. */
struct hash_key hash_key_of(uint64_t seed);

struct qname {
	uint8_t len;
	uint8_t labels;                     /* without the root label */
	uint8_t at[NAME_LABELS_MAX + 1];    /* at[d] = start of the suffix of d labels; at[0] is the root label */
	uint8_t lower[NAME_WIRE_MAX + 17];  /* folded; padded so that 16 octets may be read and written anywhere */
	uint64_t hash[NAME_LABELS_MAX + 1]; /* hash[d]: the suffix of d labels */
};

/* qname_read is name_read for a question: takes the name at the cursor (no pointers), folds, hashes. */
void qname_read(struct rd *r, const struct hash_key *key, struct qname *out);

/* qname_of prepares a name. */
void qname_of(const struct name *n, const struct hash_key *key, struct qname *out);

/* hash_label gives the hash of label + suffix, from the hash of the suffix. The label must be in lower case. */
uint64_t hash_label(const struct hash_key *key, uint64_t suffix, const uint8_t *label, unsigned n);

/* name_hash is the hash of a whole name. */
uint64_t name_hash(const struct hash_key *key, const struct name *n);

/* hash_mix is the mixing step, for hashes derived from a name's hash. */
static inline uint64_t hash_mix(uint64_t a, uint64_t b)
{
	unsigned __int128 m = (unsigned __int128)a * b;
	return (uint64_t)m ^ (uint64_t)(m >> 64);
}

#endif
