#include "base/belt.h"

#include "base/work.h"

struct belt {
	const struct belt_calls *calls;
	void *context;
	pthread_mutex_t lock;
	pthread_cond_t moved;
	size_t taken;            /* pieces; the lock's, like the others below */
	size_t made[BELT_SLOTS]; /* the piece that was made last for a slot, from 1 */
	bool stopped;
};

static unsigned slot_of(size_t piece)
{
	return (unsigned)(piece % BELT_SLOTS);
}

/* has_room waits until the slot of a piece is free; false: no piece is wanted any more. Pieces are begun in their
 * order, so the first that is not taken never waits. */
static bool has_room(struct belt *b, size_t piece)
{
	pthread_mutex_lock(&b->lock);
	while (!b->stopped && piece >= b->taken + BELT_SLOTS)
		pthread_cond_wait(&b->moved, &b->lock);
	const bool wanted = !b->stopped;
	pthread_mutex_unlock(&b->lock);
	return wanted;
}

static void make(void *belt, const struct slice *s)
{
	struct belt *b = belt;

	if (!has_room(b, s->number))
		return;
	b->calls->make(b->context, s->number, slot_of(s->number));
	pthread_mutex_lock(&b->lock);
	b->made[slot_of(s->number)] = s->number + 1;
	pthread_cond_broadcast(&b->moved);
	pthread_mutex_unlock(&b->lock);
}

static void await(struct belt *b, size_t piece)
{
	pthread_mutex_lock(&b->lock);
	while (b->made[slot_of(piece)] != piece + 1)
		pthread_cond_wait(&b->moved, &b->lock);
	pthread_mutex_unlock(&b->lock);
}

static void note_taken(struct belt *b, bool last)
{
	pthread_mutex_lock(&b->lock);
	b->taken++;
	b->stopped = last;
	pthread_cond_broadcast(&b->moved);
	pthread_mutex_unlock(&b->lock);
}

static enum err take_all(struct belt *b, size_t n)
{
	enum err e = OK;

	for (size_t i = 0; i < n && e == OK; i++) {
		await(b, i);
		e = b->calls->take(b->context, i, slot_of(i));
		note_taken(b, e != OK || i + 1 == n);
	}
	return e;
}

/* alone is for one thread. */
static enum err alone(size_t n, const struct belt_calls *calls, void *context)
{
	enum err e = OK;

	for (size_t i = 0; i < n && e == OK; i++) {
		calls->make(context, i, slot_of(i));
		e = calls->take(context, i, slot_of(i));
	}
	return e;
}

static enum err together(size_t n, const struct belt_calls *calls, void *context)
{
	struct belt b = { .calls = calls, .context = context };
	struct work w;

	pthread_mutex_init(&b.lock, NULL);
	pthread_cond_init(&b.moved, NULL);
	work_begin_all(&w, n, 1, make, &b);
	enum err e = OK;
	if (w.started == 0) { /* there is no thread to be had: work_end would make pieces that nobody wants */
		b.stopped = true;
		e = alone(n, calls, context);
	} else {
		e = take_all(&b, n);
	}
	work_end(&w);
	pthread_cond_destroy(&b.moved);
	pthread_mutex_destroy(&b.lock);
	return e;
}

enum err belt_run(size_t n, const struct belt_calls *calls, void *context)
{
	return n > 1 && work_threads() > 1 ? together(n, calls, context) : alone(n, calls, context);
}
