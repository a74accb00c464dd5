#include <stdlib.h>

#include "base/work.h"
#include "dns/rdata.h"
#include "zone/index.h"

enum {
	SLICE = 4 * NODES_IN_CHUNK,
	NODE_HAS_DNAME = 0x40, /* among a node's flags while a zone is sealed */
};

/* What sealing found odd, kept until it is told in order. */
struct oddity {
	enum zone_oddity kind;
	uint32_t line;
	const struct node *node;
	const struct rrset *set;
};

/* What is found in one slice of the nodes. */
struct found {
	struct oddity *odd;
	size_t n, cap;
	uint64_t dropped; /* records */
};

static void note(struct found *f, enum zone_oddity kind, const struct node *n, const struct rrset *set,
		 uint32_t line)
{
	f->odd = grow_array(f->odd, &f->cap, f->n + 1, sizeof *f->odd);
	f->odd[f->n++] = (struct oddity){ kind, line, n, set };
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

/* ascends: the array is in canonical order, and nothing stands in it twice. */
static bool ascends(uint16_t type, const struct rdata *array, uint32_t n)
{
	for (uint32_t i = 1; i < n; i++)
		if (rdata_cmp(type, &array[i - 1], &array[i]) >= 0)
			return false;
	return true;
}

/* seal_rdata sorts one array and drops what stands in it twice; gives the number that remain. `f` may be NULL. */
static uint32_t seal_rdata(struct found *f, const struct node *n, const struct rrset *set, uint16_t type,
			   struct rdata *array, uint32_t count)
{
	uint32_t kept = 0;

	if (likely(ascends(type, array, count)))
		return count;
	qsort_r(array, count, sizeof *array, by_rdata, &type);
	for (uint32_t i = 1; i < count; i++) {
		if (rdata_cmp(type, &array[kept], &array[i]) != 0)
			array[++kept] = array[i];
		else if (f != NULL)
			note(f, array == set->sig ? ZONE_DUPLICATE_SIG : ZONE_DUPLICATE, n, set, array[i].line);
	}
	return kept + 1;
}

static void seal_set(struct found *f, const struct node *n, struct rrset *s)
{
	s->n = seal_rdata(f, n, s, s->type, s->rdata, s->n);
	s->n_sig = seal_rdata(f, n, s, RR_RRSIG, s->sig, s->n_sig);
}

void rrset_seal(struct rrset *s)
{
	seal_set(NULL, NULL, s);
}

static void seal_node(struct found *f, struct node *n, unsigned apex_labels)
{
	if (unlikely(n->flags & NODE_WIDE))
		wide_sort(n);
	for (struct rrset *set = n->rrsets; set != NULL; set = set->next) {
		uint32_t before = set->n + set->n_sig;
		seal_set(f, n, set);
		f->dropped += before - (set->n + set->n_sig);
		if (set->type == RR_NS && set->n > 0 && n->labels > apex_labels)
			n->flags |= NODE_CUT;
		if (set->type == RR_DNAME && set->n > 0)
			n->flags |= NODE_HAS_DNAME;
	}
}

struct sealing {
	const struct zone *z;
	struct found *found; /* in each slice */
};

static void seal_slice(void *context, const struct slice *s)
{
	const struct sealing *sealing = context;
	struct found *f = &sealing->found[s->number];
	const unsigned apex_labels = name_labels(&sealing->z->apex);

	*f = (struct found){ 0 };
	for (size_t i = s->from; i < s->to; i++)
		seal_node(f, index_node(sealing->z->index, i), apex_labels);
}

/* seal_nodes seals what stands at each node, which is most of the work. Nodes are taken in the order of their
 * making, which is mostly that of their memory; so are oddities told. */
static void seal_nodes(struct zone *z, zone_oddity_fn *tell, void *context)
{
	const size_t n = z->index->n_nodes, slices = work_slices(n, SLICE);
	size_t cap = 0;
	struct sealing sealing = { z, grow_array(NULL, &cap, slices, sizeof *sealing.found) };

	work_run(n, SLICE, seal_slice, &sealing);
	for (size_t i = 0; i < slices; i++) {
		const struct found *f = &sealing.found[i];
		for (size_t k = 0; k < f->n && tell != NULL; k++)
			tell(context, f->odd[k].kind, f->odd[k].node, f->odd[k].set, f->odd[k].line);
		z->n_records -= f->dropped;
		free(f->odd);
	}
	free(sealing.found);
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

/* The number of labels that two owners share at their ends; at least `least`. */
static unsigned shared_labels(const struct node *a, const struct node *b, unsigned least)
{
	struct name x, y;
	uint8_t at_x[NAME_LABELS_MAX + 1], at_y[NAME_LABELS_MAX + 1];
	unsigned d = least;

	node_name(a, &x);
	node_name(b, &y);
	name_lower(&x);
	name_lower(&y);
	name_offsets(&x, at_x);
	name_offsets(&y, at_y);
	for (; d < a->labels && d < b->labels; d++) {
		const uint8_t *p = x.wire + at_x[a->labels - d - 1], *q = y.wire + at_y[b->labels - d - 1];
		if (p[0] != q[0] || memcmp(p, q, 1U + p[0]) != 0)
			break;
	}
	return d;
}

/* An empty non-terminal, and the node whose place is right behind it. */
struct ent {
	struct node *node;
	size_t before;
};

struct ents {
	struct ent *e;
	size_t n, cap;
};

static void make_ent(struct zone *z, struct ents *ents, size_t before, unsigned labels)
{
	const struct node *below = z->node[before];
	const uint8_t *owner = below->owner;
	bool made;

	for (unsigned d = below->labels; d > labels; d--)
		owner += 1 + owner[0];
	unsigned len = below->owner_len - (unsigned)(owner - below->owner);
	struct node *node = index_add(z->index, &z->arena, owner, len, &made);
	node->flags = NODE_ENT;
	ents->e = grow_array(ents->e, &ents->cap, ents->n + 1, sizeof *ents->e);
	ents->e[ents->n++] = (struct ent){ node, before };
}

/* insert_ents moves nodes up, from the last, to where ENTs make room for them. */
static void insert_ents(struct zone *z, const struct ents *ents, size_t *cap)
{
	size_t left = ents->n, from = z->n_nodes, to = from + left;

	z->node = grow_array(z->node, cap, to, sizeof(struct node *));
	z->n_nodes = to;
	while (left > 0) {
		const struct ent *e = &ents->e[--left];
		size_t n = from - e->before;
		memmove(z->node + to - n, z->node + e->before, n * sizeof(struct node *));
		from = e->before;
		to -= n;
		z->node[--to] = e->node;
	}
}

/*
 * In canonical order a name stands right behind its parent or behind something
 * else below that parent. So the ancestors a node lacks are those it does not
 * share with the node before: their place is between the two.
 */
struct lacking {
	const struct zone *z;
	unsigned apex_labels;
	struct lacks *of; /* in each slice */
};

struct lacks {
	struct lack {
		size_t at;       /* the node */
		unsigned labels; /* of the first ancestor it lacks */
	} * e;
	size_t n, cap;
};

static void find_lacking(void *lacking, const struct slice *s)
{
	const struct lacking *l = lacking;
	struct lacks *out = &l->of[s->number];

	*out = (struct lacks){ 0 };
	for (size_t i = s->from; i < s->to; i++) {
		zone_ahead(l->z, i);
		const struct node *n = l->z->node[i];
		unsigned d = l->apex_labels;
		if (n->labels <= d + 1)
			continue;
		if (i > 0)
			d = shared_labels(l->z->node[i - 1], n, d);
		if (d + 1 >= n->labels)
			continue;
		out->e = grow_array(out->e, &out->cap, out->n + 1, sizeof *out->e);
		out->e[out->n++] = (struct lack){ i, d + 1 };
	}
}

static void add_ents(struct zone *z, size_t *cap)
{
	const size_t slices = work_slices(z->n_nodes, SLICE);
	size_t cap_of = 0;
	struct lacking l = { z, name_labels(&z->apex), grow_array(NULL, &cap_of, slices, sizeof *l.of) };
	struct ents ents = { 0 };

	work_run(z->n_nodes, SLICE, find_lacking, &l);
	for (size_t i = 0; i < slices; i++) {
		for (size_t k = 0; k < l.of[i].n; k++)
			for (unsigned d = l.of[i].e[k].labels; d < z->node[l.of[i].e[k].at]->labels; d++)
				make_ent(z, &ents, l.of[i].e[k].at, d);
		free(l.of[i].e);
	}
	free(l.of);
	insert_ents(z, &ents, cap);
	free(ents.e);
}

/* Below a cut or DNAME stands what follows it in canonical order, as long as it is within; one inside another
 * changes nothing. */
static void set_flags(struct zone *z)
{
	const struct node *cut = NULL, *dname = NULL;

	for (size_t i = 0; i < z->n_nodes; i++) {
		zone_ahead(z, i);
		struct node *n = z->node[i];
		if (cut != NULL && !within(n, cut))
			cut = NULL;
		if (dname != NULL && !within(n, dname))
			dname = NULL;
		if (cut != NULL)
			n->flags |= NODE_BELOW_CUT;
		else if (n->flags & NODE_CUT)
			cut = n;
		if (dname != NULL)
			n->flags |= NODE_BELOW_DNAME;
		else if (n->flags & NODE_HAS_DNAME)
			dname = n;
		n->flags &= (uint8_t)~NODE_HAS_DNAME;
	}
}

void zone_seal(struct zone *z, zone_oddity_fn *tell, void *context)
{
	struct zone_index *x = z->index;
	size_t cap = 0;

	if (z->sealed)
		return;
	z->sealed = true;
	for (size_t i = 0; i < x->n_odd && tell != NULL; i++)
		tell(context, ZONE_TTL_DIFFERS, x->odd[i].node, x->odd[i].set, x->odd[i].line);
	seal_nodes(z, tell, context);
	wide_free(&x->wide);
	z->node = grow_array(NULL, &cap, x->n_nodes, sizeof(struct node *));
	for (z->n_nodes = 0; z->n_nodes < x->n_nodes; z->n_nodes++)
		z->node[z->n_nodes] = index_node(x, z->n_nodes);
	nodes_sort(z->node, z->n_nodes, &z->apex);
	add_ents(z, &cap);
	set_flags(z);
}
