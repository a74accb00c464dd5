/*
 * figures.h -- what work costs, measured; and where measured figures go.
 *
 * With EDICT_LONG=1 in the environment (`make long`) tests that can run for
 * a minute do, and write their figures to the file EDICT_FIGURES names.
 */
#ifndef TESTS_HELP_FIGURES_H
#define TESTS_HELP_FIGURES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/base.h"

/* long_run: this is `make long`. long_or picks one of two numbers by that. */
bool long_run(void);
unsigned long_or(unsigned in_long, unsigned in_check);

/* figure notes one line: what, and how much, with its unit. */
void figure(const char *what, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* What this process used up so far, or between two of them. */
struct cost {
	uint64_t cpu_ns;
	uint64_t written; /* octets given to write calls: LMDB writes whole pages */
};

struct cost cost_now(void);
struct cost cost_since(struct cost before);

/* cost_each divides by a number of pieces of work. */
struct cost cost_each(struct cost c, uint64_t n);

/* cost_of measures work(context, 0 .. n - 1) and gives what one of them costs. The CPU time is that of the quickest
 * tenth of them, for the machine has other things to do. */
struct cost cost_of(void (*work)(void *context, unsigned i), void *context, unsigned n);

#endif
