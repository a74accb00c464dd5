/*
 * rrsig.h -- RRSIG and DNSKEY records, and whether one fits the other
 * (RFC 4034 3 and 2, RFC 4035 5.3).
 *
 *      RRSIG RDATA:  covered(2) algorithm(1) labels(1) TTL(4) expires(4) begins(4) tag(2) signer signature
 *                    |------------------------- signed -----------------------------------|
 *      signed data:  that part, then each record of the set in canonical form and order
 *
 * Knows: crypto/, dns/rdata.h.   Must not know: zones, clocks.
 */
#ifndef SEC_RRSIG_H
#define SEC_RRSIG_H

#include "base/base.h"
#include "crypto/verify.h"
#include "dns/name.h"

struct rrsig {
	uint16_t covered;
	uint8_t algorithm, labels;
	uint32_t ttl, expires, begins; /* times count seconds modulo 2^32 (RFC 4034 3.1.5) */
	uint16_t tag;
	struct name signer;
	struct view head; /* the RDATA up to the signer's name */
	struct view signature;
};

/* rrsig_read takes RDATA apart; the views point into it. */
MUST_CHECK bool rrsig_read(struct view rdata, struct rrsig *out);

/* Flags of a DNSKEY (RFC 4034 2.1.1, RFC 5011 3). */
enum { DNSKEY_ZONE = 0x0100, DNSKEY_REVOKED = 0x0080, DNSKEY_SEP = 0x0001 };

struct dnskey {
	uint16_t flags;
	uint8_t protocol, algorithm;
	uint16_t tag;
	struct view key;
};

/* dnskey_read takes RDATA apart and computes its tag. */
MUST_CHECK bool dnskey_read(struct view rdata, struct dnskey *out);

/* key_tag is the checksum of RFC 4034 appendix B; two keys may share one. */
uint16_t key_tag(struct view dnskey);

/* serial_time gives the moment a 32-bit time stands for, the one nearest to `now` (RFC 4034 3.1.5). */
int64_t serial_time(uint32_t t, int64_t now);

/* An RRset as the verifier wants it: RDATA in wire form, in canonical order, without duplicates. */
struct signed_set {
	const struct name *owner;
	uint16_t type, class;
	size_t n;
	const struct view *rdata;
};

/* Room for the signed data of one RRset after another; zeroed when new, freed by its owner with free(p). */
struct sign_room {
	uint8_t *p;
	size_t cap;
};

/* rrsig_write appends RDATA up to the signature: the fields, and the signer in lower case (RFC 4034 3.1, 6.2).
 * What it wrote without the signer is what sig->head must be for rrsig_data; covered .. tag and signer must be
 * set. */
void rrsig_write(const struct rrsig *sig, struct wr *out);

enum { RRSIG_HEAD = 18 }; /* octets of RDATA before the signer's name */

/* rrsig_data appends what is signed: sig->head, the signer, and the set in canonical form with the TTL of the
 * signature (RFC 4034 3.1.8.1). rrsig_data_max octets are room enough. ERR_FORMAT: the labels field cannot belong
 * to this owner, or the RDATA is not of its type; ERR_SPACE. */
enum err rrsig_data(const struct rrsig *sig, const struct signed_set *set, struct wr *out);
size_t rrsig_data_max(const struct signed_set *set);

/* rrsig_verify is OK if `sig` is the signature of `key` over the set. ERR_FORMAT: its labels field cannot
 * belong to this owner, or the RDATA is not of its type; ERR_REFUSED: the signature is wrong. Signer, key
 * tag and times are the caller's to compare. */
enum err rrsig_verify(const struct rrsig *sig, struct public_key *key, const struct signed_set *set,
		      struct sign_room *room);

#endif
