#include "server/generation.h"

#include <stdlib.h>

struct generation *generation_new(size_t n_readers)
{
	size_t octets = sizeof(struct generation) + n_readers * sizeof(struct generation_reader);
	struct generation *g = aligned_alloc(CACHE_LINE, octets);

	if (g == NULL)
		return NULL;
	atomic_init(&g->published, NULL);
	g->n_readers = n_readers;
	for (size_t i = 0; i < n_readers; i++)
		atomic_init(&g->reader[i].uses, NULL);
	return g;
}

void generation_free(struct generation *g)
{
	free(g);
}

/* Between loading what is published and saying so, another may be published and ours freed: so look again.
 * The loop ends because publishing happens some twenty times a second at most. The order of store and second
 * load matters (Dekker), hence sequential consistency. */
const struct snapshot *generation_enter(struct generation *g, size_t reader)
{
	const struct snapshot *s = atomic_load_explicit(&g->published, memory_order_acquire);

	for (;;) {
		const struct snapshot *now;

		atomic_store(&g->reader[reader].uses, s);
		now = atomic_load(&g->published);
		if (now == s)
			return s;
		s = now;
	}
}

void generation_leave(struct generation *g, size_t reader)
{
	atomic_store_explicit(&g->reader[reader].uses, NULL, memory_order_release);
}

void generation_publish(struct generation *g, const struct snapshot *s)
{
	atomic_store(&g->published, s);
}

bool generation_is_newest(const struct generation *g, const struct snapshot *s)
{
	return atomic_load(&g->published) == s;
}

bool generation_in_use(const struct generation *g, const struct snapshot *s)
{
	if (generation_is_newest(g, s))
		return true;
	for (size_t i = 0; i < g->n_readers; i++)
		if (atomic_load(&g->reader[i].uses) == s)
			return true;
	return false;
}
