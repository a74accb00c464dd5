/*
 * message.h -- a DNS message as text, in the form that dig made common.
 *
 * Knows: dns/.   Must not know: databases, zones.
 */
#ifndef ZONEC_MESSAGE_H
#define ZONEC_MESSAGE_H

#include "base/base.h"

/* message_print prints a message on standard output; false if it is malformed: what could be read is printed. */
bool message_print(struct view message);

#endif
