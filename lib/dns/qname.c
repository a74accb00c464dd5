#include "dns/qname.h"

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

#define FIRST(n) (UINT64_MAX >> (64 - 8 * (n)))
#define SHORT(n)                                                                                                  \
	{                                                                                                         \
		FIRST(n), 0                                                                                       \
	}
#define LONG(n)                                                                                                   \
	{                                                                                                         \
		UINT64_MAX, FIRST(n)                                                                              \
	}

const uint64_t hash_keep[17][2] = {
	{ 0, 0 }, SHORT(1), SHORT(2), SHORT(3), SHORT(4), SHORT(5), SHORT(6), SHORT(7), SHORT(8),
	LONG(1),  LONG(2),  LONG(3),  LONG(4),  LONG(5),  LONG(6),  LONG(7),  LONG(8),
};

uint64_t hash_long(const struct hash_key *key, uint64_t h, const uint8_t *label, unsigned n)
{
	unsigned left = n;

	for (; left > 16; left -= 16, label += 16)
		h = hash_mix(h ^ le64(label), key->k[0] ^ le64(label + 8));
	return hash_last(key, h, label, n, left);
}

uint64_t hash_label(const struct hash_key *key, uint64_t suffix, const uint8_t *label, unsigned n)
{
	uint8_t padded[NAME_LABEL_MAX + 17] = { 0 };

	memcpy(padded, label, n);
	return hash_step(key, suffix, padded, n);
}

void qname_read(struct rd *r, const struct hash_key *key, struct qname *out)
{
	const uint8_t *p = r->at;
	size_t left = rd_left(r), n = qname_scan(p, left, out);

	r->at += n;
	if (n == 0) {
		r->bad = true; /* and the name is the root */
		p = (const uint8_t *)"";
		left = qname_scan(p, 1, out);
	}
	qname_hash(p, left, key, out);
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
