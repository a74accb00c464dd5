#include "store/env.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum {
	UNLOCKED_TRIES = 64, /* commits that may come in between while a read without a lock is opened */
	ROOM = 1 << 20,      /* octets; with less than this the disk is full */
	AHEAD = 512,         /* pages that the file is kept longer than it must be */
};

static const struct {
	int rc;
	enum err e;
} words[] = {
	{ MDB_SUCCESS, OK },
	{ MDB_NOTFOUND, ERR_NOTFOUND },
	{ MDB_KEYEXIST, ERR_EXISTS },
	{ MDB_MAP_FULL, ERR_FULL },
	{ MDB_TXN_FULL, ERR_FULL },
	{ ENOSPC, ERR_FULL },
	{ EDQUOT, ERR_FULL },
	{ EFBIG, ERR_FULL },
	{ ENOMEM, ERR_MEMORY },
	{ MDB_READERS_FULL, ERR_BUSY },
	{ MDB_CORRUPTED, ERR_DAMAGED },
	{ MDB_PAGE_NOTFOUND, ERR_DAMAGED },
	{ MDB_INVALID, ERR_DAMAGED },
	{ MDB_INCOMPATIBLE, ERR_DAMAGED },
	{ MDB_VERSION_MISMATCH, ERR_VERSION },
};

enum err err_of(int rc)
{
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (words[i].rc == rc)
			return words[i].e;
	errno = rc > 0 ? rc : EIO;
	return ERR_SYSTEM;
}

enum err txn_err(struct store_txn *t, int rc)
{
	enum err e = err_of(rc);

	if (t->write && t->failed == OK && e != OK && e != ERR_NOTFOUND && e != ERR_EXISTS)
		t->failed = e;
	return e;
}

enum err file_lock(int fd, short type)
{
	struct flock whole = { .l_type = type, .l_whence = SEEK_SET };

	while (fcntl(fd, F_OFD_SETLKW, &whole) != 0)
		if (errno != EINTR)
			return ERR_SYSTEM;
	return OK;
}

/* Failing to take the turn costs fairness, not correctness: LMDB's own mutex still orders writers. */
void turn_let(struct store *s)
{
	file_lock(s->turn, F_WRLCK);
	file_lock(s->turn, F_UNLCK);
}

bool turn_is_wanted(const struct store *s)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	return fcntl(s->turn, F_OFD_GETLK, &whole) == 0 && whole.l_type != F_UNLCK;
}

/*
 * LMDB may count pages at the end of the file that it took and gave back in one transaction and never wrote:
 * the file is then shorter than its page count says, as if a copy had been cut short, which store_open
 * refuses. So whoever holds the writer's mutex keeps the file ahead of the count. What is ahead is a hole:
 * it takes no blocks. If the system does not want it longer, that is no reason not to write.
 */
static void keep_ahead(struct store *s)
{
	MDB_envinfo info;
	MDB_stat stat;
	int fd;

	mdb_env_info(s->env, &info);
	mdb_env_stat(s->env, &stat);
	uint64_t want = ((uint64_t)info.me_last_pgno + 1 + AHEAD) * stat.ms_psize;
	if (store_file_size(s) < want && mdb_env_get_fd(s->env, &fd) == 0)
		(void)!ftruncate(fd, (off_t)(want + (uint64_t)AHEAD * stat.ms_psize));
}

/* catch_up is for the transaction that took and gave back more than was ahead. */
static void catch_up(struct store *s)
{
	struct store_txn *t;
	MDB_envinfo info;

	mdb_env_info(s->env, &info);
	if (store_file_size(s) < ((uint64_t)info.me_last_pgno + 1) * s->psize && store_write(s, &t) == OK)
		store_abort(t);
}

static enum err start(struct store *s, unsigned flags, struct store_txn **out)
{
	struct store_txn *t = calloc(1, sizeof *t);
	enum err e;

	*out = NULL;
	if (t == NULL)
		return ERR_MEMORY;
	t->s = s;
	t->dbi = s->dbi;
	t->write = (flags & MDB_RDONLY) == 0;
	e = err_of(mdb_txn_begin(s->env, NULL, flags, &t->txn));
	if (e == OK)
		*out = t;
	else
		free(t);
	return e;
}

/* In a database that is just being made there is no counter yet. */
static enum err see_counter(struct store_txn *t)
{
	if (t->s->psize == 0)
		return OK;
	enum err e = meta_get(t, "commit", &t->counter);
	if (t->write)
		t->counter++;
	return e == ERR_NOTFOUND ? ERR_DAMAGED : e;
}

static enum err begin(struct store *s, unsigned flags, struct store_txn **out)
{
	enum err e = start(s, flags, out);

	if (e != OK)
		return e;
	if ((*out)->write)
		keep_ahead(s);
	e = see_counter(*out);
	if (e != OK) {
		store_abort(*out);
		*out = NULL;
	}
	return e;
}

/* steady: what t sees is the database as commit `last` left it, and no commit came since. */
static bool steady(struct store_txn *t, uint64_t last)
{
	uint64_t again = 0;

	if (t->s->psize != 0 && (meta_get(t, "commit", &again) != OK || again != t->counter))
		return false;
	return mdb_txn_id(t->txn) == last && store_last_txn(t->s) == last;
}

/*
 * Without a lock file nothing tells the writer that we read, and what we read while it commits may be torn:
 * the list of roots is copied out of a page that the next commit but one overwrites. So a read counts only
 * if no commit came in between and its counter, read twice, is the same. From then on somebody's pin keeps
 * its pages.
 */
static enum err read_unlocked(struct store *s, struct store_txn **out)
{
	enum err e = ERR_BUSY;

	for (unsigned i = 0; i < UNLOCKED_TRIES; i++) {
		uint64_t last = store_last_txn(s);
		e = begin(s, MDB_RDONLY, out);
		if (e == OK && steady(*out, last))
			return OK;
		if (e == OK)
			store_abort(*out);
		else if (e != ERR_DAMAGED || store_last_txn(s) == last)
			return e; /* what is torn looks damaged, but only while others commit */
		e = ERR_BUSY;
	}
	*out = NULL;
	return e;
}

enum err store_read(struct store *s, struct store_txn **out)
{
	return s->flags & STORE_NOLOCK ? read_unlocked(s, out) : begin(s, MDB_RDONLY, out);
}

enum err txn_begin(struct store *s, unsigned flags, struct store_txn **out)
{
	*out = NULL;
	if (s->flags & STORE_READ)
		return ERR_REFUSED;
	file_lock(s->turn, F_RDLCK);
	enum err e = begin(s, flags, out);
	file_lock(s->turn, F_UNLCK);
	return e;
}

enum err store_write(struct store *s, struct store_txn **out)
{
	return txn_begin(s, 0, out);
}

static const char *const changed_key[CHANGES] = {
	[CHANGE_ZONE_TABLE] = "changed/0",
	[CHANGE_POOL] = "changed/1",
	[CHANGE_ZONES] = "changed/zones",
};

enum err changed_at(struct store_txn *t, enum change what, uint64_t *out)
{
	enum err e = meta_get(t, changed_key[what], out);

	return e == ERR_NOTFOUND ? OK : e;
}

static enum err put_counters(struct store_txn *t)
{
	enum err e = meta_put(t, "commit", t->counter);

	for (unsigned i = 0; i < CHANGES && e == OK; i++)
		if (t->touched[i])
			e = meta_put(t, changed_key[i], t->counter);
	return e;
}

/* commit_err is err_of for a commit: LMDB calls it EIO when only a part of its pages found room on the disk. */
static enum err commit_err(struct store *s, int rc)
{
	struct statvfs fs;

	if (rc == EIO && fstatvfs(s->dir, &fs) == 0 && fs.f_bavail * fs.f_frsize < ROOM)
		return ERR_FULL;
	return err_of(rc);
}

enum err store_commit(struct store_txn *t)
{
	enum err e = t->failed;

	if (!t->write) {
		store_abort(t);
		return OK;
	}
	if (e == OK)
		e = put_counters(t);
	if (e != OK) {
		store_abort(t);
		return e;
	}
	e = commit_err(t->s, mdb_txn_commit(t->txn));
	if (e == OK)
		catch_up(t->s);
	free(t);
	return e;
}

void store_abort(struct store_txn *t)
{
	if (t == NULL)
		return;
	mdb_txn_abort(t->txn);
	free(t);
}

uint64_t store_counter(struct store_txn *t)
{
	return t->counter;
}

enum err store_next_image(struct store_txn *t, uint64_t *out)
{
	enum err e = meta_get(t, "next-image", out);

	if (e == ERR_NOTFOUND || (e == OK && (*out < IMAGE_FIRST || *out == UINT64_MAX)))
		return ERR_DAMAGED;
	return e == OK ? meta_put(t, "next-image", *out + 1) : e;
}

int put_append(struct store_txn *t, enum table table, MDB_val *key, MDB_val *value, unsigned flags)
{
	MDB_val again = *value;
	int rc = mdb_put(t->txn, t->dbi[table], key, value, flags | MDB_APPEND);

	if (rc != MDB_KEYEXIST)
		return rc;
	*value = again;
	return mdb_put(t->txn, t->dbi[table], key, value, flags);
}
