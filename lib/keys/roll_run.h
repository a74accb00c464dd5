/*
 * roll_run.h -- what the files of the engine share: one step on its way.
 *
 * Knows: roll.h.   Must not know: what roll.h must not.
 */
#ifndef KEYS_ROLL_RUN_H
#define KEYS_ROLL_RUN_H

#include "keys/roll.h"

struct run {
	const struct policy *p;
	struct sign_state *s;
	int64_t now;
	struct roll_result *out;
	bool changed; /* something moved in this round */
};

/* run_note adds an event. */
void run_note(struct run *r, enum event_kind kind, const struct key_state *k, enum thing t);

/* run_move puts a thing into a phase, now. */
void run_move(struct run *r, struct key_state *k, enum thing t, enum phase to);

/* rules_apply makes the moves that are safe now, in one round over all keys. */
void rules_apply(struct run *r);

#endif
