/*
 * chain.h -- a zone's NSEC or NSEC3 chain: the entry at or before a key, in
 * whichever run of the image, or of the pool, it is.
 *
 * Knows: ask.h, store/run.h.   Must not know: what an entry proves.
 */
#ifndef ANSWER_CHAIN_H
#define ANSWER_CHAIN_H

#include "answer/ask.h"

struct chain_entry {
	struct run_entry entry;
	bool exact; /* its key is the one looked for */
	struct view page;
	unsigned i; /* its place in the page */
};

/* chain_floor finds the last entry of the current zone's chain whose key is at or before this one, going round
 * from the first to the last. OK, ERR_DAMAGED. */
enum err chain_floor(const struct ask *q, struct view key, struct chain_entry *out);

/* chain_before gives the key of the entry before one in its page; n is 0 if there is none. */
struct view chain_before(const struct chain_entry *e);

#endif
