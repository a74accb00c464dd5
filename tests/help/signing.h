/*
 * signing.h -- keys without files, and zones signed with them.
 *
 *      struct signing_kit k;
 *      signing_begin(&k, "example.");
 *      signing_key(&k, ALG_ECDSAP256, SIGNS_ALL);        again and again; k.plan may be changed now
 *      struct zone *z = signing_zone(&k, unsigned_zone);
 *      signing_end(&k);
 */
#ifndef TESTS_HELP_SIGNING_H
#define TESTS_HELP_SIGNING_H

#include "sign/sign.h"

enum { SIGNS_KEYS = 1, SIGNS_ZONE = 2, SIGNS_ALL = 3, SIGNS_NOT = 0 };

struct signing_kit {
	struct name apex;
	struct key key[8];
	struct sign_key use[8];
	uint8_t dnskey[8][PUBLIC_KEY_MAX + 4];
	struct sign_plan plan; /* the defaults, with these keys and a clock of 2026-11-14 */
	struct sign_result result;
	char why[SIGN_WHY];
};

enum { SIGNING_NOW = 1794614400 };

void signing_begin(struct signing_kit *k, const struct name *apex);
void signing_end(struct signing_kit *k);

/* signing_key makes the n-th key, always the same but for RSA; flags 257 if it signs keys, else 256. */
void signing_key(struct signing_kit *k, uint8_t algorithm, int signs);

/* signing_copy copies a zone's records, unsealed, but for what signing makes anew, DNSKEY, CDS and CDNSKEY. */
struct zone *signing_copy(const struct zone *z);

/* signing_run prepares, seals and signs; what came of it is in k->result and k->why. */
enum err signing_run(struct signing_kit *k, struct zone *unsealed);

/* signing_zone is both, and ends the process where signing fails. */
struct zone *signing_zone(struct signing_kit *k, const struct zone *z);

/* signing_flaws runs the checker and counts what it finds about DNSSEC; `first` gets the first finding. */
uint64_t signing_flaws(const struct signing_kit *k, const struct zone *z, char first[600]);

/* signing_old makes a source of earlier signatures of a sealed zone, which must outlive it. */
struct sign_old signing_old(struct zone *z);

#endif
