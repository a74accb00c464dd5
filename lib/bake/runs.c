#include "bake/runs.h"

#include <stdlib.h>

/* Where pages go: into a build, or into one transaction. */
struct writer {
	struct build *build;
	struct store_txn *txn;
	size_t psize;
	uint64_t image;
	uint8_t kind;
	uint8_t *page; /* STORE_VALUE_PAGES_MAX pages */
};

static enum err writer_begin(struct writer *w)
{
	w->page = malloc(store_page_room(w->psize, STORE_VALUE_PAGES_MAX));
	return w->page != NULL ? OK : ERR_MEMORY;
}

/* pages_for gives the pages that one entry takes. */
static unsigned pages_for(const struct writer *w, const struct run_entry *e)
{
	return (unsigned)((run_write_size(e, 1) + 16 + w->psize - 1) / w->psize);
}

static enum err put_page(struct writer *w, const struct page_key *key, const struct run_entry *e, size_t n)
{
	unsigned pages = pages_for(w, &e[0]);
	struct view v = { w->page, 0 };

	if (pages > STORE_VALUE_PAGES_MAX)
		return ERR_SPACE;
	v.n = store_page_room(w->psize, pages);
	if (!run_write(e, n, w->kind, w->page, v.n))
		return ERR_SPACE;
	if (w->build == NULL)
		return store_page_put(w->txn, TABLE_DENIAL, w->image, key, v);
	enum err err = store_page_append(build_txn(w->build), TABLE_DENIAL, w->image, key, v);
	return err == OK ? build_slice(w->build, v.n) : err;
}

static struct page_key separator_of(struct view key)
{
	struct page_key k = { .n = (uint16_t)key.n };

	memcpy(k.p, key.p, key.n);
	return k;
}

/* octets_of is what an entry adds to a page. */
static size_t octets_of(const struct run_entry *e)
{
	return 2 + 1 + e->key.n + e->payload.n;
}

/* take gives the number of entries that the next page takes: as many as fit, but no more when `fill` octets are
 * reached. The first decides how many pages it is long. */
static size_t take(const struct writer *w, const struct run_entry *e, size_t n, size_t fill)
{
	size_t room = store_page_room(w->psize, pages_for(w, e)), size = run_write_size(e, 1), k = 1;

	for (; k < n && size < fill && size + octets_of(&e[k]) <= room; k++)
		size += octets_of(&e[k]);
	return k;
}

/* put_all writes entries page by page; the first page has the separator `first`, each other its first key. */
static enum err put_all(struct writer *w, const struct page_key *first, const struct run_entry *e, size_t n,
			size_t fill)
{
	struct page_key key = *first;
	enum err err = OK;

	for (size_t i = 0, k; i < n && err == OK; i += k) {
		k = take(w, e + i, n - i, fill);
		if (i != 0)
			key = separator_of(e[i].key);
		err = put_page(w, &key, e + i, k);
	}
	return err;
}

static enum err put_new(struct writer *w, const struct run_entry *e, size_t n)
{
	const struct page_key none = { 0 };
	enum err err = writer_begin(w);

	if (err == OK)
		err = put_all(w, &none, e, n, SIZE_MAX);
	free(w->page);
	return err;
}

enum err runs_all(struct build *b, size_t psize, uint64_t image, uint8_t kind, const struct run_entry *e, size_t n)
{
	return put_new(&(struct writer){ .build = b, .psize = psize, .image = image, .kind = kind }, e, n);
}

enum err runs_new(struct store_txn *t, size_t psize, uint64_t image, uint8_t kind, const struct run_entry *e,
		  size_t n)
{
	return put_new(&(struct writer){ .txn = t, .psize = psize, .image = image, .kind = kind }, e, n);
}

/* ---- changing ---- */

/* A run that is read to be written anew. */
struct old_run {
	struct page_key key;   /* its separator */
	struct page_key limit; /* the next one's, if there is a next */
	bool has_next;
	struct run_entry *entry; /* room for those that come, too */
	size_t n;
};

/* add_entries copies a page's entries: the page is about to be overwritten. */
static enum err add_entries(struct view page, struct arena *a, struct old_run *run)
{
	unsigned n = run_count(page);
	struct view own = { arena_copy(a, page.p, page.n), page.n };

	for (unsigned i = 0; i < n; i++)
		if (!run_at(own, i, &run->entry[run->n++]))
			return ERR_DAMAGED;
	return n != 0 ? OK : ERR_DAMAGED;
}

static enum err find_limit(struct store_txn *t, uint64_t image, struct old_run *run, struct view *next)
{
	enum err e = store_page_after(t, TABLE_DENIAL, image, &run->key, &run->limit, next);

	run->has_next = e == OK;
	return e == ERR_NOTFOUND ? OK : e;
}

/* read_run reads the run where this key belongs; `more` entries may come to it. */
static enum err read_run(struct store_txn *t, uint64_t image, struct view key, size_t more, struct arena *a,
			 struct old_run *run)
{
	struct page_key want = separator_of(key);
	struct view page, next;
	enum err e = store_page_floor(t, TABLE_DENIAL, image, &want, &run->key, &page);

	run->n = 0;
	if (e != OK)
		return e == ERR_NOTFOUND ? ERR_DAMAGED : e; /* an image with a chain has a first run */
	run->entry = arena_take(a, (run_count(page) + more) * sizeof *run->entry);
	e = add_entries(page, a, run);
	return e == OK ? find_limit(t, image, run, &next) : e;
}

/* belongs: this key's place is in the run. */
static bool belongs(const struct old_run *run, struct view key)
{
	return !run->has_next || key_order(key, view_of(run->limit.p, run->limit.n)) < 0;
}

/* merge makes of the run's entries what n changes make of them: both ascend. */
static void merge(struct old_run *run, const struct run_change *c, size_t n, struct arena *a)
{
	struct run_entry *old = arena_take(a, (run->n + 1) * sizeof *old);
	size_t n_old = run->n, i = 0, k = 0;

	memcpy(old, run->entry, n_old * sizeof *old);
	run->n = 0;
	while (i < n_old || k < n) {
		int d = i == n_old ? 1 : k == n ? -1 : key_order(old[i].key, c[k].entry.key);
		if (d < 0) {
			run->entry[run->n++] = old[i++];
			continue;
		}
		if (!c[k].gone)
			run->entry[run->n++] = c[k].entry;
		i += d == 0;
		k++;
	}
}

/* join takes the entries of the next run to these if there is room for both and some more, or if there are none:
 * then the run's place, which may be the first, is taken by the next. */
static enum err join(struct writer *w, struct arena *a, struct old_run *run)
{
	size_t room = store_page_room(w->psize, 1), size = run_write_size(run->entry, run->n);
	struct view next;

	if (size > room / 4)
		return OK;
	enum err e = find_limit(w->txn, w->image, run, &next);
	if (e != OK || !run->has_next || (run->n != 0 && size + run_used(next) > room / 4 * 3))
		return e;
	struct run_entry *both = arena_take(a, (run->n + run_count(next)) * sizeof *both);
	memcpy(both, run->entry, run->n * sizeof *both);
	run->entry = both;
	struct page_key gone = run->limit;
	e = add_entries(next, a, run);
	return e == OK ? store_page_delete(w->txn, TABLE_DENIAL, w->image, &gone) : e;
}

/* put_run writes a run: as one page, or as several that are about equally full. */
static enum err put_run(struct writer *w, const struct old_run *run)
{
	size_t room = store_page_room(w->psize, 1), size = run_write_size(run->entry, run->n);
	size_t pages = (size + room - 1) / room;

	if (run->n == 0)
		return store_page_delete(w->txn, TABLE_DENIAL, w->image, &run->key);
	/* Each page has a head of its own, which must not push the last entries on to one more page. */
	size_t fill = pages == 1 ? room : size / pages + run_write_size(NULL, 0) + 1;
	return put_all(w, &run->key, run->entry, run->n, fill);
}

/* apply_some does the first of the changes and all that fall into the same run, and gives their number. */
static enum err apply_some(struct writer *w, const struct run_change *c, size_t n, struct arena *a, size_t *done)
{
	struct old_run run;
	enum err e = read_run(w->txn, w->image, c[0].entry.key, n, a, &run);

	if (e != OK)
		return e;
	for (*done = 1; *done < n && belongs(&run, c[*done].entry.key);)
		++*done;
	merge(&run, c, *done, a);
	e = join(w, a, &run);
	return e == OK ? put_run(w, &run) : e;
}

enum err runs_apply(struct store_txn *t, size_t psize, uint64_t image, uint8_t kind, const struct run_change *c,
		    size_t n, struct arena *a)
{
	struct writer w = { .txn = t, .psize = psize, .image = image, .kind = kind };
	enum err e = writer_begin(&w);

	for (size_t i = 0, done = 0; i < n && e == OK; i += done) {
		struct mark before = arena_mark(a);
		e = apply_some(&w, c + i, n - i, a, &done);
		arena_release(a, before);
	}
	free(w.page);
	return e;
}

enum err runs_more_than(struct store_txn *t, uint64_t image, size_t n, bool *out)
{
	struct page_key at = { 0 }, next;
	struct view page;
	size_t have = 0;
	enum err e = store_page_after(t, TABLE_DENIAL, image, NULL, &next, &page);

	while (e == OK && (have += run_count(page)) <= n) {
		at = next;
		e = store_page_after(t, TABLE_DENIAL, image, &at, &next, &page);
	}
	*out = have > n;
	return e == ERR_NOTFOUND ? OK : e;
}
