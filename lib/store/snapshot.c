#include "store/snapshot.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "store/image.h"

enum {
	DEPTHS_MAX = 128,    /* bits of apex_depths */
	TOUCH_MAX = 1 << 22, /* octets asked for in one call */
};

/* ---- the table of images ---- */

static size_t slot_of(const struct image *const *table, size_t mask, uint64_t id)
{
	size_t i = hash_mix(id ^ 0x9e3779b97f4a7c15U, 0xd1342543de82ef95U) & mask;

	while (table[i] != NULL && table[i]->id != id) /* at most half full: there is a free place */
		i = (i + 1) & mask;
	return i;
}

static enum err table_new(struct snapshot *s, size_t n)
{
	size_t size = 4;

	while (size < 2 * n)
		size *= 2;
	s->table = calloc(size, sizeof(struct image *));
	s->table_mask = size - 1;
	return s->table != NULL ? OK : ERR_MEMORY;
}

const struct image *snapshot_image(const struct snapshot *s, uint64_t id)
{
	if (id < IMAGE_FIRST)
		return id == IMAGE_ZONES ? s->zones : s->pool;
	return s->table[slot_of(s->table, s->table_mask, id)];
}

static const struct image *use(const struct image *shared)
{
	struct image *im = (struct image *)(uintptr_t)shared; /* only the making thread comes here */

	im->users++;
	return im;
}

static void let_go(const struct image *shared)
{
	struct image *im = (struct image *)(uintptr_t)shared;

	if (im != NULL && --im->users == 0)
		image_free(im);
}

/* ---- what the zones want ---- */

struct wanted {
	uint64_t id, changed;
};

struct wants {
	struct wanted *list;
	size_t n, cap;
};

static enum err want(struct wants *w, uint64_t id, uint64_t changed)
{
	if (w->n == w->cap) {
		size_t cap = 2 * w->cap + 16;
		struct wanted *bigger = realloc(w->list, cap * sizeof *bigger);
		if (bigger == NULL)
			return ERR_MEMORY;
		w->list = bigger;
		w->cap = cap;
	}
	w->list[w->n++] = (struct wanted){ id, changed };
	return OK;
}

static int by_id(const void *a, const void *b)
{
	const struct wanted *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

/* note_depth sets the bit of an apex whose key this is. A label ends with 0, and one more ends the key. */
static void note_depth(struct snapshot *s, struct view key)
{
	unsigned labels = 0;

	for (size_t i = 0; i + 1 < key.n; i++)
		labels += key.p[i] == 0;
	if (labels < DEPTHS_MAX)
		s->apex_depths[labels / 8] |= (uint8_t)(1U << labels % 8);
}

/* read_zones passes over the zones. One whose row is damaged has no image, and so no answers; the others do. */
static enum err read_zones(struct snapshot *s, struct wants *w)
{
	struct zone_row row;
	MDB_cursor *c;
	MDB_val k, v;
	int rc = mdb_cursor_open(s->txn->txn, s->txn->dbi[T_ZONES], &c);
	enum err e = OK;

	if (rc != 0)
		return txn_err(s->txn, rc);
	for (rc = mdb_cursor_get(c, &k, &v, MDB_FIRST); rc == 0 && e == OK;
	     rc = mdb_cursor_get(c, &k, &v, MDB_NEXT)) {
		note_depth(s, view_of_val(k));
		if (zone_row_read(view_of_val(v), &row) == OK && row.image >= IMAGE_FIRST)
			e = want(w, row.image, row.changed);
	}
	mdb_cursor_close(c);
	if (e == OK && rc != MDB_NOTFOUND)
		e = txn_err(s->txn, rc);
	return e;
}

/* ---- images, old and new ---- */

static enum err get_image(struct image_pass *p, const struct image *old, uint64_t id, uint64_t changed,
			  const struct image **out)
{
	struct image *made = NULL;
	enum err e = OK;

	if (old != NULL && old->changed == changed) {
		*out = use(old);
		return OK;
	}
	e = image_make(p, id, changed, &made);
	*out = made;
	return e;
}

static const struct image *old_image(const struct snapshot *before, uint64_t id)
{
	return before != NULL ? snapshot_image(before, id) : NULL;
}

static enum err take_fixed(struct snapshot *s, const struct snapshot *before, struct image_pass *p)
{
	uint64_t zones, pool;
	enum err e = changed_at(s->txn, CHANGE_ZONE_TABLE, &zones);

	if (e == OK)
		e = changed_at(s->txn, CHANGE_POOL, &pool);
	if (e == OK)
		e = get_image(p, old_image(before, IMAGE_ZONES), IMAGE_ZONES, zones, &s->zones);
	if (e == OK)
		e = get_image(p, old_image(before, IMAGE_POOL), IMAGE_POOL, pool, &s->pool);
	return e;
}

static enum err take_wanted(struct snapshot *s, const struct snapshot *before, struct image_pass *p,
			    struct wants *w)
{
	enum err e = table_new(s, w->n);

	if (w->n > 0)
		qsort(w->list, w->n, sizeof w->list[0], by_id);
	for (size_t i = 0; i < w->n && e == OK; i++) {
		uint64_t id = w->list[i].id;
		if (i > 0 && w->list[i - 1].id == id)
			continue; /* two zones claim one image: zonec never wrote that, but it does no harm */
		const struct image **slot = &s->table[slot_of(s->table, s->table_mask, id)];
		e = get_image(p, old_image(before, id), id, w->list[i].changed, slot);
		s->n_images += *slot != NULL;
	}
	return e;
}

/* take_all takes every image from before: no zone was written since. */
static enum err take_all(struct snapshot *s, const struct snapshot *before)
{
	enum err e = table_new(s, before->n_images);

	memcpy(s->apex_depths, before->apex_depths, sizeof s->apex_depths);
	for (size_t i = 0; i <= before->table_mask && e == OK; i++) {
		if (before->table[i] == NULL)
			continue;
		s->table[slot_of(s->table, s->table_mask, before->table[i]->id)] = use(before->table[i]);
		s->n_images++;
	}
	return e;
}

static enum err take_images(struct snapshot *s, const struct snapshot *before)
{
	struct wants w = { NULL, 0, 0 };
	struct image_pass p;
	enum err e = image_pass_begin(s->txn, &p);

	if (e != OK)
		return e;
	e = take_fixed(s, before, &p);
	if (e == OK && before != NULL && before->zones_changed == s->zones_changed) {
		e = take_all(s, before);
	} else if (e == OK) {
		e = read_zones(s, &w);
		if (e == OK)
			e = take_wanted(s, before, &p, &w);
		free(w.list);
	}
	image_pass_end(&p);
	return e;
}

/* ---- making and freeing ---- */

enum err snapshot_make(struct store *store, const struct snapshot *before, struct snapshot **out)
{
	struct snapshot *s = calloc(1, sizeof *s);
	enum err e;

	*out = NULL;
	if (s == NULL)
		return ERR_MEMORY;
	e = store_read(store, &s->txn);
	if (e != OK) {
		free(s);
		return e;
	}
	s->key = store->key;
	s->psize = store->psize;
	s->counter = s->txn->counter;
	e = changed_at(s->txn, CHANGE_ZONES, &s->zones_changed);
	if (e == OK)
		e = take_images(s, before);
	if (e == OK)
		*out = s;
	else
		snapshot_free(s);
	return e;
}

void snapshot_free(struct snapshot *s)
{
	if (s == NULL)
		return;
	let_go(s->zones);
	let_go(s->pool);
	for (size_t i = 0; s->table != NULL && i <= s->table_mask; i++)
		let_go(s->table[i]);
	free(s->table);
	store_abort(s->txn);
	free(s);
}

bool snapshot_is_stale(struct store *s, const struct snapshot *now)
{
	return store_last_txn(s) != mdb_txn_id(now->txn->txn);
}

/* ---- touching ---- */

/* Pages that lie one behind the other are asked for together. */
struct touch {
	uint8_t *from;
	size_t n;
	size_t psize;
	snapshot_go_on *go_on;
	void *context;
	bool stopped;
};

static void touch_now(struct touch *t)
{
	if (t->n == 0 || t->stopped)
		return;
#ifdef MADV_POPULATE_READ
	bool done = madvise(t->from, t->n, MADV_POPULATE_READ) == 0;
#else
	bool done = false;
#endif
	for (size_t i = 0; !done && i < t->n; i += t->psize)
		(void)*(volatile uint8_t *)(t->from + i);
	t->n = 0;
	t->stopped = t->go_on != NULL && !t->go_on(t->context);
}

static void touch_page(struct touch *t, page_ref r)
{
	struct view v = page_view(r, t->psize);

	if (v.n == 0)
		return;
	if (t->n == 0 || v.p - 16 != t->from + t->n || t->n >= TOUCH_MAX) {
		touch_now(t);
		t->from = (uint8_t *)(uintptr_t)(v.p - 16);
	}
	t->n += v.n + 16;
}

static void touch_image(struct touch *t, const struct image *im, const struct image *old)
{
	page_ref last = 0;

	if (im == NULL || im == old)
		return;
	for (size_t i = 0; i < (size_t)1 << (64 - im->shards->shift) && !t->stopped; i++) {
		const struct directory_part *p = im->shards->part[i];
		for (size_t k = 0; k < (size_t)1 << (64 - p->shift); k++) {
			if (p->entry[k] != last)
				touch_page(t, p->entry[k]);
			last = p->entry[k];
		}
	}
	for (size_t i = 0; i < im->n_runs && !t->stopped; i++)
		touch_page(t, im->runs[i].page);
}

bool snapshot_touch(const struct snapshot *s, const struct snapshot *before, snapshot_go_on *go_on, void *context)
{
	struct touch t = { .psize = s->psize, .go_on = go_on, .context = context };

	touch_image(&t, s->zones, old_image(before, IMAGE_ZONES));
	touch_image(&t, s->pool, old_image(before, IMAGE_POOL));
	for (size_t i = 0; i <= s->table_mask; i++)
		if (s->table[i] != NULL)
			touch_image(&t, s->table[i], old_image(before, s->table[i]->id));
	touch_now(&t);
	return !t.stopped;
}
