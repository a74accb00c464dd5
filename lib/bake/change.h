/*
 * change.h -- a zone that is in the database, changed name by name.
 *
 *      changes -- by owner --> rows before and after --> records before and after
 *                                      |                        |
 *                                   rrsets                   its pages
 *
 *      and once for all of them: the runs of the denial chain, the zone row, the node of the zone table
 *
 * What a change costs depends on the names it touches and on their depth, not
 * on the zone: a name's records lie in one page, or in one page each if they
 * are large; a page that is full splits. A zone in the pool is small, so it is
 * made anew, and moves to an image of its own when it outgrows the pool.
 *
 * Names above a name come and go with it: an empty non-terminal is in its page
 * exactly as long as it has no data and something below it has.
 *
 * A signed zone is changed like any other. Who changes it has signed what
 * changes: an RRset brings its RRSIGs, and the NSEC or NSEC3 records that
 * change are changes, too. That the chain is whole afterwards is the caller's
 * care; here it is kept in order, and every name knows whether it is in it.
 *
 * Knows: changer.h, rows.h, table.h.   Must not know: messages, keys, who may change what.
 */
#ifndef BAKE_CHANGE_H
#define BAKE_CHANGE_H

#include "store/store.h"
#include "zone/zone.h"

struct change {
	struct name owner;       /* letter case as it shall be kept */
	uint16_t type;           /* never RRSIG: they are with what they cover */
	const struct rrset *set; /* what is there afterwards with its RRSIGs, in any order; NULL: nothing */
};

/*
 * change_apply changes a zone in a write transaction of the caller, who may put several changes into it and
 * commits them. Of several changes of one RRset the last counts. On failure *why is one line for the operator.
 * Nothing was written if the zone is not there (ERR_NOTFOUND), if the change may not be (ERR_REFUSED), or if an
 * RRset or a name is too large to be served (ERR_SPACE). After any other failure the transaction has to be
 * aborted. A new serial is a change of the SOA like any other. Whether the zone is still a good one is the
 * caller's question; its answers are those of the records it has then.
 *
 * ERR_REFUSED is for a change outside the zone or without an SOA afterwards; and, unless the zone is in the pool,
 * for what changes all of it and takes a whole build (compile.h): another kind of chain or other NSEC3 parameters,
 * the last record of a chain or the first, an SOA that gets its first RRSIG or loses the last, an NSEC3 record
 * that comes or goes for a name that does not (as when a chain begins or ends to opt out).
 *
 * What is known of the whole zone is kept exactly, but these, which a build makes exact again: the row's soonest
 * expiry is never later than that of any RRSIG but stays when the one goes that it is of; opt-out, wildcards and
 * the depths of cuts stay noted when the last goes.
 */
enum err change_apply(struct store *s, struct store_txn *t, const struct name *apex, const struct change *c,
		      size_t n, char why[256]);

#endif
