#include "bake/table.h"

static uint32_t soa_minimum(const struct rrset *soa)
{
	const struct rdata *r = &soa->rdata[0];

	return r->n >= 22 ? get_u32(r->p + r->n - 4) : 0;
}

enum err table_record(const struct bake_zone *z, const struct zonepart *part, const struct rrset *soa,
		      struct arena *a, const struct record_sink *to)
{
	uint8_t octets[ZONEPART_MAX];
	struct frag_parts frags[3];
	struct bake_zone table = *z;

	table.pooled = false; /* the zone table is an image like any other */
	frags[0] = (struct frag_parts){ .type = FRAG_ZONE, .rrs = octets };
	frags[0].plain = (uint16_t)zonepart_write(part, octets);
	uint32_t minimum = soa_minimum(soa);
	struct frag_ask ask = { soa, RR_SOA, UINT32_MAX, &z->apex, NULL, NULL, z->key, NULL };
	enum err e = frag_make(&ask, a, &frags[1]);
	ask.type = FRAG_SOA_NEGATIVE;
	ask.ttl_max = soa->ttl < minimum ? soa->ttl : minimum;
	if (e == OK)
		e = frag_make(&ask, a, &frags[2]);
	if (e == OK)
		e = bake_frags(&table, &z->apex, NODE_APEX, NULL, frags, 3, a, to);
	for (unsigned i = 0; i < COUNT_OF(frags) && e == OK; i++)
		if (frags[i].flags & FRAG_OUT)
			e = ERR_SPACE; /* an SOA of so many signatures that it would be in pieces */
	return e;
}

/* in_zone is true for the records of one zone: its apex is the right suffix of their owners. */
static bool in_zone(const void *context, const struct entry *e)
{
	const struct bake_zone *z = context;
	struct node_view n;

	if (e->p == NULL || !node_open(view_of(e->p, e->n), &n) || node_apex_labels(n) != z->apex_labels)
		return false;
	struct view owner = node_owner(n);
	return owner.n >= z->apex.len && e->place == z->apex_hash &&
	       memcmp(owner.p + owner.n - z->apex.len, z->apex.wire, z->apex.len) == 0;
}

static enum err replace(struct store *s, struct store_txn *t, const struct bake_zone *z, uint64_t image,
			const struct entry *add, size_t n, struct arena *scratch)
{
	struct place_change change = { image, z->apex_hash, in_zone, z, add, n };

	return place_apply(t, store_psize(s), store_hash_key(s), &change, scratch);
}

/* An SOA in pieces is refused, so a zone has one record in the zone table. */
static void keep_one(void *context, const struct entry *e)
{
	*(struct entry *)context = *e;
}

enum err table_put(struct store *s, struct store_txn *t, const struct bake_zone *z, const struct zonepart *part,
		   const struct rrset *soa, struct arena *scratch)
{
	struct entry record = { 0 };
	struct record_sink sink = { &record, keep_one };
	enum err e = table_record(z, part, soa, scratch, &sink);

	return e == OK ? replace(s, t, z, IMAGE_ZONES, &record, 1, scratch) : e;
}

enum err table_remove(struct store *s, struct store_txn *t, const struct bake_zone *z, struct arena *scratch)
{
	return replace(s, t, z, IMAGE_ZONES, NULL, 0, scratch);
}

enum err table_get(struct store_txn *t, const struct bake_zone *z, struct zonepart *out)
{
	struct page_key want = shard_key(z->apex_hash, 255), found;
	struct probe p = { z->apex_hash, z->apex.wire, z->apex.len, z->apex_labels, 0 };
	struct node_view n;
	struct frag f;
	struct view page;
	enum err e = store_page_floor(t, TABLE_SHARDS, IMAGE_ZONES, &want, &found, &page);

	if (e != OK)
		return e;
	switch (shard_find(page, &p, &n)) {
	case FOUND_NODE:
		break;
	case FOUND_NONE:
		return ERR_NOTFOUND;
	case FOUND_BARE:
	case FOUND_DAMAGED:
		return ERR_DAMAGED;
	}
	if (node_frag(n, FRAG_ZONE, &f) != OK || f.body == NULL)
		return ERR_DAMAGED;
	return zonepart_open(view_of(f.body, frag_plain(f)), out) ? OK : ERR_DAMAGED;
}

enum err pool_put(struct store *s, struct store_txn *t, const struct bake_zone *z, const struct entry *add,
		  size_t n, struct arena *scratch)
{
	return replace(s, t, z, IMAGE_POOL, add, n, scratch);
}
