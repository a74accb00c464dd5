#include "server/damage.h"

#include <stdio.h>
#include <stdlib.h>

enum { DAMAGE_PAUSE = 1000, DAMAGE_PAUSE_SAME_ZONE = 60000 }; /* ms between lines */

struct damage *damage_new(void)
{
	struct damage *d = calloc(1, sizeof *d);

	if (d != NULL)
		pthread_mutex_init(&d->lock, NULL);
	return d;
}

void damage_free(struct damage *d)
{
	if (d != NULL)
		pthread_mutex_destroy(&d->lock);
	free(d);
}

/* The entry of this apex, a free one, or the one spoken of longest ago. */
static struct damage_zone *entry_of(struct damage *d, const char *apex)
{
	struct damage_zone *oldest = &d->zone[0];

	for (size_t i = 0; i < d->n; i++) {
		if (strcmp(d->zone[i].apex, apex) == 0)
			return &d->zone[i];
		if (d->zone[i].spoken < oldest->spoken)
			oldest = &d->zone[i];
	}
	if (d->n < DAMAGE_ZONES_MAX)
		oldest = &d->zone[d->n++];
	*oldest = (struct damage_zone){ 0 };
	snprintf(oldest->apex, sizeof oldest->apex, "%s", apex);
	return oldest;
}

void damage_note(struct damage *d, const char *apex, uint64_t answers)
{
	pthread_mutex_lock(&d->lock);
	entry_of(d, apex)->answers += answers;
	pthread_mutex_unlock(&d->lock);
}

static struct damage_zone *due(struct damage *d, uint64_t now)
{
	struct damage_zone *best = NULL;

	if (d->spoken != 0 && now - d->spoken < DAMAGE_PAUSE)
		return NULL;
	for (size_t i = 0; i < d->n; i++) {
		struct damage_zone *z = &d->zone[i];

		if (z->answers == 0 || (z->spoken != 0 && now - z->spoken < DAMAGE_PAUSE_SAME_ZONE))
			continue;
		if (best == NULL || z->spoken < best->spoken)
			best = z;
	}
	return best;
}

bool damage_next(struct damage *d, uint64_t now, char apex[NAME_TEXT_MAX], uint64_t *answers)
{
	struct damage_zone *z;

	pthread_mutex_lock(&d->lock);
	z = due(d, now);
	if (z != NULL) {
		memcpy(apex, z->apex, NAME_TEXT_MAX);
		*answers = z->answers;
		z->answers = 0;
		z->spoken = d->spoken = now;
	}
	pthread_mutex_unlock(&d->lock);
	return z != NULL;
}
