#include "base/arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

enum {
	CHUNK = 1 << 20,
	HUGE_PAGE = 1 << 21,
	HUGE_CHUNK = 4 * HUGE_PAGE,
	HUGE_FROM = 4 * HUGE_CHUNK, /* octets of an arena from which it takes huge pages */
};

struct arena_chunk {
	struct arena_chunk *before;
	size_t size;
	uint8_t *end;
};

static void no_memory(size_t n)
{
	fprintf(stderr, "out of memory: %zu more bytes are not to be had\n", n);
	exit(3);
}

void memory_huge(void *p, size_t n)
{
	const uintptr_t from = ((uintptr_t)p + HUGE_PAGE - 1) & ~(uintptr_t)(HUGE_PAGE - 1);
	const uintptr_t to = ((uintptr_t)p + n) & ~(uintptr_t)(HUGE_PAGE - 1);

	if (to > from)
		(void)madvise((void *)from, to - from, MADV_HUGEPAGE);
}

static struct arena_chunk *take_chunk(const struct arena *a, size_t *size)
{
	if (a->total < HUGE_FROM || *size > HUGE_CHUNK)
		return malloc(*size);
	struct arena_chunk *c = aligned_alloc(HUGE_PAGE, HUGE_CHUNK);
	*size = HUGE_CHUNK;
	if (c != NULL)
		memory_huge(c, HUGE_CHUNK);
	return c;
}

static void new_chunk(struct arena *a, size_t n)
{
	size_t size = sizeof(struct arena_chunk) + (n > CHUNK ? n : CHUNK);
	struct arena_chunk *c = take_chunk(a, &size);

	if (c == NULL)
		no_memory(size);
	c->before = a->last;
	c->size = size;
	c->end = (uint8_t *)c + size;
	a->last = c;
	a->at = (uint8_t *)(c + 1);
	a->end = c->end;
	a->total += size;
}

uint8_t *arena_pack(struct arena *a, size_t n)
{
	if ((size_t)(a->end - a->at) < n)
		new_chunk(a, n);
	uint8_t *p = a->at;
	a->at += n;
	return p;
}

void *arena_take(struct arena *a, size_t n)
{
	size_t pad = (size_t)(-(uintptr_t)a->at & 7);

	if ((size_t)(a->end - a->at) < n + pad) {
		new_chunk(a, n); /* malloc aligns, and so does the header */
		pad = 0;
	}
	a->at += pad;
	return arena_pack(a, n);
}

uint8_t *arena_copy(struct arena *a, const void *p, size_t n)
{
	uint8_t *to = arena_pack(a, n);

	if (n != 0)
		memcpy(to, p, n);
	return to;
}

struct mark arena_mark(const struct arena *a)
{
	return (struct mark){ a->last, a->at };
}

void arena_release(struct arena *a, struct mark m)
{
	while (a->last != m.last) {
		struct arena_chunk *c = a->last;
		a->last = c->before;
		a->total -= c->size;
		free(c);
	}
	a->at = m.at;
	a->end = a->last != NULL ? a->last->end : NULL;
}

void arena_join(struct arena *into, struct arena *from)
{
	struct arena_chunk *first = from->last;

	if (into->last == NULL) {
		*into = *from;
	} else if (first != NULL) { /* below the last chunk, whose free space stays in use */
		while (first->before != NULL)
			first = first->before;
		first->before = into->last->before;
		into->last->before = from->last;
		into->total += from->total;
	}
	*from = (struct arena){ 0 };
}

void arena_free(struct arena *a)
{
	arena_release(a, (struct mark){ NULL, NULL });
}

void *grow_array(void *array, size_t *cap, size_t want, size_t size)
{
	if (want <= *cap)
		return array;
	size_t to = *cap == 0 ? 16 : *cap;
	while (to < want)
		to *= 2;
	void *bigger = realloc(array, to * size);
	if (bigger == NULL)
		no_memory(to * size);
	*cap = to;
	return bigger;
}
