#include "bake/place.h"

#include <stdlib.h>

#include "bake/sheaf.h"
#include "base/belt.h"
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
	const struct entry_list *list;
	size_t (*next)[BUCKETS]; /* of each list: how many of a bucket it has, then where the next of them goes */
	struct entry *e;
	size_t end[BUCKETS];
};

static void count_lists(void *buckets, const struct slice *s)
{
	const struct buckets *b = buckets;

	for (size_t i = s->from; i < s->to; i++)
		for (size_t k = 0; k < b->list[i].n; k++)
			b->next[i][b->list[i].e[k].place >> 56]++;
}

/* find_ends gives each bucket its room, and each list its room in it. */
static void find_ends(struct buckets *b, size_t n_lists)
{
	size_t start = 0;

	for (size_t c = 0; c < BUCKETS; c++) {
		for (size_t i = 0; i < n_lists; i++) {
			size_t here = b->next[i][c];
			b->next[i][c] = start;
			start += here;
		}
		b->end[c] = start;
	}
}

static void scatter_lists(void *buckets, const struct slice *s)
{
	const struct buckets *b = buckets;

	for (size_t i = s->from; i < s->to; i++) {
		for (size_t k = 0; k < b->list[i].n; k++)
			b->e[b->next[i][b->list[i].e[k].place >> 56]++] = b->list[i].e[k];
		free(b->list[i].e);
	}
}

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
	struct buckets b = { .list = lists };
	size_t cap = 0;

	for (size_t i = 0; i < n_lists; i++)
		all.n += lists[i].n;
	b.next = grow_array(NULL, &cap, n_lists, sizeof *b.next);
	if (n_lists != 0)
		memset(b.next, 0, n_lists * sizeof *b.next);
	b.e = all.e = grow_array(NULL, &all.cap, all.n, sizeof *all.e);
	work_run(n_lists, 1, count_lists, &b);
	find_ends(&b, n_lists);
	work_run(n_lists, 1, scatter_lists, &b);
	free(b.next);
	work_run(BUCKETS, all.n < MANY ? BUCKETS : BUCKETS_AT_ONCE, sort_buckets, &b);
	return all;
}

/* Where pages go: into a build, or into one transaction. */
struct goal {
	struct build *build;
	struct store_txn *txn;
	uint64_t image;
	size_t psize;
};

static enum err put_page(const struct goal *g, const struct page_key *key, struct view page)
{
	if (g->build == NULL)
		return store_page_put(g->txn, TABLE_SHARDS, g->image, key, page);
	enum err e = store_page_append(build_txn(g->build), TABLE_SHARDS, g->image, key, page);
	return e == OK ? build_slice(g->build, page.n) : e;
}

static enum err put_sheaf(const struct goal *g, const struct sheaf *s)
{
	enum err e = OK;

	for (size_t i = 0; i < s->n && e == OK; i++)
		e = put_page(g, &s->page[i].key, view_of(s->octets + s->page[i].at, s->page[i].len));
	return e;
}

/* So many entries of one prefix at most become pages together, and are written in a slice of their own: with what
 * is written beside, some megabytes of a zone of usual names. More are more than a page takes, whatever they are,
 * so where pieces end a page would end as well. */
enum { PIECE = 1 << 14 };

_Static_assert((int)PIECE >= (int)SHARD_ENTRIES_MAX, "a page may take all of a piece");

struct piece {
	uint64_t prefix;
	unsigned bits;
	const struct entry *e;
	size_t n;
};

/* A whole image on its way: sheaves are made by several threads while pages are written. */
struct packing {
	struct goal goal;
	const struct place_calls *calls; /* NULL: all entries are made, and nothing is written beside */
	const struct entry *e;
	size_t total; /* entries */
	struct piece *piece;
	size_t n, cap;
	struct sheaf sheaf[BELT_SLOTS];
	struct arena arena[BELT_SLOTS];
	enum err made[BELT_SLOTS];
};

static void divide(struct packing *p, uint64_t prefix, unsigned bits, const struct entry *e, size_t n)
{
	uint64_t half;

	if (n <= PIECE || bits >= SHARD_BITS_MAX) {
		p->piece = grow_array(p->piece, &p->cap, p->n + 1, sizeof *p->piece);
		p->piece[p->n++] = (struct piece){ prefix, bits, e, n };
		return;
	}
	const size_t left = sheaf_half(prefix, bits, e, n, &half);
	divide(p, prefix, bits + 1, e, left);
	divide(p, half, bits + 1, e + left, n - left);
}

static struct place_part part_of(const struct packing *p, size_t piece, unsigned slot)
{
	const struct piece *it = &p->piece[piece];
	const size_t from = (size_t)(it->e - p->e);

	return (struct place_part){ from, from + it->n, p->total, slot };
}

static void make_sheaf(void *packing, size_t piece, unsigned slot)
{
	struct packing *p = packing;
	const struct piece *it = &p->piece[piece];
	const struct place_part part = part_of(p, piece, slot);
	const struct entry *e = it->e;
	struct arena *a = &p->arena[slot];

	p->made[slot] = OK;
	if (p->calls != NULL) {
		struct entry *own = arena_take(a, it->n * sizeof *own);
		if (it->n != 0)
			memcpy(own, e, it->n * sizeof *own);
		p->made[slot] = p->calls->make(p->calls->context, &part, own, a);
		e = own;
	}
	if (p->made[slot] == OK)
		p->made[slot] = sheaf_pack(&p->sheaf[slot], p->goal.psize, it->prefix, it->bits, e, it->n);
	arena_free(a);
}

/* write_piece writes a slice of a build, or two: whatever comes next may not be made yet, and nobody shall wait
 * for it who wants to write. */
static enum err write_piece(struct packing *p, size_t piece, unsigned slot)
{
	const struct place_part part = part_of(p, piece, slot);
	struct build *b = p->goal.build;
	enum err e = build_resume(b);

	if (e == OK)
		e = put_sheaf(&p->goal, &p->sheaf[slot]);
	if (e == OK)
		e = p->calls->beside(p->calls->context, &part, b);
	build_at(b, "writing", part.to, part.total);
	return e == OK ? build_rest(b) : e;
}

static enum err take_sheaf(void *packing, size_t piece, unsigned slot)
{
	struct packing *p = packing;

	if (p->made[slot] != OK)
		return p->made[slot];
	return p->calls != NULL ? write_piece(p, piece, slot) : put_sheaf(&p->goal, &p->sheaf[slot]);
}

static enum err pack_all(const struct goal *g, const struct entry *e, size_t n, const struct place_calls *c)
{
	static const struct belt_calls calls = { make_sheaf, take_sheaf };
	struct packing p = { .goal = *g, .calls = c, .e = e, .total = n };

	divide(&p, 0, 0, e, n);
	enum err err = belt_run(p.n, &calls, &p);
	for (unsigned i = 0; i < BELT_SLOTS; i++) {
		sheaf_free(&p.sheaf[i]);
		arena_free(&p.arena[i]);
	}
	free(p.piece);
	return err;
}

enum err place_all(struct build *b, size_t psize, uint64_t image, const struct entry_list *l,
		   const struct place_calls *calls)
{
	const struct goal g = { .build = b, .image = image, .psize = psize };
	enum err e = build_rest(b);

	if (e == OK)
		e = pack_all(&g, l->e, l->n, calls);
	return e == OK ? build_resume(b) : e;
}

enum err place_new(struct store_txn *t, size_t psize, uint64_t image, const struct entry *e, size_t n)
{
	return pack_all(&(struct goal){ .txn = t, .image = image, .psize = psize }, e, n, NULL);
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
	const struct goal g = { .txn = t, .image = c->image, .psize = psize };
	struct mark before = arena_mark(a);
	struct entry *e = arena_take(a, (SHARD_ENTRIES_MAX + c->n_add) * sizeof *e);
	struct sheaf pages = { 0 };
	uint64_t prefix;
	unsigned bits;
	size_t n;
	enum err err = old_entries(t, key, c, a, e, &n, &prefix, &bits);

	if (err == OK) {
		if (c->n_add != 0)
			memcpy(e + n, c->add, c->n_add * sizeof *e);
		n += c->n_add;
		sort_from(e, n, 56);
		err = sheaf_pack(&pages, psize, prefix, bits, e, n);
	}
	if (err == OK && pages.n > 1) { /* it splits: the key with its old number of bits goes */
		struct page_key old = shard_key(prefix, bits);
		err = store_page_delete(t, TABLE_SHARDS, c->image, &old);
		if (err == ERR_NOTFOUND)
			err = OK;
	}
	if (err == OK)
		err = put_sheaf(&g, &pages);
	sheaf_free(&pages);
	arena_release(a, before);
	return err;
}
