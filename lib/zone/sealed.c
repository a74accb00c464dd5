#include "zone/sealed.h"

#include <stdlib.h>

#include "base/work.h"
#include "zone/index.h"

void sealed_adopt(struct zone *z, struct arena *a)
{
	arena_join(&z->arena, a);
}

void sealed_count(struct zone *z, uint64_t records)
{
	z->n_records += records;
}

void sealed_put(struct node *n, struct rrset *set)
{
	struct rrset **at = &n->rrsets;

	while (*at != NULL && (*at)->type < set->type)
		at = &(*at)->next;
	set->next = *at != NULL && (*at)->type == set->type ? (*at)->next : *at;
	*at = set;
}

static int order(const struct node *a, const struct node *b)
{
	struct name x, y;

	node_name(a, &x);
	node_name(b, &y);
	return name_order(&x, &y);
}

/* place_below gives the number of the first n nodes that stand before `fresh`, seeking from their end in steps
 * that double: fresh nodes are spread over the zone, so the next place is about as far as the last was. */
static size_t place_below(struct node *const *node, size_t n, const struct node *fresh)
{
	size_t low = 0, high = n, step = 1;

	while (step <= n && order(node[n - step], fresh) > 0) {
		high = n - step;
		step *= 2;
	}
	if (step <= n)
		low = n - step + 1;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (order(node[mid], fresh) > 0)
			high = mid;
		else
			low = mid + 1;
	}
	return low;
}

enum {
	AHEAD = 16,   /* nodes between an owner's announcement and its look-up */
	SLICE = 4096, /* fresh nodes */
};

/* A merge on its way: new nodes, in order, and how many of the old ones stand before each. */
struct merge {
	const struct zone *z;
	struct node **made;
	size_t *place;
	size_t n;
};

static void find_places(void *merge, const struct slice *s)
{
	const struct merge *m = merge;
	size_t end = m->z->n_nodes;

	for (size_t k = s->to; k-- > s->from;)
		m->place[k] = end = place_below(m->z->node, end, m->made[k]);
}

/* add_nodes gives each fresh RRset its node, and lists those that are new. */
static void add_nodes(struct zone *z, const struct fresh_node *fresh, size_t n, struct merge *m)
{
	bool is_new;

	for (size_t i = 0; i < n; i++) {
		if (i + AHEAD < n)
			index_expect(z->index, fresh[i + AHEAD].owner, fresh[i + AHEAD].owner_len);
		struct node *at = index_add(z->index, &z->arena, fresh[i].owner, fresh[i].owner_len, &is_new);
		sealed_put(at, fresh[i].set);
		if (is_new)
			m->made[m->n++] = at;
	}
}

void sealed_merge(struct zone *z, const struct fresh_node *fresh, size_t n)
{
	struct merge m = { .z = z };
	size_t cap_made = 0, cap_place = 0, cap = z->n_nodes;

	m.made = grow_array(NULL, &cap_made, n, sizeof *m.made);
	m.place = grow_array(NULL, &cap_place, n, sizeof *m.place);
	add_nodes(z, fresh, n, &m);
	work_run(m.n, SLICE, find_places, &m);
	z->node = grow_array(z->node, &cap, z->n_nodes + m.n, sizeof(struct node *));
	/* From the end: each stretch of old nodes moves up once, by the number of fresh ones before it. */
	size_t end = z->n_nodes;
	for (size_t k = m.n; k > 0; k--) {
		const size_t place = m.place[k - 1];
		memmove(&z->node[place + k], &z->node[place], (end - place) * sizeof(struct node *));
		z->node[place + k - 1] = m.made[k - 1];
		end = place;
	}
	z->n_nodes += m.n;
	free(m.made);
	free(m.place);
}
