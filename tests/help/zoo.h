/*
 * zoo.h -- four zones with some of everything, for those who spoil pages and
 * requests: small. (NSEC) and small3. (NSEC3) live in the pool, big. and big3.
 * have images of their own, with several pages and RRsets in pieces.
 */
#ifndef TESTS_HELP_ZOO_H
#define TESTS_HELP_ZOO_H

#include "tests/help/answering.h"

void zoo_zones(struct answering *a);

#endif
