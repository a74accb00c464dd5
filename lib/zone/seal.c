#include <stdlib.h>

#include "dns/rdata.h"
#include "zone/index.h"

struct sealing {
	struct zone *z;
	zone_oddity_fn *tell;
	void *context;
};

static void tell(const struct sealing *s, enum zone_oddity kind, const struct node *n, const struct rrset *set,
		 uint32_t line)
{
	if (s->tell != NULL)
		s->tell(s->context, kind, n, set, line);
}

static int rdata_cmp(uint16_t type, const struct rdata *a, const struct rdata *b)
{
	return rdata_order(type, rdata_view(a), rdata_view(b));
}

/* Of equal RDATA the one that stood first in the file comes first, and stays. */
static int by_rdata(const void *a, const void *b, void *type)
{
	const struct rdata *x = a, *y = b;
	int d = rdata_cmp(*(const uint16_t *)type, x, y);

	return d != 0 ? d : (x->line > y->line) - (x->line < y->line);
}

/* sort_rdata puts one array in canonical order. */
static void sort_rdata(uint16_t type, struct rdata *array, uint32_t n)
{
	for (uint32_t i = 1; i < n; i++) {
		if (rdata_cmp(type, &array[i - 1], &array[i]) >= 0) {
			qsort_r(array, n, sizeof *array, by_rdata, &type);
			break;
		}
	}
}

/* seal_rdata sorts one array and drops what stands in it twice; gives the number that remain. */
static uint32_t seal_rdata(const struct sealing *s, const struct node *n, const struct rrset *set, uint16_t type,
			   struct rdata *array, uint32_t count)
{
	uint32_t kept = 0;

	if (count < 2)
		return count;
	sort_rdata(type, array, count);
	for (uint32_t i = 1; i < count; i++) {
		if (rdata_cmp(type, &array[kept], &array[i]) == 0)
			tell(s, array == set->sig ? ZONE_DUPLICATE_SIG : ZONE_DUPLICATE, n, set, array[i].line);
		else
			array[++kept] = array[i];
	}
	return kept + 1;
}

void rrset_seal(struct rrset *s)
{
	const struct sealing quiet = { 0 };

	s->n = seal_rdata(&quiet, NULL, s, s->type, s->rdata, s->n);
	s->n_sig = seal_rdata(&quiet, NULL, s, RR_RRSIG, s->sig, s->n_sig);
}

static void seal_node(const struct sealing *s, struct node *n)
{
	if (unlikely(n->flags & NODE_WIDE))
		wide_sort(n);
	for (struct rrset *set = n->rrsets; set != NULL; set = set->next) {
		uint32_t before = set->n + set->n_sig;
		set->n = seal_rdata(s, n, set, set->type, set->rdata, set->n);
		set->n_sig = seal_rdata(s, n, set, RR_RRSIG, set->sig, set->n_sig);
		s->z->n_records -= before - (set->n + set->n_sig);
	}
}

static bool within(const struct node *n, const struct node *above)
{
	struct name a, b;

	if (n->labels <= above->labels)
		return false;
	node_name(n, &a);
	node_name(above, &b);
	return name_within(&a, &b);
}

/* The number of labels that two owners share at their ends. */
static unsigned shared_labels(const struct node *a, const struct node *b)
{
	unsigned d = a->labels < b->labels ? a->labels : b->labels;
	struct name x, y;

	node_name(a, &x);
	node_name(b, &y);
	x = name_strip(&x, a->labels - d);
	y = name_strip(&y, b->labels - d);
	while (d > 0 && !name_eq(&x, &y)) {
		x = name_strip(&x, 1);
		y = name_strip(&y, 1);
		d--;
	}
	return d;
}

static struct node *make_ent(struct zone *z, const struct node *below, unsigned labels)
{
	const uint8_t *owner = below->owner;
	bool made;

	for (unsigned d = below->labels; d > labels; d--)
		owner += 1 + owner[0];
	unsigned len = below->owner_len - (unsigned)(owner - below->owner);
	struct node *ent = index_add(z->index, &z->arena, owner, len, &made);
	ent->flags = NODE_ENT;
	return ent;
}

/*
 * In canonical order a name stands right behind its parent or behind something
 * else below that parent. So the ancestors a node lacks are those it does not
 * share with the node before: their place is between the two.
 */
static void add_ents(struct zone *z, struct node **sorted, size_t n)
{
	const unsigned apex_labels = name_labels(&z->apex);
	size_t cap = 0, count = 0;

	for (size_t i = 0; i < n; i++) {
		unsigned labels = sorted[i]->labels, d = apex_labels;
		if (labels > apex_labels + 1 && i > 0)
			d = shared_labels(sorted[i - 1], sorted[i]);
		for (d++; d < labels; d++) {
			z->node = grow_array(z->node, &cap, count + 1, sizeof(struct node *));
			z->node[count++] = make_ent(z, sorted[i], d);
		}
		z->node = grow_array(z->node, &cap, count + 1, sizeof(struct node *));
		z->node[count++] = sorted[i];
	}
	z->n_nodes = count;
}

static bool has(const struct node *n, uint16_t type)
{
	const struct rrset *set = rrset_of(n, type);

	return set != NULL && set->n > 0;
}

/* Below a cut or DNAME stands what follows it in canonical order, as long as it is within; one inside another
 * changes nothing. */
static void set_flags(struct zone *z)
{
	const struct node *cut = NULL, *dname = NULL;
	const unsigned apex_labels = name_labels(&z->apex);

	for (size_t i = 0; i < z->n_nodes; i++) {
		struct node *n = z->node[i];
		if (cut != NULL && !within(n, cut))
			cut = NULL;
		if (dname != NULL && !within(n, dname))
			dname = NULL;
		if (cut != NULL)
			n->flags |= NODE_BELOW_CUT;
		if (dname != NULL)
			n->flags |= NODE_BELOW_DNAME;
		if (n->labels > apex_labels && has(n, RR_NS)) {
			n->flags |= NODE_CUT;
			cut = cut != NULL ? cut : n;
		}
		if (dname == NULL && has(n, RR_DNAME))
			dname = n;
	}
}

void zone_seal(struct zone *z, zone_oddity_fn *tell_fn, void *context)
{
	struct sealing s = { z, tell_fn, context };
	struct zone_index *x = z->index;
	struct node **sorted = NULL;
	size_t cap = 0, n = x->n_nodes;

	if (z->sealed)
		return;
	z->sealed = true;
	for (size_t i = 0; i < x->n_odd; i++)
		tell(&s, ZONE_TTL_DIFFERS, x->odd[i].node, x->odd[i].set, x->odd[i].line);
	sorted = grow_array(NULL, &cap, n, sizeof *sorted);
	for (size_t i = 0; i < n; i++) {
		sorted[i] = index_node(x, i);
		seal_node(&s, sorted[i]);
	}
	wide_free(&x->wide);
	nodes_sort(sorted, n, &z->apex);
	add_ents(z, sorted, n);
	free(sorted);
	set_flags(z);
}
