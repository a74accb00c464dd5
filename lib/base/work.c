#include "base/work.h"

#include <unistd.h>

static unsigned threads = 1;

void work_use(unsigned n)
{
	if (n == 0) {
		const long processors = sysconf(_SC_NPROCESSORS_ONLN);
		n = processors < 1 ? 1 : processors > WORK_THREADS_MAX ? WORK_THREADS_MAX : (unsigned)processors;
	}
	threads = n < WORK_THREADS_MAX ? n : WORK_THREADS_MAX;
}

unsigned work_threads(void)
{
	return threads;
}

static void *work(void *context)
{
	const struct worker *me = context;
	struct work *w = me->work;
	const size_t slices = work_slices(w->n, w->size);
	size_t i;

	while ((i = atomic_fetch_add(&w->next, 1)) < slices) {
		struct slice s = { i, i * w->size, w->n, me->number };
		if (w->n - s.from > w->size)
			s.to = s.from + w->size;
		w->fn(w->context, &s);
	}
	return NULL;
}

/* begin starts as many threads as have something to do, and `most`, if the caller takes so many slices itself. */
static void begin(struct work *w, size_t n, size_t size, work_fn *fn, void *context, size_t callers, unsigned most)
{
	const size_t slices = work_slices(n, size), others = slices > callers ? slices - callers : 0;
	const unsigned wanted = others < most ? (unsigned)others : most;

	w->fn = fn;
	w->context = context;
	w->n = n;
	w->size = size;
	w->started = 0;
	atomic_init(&w->next, 0);
	while (w->started < wanted) {
		struct worker *next = &w->worker[w->started + 1];
		next->work = w;
		next->number = w->started + 1;
		if (pthread_create(&next->thread, NULL, work, next) != 0)
			break;
		w->started++;
	}
}

void work_begin(struct work *w, size_t n, size_t size, work_fn *fn, void *context)
{
	begin(w, n, size, fn, context, 0, threads - 1);
}

void work_begin_all(struct work *w, size_t n, size_t size, work_fn *fn, void *context)
{
	begin(w, n, size, fn, context, 0, threads < WORK_THREADS_MAX ? threads : threads - 1);
}

void work_end(struct work *w)
{
	w->worker[0].work = w;
	w->worker[0].number = 0;
	work(&w->worker[0]);
	for (unsigned i = 1; i <= w->started; i++)
		pthread_join(w->worker[i].thread, NULL);
}

void work_run(size_t n, size_t size, work_fn *fn, void *context)
{
	struct work w;

	begin(&w, n, size, fn, context, 1, threads - 1);
	work_end(&w);
}
