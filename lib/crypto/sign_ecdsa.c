#include <stdlib.h>

#include <sodium.h>

#include "crypto/ecdsa.h"
#include "crypto/private_key.h"

/* open keeps the secret at its full length: some writers of key files left leading zeros out. */
static enum err ecdsa_open(struct private_key *k)
{
	const size_t part = k->row->part;
	const struct view given = k->secret.part[SECRET_PRIVATE_KEY];
	uint8_t *full;

	if (given.n == 0 || given.n > part)
		return ERR_FORMAT;
	full = sodium_malloc(part);
	if (full == NULL)
		return ERR_MEMORY;
	memset(full, 0, part - given.n);
	memcpy(full + part - given.n, given.p, given.n);
	sodium_free(k->locked);
	k->locked = full;
	k->secret = (struct secret){ .part[SECRET_PRIVATE_KEY] = view_of(full, part) };
	k->public_len = k->signature_len = 2 * part;
	return ecdsa_public(part, full, k->public);
}

static void *ecdsa_begin(const struct private_key *k)
{
	return ecdsa_new(k->row->part, k->secret.part[SECRET_PRIVATE_KEY].p);
}

static enum err ecdsa_sign_batch(void *state, const struct view *data, size_t n, uint8_t *const *sig)
{
	return ecdsa_sign(state, data, n, sig);
}

static void ecdsa_end(void *state)
{
	ecdsa_free(state);
}

const struct sign_way ecdsa_way = { draw_octets, ecdsa_open, NULL, ecdsa_begin, ecdsa_sign_batch, ecdsa_end };
