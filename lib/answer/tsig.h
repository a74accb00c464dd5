/*
 * tsig.h -- the TSIG record of a request that nobody here has a key for: it
 * is answered NOTAUTH with an unsigned TSIG that says BADKEY (RFC 8945 5.2.1,
 * 5.3.2).
 *
 * Knows: dns/.   Must not know: keys, MACs.
 */
#ifndef ANSWER_TSIG_H
#define ANSWER_TSIG_H

#include "base/rd.h"
#include "base/wr.h"

/* tsig_sound says whether the record at the cursor is a TSIG as RFC 8945 4.2 wants it. */
bool tsig_sound(struct rd record);

/* tsig_badkey writes the answer's TSIG for the sound one at the cursor; false, and nothing written: no room. */
MUST_CHECK bool tsig_badkey(struct rd record, struct wr *out);

#endif
