#include "bake/parts.h"

#include <stdlib.h>

#include "dns/rdata.h"

enum { SLICE = 1 << 15 }; /* nodes */

/* What one slice of a zone makes. */
struct baked {
	const struct parts *p; /* how: only read */
	struct arena *arena;   /* the worker's */
	struct entry_list nodes;
	struct run_entry *run;
	size_t n_runs, cap_runs;
	struct zonepart part; /* what the slice means to the whole zone: masks and flags */
	uint64_t signatures, expires;
	enum err e;
	size_t at; /* the node that could not be baked */
};

static void keep_entry(void *nodes, const struct entry *e)
{
	struct entry_list *l = nodes;

	l->e = grow_array(l->e, &l->cap, l->n + 1, sizeof *l->e);
	l->e[l->n++] = *e;
}

static void keep_run(struct baked *b, struct view key, struct view payload)
{
	b->run = grow_array(b->run, &b->cap_runs, b->n_runs + 1, sizeof *b->run);
	b->run[b->n_runs++] = (struct run_entry){ key, payload };
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
static enum err nsec3_entry(struct baked *b, const struct name *owner, const struct rrset *s)
{
	const struct parts *p = b->p;
	uint8_t hash[NSEC3_HASH_LEN], flags;
	struct frag_parts f;

	if (p->part.denial != DENIAL_NSEC3 || nsec3_at(s, &p->nsec3, &flags) == NULL ||
	    !nsec3_of_label(view_of(owner->wire + 1, owner->wire[0]), hash))
		return OK;
	if (flags & NSEC3_OPTOUT)
		b->part.flags |= ZONEPART_OPTOUT;
	struct frag_ask ask = { s, RR_NSEC3, UINT32_MAX, &p->zone.apex, NULL, p->zone.key, owner };
	enum err e = frag_make(&ask, b->arena, &f);
	if (e != OK)
		return e;
	size_t size = FRAG_HEAD + frag_body_size(&f);
	uint8_t *payload = arena_pack(b->arena, size);
	frag_write_head(&f, payload, FRAG_HEAD);
	frag_write_body(&f, payload + FRAG_HEAD);
	keep_run(b, view_of(arena_copy(b->arena, hash, sizeof hash), sizeof hash), view_of(payload, size));
	return size < PIECE_MAX ? OK : ERR_SPACE;
}

/* nsec_entry adds an owner of an NSEC: its key below the apex, and its hash. */
static void nsec_entry(struct baked *b, const struct name *owner)
{
	uint8_t key[NAME_KEY_MAX], apex[NAME_KEY_MAX], *payload = arena_pack(b->arena, 8);
	size_t skip = name_key(&b->p->zone.apex, apex), n = name_key(owner, key);

	put_le64(payload, name_hash(b->p->zone.key, owner));
	keep_run(b, view_of(arena_copy(b->arena, key + skip, n - skip), n - skip), view_of(payload, 8));
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

static void note_expiry(uint64_t *soonest, uint64_t expires)
{
	if (*soonest == 0 || expires < *soonest)
		*soonest = expires;
}

static void note_signatures(struct baked *b, const struct node *n)
{
	for (const struct rrset *s = n->rrsets; s != NULL; s = s->next)
		for (size_t i = 0; i < s->n_sig; i++) {
			b->signatures++;
			note_expiry(&b->expires, s->sig[i].n >= 12 ? get_u32(s->sig[i].p + 8) : 0);
		}
}

/* only_nsec3: the owner exists only as a hash (RFC 5155 7.2.8): no name of the zone. */
static bool only_nsec3(const struct node *n)
{
	return n->rrsets != NULL && n->rrsets->next == NULL && n->rrsets->type == RR_NSEC3;
}

static enum err bake_one(struct baked *b, const struct node *n)
{
	const struct parts *p = b->p;
	uint8_t hash[NSEC3_HASH_LEN];
	const struct rrset *nsec3 = rrset_of(n, RR_NSEC3), *nsec = rrset_of(n, RR_NSEC);
	struct record_sink sink = { &b->nodes, keep_entry };
	struct name owner;
	enum err e = OK;

	node_name(n, &owner);
	note_signatures(b, n);
	if (nsec3 != NULL)
		e = nsec3_entry(b, &owner, nsec3);
	if (e != OK || only_nsec3(n))
		return e;
	if (p->part.denial == DENIAL_NSEC && nsec != NULL && nsec->n != 0)
		nsec_entry(b, &owner);
	parts_note(&b->part, &p->zone, &owner, n->rrsets);
	bool chained = p->part.denial == DENIAL_NSEC3 && !(n->flags & (NODE_BELOW_CUT | NODE_BELOW_DNAME)) &&
		       hash_in_chain(p->of, p, &owner, hash);
	struct bake_ask ask = { &owner, n->rrsets, chained ? hash : NULL };
	return bake_node(&p->zone, &ask, b->arena, &sink);
}

static void bake_slice(void *parts, const struct slice *s)
{
	struct parts *p = parts;
	struct baked *b = &p->baked[s->number];

	*b = (struct baked){ .p = p, .arena = &p->arena[s->worker] };
	b->nodes.e = grow_array(NULL, &b->nodes.cap, s->to - s->from, sizeof *b->nodes.e);
	for (b->at = s->from; b->at < s->to; b->at++) {
		b->e = bake_one(b, p->of->node[b->at]);
		if (b->e != OK)
			return;
	}
}

static void bake_begin(struct parts *p)
{
	const size_t slices = work_slices(p->of->n_nodes, SLICE);
	size_t cap = 0;

	p->baked = grow_array(NULL, &cap, slices, sizeof *p->baked);
	if (slices > 1) /* else it is done in no time, and not worth a thread */
		work_begin(&p->work, p->of->n_nodes, SLICE, bake_slice, p);
}

static void take_runs(struct parts *p, const struct baked *b)
{
	if (b->n_runs == 0)
		return;
	p->run = grow_array(p->run, &p->cap_runs, p->n_runs + b->n_runs, sizeof *p->run);
	memcpy(p->run + p->n_runs, b->run, b->n_runs * sizeof *b->run);
	p->n_runs += b->n_runs;
}

/* take_slices puts together what the slices made, in their order. */
static enum err take_slices(struct parts *p, size_t slices, struct entry_list *nodes, struct name *at)
{
	enum err e = OK;

	for (size_t i = 0; i < slices; i++) {
		struct baked *b = &p->baked[i];

		if (b->e != OK && e == OK) {
			node_name(p->of->node[b->at], at);
			e = b->e;
		}
		nodes[i] = b->nodes;
		take_runs(p, b);
		free(b->run);
		p->signatures += b->signatures;
		if (b->signatures != 0)
			note_expiry(&p->expires, b->expires);
		for (unsigned k = 0; k < COUNT_OF(p->part.cuts); k++) {
			p->part.cuts[k] |= b->part.cuts[k];
			p->part.dnames[k] |= b->part.dnames[k];
		}
		p->part.flags |= b->part.flags;
	}
	return e;
}

static enum err bake_end(struct parts *p, struct name *at)
{
	const size_t slices = work_slices(p->of->n_nodes, SLICE);
	struct entry_list *nodes = NULL;
	size_t cap = 0;

	if (slices > 1)
		work_end(&p->work);
	else
		work_run(p->of->n_nodes, SLICE, bake_slice, p);
	nodes = grow_array(NULL, &cap, slices, sizeof *nodes);
	p->n_runs = 0;
	p->signatures = p->expires = 0;
	enum err e = take_slices(p, slices, nodes, at);
	free(p->nodes.e);
	p->nodes = place_merge(nodes, slices);
	free(nodes);
	free(p->baked);
	p->baked = NULL;
	return e;
}

static enum err bake_all(struct parts *p, struct name *at)
{
	bake_begin(p);
	return bake_end(p, at);
}

void parts_begin(const struct zone *z, const struct hash_key *key, struct parts *p)
{
	const struct node *apex = zone_find(z, &z->apex);

	memset(p, 0, sizeof *p);
	p->of = z;
	bake_zone_of(&z->apex, key, false, &p->zone);
	find_chain(z, p);
	const struct rrset *its = apex != NULL ? rrset_of(apex, RR_SOA) : NULL;
	if (its != NULL && its->n_sig != 0)
		p->part.flags |= ZONEPART_SIGNED;
	struct view soa = zone_soa(z);
	if (soa.n >= 22)
		p->part.serial = get_u32(soa.p + soa.n - 20);
	bake_begin(p);
}

enum err parts_end(struct parts *p, struct name *at)
{
	enum err e = bake_end(p, at);

	if (p->n_runs == 0)
		p->part.denial = DENIAL_NONE; /* an NSEC3PARAM without a chain proves nothing */
	return e;
}

enum err parts_bake(const struct zone *z, const struct hash_key *key, struct parts *p, struct name *at)
{
	parts_begin(z, key, p);
	return parts_end(p, at);
}

static size_t octets_of(const struct parts *p)
{
	return shard_size(p->nodes.e, p->nodes.n) + (p->n_runs != 0 ? run_write_size(p->run, p->n_runs) : 0);
}

/* run_record makes the record that holds a small zone's whole chain. */
static void run_record(struct parts *p)
{
	size_t size = run_write_size(p->run, p->n_runs), head = NODE_HEAD + (size_t)p->zone.apex.len;
	uint8_t *r = arena_pack(&p->arena[0], head + size);

	r[0] = p->zone.apex.len;
	r[1] = p->zone.apex_labels;
	r[2] = NODE_RUN;
	r[3] = 0;
	memcpy(r + NODE_HEAD, p->zone.apex.wire, p->zone.apex.len);
	if (run_write(p->run, p->n_runs, p->part.denial, r + head, size)) {
		struct entry e = { p->zone.apex_hash, p->zone.apex_hash, r, (uint32_t)(head + size) };
		keep_entry(&p->nodes, &e);
	}
}

bool parts_pool(struct parts *p)
{
	struct name at;

	if (octets_of(p) >= POOL_OCTETS)
		return false;
	p->zone.pooled = true;
	if (bake_all(p, &at) != OK || octets_of(p) >= POOL_OCTETS + POOL_OCTETS / 2) {
		p->zone.pooled = false;
		return bake_all(p, &at) != OK; /* it was baked like this before, so this succeeds */
	}
	p->part.flags |= ZONEPART_POOLED;
	if (p->n_runs != 0)
		run_record(p);
	return true;
}

void parts_free(struct parts *p)
{
	for (unsigned i = 0; i < COUNT_OF(p->arena); i++)
		arena_free(&p->arena[i]);
	free(p->nodes.e);
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
	enum err e = place_all(b, psize, image, p->nodes.e, p->nodes.n);

	return e == OK ? write_runs(p, b, psize, image) : e;
}
