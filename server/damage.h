/*
 * damage.h -- zones whose data was found damaged, on their way from the
 * threads that find it to the log: a line for each zone, at most one a second.
 *
 * Only the rare bad answer comes here, so a lock does no harm.
 *
 * Knows: libc.   Must not know: what damage is.
 */
#ifndef SERVER_DAMAGE_H
#define SERVER_DAMAGE_H

#include <pthread.h>

#include "dns/name.h"

enum { DAMAGE_ZONES_MAX = 64 }; /* more damaged zones than this take turns in the table */

struct damage_zone {
	char apex[NAME_TEXT_MAX];
	uint64_t answers; /* that failed since the last line */
	uint64_t spoken;  /* ms: when the last line was written; 0: never */
};

struct damage {
	pthread_mutex_t lock;
	size_t n;
	uint64_t spoken;
	struct damage_zone zone[DAMAGE_ZONES_MAX];
};

struct damage *damage_new(void);
void damage_free(struct damage *d);

/* damage_note: `answers` more failed, the last one in the zone `apex`. Any thread. */
void damage_note(struct damage *d, const char *apex, uint64_t answers);

/* damage_next gives the zone that waits longest for its line, if one may be written now (ms). */
MUST_CHECK bool damage_next(struct damage *d, uint64_t now, char apex[NAME_TEXT_MAX], uint64_t *answers);

#endif
