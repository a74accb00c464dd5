/*
 * renew.h -- takes the next snapshot when somebody committed, and lets go of
 * those that no thread uses any more.
 *
 *      stale? -> PIN -> snapshot -> touch its new pages -> publish -> (unused) -> free -> DROP
 *
 * A pin that is not let go makes the file grow with every commit, so nobody
 * may keep one without a word: the parent ends a front that does not answer
 * its pings, and a front whose thread never comes back ends itself.
 *
 * The parent's pin comes first and goes last: as long as it holds a
 * transaction, no page of that commit or a later one is written over.
 *
 * Knows: channel.h, generation.h, lib/store.   Must not know: threads, DNS.
 */
#ifndef SERVER_RENEW_H
#define SERVER_RENEW_H

#include "server/channel.h"
#include "server/generation.h"
#include "server/pin.h"

/* What the parent said, kept until the front acts on it. */
struct orders {
	bool drain, quit;
	bool alone; /* the parent is gone, and with it every pin */
};

struct renew {
	int channel;
	struct store *store;
	struct generation *generation;
	struct orders orders;
	size_t current;                  /* the published one */
	struct snapshot *held[PINS_MAX]; /* by the number of its pin; NULL: free */
	uint64_t complained;             /* ms: when the last failure was logged */
	uint64_t counted;                /* ms: when `late` was last counted up */
	unsigned late[PINS_MAX];         /* seconds that some thread uses it, though there is a newer one */
	bool stuck;                      /* one of these is beyond all patience */
};

/* renew_open pins, opens the database and makes the first snapshot. On failure `why` is a line for the operator.
 */
enum err renew_open(struct renew *r, int channel, const char *database, char why[256]);

/* renew_publish shows the first snapshot to the readers of g. */
void renew_publish(struct renew *r, struct generation *g);

/* renew_hear takes in what the parent said, waiting up to `wait` ms for it. */
void renew_hear(struct renew *r, int wait);

/* A thread touches pages for at most so long before it looks for newer ones, or uses a snapshot that is not the
 * newest for so long before it is given up. */
enum { RENEW_TOUCH = 4000 /* ms */, RENEW_LATE = 15 /* s */ };

/* renew_tick frees what is unused and, if the database has something newer, publishes it. */
void renew_tick(struct renew *r);

/* renew_close frees everything. No reader may be left. */
void renew_close(struct renew *r);

#endif
