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
	const char *what;
	bool on, shown;
	double began, last;
};

void progress_begin(struct progress *p, const char *what, bool quiet);

/* progress_at shows the state at most five times a second; total 0: unknown. */
void progress_at(struct progress *p, uint64_t octets, uint64_t total, uint64_t records);
void progress_end(struct progress *p);

#endif
