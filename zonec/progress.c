#include "zonec/progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void progress_begin(struct progress *p, const char *what, bool quiet)
{
	*p = (struct progress){ .what = what, .on = !quiet && isatty(STDERR_FILENO) == 1, .began = seconds() };
}

void progress_at(struct progress *p, uint64_t octets, uint64_t total, uint64_t records)
{
	double now = p->on ? seconds() : 0;

	if (!p->on || now - p->began < 1 || now - p->last < 0.2)
		return;
	p->last = now;
	p->shown = true;
	fprintf(stderr, "\r%s: ", p->what);
	if (total != 0)
		fprintf(stderr, "%3.0f %%, ", 100.0 * (double)octets / (double)total);
	fprintf(stderr, "%llu records, %.0f/s\033[K", (unsigned long long)records,
		(double)records / (now - p->began));
	fflush(stderr);
}

void progress_end(struct progress *p)
{
	if (p->shown)
		fputs("\r\033[K", stderr);
	p->on = p->shown = false;
}
