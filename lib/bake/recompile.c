#include "bake/recompile.h"

#include "bake/difference.h"

/*
 * A name that is changed costs 110 us of CPU, one of a whole build 3 (1.28 million names with 2.95 million
 * records). And while changes are written nobody else can write: a build lets others go first every megabyte. A
 * whole build costs some flushes of the disk, too, whatever it writes.
 */
enum { FEW = 50, PART = 50, CHANGES_MAX = 10000 };

static size_t most_of(const struct zone *z)
{
	size_t most = FEW + z->n_nodes / PART;

	return most < CHANGES_MAX ? most : CHANGES_MAX;
}

/* is_whole: the zone's row, which the change has counted on, agrees with the zone. */
static bool is_whole(const struct zone_row *row, const struct zone *z)
{
	return row->records == z->n_records && row->names == z->n_nodes;
}

/* put_row makes the row of a changed zone that of a compiled one. */
static enum err put_row(struct store_txn *t, const struct compile_job *job, const struct difference *d)
{
	const struct zone *z = job->zone;
	struct zone_row row;
	enum err e = store_zone_get(t, &z->apex, &row);

	if (e != OK)
		return e;
	row.compiled = job->facts.now;
	memcpy(row.checks, job->facts.checks, sizeof row.checks);
	row.expires = d->expires;
	row.flags &= ~(uint32_t)ZONE_ROW_UPDATED;
	if (compile_has_signing(&job->facts))
		e = store_signing_put(t, &z->apex, job->facts.signing);
	if (e == OK && !is_whole(&row, z))
		e = ERR_DAMAGED;
	return e == OK ? store_zone_put(t, &z->apex, &row) : e;
}

/* signing_is_now: who asked for the change has seen the signing state that is there. */
static bool signing_is_now(struct store_txn *t, const struct compile_job *job)
{
	return !compile_has_signing(&job->facts) || store_signing_is(t, &job->zone->apex, job->facts.signing_was);
}

static enum err apply(const struct earlier *was, const struct compile_job *job, const struct difference *d)
{
	struct zone_row row;
	struct store_txn *t;
	char why[256];
	enum err e = store_write(was->store, &t);

	if (e != OK)
		return e;
	e = earlier_is_now(was, t, &row) && signing_is_now(t, job) ? OK : ERR_BUSY;
	if (e == OK && d->n != 0)
		e = change_apply(was->store, t, &was->apex, d->change, d->n, why);
	if (e == OK)
		e = put_row(t, job, d);
	if (e == OK)
		return store_commit(t);
	store_abort(t);
	return e;
}

/* may_be: the zone is one that can be changed in place, and the caller lets it. */
static bool may_be(const struct earlier *was, const struct compile_job *job)
{
	return !job->facts.replace && !(was->row.flags & (ZONE_ROW_POOLED | ZONE_ROW_UPDATED));
}

bool recompile(struct store *s, struct compile_job *job)
{
	struct earlier was;
	struct difference d;

	if (earlier_open(s, &job->zone->apex, &was) != OK || !may_be(&was, job))
		return false;
	enum err e = difference_find(&was, job->zone, most_of(job->zone), &d);
	if (e == OK && d.too_many)
		e = ERR_SPACE;
	if (e == OK && (d.n != 0 || compile_only_signing(&job->facts)))
		e = apply(&was, job, &d);
	if (e == OK) {
		job->way = d.n == 0 ? COMPILED_NOTHING : COMPILED_CHANGES;
		job->changes = d.n;
	}
	difference_free(&d);
	return e == OK;
}

bool recompile_needless(struct store *s, struct compile_job *job)
{
	struct earlier was;
	struct difference d;

	if (job->facts.replace || compile_only_signing(&job->facts) ||
	    earlier_open(s, &job->zone->apex, &was) != OK || !(was.row.flags & ZONE_ROW_POOLED) ||
	    (was.row.flags & ZONE_ROW_UPDATED) || !is_whole(&was.row, job->zone))
		return false;
	const bool same = difference_find(&was, job->zone, 0, &d) == OK && d.n == 0 && !d.too_many;
	difference_free(&d);
	if (same)
		job->way = COMPILED_NOTHING;
	return same;
}
