#include "answer/chain.h"

static inline size_t min_size(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* share gives the part of n that x is of 2^64. */
static inline size_t share(uint64_t x, size_t n)
{
	return (size_t)((unsigned __int128)x * n >> 64);
}

static struct view pool_run(const struct ask *q)
{
	struct probe p = probe_of(&q->link->name, q->zone->depth, q->zone->depth);
	struct node_view v;

	p.kind = NODE_RUN;
	if (shard_find(image_shard(q->s, q->zone->image, p.hash), &p, &v) != FOUND_NODE)
		return (struct view){ NULL, 0 };
	size_t head = (size_t)(node_heads(v) - v.p);
	return view_of(v.p + head, v.n - head);
}

static size_t n_runs(const struct ask *q)
{
	return q->zone->part.flags & ZONEPART_POOLED ? 1 : q->zone->image->n_runs;
}

static struct view run_page(const struct ask *q, size_t i)
{
	return q->zone->part.flags & ZONEPART_POOLED ? pool_run(q)
						     : page_view(q->zone->image->runs[i].page, q->s->psize);
}

/* begins_at_or_before: the first entry of run i is not above the key. */
static bool begins_at_or_before(const struct ask *q, size_t i, struct view key, uint64_t first8)
{
	const struct run_ref *r = &q->zone->image->runs[i];
	struct run_entry e;

	if (r->first8 != first8)
		return r->first8 < first8;
	return run_at(run_page(q, i), 0, &e) && key_order(e.key, key) <= 0;
}

/* narrow finds for an NSEC3 chain where to look: hashes are spread evenly, so how many runs begin between two of
 * them can be told, nearly. *low begins before first8 and *high behind it, or they are the ends. */
static void narrow(const struct image *im, uint64_t first8, size_t *low, size_t *high)
{
	const struct run_ref *run = im->runs;
	size_t n = im->n_runs, i = share(first8, n);

	for (unsigned step = 0; step < 3; step++) {
		uint64_t begins = run[i].first8;
		size_t away = share(begins < first8 ? first8 - begins : begins - first8, n);
		i = begins < first8 ? min_size(i + away, n - 1) : i - min_size(i, away);
	}
	for (size_t width = 3;; width *= 4) {
		*low = i - min_size(i, width);
		*high = min_size(i + width, n);
		if ((*low == 0 || run[*low].first8 < first8) && (*high == n || run[*high].first8 > first8))
			return;
	}
}

/* run_of finds the last run that begins at or before the key; 0 if none does. */
static size_t run_of(const struct ask *q, struct view key)
{
	size_t low = 0, high = n_runs(q); /* the answer is in [low, high) */
	uint64_t first8 = key_first8(key);

	if (high > 8 && q->zone->part.denial == DENIAL_NSEC3)
		narrow(q->zone->image, first8, &low, &high);
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;
		if (begins_at_or_before(q, middle, key, first8))
			low = middle;
		else
			high = middle;
	}
	return low;
}

enum err chain_floor(const struct ask *q, struct view key, struct chain_entry *out)
{
	size_t n = n_runs(q);

	if (n == 0)
		return ERR_DAMAGED;
	size_t r = run_of(q, key);
	out->page = run_page(q, r);
	int i = run_floor(out->page, key, &out->exact);
	if (i == -1) {
		out->page = run_page(q, r == 0 ? n - 1 : r - 1);
		i = (int)run_count(out->page) - 1;
	}
	if (i < 0 || !run_at(out->page, (unsigned)i, &out->entry))
		return ERR_DAMAGED;
	out->i = (unsigned)i;
	return OK;
}

struct view chain_before(const struct chain_entry *e)
{
	struct run_entry before;

	if (e->i == 0 || !run_at(e->page, e->i - 1, &before))
		return (struct view){ NULL, 0 };
	return before.key;
}
