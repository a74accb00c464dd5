#include <stdio.h>

#include "zone/check.h"
#include "zonec/load.h"
#include "zonec/sign.h"

static int explain(void)
{
	static const char *const words[] = { "off", "warning", "error" };

	for (unsigned i = 0; i < CHECKS; i++) {
		const struct check *c = check_row((enum check_id)i);
		printf("%-24s %-8s %s\n", c->name, words[c->preset], c->text);
	}
	return EXIT_DONE;
}

int command_check(const struct options *o)
{
	struct progress progress;
	struct name origin;
	struct loaded l;

	if (o->explain && o->n_operands == 0)
		return explain();
	if (o->n_operands != 2 || !origin_read(o->operand[0], &origin))
		return EXIT_USAGE;
	progress_begin(&progress, o->quiet);
	load_zone(o, NULL, &origin, o->operand[1], NULL, &progress, &l);
	sign_keys_close();
	if (!o->quiet && !o->json) {
		if (l.zone != NULL)
			printf("%s: serial %u, %llu records: good, %llu warnings\n", o->operand[0],
			       zone_soa(l.zone).n >= 20 ? get_u32(zone_soa(l.zone).p + zone_soa(l.zone).n - 20)
							: 0,
			       (unsigned long long)l.zone->n_records, (unsigned long long)l.warnings);
		else
			printf("%s: %llu errors, %llu warnings%s\n", o->operand[0], (unsigned long long)l.errors,
			       (unsigned long long)l.warnings, load_stopped(&l));
	}
	bool good = l.zone != NULL;
	if (good)
		zone_free(l.zone);
	return good ? EXIT_DONE : l.unreadable ? EXIT_SYSTEM : EXIT_WRONG;
}
