#include "bake/rows.h"

#include <stdlib.h>

#include "base/le.h"
#include "dns/rrtype.h"

enum { PROGRESS_STEP = 1024 }; /* names */

struct packer {
	uint8_t *buffer;
	size_t cap;
};

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

/* row_of makes a row of an RRset; its data is in the packer's buffer until the next call. */
static void row_of(struct packer *p, const struct node *n, const struct rrset *s, struct row *out)
{
	size_t size = octets_of(s->rdata, s->n) + octets_of(s->sig, s->n_sig);

	p->buffer = grow_array(p->buffer, &p->cap, size, 1);
	uint8_t *end = put_rdata(p->buffer, s->rdata, s->n);
	put_rdata(end, s->sig, s->n_sig);
	node_name(n, &out->owner);
	out->type = s->type;
	out->ttl = s->ttl;
	out->sig_ttl = s->sig_ttl;
	out->n = s->n;
	out->n_sig = s->n_sig;
	out->data = view_of(p->buffer, size);
}

static enum err write_node(struct build *b, struct store_txn *t, uint64_t rows, const struct node *n,
			   struct packer *p)
{
	enum err e = OK;

	for (const struct rrset *s = n->rrsets; s != NULL && e == OK; s = s->next) {
		struct row row;
		row_of(p, n, s, &row);
		if (b == NULL) {
			e = store_row_put(t, rows, &row);
			continue;
		}
		e = store_row_append(build_txn(b), rows, &row);
		if (e == OK)
			e = build_slice(b, row.data.n + row.owner.len + 32);
	}
	return e;
}

static enum err write_all(struct build *b, struct store_txn *t, uint64_t rows, const struct zone *z)
{
	struct packer p = { 0 };
	enum err e = OK;

	for (size_t i = 0; i < z->n_nodes && e == OK; i++) {
		e = write_node(b, t, rows, z->node[i], &p);
		if (b != NULL && i % PROGRESS_STEP == 0)
			build_at(b, "writing records", i, z->n_nodes);
	}
	free(p.buffer);
	return e;
}

enum err rows_write_zone(struct build *b, uint64_t rows, const struct zone *z)
{
	return write_all(b, NULL, rows, z);
}

enum err rows_put_zone(struct store_txn *t, uint64_t rows, const struct zone *z)
{
	return write_all(NULL, t, rows, z);
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
