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

static const char *text_of(const uint8_t *owner, size_t n, char text[NAME_TEXT_MAX])
{
	struct name name;

	if (name_of_wire(view_of(owner, n), &name))
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
			wrong(v, "%.300s: the stored answers differ from its records", text_of(n.owner, n.owner_len, text));
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
	if (!pooled) {
		e = count_pages(v, &there);
		if (e == OK && there != v->parts.nodes.n)
			wrong(v, "its pages hold %zu records, its rows make %zu", there, v->parts.nodes.n);
		check_runs(v, im);
	}
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
