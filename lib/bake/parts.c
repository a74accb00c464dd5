#include "bake/parts.h"

#include <stdlib.h>

#include "dns/rdata.h"

/* Who calls the sink: put keeps the entry in the image's array. */
static void keep_entry(void *context, const struct entry *e)
{
	struct parts *p = context;

	p->entry = grow_array(p->entry, &p->cap_entries, p->n_entries + 1, sizeof *p->entry);
	p->entry[p->n_entries++] = *e;
}

static void keep_run(struct parts *p, struct view key, struct view payload)
{
	p->run = grow_array(p->run, &p->cap_runs, p->n_runs + 1, sizeof *p->run);
	p->run[p->n_runs++] = (struct run_entry){ key, payload };
}

/* find_chain says how the zone denies: by NSEC3 if the apex has a usable NSEC3PARAM (RFC 5155 4.1.2) and its
 * chain is there, else by NSEC if the apex has one. */
static void find_chain(const struct zone *z, struct parts *p)
{
	const struct node *apex = zone_find(z, &z->apex);
	const struct rrset *params = apex != NULL ? rrset_of(apex, RR_NSEC3PARAM) : NULL;
	const struct rrset *nsec = apex != NULL ? rrset_of(apex, RR_NSEC) : NULL;

	for (size_t i = 0; params != NULL && i < params->n && p->part.denial == DENIAL_NONE; i++) {
		struct rd r = rd_of(rdata_view(&params->rdata[i]));
		nsec3_params_read(&r, &p->nsec3);
		if (r.bad || p->nsec3.flags != 0 || p->nsec3.algorithm != NSEC3_ALG_SHA1)
			continue;
		p->part.denial = DENIAL_NSEC3;
		p->part.iterations = p->nsec3.iterations;
		p->part.salt = p->nsec3.salt;
	}
	if (p->part.denial == DENIAL_NONE && nsec != NULL && nsec->n != 0)
		p->part.denial = DENIAL_NSEC;
}

/* nsec3_at gives the RDATA of an NSEC3 RRset that belongs to the zone's chain, or NULL. */
static const struct rdata *nsec3_at(const struct rrset *s, const struct nsec3_params *want, uint8_t *flags)
{
	for (size_t i = 0; s != NULL && i < s->n; i++) {
		struct nsec3_params its;
		struct rd r = rd_of(rdata_view(&s->rdata[i]));
		nsec3_params_read(&r, &its);
		*flags = its.flags;
		if (!r.bad && nsec3_same(&its, want))
			return &s->rdata[i];
	}
	return NULL;
}

/* hash_in_chain hashes a name and says whether the chain has a record for it. */
static bool hash_in_chain(const struct zone *z, const struct parts *p, const struct name *owner, uint8_t *hash)
{
	char label[NSEC3_TEXT_LEN];
	struct name hashed;
	uint8_t flags;

	if (!nsec3_hash_name(&p->nsec3, UINT16_MAX, owner, hash))
		return false;
	nsec3_text(hash, label);
	if (!name_push(view_of(label, sizeof label), &z->apex, &hashed))
		return false;
	const struct node *n = zone_find(z, &hashed);
	return n != NULL && nsec3_at(rrset_of(n, RR_NSEC3), &p->nsec3, &flags) != NULL;
}

/* nsec3_entry adds one record of the chain: its RRset under an owner that is written out. */
static enum err nsec3_entry(struct parts *p, const struct name *owner, const struct rrset *s)
{
	uint8_t hash[NSEC3_HASH_LEN], flags;
	struct frag_parts f;

	if (p->part.denial != DENIAL_NSEC3 || nsec3_at(s, &p->nsec3, &flags) == NULL ||
	    !nsec3_of_label(view_of(owner->wire + 1, owner->wire[0]), hash))
		return OK;
	if (flags & NSEC3_OPTOUT)
		p->part.flags |= ZONEPART_OPTOUT;
	struct frag_ask ask = { s, RR_NSEC3, UINT32_MAX, &p->zone.apex, NULL, p->zone.key, owner };
	enum err e = frag_make(&ask, &p->arena, &f);
	if (e != OK)
		return e;
	size_t size = FRAG_HEAD + frag_body_size(&f);
	uint8_t *payload = arena_pack(&p->arena, size);
	frag_write_head(&f, payload, FRAG_HEAD);
	frag_write_body(&f, payload + FRAG_HEAD);
	keep_run(p, view_of(arena_copy(&p->arena, hash, sizeof hash), sizeof hash), view_of(payload, size));
	return size < PIECE_MAX ? OK : ERR_SPACE;
}

/* nsec_entry adds an owner of an NSEC: its key below the apex, and its hash. */
static void nsec_entry(struct parts *p, const struct name *owner)
{
	uint8_t key[NAME_KEY_MAX], apex[NAME_KEY_MAX], *payload = arena_pack(&p->arena, 8);
	size_t skip = name_key(&p->zone.apex, apex), n = name_key(owner, key);

	put_le64(payload, name_hash(p->zone.key, owner));
	keep_run(p, view_of(arena_copy(&p->arena, key + skip, n - skip), n - skip), view_of(payload, 8));
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

static void note_signatures(struct parts *p, const struct node *n)
{
	for (const struct rrset *s = n->rrsets; s != NULL; s = s->next)
		for (size_t i = 0; i < s->n_sig; i++) {
			uint64_t expires = s->sig[i].n >= 12 ? get_u32(s->sig[i].p + 8) : 0;
			p->signatures++;
			if (p->expires == 0 || expires < p->expires)
				p->expires = expires;
		}
}

/* only_nsec3: the owner exists only as a hash (RFC 5155 7.2.8): no name of the zone. */
static bool only_nsec3(const struct node *n)
{
	return n->rrsets != NULL && n->rrsets->next == NULL && n->rrsets->type == RR_NSEC3;
}

static enum err bake_one(const struct zone *z, struct parts *p, const struct node *n, const struct name *owner)
{
	uint8_t hash[NSEC3_HASH_LEN];
	const struct rrset *nsec3 = rrset_of(n, RR_NSEC3), *nsec = rrset_of(n, RR_NSEC);
	struct record_sink sink = { p, keep_entry };
	enum err e = OK;

	note_signatures(p, n);
	if (nsec3 != NULL)
		e = nsec3_entry(p, owner, nsec3);
	if (e != OK || only_nsec3(n))
		return e;
	if (p->part.denial == DENIAL_NSEC && nsec != NULL && nsec->n != 0)
		nsec_entry(p, owner);
	parts_note(&p->part, &p->zone, owner, n->rrsets);
	bool chained = p->part.denial == DENIAL_NSEC3 && !(n->flags & (NODE_BELOW_CUT | NODE_BELOW_DNAME)) &&
		       hash_in_chain(z, p, owner, hash);
	struct bake_ask ask = { owner, n->rrsets, chained ? hash : NULL };
	return bake_node(&p->zone, &ask, &p->arena, &sink);
}

static enum err bake_all(const struct zone *z, struct parts *p, struct name *at)
{
	p->n_entries = p->n_runs = 0;
	p->signatures = p->expires = 0;
	for (size_t i = 0; i < z->n_nodes; i++) {
		node_name(z->node[i], at);
		enum err e = bake_one(z, p, z->node[i], at);
		if (e != OK)
			return e;
	}
	return OK;
}

enum err parts_bake(const struct zone *z, const struct hash_key *key, struct parts *p, struct name *at)
{
	const struct node *apex = zone_find(z, &z->apex);

	memset(p, 0, sizeof *p);
	bake_zone_of(&z->apex, key, false, &p->zone);
	find_chain(z, p);
	const struct rrset *its = apex != NULL ? rrset_of(apex, RR_SOA) : NULL;
	if (its != NULL && its->n_sig != 0)
		p->part.flags |= ZONEPART_SIGNED;
	struct view soa = zone_soa(z);
	if (soa.n >= 22)
		p->part.serial = get_u32(soa.p + soa.n - 20);
	enum err e = bake_all(z, p, at);
	if (p->n_runs == 0)
		p->part.denial = DENIAL_NONE; /* an NSEC3PARAM without a chain proves nothing */
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

void parts_free(struct parts *p)
{
	arena_free(&p->arena);
	free(p->entry);
	free(p->run);
	memset(p, 0, sizeof *p);
}

/* write_runs fills pages with entries in order; a page begins with its separator, the first with none. */
static enum err write_runs(struct parts *p, struct build *b, size_t psize, uint64_t image)
{
	size_t room = store_page_room(psize, STORE_VALUE_PAGES_MAX), i = 0;
	uint8_t *page = malloc(room);
	enum err e = page != NULL ? OK : ERR_MEMORY;

	while (i < p->n_runs && e == OK) {
		size_t n = 1, size = run_write_size(&p->run[i], 1);
		unsigned pages = (unsigned)((size + 16 + psize - 1) / psize);
		struct page_key key = { 0 };

		while (i + n < p->n_runs && run_write_size(&p->run[i], n + 1) <= store_page_room(psize, pages))
			n++;
		if (i != 0) {
			key.n = (uint16_t)p->run[i].key.n;
			memcpy(key.p, p->run[i].key.p, key.n);
		}
		struct view v = { page, store_page_room(psize, pages) };
		if (pages > STORE_VALUE_PAGES_MAX || !run_write(&p->run[i], n, p->part.denial, page, v.n))
			e = ERR_SPACE;
		else
			e = store_page_append(build_txn(b), TABLE_DENIAL, image, &key, v);
		if (e == OK)
			e = build_slice(b, v.n);
		i += n;
	}
	free(page);
	return e;
}

enum err parts_write(struct parts *p, struct build *b, size_t psize, uint64_t image)
{
	enum err e = place_all(b, psize, image, p->entry, p->n_entries);

	return e == OK ? write_runs(p, b, psize, image) : e;
}
