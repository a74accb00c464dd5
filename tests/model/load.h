/*
 * load.h -- a zone from a master file, for tests: any error ends the process
 * with a message.
 */
#ifndef TESTS_MODEL_LOAD_H
#define TESTS_MODEL_LOAD_H

#include "zone/zone.h"

/* load_zone reads and seals a file; load_text does the same with text. The origin is text, with a final dot. */
struct zone *load_zone(const char *path, const char *origin);
struct zone *load_text(const char *text, const char *origin);

/* name_of is a name from text that is known to be right, with a final dot. */
struct name name_of(const char *text);

#endif
