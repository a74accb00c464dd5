/*
 * run.h -- what the files of this room share while one zone is signed.
 *
 * Knows: sign.h, base/work.h.   Must not know: who reads the result.
 */
#ifndef SIGN_RUN_H
#define SIGN_RUN_H

#include "base/work.h"
#include "sign/sign.h"

enum { SLICE = 8192 }; /* nodes that a thread takes at a time */

/* What went wrong, and where: of several threads' troubles the first in the zone is told. */
struct trouble {
	enum err e; /* OK: nothing did */
	size_t at;  /* number of the node */
	char why[SIGN_WHY];
};

struct signing {
	struct zone *z;
	const struct sign_plan *plan;
	struct node *apex;
	struct rrset *soa;
	uint32_t denial_ttl; /* of NSEC and NSEC3 (RFC 9077) */
	struct arena
	    own[WORK_THREADS_MAX]; /* adopted by the zone in the end; the caller's thread uses the zone's */
	uint64_t records[WORK_THREADS_MAX]; /* that each thread added */
	struct trouble trouble[WORK_THREADS_MAX];

	/* The old zone's apex, copied; n + n_sig is 0 where it has no such RRset. */
	struct old_set old_soa, old_zonemd;
	bool was_there[SIGN_KEYS_MAX]; /* the key stood in its DNSKEY set, alone with its tag: those signatures are
					  its own */

	struct sign_result result;
};

static inline struct arena *signing_arena(struct signing *s, unsigned worker)
{
	return worker == 0 ? &s->z->arena : &s->own[worker];
}

/* signing_fails notes a trouble of a worker at a node, unless one nearer to the apex is noted already. Gives e. */
enum err signing_fails(struct signing *s, unsigned worker, size_t at, enum err e, const char *fmt, ...)
    PRINTF_LIKE(5, 6);

/* signing_ok is OK while no worker has noted a trouble, else the error of the first in the zone. */
enum err signing_ok(const struct signing *s);

/* plan_check says whether this zone can be signed like this: sizes, times, keys. */
enum err plan_check(struct signing *s);

/* sign_key_covers is true if a key signs RRsets of this type. */
bool sign_key_covers(const struct sign_key *k, uint16_t type);

/* sign_given_covers is true for a given RRSIG over an RRset of this type. */
bool sign_given_covers(const struct sign_given *g, uint16_t type);

/* The chains (nsec.c, nsec3.c): put at nodes, or merged into the zone. */
enum err nsec_make(struct signing *s);
enum err nsec3_make(struct signing *s);

#endif
