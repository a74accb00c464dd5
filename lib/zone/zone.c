#include "zone/zone.h"

#include <stdlib.h>

#include "base/wr.h"
#include "zone/index.h"

/*
 * A name may imply as many empty non-terminals as it has labels below the apex, which costs whoever writes it two
 * octets each and us a node. So names share a budget: as much as names in ip6.arpa need, 32 labels deep, and some
 * more for zones of few names.
 */
enum { RDATA_BYTES_MAX = 65535, ENTS_OF_A_NAME = 32, ENTS_FREE = 1 << 16 };

/* While records are added an RRset's RDATA stand in an array of 1, 2, 4 ... places. One that was outgrown is kept
 * for the next RRset of that size, so that not much is lost however RRsets grow. */
struct rdata_array {
	struct rdata_array *next;
};

struct zone *zone_new(const struct name *apex)
{
	size_t cap = 0;
	struct zone *z = grow_array(NULL, &cap, 1, sizeof *z);

	*z = (struct zone){ .apex = *apex, .index = index_new() };
	return z;
}

void zone_free(struct zone *z)
{
	if (z == NULL)
		return;
	arena_free(&z->arena);
	index_free(z->index);
	free(z->node);
	free(z);
}

void zone_any_depth(struct zone *z)
{
	z->index->any_depth = true;
}

static struct rdata *take_array(struct zone *z, unsigned log2)
{
	struct rdata_array *a = z->index->free_array[log2];

	if (a == NULL)
		return arena_take(&z->arena, sizeof(struct rdata) << log2);
	z->index->free_array[log2] = a->next;
	return (struct rdata *)(void *)a;
}

static void leave_array(struct zone *z, struct rdata *array, unsigned log2)
{
	struct rdata_array *a = (struct rdata_array *)(void *)array;

	a->next = z->index->free_array[log2];
	z->index->free_array[log2] = a;
}

/* Makes room for one more RDATA; the size of the array follows from the number that stand in it. */
static struct rdata *one_more(struct zone *z, struct rdata **array, uint32_t *n)
{
	if (*n == 0) {
		*array = take_array(z, 0);
	} else if ((*n & (*n - 1)) == 0) {
		unsigned log2 = (unsigned)__builtin_ctz(*n);
		struct rdata *bigger = take_array(z, log2 + 1);
		memcpy(bigger, *array, *n * sizeof *bigger);
		leave_array(z, *array, log2);
		*array = bigger;
	}
	return &(*array)[(*n)++];
}

static struct rrset *new_set(struct zone *z, struct rrset **at, uint16_t type)
{
	struct rrset *set = arena_take(&z->arena, sizeof *set);

	*set = (struct rrset){ .next = *at, .type = type };
	*at = set;
	return set;
}

static struct rrset *wide_set(struct zone *z, struct node *n, uint16_t type)
{
	struct rrset *set = wide_find(&z->index->wide, n, type);

	if (set == NULL) {
		set = new_set(z, &n->rrsets, type);
		wide_add(&z->index->wide, n, set);
	}
	return set;
}

/* The node's RRset of this type, made if need be; kept in order of types, unless there are too many to walk. */
static struct rrset *set_of(struct zone *z, struct node *n, uint16_t type)
{
	struct rrset **at = &n->rrsets;
	unsigned steps = 0;

	if (unlikely(n->flags & NODE_WIDE))
		return wide_set(z, n, type);
	for (; *at != NULL && (*at)->type < type; steps++)
		at = &(*at)->next;
	struct rrset *set = *at != NULL && (*at)->type == type ? *at : new_set(z, at, type);
	if (unlikely(steps >= WIDE_FROM))
		wide_node(&z->index->wide, n);
	return set;
}

/* within_budget counts the empty non-terminals that a new name may imply: some of them may be there. */
static bool within_budget(struct zone *z, const struct name *owner)
{
	struct zone_index *x = z->index;
	const unsigned below = name_labels(owner) - name_labels(&z->apex);

	if (below < 2 || x->any_depth || index_find(x, owner->wire, owner->len) != NULL)
		return true;
	if (x->implied + below - 1 > ENTS_FREE + (uint64_t)ENTS_OF_A_NAME * z->n_nodes)
		return false;
	x->implied += below - 1;
	return true;
}

/* node_of gives the owner's node; NULL: *e says why there can be none. */
static struct node *node_of(struct zone *z, const struct name *owner, uint32_t line, enum err *e)
{
	struct zone_index *x = z->index;
	bool made;

	if (x->last != NULL && x->last->owner_len == owner->len &&
	    memcmp(x->last->owner, owner->wire, owner->len) == 0)
		return x->last;
	*e = !name_within(owner, &z->apex) ? ERR_REFUSED : !within_budget(z, owner) ? ERR_SPACE : OK;
	if (*e != OK)
		return NULL;
	struct node *n = index_add(x, &z->arena, owner->wire, owner->len, &made);
	if (made) {
		n->owner = arena_copy(&x->octets, owner->wire, owner->len);
		n->line = line;
		z->n_nodes++;
	}
	x->last = n;
	x->last_set = NULL;
	return n;
}

static void note_ttl(struct zone_index *x, struct node *n, struct rrset *set, uint32_t line)
{
	x->odd = grow_array(x->odd, &x->cap_odd, x->n_odd + 1, sizeof *x->odd);
	x->odd[x->n_odd++] = (struct ttl_differs){ n, set, line };
}

enum err zone_add(struct zone *z, const struct name *owner, uint16_t type, uint32_t ttl, struct view rdata,
		  uint32_t line)
{
	struct zone_index *x = z->index;
	bool sig = type == RR_RRSIG;
	enum err e = OK;

	if (rdata.n > RDATA_BYTES_MAX)
		return ERR_SPACE;
	if (sig && rdata.n < 2)
		return ERR_FORMAT;
	if (z->sealed)
		return ERR_REFUSED;
	struct node *n = node_of(z, owner, line, &e);
	if (n == NULL)
		return e;
	if (sig)
		type = get_u16(rdata.p); /* type covered, RFC 4034 3.1.1 */
	struct rrset *set = x->last_set;
	if (set == NULL || set->type != type)
		set = x->last_set = set_of(z, n, type);

	uint32_t *first_ttl = sig ? &set->sig_ttl : &set->ttl;
	uint32_t *many = sig ? &set->n_sig : &set->n;
	if (*many == 0)
		*first_ttl = ttl;
	else if (*first_ttl != ttl)
		note_ttl(x, n, set, line);
	*one_more(z, sig ? &set->sig : &set->rdata, many) =
	    (struct rdata){ arena_copy(&x->octets, rdata.p, rdata.n), (uint16_t)rdata.n, line };
	z->n_records++;
	return OK;
}

void zone_expect(const struct zone *z, struct view owner)
{
	index_expect(z->index, owner.p, (unsigned)owner.n);
}

const struct node *zone_find(const struct zone *z, const struct name *n)
{
	return index_find(z->index, n->wire, n->len);
}

const struct rrset *rrset_of(const struct node *n, uint16_t type)
{
	for (const struct rrset *s = n->rrsets; s != NULL; s = s->next)
		if (s->type == type)
			return s;
	return NULL;
}

struct view zone_soa(const struct zone *z)
{
	const struct node *apex = zone_find(z, &z->apex);
	const struct rrset *soa = apex != NULL ? rrset_of(apex, RR_SOA) : NULL;

	return soa != NULL && soa->n > 0 ? rdata_view(&soa->rdata[0]) : (struct view){ NULL, 0 };
}

void node_name(const struct node *n, struct name *out)
{
	out->len = n->owner_len;
	memcpy(out->wire, n->owner, n->owner_len);
}
