/*
 * place.h -- puts records where they belong in an image, one page at a time.
 *
 * A page that gets too full splits in two in the same transaction (extendible
 * hashing), so a zone grows from ten names to ten million at the same cost
 * per change.
 *
 * Knows: store/.   Must not know: zones, RRs.
 */
#ifndef BAKE_PLACE_H
#define BAKE_PLACE_H

#include "base/arena.h"
#include "store/shard.h"
#include "store/store.h"

struct build;

struct entry_list {
	struct entry *e;
	size_t n, cap;
};

/* place_merge puts the entries of some lists, whose memory it gives back, into one list that is sorted by place.
 * Those of one place keep their order. */
struct entry_list place_merge(const struct entry_list *lists, size_t n_lists);

/* A change of one page: first all records for which `gone` is true go, then the new ones, which all have the
 * same place or at least the same page, come. */
struct place_change {
	uint64_t image, place;
	bool (*gone)(const void *context, const struct entry *e); /* NULL: nothing goes */
	const void *context;
	const struct entry *add;
	size_t n_add;
};

/* place_apply does it in a write transaction. */
enum err place_apply(struct store_txn *t, size_t psize, const struct hash_key *key, const struct place_change *c,
		     struct arena *scratch);

/* A part of a whole image: from .. to - 1 of `total` entries. Until it is written no other has the same slot, 0 ..
 * BELT_SLOTS - 1. */
struct place_part {
	size_t from, to, total;
	unsigned slot;
};

/* What whoever writes a whole image has to do for it. */
struct place_calls {
	void *context;
	/* make is given the entries of a part before they become pages: those that are only planned it makes, in
	 * the arena; and it makes ready what is to be written beside. Any thread may call it, whatever the others
	 * do. */
	enum err (*make)(void *context, const struct place_part *p, struct entry *e, struct arena *a);
	/* beside is called, by the caller's thread, when the pages of a part are written, to write what the build
	 * gets besides. */
	enum err (*beside)(void *context, const struct place_part *p, struct build *b);
};

/* place_all writes a whole new image: entries, which are sorted by place, are made, packed into pages and appended
 * to the build. While they are made there is no transaction. */
enum err place_all(struct build *b, size_t psize, uint64_t image, const struct entry_list *l,
		   const struct place_calls *calls);

/* place_new does it in one write transaction: for an image that is still small. */
enum err place_new(struct store_txn *t, size_t psize, uint64_t image, const struct entry *e, size_t n);

#endif
