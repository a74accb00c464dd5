#include "tests/help/images.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/le.h"
#include "store/directory.h"

static void *must(void *p)
{
	if (p == NULL)
		abort();
	return p;
}

static void must_be(bool right, const char *what)
{
	if (!right) {
		fprintf(stderr, "images: %s\n", what);
		abort();
	}
}

static page_ref keep(struct images *i, uint64_t image, enum page_table table, struct view v)
{
	struct page_copy c = { must(malloc(v.n)), must(malloc(v.n)), v.n, image, table };

	memcpy(c.p, v.p, v.n);
	memcpy(c.good, v.p, v.n);
	i->page = must(realloc(i->page, (i->n_pages + 1) * sizeof c));
	i->page[i->n_pages++] = c;
	return (page_ref)((v.n + 16) / i->snapshot.psize) << 48 | (page_ref)(uintptr_t)c.p;
}

static void keep_shards(struct images *i, struct store_txn *t, struct image *im)
{
	struct page_key at = { 0 }, next;
	struct shard_at *list = NULL;
	struct view v;

	for (enum err e = store_page_after(t, TABLE_SHARDS, im->id, NULL, &next, &v); e == OK;
	     e = store_page_after(t, TABLE_SHARDS, im->id, &at, &next, &v)) {
		at = next;
		list = must(realloc(list, (im->n_shards + 1) * sizeof *list));
		list[im->n_shards++] =
		    (struct shard_at){ be64(at.p), keep(i, im->id, TABLE_SHARDS, v) & PAGE_REF_BITS, at.p[8] };
	}
	im->shards = must(directory_make(list, im->n_shards, &im->memory));
	free(list);
}

static void keep_runs(struct images *i, struct store_txn *t, struct image *im)
{
	struct page_key at = { 0 }, next;
	struct view v;

	for (enum err e = store_page_after(t, TABLE_DENIAL, im->id, NULL, &next, &v); e == OK;
	     e = store_page_after(t, TABLE_DENIAL, im->id, &at, &next, &v)) {
		uint8_t first[8] = { 0 };
		at = next;
		memcpy(first, at.p, at.n < 8 ? at.n : 8);
		im->runs = must(realloc(im->runs, (im->n_runs + 1) * sizeof *im->runs));
		im->runs[im->n_runs++] = (struct run_ref){ be64(first), keep(i, im->id, TABLE_DENIAL, v) };
	}
}

static void keep_image(struct images *i, struct store_txn *t, uint64_t id)
{
	for (size_t k = 0; k < i->n_images; k++)
		if (i->image[k].id == id)
			return;
	i->image = must(realloc(i->image, (i->n_images + 1) * sizeof *i->image));
	struct image *im = &i->image[i->n_images++];
	*im = (struct image){ .id = id, .users = 1 };
	keep_shards(i, t, im);
	keep_runs(i, t, im);
}

/* hang puts the images where a snapshot looks for them; snapshot_image is asked whether it was right. */
static void hang(struct images *i)
{
	struct snapshot *s = &i->snapshot;
	size_t size = 4;

	while (size < 2 * i->n_images)
		size *= 2;
	s->table = must(calloc(size, sizeof *s->table));
	s->table_mask = size - 1;
	s->zones = &i->image[0];
	s->pool = &i->image[1];
	for (size_t k = 2; k < i->n_images; k++) {
		uint64_t id = i->image[k].id;
		size_t at = hash_mix(id ^ 0x9e3779b97f4a7c15U, 0xd1342543de82ef95U) & s->table_mask;
		while (s->table[at] != NULL)
			at = (at + 1) & s->table_mask;
		s->table[at] = &i->image[k];
		must_be(snapshot_image(s, id) == &i->image[k], "a snapshot looks for images elsewhere");
	}
}

void images_of(struct store *store, struct images *out)
{
	struct store_txn *t;
	struct zone_row row;
	struct name at, apex;

	memset(out, 0, sizeof *out);
	out->snapshot.key = *store_hash_key(store);
	out->snapshot.psize = store_psize(store);
	must_be(store_read(store, &t) == OK, "the database cannot be read");
	keep_image(out, t, IMAGE_ZONES);
	keep_image(out, t, IMAGE_POOL);
	for (enum err e = store_zone_after(t, NULL, &apex, &row); e == OK;
	     e = store_zone_after(t, &at, &apex, &row)) {
		at = apex;
		unsigned labels = name_labels(&apex);
		out->snapshot.apex_depths[labels / 8] |= (uint8_t)(1U << labels % 8);
		keep_image(out, t, row.image);
	}
	store_abort(t);
	hang(out);
}

void images_mend(struct images *i)
{
	for (size_t k = 0; k < i->n_pages; k++)
		memcpy(i->page[k].p, i->page[k].good, i->page[k].n);
	images_changed(i);
}

void images_free(struct images *i)
{
	for (size_t k = 0; k < i->n_pages; k++) {
		free(i->page[k].p);
		free(i->page[k].good);
	}
	for (size_t k = 0; k < i->n_images; k++) {
		free(i->image[k].shards);
		free(i->image[k].runs);
	}
	free(i->image);
	free(i->page);
	free(i->snapshot.table);
}
