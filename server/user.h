/*
 * user.h -- who the front is. It parses packets from the Internet, so it is
 * nobody: not root, not the owner of the database, and never again anyone else.
 *
 * Knows: the system's users.   Must not know: anything else.
 */
#ifndef SERVER_USER_H
#define SERVER_USER_H

#include "server/options.h"

/* user_become gives up root, if this process has it, for the user that the options name. Without root it is
 * only checked that nobody else was asked for. False: `why` is a line for the operator. */
MUST_CHECK bool user_become(const struct options *o, char why[256]);

/* user_harmless is false if this process, after giving up root, could write to the database in the working
 * directory, and the operator did not ask for just that by naming the user. */
MUST_CHECK bool user_harmless(const struct options *o, bool was_root, char why[256]);

#endif
