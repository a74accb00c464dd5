#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "bake/compile.h"
#include "zonec/load.h"

static int exit_of(enum err e)
{
	return e == ERR_SPACE || e == ERR_REFUSED || e == ERR_NOTFOUND ? EXIT_WRONG : EXIT_SYSTEM;
}

static void take_progress(void *progress, const char *doing, uint64_t done, uint64_t total)
{
	progress_at(progress, doing, done, total, done, "names");
}

static int compile_one(const struct options *o, struct store *s, const char *origin, const char *path)
{
	struct progress progress;
	struct name apex;
	struct loaded l;
	char why[256];

	if (!origin_read(origin, &apex))
		return EXIT_USAGE;
	progress_begin(&progress, o->quiet);
	load_zone(o, &apex, path, &progress, &l);
	if (l.zone == NULL) {
		complain("%s: not compiled, %llu errors; the database is as it was", origin, (unsigned long long)l.errors);
		return l.unreadable && o->list == NULL ? EXIT_SYSTEM : EXIT_WRONG;
	}
	struct compile_facts facts = { (uint64_t)now_of(o), l.checks, o->replace, take_progress, &progress };
	enum err e = compile_zone(s, l.zone, &facts, why);
	progress_clear(&progress);
	if (e != OK)
		complain("%s: not compiled: %s", origin, why);
	else if (!o->quiet)
		printf("%s: compiled, %llu records\n", origin, (unsigned long long)l.zone->n_records);
	zone_free(l.zone);
	return e == OK ? EXIT_DONE : exit_of(e);
}

/* A line of a list is ORIGIN FILE; the file is relative to the list. Gives the number of words found. */
static unsigned split(char *line, char *word[3])
{
	unsigned n = 0;

	for (char *save, *w = strtok_r(line, " \t\r\n", &save); w != NULL && *w != '#' && n < 3;
	     w = strtok_r(NULL, " \t\r\n", &save))
		word[n++] = w;
	return n;
}

static char *beside(const char *list, const char *file)
{
	const char *slash = strrchr(list, '/');
	int folder = slash != NULL && file[0] != '/' && strcmp(file, "-") != 0 ? (int)(slash - list) + 1 : 0;
	char *path;

	if (asprintf(&path, "%.*s%s", folder, list, file) < 0) {
		complain("out of memory");
		exit(EXIT_SYSTEM);
	}
	return path;
}

/* One bad zone does not stop the others, a bad disk does. */
static int compile_line(const struct options *o, struct store *s, char *line, unsigned number)
{
	char *word[3];
	unsigned n = split(line, word);

	if (n == 0)
		return EXIT_DONE;
	if (n != 2) {
		complain("%s:%u: a line is ORIGIN FILE", o->list, number);
		return EXIT_WRONG;
	}
	char *path = beside(o->list, word[1]);
	int code = compile_one(o, s, word[0], path);
	free(path);
	return code;
}

static int compile_list(const struct options *o, struct store *s)
{
	FILE *f = fopen(o->list, "re");
	char *line = NULL;
	size_t cap = 0;
	unsigned number = 0;
	int worst = EXIT_DONE;

	if (f == NULL) {
		complain("%s: %s", o->list, strerror(errno));
		return EXIT_SYSTEM;
	}
	while (worst != EXIT_SYSTEM && getline(&line, &cap, f) >= 0) {
		int code = compile_line(o, s, line, ++number);
		if (code == EXIT_SYSTEM)
			worst = EXIT_SYSTEM;
		else if (code != EXIT_DONE)
			worst = EXIT_WRONG;
	}
	free(line);
	fclose(f);
	return worst;
}

int command_compile(const struct options *o)
{
	struct store *s;
	char why[256];
	int code;

	if (o->db == NULL || (o->list == NULL ? o->n_operands != 2 : o->n_operands != 0))
		return EXIT_USAGE;
	if (store_open(o->db, 0, &s, why) != OK) {
		complain("%s", why);
		return EXIT_SYSTEM;
	}
	if (o->list != NULL)
		code = compile_list(o, s);
	else
		code = compile_one(o, s, o->operand[0], o->operand[1]);
	store_close(s);
	return code;
}

int command_drop(const struct options *o)
{
	struct store *s;
	struct name apex;
	char why[256];

	if (o->db == NULL || o->n_operands != 1 || !origin_read(o->operand[0], &apex))
		return EXIT_USAGE;
	if (store_open(o->db, 0, &s, why) != OK) {
		complain("%s", why);
		return EXIT_SYSTEM;
	}
	enum err e = compile_drop(s, &apex, why);
	if (e != OK)
		complain("%s: not dropped: %s", o->operand[0], why);
	store_close(s);
	return e == OK ? EXIT_DONE : exit_of(e);
}
