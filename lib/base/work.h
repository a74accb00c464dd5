/*
 * work.h -- work done by several threads, with the same outcome however many
 * they are.
 *
 *      items     0 ..... 4095 | 4096 ... 8191 | 8192 ... n - 1
 *      slices      number 0       number 1        number 2
 *      workers        0               1               0           whoever is free takes the next
 *
 * Where slices begin and end follows from the number of items and nothing
 * else. So what each slice leaves behind, taken in order of slices, is the
 * same for one thread and for sixteen.
 *
 * A process works with one thread until it says otherwise: programs that
 * compile do, a server does not. A thread that cannot be started leaves its
 * part to the others.
 *
 * Knows: libc.   Must not know: what the work is.
 */
#ifndef BASE_WORK_H
#define BASE_WORK_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/base.h"

enum { WORK_THREADS_MAX = 16 };

/* work_use says how many threads there are for all work from now on: 1..WORK_THREADS_MAX, or 0, one for each
 * processor. To be called while no work is being done. */
void work_use(unsigned threads);
unsigned work_threads(void);

struct slice {
	size_t number;   /* from 0 */
	size_t from, to; /* its items: from .. to - 1 */
	unsigned worker; /* 0 .. work_threads() - 1; never two slices at a time have the same; 0 is the caller */
};

typedef void work_fn(void *context, const struct slice *s);

/* work_slices gives the number of slices that n items make. */
static inline size_t work_slices(size_t n, size_t size)
{
	return (n + size - 1) / size;
}

/* Work on its way; only the functions look inside. It must not move. */
struct work {
	work_fn *fn;
	void *context;
	size_t n, size;
	atomic_size_t next; /* the first slice that nobody has taken */
	unsigned started;   /* threads beside the caller's */
	struct worker {
		struct work *work;
		unsigned number;
		pthread_t thread;
	} worker[WORK_THREADS_MAX];
};

/* work_begin has fn called once for each slice of `size` items, by all threads but the caller's, which may do
 * something else meanwhile. work_end lends a hand with what is left, and comes back when all is done. */
void work_begin(struct work *w, size_t n, size_t size, work_fn *fn, void *context);
void work_end(struct work *w);

/* work_begin_all is for a caller that will mostly wait for something else than a processor: all threads begin, and
 * it is one more. Then `worker` may be work_threads(), but is below WORK_THREADS_MAX. */
void work_begin_all(struct work *w, size_t n, size_t size, work_fn *fn, void *context);

/* work_run is both in one; for a single slice it starts no thread. */
void work_run(size_t n, size_t size, work_fn *fn, void *context);

#endif
