#include <stdlib.h>

#include "base/le.h"
#include "base/work.h"
#include "zone/index.h"

/*
 * Nodes are sorted by eight octets of their keys at a time (dns/name.h: keys
 * sort by memcmp as names do in canonical order): all of them by the first
 * eight octets behind the apex, then each run of equals by the next eight.
 * Owners differ, so every run ends before the keys do.
 */
struct item {
	uint64_t prefix;
	struct node *node;
};

enum {
	PREFIX = sizeof(uint64_t),
	FEW = 16,    /* are sorted by insertion */
	MANY = 4096, /* are sorted by radix: its tables cost something */
	SLICE = 1 << 15,
	AHEAD_NODE = 24,  /* items between the fetching of a node and its reading, */
	AHEAD_OWNER = 12, /* and of its owner */
};

static size_t key_of(const struct node *n, uint8_t key[NAME_KEY_MAX + PREFIX])
{
	struct name owner;

	node_name(n, &owner);
	size_t len = name_key(&owner, key);
	memset(key + len, 0, PREFIX);
	return len;
}

/* What all keys have in common. */
struct common {
	unsigned labels;
	size_t key; /* octets */
};

/* The label right below the apex, of a node below it. */
static const uint8_t *top_label(const struct node *n, unsigned apex_labels)
{
	const uint8_t *label = n->owner;

	for (unsigned d = apex_labels + 1; d < n->labels; d++)
		label += 1 + label[0];
	return label;
}

static uint64_t prefix_at(const struct node *n, const struct common *apex, size_t at)
{
	uint8_t key[NAME_KEY_MAX + PREFIX];

	if (at == apex->key && n->labels > apex->labels) { /* most often one label has it all */
		const uint8_t *label = top_label(n, apex->labels);
		if (label[0] >= PREFIX)
			return name_rank8(name_fold8(be64(label + 1)));
		if (n->labels == apex->labels + 1) {
			uint8_t padded[PREFIX] = { 0 };
			memcpy(padded, label + 1, label[0]);
			return name_rank8(name_fold8(be64(padded))) & ~(uint64_t)0 << 8 * (PREFIX - label[0]);
		}
	}
	size_t len = key_of(n, key);
	return at < len ? be64(key + at) : 0;
}

static void insertion_sort(struct item *list, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct item it = list[i];
		size_t k = i;
		for (; k > 0 && list[k - 1].prefix > it.prefix; k--)
			list[k] = list[k - 1];
		list[k] = it;
	}
}

static int by_prefix(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	return (x->prefix > y->prefix) - (x->prefix < y->prefix);
}

static inline unsigned digit(const struct item *it, unsigned d)
{
	return it->prefix >> 8 * d & 0xff;
}

/* One stable pass for each octet of the prefix, from the last; a pass over equal octets is skipped. */
static void radix_sort(struct item *list, struct item *spare, size_t n)
{
	size_t count[PREFIX][256] = { 0 };
	struct item *from = list, *to = spare;

	for (size_t i = 0; i < n; i++)
		for (unsigned d = 0; d < PREFIX; d++)
			count[d][digit(&list[i], d)]++;
	for (unsigned d = 0; d < PREFIX; d++) {
		if (count[d][digit(&from[0], d)] == n)
			continue;
		for (size_t c = 0, start = 0; c < 256; c++) {
			size_t here = count[d][c];
			count[d][c] = start;
			start += here;
		}
		for (size_t i = 0; i < n; i++)
			to[count[d][digit(&from[i], d)]++] = from[i];
		struct item *t = from;
		from = to;
		to = t;
	}
	if (from != list)
		memcpy(list, from, n * sizeof *list);
}

static void sort_prefixes(const struct common *apex, struct item *list, struct item *spare, size_t n, size_t at)
{
	for (size_t i = 0; i < n; i++)
		list[i].prefix = prefix_at(list[i].node, apex, at);
	if (n <= FEW)
		insertion_sort(list, n);
	else if (n < MANY)
		qsort(list, n, sizeof *list, by_prefix);
	else
		radix_sort(list, spare, n);
}

static bool in_run(const struct item *list, size_t n, size_t i)
{
	return list[i].prefix == list[i - 1].prefix || (i + 1 < n && list[i].prefix == list[i + 1].prefix);
}

/* item_ahead fetches what will be read of items further on, if it will: they are in no order of memory. */
static void item_ahead(const struct item *list, size_t n, size_t i)
{
	if (i + AHEAD_NODE < n && in_run(list, n, i + AHEAD_NODE))
		__builtin_prefetch(list[i + AHEAD_NODE].node);
	if (i + AHEAD_OWNER < n && in_run(list, n, i + AHEAD_OWNER))
		__builtin_prefetch(list[i + AHEAD_OWNER].node->owner);
}

/* sort_runs sorts each run of equal prefixes by the eight octets behind. */
static void sort_runs(const struct common *apex, struct item *list, struct item *spare, size_t n, size_t at)
{
	for (size_t i = 0, run; i < n; i += run) {
		for (run = 1; i + run < n && list[i + run].prefix == list[i].prefix; run++)
			;
		for (size_t k = 0; k < run; k++)
			item_ahead(list, n, i + k);
		if (run == 1 || at + PREFIX >= NAME_KEY_MAX)
			continue;
		sort_prefixes(apex, list + i, spare + i, run, at + PREFIX);
		sort_runs(apex, list + i, spare + i, run, at + PREFIX);
	}
}

/* Runs of all the zone, in slices that begin and end with runs. */
struct sorting {
	const struct common *apex;
	struct item *list, *spare;
	size_t *begin; /* of each slice, and the end of the last */
};

static void sort_slice(void *sorting, const struct slice *s)
{
	const struct sorting *g = sorting;

	for (size_t i = s->from; i < s->to; i++)
		sort_runs(g->apex, g->list + g->begin[i], g->spare + g->begin[i], g->begin[i + 1] - g->begin[i],
			  g->apex->key);
}

static void sort_slices(struct sorting *g, size_t n)
{
	const size_t slices = work_slices(n, SLICE);
	size_t cap = 0;

	g->begin = grow_array(NULL, &cap, slices + 1, sizeof *g->begin);
	for (size_t i = 0; i <= slices; i++) {
		size_t at = i < slices ? i * SLICE : n;
		while (at > 0 && at < n && g->list[at].prefix == g->list[at - 1].prefix)
			at++;
		g->begin[i] = at;
	}
	work_run(slices, 1, sort_slice, g);
	free(g->begin);
}

static void sort_all(const struct common *apex, struct node **node, size_t n)
{
	struct sorting g = { .apex = apex };
	size_t cap = 0, cap_spare = 0;

	g.list = grow_array(NULL, &cap, n, sizeof *g.list);
	g.spare = grow_array(NULL, &cap_spare, n, sizeof *g.spare);
	for (size_t i = 0; i < n; i++)
		g.list[i].node = node[i];
	sort_prefixes(apex, g.list, g.spare, n, apex->key);
	sort_slices(&g, n);
	for (size_t i = 0; i < n; i++)
		node[i] = g.list[i].node;
	free(g.list);
	free(g.spare);
}

static inline struct item item_of(const struct common *apex, struct node *n)
{
	return (struct item){ prefix_at(n, apex, apex->key), n };
}

static bool before(const struct item *a, const struct item *b)
{
	struct name x, y;

	if (a->prefix != b->prefix)
		return a->prefix < b->prefix;
	node_name(a->node, &x);
	node_name(b->node, &y);
	return name_order(&x, &y) < 0;
}

/*
 * Files are mostly sorted, or sorted as text, where "a-b" stands before "a".
 * So what is out of order is taken out, sorted, and merged again:
 *
 *      a-a a-b a b c        a stands below the one before: it goes
 *      a y z b c d e f      when so many stand below y and z, these go
 */
enum { BELOW_MAX = 8 };

struct odd {
	struct node **node;
	size_t n, cap;
};

static void take_odd(struct odd *odd, struct node *n)
{
	odd->node = grow_array(odd->node, &odd->cap, odd->n + 1, sizeof(struct node *));
	odd->node[odd->n++] = n;
}

/* keep_order takes odd nodes out, and puts them behind the others. It gives the number of those, which are in
 * order; 0 if more than an eighth are odd. */
static size_t keep_order(const struct common *apex, struct node **node, size_t n, struct odd *odd)
{
	struct item last = { 0 }; /* of those kept */
	size_t kept = 0, below = 0, i;

	for (i = 0; i < n && odd->n <= n / 8; i++) {
		struct item it = item_of(apex, node[i]);
		if (kept == 0 || before(&last, &it)) {
			node[kept++] = it.node;
			last = it;
			below = 0;
			continue;
		}
		take_odd(odd, it.node);
		if (++below < BELOW_MAX)
			continue;
		odd->n -= below; /* they were not: go back to the first of them */
		i -= below;
		below = 0;
		it = item_of(apex, node[i + 1]);
		while (kept > 0 && before(&it, &last)) {
			take_odd(odd, node[--kept]);
			if (kept > 0)
				last = item_of(apex, node[kept - 1]);
		}
	}
	if (odd->n > 0)
		memcpy(node + kept, odd->node, odd->n * sizeof(struct node *));
	return odd->n <= n / 8 ? kept : 0;
}

/* merge puts nodes that are in order among those before them, from the last on. */
static void merge(const struct common *apex, struct node **node, size_t kept, const struct odd *odd)
{
	size_t left = odd->n, to = kept + odd->n;

	while (left > 0) {
		struct item it = item_of(apex, odd->node[left - 1]);
		for (; kept > 0; node[--to] = node[--kept]) {
			struct item other = item_of(apex, node[kept - 1]);
			if (before(&other, &it))
				break;
		}
		node[--to] = odd->node[--left];
	}
}

void nodes_sort(struct node **node, size_t n, const struct name *apex)
{
	const struct common common = { name_labels(apex), apex->len - 1U };
	struct odd odd = { 0 };
	size_t kept = keep_order(&common, node, n, &odd);

	if (kept == 0 && n > 0) {
		sort_all(&common, node, n);
	} else if (odd.n > 0) {
		sort_all(&common, odd.node, odd.n);
		merge(&common, node, kept, &odd);
	}
	free(odd.node);
}
