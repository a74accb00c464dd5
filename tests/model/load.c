#include "tests/model/load.h"

#include <stdio.h>
#include <stdlib.h>

#include "zone/master.h"

struct name name_of(const char *text)
{
	struct name n;
	const char *wrong = name_parse(view_of(text, strlen(text)), &name_root, &n);

	if (wrong != NULL) {
		fprintf(stderr, "%s: %s\n", text, wrong);
		abort();
	}
	return n;
}

static void add(void *context, const struct master_record *r)
{
	if (zone_add(context, &r->owner, r->type, r->ttl, r->rdata, r->line) != OK) {
		fprintf(stderr, "%s:%u: not in the zone\n", r->file, r->line);
		abort();
	}
}

static void complain(void *context, const struct master_finding *f)
{
	(void)context;
	fprintf(stderr, "%s:%u:%u: %s: %s\n", f->file, f->line, f->column, f->field != NULL ? f->field : "entry",
		f->what);
}

static struct zone *load(const char *path, const char *text, const char *origin)
{
	struct name apex = name_of(origin);
	struct zone *z = zone_new(&apex);
	const struct master_options options = { 0 };
	const struct master_calls calls = { .context = z, .record = add, .finding = complain };
	enum err e = path != NULL ? master_read(path, &apex, &options, &calls)
				  : master_read_text(view_of(text, strlen(text)), "text", &apex, &options, &calls);

	if (e != OK)
		abort();
	zone_seal(z, NULL, NULL);
	return z;
}

struct zone *load_zone(const char *path, const char *origin)
{
	return load(path, NULL, origin);
}

struct zone *load_text(const char *text, const char *origin)
{
	return load(NULL, text, origin);
}
