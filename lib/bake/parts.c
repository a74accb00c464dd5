#include "bake/parts.h"

#include <stdlib.h>

#include "bake/runs.h"

/* Who calls the sink: put keeps the entry in the image's array. */
static void keep_entry(void *context, const struct entry *e)
{
	struct parts *p = context;

	p->entry = grow_array(p->entry, &p->cap_entries, p->n_entries + 1, sizeof *p->entry);
	p->entry[p->n_entries++] = *e;
}

static void keep_run(struct parts *p, const struct run_entry *e)
{
	p->run = grow_array(p->run, &p->cap_runs, p->n_runs + 1, sizeof *p->run);
	p->run[p->n_runs++] = *e;
}

/* hash_in_chain hashes a name and says whether the chain has a record for it. */
static bool hash_in_chain(const struct zone *z, const struct parts *p, const struct name *owner, uint8_t *hash)
{
	uint8_t again[NSEC3_HASH_LEN], flags;
	struct name hashed;

	if (!nsec3_hash_name(&p->chain.nsec3, UINT16_MAX, owner, hash) || !chain_owner(&z->apex, hash, &hashed))
		return false;
	const struct node *n = zone_find(z, &hashed);
	return n != NULL && chain_nsec3(&p->chain, &hashed, n->rrsets, again, &flags) != NULL;
}

/* is_chained: the chain has a record for this node. Where a cut or a DNAME stands above, none should be, and hashing
 * is saved until it turns out that some record has no other name. */
static bool is_chained(const struct zone *z, struct parts *p, const struct node *n, const struct name *owner,
		       uint8_t *hash)
{
	if (p->chain.kind != DENIAL_NSEC3 || (!p->strays && n->flags & (NODE_BELOW_CUT | NODE_BELOW_DNAME)))
		return false;
	bool chained = hash_in_chain(z, p, owner, hash);
	p->n_chained += chained;
	return chained;
}

/* link_name adds a name's entry to the chain, if it has one. */
static enum err link_name(struct parts *p, const struct name *owner, const struct rrset *sets)
{
	uint8_t hash[NSEC3_HASH_LEN], flags;
	const struct rrset *nsec3 = chain_nsec3(&p->chain, owner, sets, hash, &flags);
	struct run_entry entry;
	enum err e = OK;

	if (nsec3 == NULL && !chain_nsec(&p->chain, sets))
		return OK;
	if (nsec3 != NULL && flags & NSEC3_OPTOUT)
		p->part.flags |= ZONEPART_OPTOUT;
	if (nsec3 != NULL)
		e = chain_entry_nsec3(&p->zone, owner, nsec3, hash, &p->arena, &entry);
	else
		chain_entry_nsec(&p->zone, owner, &p->arena, &entry);
	if (e == OK)
		keep_run(p, &entry);
	return e;
}

void parts_note(struct zonepart *part, const struct bake_zone *z, const struct name *owner, const struct rrset *sets)
{
	unsigned labels = name_labels(owner);

	for (const struct rrset *s = sets; s != NULL; s = s->next) {
		if (s->n == 0)
			continue;
		if (s->type == RR_DNAME)
			depth_add(part->dnames, labels);
		if (s->type == RR_DNAME || (s->type == RR_NS && labels != z->apex_labels))
			depth_add(part->cuts, labels);
	}
	if (name_is_wildcard(owner))
		part->flags |= ZONEPART_WILD;
}

void parts_note_signatures(const struct rrset *sets, uint64_t *n, uint64_t *soonest)
{
	for (const struct rrset *s = sets; s != NULL; s = s->next)
		for (size_t i = 0; i < s->n_sig; i++) {
			uint64_t expires = s->sig[i].n >= 12 ? get_u32(s->sig[i].p + 8) : 0;
			++*n;
			if (*soonest == 0 || expires < *soonest)
				*soonest = expires;
		}
}

static enum err bake_one(const struct zone *z, struct parts *p, const struct node *n, const struct name *owner)
{
	uint8_t hash[NSEC3_HASH_LEN];
	struct record_sink sink = { p, keep_entry };
	enum err e = link_name(p, owner, n->rrsets);

	parts_note_signatures(n->rrsets, &p->signatures, &p->expires);
	if (e != OK || only_nsec3(n->rrsets))
		return e;
	parts_note(&p->part, &p->zone, owner, n->rrsets);
	struct bake_ask ask = { owner, n->rrsets, is_chained(z, p, n, owner, hash) ? hash : NULL };
	return bake_node(&p->zone, &ask, &p->arena, &sink);
}

static enum err bake_nodes(const struct zone *z, struct parts *p, struct name *at)
{
	p->n_entries = p->n_runs = p->n_chained = 0;
	p->signatures = p->expires = 0;
	for (size_t i = 0; i < z->n_nodes; i++) {
		node_name(z->node[i], at);
		enum err e = bake_one(z, p, z->node[i], at);
		if (e != OK)
			return e;
	}
	return OK;
}

static enum err bake_all(const struct zone *z, struct parts *p, struct name *at)
{
	enum err e = bake_nodes(z, p, at);

	if (e != OK || p->chain.kind != DENIAL_NSEC3 || p->strays || p->n_chained == p->n_runs)
		return e;
	p->strays = true;
	return bake_nodes(z, p, at);
}

/* tell_chain notes in the zone part how the zone denies. */
static void tell_chain(struct parts *p)
{
	p->part.denial = p->chain.kind;
	p->part.iterations = p->chain.nsec3.iterations;
	p->part.salt = p->chain.nsec3.salt;
}

enum err parts_bake(const struct zone *z, const struct hash_key *key, struct parts *p, struct name *at)
{
	const struct node *apex = zone_find(z, &z->apex);

	memset(p, 0, sizeof *p);
	bake_zone_of(&z->apex, key, false, &p->zone);
	chain_find(&z->apex, apex != NULL ? apex->rrsets : NULL, &p->chain);
	tell_chain(p);
	const struct rrset *its = apex != NULL ? rrset_of(apex, RR_SOA) : NULL;
	if (its != NULL && its->n_sig != 0)
		p->part.flags |= ZONEPART_SIGNED;
	struct view soa = zone_soa(z);
	if (soa.n >= 22)
		p->part.serial = get_u32(soa.p + soa.n - 20);
	enum err e = bake_all(z, p, at);
	if (p->n_runs == 0) /* an NSEC3PARAM without a chain proves nothing */
		p->part.denial = p->chain.kind = DENIAL_NONE;
	return e;
}

static size_t octets_of(const struct parts *p)
{
	return shard_size(p->entry, p->n_entries) + (p->n_runs != 0 ? run_write_size(p->run, p->n_runs) : 0);
}

/* run_record makes the record that holds a small zone's whole chain. */
static void run_record(struct parts *p)
{
	size_t size = run_write_size(p->run, p->n_runs), head = NODE_HEAD + (size_t)p->zone.apex.len;
	uint8_t *r = arena_pack(&p->arena, head + size);

	r[0] = p->zone.apex.len;
	r[1] = p->zone.apex_labels;
	r[2] = NODE_RUN;
	r[3] = 0;
	memcpy(r + NODE_HEAD, p->zone.apex.wire, p->zone.apex.len);
	if (run_write(p->run, p->n_runs, p->part.denial, r + head, size)) {
		struct entry e = { p->zone.apex_hash, p->zone.apex_hash, r, (uint32_t)(head + size) };
		keep_entry(p, &e);
	}
}

bool parts_pool(const struct zone *z, struct parts *p)
{
	struct name at;

	if (octets_of(p) >= POOL_OCTETS)
		return false;
	p->zone.pooled = true;
	if (bake_all(z, p, &at) != OK || octets_of(p) >= POOL_OCTETS + POOL_OCTETS / 2) {
		p->zone.pooled = false;
		return bake_all(z, p, &at) != OK; /* it was baked like this before, so this succeeds */
	}
	p->part.flags |= ZONEPART_POOLED;
	if (p->n_runs != 0)
		run_record(p);
	return true;
}

void parts_row(const struct parts *p, struct zone_row *row)
{
	row->signatures = p->signatures;
	row->expires = p->expires;
	row->serial = p->part.serial;
	row->denial = p->part.denial;
	row->flags &= ~(uint32_t)(ZONE_ROW_POOLED | ZONE_ROW_SIGNED | ZONE_ROW_OPTOUT);
	row->flags |= (p->part.flags & ZONEPART_POOLED ? ZONE_ROW_POOLED : 0U) |
		      (p->part.flags & ZONEPART_SIGNED ? ZONE_ROW_SIGNED : 0U) |
		      (p->part.flags & ZONEPART_OPTOUT ? ZONE_ROW_OPTOUT : 0U);
}

void parts_free(struct parts *p)
{
	arena_free(&p->arena);
	free(p->entry);
	free(p->run);
	memset(p, 0, sizeof *p);
}

enum err parts_write(struct parts *p, struct build *b, size_t psize, uint64_t image)
{
	enum err e = place_all(b, psize, image, p->entry, p->n_entries);

	return e == OK ? runs_all(b, psize, image, p->part.denial, p->run, p->n_runs) : e;
}

enum err parts_new(struct parts *p, struct store_txn *t, size_t psize, uint64_t image)
{
	enum err e = place_new(t, psize, image, p->entry, p->n_entries);

	return e == OK ? runs_new(t, psize, image, p->part.denial, p->run, p->n_runs) : e;
}
