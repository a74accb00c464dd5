/*
 * The checks of single names, over all of a zone, in slices.
 *
 * Each slice has a checker of its own, whose findings are kept; they are told
 * when all slices are done, in the order of the zone. A slice keeps as many of
 * each check as may be told at all, so a zone that is all wrong costs no more
 * memory than that, and the first that are told are the zone's first.
 */

#include <stdlib.h>

#include "base/work.h"
#include "zone/check_run.h"

enum { SLICE = 4096 }; /* nodes */

/* A finding, kept until its turn to be told. */
struct kept {
	struct kept *next;
	struct check_finding f;
};

struct part {
	struct checker c; /* of this slice */
	struct arena arena;
	struct kept *first, **end;
};

struct parts {
	const struct checker *c;
	check_node_fn *check;
	struct part *part;
};

static void keep(void *context, const struct check_finding *f)
{
	struct part *p = context;
	struct kept *k = arena_take(&p->arena, sizeof *k);

	*k = (struct kept){ NULL, *f };
	k->f.what = (const char *)arena_copy(&p->arena, f->what, strlen(f->what) + 1);
	if (f->owner != NULL) {
		struct name *owner = arena_take(&p->arena, sizeof *owner);
		*owner = *f->owner;
		k->f.owner = owner;
	}
	*p->end = k;
	p->end = &k->next;
}

static void check_slice(void *context, const struct slice *s)
{
	const struct parts *parts = context;
	struct part *p = &parts->part[s->number];

	*p = (struct part){ .c = *parts->c, .end = &p->first };
	p->c.tell = keep;
	p->c.context = p;
	memset(p->c.found, 0, sizeof p->c.found);
	for (size_t i = s->from; i < s->to; i++) {
		zone_ahead(p->c.z, i);
		parts->check(&p->c, p->c.z->node[i]);
	}
}

/* Those that were not kept were too many, and are so in sum. */
static void tell_part(struct checker *c, struct part *p)
{
	for (const struct kept *k = p->first; k != NULL; k = k->next) {
		check_retell(c, &k->f, 1);
		p->c.found[k->f.id]--;
	}
	for (unsigned i = 0; i < CHECKS; i++)
		if (p->c.found[i] != 0)
			check_retell(c, &(struct check_finding){ .id = (enum check_id)i }, p->c.found[i]);
}

void check_nodes(struct checker *c, check_node_fn *check)
{
	const size_t n = c->z->n_nodes, slices = work_slices(n, SLICE);
	size_t cap = 0;
	struct parts parts = { c, check, grow_array(NULL, &cap, slices, sizeof(struct part)) };

	work_run(n, SLICE, check_slice, &parts);
	for (size_t i = 0; i < slices; i++) {
		tell_part(c, &parts.part[i]);
		arena_free(&parts.part[i].arena);
	}
	free(parts.part);
}
