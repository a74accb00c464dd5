/*
 * main.c -- edictd: the parent, or, when the parent starts it so, a front.
 */
#include <stdio.h>

#include "server/front.h"
#include "server/log.h"
#include "server/options.h"
#include "server/parent.h"

int main(int argc, char *argv[])
{
	struct options o;
	char why[256];

	hold_streams();
	if (!options_parse(argc, argv, &o, why)) {
		log_line("%s", why);
		return EXIT_USAGE;
	}
	if (o.help) {
		options_help();
		return EXIT_DONE;
	}
	if (o.show_version) {
		printf("edictd %s\n", EDICT_VERSION);
		return EXIT_DONE;
	}
	if (o.front != NULL)
		return front_run(&o);
	return parent_run(&o, argv, "/proc/self/exe");
}
