/*
 * spawn.h -- starts a front: a process that is given the sockets, one end of
 * a channel, and nothing else.
 *
 * The front is exec'd, so it has none of the parent's memory, none of its
 * descriptors but those named on its command line, and opens the database
 * itself.
 *
 *      edictd --front CHANNEL,UDP,UDP,...,TCP,TCP,... -d DB -l ...
 *
 * Knows: listen.h, channel.h.   Must not know: what a front does.
 */
#ifndef SERVER_SPAWN_H
#define SERVER_SPAWN_H

#include <sys/types.h>

#include "server/listen.h"

/* spawn_front starts `program` with the arguments argv, put behind --front. False: errno tells, nothing runs.
 * The caller owns the process and the parent's end of the channel. */
MUST_CHECK bool spawn_front(const char *program, char *const argv[], const struct listen *l, pid_t *pid,
			    int *channel);

/* spawn_take is the other side: what spawn_front put on the command line. */
MUST_CHECK bool spawn_take(const struct options *o, int *channel, struct listen *l);

#endif
