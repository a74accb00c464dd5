#include "store/env.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/*
 *   meta  build/ID -> n    ids ID .. ID+n-1 are being built by whoever holds build.lock
 *         drop/ID  -> n    ... belong to no zone any more; what is left of them goes
 *
 *   BEGIN --> slice --> slice --> SWITCH --> END
 *     |         |         |          |
 *     +---------+---------+----------+-----> abort, or death: the marks stay, the next build sweeps
 *
 * The mark comes with the commit that hands out the id and goes with the one that shows the zone, so at no
 * moment is there an id that nobody would sweep or somebody wrongly would.
 */
enum {
	SLICE = 1 << 20,       /* octets written in one transaction, if somebody else wants to write; */
	SLICE_ALONE = 4 << 20, /* if nobody does: each commit waits for the disk */
	SWEEP = 2000,          /* values deleted in one */
};

struct build {
	struct store *s;
	struct store_txn *t; /* the slice, then the switch; NULL after a failure */
	size_t written;      /* octets of this slice */
	size_t looked;       /* how many there were when somebody was last looked for */
	uint64_t run, run_n; /* the last mark: ids run .. run + run_n - 1 */
	int lock;
	build_watch_fn *tell; /* may be NULL */
	void *watcher;
};

/* A slice need not outlive a power cut, only be whole if it does: its meta page is not flushed by itself.
 * The next commit of anybody, and at last the switch, makes it durable. */
static enum err slice_begin(struct store *s, struct store_txn **out)
{
	return txn_begin(s, MDB_NOMETASYNC, out);
}

/* ---- sweeping ---- */

static const enum table swept[] = { T_SHARDS, T_DENIAL, T_RRSETS };

/* delete_some deletes at most *left values of the ids first .. first + n - 1 from one table. */
static enum err delete_some(struct store_txn *t, enum table table, uint64_t first, uint64_t n, unsigned *left)
{
	uint8_t id[KEY_ID];
	MDB_cursor *c;
	int rc = mdb_cursor_open(t->txn, t->dbi[table], &c);

	if (rc != 0)
		return txn_err(t, rc);
	for (put_be64(id, first); *left > 0; --*left) {
		MDB_val k = val_of(id, sizeof id), v;
		rc = mdb_cursor_get(c, &k, &v, MDB_SET_RANGE);
		if (rc != 0 || key_id(k) - first >= n)
			break;
		rc = mdb_cursor_del(c, 0);
		if (rc != 0)
			break;
	}
	mdb_cursor_close(c);
	return rc == MDB_NOTFOUND ? OK : txn_err(t, rc);
}

static enum err find_mark(struct store_txn *t, char mark[META_KEY_MAX], uint64_t *n)
{
	enum err e = meta_first(t, "drop/", mark, n);

	return e == ERR_NOTFOUND ? meta_first(t, "build/", mark, n) : e;
}

/* sweep_mark deletes what a mark stands for, and the mark itself once nothing is left. */
static enum err sweep_mark(struct store_txn *t, const char *mark, uint64_t n, unsigned *left)
{
	uint64_t first = strtoull(strchr(mark, '/') + 1, NULL, 16);
	enum err e = OK;

	if (first < IMAGE_FIRST || n > UINT64_MAX - first)
		return meta_delete(t, mark); /* nobody wrote that; it must not cost the zones in service */
	for (size_t i = 0; i < COUNT_OF(swept) && e == OK; i++)
		e = delete_some(t, swept[i], first, n, left);
	if (e != OK || *left == 0)
		return e;
	--*left;
	return meta_delete(t, mark);
}

/* sweep_some gives ERR_NOTFOUND if nothing is marked. */
static enum err sweep_some(struct store_txn *t)
{
	char mark[META_KEY_MAX];
	unsigned left = SWEEP;
	uint64_t n;
	enum err e = find_mark(t, mark, &n);

	if (e != OK)
		return e;
	while (e == OK && left > 0) {
		e = sweep_mark(t, mark, n, &left);
		if (e == OK && left > 0)
			e = find_mark(t, mark, &n);
	}
	return e == ERR_NOTFOUND ? OK : e;
}

/* sweep removes all that is marked. Only who holds build.lock may, for then nobody alive owns a mark. It looks in
 * the transaction that will delete, so it needs no place among the readers, of which there may be none. Ends
 * because every transaction deletes something or a mark. */
static enum err sweep(struct store *s)
{
	for (;;) {
		struct store_txn *t;
		enum err e = slice_begin(s, &t);
		if (e != OK)
			return e;
		e = sweep_some(t);
		if (e != OK) {
			store_abort(t);
			return e == ERR_NOTFOUND ? OK : e;
		}
		e = store_commit(t);
		if (e != OK)
			return e;
		turn_let(s);
	}
}

/* ---- building ---- */

static enum err put_mark(struct store_txn *t, const char *kind, uint64_t first, uint64_t n)
{
	char mark[META_KEY_MAX];

	snprintf(mark, sizeof mark, "%s/%016" PRIx64, kind, first);
	return meta_put(t, mark, n);
}

static void build_free(struct build *b)
{
	if (b->lock >= 0)
		close(b->lock); /* and with it goes the lock */
	free(b);
}

static enum err take_lock(struct build *b)
{
	b->lock = openat(b->s->dir, "build.lock", O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	return b->lock >= 0 ? file_lock(b->lock, F_WRLCK) : ERR_SYSTEM;
}

enum err build_begin(struct store *s, struct build **out, uint64_t *image)
{
	struct build *b = calloc(1, sizeof *b);
	enum err e;

	*out = NULL;
	if (b == NULL)
		return ERR_MEMORY;
	b->s = s;
	b->lock = -1;
	e = take_lock(b);
	store_clear_stale_readers(s); /* where no server runs, nobody else does */
	if (e == OK)
		e = sweep(s);
	if (e == OK)
		e = slice_begin(s, &b->t);
	if (e == OK)
		e = build_id(b, image);
	if (e == OK) {
		*out = b;
		return OK;
	}
	store_abort(b->t);
	build_free(b);
	return e;
}

/* Ids are mostly handed out one after the other, so that one mark serves for many. */
enum err build_id(struct build *b, uint64_t *id)
{
	enum err e = store_next_image(b->t, id);

	if (e != OK)
		return e;
	if (b->run_n == 0 || *id != b->run + b->run_n) {
		b->run = *id;
		b->run_n = 0;
	}
	b->run_n++;
	return put_mark(b->t, "build", b->run, b->run_n);
}

void build_watch(struct build *b, build_watch_fn *tell, void *context)
{
	b->tell = tell;
	b->watcher = context;
}

void build_at(const struct build *b, const char *doing, uint64_t done, uint64_t total)
{
	if (b->tell != NULL)
		b->tell(b->watcher, doing, done, total);
}

struct store_txn *build_txn(struct build *b)
{
	return b->t;
}

enum err build_rest(struct build *b)
{
	struct store_txn *t = b->t;

	b->t = NULL;
	b->written = b->looked = 0;
	return t == NULL ? ERR_REFUSED : store_commit(t);
}

enum err build_resume(struct build *b)
{
	turn_let(b->s);
	return slice_begin(b->s, &b->t);
}

static enum err next_txn(struct build *b, enum err begin(struct store *, struct store_txn **))
{
	enum err e = build_rest(b);

	if (e != OK)
		return e;
	turn_let(b->s);
	return begin(b->s, &b->t);
}

enum err build_slice(struct build *b, size_t octets_written)
{
	b->written += octets_written;
	if (b->written - b->looked < SLICE)
		return OK;
	b->looked = b->written;
	return b->written < SLICE_ALONE && !turn_is_wanted(b->s) ? OK : next_txn(b, slice_begin);
}

enum err build_switch(struct build *b, struct store_txn **out)
{
	enum err e = next_txn(b, store_write);

	*out = b->t;
	return e;
}

enum err build_leaves(struct build *b, uint64_t old)
{
	return old < IMAGE_FIRST ? OK : put_mark(b->t, "drop", old, 1);
}

static enum err remove_build_marks(struct store_txn *t)
{
	char mark[META_KEY_MAX];
	uint64_t n;
	enum err e;

	while ((e = meta_first(t, "build/", mark, &n)) == OK)
		if (meta_delete(t, mark) != OK)
			return ERR_DAMAGED;
	return e == ERR_NOTFOUND ? OK : e;
}

enum err build_end(struct build *b)
{
	enum err e = b->t == NULL ? ERR_REFUSED : remove_build_marks(b->t);

	if (e != OK) {
		build_abort(b);
		return e;
	}
	e = store_commit(b->t);
	if (e == OK)
		sweep(b->s); /* what it cannot do now the next build does */
	build_free(b);
	return e;
}

void build_abort(struct build *b)
{
	store_abort(b->t);
	sweep(b->s);
	build_free(b);
}
