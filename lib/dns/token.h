/*
 * token.h -- the words of one entry of a master file, as the scanner cut them.
 *
 * A token is a view into the text: escapes are still in it, quotes are not
 * (a quoted token says so). Line and column count from 1 and point at the
 * token's first character (the opening quote, if there is one).
 *
 * Knows: base/.   Must not know: RR types, files.
 */
#ifndef DNS_TOKEN_H
#define DNS_TOKEN_H

#include "base/base.h"

struct token {
	const char *p;
	uint32_t n;
	uint32_t line, column;
	bool quoted;
};

/* A struct flaw is what a parser found wrong: where, in which field, and what, in words for the operator.
 * `field` is static text or NULL; `what` is the parser's own copy. */
struct flaw {
	uint32_t line, column;
	const char *field;
	char what[160];
};

/* flaw_set fills in a flaw at a token (or, with NULL, leaves the place as it is). */
void flaw_set(struct flaw *f, const struct token *at, const char *field, const char *fmt, ...) PRINTF_LIKE(4, 5);

#endif
