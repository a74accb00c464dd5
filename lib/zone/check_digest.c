/* The check of ZONEMD records (RFC 8976 4). */

#include "crypto/digest.h"
#include "sec/zonemd.h"
#include "zone/check_run.h"
#include "zone/digest.h"

/* repeated: two records of the same scheme and hash must not be used (RFC 8976 2.1, 4). */
static bool repeated(const struct rrset *s, uint32_t i)
{
	for (uint32_t k = 0; k < s->n; k++)
		if (k != i && s->rdata[k].n >= 6 && memcmp(s->rdata[k].p + 4, s->rdata[i].p + 4, 2) == 0)
			return true;
	return false;
}

static void check_record(struct checker *c, const struct rrset *s, uint32_t i)
{
	const struct rdata *r = &s->rdata[i];
	struct zonemd_fields f;
	uint8_t digest[DIGEST_MAX];
	size_t n;

	if (!zonemd_read(rdata_view(r), &f)) {
		check_node_tell(c, CHECK_ZONEMD_WRONG, c->apex, r->line, "the ZONEMD record is not whole");
	} else if (f.scheme != ZONEMD_SIMPLE || (f.hash != ZONEMD_SHA384 && f.hash != ZONEMD_SHA512)) {
		check_node_tell(c, CHECK_ZONEMD_UNSUPPORTED, c->apex, r->line,
				"ZONEMD scheme %u with hash %u is unknown", f.scheme, f.hash);
	} else if (repeated(s, i)) {
		check_node_tell(c, CHECK_ZONEMD_WRONG, c->apex, r->line,
				"two ZONEMD records of scheme %u and hash %u", f.scheme, f.hash);
	} else if (f.serial != c->soa_serial) {
		check_node_tell(c, CHECK_ZONEMD_WRONG, c->apex, r->line,
				"the ZONEMD record is for serial %u, the zone "
				"has %u",
				f.serial, c->soa_serial);
	} else {
		n = zone_digest(c->z, f.hash, digest);
		if (!view_eq(view_of(digest, n), f.digest))
			check_node_tell(c, CHECK_ZONEMD_WRONG, c->apex, r->line,
					"the zone's digest is another one");
	}
}

enum { RECORDS_MAX = 8 }; /* each known scheme and hash costs a pass over the zone, repeated ones none */

void check_zone_digest(struct checker *c)
{
	const struct rrset *s = c->apex != NULL ? node_has(c->apex, RR_ZONEMD) : NULL;

	if (!check_on(c, CHECK_ZONEMD_WRONG))
		return;
	for (uint32_t i = 0; s != NULL && i < s->n && i < RECORDS_MAX; i++)
		check_record(c, s, i);
}
