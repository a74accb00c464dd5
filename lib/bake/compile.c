#include "bake/compile.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "bake/parts.h"
#include "bake/rows.h"

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

/* in_zone is true for the pool's records of one zone: its apex is the right suffix of their owners. */
static bool in_zone(const void *context, const struct entry *e)
{
	const struct bake_zone *z = context;
	struct node_view n;

	return e->p != NULL && node_open(view_of(e->p, e->n), &n) && n.apex_labels == z->apex_labels &&
	       n.owner_len >= z->apex.len && e->place == z->apex_hash &&
	       memcmp(n.owner + n.owner_len - z->apex.len, z->apex.wire, z->apex.len) == 0;
}

/* put_pool replaces the zone's records in the pool by these. */
static enum err put_pool(struct compile *c, struct store_txn *t, const struct entry *add, size_t n)
{
	struct place_change change = { IMAGE_POOL, c->parts.zone.apex_hash, in_zone, &c->parts.zone, add, n };

	return place_apply(t, store_psize(c->store), store_hash_key(c->store), &change, &c->scratch);
}

struct table_entries {
	struct entry e[8];
	size_t n;
};

static void keep(void *context, const struct entry *e)
{
	struct table_entries *t = context;

	if (t->n < COUNT_OF(t->e))
		t->e[t->n++] = *e;
}

/* put_table writes the zone's node of the zone table, or with `gone` takes it out. */
static enum err put_table(struct compile *c, struct store_txn *t, bool gone)
{
	struct table_entries entries = { .n = 0 };
	struct record_sink sink = { &entries, keep };
	const struct node *apex = gone ? NULL : zone_find(c->zone, &c->zone->apex);
	enum err e = OK;

	if (!gone)
		e = parts_zone_record(&c->parts, rrset_of(apex, RR_SOA), &c->scratch, &sink);
	/* An SOA is far too small for pieces, so there is one record, in one page. */
	struct place_change change = { IMAGE_ZONES, c->parts.zone.apex_hash, in_zone, &c->parts.zone, entries.e, entries.n };
	return e == OK ? place_apply(t, store_psize(c->store), store_hash_key(c->store), &change, &c->scratch) : e;
}

static void fill_row(struct compile *c, uint64_t image)
{
	const struct parts *p = &c->parts;
	bool pooled = p->part.flags & ZONEPART_POOLED;

	c->row = (struct zone_row){
		.zone_id = c->replaces ? c->old.zone_id : image,
		.image = pooled ? IMAGE_POOL : image,
		.rows = image,
		.compiled = c->facts->now,
		.records = c->zone->n_records,
		.names = c->zone->n_nodes,
		.signatures = p->signatures,
		.expires = p->expires,
		.checks = c->facts->checks,
		.serial = p->part.serial,
		.denial = p->part.denial,
		.flags = (pooled ? ZONE_ROW_POOLED : 0U) | (p->part.flags & ZONEPART_SIGNED ? ZONE_ROW_SIGNED : 0U) |
			 (p->part.flags & ZONEPART_OPTOUT ? ZONE_ROW_OPTOUT : 0U),
	};
}

/* put_zone makes the zone visible: its row, its node in the zone table, and the pool's records of its old and
 * new self. */
static enum err put_zone(struct compile *c, struct store_txn *t)
{
	bool pooled = c->row.flags & ZONE_ROW_POOLED;
	enum err e = OK;

	c->row.changed = store_counter(t);
	c->parts.part.image = c->row.image;
	c->parts.part.changed = c->row.changed;
	if (pooled)
		e = put_pool(c, t, c->parts.entry, c->parts.n_entries);
	else if (c->replaces && c->old.flags & ZONE_ROW_POOLED)
		e = put_pool(c, t, NULL, 0);
	if (e == OK)
		e = put_table(c, t, false);
	return e == OK ? store_zone_put(t, &c->zone->apex, &c->row) : e;
}

/* look_at_old finds out what is replaced, and whether it may be. */
static enum err look_at_old(struct compile *c, struct store_txn *t)
{
	enum err e = store_zone_get(t, &c->zone->apex, &c->old);

	c->replaces = e == OK;
	if (e != OK)
		return e == ERR_NOTFOUND ? OK : e;
	if (c->old.flags & ZONE_ROW_UPDATED && !c->facts->replace) {
		snprintf(c->why, 256, "the zone took updates since it was compiled (serial %u): compiling would lose "
			 "them; dump it first, or use --replace", c->old.serial);
		return ERR_REFUSED;
	}
	return OK;
}

static enum err bake(struct compile *c)
{
	struct name at;
	char text[NAME_TEXT_MAX];
	enum err e = parts_bake(c->zone, store_hash_key(c->store), &c->parts, &at);

	c->baked = e == OK;
	if (e != OK) {
		name_print(&at, text);
		snprintf(c->why, 256, "%.150s: its records are %s for a message", text, err_text(e));
	}
	return e;
}

/* Two threads share nothing but the zone, which both only read: one bakes, and one, whose the transactions are,
 * writes the rows. */
struct baking {
	struct compile *c;
	enum err e;
};

static void *bake_beside(void *context)
{
	struct baking *baking = context;

	baking->e = bake(baking->c);
	return NULL;
}

static enum err write_rows(struct compile *c, struct build *b, uint64_t image)
{
	struct baking baking = { c, OK };
	pthread_t thread;
	bool beside = !c->baked && pthread_create(&thread, NULL, bake_beside, &baking) == 0;
	enum err e = rows_write_zone(b, image, c->zone);

	if (e == OK)
		e = build_rest(b);
	if (beside)
		pthread_join(thread, NULL);
	else if (!c->baked)
		bake_beside(&baking);
	if (e == OK)
		e = baking.e;
	return e == OK ? build_resume(b) : e;
}

static enum err compile_big(struct compile *c)
{
	struct build *b;
	struct store_txn *t;
	uint64_t image;
	enum err e = build_begin(c->store, &b, &image);

	if (e != OK)
		return fail(c, e, "starting a build");
	build_watch(b, c->facts->progress, c->facts->context);
	e = write_rows(c, b, image);
	if (e == OK)
		e = parts_write(&c->parts, b, store_psize(c->store), image);
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

static enum err small_txn(struct compile *c, struct store_txn *t)
{
	uint64_t rows;
	enum err e = look_at_old(c, t);

	if (e == OK && c->replaces && !(c->old.flags & ZONE_ROW_POOLED))
		return ERR_SPACE; /* what it leaves behind is big: needs a build */
	if (e == OK)
		e = store_next_image(t, &rows);
	if (e == OK && c->replaces)
		e = rows_delete_zone(t, c->old.rows);
	if (e == OK)
		e = rows_put_zone(t, rows, c->zone);
	if (e != OK)
		return e;
	fill_row(c, rows);
	return put_zone(c, t);
}

static enum err compile_small(struct compile *c)
{
	struct store_txn *t;
	enum err e = store_write(c->store, &t);

	if (e != OK)
		return fail(c, e, "starting a transaction");
	e = small_txn(c, t);
	if (e == OK)
		return store_commit(t);
	store_abort(t);
	if (e == ERR_SPACE)
		return compile_big(c);
	return fail(c, e, "writing the zone");
}

/* A zone of so many names fills more pages than the pool takes: each name takes more than an octet. */
enum { SURELY_BIG = POOL_OCTETS };

static enum err compile_run(struct compile *c)
{
	enum err e = c->zone->n_nodes < SURELY_BIG ? bake(c) : OK;

	if (e != OK)
		return e;
	return c->baked && parts_pool(c->zone, &c->parts) ? compile_small(c) : compile_big(c);
}

enum err compile_zone(struct store *s, const struct zone *z, const struct compile_facts *facts, char why[256])
{
	struct compile c = { .store = s, .zone = z, .facts = facts, .why = why };

	why[0] = 0;
	enum err e = compile_run(&c);
	if (e != OK)
		fail(&c, e, "committing the zone");
	parts_free(&c.parts);
	arena_free(&c.scratch);
	return e;
}

static enum err drop_txn(struct compile *c, struct store_txn *t, const struct name *apex)
{
	enum err e = store_zone_get(t, apex, &c->old);

	if (e == OK && c->old.flags & ZONE_ROW_POOLED)
		e = put_pool(c, t, NULL, 0);
	if (e == OK)
		e = put_table(c, t, true);
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
	if (e != OK)
		fail(&c, e, e == ERR_NOTFOUND ? "no such zone in the database" : "dropping the zone");
	arena_free(&c.scratch);
	return e;
}
