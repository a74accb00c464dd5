/*
 * oldzone.h -- the zone that the database has, as a signer wants to see it:
 * where signatures come from that may stay.
 *
 * Knows: bake/earlier.h, sign/sign.h.   Must not know: keys, plans.
 */
#ifndef ZONEC_OLDZONE_H
#define ZONEC_OLDZONE_H

#include "bake/earlier.h"
#include "sign/sign.h"

struct oldzone {
	struct earlier earlier;
	struct sign_old source; /* for the plan; good as long as this, which must not move */
};

/* oldzone_open looks the zone up; ERR_NOTFOUND if there is none. A change of the zone by somebody else while it is
 * being signed fails the signing, which then may be tried again. */
enum err oldzone_open(struct store *s, const struct name *apex, struct oldzone *out);

#endif
