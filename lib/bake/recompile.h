/*
 * recompile.h -- a compile of a zone that is there already, as a change: what
 * differs is found and applied in one transaction.
 *
 *      compile.h -- recompile --+--> nothing differs: nothing is written
 *                               +--> little differs:  change_apply, the zone's row
 *                               +--> no: a whole build, or the zone's page of the pool
 *
 * Knows: difference.h, change.h, compile.h.   Must not know: builds.
 */
#ifndef BAKE_RECOMPILE_H
#define BAKE_RECOMPILE_H

#include "bake/compile.h"

/* recompile does it and tells in the job what it did. False: the database is as it was, and the zone takes a whole
 * build: it is not there or in the pool, took updates, was changed meanwhile by somebody else or is damaged, too
 * much differs, or what differs cannot be changed in place (change.h); or the caller wants it (facts.replace). */
MUST_CHECK bool recompile(struct store *s, struct compile_job *job);

/* recompile_needless is true if the zone is in the pool as it is in memory, and tells so in the job. It looks at
 * what is on disk: the zone must not wait to be written. */
MUST_CHECK bool recompile_needless(struct store *s, struct compile_job *job);

#endif
