#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "bake/compile.h"
#include "zonec/follow.h"
#include "zonec/load.h"

static int exit_of(enum err e)
{
	return e == ERR_SPACE || e == ERR_REFUSED || e == ERR_NOTFOUND || e == ERR_BUSY ? EXIT_WRONG : EXIT_SYSTEM;
}

/* Zones that are loaded and wait: small ones are committed many at once. */
struct batch {
	const struct options *options;
	struct store *store;
	struct progress progress;
	struct compile_job job[COMPILE_GROUP];
	char origin[COMPILE_GROUP][NAME_TEXT_MAX]; /* as the operator wrote it */
	struct zone *zone[COMPILE_GROUP];
	struct sign_result result[COMPILE_GROUP];   /* of zones that were signed: made or kept is not 0 */
	struct following *following[COMPILE_GROUP]; /* a policy, or NULL; its job's state is in it */
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
		(void)snprintf(text, sizeof text, ", %zu RRset%s changed", job->changes,
			       job->changes == 1 ? "" : "s");
	return text;
}

/* in_words says how a zone was signed: an empty text if it was not. */
static const char *in_words(const struct sign_result *r)
{
	static char text[120];

	text[0] = 0;
	if (r->made + r->kept != 0)
		(void)snprintf(text, sizeof text, "; serial %u, %llu signatures made, %llu kept", r->serial,
			       (unsigned long long)r->made, (unsigned long long)r->kept);
	return text;
}

static void report(const struct batch *b, size_t i)
{
	const struct compile_job *job = &b->job[i];

	if (job->result != OK)
		complain("%s: not compiled: %s", b->origin[i], job->why);
	else if (!b->options->quiet)
		inform("%s: %s, %llu records%s%s\n", b->origin[i],
		       job->way == COMPILED_NOTHING ? "unchanged" : "compiled",
		       (unsigned long long)b->zone[i]->n_records, changes_in_words(job), in_words(&b->result[i]));
}

/* A zone is done, or was as it is: what its policy did is told, and noted in the keys' files. */
static void followed(struct batch *b, const struct name *apex, const char *origin, struct following *f, bool done)
{
	if (f == NULL)
		return;
	if (done && !follow_done(b->options, apex, origin, f))
		note(b, EXIT_SYSTEM);
	follow_end(f);
	free(f);
}

static void batch_compile(struct batch *b)
{
	compile_zones(b->store, b->job, b->n);
	progress_clear(&b->progress);
	for (size_t i = 0; i < b->n; i++) {
		report(b, i);
		if (b->job[i].result != OK)
			note(b, exit_of(b->job[i].result));
		followed(b, &b->zone[i]->apex, b->origin[i], b->following[i], b->job[i].result == OK);
		zone_free(b->zone[i]);
	}
	b->n = b->names = 0;
}

static void take_progress(void *progress, const char *doing, uint64_t done, uint64_t total)
{
	progress_at(progress, doing, done, total, done, "names");
}

/* An unchanged zone is there already, down to its signatures; its policy may have something to remember. */
static void keep(struct batch *b, const struct name *apex, const char *origin, struct loaded *l,
		 struct following *f)
{
	enum err e = f != NULL && f->changed ? follow_keep(b->store, apex, f) : OK;

	zone_free(l->zone);
	if (e != OK) {
		complain("%s: the state of its keys was not written: %s", origin,
			 e == ERR_BUSY ? "it has changed since this run read it; compile it again" : err_text(e));
		note(b, exit_of(e));
	} else if (!b->options->quiet) {
		inform("%s: unchanged, serial %u\n", origin, l->result.serial);
	}
	followed(b, apex, origin, f, e == OK);
}

static void batch_push(struct batch *b, const struct options *o, const char *origin, struct loaded *l,
		       struct following *f)
{
	b->result[b->n] = l->result;
	b->following[b->n] = f;
	b->job[b->n] = (struct compile_job){
		.zone = l->zone,
		.facts = { .now = (uint64_t)now_of(o),
			   .checks = { l->checks[0], l->checks[1] },
			   .replace = o->replace,
			   .signing = f != NULL ? view_of(f->octets, f->n_octets) : view_of(NULL, 0),
			   .signing_was = f != NULL ? view_of(f->was, f->n_was) : view_of(NULL, 0),
			   .signing_same = f != NULL && !f->changed && f->n_was != 0,
			   .progress = take_progress,
			   .context = &b->progress },
	};
	b->zone[b->n] = l->zone;
	snprintf(b->origin[b->n], sizeof b->origin[b->n], "%s", origin);
	b->names += l->zone->n_nodes;
	if (++b->n == COMPILE_GROUP || b->names >= BATCH_NAMES)
		batch_compile(b);
}

/* follow steps the zone's policy, or takes leave of it; NULL: it has none and had none, or it has said what is
 * wrong and *code is not EXIT_DONE. */
static struct following *follow(struct batch *b, const struct options *o, const struct name *apex,
				const char *origin, int *code)
{
	struct following *f;
	char why[SIGN_WHY];

	*code = EXIT_DONE;
	if (o->policy == NULL && !follow_had(b->store, apex))
		return NULL;
	f = malloc(sizeof *f);
	enum err e = f == NULL           ? ERR_MEMORY
		     : o->policy != NULL ? follow_begin(o, b->store, apex, f, why)
					 : follow_leave(o, b->store, apex, f, why);
	if (e == OK)
		return f;
	complain("%s: not compiled: %s", origin, f != NULL ? why : err_text(e));
	*code = exit_of(e == ERR_FORMAT ? ERR_REFUSED : e);
	free(f);
	return NULL;
}

/* load reads the zone and signs it, by its policy or as the options say. */
static void load(struct batch *b, const struct options *o, const struct name *apex, const char *path,
		 struct following *f, struct loaded *l)
{
	struct zone_signing signing;
	bool has_keys = f != NULL && follow_sign(f, now_of(o), &signing);

	progress_begin(&b->progress, b->options->quiet);
	load_zone(o, b->store, apex, path, has_keys ? &signing : NULL, &b->progress, l);
	if (f != NULL)
		zone_signing_end(&signing);
}

/* waits: a zone of this name is in the batch; what comes after it has to see it in the database. */
static bool waits(const struct batch *b, const struct name *apex)
{
	for (size_t i = 0; i < b->n; i++)
		if (name_eq(&b->zone[i]->apex, apex))
			return true;
	return false;
}

/* batch_add takes a zone with its own options, which for one of a list may be more than the command's. */
static void batch_add(struct batch *b, const struct options *o, const struct name *apex, const char *path)
{
	const char *origin = o->operand[0];
	struct loaded l;
	int code;

	if (waits(b, apex))
		batch_compile(b);
	struct following *f = follow(b, o, apex, origin, &code);
	if (code != EXIT_DONE) {
		note(b, code);
		return;
	}
	load(b, o, apex, path, f, &l);
	if (l.zone == NULL) {
		complain("%s: not compiled, %llu errors%s; the database is as it was", origin,
			 (unsigned long long)l.errors, load_stopped(&l));
		note(b, l.unreadable && b->options->list == NULL ? EXIT_SYSTEM : EXIT_WRONG);
		followed(b, apex, origin, f, false);
	} else if (l.is_signed && l.result.unchanged && !o->replace) { /* it is there, down to its signatures */
		keep(b, apex, origin, &l, f);
	} else {
		batch_push(b, o, origin, &l, f);
	}
}

/* needs_keydir: a policy makes keys; false: it has said that there is no place for them. */
static bool needs_keydir(const struct options *o)
{
	if (o->policy != NULL && o->keydir == NULL)
		complain("--policy needs a place for the zone's keys: -k KEYDIR");
	return o->policy == NULL || o->keydir != NULL;
}

enum { LINE_WORDS_MAX = 64 };

/* A line of a list is ORIGIN FILE [OPTIONS]; the file is relative to the list. Gives the number of words found, 0
 * if they are too many. */
static int split(char *line, char *word[LINE_WORDS_MAX])
{
	int n = 0;

	for (char *save, *w = strtok_r(line, " \t\r\n", &save); w != NULL && *w != '#';
	     w = strtok_r(NULL, " \t\r\n", &save)) {
		if (n == LINE_WORDS_MAX)
			return 0;
		word[n++] = w;
	}
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

/* read_line gives the options of one line: the command's, and its own; false: it has said what is wrong. */
static bool read_line(const struct batch *b, char *line, struct options *o, struct name *apex)
{
	char *word[LINE_WORDS_MAX];

	*o = *b->options;
	o->taker = "a line of a list";
	o->takes = TAKES_LINE;
	if (!options_more(split(line, word), word, o))
		return false;
	if (o->n_operands != 2) {
		complain("a line is ORIGIN FILE [OPTIONS], of %d words at most", LINE_WORDS_MAX);
		return false;
	}
	return needs_keydir(o) && origin_read(o->operand[0], apex);
}

/* One bad zone, or a bad line, does not stop the others. */
static void compile_line(struct batch *b, char *line, unsigned number)
{
	static struct options o; /* large for a stack */
	struct name apex;

	if (line[strspn(line, " \t\r\n")] == 0 || line[strspn(line, " \t")] == '#')
		return;
	complain_of(b->options->list, number);
	bool good = read_line(b, line, &o, &apex);
	complain_of(NULL, 0);
	if (!good) {
		note(b, EXIT_WRONG);
		return;
	}
	char *path = beside(b->options->list, o.operand[1]);
	batch_add(b, &o, &apex, path);
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
	if (ferror(f)) {
		complain("%s: cannot be read beyond line %u: %s", b->options->list, number, strerror(errno));
		note(b, EXIT_SYSTEM);
	} else if (!feof(f)) {
		complain("%s:%u: stopped here; the zones behind this line were not compiled", b->options->list,
			 number);
	}
	free(line);
	fclose(f);
}

int command_compile(const struct options *o)
{
	static struct batch b; /* large for a stack */
	struct name apex;
	char why[256];

	if (o->db == NULL || (o->list == NULL ? o->n_operands != 2 : o->n_operands != 0))
		return EXIT_USAGE;
	if (!needs_keydir(o) || (o->list == NULL && !origin_read(o->operand[0], &apex)))
		return EXIT_USAGE;
	b.options = o;
	if (store_open(o->db, 0, &b.store, why) != OK) {
		complain("%s", why);
		return EXIT_SYSTEM;
	}
	if (o->list != NULL)
		compile_list(&b);
	else
		batch_add(&b, o, &apex, o->operand[1]);
	batch_compile(&b);
	sign_keys_close();
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
	if (store_open(o->db, STORE_EXISTING, &s, why) != OK) {
		complain("%s", why);
		return EXIT_SYSTEM;
	}
	enum err e = compile_drop(s, &apex, why);
	if (e != OK)
		complain("%s: not dropped: %s", o->operand[0], why);
	store_close(s);
	return e == OK ? EXIT_DONE : exit_of(e);
}
