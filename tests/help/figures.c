#include "tests/help/figures.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

bool long_run(void)
{
	const char *text = getenv("EDICT_LONG");

	return text != NULL && *text == '1';
}

unsigned long_or(unsigned in_long, unsigned in_check)
{
	return long_run() ? in_long : in_check;
}

void figure(const char *what, const char *fmt, ...)
{
	const char *path = getenv("EDICT_FIGURES");
	FILE *f = path != NULL ? fopen(path, "a") : NULL;
	va_list args;

	if (f == NULL)
		return;
	fprintf(f, "%-58s ", what);
	va_start(args, fmt);
	vfprintf(f, fmt, args);
	va_end(args);
	fputc('\n', f);
	fclose(f);
}

static uint64_t written(void)
{
	char line[128];
	unsigned long long n = 0;
	FILE *f = fopen("/proc/self/io", "re");

	while (f != NULL && fgets(line, sizeof line, f) != NULL)
		if (sscanf(line, "wchar: %llu", &n) == 1)
			break;
	if (f != NULL)
		fclose(f);
	return n;
}

struct cost cost_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (struct cost){ (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec, written() };
}

struct cost cost_since(struct cost before)
{
	struct cost now = cost_now();

	return (struct cost){ now.cpu_ns - before.cpu_ns, now.written - before.written };
}

struct cost cost_each(struct cost c, uint64_t n)
{
	return (struct cost){ c.cpu_ns / n, c.written / n };
}

struct cost cost_of(void (*work)(void *context, unsigned i), void *context, unsigned n)
{
	enum { PARTS = 10 };
	struct cost all = cost_now();
	uint64_t least = UINT64_MAX;

	for (unsigned part = 0; part < PARTS; part++) {
		struct cost before = cost_now();
		for (unsigned i = part * n / PARTS; i < (part + 1) * n / PARTS; i++)
			work(context, i);
		uint64_t cpu = cost_since(before).cpu_ns;
		least = cpu < least ? cpu : least;
	}
	all = cost_each(cost_since(all), n);
	all.cpu_ns = least / (n / PARTS);
	return all;
}
