/*
 * message.h -- DNS messages and records as text, in the form that dig made
 * common.
 *
 * Knows: dns/.   Must not know: databases, zones.
 */
#ifndef ZONEC_MESSAGE_H
#define ZONEC_MESSAGE_H

#include "base/base.h"

/* message_print prints a message on standard output; false if it is malformed: what could be read is printed. */
bool message_print(struct view message);

/* record_print prints a record (class IN, RDATA without compression) as a master file has it. ERR_FORMAT: its
 * RDATA is not of its type. */
enum err record_print(const char *owner, uint32_t ttl, uint16_t type, struct view rdata);

#endif
