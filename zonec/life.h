/*
 * life.h -- what the commands about policies share: the policy that the
 * options name, and a zone's signing state in the database.
 *
 * Knows: keys/, store/.   Must not know: master files.
 */
#ifndef ZONEC_LIFE_H
#define ZONEC_LIFE_H

#include "keys/policy.h"
#include "keys/roll.h"
#include "sign/sign.h"
#include "store/store.h"
#include "zonec/zonec.h"

/* policy_of reads the policy of --policy. Gives an exit code: it has said what is wrong. */
int policy_of(const struct options *o, struct policy *out);

/* state_of reads the state of a zone as a transaction sees it: the empty one if it has none. False: it has said
 * what is wrong. */
MUST_CHECK bool state_of(struct store_txn *t, const struct name *apex, struct sign_state *out);

/* state_load reads it from the database of -d; without one it is empty. Gives an exit code. */
int state_load(const struct options *o, const struct name *apex, struct sign_state *out);

/* state_clock refuses a clock that is behind the last step of the keys by more than an hour: ERR_REFUSED, and why.
 */
enum err state_clock(const struct sign_state *old, int64_t now, char why[SIGN_WHY]);

/* state_change reads the state of the zone that the first operand names, lets `change` do its work, and commits
 * the state if that gave EXIT_DONE, in one transaction. Gives an exit code. */
typedef int state_change_fn(struct sign_state *s, const struct options *o);
int state_change(const struct options *o, state_change_fn *change);

enum { EVENT_TEXT = 80 };

/* event_text tells what happened to a key, as it goes on after its name: "its DNSKEY is published". False: nothing
 * that people want to know. */
bool event_text(const struct roll_event *v, char out[EVENT_TEXT]);

#endif
