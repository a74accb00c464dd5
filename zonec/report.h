/*
 * report.h -- findings as lines for people, or as JSON for machines.
 *
 *      FILE:LINE:COLUMN: error: FIELD: what is wrong [check-name]
 *      {"file":"...","line":1,"column":1,"severity":"error","check":"...","field":"...","owner":"...","text":"..."}
 *
 * Knows: libc.   Must not know: zones.
 */
#ifndef ZONEC_REPORT_H
#define ZONEC_REPORT_H

#include "base/base.h"

struct report_line {
	const char *file;
	uint32_t line, column; /* 0: unknown */
	bool error;
	const char *field, *check, *owner; /* may be NULL */
	const char *text;
};

/* report_finding prints one finding: JSON on standard output, else a line on standard error. */
void report_finding(bool json, const struct report_line *l);

#endif
