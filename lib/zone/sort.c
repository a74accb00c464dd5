#include <stdlib.h>

#include "base/le.h"
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
	}
	size_t len = key_of(n, key);
	return at < len ? be64(key + at) : 0;
}

static bool sorted_already(struct node *const *node, size_t n)
{
	uint8_t keys[2][NAME_KEY_MAX + PREFIX];
	size_t len[2] = { key_of(node[0], keys[0]), 0 };

	for (size_t i = 1; i < n; i++) {
		uint8_t *last = keys[(i - 1) & 1], *key = keys[i & 1];
		size_t last_len = len[(i - 1) & 1], key_len = len[i & 1] = key_of(node[i], key);
		int d = memcmp(last, key, last_len < key_len ? last_len : key_len);
		if (d > 0 || (d == 0 && last_len > key_len))
			return false;
	}
	return true;
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

static void sort_from(const struct common *apex, struct item *list, struct item *spare, size_t n, size_t at)
{
	for (size_t i = 0; i < n; i++)
		list[i].prefix = prefix_at(list[i].node, apex, at);
	if (n <= FEW)
		insertion_sort(list, n);
	else if (n < MANY)
		qsort(list, n, sizeof *list, by_prefix);
	else
		radix_sort(list, spare, n);
	for (size_t i = 0, run; i < n; i += run) {
		for (run = 1; i + run < n && list[i + run].prefix == list[i].prefix; run++)
			;
		if (run > 1 && at + PREFIX < NAME_KEY_MAX)
			sort_from(apex, list + i, spare, run, at + PREFIX);
	}
}

void nodes_sort(struct node **node, size_t n, const struct name *apex)
{
	const struct common common = { name_labels(apex), apex->len - 1U };
	struct item *list = NULL, *spare = NULL;
	size_t cap = 0, cap_spare = 0;

	if (n < 2 || sorted_already(node, n))
		return;
	list = grow_array(NULL, &cap, n, sizeof *list);
	spare = grow_array(NULL, &cap_spare, n, sizeof *spare);
	for (size_t i = 0; i < n; i++)
		list[i].node = node[i];
	sort_from(&common, list, spare, n, common.key);
	for (size_t i = 0; i < n; i++)
		node[i] = list[i].node;
	free(list);
	free(spare);
}
