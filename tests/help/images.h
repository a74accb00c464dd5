/*
 * images.h -- a snapshot without a database: copies of all pages, each in
 * memory of its exact length, so that AddressSanitizer sees a read that goes
 * one octet too far. The pages may be overwritten at will.
 */
#ifndef TESTS_HELP_IMAGES_H
#define TESTS_HELP_IMAGES_H

#include "store/snapshot.h"

struct page_copy {
	uint8_t *p, *good; /* what is read, and what it was */
	size_t n;
	uint64_t image;
	enum page_table table;
};

struct images {
	struct snapshot snapshot;
	struct image *image; /* n_images of them */
	size_t n_images;
	struct page_copy *page;
	size_t n_pages;
};

/* images_of copies what the database shows; it may be closed afterwards. Any failure ends the process. */
void images_of(struct store *s, struct images *out);
void images_free(struct images *i);

/* images_changed must be called when pages were overwritten: answerers forget what they knew of them. */
static inline void images_changed(struct images *i)
{
	i->snapshot.counter++;
}

/* images_mend puts all pages back to what they were. */
void images_mend(struct images *i);

#endif
