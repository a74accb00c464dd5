#include "zone/index.h"

#include <stdlib.h>
#include <sys/random.h>

#include "dns/qname.h"

enum { SLOTS_AT_FIRST = 64 };

static void *zeroed(size_t n, size_t size)
{
	size_t cap = 0;
	void *p = calloc(n, size);

	/* calloc's pages come zeroed from the kernel, untouched; if there are none grow_array has the last word */
	return p != NULL ? p : memset(grow_array(NULL, &cap, n, size), 0, n * size);
}

static struct slot *new_slots(size_t n)
{
	struct slot *slots = zeroed(n, sizeof *slots);

	memory_huge(slots, n * sizeof *slots);
	return slots;
}

struct zone_index *index_new(void)
{
	struct zone_index *x = zeroed(1, sizeof *x);

	if (getrandom(x->key, sizeof x->key, 0) != sizeof x->key)
		x->key[1] =
		    (uintptr_t)x; /* only a guard against chosen collisions: a poor key does no other harm */
	x->key[0] |= 1;
	x->n_slots = SLOTS_AT_FIRST;
	x->slots = new_slots(x->n_slots);
	return x;
}

void index_free(struct zone_index *x)
{
	arena_free(&x->octets);
	wide_free(&x->wide);
	free(x->odd);
	free(x->chunks);
	free(x->slots);
	free(x);
}

static inline uint64_t load(const uint8_t *p, size_t n)
{
	uint64_t w = 0;
	memcpy(&w, p, n);
	return w;
}

/* The last eight octets, overlapping what came before; all there are of a shorter name. */
static inline uint64_t load_tail(const uint8_t *p, unsigned len)
{
	return len >= 8 ? load(p + len - 8, 8) : load(p, len);
}

static uint32_t tag_of(const struct zone_index *x, const uint8_t *owner, unsigned len)
{
	uint64_t h = x->key[1] ^ len;

	for (unsigned i = 0; i + 8 < len; i += 8)
		h = hash_mix(h ^ name_fold8(load(owner + i, 8)), x->key[0]);
	h = hash_mix(h ^ name_fold8(load_tail(owner, len)), x->key[0]);
	return (uint32_t)(h ^ h >> 32);
}

static bool same_owner(const struct node *n, const uint8_t *owner, unsigned len)
{
	if (n->owner_len != len)
		return false;
	for (unsigned i = 0; i + 8 < len; i += 8)
		if (name_fold8(load(n->owner + i, 8)) != name_fold8(load(owner + i, 8)))
			return false;
	return name_fold8(load_tail(n->owner, len)) == name_fold8(load_tail(owner, len));
}

/* The slot of this owner, or the free one where it belongs. Half of the slots are free, so there is one. */
static struct slot *slot_of(const struct zone_index *x, const uint8_t *owner, unsigned len, uint32_t tag)
{
	for (size_t i = tag;; i++) {
		struct slot *s = &x->slots[i & (x->n_slots - 1)];
		if (s->number == 0 || (s->tag == tag && same_owner(index_node(x, s->number - 1), owner, len)))
			return s;
	}
}

static void double_slots(struct zone_index *x)
{
	struct slot *old = x->slots;
	size_t n = x->n_slots;

	x->n_slots = n * 2;
	x->slots = new_slots(x->n_slots);
	for (size_t k = 0; k < n; k++) {
		size_t i = old[k].tag;
		if (old[k].number == 0)
			continue;
		while (x->slots[i & (x->n_slots - 1)].number != 0)
			i++;
		x->slots[i & (x->n_slots - 1)] = old[k];
	}
	free(old);
}

void index_expect(const struct zone_index *x, const uint8_t *owner, unsigned len)
{
	__builtin_prefetch(&x->slots[tag_of(x, owner, len) & (x->n_slots - 1)]);
}

struct node *index_find(const struct zone_index *x, const uint8_t *owner, unsigned len)
{
	const struct slot *s = slot_of(x, owner, len, tag_of(x, owner, len));

	return s->number != 0 ? index_node(x, s->number - 1) : NULL;
}

static unsigned count_labels(const uint8_t *owner)
{
	unsigned labels = 0;

	for (; owner[0] != 0; owner += 1 + owner[0])
		labels++;
	return labels;
}

static struct node *new_node(struct zone_index *x, struct arena *a, const uint8_t *owner, unsigned len)
{
	size_t chunk = x->n_nodes / NODES_IN_CHUNK;

	if (x->n_nodes % NODES_IN_CHUNK == 0) {
		x->chunks = grow_array(x->chunks, &x->cap_chunks, chunk + 1, sizeof(struct node *));
		x->chunks[chunk] = arena_take(a, NODES_IN_CHUNK * sizeof(struct node));
	}
	struct node *n = index_node(x, x->n_nodes++);
	*n = (struct node){ .owner = owner, .owner_len = (uint8_t)len, .labels = (uint8_t)count_labels(owner) };
	return n;
}

struct node *index_add(struct zone_index *x, struct arena *a, const uint8_t *owner, unsigned len, bool *made)
{
	uint32_t tag = tag_of(x, owner, len);
	struct slot *s = slot_of(x, owner, len, tag);

	*made = s->number == 0;
	if (!*made)
		return index_node(x, s->number - 1);
	if (x->n_slots < 2 * (x->n_nodes + 1)) {
		double_slots(x);
		s = slot_of(x, owner, len, tag);
	}
	struct node *n = new_node(x, a, owner, len);
	*s = (struct slot){ tag, (uint32_t)x->n_nodes };
	return n;
}
