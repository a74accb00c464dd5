#include "server/log.h"

#include <stdarg.h>
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

void log_line(const char *fmt, ...)
{
	char line[LINE_MAX_OCTETS];
	size_t n = stamp(line, 64);
	va_list args;
	int more;

	more = snprintf(line + n, sizeof line - n, "%s: ", own_name);
	n += more > 0 ? (size_t)more : 0;
	va_start(args, fmt);
	more = vsnprintf(line + n, sizeof line - n, fmt, args);
	va_end(args);
	n += more > 0 ? (size_t)more : 0;
	if (n > sizeof line - 1)
		n = sizeof line - 1;
	line[n++] = '\n';
	if (write(STDERR_FILENO, line, n) < 0)
		return; /* nowhere left to say it */
}
