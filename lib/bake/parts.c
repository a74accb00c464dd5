#include "bake/parts.h"

#include <stdlib.h>

#include "bake/rows.h"
#include "bake/runs.h"
#include "base/belt.h"

enum {
	SLICE = 1 << 15, /* nodes */
	AHEAD_NODE = 24, /* entries between the fetching of a node and its reading, */
	AHEAD_DATA = 12, /* and of what stands at it */
};

/* What one slice of a zone makes. */
struct baked {
	const struct parts *p; /* how: only read */
	struct arena *arena;   /* the worker's */
	struct entry_list nodes;
	struct run_entry *run;
	size_t n_runs, cap_runs;
	size_t n_chained;     /* nodes that are in an NSEC3 chain */
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

static void keep_run(struct baked *b, const struct run_entry *e)
{
	b->run = grow_array(b->run, &b->cap_runs, b->n_runs + 1, sizeof *b->run);
	b->run[b->n_runs++] = *e;
}

/* hash_in_chain hashes a name and says whether the chain has a record for it, and with which flags. */
static bool hash_in_chain(const struct parts *p, const struct name *owner, uint8_t *hash, uint8_t *flags)
{
	uint8_t again[NSEC3_HASH_LEN];
	struct name hashed;

	if (!nsec3_hash_name(&p->chain.nsec3, UINT16_MAX, owner, hash) ||
	    !chain_owner(&p->of->apex, hash, &hashed))
		return false;
	const struct node *n = zone_find(p->of, &hashed);
	return n != NULL && chain_nsec3(&p->chain, &hashed, n->rrsets, again, flags) != NULL;
}

/* opts_out: the apex's record has the opt-out flag, so the others have, too, most likely. */
static bool opts_out(const struct parts *p)
{
	uint8_t hash[NSEC3_HASH_LEN], flags;

	return p->chain.kind == DENIAL_NSEC3 && hash_in_chain(p, &p->of->apex, hash, &flags) &&
	       (flags & NSEC3_OPTOUT) != 0;
}

static bool is_insecure_cut(const struct node *n)
{
	const struct rrset *ds = (n->flags & NODE_CUT) != 0 ? rrset_of(n, RR_DS) : NULL;

	return (n->flags & NODE_CUT) != 0 && (ds == NULL || ds->n == 0);
}

/* should_be_chained: nothing below a cut or a DNAME should, nor delegations without DS in a chain that opts out.
 */
static bool should_be_chained(const struct parts *p, const struct node *n)
{
	return (n->flags & (NODE_BELOW_CUT | NODE_BELOW_DNAME)) == 0 && !(p->optout && is_insecure_cut(n));
}

/* is_chained: the chain has a record for this node. Those that should have none are not even hashed, until it
 * turns out that some record has no other name. */
static bool is_chained(struct baked *b, const struct node *n, const struct name *owner, uint8_t *hash)
{
	const struct parts *p = b->p;
	uint8_t flags;

	if (p->chain.kind != DENIAL_NSEC3 || !(p->strays || should_be_chained(p, n)))
		return false;
	bool chained = hash_in_chain(p, owner, hash, &flags);
	b->n_chained += chained;
	return chained;
}

/* link_name adds a name's entry to the chain, if it has one. */
static enum err link_name(struct baked *b, const struct name *owner, const struct rrset *sets)
{
	const struct parts *p = b->p;
	uint8_t hash[NSEC3_HASH_LEN], flags;
	const struct rrset *nsec3 = chain_nsec3(&p->chain, owner, sets, hash, &flags);
	struct run_entry entry;
	enum err e = OK;

	if (nsec3 == NULL && !chain_nsec(&p->chain, sets))
		return OK;
	if (nsec3 != NULL && flags & NSEC3_OPTOUT)
		b->part.flags |= ZONEPART_OPTOUT;
	if (nsec3 != NULL)
		e = chain_entry_nsec3(&p->zone, owner, nsec3, hash, b->arena, &entry);
	else
		chain_entry_nsec(&p->zone, owner, b->arena, &entry);
	if (e == OK)
		keep_run(b, &entry);
	return e;
}

void parts_note(struct zonepart *part, const struct bake_zone *z, const struct name *owner,
		const struct rrset *sets)
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

/* moment_of: RRSIG records are of 2005 (RFC 4034), so a time of 32 bits that seems to be before that comes after
 * 2106 (3.1.5). Unlike the moment nearest to a clock this is the same for all who look. */
static uint64_t moment_of(uint32_t time)
{
	const uint32_t begin = 1104537600; /* of 2005 */

	return begin + (uint64_t)(uint32_t)(time - begin);
}

void parts_note_signatures(const struct rrset *sets, uint64_t *n, uint64_t *soonest)
{
	for (const struct rrset *s = sets; s != NULL; s = s->next)
		for (size_t i = 0; i < s->n_sig; i++) {
			++*n;
			note_expiry(soonest, s->sig[i].n >= 12 ? moment_of(get_u32(s->sig[i].p + 8)) : 0);
		}
}

/*
 * A node that is planned stands in the list with the zone's node in place of a record, its NSEC3 hash's first
 * octets in place of its hash, which is its place, and one of these in place of a length.
 */
enum { PLANNED = 1 << 30, PLANNED_HASHED };

static void plan_node(struct baked *b, const struct node *n, const struct name *owner, const uint8_t *hash8)
{
	struct entry e = { .p = (const uint8_t *)n, .n = hash8 != NULL ? PLANNED_HASHED : PLANNED };
	struct name lower = *owner;

	name_lower(&lower);
	e.place = name_hash(b->p->zone.key, &lower);
	if (hash8 != NULL)
		memcpy(&e.hash, hash8, sizeof e.hash);
	keep_entry(&b->nodes, &e);
}

static void take_one(void *entry, const struct entry *e)
{
	*(struct entry *)entry = *e;
}

static enum err make_node(const struct parts *p, struct entry *e, struct arena *a)
{
	const struct node *n = (const void *)e->p;
	const uint64_t hash8 = e->hash;
	struct record_sink sink = { e, take_one };
	struct name owner;

	node_name(n, &owner);
	struct bake_ask ask = { &owner, n->rrsets, e->n == PLANNED_HASHED ? (const uint8_t *)&hash8 : NULL };
	return bake_node(&p->zone, &ask, a, &sink);
}

static enum err bake_one(struct baked *b, const struct node *n)
{
	const struct parts *p = b->p;
	uint8_t hash[NSEC3_HASH_LEN];
	struct record_sink sink = { &b->nodes, keep_entry };
	struct name owner;

	node_name(n, &owner);
	parts_note_signatures(n->rrsets, &b->signatures, &b->expires);
	enum err e = link_name(b, &owner, n->rrsets);
	if (e != OK || only_nsec3(n->rrsets))
		return e;
	parts_note(&b->part, &p->zone, &owner, n->rrsets);
	struct bake_ask ask = { &owner, n->rrsets, is_chained(b, n, &owner, hash) ? hash : NULL };
	if (!p->planned || !bake_is_one(n->rrsets))
		return bake_node(&p->zone, &ask, b->arena, &sink);
	plan_node(b, n, &owner, ask.hash8);
	return OK;
}

static void bake_slice(void *parts, const struct slice *s)
{
	struct parts *p = parts;
	struct baked *b = &p->baked[s->number];

	*b = (struct baked){ .p = p, .arena = &p->arena[s->worker] };
	b->nodes.e = grow_array(NULL, &b->nodes.cap, s->to - s->from, sizeof *b->nodes.e);
	for (b->at = s->from; b->at < s->to; b->at++) {
		zone_ahead(p->of, b->at);
		b->e = bake_one(b, p->of->node[b->at]);
		if (b->e != OK)
			return;
	}
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
		p->n_chained += b->n_chained;
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

static enum err bake_slices(struct parts *p, struct name *at)
{
	const size_t slices = work_slices(p->of->n_nodes, SLICE);
	struct entry_list *nodes = NULL;
	size_t cap = 0, cap_baked = 0;

	p->baked = grow_array(NULL, &cap_baked, slices, sizeof *p->baked);
	work_run(p->of->n_nodes, SLICE, bake_slice, p);
	nodes = grow_array(NULL, &cap, slices, sizeof *nodes);
	p->n_runs = p->n_chained = 0;
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
	enum err e = bake_slices(p, at);

	if (e != OK || p->chain.kind != DENIAL_NSEC3 || p->strays || p->n_chained == p->n_runs)
		return e;
	p->strays = true;
	return bake_slices(p, at);
}

/* tell_chain notes in the zone part how the zone denies. */
static void tell_chain(struct parts *p)
{
	p->part.denial = (uint8_t)p->chain.kind;
	p->part.iterations = p->chain.nsec3.iterations;
	p->part.salt = p->chain.nsec3.salt;
}

static enum err make(const struct zone *z, const struct hash_key *key, bool plan, struct parts *p, struct name *at)
{
	const struct node *apex = zone_find(z, &z->apex);

	memset(p, 0, sizeof *p);
	p->of = z;
	p->planned = plan;
	bake_zone_of(&z->apex, key, false, &p->zone);
	chain_find(&z->apex, apex != NULL ? apex->rrsets : NULL, &p->chain);
	tell_chain(p);
	p->optout = opts_out(p);
	const struct rrset *its = apex != NULL ? rrset_of(apex, RR_SOA) : NULL;
	if (its != NULL && its->n_sig != 0)
		p->part.flags |= ZONEPART_SIGNED;
	struct view soa = zone_soa(z);
	if (soa.n >= 22)
		p->part.serial = get_u32(soa.p + soa.n - 20);
	enum err e = bake_all(p, at);
	if (p->n_runs == 0) /* an NSEC3PARAM without a chain proves nothing */
		p->part.denial = p->chain.kind = DENIAL_NONE;
	return e;
}

enum err parts_bake(const struct zone *z, const struct hash_key *key, struct parts *out, struct name *at)
{
	return make(z, key, false, out, at);
}

enum err parts_plan(const struct zone *z, const struct hash_key *key, struct parts *out, struct name *at)
{
	return make(z, key, true, out, at);
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
	for (unsigned i = 0; i < COUNT_OF(p->arena); i++)
		arena_free(&p->arena[i]);
	free(p->nodes.e);
	free(p->run);
	memset(p, 0, sizeof *p);
}

/* A zone's pages and rows on their way into a build. */
struct writing {
	const struct parts *parts;
	uint64_t rows;
	struct row_pack pack[BELT_SLOTS];
};

/* make_planned makes those of some entries that are planned. */
static enum err make_planned(const struct parts *p, struct entry *e, size_t n, struct arena *a)
{
	enum err err = OK;

	for (size_t i = 0; i < n && err == OK; i++) {
		if (i + AHEAD_NODE < n && e[i + AHEAD_NODE].n >= PLANNED)
			__builtin_prefetch(e[i + AHEAD_NODE].p);
		if (i + AHEAD_DATA < n && e[i + AHEAD_DATA].n >= PLANNED)
			node_ahead((const void *)e[i + AHEAD_DATA].p);
		if (e[i].n >= PLANNED)
			err = make_node(p, &e[i], a);
	}
	return err;
}

/* node_beside gives the number of the node whose row is written with the pages of an entry: both go on at the same
 * pace. */
static size_t node_beside(const struct parts *p, size_t entry, size_t entries)
{
	return entry == entries ? p->of->n_nodes : (size_t)((uint64_t)p->of->n_nodes * entry / entries);
}

static enum err make_part(void *writing, const struct place_part *part, struct entry *e, struct arena *a)
{
	struct writing *w = writing;
	struct row_pack *pack = &w->pack[part->slot];
	const size_t from = part->from == 0 ? 0 : node_beside(w->parts, part->from, part->total);
	const size_t to = node_beside(w->parts, part->to, part->total);
	enum err err = make_planned(w->parts, e, part->to - part->from, a);

	pack->n = 0;
	return err == OK ? rows_pack(w->parts->of, w->rows, from, to, pack) : err;
}

static enum err write_rows(void *writing, const struct place_part *part, struct build *b)
{
	const struct writing *w = writing;

	return rows_write(b, &w->pack[part->slot]);
}

enum err parts_write(struct parts *p, struct build *b, size_t psize, uint64_t image)
{
	struct writing w = { p, image, { { 0 } } };
	const struct place_calls calls = { &w, make_part, write_rows };
	enum err e = place_all(b, psize, image, &p->nodes, &calls);

	for (unsigned i = 0; i < BELT_SLOTS; i++)
		free(w.pack[i].p);
	return e == OK ? runs_all(b, psize, image, p->part.denial, p->run, p->n_runs) : e;
}

enum err parts_new(struct parts *p, struct store_txn *t, size_t psize, uint64_t image)
{
	enum err e = place_new(t, psize, image, p->nodes.e, p->nodes.n);

	return e == OK ? runs_new(t, psize, image, p->part.denial, p->run, p->n_runs) : e;
}
