#include "store/image.h"

#include <stdlib.h>

enum { PAGE_HEAD = 16 }; /* what LMDB keeps in front of a value that has pages of its own */

enum err image_pass_begin(struct store_txn *t, struct image_pass *p)
{
	struct view map;

	*p = (struct image_pass){ .t = t };
	enum err e = map_find(t, &map);
	if (e != OK)
		return e;
	p->psize_bits = (unsigned)__builtin_ctzll(t->s->psize);
	p->map = map.p;
	p->end = map.p + map.n;
	e = txn_err(t, mdb_cursor_open(t->txn, t->dbi[T_SHARDS], &p->cursor[TABLE_SHARDS]));
	if (e == OK)
		e = txn_err(t, mdb_cursor_open(t->txn, t->dbi[T_DENIAL], &p->cursor[TABLE_DENIAL]));
	if (e != OK)
		image_pass_end(p);
	return e;
}

void image_pass_end(struct image_pass *p)
{
	for (unsigned i = 0; i < COUNT_OF(p->cursor); i++)
		if (p->cursor[i] != NULL)
			mdb_cursor_close(p->cursor[i]);
	free(p->shards);
	free(p->runs);
}

/* page_at gives the reference to a value, or 0 if it is not whole pages inside file and map. */
static page_ref page_at(const struct image_pass *p, MDB_val v)
{
	const size_t in_page =
	    p->t->s->psize - 1; /* a power of two less one: dividing would cost more than all else */
	const uint8_t *at = v.mv_data;
	size_t whole = v.mv_size + PAGE_HEAD;

	if ((whole & in_page) != 0 || whole == 0 || whole > STORE_VALUE_PAGES_MAX * (in_page + 1))
		return 0;
	if (at < p->map + PAGE_HEAD || at >= p->end || v.mv_size > (size_t)(p->end - at))
		return 0;
	if (((size_t)(at - p->map) & in_page) != PAGE_HEAD)
		return 0;
	return (uint64_t)(whole >> p->psize_bits) << 48 | (uint64_t)(uintptr_t)at;
}

/* room gives an array with place for one more than n: this one or a larger copy; NULL, and the array as it was,
 * if there is no memory. */
static void *room(void *array, size_t *cap, size_t n, size_t size)
{
	if (n < *cap)
		return array;
	void *bigger = realloc(array, 2 * (n + 32) * size);
	if (bigger != NULL)
		*cap = 2 * (n + 32);
	return bigger;
}

static enum err take_shard(struct image_pass *p, struct image *im, struct view key, page_ref page)
{
	if (key.n != 9 || !shard_is_sound(be64(key.p), key.p[8]))
		return OK; /* nobody knows what it stands for: its place stays empty */
	struct shard_at *list = room(p->shards, &p->shards_cap, im->n_shards, sizeof *list);
	if (list == NULL)
		return ERR_MEMORY;
	p->shards = list;
	p->shards[im->n_shards++] = (struct shard_at){ be64(key.p), page & PAGE_REF_BITS, key.p[8] };
	return OK;
}

static enum err take_run(struct image_pass *p, struct image *im, struct view key, page_ref page)
{
	uint8_t first[8] = { 0 };

	struct run_ref *list = room(p->runs, &p->runs_cap, im->n_runs, sizeof *list);
	if (list == NULL)
		return ERR_MEMORY;
	p->runs = list;
	memcpy(first, key.p, key.n < sizeof first ? key.n : sizeof first);
	p->runs[im->n_runs++] = (struct run_ref){ be64(first), page };
	return OK;
}

typedef enum err take_fn(struct image_pass *p, struct image *im, struct view key, page_ref page);

static take_fn *const takes[] = {
	[TABLE_SHARDS] = take_shard,
	[TABLE_DENIAL] = take_run,
};

/* walk hands every page of an image to its take. The cursor stays on what is behind: that is where the next
 * image begins, unless one that nobody serves lies between. */
static enum err walk(struct image_pass *p, enum page_table table, struct image *im)
{
	MDB_cursor *c = p->cursor[table];
	uint8_t id[KEY_ID];
	MDB_val k = val_of(id, sizeof id), v;
	int rc = p->placed[table] ? mdb_cursor_get(c, &k, &v, MDB_GET_CURRENT) : MDB_NOTFOUND;

	if (rc != 0 || key_id(k) != im->id) {
		put_be64(id, im->id);
		k = val_of(id, sizeof id);
		rc = mdb_cursor_get(c, &k, &v, MDB_SET_RANGE);
	}
	for (; rc == 0 && key_id(k) == im->id; rc = mdb_cursor_get(c, &k, &v, MDB_NEXT)) {
		struct view key = { (const uint8_t *)k.mv_data + KEY_ID, k.mv_size - KEY_ID };
		enum err e = takes[table](p, im, key, page_at(p, v));
		if (e != OK)
			return e;
	}
	p->placed[table] = rc == 0;
	return rc == MDB_NOTFOUND ? OK : txn_err(p->t, rc);
}

static enum err keep_runs(const struct image_pass *p, struct image *im)
{
	if (im->n_runs == 0)
		return OK;
	im->runs = malloc(im->n_runs * sizeof *im->runs);
	if (im->runs == NULL)
		return ERR_MEMORY;
	memcpy(im->runs, p->runs, im->n_runs * sizeof *im->runs);
	im->memory += im->n_runs * sizeof *im->runs;
	return OK;
}

enum err image_make(struct image_pass *p, uint64_t id, uint64_t changed, struct image **out)
{
	struct image *im = calloc(1, sizeof *im);
	enum err e;

	*out = NULL;
	if (im == NULL)
		return ERR_MEMORY;
	im->id = id;
	im->changed = changed;
	im->users = 1;
	e = walk(p, TABLE_SHARDS, im);
	if (e == OK)
		e = walk(p, TABLE_DENIAL, im);
	if (e == OK) {
		im->shards = directory_make(p->shards, im->n_shards, &im->memory);
		e = im->shards == NULL ? ERR_MEMORY : keep_runs(p, im);
	}
	if (e == OK)
		*out = im;
	else
		image_free(im);
	return e;
}

void image_free(struct image *im)
{
	free(im->shards);
	free(im->runs);
	free(im);
}
