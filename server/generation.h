/*
 * generation.h -- how all threads come to answer from the newest snapshot,
 * without a lock.
 *
 *      published: ----> snapshot 8                  snapshot 7
 *                         ^     ^                     ^
 *      reader 0 uses -----+     |                     |   7 is freed when reader 2
 *      reader 1 uses  nothing   |                     |   is done with its batch
 *      reader 2 uses -----------|---------------------+
 *
 * A reader says which snapshot it uses for as long as it does, a batch at
 * most. Whoever frees snapshots asks first. A reader that waits for packets
 * uses nothing, so it never holds up a change.
 *
 * Knows: C11 atomics.   Must not know: what is in a snapshot.
 */
#ifndef SERVER_GENERATION_H
#define SERVER_GENERATION_H

#include <stdalign.h>
#include <stdatomic.h>

#include "store/snapshot.h"

enum { CACHE_LINE = 64 };

struct generation_reader {
	alignas(CACHE_LINE) _Atomic(const struct snapshot *) uses; /* NULL: nothing */
};

struct generation {
	alignas(CACHE_LINE) _Atomic(const struct snapshot *) published;
	size_t n_readers;
	struct generation_reader reader[];
};

/* generation_new makes room for n readers, numbered from 0; NULL if there is no memory. */
struct generation *generation_new(size_t n_readers);
void generation_free(struct generation *g);

/* generation_enter gives the snapshot to answer from; it stays until generation_leave. Never NULL once one
 * was published. */
const struct snapshot *generation_enter(struct generation *g, size_t reader);
void generation_leave(struct generation *g, size_t reader);

/* generation_publish: who enters from now on gets s. */
void generation_publish(struct generation *g, const struct snapshot *s);

/* generation_is_newest: nothing was published after s. */
bool generation_is_newest(const struct generation *g, const struct snapshot *s);

/* generation_in_use is false if no reader has s, nor ever will again once another was published. */
bool generation_in_use(const struct generation *g, const struct snapshot *s);

#endif
