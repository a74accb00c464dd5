/*
 * verified.h -- what is stored is what baking the rows gives, or the test
 * fails.
 */
#ifndef TESTS_HELP_VERIFIED_H
#define TESTS_HELP_VERIFIED_H

#include "store/snapshot.h"

/* verified_zone: one zone is; `when` says in which situation. */
void verified_zone(const struct snapshot *s, const struct name *apex, const char *when);

/* verified_all: every zone of the database is. Gives their number. */
size_t verified_all(struct store *s);

#endif
