#include "dns/qname.h"

#include "base/le.h"

static uint64_t spread(uint64_t *s)
{
	uint64_t z = *s += 0x9e3779b97f4a7c15U;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
	z = (z ^ z >> 27) * 0x94d049bb133111ebU;
	return z ^ z >> 31;
}

struct hash_key hash_key_of(uint64_t seed)
{
	struct hash_key key;

	for (unsigned i = 0; i < COUNT_OF(key.k); i++)
		key.k[i] = spread(&seed) | 1;
	return key;
}

/* tail_word gives the first n octets of p as a number; n is 1..8. */
static inline uint64_t tail_word(const uint8_t *p, unsigned n)
{
	unsigned others = 64 - 8 * n;

	return le64(p) << others >> others;
}

/* step may read up to 7 octets behind the label: its caller has padded them. */
static inline uint64_t step(const struct hash_key *key, uint64_t h, const uint8_t *label, unsigned n)
{
	const uint8_t *end = label + n;

	for (; end - label > 8; label += 8)
		h = hash_mix(h ^ le64(label), key->k[0]);
	return hash_mix(h ^ tail_word(label, (unsigned)(end - label)), key->k[1] + n);
}

uint64_t hash_label(const struct hash_key *key, uint64_t suffix, const uint8_t *label, unsigned n)
{
	uint8_t padded[NAME_LABEL_MAX + 9] = { 0 };

	memcpy(padded, label, n);
	return step(key, suffix, padded, n);
}

/* hash_suffixes expects lower and len, and the label starts, left to right, in the last places of at[] from the
 * end backwards. It moves them to the first: what it writes was read before. */
static inline void hash_suffixes(struct qname *q, const struct hash_key *shared, const uint8_t *starts)
{
	const struct hash_key key = *shared;
	const uint8_t *end = q->at + NAME_LABELS_MAX;
	uint64_t h = key.k[2];
	unsigned d = 0;

	q->at[0] = (uint8_t)(q->len - 1);
	q->hash[0] = h;
	while (starts != end) {
		uint8_t at = *++starts;
		const uint8_t *label = q->lower + at;
		h = step(&key, h, label + 1, label[0]);
		q->at[++d] = at;
		q->hash[d] = h;
	}
	q->labels = (uint8_t)d;
}

/* fold16 folds A-Z in sixteen octets. Length octets are below 'A' and stay what they are. */
static inline void fold16(uint8_t *to, const uint8_t *from)
{
	typedef uint8_t sixteen __attribute__((vector_size(16)));
	sixteen w;

	memcpy(&w, from, sizeof w);
	w |= (sixteen)((w - 'A') < 26) & 0x20;
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

void qname_read(struct rd *r, const struct hash_key *key, struct qname *out)
{
	uint8_t *starts = out->at + NAME_LABELS_MAX;
	const uint8_t *p = r->at;
	size_t left = rd_left(r), most = left < NAME_WIRE_MAX ? left : NAME_WIRE_MAX, n = 0;

	while (n < most && (uint8_t)(p[n] - 1) < NAME_LABEL_MAX) {
		*starts-- = (uint8_t)n;
		n += 1 + (size_t)p[n];
	}
	if (likely(n < most && p[n] == 0)) {
		r->at += ++n;
	} else {
		r->bad = true;
		p = name_root.wire;
		left = n = 1;
		starts = out->at + NAME_LABELS_MAX;
	}
	out->len = (uint8_t)n;
	copy_folded(out->lower, p, n, left);
	hash_suffixes(out, key, starts);
}

void qname_of(const struct name *n, const struct hash_key *key, struct qname *out)
{
	struct rd r = rd_of(view_of(n->wire, n->len));

	qname_read(&r, key, out);
}

uint64_t name_hash(const struct hash_key *key, const struct name *n)
{
	struct qname q;

	qname_of(n, key, &q);
	return q.hash[q.labels];
}
