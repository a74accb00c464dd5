#include "zone/sealed.h"

#include <stdlib.h>

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

void sealed_merge(struct zone *z, const struct fresh_node *fresh, size_t n)
{
	struct node **made = NULL;
	size_t cap_made = 0, cap = z->n_nodes, n_made = 0;
	bool is_new;

	made = grow_array(NULL, &cap_made, n, sizeof *made);
	for (size_t i = 0; i < n; i++) {
		struct node *at = index_add(z->index, &z->arena, fresh[i].owner, fresh[i].owner_len, &is_new);
		sealed_put(at, fresh[i].set);
		if (is_new)
			made[n_made++] = at;
	}
	z->node = grow_array(z->node, &cap, z->n_nodes + n_made, sizeof(struct node *));
	/* From the end: each stretch of old nodes moves up once, by the number of fresh ones before it. */
	size_t end = z->n_nodes;
	for (size_t k = n_made; k > 0; k--) {
		size_t place = place_below(z->node, end, made[k - 1]);
		memmove(&z->node[place + k], &z->node[place], (end - place) * sizeof(struct node *));
		z->node[place + k - 1] = made[k - 1];
		end = place;
	}
	z->n_nodes += n_made;
	free(made);
}
