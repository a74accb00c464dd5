#include "tests/help/checked.h"

#include "zone/master.h"

static void error(struct checked *c, const char *place, uint32_t line, const char *what)
{
	if (c->first_error[0] == 0)
		(void)snprintf(c->first_error, sizeof c->first_error, "%s:%u: %s", place, line, what);
}

static void on_check(void *context, const struct check_finding *f)
{
	char owner[NAME_TEXT_MAX] = "";
	struct checked *c = context;

	if (f->owner != NULL)
		name_print(f->owner, owner);
	if (c->found[f->id]++ == 0) {
		(void)snprintf(c->first[f->id], sizeof c->first[f->id], "%s: %s", owner, f->what);
		c->first_line[f->id] = f->line;
	}
	if (f->severity == SEVERITY_ERROR)
		error(c, check_row(f->id)->name, f->line, c->first[f->id]);
}

static void on_finding(void *context, const struct master_finding *f)
{
	struct checked *c = context;

	if (!f->error)
		return;
	c->syntax_errors++;
	error(c, f->field != NULL ? f->field : "syntax", f->line, f->what);
}

static void on_record(void *context, const struct master_record *r)
{
	struct checked *c = context;

	if (r->class != CLASS_IN) {
		c->syntax_errors++;
		error(c, "class", r->line, "not IN");
	} else {
		const enum err e = zone_add(c->z, &r->owner, r->type, r->ttl, r->rdata, r->line);
		if (e == ERR_REFUSED)
			checker_tell(c->c, CHECK_OUT_OF_ZONE, &r->owner, r->line, "not in this zone");
		else if (e == ERR_SPACE)
			checker_tell(c->c, CHECK_DEEP_NAMES, &r->owner, r->line, "too deep");
	}
}

void checked_begin(struct checked *c, const char *origin)
{
	struct name apex = name_root;

	*c = (struct checked){ 0 };
	(void)!name_parse(view_of(origin, strlen(origin)), &name_root, &apex);
	c->z = zone_new(&apex);
	check_options_default(&c->o);
}

static struct master_calls begin(struct checked *c)
{
	c->c = checker_new(&c->o, on_check, c);
	return (struct master_calls){ .context = c, .record = on_record, .finding = on_finding };
}

static void finish(struct checked *c)
{
	zone_seal(c->z, checker_oddity, c->c);
	checker_run(c->c, c->z);
	c->result = checker_end(c->c);
}

void checked_text(struct checked *c, struct view text)
{
	const struct master_options o = { 0 };
	const struct master_calls calls = begin(c);

	if (master_read_text(text, "text", &c->z->apex, &o, &calls) != OK && c->syntax_errors == 0)
		c->syntax_errors = 1;
	finish(c);
}

void checked_file(struct checked *c, const char *path)
{
	const struct master_options o = { 0 };
	const struct master_calls calls = begin(c);

	if (master_read(path, &c->z->apex, &o, &calls) != OK && c->syntax_errors == 0)
		c->syntax_errors = 1;
	finish(c);
}

void checked_end(struct checked *c)
{
	zone_free(c->z);
}

bool checked_accepted(const struct checked *c)
{
	return c->syntax_errors == 0 && c->result.errors == 0;
}
