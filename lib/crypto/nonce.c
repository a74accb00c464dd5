#include "crypto/nonce.h"

#include <sodium.h>

bool number_below(const uint8_t *a, const uint8_t *b, size_t n)
{
	unsigned borrow = 0;

	for (size_t i = n; i-- > 0;)
		borrow = ((unsigned)a[i] - b[i] - borrow) >> 8 & 1;
	return borrow != 0;
}

void nonce_begin(struct nonce *o, enum digest_kind kind, const uint8_t *key, const uint8_t *order)
{
	static const uint8_t zeros[NONCE_MAX];

	o->kind = kind;
	o->len = digest_len(kind);
	memcpy(o->key, key, o->len);
	memcpy(o->order, order, o->len);
	hmac_key(&o->zero, kind, view_of(zeros, o->len));
}

/* The state of RFC 6979 3.2: K, as the HMAC it keys, and V. */
struct draw {
	struct hmac k;
	uint8_t v[NONCE_MAX];
	uint8_t new_key[NONCE_MAX];
};

/* rekey is steps d and e, or f and g: K = HMAC_K(V || mark || key || hash); V = HMAC_K(V). */
static void rekey(const struct nonce *o, struct draw *d, uint8_t mark, struct view key, struct view hash)
{
	const struct view v = view_of(d->v, o->len), parts[] = { v, { &mark, 1 }, key, hash };

	hmac_of(&d->k, parts, COUNT_OF(parts), d->new_key);
	hmac_key(&d->k, o->kind, view_of(d->new_key, o->len));
	hmac_of(&d->k, &v, 1, d->v);
}

void nonce_of(const struct nonce *o, const uint8_t *hash, uint8_t *k)
{
	static const uint8_t zero[NONCE_MAX];
	const struct view key = view_of(o->key, o->len), message = view_of(hash, o->len), none = { 0 };
	struct draw d = { .k = o->zero };
	const struct view v = view_of(d.v, o->len);

	memset(d.v, 1, sizeof d.v);
	rekey(o, &d, 0, key, message);
	rekey(o, &d, 1, key, message);
	/* Step h ends: a candidate is out of range once in 2^32 times for P-256, in 2^190 for P-384. */
	for (;;) {
		hmac_of(&d.k, &v, 1, d.v);
		if (number_below(d.v, o->order, o->len) && number_below(zero, d.v, o->len))
			break;
		rekey(o, &d, 0, none, none);
	}
	memcpy(k, d.v, o->len);
	sodium_memzero(&d, sizeof d);
}
