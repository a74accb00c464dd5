#include "store/directory.h"

#include <stdlib.h>

enum {
	PARTS_BITS_MAX = 24,
	OWN_BITS_MAX = 24,
	PER_SHARD = 512,          /* octets of directory a shard may cost */
	FREE_ALLOWANCE = 1 << 20, /* and what any directory may */
};

/* top gives the first n bits of v as a number. */
static inline uint64_t top(uint64_t v, unsigned n)
{
	return n == 0 ? 0 : v >> (64 - n);
}

/* How a directory is cut up: into 2^bits parts; shards deeper than `deepest` are left out. */
struct plan {
	unsigned bits;
	unsigned deepest;
	size_t memory;
};

static size_t part_memory(unsigned own_bits)
{
	return sizeof(struct directory_part) + (sizeof(page_ref) << own_bits);
}

/* own_bits tells how deep a part must be for the shards of it: those at list[*i] and behind, *i moves past
 * them. A shard that is as wide as the part or wider asks for nothing; it is passed at its last part. */
static unsigned own_bits(const struct shard_at *list, size_t n, size_t *i, uint64_t part, const struct plan *p)
{
	unsigned own = 0;

	while (*i < n && top(list[*i].prefix, p->bits) <= part) {
		unsigned bits = (unsigned)list[*i].bits;
		if (bits > p->bits && bits <= p->deepest && bits - p->bits > own)
			own = bits - p->bits;
		++*i;
	}
	return own;
}

/* measure gives the memory of a plan, SIZE_MAX if a part would be absurd. */
static size_t measure(const struct shard_at *list, size_t n, const struct plan *p)
{
	size_t parts = (size_t)1 << p->bits;
	size_t memory = sizeof(struct directory) + parts * sizeof(struct directory_part *);

	for (size_t part = 0, i = 0; part < parts; part++) {
		unsigned own = own_bits(list, n, &i, part, p);
		if (own > OWN_BITS_MAX)
			return SIZE_MAX;
		memory += part_memory(own);
	}
	return memory;
}

/* cheapest tries more and more parts, from what suits an even directory on, until the parts alone cost more
 * than what was found; it is content with what is about the size of an even directory. */
static struct plan cheapest(const struct shard_at *list, size_t n, unsigned even, unsigned deepest)
{
	struct plan best = { .memory = SIZE_MAX };

	for (unsigned bits = even > PART_BITS ? even - PART_BITS : 0; bits <= PARTS_BITS_MAX; bits++) {
		struct plan p = { bits, deepest, 0 };
		if (best.memory >> bits < sizeof(struct directory_part *) + sizeof(struct directory_part))
			break;
		p.memory = measure(list, n, &p);
		if (p.memory < best.memory)
			best = p;
		if (best.memory <= 256 + n * 6 * sizeof(page_ref))
			break;
	}
	return best;
}

/* choose gives up the deepest shards if a directory with them is beyond all bounds. */
static struct plan choose(const struct shard_at *list, size_t n)
{
	unsigned even = 0;

	while (even < PARTS_BITS_MAX && (size_t)1 << even < n)
		even++;
	for (unsigned deepest = DEPTH_MAX;; deepest--) {
		struct plan best = cheapest(list, n, even, deepest);
		if (best.memory <= FREE_ALLOWANCE + n * PER_SHARD || deepest == 0)
			return best;
	}
}

static struct directory *cut_up(const struct shard_at *list, size_t n, const struct plan *p)
{
	struct directory *d = calloc(1, p->memory);
	size_t parts = (size_t)1 << p->bits;

	if (d == NULL)
		return NULL;
	d->shift = (uint8_t)(64 - p->bits);
	uint8_t *at = (uint8_t *)d + sizeof *d + parts * sizeof d->part[0];
	for (size_t part = 0, i = 0; part < parts; part++) {
		unsigned own = own_bits(list, n, &i, part, p);
		d->part[part] = (struct directory_part *)(void *)at;
		d->part[part]->shift = (uint8_t)(64 - own);
		at += part_memory(own);
	}
	return d;
}

static void fill_entries(struct directory_part *part, uint64_t from, uint64_t count, page_ref page)
{
	for (uint64_t i = from; i < from + count; i++)
		part->entry[i] = page;
}

static void fill(struct directory *d, const struct plan *p, const struct shard_at *s, page_ref page)
{
	uint64_t first = top(s->prefix, p->bits);

	if (s->bits <= p->bits) {
		for (uint64_t i = first; i < first + ((uint64_t)1 << (p->bits - s->bits)); i++)
			fill_entries(d->part[i], 0, (uint64_t)1 << (64 - d->part[i]->shift), page);
		return;
	}
	unsigned own = 64U - d->part[first]->shift, more = (unsigned)s->bits - p->bits;
	if (more <= own)
		fill_entries(d->part[first], top(s->prefix << p->bits, own), (uint64_t)1 << (own - more), page);
}

struct directory *directory_make(const struct shard_at *list, size_t n, size_t *memory)
{
	struct plan p = choose(list, n);
	struct directory *d = cut_up(list, n, &p);
	uint64_t last = 0; /* the last hash that has a shard */

	*memory = p.memory;
	for (size_t i = 0; i < n && d != NULL; i++) {
		const struct shard_at *s = &list[i];
		bool clash = i > 0 && s->prefix <= last;
		uint64_t end = s->prefix + (s->bits == 0 ? UINT64_MAX : ((uint64_t)1 << (64 - s->bits)) - 1);
		if (s->bits > p.deepest)
			continue;
		fill(d, &p, s, clash ? 0 : s->page);
		if (!clash || end > last)
			last = end;
	}
	return d;
}
