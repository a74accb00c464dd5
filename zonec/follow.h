/*
 * follow.h -- a zone follows a policy: from the state in the database to a
 * plan for its signatures, and back.
 *
 *      follow_begin -- follow_sign, the zone is signed -- committed with f->octets -- follow_end
 *
 * Knows: keys/, sign/, store/.   Must not know: master files.
 */
#ifndef ZONEC_FOLLOW_H
#define ZONEC_FOLLOW_H

#include "keys/ksr.h"
#include "keys/life.h"
#include "store/store.h"
#include "zonec/hear.h"
#include "zonec/sign.h"

/* One zone on its way. */
struct following {
	struct policy policy;
	struct life life;
	uint8_t octets[SIGN_STATE_MAX]; /* the new state, to be committed with the zone */
	uint8_t was[SIGN_STATE_MAX];    /* and the one it was made from, which must still be there then */
	size_t n_octets, n_was;
	struct ksr bundles; /* of a KSK that is elsewhere */
	struct sign_given given[KSR_RECORDS_MAX];
	size_t n_given;
	struct heard heard; /* of the parent, in this run */
	bool leaves;        /* it had a policy and has none any more: the state goes */
	bool changed;       /* something happened to its keys, or the parent was heard of */
};

/* follow_begin reads policy, keys and state, steps, and makes the keys that are wanted. On failure *why is a
 * sentence for the operator. */
MUST_CHECK enum err follow_begin(const struct options *o, struct store *s, const struct name *apex,
				 struct following *f, char why[SIGN_WHY]);

/* follow_had: the zone followed a policy when it was compiled last. follow_leave is follow_begin for one that is
 * compiled without: ERR_REFUSED while keys are in use, unless --replace is given; then the state goes with the
 * commit. */
bool follow_had(struct store *s, const struct name *apex);
MUST_CHECK enum err follow_leave(const struct options *o, struct store *s, const struct name *apex,
				 struct following *f, char why[SIGN_WHY]);

/* follow_sign makes the plan, and takes the keys over. False: the zone has no keys now and stays unsigned. */
bool follow_sign(struct following *f, int64_t now, struct zone_signing *s);

/* follow_done is for after the commit: it writes times into the keys' files and prints what happened. False: it
 * has said what is wrong. */
MUST_CHECK bool follow_done(const struct options *o, const struct name *apex, const char *origin,
			    const struct following *f);
void follow_end(struct following *f);

/* follow_keep commits the state alone, of a zone that is unchanged. ERR_BUSY: it is not the one that was read. */
enum err follow_keep(struct store *s, const struct name *apex, const struct following *f);

#endif
