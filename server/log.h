/*
 * log.h -- lines for the operator, on standard error.
 *
 *      2026-11-21T23:28:03.123Z edictd: ready, serving 3 zones on 127.0.0.1@5300
 *      2026-11-21T23:31:40.007Z edictd[front 4711]: ...
 *
 * A line says what happened, to what, and what was done about it. It leaves
 * in one write, so lines of several processes do not mix. Nobody waits for
 * the log: where it is a pipe that is full, lines are lost, and their number
 * is told when it flows again. Without a time
 * stamp when standard error is the journal (JOURNAL_STREAM), which has its own.
 *
 * Knows: libc.   Must not know: who calls.
 */
#ifndef SERVER_LOG_H
#define SERVER_LOG_H

#include "base/base.h"

/* log_name sets what stands before the colon; static text or text that outlives the process's last line. */
void log_name(const char *name);

/* log_line writes one line; the newline is added. What is longer than 1,000 octets is cut. */
void log_line(const char *fmt, ...) PRINTF_LIKE(1, 2);

#endif
