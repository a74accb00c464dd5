/*
 * env.h -- what the files of this room share: the environment, its tables,
 * and how LMDB's words become ours. Nobody else includes it.
 *
 * Knows: LMDB.   Must not know: what is inside a page.
 */
#ifndef STORE_ENV_H
#define STORE_ENV_H

#include <lmdb.h>

#include "base/le.h"
#include "store/store.h"

/* The named databases, and the numbers under which this room knows them. */
enum table { T_META, T_ZONES, T_RRSETS, T_SHARDS, T_DENIAL, T_JOURNAL, T_SIGNING, TABLES };

/* What a snapshot would have to read again; meta has the counter of the last commit that wrote it. */
enum change { CHANGE_ZONE_TABLE = IMAGE_ZONES, CHANGE_POOL = IMAGE_POOL, CHANGE_ZONES, CHANGES };

/* changed_at gives that counter; 0: never. */
enum err changed_at(struct store_txn *t, enum change what, uint64_t *out);

struct store {
	MDB_env *env;
	MDB_dbi dbi[TABLES];
	int flags;
	int dir;  /* the directory; lock files are opened relative to it */
	int turn; /* DB/turn, -1 in a read-only store */
	size_t psize;
	struct hash_key key;
};

struct store_txn {
	struct store *s;
	MDB_txn *txn;
	const MDB_dbi *dbi; /* the store's */
	bool write;
	bool touched[CHANGES]; /* these were written: commit notes it in meta */
	uint64_t counter;
	enum err failed; /* the first failure that spoiled a write; commit repeats it */
};

/* err_of says in our words what LMDB or the system said; errno is set for ERR_SYSTEM. */
enum err err_of(int rc);

/* txn_err is err_of for something done in t: what cannot be mended keeps t from committing. */
enum err txn_err(struct store_txn *t, int rc);

/* txn_begin is store_write with flags of mdb_txn_begin. */
enum err txn_begin(struct store *s, unsigned flags, struct store_txn **out);

/* turn_let lets every process that waits for the writer's mutex go first. */
void turn_let(struct store *s);

/* turn_is_wanted says whether a process waits for it now. */
bool turn_is_wanted(const struct store *s);

/* file_lock waits for a lock on a whole file that goes when the descriptor is closed (an OFD lock:
 * it belongs to the open file, not to the process). type: F_RDLCK, F_WRLCK, F_UNLCK. */
enum err file_lock(int fd, short type);

/* file_make opens a file of the directory, made with this mode if it is missing; when we are root, it
 * belongs to whom the directory belongs. -1 and errno on failure. */
int file_make(int dir, const char *name, unsigned mode);

/* map_find gives the part of LMDB's map that the file fills. */
enum err map_find(struct store_txn *t, struct view *map);

/* ---- meta: text -> number ---- */

enum { META_KEY_MAX = 40 };

enum err meta_get(struct store_txn *t, const char *key, uint64_t *out);
enum err meta_put(struct store_txn *t, const char *key, uint64_t v);
enum err meta_delete(struct store_txn *t, const char *key);

/* meta_first finds the first key that begins with `prefix` and the number behind it; ERR_NOTFOUND if there is
 * none. */
enum err meta_first(struct store_txn *t, const char *prefix, char key[META_KEY_MAX], uint64_t *out);

/* zone_row_read reads a value of zones; ERR_DAMAGED if it is none. */
enum err zone_row_read(struct view value, struct zone_row *row);

/* ---- the pieces other files are made of ---- */

static inline MDB_val val_of(const void *p, size_t n)
{
	return (MDB_val){ n, (void *)(uintptr_t)p };
}

static inline struct view view_of_val(MDB_val v)
{
	return (struct view){ v.mv_data, v.mv_size };
}

/* put_append puts a value behind all others of its table if that is where it belongs, else in its place. */
int put_append(struct store_txn *t, enum table table, MDB_val *key, MDB_val *value, unsigned flags);

/* Keys of rrsets, shards, denial and journal begin with an id, big-endian, in this many octets. */
enum { KEY_ID = 8 };

/* key_id reads the id a key begins with; UINT64_MAX, which is never handed out, if it is too short for one. */
static inline uint64_t key_id(MDB_val k)
{
	return k.mv_size < KEY_ID ? UINT64_MAX : be64(k.mv_data);
}

#endif
