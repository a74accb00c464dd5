#include "zonec/load.h"

#include <stdio.h>
#include <stdlib.h>

#include "zone/check.h"
#include "zone/master.h"
#include "zonec/places.h"
#include "zonec/report.h"

struct loader {
	const struct options *options;
	const char *path;
	struct zone *zone;
	struct checker *checker;
	struct progress *progress;
	struct places places; /* lines of records are numbers of these */
	uint64_t records, errors, warnings;
};

static void take_record(void *context, const struct master_record *r)
{
	struct loader *l = context;
	const uint32_t line = places_number(&l->places, r->file, r->line);

	l->records++;
	const enum err e = zone_add(l->zone, &r->owner, r->type, r->ttl, r->rdata, line);
	if (e == ERR_REFUSED)
		checker_tell(l->checker, CHECK_OUT_OF_ZONE, &r->owner, line, "not at or below the zone's apex");
	else if (e == ERR_SPACE)
		checker_tell(
		    l->checker, CHECK_DEEP_NAMES, &r->owner, line,
		    "left out: the zone's names have more than 32 labels below the apex on average, and the names "
		    "they imply would fill memory");
}

static void take_finding(void *context, const struct master_finding *f)
{
	struct loader *l = context;
	struct report_line line = { f->file, f->line, f->column, f->error, f->field, NULL, NULL, f->what };

	if (f->error)
		l->errors++;
	else
		l->warnings += f->untold != 0 ? f->untold : 1;
	progress_clear(l->progress);
	report_finding(l->options->json, &line);
}

static void take_check(void *context, const struct check_finding *f)
{
	struct loader *l = context;
	const struct place *place = places_find(&l->places, f->line);
	char owner[NAME_TEXT_MAX];
	struct report_line line = { .file = l->path, .error = f->severity == SEVERITY_ERROR };

	if (place != NULL) {
		line.file = place->file;
		line.line = place->line + (f->line - place->number);
	}
	if (f->owner != NULL) {
		name_print(f->owner, owner);
		line.owner = owner;
	}
	line.check = check_row(f->id)->name;
	line.text = f->what;
	progress_clear(l->progress);
	report_finding(l->options->json, &line);
}

static void take_progress(void *context, uint64_t done, uint64_t total)
{
	struct loader *l = context;

	progress_at(l->progress, "reading", done, total, l->records, "records");
}

static void take_check_progress(void *context, const char *doing, uint64_t done, uint64_t total)
{
	struct loader *l = context;

	progress_at(l->progress, doing, done, total, done, "names");
}

static void choose_checks(const struct options *o, struct check_options *c)
{
	enum check_id id;

	check_options_default(c);
	c->now = now_of(o);
	for (unsigned i = 0; i < o->n_choices; i++)
		if (check_find(o->choice[i].name, &id))
			c->severity[id] = o->choice[i].severity;
}

void load_zone(const struct options *o, const struct name *origin, const char *path, struct progress *progress,
	       struct loaded *out)
{
	struct loader l = { .options = o, .path = path, .zone = zone_new(origin), .progress = progress };
	struct master_calls calls = { &l, take_record, take_finding, take_progress };
	struct master_options mo = { 0 };
	struct check_options co;

	choose_checks(o, &co);
	if (o->max_errors != NULL)
		mo.max_errors = (uint32_t)strtoul(o->max_errors, NULL, 10);
	l.checker = checker_new(&co, take_check, &l);
	checker_watch(l.checker, take_check_progress);
	enum err e = master_read(path, origin, &mo, &calls);
	zone_seal(l.zone, checker_oddity, l.checker);
	if (e == OK)
		checker_run(l.checker, l.zone);
	struct check_result r = checker_end(l.checker);
	places_free(&l.places);
	progress_clear(progress);
	*out = (struct loaded){ l.zone, l.errors + r.errors, l.warnings + r.warnings, r.ran, e == ERR_SYSTEM };
	if (out->errors != 0 || e != OK) {
		zone_free(l.zone);
		out->zone = NULL;
	}
}
