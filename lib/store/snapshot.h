/*
 * snapshot.h -- what a reader answers from: a read transaction and, in
 * memory, where every page of it is.
 *
 *      snapshot -- image 0 (zone table)  -- directory of shards
 *               -- image 1 (pool)        -- directory of shards
 *               -- image n               -- directory of shards, array of denial runs
 *
 * A look-up makes no LMDB call: the top bits of a hash lead through the
 * directory to the address of a page. The address and the length are LMDB's
 * (its node), checked to lie inside the map when the directory is built; a
 * length inside a page is never trusted.
 *
 * A snapshot is made by one thread and read by many. The next snapshot is
 * made from the one before: directories of images that did not change are
 * shared (counted; only the making thread counts).
 *
 * Knows: store.h.   Must not know: what is inside a page, messages.
 */
#ifndef STORE_SNAPSHOT_H
#define STORE_SNAPSHOT_H

#include "store/store.h"

/* An entry of a directory: the page's address in the low 48 bits, its number of pages above. 0: no page. */
typedef uint64_t page_ref;

struct directory_part {
	uint8_t shift;    /* index = (hash << parts' bits) >> shift; 64: one entry only */
	page_ref entry[];
};

struct directory {
	uint8_t shift;               /* part = hash >> shift, 64: one part only */
	struct directory_part *part[]; /* 2^(64 - shift) of them; neighbours never share one */
};

/* The runs of a denial chain, ascending: the separator's first 8 octets as a number, and where the run is. */
struct run_ref {
	uint64_t first8; /* big-endian reading, zero padded */
	page_ref page;
};

struct image {
	uint64_t id;
	uint64_t changed;       /* what it was built from: zone_row.changed */
	struct directory *shards;
	size_t n_shards;        /* 0: an empty image; every entry is 0, and that is no damage */
	struct run_ref *runs;   /* NULL if there are none */
	size_t n_runs;
	unsigned users;         /* snapshots that share it */
	size_t memory;          /* octets of directory and runs */
};

struct snapshot {
	struct store_txn *txn;
	struct hash_key key;
	size_t psize;
	uint64_t counter;             /* the commit it shows */
	uint64_t zones_changed;       /* the commit that last touched the table of zones */
	const struct image *zones;    /* image 0, never NULL (an empty database has an empty one) */
	const struct image *pool;     /* image 1, never NULL */
	const struct image **table;   /* open addressing by image id; a power of two; NULL: free */
	size_t table_mask;
	size_t n_images;
	uint8_t apex_depths[16];      /* bit d: some zone's apex has d labels */
};

/* snapshot_make opens a read transaction and builds what is new since `before` (NULL: everything).
 * `before` stays valid and must be freed by its owner later. The caller makes sure the pages stay: by its own
 * reader slot, or by a pin (STORE_NOLOCK). */
enum err snapshot_make(struct store *s, const struct snapshot *before, struct snapshot **out);
void snapshot_free(struct snapshot *s);

/* snapshot_is_stale asks the database, cheaply, whether a newer snapshot would differ. */
bool snapshot_is_stale(struct store *s, const struct snapshot *now);

/* snapshot_touch reads one octet of every page of images that `before` did not have, so that no query waits
 * for the disk. That may take long: go_on, unless NULL, is asked every few megabytes. False: it said stop. */
typedef bool snapshot_go_on(void *context);
bool snapshot_touch(const struct snapshot *s, const struct snapshot *before, snapshot_go_on *go_on, void *context);

static inline struct view page_view(page_ref r, size_t psize)
{
	size_t pages = r >> 48;
	return (struct view){ (const uint8_t *)(uintptr_t)(r & 0xffffffffffffU), pages != 0 ? pages * psize - 16 : 0 };
}

/* image_entry gives the place of the directory that says where the page of this hash is. */
static inline const page_ref *image_entry(const struct image *im, uint64_t hash)
{
	const struct directory *d = im->shards;
	const struct directory_part *p = d->part[hash >> 1 >> (d->shift - 1)]; /* a shift is 1..64 */
	uint64_t low = hash << (64 - d->shift);

	return &p->entry[low >> 1 >> (p->shift - 1)];
}

/* image_shard gives the page where this hash has its place; an empty view if there is none. */
static inline struct view image_shard(const struct snapshot *s, const struct image *im, uint64_t hash)
{
	return page_view(*image_entry(im, hash), s->psize);
}

/* snapshot_image finds an image by id; NULL if this snapshot has none such. */
const struct image *snapshot_image(const struct snapshot *s, uint64_t id);

#endif
