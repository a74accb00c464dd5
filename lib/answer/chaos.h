/*
 * chaos.h -- version.bind and its like: TXT in class CHAOS (RFC 4892).
 *
 * Knows: ask.h.   Must not know: the database.
 */
#ifndef ANSWER_CHAOS_H
#define ANSWER_CHAOS_H

#include "answer/ask.h"

/* chaos_answer answers a question of class CH, or gives REFUSED: an RCODE. */
uint16_t chaos_answer(struct ask *q);

#endif
