#include "bake/earlier.h"

#include <stdlib.h>

struct earlier_walk {
	struct store_txn *t;
	struct row_walk *rows;
};

enum err earlier_open(struct store *s, const struct name *apex, struct earlier *out)
{
	struct store_txn *t;
	enum err e = store_read(s, &t);

	*out = (struct earlier){ .store = s, .apex = *apex };
	if (e != OK)
		return e;
	e = store_zone_get(t, apex, &out->row);
	store_abort(t);
	return e;
}

bool earlier_is_now(const struct earlier *z, struct store_txn *t, struct zone_row *row)
{
	return store_zone_get(t, &z->apex, row) == OK && row->rows == z->row.rows &&
	       row->changed == z->row.changed;
}

enum err earlier_begin(const struct earlier *z, const struct name *from, struct earlier_walk **out)
{
	struct earlier_walk *w = calloc(1, sizeof *w);
	struct zone_row row;
	enum err e = w != NULL ? store_read(z->store, &w->t) : ERR_MEMORY;

	*out = NULL;
	if (e == OK && !earlier_is_now(z, w->t, &row))
		e = ERR_BUSY;
	if (e == OK)
		e = row_walk_begin(w->t, z->row.rows, from, &w->rows);
	if (e == OK)
		*out = w;
	else
		earlier_end(w);
	return e;
}

enum err earlier_next(struct earlier_walk *w, struct row *out)
{
	return row_walk_next(w->rows, out);
}

void earlier_end(struct earlier_walk *w)
{
	if (w == NULL)
		return;
	row_walk_end(w->rows);
	if (w->t != NULL)
		store_let_go(w->t); /* a zone is read once, slice by slice */
	store_abort(w->t);
	free(w);
}
