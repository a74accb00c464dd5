/* What signing puts at the apex before the zone is sealed. */

#include "crypto/digest.h"
#include "sec/ds.h"
#include "sec/nsec3.h"
#include "sec/rrsig.h"
#include "sec/zonemd.h"
#include "sign/run.h"

bool sign_drops(uint16_t type)
{
	static const uint16_t types[] = { RR_RRSIG, RR_NSEC, RR_NSEC3, RR_NSEC3PARAM, RR_ZONEMD };

	for (size_t i = 0; i < COUNT_OF(types); i++)
		if (types[i] == type)
			return true;
	return false;
}

static const struct rrset *apex_set(const struct zone *z, uint16_t type)
{
	const struct node *apex = zone_find(z, &z->apex);

	return apex != NULL ? rrset_of(apex, type) : NULL;
}

/* put adds a record to the apex, unless it is there already; with the TTL of its set, if the file has one. */
static void put(struct zone *z, uint16_t type, uint32_t ttl, struct view rdata)
{
	const struct rrset *set = apex_set(z, type);

	for (uint32_t i = 0; set != NULL && i < set->n; i++)
		if (view_eq(rdata_view(&set->rdata[i]), rdata))
			return;
	(void)zone_add(z, &z->apex, type, set != NULL && set->n > 0 ? set->ttl : ttl, rdata, 0);
}

static void put_cds(struct zone *z, const struct key *k, uint8_t digest_type, uint32_t ttl)
{
	uint8_t rdata[DS_RDATA_MAX];
	struct wr w = wr_of(rdata, sizeof rdata);

	if (ds_of(&z->apex, k->dnskey, digest_type, &w) == OK)
		put(z, RR_CDS, ttl, wr_view_of(&w));
}

static void put_keys(struct zone *z, const struct sign_plan *p, uint32_t ttl)
{
	static const uint8_t digests[] = { DS_SHA256, DS_SHA384 };

	for (size_t i = 0; i < p->n_keys; i++) {
		const struct sign_key *k = &p->key[i];
		if (k->published)
			put(z, RR_DNSKEY, ttl, k->key->dnskey);
		if (!k->sync || p->cds_delete)
			continue;
		put(z, RR_CDNSKEY, ttl, k->key->dnskey);
		for (size_t d = 0; d < COUNT_OF(digests); d++)
			if (p->cds_digests & 1U << digests[d])
				put_cds(z, k->key, digests[d], ttl);
	}
	for (size_t i = 0; i < p->n_given; i++)
		if (p->given[i].type != RR_RRSIG)
			put(z, p->given[i].type, ttl, p->given[i].rdata);
	if (p->cds_delete) { /* RFC 8078 4 */
		put(z, RR_CDS, ttl, BYTES("\0\0\0\0\0"));
		put(z, RR_CDNSKEY, ttl, BYTES("\0\0\3\0\0"));
	}
}

/* RFC 7477 2.1: act at once, on NS, A and AAAA; the serial says of which zone this is, and binds nobody without
 * the flag soaminimum. There is one CSYNC at most: a file's own stays. */
static void put_csync(struct zone *z, uint32_t serial, uint32_t ttl)
{
	enum { IMMEDIATE = 1 };
	uint8_t rdata[16];
	struct wr w = wr_of(rdata, sizeof rdata);

	if (apex_set(z, RR_CSYNC) != NULL)
		return;
	wr_u32(&w, serial);
	wr_u16(&w, IMMEDIATE);
	wr_view(&w, BYTES("\0\4\x60\0\0\x08"));
	put(z, RR_CSYNC, ttl, wr_view_of(&w));
}

static void put_nsec3param(struct zone *z, const struct sign_plan *p)
{
	uint8_t rdata[5 + UINT8_MAX];
	struct wr w = wr_of(rdata, sizeof rdata);

	wr_u8(&w, NSEC3_ALG_SHA1);
	wr_u8(&w, 0); /* RFC 5155 4.1.2: opt-out is not said here */
	wr_u16(&w, p->iterations);
	wr_u8(&w, (uint8_t)p->salt.n);
	wr_view(&w, p->salt);
	if (!w.full)
		put(z, RR_NSEC3PARAM, 0, wr_view_of(&w)); /* nobody asks for it to cache it */
}

/* The digest is zeros until everything else is there: that the record exists is part of what is signed (RFC 8976
 * 3.1). */
static void put_zonemd(struct zone *z, uint8_t hash, uint32_t ttl)
{
	const uint8_t rdata[6 + DIGEST_MAX] = { 0, 0, 0, 0, ZONEMD_SIMPLE, hash };
	const enum digest_kind kind = hash == ZONEMD_SHA384 ? DIGEST_SHA384 : DIGEST_SHA512;

	put(z, RR_ZONEMD, ttl, view_of(rdata, 6 + digest_len(kind)));
}

void sign_prepare(struct zone *z, const struct sign_plan *p)
{
	const struct rrset *soa = apex_set(z, RR_SOA);

	if (soa == NULL || soa->n == 0)
		return;
	const uint32_t ttl = soa->ttl;
	const struct view rdata = rdata_view(&soa->rdata[0]);
	put_keys(z, p, p->dnskey_ttl != 0 ? p->dnskey_ttl : ttl);
	if (p->csync && rdata.n >= 22)
		put_csync(z, get_u32(rdata.p + rdata.n - 20), ttl);
	if (p->denial == SIGN_NSEC3)
		put_nsec3param(z, p);
	for (unsigned hash = ZONEMD_SHA384; hash <= ZONEMD_SHA512; hash++)
		if (p->zonemd & 1U << hash)
			put_zonemd(z, (uint8_t)hash, ttl);
}
