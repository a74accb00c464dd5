#include "bake/rows.h"

#include <stdlib.h>

#include "base/le.h"
#include "dns/rrtype.h"

static uint8_t *put_rdata(uint8_t *to, const struct rdata *r, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		put_le16(to, r[i].n);
		memcpy(to + 2, r[i].p, r[i].n);
		to += 2 + r[i].n;
	}
	return to;
}

static size_t octets_of(const struct rdata *r, size_t n)
{
	size_t size = 0;

	for (size_t i = 0; i < n; i++)
		size += 2 + (size_t)r[i].n;
	return size;
}

struct packer {
	uint8_t *buffer;
	size_t cap;
};

/* row_of makes a row of an RRset; its data is in the packer's buffer until the next call. */
static void row_of(struct packer *p, const struct name *owner, const struct rrset *s, struct row *out)
{
	size_t size = octets_of(s->rdata, s->n) + octets_of(s->sig, s->n_sig);

	p->buffer = grow_array(p->buffer, &p->cap, size, 1);
	uint8_t *end = put_rdata(p->buffer, s->rdata, s->n);
	put_rdata(end, s->sig, s->n_sig);
	out->owner = *owner;
	out->type = s->type;
	out->ttl = s->ttl;
	out->sig_ttl = s->sig_ttl;
	out->n = s->n;
	out->n_sig = s->n_sig;
	out->data = view_of(p->buffer, size);
}

/* Where the rows of a zone go: into a pack, or if that is NULL into a transaction. */
struct rows_goal {
	uint64_t rows;
	struct row_pack *pack;
	struct store_txn *t;
};

static enum err put_nodes(const struct rows_goal *g, const struct zone *z, size_t from, size_t to)
{
	struct packer p = { 0 };
	enum err e = OK;

	for (size_t i = from; i < to && e == OK; i++) {
		const struct node *n = z->node[i];
		struct name owner;

		zone_ahead(z, i);
		node_name(n, &owner);
		for (const struct rrset *s = n->rrsets; s != NULL && e == OK; s = s->next) {
			struct row row;
			row_of(&p, &owner, s, &row);
			e = g->pack != NULL ? row_pack_add(g->pack, g->rows, &row)
					    : store_row_put(g->t, g->rows, &row);
		}
	}
	free(p.buffer);
	return e;
}

enum err rows_pack(const struct zone *z, uint64_t rows, size_t from, size_t to, struct row_pack *pack)
{
	return put_nodes(&(struct rows_goal){ .rows = rows, .pack = pack }, z, from, to);
}

enum err rows_write(struct build *b, const struct row_pack *pack)
{
	struct view left = { pack->p, pack->n };
	enum err e = OK;

	while (e == OK && left.n != 0) {
		const size_t before = left.n;
		e = store_row_append(build_txn(b), &left);
		if (e == OK)
			e = build_slice(b, before - left.n);
	}
	return e;
}

enum err rows_put_zone(struct store_txn *t, uint64_t rows, const struct zone *z)
{
	return put_nodes(&(struct rows_goal){ .rows = rows, .t = t }, z, 0, z->n_nodes);
}

enum err rows_put_set(struct store_txn *t, uint64_t rows, const struct name *owner, const struct rrset *s)
{
	struct packer p = { 0 };
	struct row row;

	row_of(&p, owner, s, &row);
	enum err e = store_row_put(t, rows, &row);
	free(p.buffer);
	return e;
}

/* Deleting while walking would pull the walk's ground away, so each round walks to the first row anew; a small
 * zone has a few dozen. */
enum err rows_delete_zone(struct store_txn *t, uint64_t rows)
{
	for (;;) {
		struct row_walk *w;
		struct row row;
		enum err e = row_walk_begin(t, rows, NULL, &w);

		if (e != OK)
			return e == ERR_NOTFOUND ? OK : e;
		e = row_walk_next(w, &row);
		row_walk_end(w);
		if (e == ERR_NOTFOUND)
			return OK;
		if (e == OK)
			e = store_row_delete(t, rows, &row.owner, row.type);
		if (e != OK)
			return e;
	}
}

bool row_rdata(struct view *data, struct view *rdata)
{
	if (data->n < 2 || data->n - 2 < le16(data->p))
		return false;
	*rdata = view_of(data->p + 2, le16(data->p));
	data->p += 2 + rdata->n;
	data->n -= 2 + rdata->n;
	return true;
}

static enum err add_row(struct zone *z, const struct row *row)
{
	struct view data = row->data, rdata;

	for (uint32_t i = 0; i < row->n + row->n_sig; i++) {
		if (!row_rdata(&data, &rdata))
			return ERR_DAMAGED;
		bool sig = i >= row->n;
		enum err e = zone_add(z, &row->owner, sig ? RR_RRSIG : row->type, sig ? row->sig_ttl : row->ttl, rdata, 0);
		if (e != OK)
			return ERR_DAMAGED;
	}
	return data.n == 0 ? OK : ERR_DAMAGED;
}

enum err rows_read_zone(struct store_txn *t, uint64_t rows, const struct name *apex, struct zone **out)
{
	struct row_walk *w;
	struct row row;
	enum err e = row_walk_begin(t, rows, NULL, &w);

	*out = NULL;
	if (e != OK)
		return e;
	struct zone *z = zone_new(apex);
	zone_any_depth(z);
	while ((e = row_walk_next(w, &row)) == OK && (e = add_row(z, &row)) == OK) {
	}
	row_walk_end(w);
	if (e != ERR_NOTFOUND) {
		zone_free(z);
		return e;
	}
	zone_seal(z, NULL, NULL);
	*out = z;
	return OK;
}

/* set_of_row copies a row's RRset into the arena. */
static enum err set_of_row(const struct row *row, struct arena *a, struct rrset **out)
{
	struct view data = { arena_copy(a, row->data.p, row->data.n), row->data.n }, rdata;
	uint32_t n = row->n + row->n_sig; /* the store has counted them */
	struct rrset *s = arena_take(a, sizeof *s);

	*s = (struct rrset){ .type = row->type, .ttl = row->ttl, .sig_ttl = row->sig_ttl, .n = row->n, .n_sig = row->n_sig };
	s->rdata = arena_take(a, (n + 1) * sizeof *s->rdata);
	s->sig = s->rdata + row->n;
	for (uint32_t i = 0; i < n; i++) {
		if (!row_rdata(&data, &rdata))
			return ERR_DAMAGED;
		s->rdata[i] = (struct rdata){ rdata.p, (uint16_t)rdata.n, 0 };
	}
	*out = s;
	return OK;
}

enum err rows_read_name(struct store_txn *t, uint64_t rows, const struct name *owner, struct arena *a,
			struct rrset **sets)
{
	struct rrset **end = sets;
	struct row_walk *w;
	struct row row;
	enum err e = row_walk_begin(t, rows, owner, &w);

	*sets = NULL;
	if (e != OK)
		return e;
	while ((e = row_walk_next(w, &row)) == OK && name_eq(&row.owner, owner) && (e = set_of_row(&row, a, end)) == OK)
		end = &(*end)->next;
	row_walk_end(w);
	return e == ERR_NOTFOUND ? OK : e;
}

enum err rows_presence(struct store_txn *t, uint64_t rows, const struct name *owner, enum presence *out)
{
	struct row_walk *w;
	struct row row;
	enum err e = row_walk_begin(t, rows, owner, &w);

	*out = PRESENT_NOT;
	if (e != OK)
		return e;
	e = row_walk_next(w, &row);
	if (e == OK && name_within(&row.owner, owner))
		*out = name_eq(&row.owner, owner) ? PRESENT_DATA : PRESENT_BELOW;
	row_walk_end(w);
	return e == ERR_NOTFOUND ? OK : e;
}
