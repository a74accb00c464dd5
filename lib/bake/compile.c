#include "bake/compile.h"

#include <stdio.h>
#include <stdlib.h>

#include "bake/parts.h"
#include "bake/recompile.h"
#include "bake/rows.h"
#include "bake/table.h"

struct compile {
	struct store *store;
	const struct zone *zone;
	const struct compile_facts *facts;
	struct parts parts;
	bool baked; /* parts are made */
	struct zone_row row;
	struct zone_row old; /* of the zone that is replaced; zeros if there is none */
	bool replaces;
	struct arena scratch;
	char *why;
};

static enum err fail(const struct compile *c, enum err e, const char *doing)
{
	if (c->why[0] == 0)
		snprintf(c->why, 256, "%s: %s", doing, err_text(e));
	return e;
}

static void fill_row(struct compile *c, uint64_t image)
{
	c->row = (struct zone_row){
		.zone_id = c->replaces ? c->old.zone_id : image,
		.rows = image,
		.compiled = c->facts->now,
		.records = c->zone->n_records,
		.names = c->zone->n_nodes,
		.checks = { c->facts->checks[0], c->facts->checks[1] },
	};
	parts_row(&c->parts, &c->row);
	c->row.image = c->row.flags & ZONE_ROW_POOLED ? IMAGE_POOL : image;
}

/* put_zone makes the zone visible: its row, its node in the zone table, and the pool's records of its old and
 * new self. */
static enum err put_zone(struct compile *c, struct store_txn *t)
{
	const struct bake_zone *z = &c->parts.zone;
	const struct node *apex = zone_find(c->zone, &c->zone->apex);
	bool pooled = c->row.flags & ZONE_ROW_POOLED;
	enum err e = OK;

	c->row.changed = store_counter(t);
	c->parts.part.image = c->row.image;
	c->parts.part.changed = c->row.changed;
	if (pooled)
		e = pool_put(c->store, t, z, c->parts.nodes.e, c->parts.nodes.n, &c->scratch);
	else if (c->replaces && c->old.flags & ZONE_ROW_POOLED)
		e = pool_put(c->store, t, z, NULL, 0, &c->scratch);
	if (e == OK)
		e = table_put(c->store, t, z, &c->parts.part, rrset_of(apex, RR_SOA), &c->scratch);
	if (e == OK && compile_has_signing(c->facts))
		e = store_signing_put(t, &c->zone->apex, c->facts->signing);
	return e == OK ? store_zone_put(t, &c->zone->apex, &c->row) : e;
}

/* signing_is_old: somebody else wrote a signing state since this run read it, and must not be undone. */
static enum err signing_is_old(struct compile *c)
{
	snprintf(c->why, 256,
		 "the state of its keys has changed since this run read it, by another run or by what was said of "
		 "the parent; compile it again");
	return ERR_BUSY;
}

/* look_at_old finds out what is replaced, and whether it may be. */
static enum err look_at_old(struct compile *c, struct store_txn *t)
{
	enum err e = store_zone_get(t, &c->zone->apex, &c->old);

	c->replaces = e == OK;
	if (e != OK && e != ERR_NOTFOUND)
		return e;
	if (compile_has_signing(c->facts) && !store_signing_is(t, &c->zone->apex, c->facts->signing_was))
		return signing_is_old(c);
	if (c->replaces && c->old.flags & ZONE_ROW_UPDATED && !c->facts->replace) {
		snprintf(c->why, 256,
			 "the zone took updates since it was compiled (serial %u): compiling would lose "
			 "them; dump it first, or use --replace",
			 c->old.serial);
		return ERR_REFUSED;
	}
	return OK;
}

static enum err too_large(struct compile *c, enum err e, const struct name *at)
{
	char text[NAME_TEXT_MAX];

	name_print(at, text);
	snprintf(c->why, 256, "%.150s: its records are %s for a message", text, err_text(e));
	return e;
}

static enum err bake(struct compile *c)
{
	struct name at;
	enum err e = parts_bake(c->zone, store_hash_key(c->store), &c->parts, &at);

	c->baked = e == OK;
	return e == OK ? OK : too_large(c, e, &at);
}

static enum err plan(struct compile *c)
{
	struct name at;
	enum err e = parts_plan(c->zone, store_hash_key(c->store), &c->parts, &at);

	return e == OK ? OK : too_large(c, e, &at);
}

static enum err write_rows(struct compile *c, struct build *b, uint64_t image)
{
	struct row_pack rows = { 0 };
	enum err e = rows_pack(c->zone, image, 0, c->zone->n_nodes, &rows);

	if (e == OK)
		e = rows_write(b, &rows);
	free(rows.p);
	return e;
}

/* write_records writes rows and pages. A zone in the pool has its pages there; then it is small, and only what it
 * replaces is big. */
static enum err write_records(struct compile *c, struct build *b, uint64_t image)
{
	if (c->parts.part.flags & ZONEPART_POOLED)
		return write_rows(c, b, image);
	return parts_write(&c->parts, b, store_psize(c->store), image);
}

static enum err compile_big(struct compile *c)
{
	struct build *b;
	struct store_txn *t;
	uint64_t image;
	enum err e = c->baked ? OK : plan(c);

	if (e == OK)
		e = build_begin(c->store, &b, &image);
	if (e != OK)
		return fail(c, e, "starting a build");
	build_watch(b, c->facts->progress, c->facts->context);
	e = write_records(c, b, image);
	if (e == OK)
		e = build_switch(b, &t);
	if (e == OK)
		e = look_at_old(c, t);
	if (e == OK) {
		fill_row(c, image);
		e = put_zone(c, t);
	}
	if (e == OK && c->replaces)
		e = build_leaves(b, c->old.rows); /* its image has the same id, or is the pool */
	if (e == OK)
		return build_end(b);
	build_abort(b);
	return fail(c, e, "writing the zone");
}

/* ---- small zones: several in one transaction ---- */

/* small_check: may this transaction take the zone? Nothing was written if not. ERR_SPACE: what the zone replaces
 * is big, so it takes a build. */
static enum err small_check(struct compile *c, struct store_txn *t)
{
	enum err e = look_at_old(c, t);

	return e == OK && c->replaces && !(c->old.flags & ZONE_ROW_POOLED) ? ERR_SPACE : e;
}

static enum err small_write(struct compile *c, struct store_txn *t)
{
	uint64_t rows;
	enum err e = store_next_image(t, &rows);

	if (e == OK && c->replaces)
		e = rows_delete_zone(t, c->old.rows);
	if (e == OK)
		e = rows_put_zone(t, rows, c->zone);
	if (e != OK)
		return e;
	fill_row(c, rows);
	return put_zone(c, t);
}

/* A zone on its way into a group: what is known of it, and what became of it. */
struct member {
	struct compile c;
	struct compile_job *job;
};

struct group {
	struct store *store;
	struct member member[COMPILE_GROUP];
	size_t n;
};

/* write_members writes all that may be written, and says of the others why not. */
static enum err write_members(struct group *g, struct store_txn *t)
{
	enum err e = OK;

	for (size_t i = 0; i < g->n && e == OK; i++) {
		struct member *m = &g->member[i];
		m->job->result = small_check(&m->c, t);
		if (m->job->result == OK)
			e = small_write(&m->c, t);
	}
	return e;
}

static void end_member(struct member *m)
{
	if (m->job->result != OK)
		fail(&m->c, m->job->result, "writing the zone");
	parts_free(&m->c.parts);
	arena_free(&m->c.scratch);
}

/* flush commits what waits; a zone that needs a build gets it then. */
static void flush(struct group *g)
{
	struct store_txn *t;
	enum err e = g->n != 0 ? store_write(g->store, &t) : OK;

	if (g->n == 0)
		return;
	if (e == OK) {
		e = write_members(g, t);
		if (e == OK)
			e = store_commit(t);
		else
			store_abort(t);
	}
	for (size_t i = 0; i < g->n; i++) {
		struct member *m = &g->member[i];
		if (e != OK)
			m->job->result = e;
		else if (m->job->result == ERR_SPACE)
			m->job->result = compile_big(&m->c);
		end_member(m);
	}
	g->n = 0;
}

/* A zone of so many names fills more pages than the pool takes: each name takes more than an octet. */
enum { SURELY_BIG = POOL_OCTETS };

static bool waits(const struct group *g, const struct name *apex)
{
	for (size_t i = 0; i < g->n; i++)
		if (name_eq(&g->member[i].job->zone->apex, apex))
			return true;
	return false;
}

/* has_soa: without it there is no negative answer (RFC 2308 3), whichever checks the operator has turned off. */
static bool has_soa(struct compile_job *job)
{
	const bool has = zone_soa(job->zone).n != 0;

	if (!has)
		snprintf(job->why, sizeof job->why, "it has no SOA record, without which no zone can be served");
	return has;
}

/* take bakes a zone; a small one waits, a big one is written behind those that wait: in the order of the jobs.
 * What is surely big may have changed little, and is baked only if it has to be. */
static void take(struct group *g, struct compile_job *job)
{
	struct member *m = &g->member[g->n];

	*m = (struct member){ { .store = g->store, .zone = job->zone, .facts = &job->facts, .why = job->why },
			      job };
	job->why[0] = 0;
	job->way = COMPILED_WHOLE;
	job->result = has_soa(job) ? OK : ERR_REFUSED;
	if (job->result != OK)
		return;
	if (!waits(g, &job->zone->apex) && recompile_needless(g->store, job))
		return;
	job->result = job->zone->n_nodes < SURELY_BIG ? bake(&m->c) : OK;
	if (job->result == OK && m->c.baked && parts_pool(&m->c.parts)) {
		if (++g->n == COMPILE_GROUP)
			flush(g);
		return;
	}
	flush(g);
	if (job->result == OK && !recompile(g->store, job))
		job->result = compile_big(&m->c);
	end_member(m);
}

void compile_zones(struct store *s, struct compile_job *jobs, size_t n)
{
	struct group *g = calloc(1, sizeof *g);

	for (size_t i = 0; i < n && g == NULL; i++)
		jobs[i].result = ERR_MEMORY;
	if (g == NULL)
		return;
	g->store = s;
	for (size_t i = 0; i < n; i++)
		take(g, &jobs[i]);
	flush(g);
	free(g);
}

enum err compile_zone(struct store *s, const struct zone *z, const struct compile_facts *facts, char why[256])
{
	struct compile_job job = { .zone = z, .facts = *facts };

	compile_zones(s, &job, 1);
	memcpy(why, job.why, sizeof job.why);
	return job.result;
}

/* ---- dropping ---- */

static enum err drop_txn(struct compile *c, struct store_txn *t, const struct name *apex)
{
	enum err e = store_zone_get(t, apex, &c->old);

	if (e == OK && c->old.flags & ZONE_ROW_POOLED)
		e = pool_put(c->store, t, &c->parts.zone, NULL, 0, &c->scratch);
	if (e == OK)
		e = table_remove(c->store, t, &c->parts.zone, &c->scratch);
	if (e == OK)
		e = store_signing_put(t, apex, (struct view){ NULL, 0 });
	return e == OK ? store_zone_delete(t, apex) : e;
}

/* drop_big leaves the image to a build's end, which takes it away slice by slice. */
static enum err drop_big(struct compile *c, const struct name *apex)
{
	struct build *b;
	struct store_txn *t;
	uint64_t image;
	enum err e = build_begin(c->store, &b, &image);

	if (e != OK)
		return e;
	e = build_switch(b, &t);
	if (e == OK)
		e = drop_txn(c, t, apex);
	if (e == OK)
		e = build_leaves(b, c->old.rows);
	if (e == OK)
		return build_end(b);
	build_abort(b);
	return e;
}

static enum err drop_run(struct compile *c, const struct name *apex)
{
	struct store_txn *t;
	enum err e = store_write(c->store, &t);

	if (e != OK)
		return e;
	e = store_zone_get(t, apex, &c->old);
	if (e == OK && !(c->old.flags & ZONE_ROW_POOLED)) {
		store_abort(t);
		return drop_big(c, apex);
	}
	if (e == OK)
		e = rows_delete_zone(t, c->old.rows);
	if (e == OK)
		e = drop_txn(c, t, apex);
	if (e == OK)
		return store_commit(t);
	store_abort(t);
	return e;
}

enum err compile_drop(struct store *s, const struct name *apex, char why[256])
{
	struct compile c = { .store = s, .why = why };

	why[0] = 0;
	bake_zone_of(apex, store_hash_key(s), false, &c.parts.zone);
	enum err e = drop_run(&c, apex);
	if (e == ERR_NOTFOUND)
		snprintf(why, 256, "no such zone in the database");
	else if (e != OK)
		fail(&c, e, "dropping the zone");
	arena_free(&c.scratch);
	return e;
}
