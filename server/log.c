#include "server/log.h"

#include <poll.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { LINE_MAX_OCTETS = 1024 };

static const char *own_name = "edictd";

void log_name(const char *name)
{
	own_name = name;
}

static size_t stamp(char *out, size_t room)
{
	struct timespec t;
	struct tm utc;
	size_t n;

	if (getenv("JOURNAL_STREAM") != NULL)
		return 0;
	clock_gettime(CLOCK_REALTIME, &t);
	gmtime_r(&t.tv_sec, &utc);
	n = strftime(out, room, "%Y-%m-%dT%H:%M:%S", &utc);
	n += (size_t)snprintf(out + n, room - n, ".%03ldZ ", t.tv_nsec / 1000000);
	return n;
}

/* Lines that nobody took. */
static atomic_uint lost;

/* Who reads the log may be stopped, or stuck behind a full disk. The server goes on without it: a line that would
 * have to wait is counted instead. */
static bool would_wait(void)
{
	struct pollfd p = { .fd = STDERR_FILENO, .events = POLLOUT };

	return poll(&p, 1, 0) == 0;
}

static void write_line(const char *fmt, va_list args)
{
	char line[LINE_MAX_OCTETS];
	size_t n = stamp(line, 64);
	int more;

	more = snprintf(line + n, sizeof line - n, "%s: ", own_name);
	n += more > 0 ? (size_t)more : 0;
	more = vsnprintf(line + n, sizeof line - n, fmt, args);
	n += more > 0 ? (size_t)more : 0;
	if (n > sizeof line - 1)
		n = sizeof line - 1;
	line[n++] = '\n';
	if (write(STDERR_FILENO, line, n) < 0)
		return; /* nowhere left to say it */
}

PRINTF_LIKE(1, 2) static void write_words(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	write_line(fmt, args);
	va_end(args);
}

void log_line(const char *fmt, ...)
{
	va_list args;

	if (would_wait()) {
		atomic_fetch_add(&lost, 1);
		return;
	}
	unsigned n = atomic_exchange(&lost, 0);
	if (n != 0)
		write_words("%u lines before this one are lost: nobody read the log", n);
	va_start(args, fmt);
	write_line(fmt, args);
	va_end(args);
}
