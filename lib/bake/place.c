#include "bake/place.h"

#include <stdlib.h>

#include "base/work.h"

enum {
	FEW = 24,       /* are sorted by insertion */
	MANY = 1 << 14, /* are worth more than one thread */
};

static void insertion_sort(struct entry *e, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct entry it = e[i];
		size_t k = i;
		for (; k > 0 && e[k - 1].place > it.place; k--)
			e[k] = e[k - 1];
		e[k] = it;
	}
}

/* sort_octet sorts by the octet of the place that begins at bit `shift` and all below it. Places are hashes: where
 * they come by the million, two octets are enough until few are left. */
static void sort_octet(struct entry *e, struct entry *spare, size_t n, unsigned shift)
{
	size_t end[256] = { 0 };

	if (n <= FEW || spare == NULL) {
		insertion_sort(e, n);
		return;
	}
	for (size_t i = 0; i < n; i++)
		end[e[i].place >> shift & 0xff]++;
	for (size_t c = 0, start = 0; c < 256; c++) {
		size_t here = end[c];
		end[c] = start;
		start += here;
	}
	memcpy(spare, e, n * sizeof *e);
	for (size_t i = 0; i < n; i++)
		e[end[spare[i].place >> shift & 0xff]++] = spare[i];
	for (size_t c = 0, from = 0; shift > 0 && c < 256; from = end[c++])
		sort_octet(e + from, spare, end[c] - from, shift - 8);
}

static void sort_from(struct entry *e, size_t n, unsigned shift)
{
	struct entry *spare = NULL;
	size_t cap = 0;

	if (n > FEW)
		spare = grow_array(NULL, &cap, n, sizeof *spare);
	sort_octet(e, spare, n, shift);
	free(spare);
}

enum { BUCKETS = 256, BUCKETS_AT_ONCE = 16 };

/* All entries, in buckets by the first octet of their places. */
struct buckets {
	struct entry *e;
	size_t end[BUCKETS];
};

static void sort_buckets(void *buckets, const struct slice *s)
{
	const struct buckets *b = buckets;

	for (size_t i = s->from; i < s->to; i++) {
		size_t from = i > 0 ? b->end[i - 1] : 0;
		sort_from(b->e + from, b->end[i] - from, 48);
	}
}

struct entry_list place_merge(const struct entry_list *lists, size_t n_lists)
{
	struct entry_list all = { 0 };
	struct buckets b = { 0 };

	for (size_t i = 0; i < n_lists; i++) {
		all.n += lists[i].n;
		for (size_t k = 0; k < lists[i].n; k++)
			b.end[lists[i].e[k].place >> 56]++;
	}
	b.e = all.e = grow_array(NULL, &all.cap, all.n, sizeof *all.e);
	for (size_t c = 0, start = 0; c < BUCKETS; c++) {
		size_t here = b.end[c];
		b.end[c] = start;
		start += here;
	}
	for (size_t i = 0; i < n_lists; i++) {
		for (size_t k = 0; k < lists[i].n; k++)
			all.e[b.end[lists[i].e[k].place >> 56]++] = lists[i].e[k];
		free(lists[i].e);
	}
	work_run(BUCKETS, all.n < MANY ? BUCKETS : BUCKETS_AT_ONCE, sort_buckets, &b);
	return all;
}

/* Where pages go: into a build, or into one transaction. */
struct packer {
	struct build *build;
	struct store_txn *txn;
	uint64_t image;
	size_t psize;
	uint8_t *page; /* STORE_VALUE_PAGES_MAX pages */
	size_t done, total; /* entries, to tell */
};

static enum err put_page(struct packer *p, uint64_t prefix, unsigned bits, const struct entry *e, size_t n,
			 unsigned pages)
{
	struct page_key key = shard_key(prefix, bits);
	struct view v = { p->page, store_page_room(p->psize, pages) };

	if (!shard_write(e, n, bits, p->page, v.n))
		return ERR_SPACE;
	if (p->build == NULL)
		return store_page_put(p->txn, TABLE_SHARDS, p->image, &key, v);
	enum err err = store_page_append(build_txn(p->build), TABLE_SHARDS, p->image, &key, v);
	build_at(p->build, "writing answers", p->done += n, p->total);
	return err == OK ? build_slice(p->build, v.n) : err;
}

/* pack writes the sorted entries of one prefix as one page, or splits them by the next bit: both halves get a
 * page, even an empty one, so that every hash has its place. It ends because bits only grow. */
static enum err pack(struct packer *p, uint64_t prefix, unsigned bits, const struct entry *e, size_t n)
{
	unsigned pages = shard_pages(e, n, p->psize);
	size_t left = 0;

	if (pages != 0)
		return put_page(p, prefix, bits, e, n, pages);
	if (bits >= SHARD_BITS_MAX)
		return ERR_SPACE;
	uint64_t half = prefix | (uint64_t)1 << (63 - bits);
	for (size_t high = n; left < high;) {
		size_t middle = left + (high - left) / 2;
		if (e[middle].place < half)
			left = middle + 1;
		else
			high = middle;
	}
	enum err err = pack(p, prefix, bits + 1, e, left);
	return err == OK ? pack(p, half, bits + 1, e + left, n - left) : err;
}

static enum err packer_begin(struct packer *p)
{
	p->page = malloc(STORE_VALUE_PAGES_MAX * p->psize);
	return p->page != NULL ? OK : ERR_MEMORY;
}

static enum err pack_all(struct packer *p, const struct entry *e, size_t n)
{
	enum err err = packer_begin(p);

	if (err != OK)
		return err;
	p->total = n;
	err = pack(p, 0, 0, e, n);
	free(p->page);
	return err;
}

enum err place_all(struct build *b, size_t psize, uint64_t image, const struct entry *e, size_t n)
{
	return pack_all(&(struct packer){ .build = b, .image = image, .psize = psize }, e, n);
}

enum err place_new(struct store_txn *t, size_t psize, uint64_t image, const struct entry *e, size_t n)
{
	return pack_all(&(struct packer){ .txn = t, .image = image, .psize = psize }, e, n);
}

/* old_entries lists what the page holds now; its records are copied, for the page is about to be overwritten. */
static enum err old_entries(struct store_txn *t, const struct hash_key *key, const struct place_change *c,
			    struct arena *a, struct entry *out, size_t *n, uint64_t *prefix, unsigned *bits)
{
	struct page_key want = shard_key(c->place, 255), found;
	struct view page;
	size_t all;
	enum err err = store_page_floor(t, TABLE_SHARDS, c->image, &want, &found, &page);

	*n = 0;
	*prefix = 0;
	*bits = 0;
	if (err == ERR_NOTFOUND)
		return OK; /* the image's first page */
	if (err != OK)
		return err;
	if (found.n != 9)
		return ERR_DAMAGED;
	*prefix = be64(found.p);
	err = shard_list(page, key, c->image == IMAGE_POOL, out, SHARD_ENTRIES_MAX, &all, bits);
	if (err == OK && *bits != found.p[8])
		return ERR_DAMAGED;
	for (size_t i = 0; i < all && err == OK; i++) {
		if (c->gone != NULL && c->gone(c->context, &out[i]))
			continue;
		struct entry e = out[i];
		if (e.p != NULL)
			e.p = arena_copy(a, e.p, e.n);
		out[(*n)++] = e;
	}
	return err;
}

enum err place_apply(struct store_txn *t, size_t psize, const struct hash_key *key, const struct place_change *c,
		     struct arena *a)
{
	struct packer p = { .txn = t, .image = c->image, .psize = psize };
	struct mark before = arena_mark(a);
	struct entry *e = arena_take(a, (SHARD_ENTRIES_MAX + c->n_add) * sizeof *e);
	uint64_t prefix;
	unsigned bits;
	size_t n;
	enum err err = old_entries(t, key, c, a, e, &n, &prefix, &bits);

	if (err == OK)
		err = packer_begin(&p);
	if (err == OK) {
		if (c->n_add != 0)
			memcpy(e + n, c->add, c->n_add * sizeof *e);
		n += c->n_add;
		sort_from(e, n, 56);
		if (shard_pages(e, n, psize) == 0) { /* it splits: the key with its old number of bits goes */
			struct page_key old = shard_key(prefix, bits);
			err = store_page_delete(t, TABLE_SHARDS, c->image, &old);
			if (err == ERR_NOTFOUND)
				err = OK;
		}
		if (err == OK)
			err = pack(&p, prefix, bits, e, n);
		free(p.page);
	}
	arena_release(a, before);
	return err;
}
