/*
 * directory.h -- from a list of shards to a table that a hash indexes.
 *
 *      hash:   [ parts' bits | a part's own bits | the rest ]
 *                    |               |
 *                 part[i]  ------> entry[k]: where the page is
 *
 * Shards differ in depth: one that was split often has more bits. A part is
 * as deep as its deepest shard, and shallower shards fill several entries (or
 * several parts). So one prefix that was split deep makes one part large and
 * leaves the others as they are.
 *
 * Knows: snapshot.h.   Must not know: LMDB.
 */
#ifndef STORE_DIRECTORY_H
#define STORE_DIRECTORY_H

#include "store/snapshot.h"

enum {
	DEPTH_MAX = 48, /* 2^48 shards are more than a disk holds: whoever says so is damaged */
	PART_BITS = 9,       /* a part of an even directory: 512 entries, one page */
};

#define PAGE_REF_BITS 0xffffffffffffffU /* all that a page_ref uses */

struct shard_at {
	uint64_t prefix; /* left-aligned, all octets behind `bits` zero */
	page_ref page : 56; /* 0: damaged */
	uint64_t bits : 8; /* packed, for there are hundreds of thousands */
};

/* shard_is_sound: bits and prefix go together. */
static inline bool shard_is_sound(uint64_t prefix, unsigned bits)
{
	if (bits > DEPTH_MAX)
		return false;
	return bits == 0 ? prefix == 0 : prefix << bits == 0;
}

/* directory_make lays out n sound shards that ascend by prefix, then bits. Where none is, or where two claim
 * the same place, the entry is 0. One malloc'ed block, *memory octets; NULL: out of memory. Shards so deep
 * that the table would be out of all proportion (512 octets a shard) count as damaged. */
struct directory *directory_make(const struct shard_at *list, size_t n, size_t *memory);

#endif
