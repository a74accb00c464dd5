#include "zone/master.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "zone/reader.h"
#include "zone/relay.h"

enum {
	PROGRESS_STEP = 1 << 20,
	RELAY_FROM = 1 << 19, /* octets of a file that is worth a thread of its own */
};

static void tell(struct reader *r, bool error, const struct flaw *f)
{
	char at_step[sizeof f->what + 40];
	struct master_finding finding = {
		.file = r->source->file,
		.line = f->line,
		.column = f->column,
		.field = f->field,
		.what = f->what,
		.error = error,
	};

	if (r->stop)
		return;
	if (r->stepping) {
		snprintf(at_step, sizeof at_step, "%s (when the number is %lld)", f->what, (long long)r->step);
		finding.what = at_step;
	}
	r->calls->finding(r->calls->context, &finding);
	r->errors += error;
	r->stop = r->errors >= r->limits.max_errors;
}

bool wrong(struct reader *r, const struct token *at, const char *field, const char *fmt, ...)
{
	struct flaw f = { .line = at->line, .column = at->column, .field = field };
	va_list args;

	va_start(args, fmt);
	vsnprintf(f.what, sizeof f.what, fmt, args);
	va_end(args);
	tell(r, true, &f);
	return false;
}

/* count_warning gives how many of this kind came before; there are fewer kinds than rows. */
static uint64_t count_warning(struct reader *r, const char *field, const char *fmt)
{
	size_t i = 0;

	while (i + 1 < WARNED_KINDS && r->warned[i].n > 0 && r->warned[i].fmt != fmt)
		i++;
	r->warned[i].fmt = fmt;
	r->warned[i].field = field;
	return r->warned[i].n++;
}

void warn(struct reader *r, const struct token *at, const char *field, const char *fmt, ...)
{
	struct flaw f = { .line = at->line, .column = at->column, .field = field };
	va_list args;

	if (r->stop || count_warning(r, field, fmt) >= WARNINGS_TOLD)
		return;
	va_start(args, fmt);
	vsnprintf(f.what, sizeof f.what, fmt, args);
	va_end(args);
	tell(r, false, &f);
}

bool wrong_flaw(struct reader *r, const struct flaw *f)
{
	tell(r, true, f);
	return false;
}

static void read_entry(struct reader *r, struct scan *s)
{
	struct entry e = { s->word, s->n, s->blank };
	bool directive = !e.blank && !e.word[0].quoted && e.word[0].p[0] == '$';

	if (unlikely(s->over.p != NULL))
		warn(r, &s->over, NULL,
		     "a quoted string runs over the end of its line; not every server reads that");
	if (directive ? !read_directive(r, &e) : !read_record(r, &e))
		scan_doubt(s);
}

static void progress(struct reader *r, const struct source *s, uint64_t *counted)
{
	r->done += s->scan.taken - *counted;
	*counted = s->scan.taken;
	if (r->calls->progress == NULL || r->done - r->told < PROGRESS_STEP)
		return;
	r->told = r->done;
	r->calls->progress(r->calls->context, r->done, r->done > r->total ? r->done : r->total);
}

void read_source(struct reader *r, struct source *s)
{
	struct token begin = { .line = 1, .column = 1 };
	uint64_t counted = 0;

	s->by = r->source;
	r->source = s;
	while (!r->stop) {
		enum scan_got got = scan_next(&s->scan);
		if (s->scan.taken != counted)
			progress(r, s, &counted);
		if (likely(got == SCAN_ENTRY)) {
			read_entry(r, &s->scan);
			continue;
		}
		if (got == SCAN_END)
			break;
		r->owner = OWNER_WRONG; /* whose it was is not known: lines that inherit it make no records */
		if (got == SCAN_FAILED)
			r->failed = !wrong(r, &begin, "file", "%s", strerror(errno));
		else
			wrong_flaw(r, &s->scan.flaw);
		if (got != SCAN_FLAW)
			break;
	}
	r->source = s->by;
}

/* NULL or what is wrong. A pipe that nobody writes to would make $INCLUDE wait for ever: it takes files only. */
static const char *open_file(const char *path, bool plain_only, int *fd, struct stat *st)
{
	const bool input = strcmp(path, "-") == 0 && !plain_only;

	*fd = input ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC | (plain_only ? O_NONBLOCK : 0));
	if (*fd < 0)
		return strerror(errno);
	if (fstat(*fd, st) != 0)
		return strerror(errno);
	if (S_ISDIR(st->st_mode))
		return "is a directory";
	if (plain_only && !S_ISREG(st->st_mode))
		return "is not a file";
	return NULL;
}

static void read_fd(struct reader *r, const char *file, int fd, const struct stat *st, unsigned depth)
{
	struct source s = { .file = file, .depth = depth };

	if (S_ISREG(st->st_mode)) {
		s.device = st->st_dev;
		s.inode = st->st_ino;
		r->total += (uint64_t)st->st_size;
	}
	scan_file(&s.scan, fd);
	read_source(r, &s);
	scan_free(&s.scan);
}

/* A relative path starts from the directory of the file that names it. */
static const char *path_from(struct reader *r, const char *by, struct view path)
{
	const char *slash = strrchr(by, '/');
	size_t dir = path.p[0] == '/' || slash == NULL ? 0 : (size_t)(slash - by) + 1;
	char *out = (char *)arena_pack(&r->names, dir + path.n + 1);

	memcpy(out, by, dir);
	memcpy(out + dir, path.p, path.n);
	out[dir + path.n] = 0;
	return out;
}

static bool being_read(const struct reader *r, const struct stat *st)
{
	for (const struct source *s = r->source; s != NULL; s = s->by)
		if (s->inode == (uint64_t)st->st_ino && s->device == (uint64_t)st->st_dev)
			return true;
	return false;
}

bool include_file(struct reader *r, const struct token *t, struct view view)
{
	unsigned depth = r->source->depth + 1;
	struct stat st = { 0 };
	int fd;

	if (r->no_includes)
		return wrong(r, t, "file", "$INCLUDE is not allowed here");
	if (depth > INCLUDE_DEPTH)
		return wrong(r, t, "file", "$INCLUDE goes deeper than %d files", INCLUDE_DEPTH);
	if (++r->includes > INCLUDES_MAX)
		return wrong(r, t, "file", "more than %d files are included", INCLUDES_MAX);
	const char *path = path_from(r, r->source->file, view);
	const char *why = open_file(path, true, &fd, &st);
	bool done = false;
	if (why != NULL)
		wrong(r, t, "file", "%s: %s", path, why);
	else if (being_read(r, &st))
		wrong(r, t, "file", "%s includes itself", path);
	else
		done = true;
	if (done)
		read_fd(r, path, fd, &st, depth);
	if (fd >= 0)
		close(fd);
	return done;
}

static struct reader *reader_new(const struct name *origin, const struct master_options *o,
				 const struct master_calls *calls)
{
	size_t cap = 0;
	struct reader *r = grow_array(NULL, &cap, 1, sizeof *r);

	memset(r, 0, sizeof *r);
	r->calls = calls;
	r->origin = *origin;
	if (o != NULL)
		r->limits = *o;
	if (r->limits.max_errors == 0)
		r->limits.max_errors = MASTER_ERRORS_MAX;
	if (r->limits.max_generate == 0)
		r->limits.max_generate = GENERATE_PRESET;
	return r;
}

static void tell_untold(struct reader *r, const char *file)
{
	char what[64];

	for (size_t i = 0; i < WARNED_KINDS; i++) {
		const struct warned *w = &r->warned[i];
		if (w->n <= WARNINGS_TOLD)
			continue;
		struct master_finding f = {
			.file = file, .field = w->field, .what = what, .untold = w->n - WARNINGS_TOLD
		};
		snprintf(what, sizeof what, "and %llu more", (unsigned long long)f.untold);
		r->calls->finding(r->calls->context, &f);
	}
}

static enum err reader_end(struct reader *r, const char *file)
{
	tell_untold(r, file);
	enum err e = r->failed ? ERR_SYSTEM : r->errors > 0 ? ERR_FORMAT : OK;

	arena_free(&r->names);
	free(r);
	return e;
}

/* A file that may take a while, and who reads it. */
struct reading {
	struct reader *r;
	const char *path;
	int fd;
	struct stat st;
};

static void read_relayed(void *context, const struct master_calls *calls)
{
	struct reading *g = context;

	g->r->calls = calls;
	read_fd(g->r, g->path, g->fd, &g->st, 0);
}

static void read_main(struct reading *g)
{
	const struct master_calls *calls = g->r->calls;

	if (S_ISREG(g->st.st_mode) && g->st.st_size < RELAY_FROM)
		read_relayed(g, calls);
	else
		relay_read(calls, read_relayed, g);
	g->r->calls = calls;
}

enum err master_read(const char *path, const struct name *origin, const struct master_options *o,
		     const struct master_calls *calls)
{
	struct reading g = { .r = reader_new(origin, o, calls), .path = path };
	struct source none = { .file = path };
	struct token begin = { .line = 1, .column = 1 };

	g.r->source = &none; /* whose place a finding has while there is no file */
	const char *why = open_file(path, false, &g.fd, &g.st);
	if (why != NULL)
		g.r->failed = !wrong(g.r, &begin, "file", "%s", why);
	else
		read_main(&g);
	if (g.fd >= 0)
		close(g.fd);
	return reader_end(g.r, path);
}

enum err master_read_text(struct view text, const char *file, const struct name *origin,
			  const struct master_options *o, const struct master_calls *calls)
{
	struct reader *r = reader_new(origin, o, calls);
	struct source s = { .file = file };

	r->no_includes = true;
	r->total = text.n;
	scan_text(&s.scan, text);
	read_source(r, &s);
	scan_free(&s.scan);
	return reader_end(r, file);
}
