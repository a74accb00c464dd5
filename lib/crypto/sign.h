/*
 * sign.h -- private keys of DNSSEC, and signatures made with them.
 *
 * A struct private_key never changes once it is made: any number of threads
 * may sign with it, each through a signer of its own. Its secret octets lie in
 * locked memory between guard pages and are wiped when it is freed. What
 * OpenSSL needs of them to compute with it keeps in its own memory, and wipes.
 *
 * Every signature depends on key and message alone: RSA PKCS#1 1.5 and the
 * Edwards curves are so by nature, ECDSA by the nonces of RFC 6979. The same
 * zone signed twice is the same octets.
 *
 * Algorithms 8, 10, 13, 14, 15 and 16 of RFC 8624; those of SHA-1 are only
 * verified (RFC 8624 3.1: MUST NOT or NOT RECOMMENDED to sign with).
 *
 * Knows: OpenSSL, libsodium.   Must not know: names, records, files, time.
 */
#ifndef CRYPTO_SIGN_H
#define CRYPTO_SIGN_H

#include "base/base.h"
#include "crypto/verify.h"

struct private_key;
struct signer;

/* The parts of a secret, in the order and with the meaning of BIND's .private files: big-endian numbers for
 * RSA and ECDSA, the seed for the Edwards curves. */
enum {
	SECRET_MODULUS,
	SECRET_PUBLIC_EXPONENT,
	SECRET_PRIVATE_EXPONENT,
	SECRET_PRIME1,
	SECRET_PRIME2,
	SECRET_EXPONENT1,
	SECRET_EXPONENT2,
	SECRET_COEFFICIENT,
	SECRET_PRIVATE_KEY, /* all algorithms but RSA have this part only */
	SECRET_PARTS
};

struct secret {
	struct view part[SECRET_PARTS]; /* parts that an algorithm does not have are empty */
};

enum { RSA_BITS_MIN = 1024, RSA_BITS_MAX = 4096, RSA_BITS_PRESET = 2048 };

enum {
	SIGN_BATCH = 64,                 /* messages one call of signer_sign takes */
	SIGNATURE_MAX = RSA_MODULUS_MAX, /* octets of the longest signature */
	PUBLIC_KEY_MAX = 3 + RSA_EXPONENT_MAX + RSA_MODULUS_MAX,
};

/* algorithm_signs is true for the algorithms that a key can be made of here. */
bool algorithm_signs(uint8_t algorithm);

/* algorithm_is_rsa is true for those whose keys have a choice of sizes. */
bool algorithm_is_rsa(uint8_t algorithm);

/* private_key_generate makes a new key. `bits` is for RSA alone, 0 means RSA_BITS_PRESET. ERR_NOTFOUND: an
 * algorithm that does not sign here; ERR_REFUSED: bits outside RSA_BITS_MIN..RSA_BITS_MAX; ERR_MEMORY. */
enum err private_key_generate(uint8_t algorithm, unsigned bits, struct private_key **out);

/* private_key_of makes a key of a secret, which is copied. ERR_NOTFOUND as above; ERR_FORMAT: parts are
 * missing, of the wrong size, out of range, or do not belong together; ERR_REFUSED: RSA of a size that is
 * not signed with; ERR_MEMORY. An ECDSA number may lack leading zeros, as old writers of files left them out. */
enum err private_key_of(uint8_t algorithm, const struct secret *s, struct private_key **out);

/* private_key_secret gives the parts, as views into the key's own memory: wipe what you copy. */
void private_key_secret(const struct private_key *k, struct secret *out);

/* private_key_public gives the public half as the public key field of a DNSKEY (RFC 3110, 6605, 8080); it
 * lives as long as the key. */
struct view private_key_public(const struct private_key *k);

/* private_key_signature_len gives the octets of each signature this key makes, at most SIGNATURE_MAX. */
size_t private_key_signature_len(const struct private_key *k);

/* private_key_free wipes; it takes NULL too. No signer of the key may be left. */
void private_key_free(struct private_key *k);

/* signer_new gives one thread its way to sign with k: everything that can be made once is. NULL: no memory.
 * The key must outlive it. */
struct signer *signer_new(const struct private_key *k);

/* signer_sign signs n <= SIGN_BATCH messages; sig[i] has room for private_key_signature_len octets. ECDSA
 * shares its inversions among them and is twice as fast with a full batch as with one message. ERR_MEMORY,
 * or ERR_SYSTEM: OpenSSL failed; then no signature may be used. */
enum err signer_sign(struct signer *s, const struct view *data, size_t n, uint8_t *const *sig);

/* signer_free wipes; it takes NULL too. */
void signer_free(struct signer *s);

#endif
