/* Any octets as a master file: no crash, and what comes out as a record is a legal one. */
#include <stdlib.h>

#include "dns/rdata.h"
#include "zone/master.h"
#include "zone/zone.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void on_record(void *context, const struct master_record *r)
{
	struct name again;

	if (!rdata_check(r->type, r->rdata) || !name_of_wire(view_of(r->owner.wire, r->owner.len), &again))
		abort();
	enum err e = zone_add(context, &r->owner, r->type, r->ttl, r->rdata, r->line);
	if (e != OK && e != ERR_REFUSED)
		abort();
}

static void on_finding(void *context, const struct master_finding *f)
{
	(void)context;
	if (((f->line == 0 || f->column == 0) && f->untold == 0) || f->what == NULL || strlen(f->what) == 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct name origin = { 6, "\4test" };
	struct zone *z = zone_new(&origin);
	struct master_options o = { .max_errors = 50, .max_generate = 20 };
	struct master_calls calls = { .context = z, .record = on_record, .finding = on_finding };

	(void)master_read_text(view_of(data, size), "fuzz", &origin, &o, &calls);
	zone_seal(z, NULL, NULL);
	for (size_t i = 1; i < z->n_nodes; i++) {
		struct name a, b;
		node_name(z->node[i - 1], &a);
		node_name(z->node[i], &b);
		if (name_order(&a, &b) >= 0 || zone_find(z, &b) != z->node[i])
			abort();
	}
	zone_free(z);
	return 0;
}
