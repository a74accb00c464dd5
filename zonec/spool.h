/*
 * spool.h -- standard output that waits in a file until the database is let go:
 * who reads slowly, or not at all, shall not keep old pages from being used
 * again.
 *
 * Knows: libc.   Must not know: what is written.
 */
#ifndef ZONEC_SPOOL_H
#define ZONEC_SPOOL_H

#include <stdbool.h>

struct spool {
	int out, file; /* -1: nothing waits */
};

/* spool_begin sends what is written to standard output from now on to a file without a name, in TMPDIR or /tmp.
 * Nothing waits if standard output is a file itself, or if no file can be made there. */
void spool_begin(struct spool *s);

/* spool_end copies it to standard output, and gives that back. False: not all could be written, which it has said.
 */
bool spool_end(struct spool *s);

#endif
