/*
 * parts.h -- a zone as the pages of an image: its nodes, its denial chain,
 * and what the zone table will say of it (table.h).
 *
 * Knows: node.h, place.h, chain.h, runs.h, zone/.   Must not know: files, which image is current.
 */
#ifndef BAKE_PARTS_H
#define BAKE_PARTS_H

#include "bake/chain.h"
#include "bake/node.h"
#include "bake/place.h"
#include "base/work.h"
#include "store/store.h"
#include "store/zonepart.h"
#include "zone/zone.h"

/* A zone whose pages take less than this goes to the pool. */
enum { POOL_OCTETS = 2048 };

/* Everything made of one zone. Its memory is the arenas', one for each worker, but the arrays, which parts_free
 * gives back. */
struct parts {
	const struct zone *of;
	struct bake_zone zone;
	struct arena arena[WORK_THREADS_MAX];
	struct entry_list nodes; /* nodes, pieces, bare names, by place; in the pool the run as well */
	struct run_entry *run;   /* ascending */
	size_t n_runs, cap_runs;
	struct zonepart part; /* all but image and changed */
	struct chain chain;
	bool strays;      /* some NSEC3 record has no name that should be in the chain */
	bool optout;      /* the chain leaves out delegations without DS, or seems to */
	size_t n_chained; /* nodes that are in it */
	uint64_t signatures, expires;
	bool planned; /* most entries of `nodes` are only planned; see parts_plan */

	struct baked *baked; /* while it is made, by slices */
};

/* parts_bake makes the parts of a sealed zone, which lives as long as they do. ERR_SPACE: some RRset or name is
 * too large; *at says which. The parts are the same however many threads there are. */
enum err parts_bake(const struct zone *z, const struct hash_key *key, struct parts *out, struct name *at);

/* parts_plan does the same, but for nodes, which are about as large as the zone: it finds out where they belong,
 * and parts_write makes each when its page is written. That is all that can be done with such parts. */
enum err parts_plan(const struct zone *z, const struct hash_key *key, struct parts *out, struct name *at);

/* parts_pool turns the parts of a small zone into records for the pool; false if it is not small. */
MUST_CHECK bool parts_pool(struct parts *p);

/* parts_row sets what a zone's row tells of the parts: serial, signatures, denial, and the flags that follow from
 * them. */
void parts_row(const struct parts *p, struct zone_row *row);

void parts_free(struct parts *p);

/* parts_write appends the parts to a build under its id, and all rows of the zone under the same. */
enum err parts_write(struct parts *p, struct build *b, size_t psize, uint64_t image);

/* parts_new writes them in one write transaction: for an image that is still small. */
enum err parts_new(struct parts *p, struct store_txn *t, size_t psize, uint64_t image);

/* parts_note adds what a name means to the whole zone: the depths of cuts and DNAMEs, that there is a wildcard. */
void parts_note(struct zonepart *part, const struct bake_zone *z, const struct name *owner,
		const struct rrset *sets);

/* parts_note_signatures counts the RRSIGs of some RRsets, and lowers *soonest (0: none yet) to the soonest expiry. */
void parts_note_signatures(const struct rrset *sets, uint64_t *n, uint64_t *soonest);

#endif
