/*
 * sheaf.h -- records become pages, in memory.
 *
 *      entries, sorted by place  ->  [page 0..][page 10..][page 110..][page 111..]
 *
 * Knows: store/shard.h, store/store.h.   Must not know: transactions, zones.
 */
#ifndef BAKE_SHEAF_H
#define BAKE_SHEAF_H

#include "store/shard.h"
#include "store/store.h"

struct sheaf_page {
	struct page_key key;
	size_t at, len; /* in the sheaf's octets */
	size_t entries;
};

/* Zeros are an empty sheaf. */
struct sheaf {
	struct sheaf_page *page;
	size_t n, cap;
	uint8_t *octets;
	size_t len, cap_octets;
};

/* sheaf_pack puts the sorted entries of one prefix of `bits` bits in pages, after emptying the sheaf: in one page,
 * or split by the next bit. Both halves get a page, even an empty one, so that every hash has its place.
 * ERR_SPACE: a record is too large, or too many share a place. */
enum err sheaf_pack(struct sheaf *s, size_t psize, uint64_t prefix, unsigned bits, const struct entry *e,
		    size_t n);

void sheaf_free(struct sheaf *s);

/* sheaf_half splits the entries of a prefix by the next bit: it gives how many come first, and the prefix of the
 * others. */
size_t sheaf_half(uint64_t prefix, unsigned bits, const struct entry *e, size_t n, uint64_t *half);

#endif
