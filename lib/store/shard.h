/*
 * shard.h -- one page of nodes, found by the hash of their names.
 *
 *      octets  0      nodes (u16)
 *              2      bare names (u16): empty non-terminals, a hash each
 *              4      octets used (u16)
 *              6      valid bits of the prefix (u8)
 *              7      'S'
 *              8      tags: the hash's lowest octet, nodes first, then bare names
 *             [..     one octet to make it even]
 *              ..     where each node starts, and where the last ends: nodes + 1 u16
 *              ..     bare names: their hashes, u64 each
 *              ..     nodes (store/node.h)
 *
 * A tag miss says "no such name" from one cache line. Whatever the page says
 * of itself is checked against the length LMDB gives it.
 *
 * In the pool (image 1) a node's place is the hash of its zone's apex, its tag
 * that of its own name; empty non-terminals there are nodes without fragments.
 *
 * Knows: node.h.   Must not know: LMDB, messages.
 */
#ifndef STORE_SHARD_H
#define STORE_SHARD_H

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "dns/qname.h"
#include "store/node.h"

enum { SHARD_HEAD = 8, SHARD_ENTRIES_MAX = 8000, SHARD_BITS_MAX = 40 };

/* What to look for: a name in lower-case wire form with its hash. */
struct probe {
	uint64_t hash;
	const uint8_t *name;
	uint8_t len;
	uint8_t apex_labels;
	uint8_t kind; /* 0, or NODE_PIECE, NODE_RUN */
};

enum found { FOUND_NONE, FOUND_NODE, FOUND_BARE, FOUND_DAMAGED };

/* shard_find looks a name up in a page. FOUND_BARE: it exists, and has no data. */
enum found shard_find(struct view page, const struct probe *p, struct node_view *out);

/* shard_next walks the nodes whose tag is the hash's: begin with *cursor = 0 and go on until FOUND_NONE. Who calls
 * compares the owner. */
enum found shard_next(struct view page, uint64_t hash, unsigned *cursor, struct node_view *out);

/* shard_piece finds the piece `index` of the fragment `type` of p (whose hash is already the piece's). */
enum found shard_piece(struct view page, const struct probe *p, uint16_t type, uint8_t index, struct view *octets);

/* piece_hash gives the place of a piece from the hash of its owner. */
static inline uint64_t piece_hash(uint64_t owner, uint16_t type, uint8_t index)
{
	return hash_mix(owner ^ 0x9e3779b97f4a7c15U, ((uint64_t)type << 8 | index) * 2 + 0xd1b54a32d192ed03U);
}

/* ---- as a list, for those who write ---- */

struct entry {
	uint64_t place;   /* which shard: the hash of the name, or in the pool that of the apex */
	uint64_t hash;    /* of the name itself */
	const uint8_t *p; /* the record; NULL for a bare name */
	uint32_t n;
};

/* shard_size gives the octets that a page of these entries uses. */
size_t shard_size(const struct entry *e, size_t n);

/* shard_pages gives the number of pages these entries need when they stay together: 1 if they fit into one,
 * more if one of them is alone too big for sharing, 0 if they should be split. */
unsigned shard_pages(const struct entry *e, size_t n, size_t psize);

/* shard_write writes a page; cap is the value's whole length (store_page_room), the rest is zeroed. False if
 * it does not fit. Nodes keep the order they have in e. */
MUST_CHECK bool shard_write(const struct entry *e, size_t n, unsigned bits, uint8_t *page, size_t cap);

/* shard_list takes a page apart: at most `max` entries, whose records are views into the page. The hash of a
 * node is computed from its owner, its place likewise (pool: from the apex). ERR_DAMAGED, ERR_SPACE. */
enum err shard_list(struct view page, const struct hash_key *key, bool pool, struct entry *out, size_t max,
		    size_t *n, unsigned *bits);

/* ---- what nearly every question goes through ---- */

enum { SHARD_TAGS_AT_ONCE = 16 };

struct shard_layout {
	unsigned nodes, bare;
	const uint8_t *tags, *starts, *hashes;
};

/* shard_open finds the tables of a page, or says that they do not lie inside it. Tags may be read
 * SHARD_TAGS_AT_ONCE: what stands behind them is longer than that, in any page that zonec writes. */
static inline bool shard_open(struct view page, struct shard_layout *l)
{
	if (unlikely(page.n < SHARD_HEAD || page.p[7] != 'S'))
		return false;
	l->nodes = le16(page.p);
	l->bare = le16(page.p + 2);
	size_t tags = (size_t)l->nodes + l->bare;
	size_t starts = SHARD_HEAD + ((tags + 1) & ~(size_t)1);
	size_t hashes = starts + 2 * ((size_t)l->nodes + 1);
	if (unlikely(hashes + 8 * (size_t)l->bare > page.n || starts + SHARD_TAGS_AT_ONCE > page.n))
		return false;
	l->tags = page.p + SHARD_HEAD;
	l->starts = page.p + starts;
	l->hashes = page.p + hashes;
	return true;
}

static inline bool shard_record(struct view page, const struct shard_layout *l, unsigned i, struct view *out)
{
	unsigned from = le16(l->starts + 2 * (size_t)i), to = le16(l->starts + 2 * (size_t)i + 2);

	*out = view_of(page.p + from, to - from);
	return likely(from <= to && to <= page.n);
}

/* next_tag gives the first index >= i whose tag is `tag`, or n or more. */
static inline unsigned shard_next_tag(const uint8_t *tags, unsigned i, unsigned n, uint8_t tag)
{
#ifdef __SSE2__
	const __m128i want = _mm_set1_epi8((char)tag);
	for (; i < n; i += SHARD_TAGS_AT_ONCE) {
		__m128i some = _mm_loadu_si128((const __m128i *)(const void *)(tags + i));
		unsigned hit = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(some, want));
		if (hit != 0)
			return i + (unsigned)__builtin_ctz(hit);
	}
	return i;
#else
	while (i < n && tags[i] != tag)
		i++;
	return i;
#endif
}

/* What the first octets of a node say that is looked for: length of the owner, labels of the apex, kind. */
static inline uint32_t probe_head(const struct probe *p)
{
	return p->len | (uint32_t)p->apex_labels << 8 | (uint32_t)p->kind << 16;
}

/* shard_search is shard_find for callers that have no probe in memory. The record is not opened yet; without one,
 * n is what was found. */
struct view shard_search(struct view page, uint64_t hash, const uint8_t *name, uint32_t head);

/* shard_step is shard_next, compiled into its caller. */
static inline enum found shard_step(struct view page, uint64_t hash, unsigned *cursor, struct node_view *out)
{
	struct shard_layout l;
	struct view record;

	if (unlikely(!shard_open(page, &l)))
		return FOUND_DAMAGED;
	unsigned i = shard_next_tag(l.tags, *cursor, l.nodes, (uint8_t)hash);
	if (i >= l.nodes)
		return FOUND_NONE;
	*cursor = i + 1;
	return shard_record(page, &l, i, &record) && node_open(record, out) ? FOUND_NODE : FOUND_DAMAGED;
}

#endif
