/*
 * What a change does to the denial chain.
 *
 * NSEC: the owners of NSEC records are the chain; whoever gets or loses one
 * comes or goes.
 *
 * NSEC3: the record's owner is a hash, and the name with this hash has to know
 * that it is in the chain. A hash does not tell its name, but these can be the
 * only ones: a name that is changed, one above it (an empty non-terminal), or
 * one below a cut or a DNAME that comes or goes.
 */
#include "bake/changer.h"

#include <stdlib.h>

#include "bake/rows.h"

/* A record that comes into the chain or goes from it. */
struct flip {
	uint8_t hash[NSEC3_HASH_LEN];
	bool named; /* the name with this hash is found */
};

struct relink {
	struct changer *c;
	struct flip *flip; /* ascending */
	size_t n_flips, left;
	size_t come, gone;
};

static bool has(const struct rrset *sets, uint16_t type)
{
	while (sets != NULL && sets->type < type)
		sets = sets->next;
	return sets != NULL && sets->type == type && sets->n != 0;
}

/* ---- entries ---- */

static void count(struct relink *r, bool before, bool after)
{
	r->come += !before && after;
	r->gone += before && !after;
}

static void link_nsec(struct relink *r, const struct touched *t)
{
	struct changer *c = r->c;
	bool before = chain_nsec(&c->chain, t->before), after = chain_nsec(&c->chain, t->after);
	struct run_change *link = &c->link[c->n_links];

	if (before == after)
		return; /* an entry says where the owner is, and nothing of its NSEC */
	chain_entry_nsec(&c->zone, t->owner, &c->arena, &link->entry);
	link->gone = before;
	c->n_links++;
	count(r, before, after);
}

static enum err link_nsec3(struct relink *r, const struct touched *t)
{
	struct changer *c = r->c;
	uint8_t hash[NSEC3_HASH_LEN], flags = 0;
	const struct rrset *before = chain_nsec3(&c->chain, t->owner, t->before, hash, &flags);
	const struct rrset *after = chain_nsec3(&c->chain, t->owner, t->after, hash, &flags);
	struct run_change *link = &c->link[c->n_links];
	enum err e = OK;

	if (before == NULL && after == NULL)
		return OK;
	link->gone = after == NULL;
	if (link->gone)
		link->entry.key = view_of(arena_copy(&c->arena, hash, sizeof hash), sizeof hash);
	else
		e = chain_entry_nsec3(&c->zone, t->owner, after, hash, &c->arena, &link->entry);
	if (e != OK)
		return changer_refuse(c, e, t->owner, "its NSEC3 record is too large");
	if (!link->gone && flags & NSEC3_OPTOUT)
		c->part.flags |= ZONEPART_OPTOUT;
	c->n_links++;
	count(r, before != NULL, after != NULL);
	if ((before == NULL) != (after == NULL)) {
		memcpy(r->flip[r->n_flips].hash, hash, sizeof hash);
		r->flip[r->n_flips++].named = false;
	}
	return OK;
}

/* link_all lists what becomes of entries. Owners ascend, and so do keys and hashes. */
static enum err link_all(struct relink *r)
{
	struct changer *c = r->c;
	enum err e = OK;

	c->link = arena_take(&c->arena, (c->n_changed + 1) * sizeof *c->link);
	r->flip = arena_take(&c->arena, (c->n_changed + 1) * sizeof *r->flip);
	for (size_t i = 0; i < c->n_changed && e == OK; i++) {
		if (c->chain.kind == DENIAL_NSEC)
			link_nsec(r, &c->touched[i]);
		else
			e = link_nsec3(r, &c->touched[i]);
	}
	r->left = r->n_flips;
	return e;
}

/* ---- names of hashes ---- */

static struct flip *flip_of(const struct relink *r, const uint8_t hash[NSEC3_HASH_LEN])
{
	size_t low = 0, high = r->n_flips;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int d = memcmp(r->flip[middle].hash, hash, NSEC3_HASH_LEN);
		if (d == 0)
			return &r->flip[middle];
		if (d < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* try_name finds out whether a name is one of those sought. */
static enum err try_name(struct relink *r, const struct name *owner)
{
	uint8_t hash[NSEC3_HASH_LEN];

	if (!nsec3_hash_name(&r->c->chain.nsec3, UINT16_MAX, owner, hash))
		return ERR_DAMAGED;
	struct flip *flip = flip_of(r, hash);
	if (flip == NULL || flip->named)
		return OK;
	flip->named = true;
	r->left--;
	return changer_find(r->c, owner) == NULL ? changer_touch(r->c, owner) : OK;
}

/* try_up tries a name and those above it, down to `labels` labels, but not what is above `before`, too: it was
 * tried with that. */
static enum err try_up(struct relink *r, const struct name *owner, unsigned labels, const struct name *before)
{
	struct name above = *owner;
	enum err e = OK;

	for (unsigned d = name_labels(owner); d >= labels && r->left != 0 && e == OK; d--) {
		if (before != NULL && name_within(before, &above))
			break;
		e = try_name(r, &above);
		if (d == 0)
			break;
		above = name_strip(&above, 1);
	}
	return e;
}

/* is_name: the owner is a name of the zone before or after, not only a hash. */
static bool is_name(const struct touched *t)
{
	return (t->before != NULL && !only_nsec3(t->before)) || (t->after != NULL && !only_nsec3(t->after));
}

static enum err try_changed(struct relink *r)
{
	const struct changer *c = r->c;
	const struct name *before = NULL;
	enum err e = OK;

	for (size_t i = 0; i < c->n_changed && r->left != 0 && e == OK; i++) {
		if (!is_name(&c->touched[i]))
			continue;
		const struct name *owner = c->touched[i].owner;
		e = try_up(r, owner, c->zone.apex_labels, before);
		before = owner;
	}
	return e;
}

/* try_below tries all names below one, as the rows were before: those that come are changed themselves. */
static enum err try_below(struct relink *r, const struct name *top)
{
	const unsigned labels = name_labels(top) + 1;
	struct name before = *top;
	struct row_walk *w;
	struct row row;
	enum err e = row_walk_begin(r->c->t, r->c->row.rows, top, &w);

	if (e != OK)
		return e;
	while (r->left != 0 && (e = row_walk_next(w, &row)) == OK && name_within(&row.owner, top)) {
		e = try_up(r, &row.owner, labels, &before);
		if (e != OK)
			break;
		before = row.owner;
	}
	row_walk_end(w);
	return e == ERR_NOTFOUND ? OK : e;
}

/* hides_otherwise: names below it were hidden and are no more, or the other way round. */
static bool hides_otherwise(const struct changer *c, const struct touched *t)
{
	if (has(t->before, RR_DNAME) != has(t->after, RR_DNAME))
		return true;
	return has(t->before, RR_NS) != has(t->after, RR_NS) && !name_eq(t->owner, c->apex);
}

static enum err find_names(struct relink *r)
{
	struct changer *c = r->c;
	enum err e = try_changed(r);

	for (size_t i = 0; i < c->n_changed && r->left != 0 && e == OK; i++)
		if (hides_otherwise(c, &c->touched[i]))
			e = try_below(r, c->touched[i].owner);
	if (e == OK && r->left != 0)
		return changer_refuse(
		    c, ERR_REFUSED, c->apex,
		    "NSEC3 records come or go whose names do not: the whole zone has to be compiled");
	return e;
}

/* ---- what may be ---- */

/* same_chain: what the apex says of the chain is the same before and after, and the zone has it. */
static enum err same_chain(struct changer *c)
{
	const struct touched *apex = changer_find(c, c->apex);
	struct chain before, after;

	if (apex == NULL)
		return OK;
	chain_find(c->apex, apex->before, &before);
	chain_find(c->apex, apex->after, &after);
	if (!chain_same(&before, &after))
		return changer_refuse(c, ERR_REFUSED, c->apex,
				      "another chain of NSEC or NSEC3 records: the whole zone has to be compiled");
	const bool is_signed = c->part.flags & ZONEPART_SIGNED;
	for (const struct rrset *s = apex->after; s != NULL; s = s->next)
		if (s->type == RR_SOA && (s->n_sig != 0) != is_signed)
			return changer_refuse(c, ERR_REFUSED, c->apex,
					      "signed or no longer signed: the whole zone has to be compiled");
	return OK;
}

/* no_chain_comes: an NSEC3PARAM without records is no chain (parts.h); with the first record it is one. */
static enum err no_chain_comes(struct changer *c)
{
	uint8_t hash[NSEC3_HASH_LEN], flags;
	struct rrset *apex;
	struct chain chain;

	for (size_t i = 0; i < c->n_changed; i++) {
		const struct touched *t = &c->touched[i];
		if (!has(t->after, RR_NSEC3))
			continue;
		enum err e = rows_read_name(c->t, c->row.rows, c->apex, &c->arena, &apex);
		if (e != OK)
			return e;
		chain_find(c->apex, apex, &chain);
		if (chain_nsec3(&chain, t->owner, t->after, hash, &flags) != NULL)
			return changer_refuse(c, ERR_REFUSED, t->owner,
					      "the first NSEC3 record: the whole zone has to be compiled");
	}
	return OK;
}

enum err relink_prepare(struct changer *c)
{
	struct relink r = { .c = c };
	bool stays = true;
	enum err e = same_chain(c);

	if (e != OK || c->chain.kind == DENIAL_NONE)
		return e == OK ? no_chain_comes(c) : e;
	e = link_all(&r);
	if (e == OK && r.gone > r.come)
		e = runs_more_than(c->t, c->row.image, r.gone - r.come, &stays);
	if (e == OK && !stays)
		return changer_refuse(c, ERR_REFUSED, c->apex,
				      "nothing is left of the chain: the whole zone has to be compiled");
	return e == OK ? find_names(&r) : e;
}

enum err relink_chained(struct changer *c, const struct name *owner, struct chained *out)
{
	uint8_t again[NSEC3_HASH_LEN], flags;
	struct rrset *rows = NULL;
	struct name hashed;
	enum err e = OK;

	out->before = out->after = false;
	if (c->chain.kind != DENIAL_NSEC3)
		return OK;
	if (!nsec3_hash_name(&c->chain.nsec3, UINT16_MAX, owner, out->hash) ||
	    !chain_owner(c->apex, out->hash, &hashed))
		return OK;
	const struct touched *t = changer_find(c, &hashed);
	if (t == NULL)
		e = rows_read_name(c->t, c->row.rows, &hashed, &c->arena, &rows);
	out->before = chain_nsec3(&c->chain, &hashed, t != NULL ? t->before : rows, again, &flags) != NULL;
	out->after = chain_nsec3(&c->chain, &hashed, t != NULL ? t->after : rows, again, &flags) != NULL;
	return e;
}

enum err relink_apply(struct changer *c)
{
	return runs_apply(c->t, store_psize(c->store), c->row.image, c->part.denial, c->link, c->n_links,
			  &c->arena);
}
