/* Any octets as a zone, checked: no crash and no endless work, whatever its keys, signatures and chains are. */
#include <stdlib.h>

#include "zone/check.h"
#include "zone/master.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void on_record(void *context, const struct master_record *r)
{
	(void)zone_add(context, &r->owner, r->type, r->ttl, r->rdata, r->line);
}

static void on_finding(void *context, const struct master_finding *f)
{
	(void)context, (void)f;
}

static void on_check(void *context, const struct check_finding *f)
{
	uint64_t *told = context;

	*told += 1;
	if (f->what == NULL || f->what[0] == 0 || f->severity == SEVERITY_OFF)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct name origin = { 9, "\7example" };
	struct zone *z = zone_new(&origin);
	struct master_options o = { .max_errors = 50, .max_generate = 20 };
	struct master_calls calls = { .context = z, .record = on_record, .finding = on_finding };
	struct check_options co;
	uint64_t told = 0;

	check_options_default(&co);
	co.now = 1750000000;
	struct checker *c = checker_new(&co, on_check, &told);
	(void)master_read_text(view_of(data, size), "fuzz", &origin, &o, &calls);
	zone_seal(z, checker_oddity, c);
	checker_run(c, z);
	struct check_result r = checker_end(c);
	if ((r.errors + r.warnings == 0) != (told == 0))
		abort();
	zone_free(z);
	return 0;
}
