#include "bake/verify.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "bake/parts.h"
#include "bake/rows.h"
#include "bake/table.h"

struct verifier {
	const struct snapshot *s;
	const struct name *apex;
	struct zone_row row;
	struct zone *zone;
	struct parts parts;
	struct verify_result *r;
};

static void wrong(struct verifier *v, const char *fmt, ...) PRINTF_LIKE(2, 3);

static void wrong(struct verifier *v, const char *fmt, ...)
{
	va_list args;

	if (v->r->wrong++ != 0)
		return;
	va_start(args, fmt);
	vsnprintf(v->r->first, sizeof v->r->first, fmt, args);
	va_end(args);
}

static const char *text_of(struct view owner, char text[NAME_TEXT_MAX])
{
	struct name name;

	if (name_of_wire(owner, &name))
		name_print(&name, text);
	else
		memcpy(text, "?", 2);
	return text;
}

/* stored finds the record that stands where `e` belongs. */
static bool stored(struct verifier *v, const struct image *im, const struct entry *e)
{
	struct view page = image_shard(v->s, im, e->place);
	struct node_view want, n;
	unsigned cursor = 0;
	struct probe bare = { e->hash, (const uint8_t *)"", 0, v->parts.zone.apex_labels, 0 };

	if (e->p == NULL)
		return shard_find(page, &bare, &n) == FOUND_BARE;
	if (!node_open(view_of(e->p, e->n), &want))
		return false;
	while (shard_next(page, e->hash, &cursor, &n) == FOUND_NODE)
		if (n.n == e->n && memcmp(n.p, e->p, e->n) == 0)
			return true;
	return false;
}

static void check_entries(struct verifier *v, const struct image *im)
{
	char text[NAME_TEXT_MAX];

	for (size_t i = 0; i < v->parts.nodes.n; i++) {
		const struct entry *e = &v->parts.nodes.e[i];
		struct node_view n;

		if (stored(v, im, e))
			continue;
		if (e->p == NULL || !node_open(view_of(e->p, e->n), &n))
			wrong(v, "an empty non-terminal is missing");
		else
			wrong(v, "%.300s: the stored answers differ from its records",
			      text_of(node_owner(n), text));
	}
}

/* count_pages counts what an image of one zone holds, to see that nothing is there that should not be. */
static enum err count_pages(struct verifier *v, size_t *n)
{
	struct page_key at, next;
	struct view page;
	enum err e = store_page_after(v->s->txn, TABLE_SHARDS, v->row.image, NULL, &next, &page);

	*n = 0;
	while (e == OK) {
		if (page.n < SHARD_HEAD)
			return ERR_DAMAGED;
		*n += (size_t)le16(page.p) + le16(page.p + 2);
		at = next;
		e = store_page_after(v->s->txn, TABLE_SHARDS, v->row.image, &at, &next, &page);
	}
	return e == ERR_NOTFOUND ? OK : e;
}

/* apex_of gives the apex of the zone that a record of the pool belongs to. */
static bool apex_of(const struct entry *e, struct name *apex)
{
	struct node_view n;

	if (e->p == NULL || !node_open(view_of(e->p, e->n), &n) || !name_of_wire(node_owner(n), apex))
		return false;
	*apex = name_strip(apex, name_labels(apex) - node_apex_labels(n));
	return true;
}

/* count_pooled counts the zone's records in the pool: all are on one page. */
static enum err count_pooled(struct verifier *v, size_t *n)
{
	struct entry *e = malloc(SHARD_ENTRIES_MAX * sizeof *e);
	struct view page = image_shard(v->s, v->s->pool, v->parts.zone.apex_hash);
	size_t all = 0;
	unsigned bits;
	struct name apex;
	enum err err =
	    e != NULL ? shard_list(page, &v->s->key, true, e, SHARD_ENTRIES_MAX, &all, &bits) : ERR_MEMORY;

	*n = 0;
	for (size_t i = 0; i < all && err == OK; i++)
		*n += apex_of(&e[i], &apex) && name_eq(&apex, v->apex);
	free(e);
	return err;
}

static void check_runs(struct verifier *v, const struct image *im)
{
	size_t k = 0;
	struct run_entry e;

	for (size_t i = 0; i < im->n_runs; i++) {
		struct view page = page_view(im->runs[i].page, v->s->psize);
		unsigned n = run_count(page);
		for (unsigned j = 0; j < n; j++, k++)
			if (!run_at(page, j, &e) || k >= v->parts.n_runs || !view_eq(e.key, v->parts.run[k].key) ||
			    !view_eq(e.payload, v->parts.run[k].payload)) {
				wrong(v, "the denial chain differs from the zone's at entry %zu", k);
				return;
			}
	}
	if (k != v->parts.n_runs)
		wrong(v, "the denial chain has %zu entries, the zone %zu", k, v->parts.n_runs);
}

static void check_table_entry(void *context, const struct entry *e)
{
	struct verifier *v = context;

	if (!stored(v, v->s->zones, e))
		wrong(v, "the zone table's entry differs from the zone's records");
}

/* Masks and flags may have bits too many (a cut that went leaves its bit), never too few. */
static void take_masks(struct verifier *v)
{
	struct zonepart *part = &v->parts.part, there;

	if (table_get(v->s->txn, &v->parts.zone, &there) != OK)
		return; /* comparing the entry will tell */
	for (unsigned i = 0; i < COUNT_OF(part->cuts); i++) {
		part->cuts[i] |= there.cuts[i];
		part->dnames[i] |= there.dnames[i];
	}
	part->flags |= there.flags & (ZONEPART_WILD | ZONEPART_OPTOUT);
}

static enum err check_image(struct verifier *v)
{
	bool pooled = v->row.flags & ZONE_ROW_POOLED;
	const struct image *im = pooled ? v->s->pool : snapshot_image(v->s, v->row.image);
	struct arena scratch = { 0 };
	size_t there = 0;
	enum err e = OK;

	if (im == NULL || im->shards == NULL) {
		wrong(v, "its pages are missing");
		return OK;
	}
	if (pooled && !parts_pool(&v->parts))
		wrong(v, "it is in the pool and too large for it");
	check_entries(v, im);
	e = pooled ? count_pooled(v, &there) : count_pages(v, &there);
	if (e == OK && there != v->parts.nodes.n)
		wrong(v, "its pages hold %zu records, its rows make %zu", there, v->parts.nodes.n);
	if (!pooled)
		check_runs(v, im);
	v->parts.part.image = v->row.image;
	v->parts.part.changed = v->row.changed;
	take_masks(v);
	const struct node *apex = zone_find(v->zone, v->apex);
	struct record_sink sink = { v, check_table_entry };
	if (e == OK && (apex == NULL || rrset_of(apex, RR_SOA) == NULL))
		wrong(v, "its rows have no SOA");
	else if (e == OK)
		e = table_record(&v->parts.zone, &v->parts.part, rrset_of(apex, RR_SOA), &scratch, &sink);
	arena_free(&scratch);
	return e;
}

/* The row's expiry may be sooner than any signature's (an RRSIG that went leaves its own), never later. */
static void check_signatures(struct verifier *v)
{
	if (v->row.signatures != v->parts.signatures)
		wrong(v, "it has %llu signatures, its row says %llu", (unsigned long long)v->parts.signatures,
		      (unsigned long long)v->row.signatures);
	if (v->row.expires > v->parts.expires || (v->row.expires == 0) != (v->parts.expires == 0))
		wrong(v, "its row says that signatures are good for longer than they are");
}

enum err verify_zone(const struct snapshot *s, const struct name *apex, struct verify_result *r)
{
	struct verifier v = { .s = s, .apex = apex, .r = r };
	struct name at;

	memset(r, 0, sizeof *r);
	enum err e = store_zone_get(s->txn, apex, &v.row);
	if (e == OK)
		e = rows_read_zone(s->txn, v.row.rows, apex, &v.zone);
	if (e != OK)
		return e;
	r->records = v.zone->n_records;
	r->names = v.zone->n_nodes;
	if (v.zone->n_records != v.row.records)
		wrong(&v, "it has %llu records, its row says %llu", (unsigned long long)v.zone->n_records,
		      (unsigned long long)v.row.records);
	e = parts_bake(v.zone, &s->key, &v.parts, &at);
	if (e == OK)
		e = check_image(&v);
	if (e == OK)
		check_signatures(&v);
	parts_free(&v.parts);
	zone_free(v.zone);
	return e;
}

/* ---- the pool as a whole ---- */

/* is_stray says what is wrong with a record that is on this page of the pool, or NULL. */
static const char *is_stray(const struct snapshot *s, const struct page_key *key, const struct entry *e,
			    struct name *apex)
{
	struct zone_row row;

	*apex = name_root;
	if (!apex_of(e, apex))
		return "a record that is no zone's";
	if (store_zone_get(s->txn, apex, &row) != OK)
		return "a record of a zone that is not in the database";
	if (!(row.flags & ZONE_ROW_POOLED))
		return "a record of a zone that has pages of its own";
	return key->p[8] != 0 && (e->place ^ be64(key->p)) >> (64 - key->p[8]) != 0
		   ? "a record on a page where nobody looks for it"
		   : NULL;
}

static enum err check_pool_page(struct verifier *v, const struct page_key *key, struct view page, struct entry *e)
{
	char text[NAME_TEXT_MAX];
	struct name apex;
	unsigned bits;
	size_t n;
	enum err err = key->n != 9 || key->p[8] > 64
			   ? ERR_DAMAGED
			   : shard_list(page, &v->s->key, true, e, SHARD_ENTRIES_MAX, &n, &bits);

	for (size_t i = 0; err == OK && i < n; i++) {
		const char *what = is_stray(v->s, key, &e[i], &apex);
		if (what == NULL)
			continue;
		name_print(&apex, text);
		wrong(v, "%.300s: %s", text, what);
	}
	v->r->records += err == OK ? n : 0;
	return err;
}

enum err verify_pool(const struct snapshot *s, struct verify_result *r)
{
	struct verifier v = { .s = s, .r = r };
	struct entry *e = malloc(SHARD_ENTRIES_MAX * sizeof *e);
	struct page_key at, next;
	struct view page;

	memset(r, 0, sizeof *r);
	if (e == NULL)
		return ERR_MEMORY;
	enum err err = store_page_after(s->txn, TABLE_SHARDS, IMAGE_POOL, NULL, &next, &page);
	while (err == OK) {
		err = check_pool_page(&v, &next, page, e);
		at = next;
		if (err == OK)
			err = store_page_after(s->txn, TABLE_SHARDS, IMAGE_POOL, &at, &next, &page);
	}
	free(e);
	return err == ERR_NOTFOUND ? OK : err;
}
