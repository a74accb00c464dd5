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

void progress_begin(struct progress *p, bool quiet)
{
	*p = (struct progress){ .on = !quiet && isatty(STDERR_FILENO) == 1, .began = seconds() };
}

void progress_at(struct progress *p, const char *doing, uint64_t done, uint64_t total, uint64_t n, const char *unit)
{
	double now = p->on ? seconds() : 0;

	if (p->doing != doing)
		p->turned = now;
	p->doing = doing;
	if (!p->on || now - p->began < 1 || now - p->last < 0.2)
		return;
	p->last = now;
	p->shown = true;
	fprintf(stderr, "\r%s: ", doing);
	if (total != 0)
		fprintf(stderr, "%3.0f %%, ", 100.0 * (double)done / (double)total);
	fprintf(stderr, "%llu %s", (unsigned long long)n, unit);
	if (now - p->turned > 0.2)
		fprintf(stderr, ", %.0f/s", (double)n / (now - p->turned));
	fputs("\033[K", stderr);
	fflush(stderr);
}

void progress_clear(struct progress *p)
{
	if (p->shown)
		fputs("\r\033[K", stderr);
	p->shown = false;
}
