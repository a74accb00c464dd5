/*
 * image.h -- reads where the pages of an image are.
 *
 * Knows: env.h, directory.h.   Must not know: what is inside a page.
 */
#ifndef STORE_IMAGE_H
#define STORE_IMAGE_H

#include "store/directory.h"
#include "store/env.h"

/* A pass over the keys of shards and denial. Images are cheapest asked for in ascending order. */
struct image_pass {
	struct store_txn *t;
	MDB_cursor *cursor[2];    /* by enum page_table */
	bool placed[2];           /* the cursor is on a place of its own */
	const uint8_t *map, *end; /* pages lie in here */
	unsigned psize_bits;
	struct shard_at *shards;  /* of the image at hand */
	size_t shards_cap;
	struct run_ref *runs;
	size_t runs_cap;
};

enum err image_pass_begin(struct store_txn *t, struct image_pass *p);
void image_pass_end(struct image_pass *p);

/* image_make reads one image; it has one user. An image without pages is an empty image. */
enum err image_make(struct image_pass *p, uint64_t id, uint64_t changed, struct image **out);
void image_free(struct image *im);

#endif
