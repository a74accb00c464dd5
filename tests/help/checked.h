/*
 * checked.h -- a master file, read, sealed and checked as a compile does it,
 * with everything that was found counted.
 */
#ifndef TESTS_HELP_CHECKED_H
#define TESTS_HELP_CHECKED_H

#include <stdio.h>

#include "zone/check.h"

struct checked {
	struct zone *z;
	struct check_options o;
	struct checker *c;
	struct check_result result;
	unsigned syntax_errors;  /* what the reader of master files found */
	uint64_t found[CHECKS];  /* findings told of each check */
	char first[CHECKS][256]; /* the first of each: "owner: what" */
	uint32_t first_line[CHECKS];
	char first_error[512]; /* of the reader, or of the checks */
};

/* checked_begin prepares for one zone, with the default options; change c->o before the next call.
 * checked_text and checked_file read, seal and check. checked_end frees. */
void checked_begin(struct checked *c, const char *origin);
void checked_text(struct checked *c, struct view text);
void checked_file(struct checked *c, const char *path);
void checked_end(struct checked *c);

/* checked_accepted: this zone would be compiled. */
bool checked_accepted(const struct checked *c);

#endif
