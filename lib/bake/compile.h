/*
 * compile.h -- a whole zone into the database, replacing what was there in
 * one visible step; and out of it.
 *
 *      known zone   one transaction with what differs, if that is little (recompile.h)
 *      big zone     build: rows, pages, runs in slices | switch: zone row, zone table | drop the old
 *      small zone   one transaction: rows, its page of the pool, zone row, zone table;
 *                   many small zones share one
 *
 * Until the last commit the old zone is served; after it, the new one. A
 * process killed in between leaves what the next build sweeps.
 *
 * Knows: parts.h, store/.   Must not know: files, terminals.
 */
#ifndef BAKE_COMPILE_H
#define BAKE_COMPILE_H

#include "store/store.h"
#include "zone/zone.h"

struct compile_facts {
	uint64_t now;       /* seconds since 1970, for the zone row */
	uint64_t checks[2]; /* which checks ran */
	bool replace; /* also a zone that took updates since its last compile; and the whole zone in any case */
	struct view signing;      /* the zone's new signing state (store.h) */
	struct view signing_was;  /* the one it was made from; both empty: the state stays as it is */
	bool signing_same;        /* but for when it was looked at: by itself it is not worth writing */
	build_watch_fn *progress; /* of a big zone; may be NULL */
	void *context;            /* its own */
};

static inline bool compile_has_signing(const struct compile_facts *f)
{
	return f->signing.n != 0 || f->signing_was.n != 0;
}

/* compile_only_signing: the signing state is to be written even if the zone is as it was. */
static inline bool compile_only_signing(const struct compile_facts *f)
{
	return compile_has_signing(f) && !f->signing_same;
}

/* compile_zone writes a sealed zone that has an SOA. On failure *why is one line for the operator and the
 * database shows nothing of it. ERR_REFUSED: the zone took updates and facts->replace is false. ERR_BUSY: the
 * signing state is not facts->signing_was any more. */
enum err compile_zone(struct store *s, const struct zone *z, const struct compile_facts *facts, char why[256]);

/* How much was written: the whole zone, what differs from the zone that was there (recompile.h), or nothing, for
 * it is the same. */
enum compile_way { COMPILED_WHOLE, COMPILED_CHANGES, COMPILED_NOTHING };

/* One zone of many, and what became of it. */
struct compile_job {
	const struct zone *zone;
	struct compile_facts facts;
	enum err result;
	enum compile_way way; /* if the result is OK */
	size_t changes;       /* RRsets that differed, if COMPILED_CHANGES */
	char why[256];
};

/* compile_zones compiles zones in this order. Small ones that follow one another share a transaction, at most
 * COMPILE_GROUP of them: a disk flushes once for all of these. One zone that cannot be compiled does not stop
 * the others. */
enum { COMPILE_GROUP = 100 };
void compile_zones(struct store *s, struct compile_job *jobs, size_t n);

/* compile_drop takes a zone out of the database; ERR_NOTFOUND if it is not there. */
enum err compile_drop(struct store *s, const struct name *apex, char why[256]);

#endif
