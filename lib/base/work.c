#include "base/work.h"

#include <stdatomic.h>
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

struct crew {
	work_fn *fn;
	void *context;
	size_t n, size;
	atomic_size_t next; /* the first slice that nobody has taken */
};

struct worker {
	struct crew *crew;
	unsigned number;
	pthread_t thread;
};

static void *work(void *context)
{
	const struct worker *w = context;
	struct crew *crew = w->crew;
	const size_t slices = work_slices(crew->n, crew->size);
	size_t i;

	while ((i = atomic_fetch_add(&crew->next, 1)) < slices) {
		struct slice s = { i, i * crew->size, crew->n, w->number };
		if (crew->n - s.from > crew->size)
			s.to = s.from + crew->size;
		crew->fn(crew->context, &s);
	}
	return NULL;
}

void work_run(size_t n, size_t size, work_fn *fn, void *context)
{
	struct crew crew = { fn, context, n, size, 0 };
	struct worker worker[WORK_THREADS_MAX];
	const size_t slices = work_slices(n, size);
	unsigned wanted = slices < threads ? (unsigned)slices : threads, started = 1;

	worker[0] = (struct worker){ .crew = &crew };
	for (; started < wanted; started++) {
		struct worker *w = &worker[started];
		*w = (struct worker){ .crew = &crew, .number = started };
		if (pthread_create(&w->thread, NULL, work, w) != 0)
			break;
	}
	work(&worker[0]);
	for (unsigned i = 1; i < started; i++)
		pthread_join(worker[i].thread, NULL);
}

static void *run_beside(void *beside)
{
	struct beside *b = beside;

	b->fn(b->context);
	return NULL;
}

void work_begin(struct beside *b, void (*fn)(void *context), void *context)
{
	*b = (struct beside){ .fn = fn, .context = context };
	b->runs = threads > 1 && pthread_create(&b->thread, NULL, run_beside, b) == 0;
}

void work_end(struct beside *b)
{
	if (b->runs)
		pthread_join(b->thread, NULL);
	else
		b->fn(b->context);
}
