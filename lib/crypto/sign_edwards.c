#include <stdlib.h>

#include <openssl/evp.h>
#include <sodium.h>

#include "crypto/private_key.h"

/* ---- Ed25519: libsodium signs half as fast again as OpenSSL ---- */

static enum err ed25519_open(struct private_key *k)
{
	const struct view seed = k->secret.part[SECRET_PRIVATE_KEY];
	uint8_t both[crypto_sign_SECRETKEYBYTES];

	if (seed.n != crypto_sign_SEEDBYTES)
		return ERR_FORMAT;
	crypto_sign_seed_keypair(k->public, both, seed.p);
	sodium_memzero(both, sizeof both);
	k->public_len = crypto_sign_PUBLICKEYBYTES;
	k->signature_len = crypto_sign_BYTES;
	return OK;
}

/* The state is what libsodium calls the secret key: seed and public key. */
static void *ed25519_begin(const struct private_key *k)
{
	uint8_t *both = sodium_malloc(crypto_sign_SECRETKEYBYTES);

	if (both == NULL)
		return NULL;
	memcpy(both, k->secret.part[SECRET_PRIVATE_KEY].p, crypto_sign_SEEDBYTES);
	memcpy(both + crypto_sign_SEEDBYTES, k->public, crypto_sign_PUBLICKEYBYTES);
	return both;
}

static enum err ed25519_sign(void *state, const struct view *data, size_t n, uint8_t *const *sig)
{
	for (size_t i = 0; i < n; i++)
		if (crypto_sign_detached(sig[i], NULL, data[i].p, data[i].n, state) != 0)
			return ERR_SYSTEM;
	return OK;
}

static void ed25519_end(void *state)
{
	sodium_free(state);
}

const struct sign_way ed25519_way = { draw_octets, ed25519_open, NULL, ed25519_begin, ed25519_sign, ed25519_end };

/* ---- Ed448 ---- */

enum { ED448_SIGNATURE = 114 };

static enum err ed448_open(struct private_key *k)
{
	const struct view seed = k->secret.part[SECRET_PRIVATE_KEY];
	size_t len = sizeof k->public;

	if (seed.n != k->row->part)
		return ERR_FORMAT;
	k->own = EVP_PKEY_new_raw_private_key_ex(NULL, k->row->name, NULL, seed.p, seed.n);
	if (k->own == NULL || EVP_PKEY_get_raw_public_key(k->own, k->public, &len) != 1)
		return ERR_MEMORY;
	k->public_len = len;
	k->signature_len = ED448_SIGNATURE;
	return OK;
}

static void ed448_close(struct private_key *k)
{
	EVP_PKEY_free(k->own);
}

struct ed448 {
	EVP_PKEY *key; /* the private key's */
	EVP_MD_CTX *md;
};

static void *ed448_begin(const struct private_key *k)
{
	struct ed448 *s = malloc(sizeof *s);

	if (s == NULL)
		return NULL;
	*s = (struct ed448){ k->own, EVP_MD_CTX_new() };
	if (s->md != NULL)
		return s;
	free(s);
	return NULL;
}

static enum err ed448_sign(void *state, const struct view *data, size_t n, uint8_t *const *sig)
{
	struct ed448 *s = state;

	for (size_t i = 0; i < n; i++) {
		size_t len = ED448_SIGNATURE;

		if (EVP_MD_CTX_reset(s->md) != 1 ||
		    EVP_DigestSignInit_ex(s->md, NULL, NULL, NULL, NULL, s->key, NULL) != 1 ||
		    EVP_DigestSign(s->md, sig[i], &len, data[i].p, data[i].n) != 1 || len != ED448_SIGNATURE)
			return ERR_SYSTEM;
	}
	return OK;
}

static void ed448_end(void *state)
{
	struct ed448 *s = state;

	if (s == NULL)
		return;
	EVP_MD_CTX_free(s->md);
	free(s);
}

const struct sign_way ed448_way = { draw_octets, ed448_open, ed448_close, ed448_begin, ed448_sign, ed448_end };
