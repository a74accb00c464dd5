#include "store/shard.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { TAGS_AT_ONCE = 16 };

struct layout {
	unsigned nodes, bare;
	const uint8_t *tags, *starts, *hashes;
};

/* open_shard finds the tables of a page, or says that they do not lie inside it. Tags may be read TAGS_AT_ONCE:
 * what stands behind them is longer than that, in any page that zonec writes. */
static inline bool open_shard(struct view page, struct layout *l)
{
	if (unlikely(page.n < SHARD_HEAD || page.p[7] != 'S'))
		return false;
	l->nodes = le16(page.p);
	l->bare = le16(page.p + 2);
	size_t tags = (size_t)l->nodes + l->bare;
	size_t starts = SHARD_HEAD + ((tags + 1) & ~(size_t)1);
	size_t hashes = starts + 2 * ((size_t)l->nodes + 1);
	if (unlikely(hashes + 8 * (size_t)l->bare > page.n || starts + TAGS_AT_ONCE > page.n))
		return false;
	l->tags = page.p + SHARD_HEAD;
	l->starts = page.p + starts;
	l->hashes = page.p + hashes;
	return true;
}

static inline bool record_at(struct view page, const struct layout *l, unsigned i, struct view *out)
{
	unsigned from = le16(l->starts + 2 * (size_t)i), to = le16(l->starts + 2 * (size_t)i + 2);

	*out = view_of(page.p + from, to - from);
	return likely(from <= to && to <= page.n);
}

/* next_tag gives the first index >= i whose tag is `tag`, or n or more. */
static inline unsigned next_tag(const uint8_t *tags, unsigned i, unsigned n, uint8_t tag)
{
#ifdef __SSE2__
	const __m128i want = _mm_set1_epi8((char)tag);
	for (; i < n; i += TAGS_AT_ONCE) {
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

static inline struct node_view without_node(enum found f)
{
	return (struct node_view){ NULL, f };
}

/* same_owner compares a record with what is looked for: first the four octets of its head, then the name. If the
 * heads are the same and the record is no sound node, as node_open has it, it is damaged. */
static ALWAYS_INLINE bool same_owner(struct view record, const uint8_t *name, uint32_t head, bool *damaged)
{
	const uint32_t compared = 0xffff | (uint32_t)(NODE_PIECE | NODE_RUN) << 16;
	uint32_t have = record.n >= NODE_HEAD ? le32(record.p) : head;
	size_t len = (uint8_t)head, at = NODE_HEAD + (have >> 16 & NODE_HASHED);

	if (((have ^ head) & compared) != 0)
		return false;
	*damaged = record.n < at + len + (size_t)(have >> 24) * FRAG_HEAD;
	return unlikely(*damaged) || same_octets(record.p + at, name, len);
}

struct node_view shard_search(struct view page, uint64_t hash, const uint8_t *name, uint32_t head)
{
	struct layout l;
	struct view record;

	if (unlikely(!open_shard(page, &l)))
		return without_node(FOUND_DAMAGED);
	unsigned all = l.nodes + l.bare;
	for (unsigned i = next_tag(l.tags, 0, all, (uint8_t)hash); i < all;
	     i = next_tag(l.tags, i + 1, all, (uint8_t)hash)) {
		bool damaged = false;
		if (unlikely(i >= l.nodes)) {
			if (le64(l.hashes + 8 * (size_t)(i - l.nodes)) == hash && head >> 16 == 0)
				return without_node(FOUND_BARE);
		} else if (unlikely(!record_at(page, &l, i, &record))) {
			return without_node(FOUND_DAMAGED);
		} else if (likely(same_owner(record, name, head, &damaged))) {
			return unlikely(damaged) ? without_node(FOUND_DAMAGED)
						 : (struct node_view){ record.p, record.n };
		}
	}
	return without_node(FOUND_NONE);
}

enum found shard_next(struct view page, uint64_t hash, unsigned *cursor, struct node_view *out)
{
	struct layout l;
	struct view record;

	if (!open_shard(page, &l))
		return FOUND_DAMAGED;
	unsigned i = next_tag(l.tags, *cursor, l.nodes, (uint8_t)hash);
	if (i >= l.nodes)
		return FOUND_NONE;
	*cursor = i + 1;
	return record_at(page, &l, i, &record) && node_open(record, out) ? FOUND_NODE : FOUND_DAMAGED;
}

enum found shard_piece(struct view page, const struct probe *p, uint16_t type, uint8_t index, struct view *octets)
{
	unsigned cursor = 0;
	struct node_view n;
	enum found f;

	while ((f = shard_next(page, p->hash, &cursor, &n)) == FOUND_NODE) {
		uint16_t its_type;
		uint8_t its_index;
		bool damaged;
		if (same_owner(view_of(n.p, n.n), p->name, probe_head(p), &damaged) &&
		    piece_open(view_of(n.p, n.n), &its_type, &its_index, octets) && its_type == type &&
		    its_index == index)
			return FOUND_NODE;
	}
	return f;
}

size_t shard_size(const struct entry *e, size_t n)
{
	size_t nodes = 0, octets = 0;

	for (size_t i = 0; i < n; i++)
		if (e[i].p != NULL) {
			nodes++;
			octets += e[i].n;
		}
	return SHARD_HEAD + ((n + 1) & ~(size_t)1) + 2 * (nodes + 1) + 8 * (n - nodes) + octets;
}

unsigned shard_pages(const struct entry *e, size_t n, size_t psize)
{
	size_t size = shard_size(e, n), biggest = 0;

	if (n > SHARD_ENTRIES_MAX)
		return 0;
	if (size <= psize - 16)
		return 1;
	for (size_t i = 0; i < n; i++)
		if (e[i].p != NULL && e[i].n > biggest)
			biggest = e[i].n;
	/* One node too big for a page may keep what shares its place as long as that would fill no page of its
	 * own. */
	size_t pages = (size + 16 + psize - 1) / psize;
	return size - biggest <= psize - 16 && biggest > psize / 4 && pages <= 8 ? (unsigned)pages : 0;
}

bool shard_write(const struct entry *e, size_t n, unsigned bits, uint8_t *page, size_t cap)
{
	size_t nodes = 0, size = shard_size(e, n);

	if (size > cap || size > UINT16_MAX || n > SHARD_ENTRIES_MAX)
		return false;
	for (size_t i = 0; i < n; i++)
		nodes += e[i].p != NULL;
	uint8_t *tag = page + SHARD_HEAD, *bare_tag = tag + nodes;
	uint8_t *start = page + SHARD_HEAD + ((n + 1) & ~(size_t)1);
	uint8_t *hash = start + 2 * (nodes + 1);
	uint8_t *record = hash + 8 * (n - nodes);

	memset(page, 0, (size_t)(start - page));
	put_le16(page, (uint16_t)nodes);
	put_le16(page + 2, (uint16_t)(n - nodes));
	put_le16(page + 4, (uint16_t)size);
	page[6] = (uint8_t)bits;
	page[7] = 'S';
	for (size_t i = 0; i < n; i++) {
		if (e[i].p == NULL) {
			*bare_tag++ = (uint8_t)e[i].hash;
			put_le64(hash, e[i].hash);
			hash += 8;
			continue;
		}
		*tag++ = (uint8_t)e[i].hash;
		put_le16(start, (uint16_t)(record - page));
		start += 2;
		memcpy(record, e[i].p, e[i].n);
		record += e[i].n;
	}
	put_le16(start, (uint16_t)(record - page));
	memset(record, 0, cap - (size_t)(record - page));
	return true;
}

/* list_node computes where a record belongs: by its owner's hash, a piece by its own, in the pool by the apex. */
static bool list_node(struct view record, const struct hash_key *key, bool pool, struct entry *out)
{
	struct node_view n;
	struct name owner;
	struct qname q;
	uint16_t type;
	uint8_t index;
	struct view octets;

	if (!node_open(record, &n) || !name_of_wire(node_owner(n), &owner))
		return false;
	qname_of(&owner, key, &q);
	if (node_apex_labels(n) > q.labels)
		return false;
	out->hash = q.hash[q.labels];
	if (node_flags(n) & NODE_PIECE) {
		if (!piece_open(record, &type, &index, &octets))
			return false;
		out->hash = piece_hash(out->hash, type, index);
	}
	out->place = pool ? q.hash[node_apex_labels(n)] : out->hash;
	out->p = record.p;
	out->n = (uint32_t)record.n;
	return true;
}

enum err shard_list(struct view page, const struct hash_key *key, bool pool, struct entry *out, size_t max,
		    size_t *n, unsigned *bits)
{
	struct layout l;
	struct view record;

	if (!open_shard(page, &l) || page.p[6] > 64)
		return ERR_DAMAGED;
	*n = (size_t)l.nodes + l.bare;
	*bits = page.p[6];
	if (*n > max)
		return ERR_SPACE;
	for (unsigned i = 0; i < l.nodes; i++)
		if (!record_at(page, &l, i, &record) || !list_node(record, key, pool, &out[i]))
			return ERR_DAMAGED;
	for (unsigned i = 0; i < l.bare; i++) {
		uint64_t hash = le64(l.hashes + 8 * (size_t)i);
		out[l.nodes + i] = (struct entry){ hash, hash, NULL, 0 };
	}
	return OK;
}
