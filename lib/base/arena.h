/*
 * arena.h -- memory that is taken piece by piece and given back all at once.
 *
 * Used by the programs that compile, never on the query path. There is no
 * NULL to check: when the machine has no memory left, arena_take says so on
 * standard error and ends the process with exit code 3.
 *
 *      mark --+
 *             v
 *      [chunk |....used....][chunk ..used..|   free   ]
 *
 * Knows: libc.   Must not know: what is kept in it.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/base.h"

struct arena_chunk;

struct arena {
	struct arena_chunk *last;
	uint8_t *at, *end; /* free space of the last chunk */
	size_t total;      /* bytes of all chunks */
};

struct mark {
	struct arena_chunk *last;
	uint8_t *at;
};

/* arena_take gives n bytes aligned to 8, not cleared; they live until the arena is released past them. */
void *arena_take(struct arena *a, size_t n);

/* arena_pack gives n bytes without alignment: for bytes kept by the million. */
uint8_t *arena_pack(struct arena *a, size_t n);

/* arena_copy copies n bytes (packed) and gives the copy. */
uint8_t *arena_copy(struct arena *a, const void *p, size_t n);

/* arena_mark remembers how much is used; arena_release gives back all that was taken since. */
struct mark arena_mark(const struct arena *a);
void arena_release(struct arena *a, struct mark m);

/* arena_join gives all that was taken from `from` to `into`, with which it now lives; `from` is empty afterwards.
 * Marks of `from` mean nothing any more. */
void arena_join(struct arena *into, struct arena *from);

/* arena_free gives everything back; the arena is empty and usable again. A zeroed struct is an empty arena. */
void arena_free(struct arena *a);

/* memory_huge asks for huge pages in the n octets at p, as far as they hold whole ones: the first touch of each page
 * costs a fault, and walking over small ones all over costs address look-ups. Only advice; the octets stay what
 * they are. */
void memory_huge(void *p, size_t n);

/* grow_array makes room for at least `want` elements of `size` bytes in a malloc'ed array, doubling it;
 * ends the process like arena_take when there is no memory. */
void *grow_array(void *array, size_t *cap, size_t want, size_t size);

#endif
