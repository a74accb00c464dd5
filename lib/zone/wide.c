#include "zone/wide.h"

#include <stdlib.h>

#include "base/arena.h"
#include "dns/qname.h"

/* Nodes are told apart by address: nobody outside chooses those. */
static size_t hash_of(const struct node *n, uint16_t type)
{
	return (size_t)hash_mix((uintptr_t)n ^ 0x9e3779b97f4a7c15U, (uint64_t)type << 32 | 0x85ebca6b);
}

/* The slot of this RRset or the free one where it belongs. */
static struct wide_slot *slot_of(const struct wide *w, const struct node *n, uint16_t type)
{
	for (size_t i = hash_of(n, type);; i++) {
		struct wide_slot *s = &w->slots[i & (w->n_slots - 1)];
		if (s->node == NULL || (s->node == n && s->set->type == type))
			return s;
	}
}

static void grow(struct wide *w)
{
	const struct wide old = *w;
	size_t cap = 0;

	w->n_slots = old.n_slots == 0 ? 4 * WIDE_FROM : 2 * old.n_slots;
	w->slots = grow_array(NULL, &cap, w->n_slots, sizeof *w->slots);
	memset(w->slots, 0, w->n_slots * sizeof *w->slots);
	for (size_t i = 0; i < old.n_slots; i++)
		if (old.slots[i].node != NULL)
			*slot_of(w, old.slots[i].node, old.slots[i].set->type) = old.slots[i];
	free(old.slots);
}

void wide_add(struct wide *w, const struct node *n, struct rrset *set)
{
	if (w->n_slots < 2 * (w->n + 1))
		grow(w);
	*slot_of(w, n, set->type) = (struct wide_slot){ n, set };
	w->n++;
}

void wide_node(struct wide *w, struct node *n)
{
	n->flags |= NODE_WIDE;
	for (struct rrset *set = n->rrsets; set != NULL; set = set->next)
		wide_add(w, n, set);
}

struct rrset *wide_find(const struct wide *w, const struct node *n, uint16_t type)
{
	return w->n_slots != 0 ? slot_of(w, n, type)->set : NULL;
}

static int by_type(const void *a, const void *b)
{
	const struct rrset *const *x = a, *const *y = b;

	return (int)(*x)->type - (int)(*y)->type;
}

void wide_sort(struct node *n)
{
	struct rrset **list = NULL, **at = &n->rrsets;
	size_t cap = 0, count = 0;

	for (struct rrset *set = n->rrsets; set != NULL; set = set->next) {
		list = grow_array(list, &cap, count + 1, sizeof(struct rrset *));
		list[count++] = set;
	}
	if (list != NULL)
		qsort(list, count, sizeof(struct rrset *), by_type);
	for (size_t i = 0; i < count; i++) {
		*at = list[i];
		at = &list[i]->next;
	}
	*at = NULL;
	free(list);
	n->flags &= (uint8_t)~NODE_WIDE;
}

void wide_free(struct wide *w)
{
	free(w->slots);
	*w = (struct wide){ 0 };
}
