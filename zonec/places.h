/*
 * places.h -- from the one number that a zone keeps of where a record stood
 * to the file and line.
 *
 *      file         zone  zone  sub  sub  zone
 *      line            1     2    1    2     4
 *      number          1     2    3    4     5
 *
 * While one file is read, numbers follow its lines; where reading goes on in
 * another file ($INCLUDE and its end) they go on counting, and a note is made.
 *
 * Knows: libc.   Must not know: zones, findings.
 */
#ifndef ZONEC_PLACES_H
#define ZONEC_PLACES_H

#include "base/base.h"

struct place {
	uint32_t number, line; /* the first of this stretch, and where it stood */
	char *file;
};

struct places {
	struct place *stretch; /* by number, ascending */
	size_t n, cap;
	const char *file; /* of the last record; compared, never read */
	uint32_t line, number;
};

/* places_number gives the number of a line of a file: the same file is the same pointer. 0 when numbers run out.
 */
uint32_t places_number(struct places *p, const char *file, uint32_t line);

/* places_find gives the stretch a number is in; NULL for 0 and for numbers never given. */
const struct place *places_find(const struct places *p, uint32_t number);

void places_free(struct places *p);

#endif
