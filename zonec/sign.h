/*
 * sign.h -- from the options to a plan: which keys sign a zone, and how.
 *
 *      zone_signing_begin -- read: signing_takes ... -- sign_prepare, sign_zone with plan -- zone_signing_end
 *
 * Knows: keys/, sign/.   Must not know: master files, databases.
 */
#ifndef ZONEC_SIGN_H
#define ZONEC_SIGN_H

#include "keys/keydir.h"
#include "sign/sign.h"
#include "zonec/zonec.h"

/* How one zone is signed, now. */
struct zone_signing {
	struct keys keys;
	struct sign_key use[SIGN_KEYS_MAX];
	struct sign_plan plan; /* complete, but for old and progress */
	uint8_t salt[UINT8_MAX];
};

/* sign_options_right says whether the words of the options are understood; false: it has said what is wrong. */
MUST_CHECK bool sign_options_right(const struct options *o);

/* zone_signing_begin reads the zone's keys and makes its plan. On failure *why is a sentence for the operator: no
 * keys, none that signs now, a file that others can read. A key directory stays open for the next zone. */
MUST_CHECK enum err zone_signing_begin(const struct options *o, const struct name *apex, struct zone_signing *s,
				       char why[SIGN_WHY]);
void zone_signing_end(struct zone_signing *s);

/* sign_keys_close closes the key directory, if one is open. */
void sign_keys_close(void);

#endif
