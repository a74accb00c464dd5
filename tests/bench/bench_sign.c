/*
 * bench_sign [SECONDS] -- signatures a second of CPU, per algorithm, on one core.
 *
 * Beside ours, in full batches and one by one, stands what OpenSSL's own EVP
 * makes with a context that is used again. CPU seconds are counted, not those
 * of the clock: others may use the machine as well.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "crypto/sign.h"

enum { MESSAGE = 150 }; /* octets, about what an RRSIG of a small set covers */

static const struct row {
	const char *name;
	uint8_t algorithm;
	unsigned bits;
	const char *evp, *curve, *digest;
} rows[] = {
	{ "RSA 1024/SHA-256", ALG_RSASHA256, 1024, "RSA", NULL, "SHA256" },
	{ "RSA 2048/SHA-256", ALG_RSASHA256, 2048, "RSA", NULL, "SHA256" },
	{ "RSA 4096/SHA-512", ALG_RSASHA512, 4096, "RSA", NULL, "SHA512" },
	{ "ECDSA P-256", ALG_ECDSAP256, 0, "EC", "P-256", "SHA256" },
	{ "ECDSA P-384", ALG_ECDSAP384, 0, "EC", "P-384", "SHA384" },
	{ "Ed25519", ALG_ED25519, 0, "ED25519", NULL, NULL },
	{ "Ed448", ALG_ED448, 0, "ED448", NULL, NULL },
};

static double seconds = 1;
static uint8_t message[MESSAGE];
static uint8_t sigs[SIGN_BATCH][SIGNATURE_MAX];

static void die(const char *what)
{
	fprintf(stderr, "bench_sign: %s\n", what);
	exit(1);
}

static double cpu(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double ours(struct signer *s, size_t batch)
{
	struct view data[SIGN_BATCH];
	uint8_t *sig[SIGN_BATCH];
	const double begun = cpu();
	double n = 0;

	for (size_t i = 0; i < SIGN_BATCH; i++) {
		data[i] = view_of(message, sizeof message);
		sig[i] = sigs[i];
	}
	for (; cpu() < begun + seconds; n += (double)batch) {
		message[0]++;
		if (signer_sign(s, data, batch, sig) != OK)
			die("a signature failed");
	}
	return n / (cpu() - begun);
}

static EVP_PKEY *evp_key(const struct row *r)
{
	if (r->bits != 0)
		return EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)r->bits);
	if (r->curve != NULL)
		return EVP_PKEY_Q_keygen(NULL, NULL, "EC", r->curve);
	return EVP_PKEY_Q_keygen(NULL, NULL, r->evp);
}

static double evp(const struct row *r)
{
	EVP_PKEY *key = evp_key(r);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new(), *use = EVP_MD_CTX_new();
	const double begun = cpu();
	double n = 0;

	if (key == NULL || ctx == NULL || use == NULL ||
	    EVP_DigestSignInit_ex(ctx, NULL, r->digest, NULL, NULL, key, NULL) != 1)
		die("OpenSSL makes no such key");
	for (; cpu() < begun + seconds; n++) {
		size_t len = sizeof sigs[0];

		message[0]++;
		if (EVP_MD_CTX_copy_ex(use, ctx) != 1 ||
		    EVP_DigestSign(use, sigs[0], &len, message, sizeof message) != 1)
			die("OpenSSL's signature failed");
	}
	EVP_MD_CTX_free(ctx);
	EVP_MD_CTX_free(use);
	EVP_PKEY_free(key);
	return n / (cpu() - begun);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		seconds = strtod(argv[1], NULL);
	printf("%-18s %12s %12s %12s   signatures/s of CPU\n", "", "batch of 64", "one by one", "OpenSSL EVP");
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct private_key *k;
		struct signer *s;

		if (private_key_generate(rows[i].algorithm, rows[i].bits, &k) != OK || (s = signer_new(k)) == NULL)
			die("no key");
		printf("%-18s %12.0f %12.0f %12.0f\n", rows[i].name, ours(s, SIGN_BATCH), ours(s, 1),
		       evp(&rows[i]));
		signer_free(s);
		private_key_free(k);
	}
	return 0;
}
