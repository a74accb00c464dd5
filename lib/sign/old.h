/*
 * old.h -- the zone as it was, beside the zone as it is: what differs, and
 * which signatures may stay.
 *
 * Both are in canonical order, so one walk along the old zone meets each RRset
 * of a stretch of the new one.
 *
 * Knows: sign.h, zone/.   Must not know: where the old zone comes from.
 */
#ifndef SIGN_OLD_H
#define SIGN_OLD_H

#include "sec/rrsig.h"
#include "sign/sign.h"

struct old_walk {
	const struct sign_old *old;
	void *walk;
	struct old_set set;
	bool here; /* `set` is one that nobody has passed yet */
	bool failed;
};

/* old_open starts at the first old RRset at or behind `from`. Without an old zone there is none. */
void old_open(struct old_walk *w, const struct sign_old *old, const struct name *from);

/* old_next goes on to the next one. */
void old_next(struct old_walk *w);

/* old_close is false if the walk failed: then what it gave was not all there is. */
MUST_CHECK bool old_close(struct old_walk *w);

/* old_pass goes to the RRset of this owner and type, true if there is one. How many others it passed is added to
 * *passed. */
bool old_pass(struct old_walk *w, const struct name *owner, uint16_t type, uint64_t *passed);

/* old_same: the RRset of this name is still the same: TTL and records. */
bool old_same(const struct old_set *old, const struct rrset *s);

/* old_spelt: its owner has the same letter case as well, which nothing signed depends on. */
static inline bool old_spelt(const struct old_set *old, const struct node *n)
{
	return view_eq(view_of(old->owner.wire, old->owner.len), view_of(n->owner, n->owner_len));
}

/* old_rdata gives the i-th RDATA, RRSIGs behind the records; false if the data is damaged. */
bool old_rdata(const struct old_set *old, uint32_t i, struct view *out);

/* old_signature gives the RRSIG that would be made now as far as key, owner, TTL and signer go, and is fresh:
 * begun, and valid for longer than the plan's refresh. Empty if there is none. */
struct view old_signature(const struct old_set *old, const struct rrsig *wanted, const struct sign_plan *p);

#endif
