/*
 * tempdb.h -- a database directory that goes when the test ends, and random
 * names.
 *
 * The directory is made below TMPDIR, else /tmp; where that is an overlay
 * (in a container) /dev/shm serves.
 */
#ifndef TESTS_HELP_TEMPDB_H
#define TESTS_HELP_TEMPDB_H

#include "dns/name.h"
#include "store/store.h"
#include "tests/help/rng.h"

/* tempdb_dir makes an empty directory; tempdb_remove removes it and the files in it. */
const char *tempdb_dir(void);
void tempdb_remove(void);

/* tempdb_open opens it, and fails the test with the reason if it can not. */
struct store *tempdb_open(int flags);

/* rng_name gives a name of up to `labels` short labels over few octets, \000 and \255 among them: such
 * names are often each other's ancestors, neighbours and equals. */
struct name rng_name(struct rng *state, unsigned labels);

#endif
