/*
 * load.h -- a master file becomes a checked zone, signed if the options say so;
 * its findings are reported.
 *
 * Knows: zone/, sign.h, report.h.   Must not know: databases.
 */
#ifndef ZONEC_LOAD_H
#define ZONEC_LOAD_H

#include "store/store.h"
#include "zone/zone.h"
#include "zonec/progress.h"
#include "zonec/sign.h"
#include "zonec/zonec.h"

struct loaded {
	struct zone *zone; /* NULL if it has errors */
	uint64_t errors, warnings;
	uint64_t checks[2]; /* bit set of the checks that ran */
	bool unreadable;    /* the file could not be read: exit 3, not 1 */
	bool stopped;       /* there were so many errors that it was not read to its end */
	bool is_signed;     /* by us, now */
	struct sign_result result;
};

/* load_stopped is a clause for the summary, empty if the file was read to its end. */
static inline const char *load_stopped(const struct loaded *l)
{
	return l->stopped ? "; reading stopped there (--max-errors)" : "";
}

/* load_zone reads and checks one zone and reports every finding on standard error (or as JSON on standard
 * output), and how far it is through `progress`, which has begun. It signs the zone by a plan of a policy, if
 * there is one (not NULL), or as the options say; signatures of its earlier self in the database `s`, which may be
 * NULL, stay as long as they are good. out->zone is the caller's to free. */
void load_zone(const struct options *o, struct store *s, const struct name *origin, const char *path,
	       struct zone_signing *by_policy, struct progress *progress, struct loaded *out);

#endif
