/*
 * run.h -- one page of a denial chain: entries in ascending order of a key,
 * found by bisection.
 *
 *      octets  0      entries (u16)
 *              2      octets used (u16)
 *              4      DENIAL_NSEC or DENIAL_NSEC3 (u8)
 *              7      'R'
 *              8      where each entry starts, and where the last ends: entries + 1 u16
 *              ..     entries
 *
 *      entry   key length (u8), key, payload
 *
 *      NSEC    key: the owner's name key without its apex's; payload: the owner's hash (u64). The NSEC RRset
 *              itself is a fragment of the owner's node.
 *      NSEC3   key: the 20 octets of the hash; payload: a fragment (head and body) whose owner is written in
 *              its RR octets: one label and a base pointer to the apex.
 *
 * An image's runs are sorted by their separators, and every entry of a run is
 * below the separator of the next; so the entry before a key is in the last
 * run whose first entry is not above it.
 *
 * Knows: node.h.   Must not know: LMDB, messages.
 */
#ifndef STORE_RUN_H
#define STORE_RUN_H

#include "store/node.h"

enum { RUN_HEAD = 8, RUN_KEY_MAX = 254, NSEC3_HASH = 20 };

struct run_entry {
	struct view key, payload;
};

/* run_count gives the number of entries, 0 for a damaged page. */
unsigned run_count(struct view page);

/* run_used gives the octets that head and entries take, 0 for a damaged page. */
size_t run_used(struct view page);

/* run_at opens entry i; false if the page is damaged. */
MUST_CHECK bool run_at(struct view page, unsigned i, struct run_entry *out);

/* run_floor finds the last entry whose key is <= key: its index, or -1 if all are above, or -2: damaged. */
int run_floor(struct view page, struct view key, bool *exact);

/* run_write_size gives the octets a page of n entries uses, run_write writes it and zeroes the rest. */
size_t run_write_size(const struct run_entry *e, size_t n);
MUST_CHECK bool run_write(const struct run_entry *e, size_t n, uint8_t kind, uint8_t *page, size_t cap);

/* key_order compares keys as memcmp does, the shorter first. Nearly all differ in their first 8 octets. */
static inline int key_order(struct view a, struct view b)
{
	if (a.n >= 8 && b.n >= 8) {
		uint64_t x = be64(a.p), y = be64(b.p);
		if (likely(x != y))
			return x < y ? -1 : 1;
	}
	int d = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);

	return d != 0 ? d : (a.n > b.n) - (a.n < b.n);
}

/* key_first8 gives a key's first 8 octets as a number that sorts as the key does. */
static inline uint64_t key_first8(struct view key)
{
	uint8_t b[8] = { 0 };

	if (key.n != 0)
		memcpy(b, key.p, key.n < 8 ? key.n : 8);
	return be64(b);
}

#endif
