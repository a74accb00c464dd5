/*
 * worker.h -- what a thread that answers needs, whatever the transport: its
 * own answerer, its place among the readers, and two descriptors that become
 * readable (and stay so) when it is time to end.
 *
 * Knows: lib/answer, generation.h, damage.h.   Must not know: sockets of clients.
 */
#ifndef SERVER_WORKER_H
#define SERVER_WORKER_H

#include "answer/query.h"
#include "server/damage.h"
#include "server/generation.h"

/* What all threads of a front share. */
struct bell {
	int drain; /* eventfd: take no new work */
	int quit;  /* eventfd: end now; rings with drain */
};

struct worker {
	size_t number; /* its place among the generation's readers */
	struct generation *generation;
	struct damage *damage;
	struct answerer *answerer;
	uint64_t damaged; /* failed answers already noted */
	struct bell bell;
	atomic_bool *alive; /* set false by the thread when it ends */
};

/* worker_begin gives the snapshot for a batch; worker_end lets it go. Nothing may wait in between. */
static inline const struct snapshot *worker_begin(struct worker *w)
{
	return generation_enter(w->generation, w->number);
}
void worker_end(struct worker *w);

#endif
