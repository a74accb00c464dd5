#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "bake/compile.h"
#include "zonec/load.h"

static int exit_of(enum err e)
{
	return e == ERR_SPACE || e == ERR_REFUSED || e == ERR_NOTFOUND ? EXIT_WRONG : EXIT_SYSTEM;
}

/* Zones that are loaded and wait: small ones are committed many at once. */
struct batch {
	const struct options *options;
	struct store *store;
	struct progress progress;
	struct compile_job job[COMPILE_GROUP];
	char origin[COMPILE_GROUP][NAME_TEXT_MAX]; /* as the operator wrote it */
	struct zone *zone[COMPILE_GROUP];
	size_t n, names;
	int worst; /* exit code so far */
};

/* A batch of zones with so many names waits for no more of them. */
enum { BATCH_NAMES = 10000 };

static void note(struct batch *b, int code)
{
	if (code > b->worst)
		b->worst = code;
}

/* changes_in_words says how little was written: an empty text if it was all. */
static const char *changes_in_words(const struct compile_job *job)
{
	static char text[60];

	text[0] = 0;
	if (job->way == COMPILED_CHANGES)
		(void)snprintf(text, sizeof text, ", %zu RRset%s changed", job->changes, job->changes == 1 ? "" : "s");
	return text;
}

static void report(const struct batch *b, size_t i)
{
	const struct compile_job *job = &b->job[i];

	if (job->result != OK)
		complain("%s: not compiled: %s", b->origin[i], job->why);
	else if (!b->options->quiet)
		printf("%s: %s, %llu records%s\n", b->origin[i],
		       job->way == COMPILED_NOTHING ? "unchanged" : "compiled",
		       (unsigned long long)b->zone[i]->n_records, changes_in_words(job));
}

static void batch_compile(struct batch *b)
{
	compile_zones(b->store, b->job, b->n);
	progress_clear(&b->progress);
	for (size_t i = 0; i < b->n; i++) {
		report(b, i);
		if (b->job[i].result != OK)
			note(b, exit_of(b->job[i].result));
		zone_free(b->zone[i]);
	}
	b->n = b->names = 0;
}

static void take_progress(void *progress, const char *doing, uint64_t done, uint64_t total)
{
	progress_at(progress, doing, done, total, done, "names");
}

static void batch_add(struct batch *b, const char *origin, const char *path)
{
	struct name apex;
	struct loaded l;

	if (!origin_read(origin, &apex)) {
		note(b, b->options->list == NULL ? EXIT_USAGE : EXIT_WRONG);
		return;
	}
	progress_begin(&b->progress, b->options->quiet);
	load_zone(b->options, &apex, path, &b->progress, &l);
	if (l.zone == NULL) {
		complain("%s: not compiled, %llu errors; the database is as it was", origin,
			 (unsigned long long)l.errors);
		note(b, l.unreadable && b->options->list == NULL ? EXIT_SYSTEM : EXIT_WRONG);
		return;
	}
	b->job[b->n] = (struct compile_job){
		.zone = l.zone,
		.facts = { (uint64_t)now_of(b->options), l.checks, b->options->replace, take_progress, &b->progress },
	};
	b->zone[b->n] = l.zone;
	snprintf(b->origin[b->n], sizeof b->origin[b->n], "%s", origin);
	b->names += l.zone->n_nodes;
	if (++b->n == COMPILE_GROUP || b->names >= BATCH_NAMES)
		batch_compile(b);
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

/* One bad zone, or a bad line, does not stop the others. */
static void compile_line(struct batch *b, char *line, unsigned number)
{
	char *word[3];
	unsigned n = split(line, word);

	if (n == 0)
		return;
	if (n != 2) {
		complain("%s:%u: a line is ORIGIN FILE", b->options->list, number);
		note(b, EXIT_WRONG);
		return;
	}
	char *path = beside(b->options->list, word[1]);
	batch_add(b, word[0], path);
	free(path);
}

/* A bad disk does stop them. */
static void compile_list(struct batch *b)
{
	FILE *f = fopen(b->options->list, "re");
	char *line = NULL;
	size_t cap = 0;
	unsigned number = 0;

	if (f == NULL) {
		complain("%s: %s", b->options->list, strerror(errno));
		note(b, EXIT_SYSTEM);
		return;
	}
	while (b->worst != EXIT_SYSTEM && getline(&line, &cap, f) >= 0)
		compile_line(b, line, ++number);
	free(line);
	fclose(f);
}

int command_compile(const struct options *o)
{
	static struct batch b; /* large for a stack */
	char why[256];

	if (o->db == NULL || (o->list == NULL ? o->n_operands != 2 : o->n_operands != 0))
		return EXIT_USAGE;
	b.options = o;
	if (store_open(o->db, 0, &b.store, why) != OK) {
		complain("%s", why);
		return EXIT_SYSTEM;
	}
	if (o->list != NULL)
		compile_list(&b);
	else
		batch_add(&b, o->operand[0], o->operand[1]);
	batch_compile(&b);
	store_close(b.store);
	return b.worst;
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
