#include "bake/difference.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "bake/parts.h"
#include "bake/rows.h"

enum { SLICE = 1 << 15 }; /* nodes */

/* What one slice finds. */
struct noted {
	struct change *change;
	size_t n, cap;
	uint64_t signatures, expires;
	enum err e;
};

struct comparison {
	const struct earlier *was;
	const struct zone *zone;
	struct noted *noted;
	size_t most;
	atomic_size_t n; /* changes of all slices */
};

/* A slice's walk along the rows. */
struct walk {
	struct comparison *c;
	struct noted *noted;
	struct earlier_walk *rows;
	struct row row;
	enum err e; /* OK: `row` is one that nobody has passed yet; ERR_NOTFOUND: there is none */
};

static void walk_next(struct walk *w)
{
	w->e = earlier_next(w->rows, &w->row);
}

static void note(struct walk *w, const struct name *owner, uint16_t type, const struct rrset *set)
{
	struct noted *f = w->noted;

	if (atomic_fetch_add_explicit(&w->c->n, 1, memory_order_relaxed) >= w->c->most)
		return;
	f->change = grow_array(f->change, &f->cap, f->n + 1, sizeof *f->change);
	f->change[f->n++] = (struct change){ *owner, type, set };
}

static bool too_many(const struct comparison *c)
{
	return atomic_load_explicit(&c->n, memory_order_relaxed) > c->most;
}

/* same_items: so many RDATA are what the data begins with; they are taken from it. */
static bool same_items(const struct rdata *r, size_t n, struct view *data)
{
	struct view item;

	for (size_t i = 0; i < n; i++)
		if (!row_rdata(data, &item) || item.n != r[i].n || !same_octets(item.p, r[i].p, item.n))
			return false;
	return true;
}

static bool same_set(const struct rrset *s, const struct row *row)
{
	struct view data = row->data;

	return s->ttl == row->ttl && s->sig_ttl == row->sig_ttl && s->n == row->n && s->n_sig == row->n_sig &&
	       same_items(s->rdata, s->n, &data) && same_items(s->sig, s->n_sig, &data);
}

static bool same_spelling(const struct node *n, const struct row *row)
{
	return n->owner_len == row->owner.len && same_octets(n->owner, row->owner.wire, n->owner_len);
}

/* row_order compares the row's owner and type with those of a node's RRset; *spelt: in the same letter case. */
static int row_order(const struct row *row, const struct node *n, uint16_t type, bool *spelt)
{
	struct name owner;
	int d = 0;

	*spelt = same_spelling(n, row);
	if (!*spelt) {
		node_name(n, &owner);
		d = name_order(&row->owner, &owner);
	}
	return d != 0 ? d : (row->type > type) - (row->type < type);
}

/* compare_set goes along the rows to where this RRset is, or should be. */
static void compare_set(struct walk *w, const struct node *n, const struct rrset *s)
{
	struct name owner;
	bool spelt;
	int d = 1;

	while (w->e == OK && (d = row_order(&w->row, n, s->type, &spelt)) < 0) {
		note(w, &w->row.owner, w->row.type, NULL);
		walk_next(w);
	}
	const bool there = w->e == OK && d == 0;
	if (!there || !spelt || !same_set(s, &w->row)) {
		node_name(n, &owner);
		note(w, &owner, s->type, s);
	}
	if (there)
		walk_next(w);
}

/* compare_rest notes what the rows have behind the slice's last node and before the next slice's first (NULL:
 * there is no next slice). */
static void compare_rest(struct walk *w, const struct node *next)
{
	struct name end;

	if (next != NULL)
		node_name(next, &end);
	while (w->e == OK && !too_many(w->c) && (next == NULL || name_order(&w->row.owner, &end) < 0)) {
		note(w, &w->row.owner, w->row.type, NULL);
		walk_next(w);
	}
}

static void compare_nodes(struct walk *w, const struct slice *s)
{
	const struct zone *z = w->c->zone;

	for (size_t i = s->from; i < s->to && !too_many(w->c); i++) {
		zone_ahead(z, i);
		parts_note_signatures(z->node[i]->rrsets, &w->noted->signatures, &w->noted->expires);
		for (const struct rrset *set = z->node[i]->rrsets; set != NULL; set = set->next)
			compare_set(w, z->node[i], set);
		if (w->e != OK && w->e != ERR_NOTFOUND)
			return;
	}
	compare_rest(w, s->to < z->n_nodes ? z->node[s->to] : NULL);
}

static void compare_slice(void *comparison, const struct slice *s)
{
	struct comparison *c = comparison;
	struct walk w = { .c = c, .noted = &c->noted[s->number] };
	struct name from;

	if (too_many(c))
		return;
	node_name(c->zone->node[s->from], &from);
	w.e = earlier_begin(c->was, s->from != 0 ? &from : NULL, &w.rows);
	if (w.e == OK) {
		walk_next(&w);
		compare_nodes(&w, s);
	}
	earlier_end(w.rows);
	w.noted->e = w.e == ERR_NOTFOUND ? OK : w.e;
}

/* take puts together what the slices noted, in their order. */
static enum err take(struct comparison *c, size_t slices, struct difference *out)
{
	size_t cap = 0;
	enum err e = OK;

	for (size_t i = 0; i < slices; i++) {
		const struct noted *f = &c->noted[i];

		if (e == OK)
			e = f->e;
		if (f->signatures != 0 && (out->expires == 0 || f->expires < out->expires))
			out->expires = f->expires;
		out->change = grow_array(out->change, &cap, out->n + f->n + 1, sizeof *out->change);
		if (f->n != 0)
			memcpy(out->change + out->n, f->change, f->n * sizeof *f->change);
		out->n += f->n;
		free(f->change);
	}
	out->too_many = too_many(c);
	return e;
}

enum err difference_find(const struct earlier *was, const struct zone *z, size_t most, struct difference *out)
{
	const size_t slices = work_slices(z->n_nodes, SLICE);
	struct comparison c = { .was = was, .zone = z, .most = most };

	*out = (struct difference){ 0 };
	c.noted = calloc(slices + 1, sizeof *c.noted);
	if (c.noted == NULL)
		return ERR_MEMORY;
	work_run(z->n_nodes, SLICE, compare_slice, &c);
	enum err e = take(&c, slices, out);
	free(c.noted);
	return e;
}

void difference_free(struct difference *d)
{
	free(d->change);
	*d = (struct difference){ 0 };
}
