/*
 * life.h -- one run of a policy over a zone's keys: files, state and engine
 * brought together.
 *
 *      life_run      keys are read, the engine steps, keys that it wants are made, until it wants none
 *      ... the zone is signed as the state says, and committed with the state ...
 *      life_note     the files' times follow, for people and other tools
 *
 * The state in the database counts; times in files are for reading. A process
 * that is killed between the two leaves a key that nobody uses, which the next
 * run takes instead of making another, or times that the next run writes.
 *
 * Knows: keydir.h, policy.h, roll.h.   Must not know: databases, zones' data.
 */
#ifndef KEYS_LIFE_H
#define KEYS_LIFE_H

#include "keys/keydir.h"
#include "keys/roll.h"

enum { AHEAD_KEYS_MAX = 256 };

struct life {
	struct keys keys;        /* all keys of the zone */
	struct sign_state state; /* after the run */
	struct roll_result result;
};

/* What is planned ahead of its time: the clock's own time, and the keys that the plan is through with. */
struct life_ahead {
	int64_t clock;
	unsigned n;
	uint16_t spent[AHEAD_KEYS_MAX]; /* tags */
};

/* life_run takes the state from `old` to `now` in *out, whose keys are the caller's to give back with life_end.
 * With `ahead` (else NULL) it plans: keys that it makes have `now` as Publish. On failure *why is a sentence for
 * the operator, and nothing but unused keys was written. ERR_REFUSED: what the policy wants cannot be done; others
 * are keydir.h's. */
MUST_CHECK enum err life_run(struct keydir *d, const struct name *zone, const struct policy *p,
			     const struct sign_state *old, int64_t now, const struct life_ahead *ahead,
			     struct life *out, char why[KEY_WHY]);
void life_end(struct life *l);

/* life_key gives the file of a key of the state, or NULL: it is not in the directory. */
const struct key *life_key(const struct keys *keys, const struct key_state *k);

/* life_has: the file's key is one of the state. */
bool life_has(const struct sign_state *s, const struct key *file);

/* life_retire writes the end of keys that the run forgot into their files: to be called before the state is
 * committed, for a key that is in no state is taken for a new one. life_note writes all other times of a state
 * that is committed. */
enum err life_retire(struct keydir *d, const struct life *l, char why[KEY_WHY]);
enum err life_note(struct keydir *d, const struct keys *keys, const struct sign_state *s, char why[KEY_WHY]);

/* life_purge removes the files of keys that are in no state and whose Delete was p->purge before the state's last
 * run, and counts them in *n. */
enum err life_purge(struct keydir *d, const struct keys *keys, const struct policy *p, const struct sign_state *s,
		    unsigned *n, char why[KEY_WHY]);

/* life_roll_key says of a key what the engine asks. */
void life_roll_key(const struct key *k, int64_t now, struct roll_key *out);

#endif
