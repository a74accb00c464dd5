#include "zonec/zonec.h"

#include <malloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct command {
	const char *name;
	int (*run)(const struct options *);
	const char *operands, *text;
} commands[] = {
	{ "compile", command_compile, "-d DB ORIGIN FILE | -d DB --list FILE", "check a zone and compile it into the database" },
	{ "check", command_check, "ORIGIN FILE | --explain", "say all that is wrong with a zone, write nothing" },
	{ "list", command_list, "-d DB", "the zones of a database, one a line" },
	{ "stats", command_stats, "-d DB", "what a database holds and takes" },
	{ "dump", command_dump, "-d DB ORIGIN", "a zone as a master file, in canonical order" },
	{ "drop", command_drop, "-d DB ORIGIN", "remove a zone" },
	{ "verify", command_verify, "-d DB [ORIGIN]", "check what is stored, down to every answer" },
	{ "query", command_query, "-d DB [+dnssec] NAME TYPE", "the answer the server would give" },
};

void complain(const char *fmt, ...)
{
	va_list args;

	fflush(stdout);
	va_start(args, fmt);
	fputs("zonec: ", stderr);
	vfprintf(stderr, fmt, args);
	fputc('\n', stderr);
	va_end(args);
}

static void help(FILE *to)
{
	fputs("usage: zonec COMMAND [OPTIONS] [OPERANDS]\n\n", to);
	for (size_t i = 0; i < COUNT_OF(commands); i++)
		fprintf(to, "  %-8s %-40s %s\n", commands[i].name, commands[i].operands, commands[i].text);
	fputs("\noptions:\n", to);
	fflush(to);
	if (to == stdout)
		options_print();
	else
		fputs("  zonec --help lists them\n", to);
	fputs("\nexit status: 0 done, 1 the zone is wrong, 2 usage, 3 system or database. See zonec(1).\n", to);
}

static const struct command *command_of(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(commands); i++)
		if (strcmp(name, commands[i].name) == 0)
			return &commands[i];
	return NULL;
}

enum { OWN_MAPPING = 1 << 20 };

int main(int argc, char **argv)
{
	struct options o;

	/* Arrays of many megabytes grow and go while a zone is compiled: what is given back shall be the system's again,
	 * not a hole in the heap. */
	mallopt(M_MMAP_THRESHOLD, OWN_MAPPING);
	if (argc < 2) {
		help(stderr);
		return EXIT_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
		help(stdout);
		return EXIT_DONE;
	}
	const struct command *c = command_of(argv[1]);
	if (c == NULL) {
		complain("there is no command '%s'; zonec --help lists them", argv[1]);
		return EXIT_USAGE;
	}
	if (!options_read(argc - 2, argv + 2, &o))
		return EXIT_USAGE;
	if (o.help) {
		help(stdout);
		return EXIT_DONE;
	}
	int code = c->run(&o);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		complain("standard output could not be written");
		return EXIT_SYSTEM;
	}
	if (code == EXIT_USAGE)
		complain("usage: zonec %s %s", c->name, c->operands);
	return code;
}
