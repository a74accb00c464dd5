/*
 * parent.h -- the process that is started by the operator: binds, keeps a
 * front serving, holds its pins, and passes on what the operator says.
 *
 * Knows: spawn.h, pin.h, channel.h, lib/store.   Must not know: DNS, threads.
 */
#ifndef SERVER_PARENT_H
#define SERVER_PARENT_H

#include "server/options.h"

/* What the programs' exit codes mean. */
enum { EXIT_DONE = 0, EXIT_USAGE = 2, EXIT_SYSTEM = 3 };

/* parent_run serves until a signal ends it and gives the exit code. argv is the command line that o was
 * parsed from; program is what is started as front. */
int parent_run(const struct options *o, char *const argv[], const char *program);

#endif
