#include "tests/help/heard.h"

#include <check.h>
#include <stdio.h>

#include "dns/rdata.h"

static void hear(struct heard *h, const char *text)
{
	size_t n = strlen(text);

	if (h->len + n < sizeof h->text) {
		memcpy(h->text + h->len, text, n + 1);
		h->len += n;
	}
}

static void on_record(void *context, const struct master_record *r)
{
	struct heard *h = context;
	static char rdata[400000];
	char owner[NAME_TEXT_MAX], type[20], line[NAME_TEXT_MAX + 40];
	struct wr out = wr_of(rdata, sizeof rdata);

	h->records++;
	ck_assert_int_eq(r->class, CLASS_IN);
	name_print(&r->owner, owner);
	rrtype_print(r->type, type);
	ck_assert(rdata_print(r->type, r->rdata, &out) == OK);
	snprintf(line, sizeof line, "%s %u %s ", owner, r->ttl, type);
	hear(h, line);
	hear(h, rdata);
	hear(h, "\n");
}

static void on_finding(void *context, const struct master_finding *f)
{
	struct heard *h = context;
	char line[400];

	h->errors += f->error;
	h->warnings += !f->error;
	h->untold += (unsigned)f->untold;
	snprintf(line, sizeof line, "%u:%u: %s%s%s: %s\n", f->line, f->column, f->error ? "error" : "warning",
		 f->field != NULL ? ": " : "", f->field != NULL ? f->field : "", f->what);
	hear(h, line);
}

struct name heard_origin(void)
{
	struct name n;

	ck_assert_ptr_null(name_parse(BYTES("test."), &name_root, &n));
	return n;
}

struct master_calls heard_calls(struct heard *h)
{
	return (struct master_calls){ .context = h, .record = on_record, .finding = on_finding };
}

enum err heard_text(struct view text, struct heard *h, const struct master_options *o)
{
	struct name origin = heard_origin();
	struct master_calls calls = heard_calls(h);

	h->len = h->records = h->errors = h->warnings = h->untold = 0;
	h->text[0] = 0;
	return master_read_text(text, "text", &origin, o, &calls);
}

bool heard_same(const char *want, const char *heard)
{
	while (*want != 0) {
		size_t n = strcspn(want, "\n");
		bool whole = want[n] == '\n' && !(want[0] >= '0' && want[0] <= '9');
		if (strncmp(want, heard, n) != 0 || (whole && heard[n] != '\n'))
			return false;
		heard += strcspn(heard, "\n");
		heard += *heard == '\n';
		want += n + (want[n] == '\n');
	}
	return *heard == 0;
}

void heard_case(const char *why, const char *text, const char *want)
{
	static struct heard h;
	enum err e = heard_text(view_of(text, strlen(text)), &h, NULL);

	ck_assert_msg(heard_same(want, h.text), "%s:\n%s\nwanted\n%s", why, h.text, want);
	ck_assert_msg((e == OK) == (h.errors == 0), "%s: %s", why, err_text(e));
}
