/*
 * heard.h -- all that the reader of master files said, as text:
 *
 *      a.test. 60 A 1.2.3.4                        a record
 *      2:9: error: preference: "x" is no number    a finding
 *
 * Knows: zone/master.h.
 */
#ifndef TESTS_HELP_HEARD_H
#define TESTS_HELP_HEARD_H

#include "zone/master.h"

struct heard {
	char text[1 << 16];
	size_t len;
	unsigned records, errors, warnings, untold;
};

/* heard_origin is "test.", the origin of all these tests. */
struct name heard_origin(void);

/* heard_calls gives callbacks that write to h. */
struct master_calls heard_calls(struct heard *h);

/* heard_text clears h and reads text in memory. */
enum err heard_text(struct view text, struct heard *h, const struct master_options *o);

/* heard_same: each line of `want` is that line of what was heard, or, if it begins with a digit or does not end
 * with a newline, begins it; and nothing more was heard. */
bool heard_same(const char *want, const char *heard);

/* heard_case fails the test unless this text gives what is wanted, as heard_same has it, and an error where one
 * was heard. */
void heard_case(const char *why, const char *text, const char *want);

#endif
