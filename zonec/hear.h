/*
 * hear.h -- what the parent's servers show of a zone's keys, as far as its
 * policy names servers and a key waits for it.
 *
 * A DS is seen if every server shows it, and gone if none shows it any more:
 * the servers of a parent do not all change at once. Whatever else comes back
 * is a warning, and the key goes on waiting.
 *
 * Knows: keys/, parent.h.   Must not know: databases, zones' data.
 */
#ifndef ZONEC_HEAR_H
#define ZONEC_HEAR_H

#include "keys/life.h"

/* What was heard in one run. */
struct heard {
	unsigned n;
	struct {
		uint16_t tag;
		uint8_t roles;
		bool seen; /* or gone */
	} key[STATE_KEYS_MAX];
};

/* hear_wanted: a key waits for the parent, and the policy says where the parent can be asked. */
bool hear_wanted(const struct policy *p, const struct sign_state *s);

/* hear_parent asks, and notes in the state what all servers agree upon, as of `now`. Where a DS set has
 * a larger TTL than the policy counts with, *p then has that. `origin` is what the operator calls the zone, for
 * warnings. */
void hear_parent(struct policy *p, struct sign_state *s, const struct keys *keys, const struct name *apex,
		 const char *origin, int64_t now, struct heard *out);

/* hear_tell prints what was heard. */
void hear_tell(const struct heard *h, const struct policy *p, const char *origin);

/* hear_waits: the parent is to show the key's DS, or to show it no more, and nobody has said that it does. */
bool hear_waits(const struct key_state *k);

/* hear_servers gives the servers of a policy as text: "192.0.2.1, 2001:db8::1@5353". */
const char *hear_servers(const struct policy *p);

#endif
