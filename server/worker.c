#include "server/worker.h"

void worker_end(struct worker *w)
{
	uint64_t damaged = answerer_counters(w->answerer)->damaged;

	generation_leave(w->generation, w->number);
	if (unlikely(damaged != w->damaged)) {
		damage_note(w->damage, answerer_damaged(w->answerer), damaged - w->damaged);
		w->damaged = damaged;
	}
}
