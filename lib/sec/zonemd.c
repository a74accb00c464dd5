#include "sec/zonemd.h"

#include <stdlib.h>

#include "crypto/digest.h"
#include "dns/rdata.h"

struct zonemd {
	struct digest digest;
	bool failed;
	uint8_t rr[NAME_WIRE_MAX + 10 + RDATA_MAX]; /* one record in canonical form */
};

bool zonemd_read(struct view rdata, struct zonemd_fields *out)
{
	struct rd r = rd_of(rdata);

	out->serial = rd_u32(&r);
	out->scheme = rd_u8(&r);
	out->hash = rd_u8(&r);
	out->digest = rd_rest(&r);
	return !r.bad && out->digest.n >= ZONEMD_DIGEST_MIN;
}

struct zonemd *zonemd_new(uint8_t hash)
{
	struct zonemd *z;

	if (hash != ZONEMD_SHA384 && hash != ZONEMD_SHA512)
		return NULL;
	z = malloc(sizeof *z);
	if (z == NULL)
		return NULL;
	digest_begin(&z->digest, hash == ZONEMD_SHA384 ? DIGEST_SHA384 : DIGEST_SHA512);
	z->failed = false;
	return z;
}

void zonemd_add(struct zonemd *z, const struct name *owner, uint16_t type, uint32_t ttl, struct view rdata)
{
	struct wr w = wr_of(z->rr, sizeof z->rr);
	struct name lower = *owner;

	name_lower(&lower);
	wr_bytes(&w, lower.wire, lower.len);
	wr_u16(&w, type);
	wr_u16(&w, CLASS_IN);
	wr_u32(&w, ttl);
	size_t length = wr_hole16(&w);
	if (rdata_canon(type, rdata, &w) != OK) {
		z->failed = true;
		return;
	}
	wr_fill16(&w, length);
	digest_add(&z->digest, wr_view_of(&w));
}

size_t zonemd_end(struct zonemd *z, uint8_t *out)
{
	size_t n = z->failed ? 0 : digest_len(z->digest.kind);

	digest_end(&z->digest, out);
	free(z);
	return n;
}
