/*
 * store.h -- the LMDB environment: transactions, tables, builds, locks.
 *
 *   meta    text                         -> numbers (format, psize, seed, next ids, commit)
 *   zones   apex key                     -> struct zone_row
 *   rrsets  rows id, owner key, type, i  -> the truth, in pieces of at most ROW_PIECE octets
 *   shards  image id, prefix, bits       -> one page of baked answers
 *   denial  image id, separator          -> one page of an NSEC or NSEC3 chain
 *   journal zone id, sequence, chunk     -> changesets (not written yet; the table exists)
 *   signing apex key                     -> where a zone's keys are in their lives
 *
 * The only room that includes <lmdb.h>. Every number in a value is
 * little-endian, every number in a key big-endian: edict-db(5) says it byte
 * by byte. All functions that give a view into the database give it for as
 * long as the transaction lives (in a write: until the next put or delete),
 * and check nothing about its bytes: whoever reads a value does so with
 * bounds.
 *
 * Knows: dns/name.h, LMDB.   Must not know: what is inside a page, messages.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/base.h"
#include "dns/name.h"
#include "dns/qname.h"

enum {
	STORE_FORMAT = 1,
	STORE_VALUE_PAGES_MAX = 8, /* nothing in the database is longer than this many pages */
	ROW_PIECE = 16000,         /* octets of one value in rrsets; an RRset may take several */
	IMAGE_ZONES = 0,           /* the zone table: its nodes are the apexes */
	IMAGE_POOL = 1,            /* small zones, placed by the hash of their apex */
	IMAGE_FIRST = 2,           /* the first id handed out */
};

struct store;

enum {
	STORE_READ = 1,     /* open read-only; else read-write, created if missing */
	STORE_NOLOCK = 2,   /* with STORE_READ: touch no lock file; somebody else pins what is read (front) */
	STORE_EXISTING = 4, /* read-write, but only what is there: a wrong path makes no database */
};

/* store_open opens the database directory `dir`. On failure *why is one line for the operator, naming the
 * directory and what to do. Refused: another format version or page size, network and overlay file
 * systems (statfs), a file shorter than its own page count. The map is 1 TiB or what EDICT_MAPSIZE says
 * (bytes, or with K, M, G). Never open one directory twice in one process. */
enum err store_open(const char *dir, int flags, struct store **out, char why[256]);
void store_close(struct store *s);

/* What never changes while a store is open. */
size_t store_psize(const struct store *s);
const struct hash_key *store_hash_key(const struct store *s);
/* store_page_room gives the octets of a value that fills exactly n pages: n * psize - 16. */
static inline size_t store_page_room(size_t psize, unsigned pages)
{
	return pages * psize - 16;
}
/* store_last_txn gives me_last_txnid: changes with every commit of any process. */
uint64_t store_last_txn(const struct store *s);
/* store_file_size gives the data file's size in octets and the number of stale readers cleared. */
uint64_t store_file_size(const struct store *s);
unsigned store_clear_stale_readers(struct store *s);
/* store_is_replaced: another file lies where `dir`/data.mdb, which is open here, was opened. */
bool store_is_replaced(const struct store *s, const char *dir);

/* ---- transactions: a read or a write, both struct store_txn ---- */

struct store_txn;

enum err store_read(struct store *s, struct store_txn **out);
/* store_write waits for the writer's turn (holding a read lock on DB/turn while it does). */
enum err store_write(struct store *s, struct store_txn **out);
/* store_commit makes a write durable and raises the commit counter; store_abort ends either kind. */
enum err store_commit(struct store_txn *t);
void store_abort(struct store_txn *t);
/* store_counter gives the commit counter as this transaction sees it (in a write: what it will be). */
uint64_t store_counter(struct store_txn *t);
/* store_next_image hands out an id that was never used and never will be (write transactions): for images,
 * rows and zones alike. In a build use build_id for what must go if the build dies. */
enum err store_next_image(struct store_txn *t, uint64_t *out);

/* ---- zones ---- */

enum { ZONE_ROW_POOLED = 1, ZONE_ROW_SIGNED = 2, ZONE_ROW_OPTOUT = 4, ZONE_ROW_UPDATED = 8 };
enum denial_kind { DENIAL_NONE = 0, DENIAL_NSEC = 1, DENIAL_NSEC3 = 2 };

struct zone_row {
	uint64_t zone_id;  /* never reused; names the journal */
	uint64_t image;    /* of shards and denial: IMAGE_POOL if pooled */
	uint64_t rows;     /* id under which rrsets has its records: equals image unless pooled */
	uint64_t changed;  /* commit counter of the last change */
	uint64_t compiled; /* seconds since 1970 */
	uint64_t records, names, signatures;
	uint64_t expires;   /* soonest RRSIG expiry, seconds since 1970; 0: no RRSIGs */
	uint64_t checks[2]; /* bit set of the checks that ran (zone/check.h) */
	uint32_t serial;
	uint32_t role;   /* 0: primary; others later */
	uint32_t flags;  /* ZONE_ROW_* */
	uint32_t denial; /* enum denial_kind */
};

enum err store_zone_get(struct store_txn *t, const struct name *apex, struct zone_row *out);
enum err store_zone_put(struct store_txn *t, const struct name *apex, const struct zone_row *row);
enum err store_zone_delete(struct store_txn *t, const struct name *apex);
/* store_zone_after gives the first zone after `apex` in canonical order, or with NULL the first;
 * ERR_NOTFOUND behind the last. */
enum err store_zone_after(struct store_txn *t, const struct name *apex, struct name *out, struct zone_row *row);
/* A zone's signing state: octets that only lib/keys understands, written in the transaction that shows what they
 * tell of. store_signing_put with an empty view takes them away; ERR_SPACE above SIGNING_OCTETS_MAX.
 * store_signing_get: ERR_NOTFOUND if there are none. Who deletes a zone deletes them too. */
enum { SIGNING_OCTETS_MAX = 4096 };
enum err store_signing_get(struct store_txn *t, const struct name *apex, struct view *out);
enum err store_signing_put(struct store_txn *t, const struct name *apex, struct view state);
/* store_signing_is: the state is these octets; none: there is no state. Who writes a state asks, in the same
 * transaction, whether the one it began with is still there. */
bool store_signing_is(struct store_txn *t, const struct name *apex, struct view octets);
/* store_zone_count counts them, without looking at each; 0 if that cannot be told. */
uint64_t store_zone_count(struct store_txn *t);

/* ---- rows: RRsets as they are, in canonical order of owners ---- */

struct row {
	struct name owner; /* letter case as written */
	uint16_t type;
	uint32_t ttl, sig_ttl;
	uint32_t n, n_sig;
	struct view data; /* n RDATAs, then n_sig RRSIG RDATAs, each behind a little-endian u16 length */
};

/* store_row_put writes a row whole, replacing what was there. */
enum err store_row_put(struct store_txn *t, uint64_t rows, const struct row *r);
enum err store_row_delete(struct store_txn *t, uint64_t rows, const struct name *owner, uint16_t type);

/* Rows for a build, made ready by any thread while there is no transaction: as they will stand in the table. Zeros
 * are an empty pack; its octets are malloc'ed. */
struct row_pack {
	uint8_t *p;
	size_t n, cap;
};

/* row_pack_add puts a row behind the others. ERR_SPACE: it is too large. */
enum err row_pack_add(struct row_pack *pack, uint64_t rows, const struct row *r);

/* store_row_append writes the first of some packed octets, and takes it from them: at most ROW_PIECE octets of a
 * row. It is fast if rows come in ascending order of (rows id, owner, type), packs one behind the other.
 * ERR_DAMAGED: these are no packed octets. */
enum err store_row_append(struct store_txn *t, struct view *packed);

/* A walk over rows in order. Begin at an owner (NULL: the first), then call next until ERR_NOTFOUND. A row
 * in one piece is a view into the database, one in several is put together in the walk's own buffer and is
 * good until the next call. ERR_DAMAGED if a row does not parse. */
struct row_walk;
enum err row_walk_begin(struct store_txn *t, uint64_t rows, const struct name *from, struct row_walk **out);
enum err row_walk_next(struct row_walk *w, struct row *out);
void row_walk_end(struct row_walk *w);

/* store_let_go gives back the memory that reading the database has taken in this process, whose size would become
 * that of all it has read. The pages stay in the system's cache: who reads one again, in any transaction, has it
 * again. */
void store_let_go(struct store_txn *t);

/* ---- pages: shards and denial ---- */

enum page_table { TABLE_SHARDS, TABLE_DENIAL };
enum { PAGE_KEY_MAX = 256 };

/* A page's key behind the image id: for a shard the 64-bit prefix, left-aligned, big-endian, and one octet
 * with the number of valid bits; for a run of denial the separator (all keys in the run are >= it; the
 * first run of an image has an empty one). */
struct page_key {
	uint16_t n;
	uint8_t p[PAGE_KEY_MAX];
};
struct page_key shard_key(uint64_t prefix, unsigned bits);

/* Pages may be written in any write transaction, a build's or not. Snapshots keep what they know of an image
 * until its zone row has another `changed`, so who writes pages of an image of a zone's own also puts the row,
 * with changed = store_counter(t). For images 0 and 1 the store takes note by itself. */

/* store_page_put writes a value whose length must be store_page_room of 1..8 pages. _append: as for rows. */
enum err store_page_put(struct store_txn *t, enum page_table table, uint64_t image, const struct page_key *k,
			struct view page);
enum err store_page_append(struct store_txn *t, enum page_table table, uint64_t image, const struct page_key *k,
			   struct view page);
enum err store_page_delete(struct store_txn *t, enum page_table table, uint64_t image, const struct page_key *k);
/* store_page_floor finds the page with the greatest key <= k in this image; ERR_NOTFOUND if there is none. */
enum err store_page_floor(struct store_txn *t, enum page_table table, uint64_t image, const struct page_key *k,
			  struct page_key *key, struct view *page);
/* store_page_after gives the first page behind k (NULL: the first of the image). */
enum err store_page_after(struct store_txn *t, enum page_table table, uint64_t image, const struct page_key *k,
			  struct page_key *key, struct view *page);

/* ---- builds: new images, written in slices while the old ones are served ---- */

struct build;

/* build_begin takes the lock on DB/build.lock (waits for another live build), sweeps what dead builds and
 * unfinished drops left, hands out an image id and notes it as being built. */
enum err build_begin(struct store *s, struct build **out, uint64_t *image);
/* build_txn gives the transaction of the current slice. About every MB written build_slice looks whether somebody
 * waits to write; then, and every 4 MB in any case, it commits, lets the others go first, and begins the next.
 * Call it between rows, and ask build_txn again behind it. When it fails there is no transaction any more, and all
 * that can be done is build_abort. */
struct store_txn *build_txn(struct build *b);
/* build_id hands out one more id that is swept if the build dies: the rows of a zone in the pool. */
enum err build_id(struct build *b, uint64_t *id);
enum err build_slice(struct build *b, size_t octets_written);
/* build_rest commits the current slice and begins none, so that others may write while the builder waits for
 * something; build_resume begins the next. In between there is no transaction. */
enum err build_rest(struct build *b);
enum err build_resume(struct build *b);
/* build_watch has `tell` called as the build's writers say, with build_at, how far they are: a phrase, and names
 * done of all. */
typedef void build_watch_fn(void *context, const char *doing, uint64_t done, uint64_t total);
void build_watch(struct build *b, build_watch_fn *tell, void *context);
void build_at(const struct build *b, const char *doing, uint64_t done, uint64_t total);
/* build_switch commits the last slice and begins the switching transaction: the caller puts the zone row,
 * zone-table pages and pool pages into it and names the image and rows id the old zone leaves behind
 * (0: none), then calls build_end, which commits, drops the old in slices of 2,000 values and releases the
 * lock. build_abort may be called instead at any point: the database shows nothing of the build. Either way b
 * is gone afterwards, also when build_end fails. */
enum err build_switch(struct build *b, struct store_txn **out);
enum err build_leaves(struct build *b, uint64_t old);
enum err build_end(struct build *b);
void build_abort(struct build *b);

#endif
