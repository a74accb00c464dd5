/*
 * qname.h -- a name prepared for looking up: folded, its labels found, every
 * suffix hashed.
 *
 * The hash is keyed and runs from the root label to the left, so the hashes
 * of all suffixes fall out of one pass: hash[d] is the hash of the suffix of
 * d labels, hash[labels] that of the whole name. It is part of the database
 * format (edict-db(5)) and must not change within a format version.
 *
 *      step(h, label):  the folded label, zero padded, is pairs of little-endian numbers v, w of 8 octets each
 *                       for each but the last:   h = mix(h ^ v, key[0] ^ w)
 *                       for the last:            h = mix(h ^ v, (key[1] + length) ^ w)
 *      mix(a, b):       the two halves of the 128-bit product a * b, xored
 *      the root:        key[2]
 *
 * Knows: name.h.   Must not know: the database.
 */
#ifndef DNS_QNAME_H
#define DNS_QNAME_H

#include "base/le.h"
#include "dns/name.h"

struct hash_key {
	uint64_t k[3];
};

/* hash_key_of expands the database's seed to the keys of the hash. */
struct hash_key hash_key_of(uint64_t seed);

struct qname {
	uint8_t len;
	uint8_t labels;                  /* without the root label */
	uint8_t at[NAME_LABELS_MAX + 1]; /* at[d] = start of the suffix of d labels; at[0] is the root label */
	uint8_t
	    lower[NAME_WIRE_MAX + 17]; /* folded; padded so that 16 octets may be read and written behind any */
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

/* ---- what every question goes through ---- */

/* hash_mix is the mixing step, for hashes derived from a name's hash, too. */
static inline uint64_t hash_mix(uint64_t a, uint64_t b)
{
	unsigned __int128 m = (unsigned __int128)a * b;
	return (uint64_t)m ^ (uint64_t)(m >> 64);
}

/* hash_keep[n] leaves of a pair of numbers the first n octets. */
extern const uint64_t hash_keep[17][2];

static inline uint64_t hash_last(const struct hash_key *key, uint64_t h, const uint8_t *label, unsigned n,
				 unsigned left)
{
	uint64_t v = le64(label) & hash_keep[left][0], w = le64(label + 8) & hash_keep[left][1];

	return hash_mix(h ^ v, (key->k[1] + n) ^ w);
}

/* hash_long is hash_step for labels of more than one pair. */
uint64_t hash_long(const struct hash_key *key, uint64_t h, const uint8_t *label, unsigned n);

/* hash_step reads pairs whole, so up to 15 octets behind the label: its caller has them. */
static inline uint64_t hash_step(const struct hash_key *key, uint64_t h, const uint8_t *label, unsigned n)
{
	return likely(n <= 16) ? hash_last(key, h, label, n, n) : hash_long(key, h, label, n);
}

/* fold16 folds A-Z in sixteen octets. Length octets are below 'A' and stay what they are. Moved to the lower end
 * of the signed numbers, the letters are those below 26 from there: one comparison. */
static inline void fold16(uint8_t *to, const uint8_t *from)
{
	typedef uint8_t sixteen __attribute__((vector_size(16)));
	typedef int8_t signed_sixteen __attribute__((vector_size(16)));
	sixteen w;

	memcpy(&w, from, sizeof w);
	signed_sixteen moved = (signed_sixteen)(w + (uint8_t)(INT8_MIN - 'A'));
	w |= (sixteen)(moved < INT8_MIN + 26) & 0x20;
	memcpy(to, &w, sizeof w);
}

/* copy_folded copies n octets of a name, folded, and up to 15 that stand behind them. */
static inline void copy_folded(uint8_t *lower, const uint8_t *from, size_t n, size_t readable)
{
	if (unlikely(readable < ((n + 15) & ~(size_t)15))) {
		memcpy(lower, from, n);
		from = lower;
	}
	for (size_t i = 0; i < n; i += 16)
		fold16(lower + i, from + i);
}

/* qname_scan finds the labels of the name at p, of at most `left` octets, and gives its length; 0: none that is
 * legal. Their starts, left to right, are in the last places of at[] from the end backwards. */
static inline size_t qname_scan(const uint8_t *p, size_t left, struct qname *out)
{
	uint8_t *starts = out->at + NAME_LABELS_MAX;
	size_t most = left < NAME_WIRE_MAX ? left : NAME_WIRE_MAX, n = 0;

	for (;;) {
		if (unlikely(n >= most))
			return 0;
		size_t label = p[n];
		if (label - 1 >= NAME_LABEL_MAX)
			break;
		*starts-- = (uint8_t)n;
		n += 1 + label;
	}
	if (unlikely(p[n] != 0))
		return 0;
	out->labels = (uint8_t)(out->at + NAME_LABELS_MAX - starts);
	out->len = (uint8_t)++n;
	return n;
}

/* qname_hash does the rest for a name that was scanned: folds it and hashes its suffixes. It moves the starts to
 * the first places of at[]: what it writes was read before. */
static inline void qname_hash(const uint8_t *p, size_t left, const struct hash_key *key, struct qname *q)
{
	const uint8_t *end = q->at + NAME_LABELS_MAX, *starts = end - q->labels;
	uint8_t *at = q->at;
	uint64_t h = key->k[2], *hash = q->hash;

	copy_folded(q->lower, p, q->len, left);
	*at = (uint8_t)(q->len - 1);
	*hash = h;
	while (starts != end) {
		const uint8_t *label = q->lower + *++starts;
		*++at = *starts;
		h = hash_step(key, h, label + 1, label[0]);
		*++hash = h;
	}
}

#endif
