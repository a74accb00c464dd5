#include "crypto/sign.h"

#include <stdlib.h>

#include <sodium.h>

#include "crypto/private_key.h"

static const struct sign_row rows[] = {
	[ALG_RSASHA256] = { &rsa_way, DIGEST_SHA256, 0, "SHA256" },
	[ALG_RSASHA512] = { &rsa_way, DIGEST_SHA512, 0, "SHA512" },
	[ALG_ECDSAP256] = { &ecdsa_way, DIGEST_SHA256, 32, "P-256" },
	[ALG_ECDSAP384] = { &ecdsa_way, DIGEST_SHA384, 48, "P-384" },
	[ALG_ED25519] = { &ed25519_way, 0, 32, "Ed25519" },
	[ALG_ED448] = { &ed448_way, 0, 57, "ED448" },
};

bool algorithm_signs(uint8_t algorithm)
{
	return algorithm < COUNT_OF(rows) && rows[algorithm].way != NULL;
}

bool algorithm_is_rsa(uint8_t algorithm)
{
	return algorithm == ALG_RSASHA1 || algorithm == ALG_RSASHA1_NSEC3 ||
	       (algorithm_signs(algorithm) && rows[algorithm].way == &rsa_way);
}

/* ---- keys ---- */

enum err draw_octets(const struct sign_row *a, unsigned bits, uint8_t *room, struct secret *out)
{
	(void)bits;
	randombytes_buf(room, a->part);
	out->part[SECRET_PRIVATE_KEY] = view_of(room, a->part);
	return OK;
}

/* keep copies the parts of `s` into locked memory of k. */
static enum err keep(struct private_key *k, const struct secret *s)
{
	size_t total = 0;
	uint8_t *at;

	for (int i = 0; i < SECRET_PARTS; i++) {
		if (s->part[i].n > SECRET_ROOM - total)
			return ERR_FORMAT;
		total += s->part[i].n;
	}
	k->locked = at = sodium_malloc(total + 1);
	if (at == NULL)
		return ERR_MEMORY;
	for (int i = 0; i < SECRET_PARTS; i++) {
		if (s->part[i].n > 0)
			memcpy(at, s->part[i].p, s->part[i].n);
		k->secret.part[i] = view_of(at, s->part[i].n);
		at += s->part[i].n;
	}
	return OK;
}

enum err private_key_of(uint8_t algorithm, const struct secret *s, struct private_key **out)
{
	struct private_key *k;
	enum err e;

	*out = NULL;
	if (!algorithm_signs(algorithm))
		return ERR_NOTFOUND;
	k = sodium_init() < 0 ? NULL : calloc(1, sizeof *k);
	if (k == NULL)
		return ERR_MEMORY;
	k->row = &rows[algorithm];
	e = keep(k, s);
	if (e == OK)
		e = k->row->way->open(k);
	if (e == OK)
		*out = k;
	else
		private_key_free(k);
	return e;
}

enum err private_key_generate(uint8_t algorithm, unsigned bits, struct private_key **out)
{
	enum { TRIES = 16 }; /* a number of 256 bits is not below P-256's order once in 2^32 times */
	enum err e = ERR_FORMAT;
	uint8_t *room;

	*out = NULL;
	if (!algorithm_signs(algorithm))
		return ERR_NOTFOUND;
	room = sodium_init() < 0 ? NULL : sodium_malloc(SECRET_ROOM);
	if (room == NULL)
		return ERR_MEMORY;
	for (int i = 0; i < TRIES && e == ERR_FORMAT; i++) {
		struct secret s = { 0 };

		e = rows[algorithm].way->draw(&rows[algorithm], bits, room, &s);
		if (e == OK)
			e = private_key_of(algorithm, &s, out);
	}
	sodium_free(room);
	return e;
}

void private_key_secret(const struct private_key *k, struct secret *out)
{
	*out = k->secret;
}

struct view private_key_public(const struct private_key *k)
{
	return view_of(k->public, k->public_len);
}

size_t private_key_signature_len(const struct private_key *k)
{
	return k->signature_len;
}

void private_key_free(struct private_key *k)
{
	if (k == NULL)
		return;
	if (k->own != NULL)
		k->row->way->close(k);
	sodium_free(k->locked);
	free(k);
}

/* ---- signers ---- */

struct signer {
	const struct sign_way *way;
	void *state;
};

struct signer *signer_new(const struct private_key *k)
{
	struct signer *s = calloc(1, sizeof *s);

	if (s == NULL)
		return NULL;
	s->way = k->row->way;
	s->state = s->way->begin(k);
	if (s->state == NULL) {
		free(s);
		return NULL;
	}
	return s;
}

enum err signer_sign(struct signer *s, const struct view *data, size_t n, uint8_t *const *sig)
{
	if (n > SIGN_BATCH)
		return ERR_SPACE;
	return s->way->sign(s->state, data, n, sig);
}

void signer_free(struct signer *s)
{
	if (s == NULL)
		return;
	s->way->end(s->state);
	free(s);
}
