#include "zonec/oldzone.h"

#include <stdlib.h>

struct old_rows {
	struct earlier_walk *rows;
	enum err e; /* of the last step */
};

static void *begin(void *context, const struct name *from)
{
	struct old_rows *w = calloc(1, sizeof *w);

	if (w == NULL || earlier_begin(context, from, &w->rows) == OK)
		return w;
	free(w);
	return NULL;
}

static bool next(void *walk, struct old_set *out)
{
	struct old_rows *w = walk;
	struct row row;

	w->e = earlier_next(w->rows, &row);
	if (w->e != OK)
		return false;
	out->owner = row.owner;
	out->type = row.type;
	out->ttl = row.ttl;
	out->sig_ttl = row.sig_ttl;
	out->n = row.n;
	out->n_sig = row.n_sig;
	out->data = row.data;
	return true;
}

static bool end(void *walk)
{
	struct old_rows *w = walk;
	const bool whole = w->e == OK || w->e == ERR_NOTFOUND;

	earlier_end(w->rows);
	free(w);
	return whole;
}

enum err oldzone_open(struct store *s, const struct name *apex, struct oldzone *out)
{
	out->source = (struct sign_old){ &out->earlier, begin, next, end };
	return earlier_open(s, apex, &out->earlier);
}
