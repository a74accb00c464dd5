/*
 * progress.h -- how far a long piece of work is, on a terminal.
 *
 * Nothing is shown in the first second, when standard error is no terminal,
 * or with --quiet. One line, overwritten in place, gone when the work ends.
 *
 * Knows: libc.   Must not know: zones.
 */
#ifndef ZONEC_PROGRESS_H
#define ZONEC_PROGRESS_H

#include "base/base.h"

struct progress {
	const char *doing; /* the part of the work that is being done */
	bool on, shown;
	double began, turned, last; /* the work, that part; shown last */
};

void progress_begin(struct progress *p, bool quiet);

/* progress_at shows the state at most five times a second: "reading", `done` of `total` (0: unknown), so many
 * "records". The phrase and the unit are static text. */
void progress_at(struct progress *p, const char *doing, uint64_t done, uint64_t total, uint64_t n, const char *unit);

/* progress_clear makes way for other lines; the next progress_at shows it again. */
void progress_clear(struct progress *p);

#endif
