#include "store/env.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

enum {
	READERS = 254,       /* slots in lock.mdb: processes times snapshots */
	LOCK_OCTETS = 16384, /* what that makes of lock.mdb */
	WHY_MAX = 256,
};

static const char *const table_names[TABLES] = {
	[T_META] = "meta",     [T_ZONES] = "zones",     [T_RRSETS] = "rrsets",   [T_SHARDS] = "shards",
	[T_DENIAL] = "denial", [T_JOURNAL] = "journal", [T_SIGNING] = "signing",
};

/* File systems on which a mapped file and its locks may differ from one process to the next. */
static const struct {
	uint64_t magic;
	const char *name;
} unfit[] = {
	{ NFS_SUPER_MAGIC, "NFS" },
	{ SMB_SUPER_MAGIC, "SMB" },
	{ 0xff534d42, "CIFS" },
	{ 0xfe534d42, "SMB" },
	{ OVERLAYFS_SUPER_MAGIC, "an overlay file system (a container's own)" },
	{ V9FS_MAGIC, "9P" },
	{ 0x65735546, "FUSE or virtiofs" },
	{ AFS_SUPER_MAGIC, "AFS" },
	{ 0x00c36400, "Ceph" },
	{ 0x0bd00bd0, "Lustre" },
	{ 0x01161970, "GFS2" },
	{ 0x7461636f, "OCFS2" },
};

PRINTF_LIKE(3, 4) static enum err refuse(char why[WHY_MAX], enum err e, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why, WHY_MAX, format, args);
	va_end(args);
	return e;
}

/* open_or_make gives a file that is there as it is, or a new one. What appears between the two looks is never
 * taken for ours: root would give away whatever it is. */
static int open_or_make(int dir, const char *name, unsigned mode, bool *made)
{
	const int flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW;
	int fd = -1;

	*made = false;
	for (int i = 0; i < 8 && fd < 0; i++) { /* two that make it at the same time, or one that removes it */
		fd = openat(dir, name, *made ? flags | O_CREAT | O_EXCL : flags, mode);
		if (fd < 0 && errno != (*made ? EEXIST : ENOENT))
			break;
		*made ^= fd < 0;
	}
	return fd;
}

int file_make(int dir, const char *name, unsigned mode)
{
	struct stat owner;
	bool made;
	int fd = open_or_make(dir, name, mode, &made);

	if (fd < 0 || !made)
		return fd;
	/* Neither umask nor whoever happens to be root today decides who may use the database. */
	if (fchmod(fd, mode) == 0 &&
	    (geteuid() != 0 || (fstat(dir, &owner) == 0 && fchown(fd, owner.st_uid, owner.st_gid) == 0)))
		return fd;
	close(fd);
	return -1;
}

static enum err open_dir(struct store *s, const char *dir, char why[WHY_MAX])
{
	struct statfs fs;

	if (!(s->flags & (STORE_READ | STORE_EXISTING)) && mkdir(dir, 0755) != 0 && errno != EEXIST)
		return refuse(why, ERR_SYSTEM, "%s: cannot be made: %s", dir, strerror(errno));
	s->dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->dir < 0)
		return refuse(why, ERR_SYSTEM, "%s: %s", dir, strerror(errno));
	if (fstatfs(s->dir, &fs) != 0)
		return refuse(why, ERR_SYSTEM, "%s: %s", dir, strerror(errno));
	for (size_t i = 0; i < COUNT_OF(unfit); i++)
		if (unfit[i].magic == (uint64_t)fs.f_type)
			return refuse(
			    why, ERR_REFUSED,
			    "%s: is on %s, where a database cannot be shared safely; put it on a local disk, "
			    "a volume or a tmpfs",
			    dir, unfit[i].name);
	return OK;
}

/* LMDB would make its files with one mode and our owner; so they are there before it looks. */
static const struct {
	const char *name;
	unsigned mode;
	bool readers; /* a reader that locks needs it too */
} files[] = {
	{ "data.mdb", 0644, false },
	{ "lock.mdb", 0600, true },
	{ "turn", 0600, false },
	{ "build.lock", 0600, false },
};

/* LMDB makes lock.mdb a hole and maps it: on a full disk whoever writes there first would die of it. */
static bool has_room(int fd, const char *name)
{
	return strcmp(name, "lock.mdb") != 0 || fallocate(fd, 0, 0, LOCK_OCTETS) == 0 ||
	       (errno != ENOSPC && errno != EDQUOT); /* not all file systems can */
}

static enum err make_files(struct store *s, const char *dir, char why[WHY_MAX])
{
	struct stat data;

	if ((s->flags & (STORE_READ | STORE_EXISTING)) &&
	    (fstatat(s->dir, "data.mdb", &data, 0) != 0 || data.st_size == 0))
		return refuse(why, ERR_NOTFOUND, "%s: no database here; zonec compile makes one", dir);
	for (size_t i = 0; i < COUNT_OF(files); i++) {
		if ((s->flags & STORE_READ) && !(files[i].readers && !(s->flags & STORE_NOLOCK)))
			continue;
		int fd = file_make(s->dir, files[i].name, files[i].mode);
		if (fd < 0)
			return refuse(why, ERR_SYSTEM, "%s/%s: %s", dir, files[i].name, strerror(errno));
		enum err e = has_room(fd, files[i].name)
				 ? OK
				 : refuse(why, ERR_SYSTEM, "%s/%s: %s", dir, files[i].name, strerror(errno));
		if (e == OK && strcmp(files[i].name, "turn") == 0)
			s->turn = fd;
		else
			close(fd);
		if (e != OK)
			return e;
	}
	return OK;
}

/* map_size gives what EDICT_MAPSIZE says, 1 TiB if it says nothing, 0 if it says nonsense. */
static size_t map_size(void)
{
	static const struct {
		char letter;
		unsigned shift;
	} units[] = { { 0, 0 }, { 'K', 10 }, { 'M', 20 }, { 'G', 30 }, { 'T', 40 } };
	const char *text = getenv("EDICT_MAPSIZE");
	char *end;

	if (text == NULL || *text == 0)
		return (size_t)1 << 40;
	errno = 0;
	unsigned long long n = strtoull(text, &end, 10);
	for (size_t i = 0; i < COUNT_OF(units); i++)
		if (end != text && errno == 0 && *end == units[i].letter && (*end == 0 || end[1] == 0) &&
		    n <= SIZE_MAX >> (units[i].shift + 1) && n << units[i].shift >= 65536)
			return (size_t)n << units[i].shift;
	return 0;
}

static enum err open_env(struct store *s, const char *dir, char why[WHY_MAX])
{
	size_t size = map_size();
	unsigned flags = MDB_NOTLS;
	int rc;

	if (size == 0)
		return refuse(why, ERR_FORMAT, "EDICT_MAPSIZE=%s: not a size; octets, or with K, M, G, T behind",
			      getenv("EDICT_MAPSIZE"));
	if (s->flags & STORE_READ)
		flags |= MDB_RDONLY;
	if (s->flags & STORE_NOLOCK)
		flags |= MDB_NOLOCK;
	rc = mdb_env_create(&s->env);
	if (rc == 0)
		rc = mdb_env_set_mapsize(s->env, size);
	if (rc == 0)
		rc = mdb_env_set_maxdbs(s->env, TABLES);
	if (rc == 0)
		rc = mdb_env_set_maxreaders(s->env, READERS);
	if (rc == 0)
		rc = mdb_env_open(s->env, dir, flags, 0600);
	if (rc == ENOMEM)
		return refuse(why, ERR_MEMORY,
			      "%s: no room for a map of %zu GiB of address space; lift the limit (ulimit -v, "
			      "LimitAS=), or set EDICT_MAPSIZE=64G or what is allowed, for every program alike",
			      dir, size >> 30);
	if (rc == MDB_INVALID || rc == MDB_VERSION_MISMATCH)
		return refuse(why, err_of(rc), "%s/data.mdb: this is no database of ours: %s", dir,
			      mdb_strerror(rc));
	if (rc != 0)
		return refuse(why, err_of(rc), "%s: cannot be opened: %s", dir, mdb_strerror(rc));
	return OK;
}

static size_t psize_of(const struct store *s)
{
	MDB_stat stat;

	mdb_env_stat(s->env, &stat);
	return stat.ms_psize;
}

/* A copy that was cut short would kill whoever touches a page that is not there. */
static enum err check_length(struct store *s, const char *dir, char why[WHY_MAX])
{
	MDB_envinfo info;

	mdb_env_info(s->env, &info);
	uint64_t want = ((uint64_t)info.me_last_pgno + 1) * psize_of(s), have = store_file_size(s);
	if (have < want)
		return refuse(
		    why, ERR_DAMAGED,
		    "%s/data.mdb: cut short, %llu octets of %llu; take it from a backup or compile again", dir,
		    (unsigned long long)have, (unsigned long long)want);
	return OK;
}

static enum err new_seed(uint64_t *seed)
{
	const char *text = getenv("EDICT_SEED");

	if (text != NULL && *text != 0) {
		*seed = strtoull(text, NULL, 0);
		return OK;
	}
	return getrandom(seed, sizeof *seed, 0) == sizeof *seed ? OK : ERR_SYSTEM;
}

/* make_meta writes what a new database says of itself. */
static enum err make_meta(struct store_txn *t, size_t psize)
{
	uint64_t seed;
	enum err e = new_seed(&seed);

	if (e == OK)
		e = meta_put(t, "format", STORE_FORMAT);
	if (e == OK)
		e = meta_put(t, "psize", psize);
	if (e == OK)
		e = meta_put(t, "seed", seed);
	if (e == OK)
		e = meta_put(t, "next-image", IMAGE_FIRST);
	if (e == OK)
		e = meta_put(t, "commit", 1);
	return e;
}

/* make_tables makes a new database what it must be, in one transaction; of two who try, the second finds it done.
 */
static enum err make_tables(struct store *s)
{
	struct store_txn *t;
	uint64_t format;
	int rc = 0;
	enum err e = store_write(s, &t);

	if (e != OK)
		return e;
	for (unsigned i = 0; i < TABLES && rc == 0; i++)
		rc = mdb_dbi_open(t->txn, table_names[i], MDB_CREATE, &s->dbi[i]);
	e = rc != 0 ? txn_err(t, rc) : meta_get(t, "format", &format);
	if (e == ERR_NOTFOUND)
		e = make_meta(t, psize_of(s));
	if (e != OK) {
		store_abort(t);
		return e;
	}
	e = err_of(mdb_txn_commit(t->txn));
	free(t);
	return e;
}

/* check_meta compares what the database says of itself with what we know, and takes its seed. */
static enum err check_meta(struct store_txn *t, const char *dir, char why[WHY_MAX])
{
	static const char again[] = "compile its zones into a new directory";
	uint64_t format, psize, seed, have = psize_of(t->s);
	enum err e = meta_get(t, "format", &format);

	if (e != OK)
		return refuse(why, ERR_DAMAGED, "%s: does not say what format it has", dir);
	if (format != STORE_FORMAT)
		return refuse(why, ERR_VERSION, "%s: format %llu, but this program knows format %d only; %s", dir,
			      (unsigned long long)format, STORE_FORMAT, again);
	if (meta_get(t, "psize", &psize) != OK || psize != have)
		return refuse(why, ERR_VERSION, "%s: made for pages of %llu octets, but these have %llu; %s", dir,
			      (unsigned long long)psize, (unsigned long long)have, again);
	if (psize > (uint64_t)sysconf(_SC_PAGESIZE))
		return refuse(why, ERR_VERSION, "%s: its pages of %llu octets are larger than this machine's; %s",
			      dir, (unsigned long long)psize, again);
	if (meta_get(t, "seed", &seed) != OK)
		return refuse(why, ERR_DAMAGED, "%s: has no hash seed", dir);
	t->s->key = hash_key_of(seed);
	return OK;
}

/* LMDB wants handles opened in one transaction that is committed, though it only reads. */
static enum err open_tables(struct store *s, const char *dir, char why[WHY_MAX])
{
	struct store_txn *t;
	enum err e = store_read(s, &t);

	if (e != OK)
		return refuse(why, e, "%s: cannot be read: %s", dir, err_text(e));
	for (unsigned i = 0; i < TABLES && e == OK; i++) {
		int rc = mdb_dbi_open(t->txn, table_names[i], 0, &s->dbi[i]);
		if (rc == MDB_NOTFOUND)
			e = refuse(why, ERR_NOTFOUND,
				   "%s: holds no table \"%s\"; no zone was ever compiled into it, or it "
				   "belongs to another program",
				   dir, table_names[i]);
		else if (rc != 0)
			e = refuse(why, err_of(rc), "%s: table \"%s\": %s", dir, table_names[i], mdb_strerror(rc));
	}
	if (e == OK)
		e = check_meta(t, dir, why);
	if (e != OK) {
		store_abort(t);
		return e;
	}
	e = err_of(mdb_txn_commit(t->txn));
	free(t);
	s->psize = psize_of(s);
	return e == OK ? OK : refuse(why, e, "%s: cannot be read: %s", dir, err_text(e));
}

/* fill_new makes the tables if we may and the file is fresh: in another program's it would do harm, and with
 * tables in place an open needs no turn among the writers. */
static enum err fill_new(struct store *s, const char *dir, char why[WHY_MAX])
{
	MDB_stat stat;

	mdb_env_stat(s->env, &stat);
	if ((s->flags & STORE_READ) || stat.ms_entries > 0)
		return OK;
	enum err e = make_tables(s);
	return e == OK ? OK : refuse(why, e, "%s: cannot be written: %s", dir, err_text(e));
}

enum err store_open(const char *dir, int flags, struct store **out, char why[WHY_MAX])
{
	struct store *s = calloc(1, sizeof *s);
	enum err e;

	*out = NULL;
	why[0] = 0;
	hold_streams();
	if (s == NULL)
		return refuse(why, ERR_MEMORY, "%s: out of memory", dir);
	s->flags = flags;
	s->dir = s->turn = -1;
	e = open_dir(s, dir, why);
	if (e == OK)
		e = make_files(s, dir, why);
	if (e == OK)
		e = open_env(s, dir, why);
	if (e == OK)
		e = check_length(s, dir, why);
	if (e == OK)
		e = fill_new(s, dir, why);
	if (e == OK)
		e = open_tables(s, dir, why);
	if (e == OK)
		*out = s;
	else
		store_close(s);
	return e;
}

void store_close(struct store *s)
{
	if (s == NULL)
		return;
	if (s->env != NULL)
		mdb_env_close(s->env);
	if (s->turn >= 0)
		close(s->turn);
	if (s->dir >= 0)
		close(s->dir);
	free(s);
}

size_t store_psize(const struct store *s)
{
	return s->psize;
}

const struct hash_key *store_hash_key(const struct store *s)
{
	return &s->key;
}

uint64_t store_last_txn(const struct store *s)
{
	MDB_envinfo info;

	mdb_env_info(s->env, &info);
	return info.me_last_txnid;
}

uint64_t store_file_size(const struct store *s)
{
	struct stat st;
	int fd;

	if (mdb_env_get_fd(s->env, &fd) != 0 || fstat(fd, &st) != 0)
		return 0;
	return (uint64_t)st.st_size;
}

unsigned store_clear_stale_readers(struct store *s)
{
	int dead = 0;

	return mdb_reader_check(s->env, &dead) == 0 ? (unsigned)dead : 0;
}

bool store_is_replaced(const struct store *s, const char *dir)
{
	char path[4096];
	struct stat own, there;
	int fd, n = snprintf(path, sizeof path, "%s/data.mdb", dir);

	if (n < 0 || (size_t)n >= sizeof path || mdb_env_get_fd(s->env, &fd) != 0)
		return false;
	if (fstat(fd, &own) != 0 || stat(path, &there) != 0)
		return false;
	return own.st_ino != there.st_ino || own.st_dev != there.st_dev;
}
