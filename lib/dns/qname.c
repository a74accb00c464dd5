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

static inline uint64_t tail_word(const uint8_t *p, unsigned n)
{
	return le64(p) & (~(uint64_t)0 >> (64 - 8 * n)); /* n is 1..8 */
}

/* step may read up to 7 octets behind the label: its caller has padded them. */
static inline uint64_t step(const struct hash_key *key, uint64_t h, const uint8_t *label, unsigned n)
{
	unsigned left = n;

	for (; left > 8; left -= 8, label += 8)
		h = hash_mix(h ^ le64(label), key->k[0]);
	return hash_mix(h ^ tail_word(label, left), key->k[1] + n);
}

uint64_t hash_label(const struct hash_key *key, uint64_t suffix, const uint8_t *label, unsigned n)
{
	uint8_t padded[NAME_LABEL_MAX + 9] = { 0 };

	memcpy(padded, label, n);
	return step(key, suffix, padded, n);
}

/* hash_suffixes expects lower, len and the label starts in start[0..labels-1], left to right. */
static void hash_suffixes(struct qname *q, const struct hash_key *key, const uint8_t *start)
{
	uint64_t h = key->k[2];

	q->at[0] = (uint8_t)(q->len - 1);
	q->hash[0] = h;
	for (unsigned d = 1; d <= q->labels; d++) {
		const uint8_t *label = q->lower + start[q->labels - d];
		q->at[d] = start[q->labels - d];
		h = step(key, h, label + 1, label[0]);
		q->hash[d] = h;
	}
}

/* copy_folded copies q->len octets of a name, folded, eight at a time while at least eight may be read. Length octets
 * are below 'A' and stay what they are. */
static inline void copy_folded(struct qname *q, const uint8_t *from, size_t readable)
{
	unsigned i = 0;

	for (; i < q->len && readable - i >= 8; i += 8)
		put_le64(q->lower + i, name_fold8(le64(from + i)));
	if (i < q->len) {
		memcpy(q->lower + i, from + i, q->len - i);
		put_le64(q->lower + i, name_fold8(le64(q->lower + i)));
	}
}

void qname_read(struct rd *r, const struct hash_key *key, struct qname *out)
{
	uint8_t start[NAME_LABELS_MAX + 1];
	const uint8_t *p = r->at;
	size_t left = rd_left(r), n = 0;
	unsigned labels = 0;

	if (left > NAME_WIRE_MAX)
		left = NAME_WIRE_MAX;
	while (n < left && p[n] != 0 && p[n] <= NAME_LABEL_MAX) {
		start[labels++] = (uint8_t)n;
		n += 1 + (size_t)p[n];
	}
	if (unlikely(n >= left || p[n] != 0)) {
		r->bad = true;
		qname_of(&name_root, key, out);
		return;
	}
	out->len = (uint8_t)(n + 1);
	out->labels = (uint8_t)labels;
	copy_folded(out, p, (size_t)(r->end - p));
	r->at += n + 1;
	hash_suffixes(out, key, start);
}

void qname_of(const struct name *n, const struct hash_key *key, struct qname *out)
{
	uint8_t start[NAME_LABELS_MAX + 1];

	out->len = n->len;
	out->labels = (uint8_t)name_offsets(n, start);
	copy_folded(out, n->wire, n->len);
	hash_suffixes(out, key, start);
}

uint64_t name_hash(const struct hash_key *key, const struct name *n)
{
	struct qname q;

	qname_of(n, key, &q);
	return q.hash[q.labels];
}
