/* Checks of keys and of what speaks of them: DNSKEY, DS, CDS, CDNSKEY. */

#include "crypto/digest.h"
#include "zone/check_run.h"

/* Algorithms that RFC 8624 3.1 says must not or need not be used any more. */
static bool deprecated_algorithm(uint8_t a)
{
	static const uint8_t list[] = { 1, 3, 5, 6, 7, 12 };

	for (size_t i = 0; i < COUNT_OF(list); i++)
		if (list[i] == a)
			return true;
	return false;
}

/* Digests of DS and CDS records (RFC 8624 3.3, RFC 9558 for 5 and 6, which are not computed here). */
enum { DS_SHA1 = 1, DS_SHA256 = 2, DS_GOST = 3, DS_SHA384 = 4, DS_DIGEST_AT = 4 };

static void check_ds(struct checker *c, const struct node *n, const struct rrset *s)
{
	for (uint32_t i = 0; i < s->n; i++) {
		uint8_t digest = s->rdata[i].n > DS_DIGEST_AT ? s->rdata[i].p[3] : 0;
		if (digest == DS_SHA1 || digest == DS_GOST)
			check_node_tell(c, CHECK_DEPRECATED_ALGORITHM, n, s->rdata[i].line,
					"a DS record with digest type %u", digest);
	}
}

void check_set_keys(struct checker *c, const struct node *n, const struct rrset *s)
{
	if (s->n == 0)
		return;
	if (s->type == RR_DS)
		check_ds(c, n, s);
	if ((s->type == RR_CDS || s->type == RR_CDNSKEY) && n != c->apex)
		check_node_tell(c, CHECK_CDS, n, s->rdata[0].line, "a %s record below the apex (RFC 7344 4.1)",
				s->type == RR_CDS ? "CDS" : "CDNSKEY");
}

static void check_dnskeys(struct checker *c, const struct rrset *s)
{
	if (s->n > CHECK_KEYS_MAX)
		check_node_tell(c, CHECK_DNSKEY, c->apex, s->rdata[0].line,
				"%u keys; only %d of them are looked at", s->n, CHECK_KEYS_MAX);
	for (uint32_t i = 0; i < s->n && i < CHECK_KEYS_MAX; i++) {
		struct public_key *made;
		struct dnskey k;
		enum err e = ERR_FORMAT;

		if (dnskey_read(rdata_view(&s->rdata[i]), &k))
			e = public_key_of(k.algorithm, k.key, &made);
		if (e == OK)
			public_key_free(made);
		if (e == ERR_FORMAT)
			check_node_tell(c, CHECK_DNSKEY, c->apex, s->rdata[i].line,
					"key %u: not a public key of algorithm %u", k.tag, k.algorithm);
		else if (k.protocol != 3)
			check_node_tell(c, CHECK_DNSKEY, c->apex, s->rdata[i].line, "key %u: protocol %u, not 3",
					k.tag, k.protocol);
		else if ((k.flags & DNSKEY_ZONE) == 0)
			check_node_tell(c, CHECK_DNSKEY, c->apex, s->rdata[i].line,
					"key %u: not a zone key (flags %u)", k.tag, k.flags);
		if (deprecated_algorithm(k.algorithm))
			check_node_tell(c, CHECK_DEPRECATED_ALGORITHM, c->apex, s->rdata[i].line,
					"key %u of algorithm %u", k.tag, k.algorithm);
	}
}

/* A CDNSKEY speaks of a key if its RDATA is the key's. */
static bool cdnskey_is(const struct checker *c, struct view cdnskey, struct view dnskey)
{
	(void)c;
	return view_eq(cdnskey, dnskey);
}

/* A CDS speaks of a key if its digest is the key's (RFC 4034 5.1.4); digests we cannot compute get the benefit of
 * the doubt when tag and algorithm fit. */
static bool cds_is(const struct checker *c, struct view cds, struct view dnskey)
{
	static const struct {
		uint8_t type;
		enum digest_kind kind;
	} kinds[] = { { DS_SHA1, DIGEST_SHA1 }, { DS_SHA256, DIGEST_SHA256 }, { DS_SHA384, DIGEST_SHA384 } };
	struct name owner = c->z->apex;
	uint8_t digest[DIGEST_MAX];

	if (cds.n < DS_DIGEST_AT || dnskey.n < 4 || get_u16(cds.p) != key_tag(dnskey) || cds.p[2] != dnskey.p[3])
		return false;
	name_lower(&owner);
	for (size_t k = 0; k < COUNT_OF(kinds); k++) {
		if (kinds[k].type != cds.p[3])
			continue;
		digest_of(kinds[k].kind, (const struct view[]){ { owner.wire, owner.len }, dnskey }, 2, digest);
		return view_eq(view_of(cds.p + DS_DIGEST_AT, cds.n - DS_DIGEST_AT),
			       view_of(digest, digest_len(kinds[k].kind)));
	}
	return true;
}

static const struct {
	uint16_t type;
	const char *name;
	uint16_t algorithm_at;
	bool (*is)(const struct checker *c, struct view record, struct view dnskey);
} speaks[] = {
	{ RR_CDS, "CDS", 2, cds_is },
	{ RR_CDNSKEY, "CDNSKEY", 3, cdnskey_is },
};

static bool speaks_of_a_key(const struct checker *c, size_t k, struct view record, const struct rrset *keys)
{
	for (uint32_t i = 0; keys != NULL && i < keys->n && i < CHECK_KEYS_MAX; i++)
		if (speaks[k].is(c, record, rdata_view(&keys->rdata[i])))
			return true;
	return false;
}

static void check_speaks(struct checker *c, size_t k, const struct rrset *keys)
{
	const struct rrset *s = node_has(c->apex, speaks[k].type);

	for (uint32_t i = 0; s != NULL && i < s->n && i < CHECK_KEYS_MAX; i++) {
		struct view record = rdata_view(&s->rdata[i]);
		bool withdraws = record.n > speaks[k].algorithm_at && record.p[speaks[k].algorithm_at] == 0;

		if (withdraws && s->n > 1)
			check_node_tell(c, CHECK_CDS, c->apex, s->rdata[i].line,
					"a %s record that withdraws the DS is not alone (RFC 8078 4)",
					speaks[k].name);
		if (!withdraws && !speaks_of_a_key(c, k, record, keys))
			check_node_tell(c, CHECK_CDS, c->apex, s->rdata[i].line,
					"a %s record that fits no DNSKEY of the zone", speaks[k].name);
	}
}

/* A zone without DNSKEY or without signatures is unsigned, and may be so by mistake. */
static void check_half_signed(struct checker *c)
{
	static const uint16_t types[] = { RR_NSEC, RR_NSEC3PARAM, RR_DNSKEY };
	const char *lacks = c->n_keys == 0 ? "no DNSKEY" : "no signature at the apex";
	char type[16];

	for (size_t i = 0; i < COUNT_OF(types); i++)
		if (node_has(c->apex, types[i]) != NULL) {
			rrtype_print(types[i], type);
			checker_tell(c, CHECK_UNSIGNED, &c->z->apex, 0,
				     "%s records, but %s: this is an unsigned zone", type, lacks);
			return;
		}
	for (const struct rrset *s = c->apex->rrsets; s != NULL; s = s->next)
		if (s->n_sig > 0) {
			checker_tell(c, CHECK_UNSIGNED, &c->z->apex, 0,
				     "signatures, but %s: this is an unsigned zone", lacks);
			return;
		}
}

void check_zone_keys(struct checker *c)
{
	const struct rrset *keys;

	if (c->apex == NULL)
		return;
	keys = node_has(c->apex, RR_DNSKEY);
	if (keys != NULL)
		check_dnskeys(c, keys);
	for (size_t k = 0; k < COUNT_OF(speaks); k++)
		check_speaks(c, k, keys);
	if (!c->is_signed)
		check_half_signed(c);
}
