#include "bake/change.h"

#include <stdio.h>
#include <stdlib.h>

#include "bake/parts.h"
#include "bake/rows.h"
#include "bake/table.h"

enum { SOA_MIN = 22 }; /* octets: two root names, five numbers */

/* One name that is changed: its RRsets, and the records made of them. */
struct touched {
	const struct change **change; /* all of this owner */
	size_t n_changes;
	struct rrset *before, *after;
	struct entry *record; /* first those to come, then those that are there */
	size_t n_come, n_records;
};

struct changer {
	struct store *store;
	struct store_txn *t;
	const struct name *apex;
	struct bake_zone zone;
	struct zone_row row;
	struct zonepart part;
	struct arena arena;
	struct touched *touched;
	size_t n_touched;
	struct entry *record; /* those of the name at hand, while it is baked */
	size_t n_records, cap_records;
	char *why;
};

static enum err refuse(struct changer *c, enum err e, const struct name *owner, const char *what)
{
	char text[NAME_TEXT_MAX];

	name_print(owner, text);
	snprintf(c->why, 256, "%.150s: %s", text, what);
	return e;
}

/* ---- may it be? ---- */

static bool is_denial(uint16_t type)
{
	return type == RR_NSEC || type == RR_NSEC3 || type == RR_NSEC3PARAM || type == RR_RRSIG;
}

static enum err check_change(struct changer *c, const struct change *ch)
{
	if (!name_within(&ch->owner, c->apex))
		return refuse(c, ERR_REFUSED, &ch->owner, "not in the zone");
	if (is_denial(ch->type) || (ch->set != NULL && ch->set->n_sig != 0))
		return refuse(c, ERR_REFUSED, &ch->owner, "signatures and proofs cannot be changed in place yet");
	if (ch->set != NULL && (ch->set->n == 0 || ch->set->type != ch->type))
		return refuse(c, ERR_REFUSED, &ch->owner, "an RRset of another type, or without records");
	if (ch->type != RR_SOA)
		return OK;
	if (ch->set == NULL || ch->set->n != 1 || ch->set->rdata[0].n < SOA_MIN || !name_eq(&ch->owner, c->apex))
		return refuse(c, ERR_REFUSED, &ch->owner, "a zone has one SOA, at its apex");
	return OK;
}

static enum err check_zone(struct changer *c)
{
	enum err e = store_zone_get(c->t, c->apex, &c->row);

	if (e != OK)
		return refuse(c, e, c->apex, e == ERR_NOTFOUND ? "no such zone in the database" : err_text(e));
	if (c->row.flags & ZONE_ROW_SIGNED || c->row.denial != DENIAL_NONE || c->row.signatures != 0)
		return refuse(c, ERR_REFUSED, c->apex, "the zone is signed: it cannot be changed in place yet");
	return OK;
}

/* ---- what the names are before and after ---- */

/* By owner; of one owner in the order they came in. */
static int by_owner(const void *a, const void *b)
{
	const struct change *x = *(const struct change *const *)a, *y = *(const struct change *const *)b;
	int d = name_order(&x->owner, &y->owner);

	return d != 0 ? d : (x > y) - (x < y);
}

static void group(struct changer *c, const struct change *ch, size_t n)
{
	const struct change **list = arena_take(&c->arena, n * sizeof *list);

	for (size_t i = 0; i < n; i++)
		list[i] = &ch[i];
	qsort(list, n, sizeof *list, by_owner);
	c->touched = arena_take(&c->arena, n * sizeof *c->touched);
	for (size_t i = 0; i < n; i++) {
		if (i == 0 || !name_eq(&list[i]->owner, &list[i - 1]->owner))
			c->touched[c->n_touched++] = (struct touched){ .change = &list[i] };
		c->touched[c->n_touched - 1].n_changes++;
	}
}

static struct rrset *set_in(struct rrset *list, uint16_t type)
{
	while (list != NULL && list->type != type)
		list = list->next;
	return list;
}

/* copy_sets copies a list, but not the RDATA. */
static struct rrset *copy_sets(struct arena *a, const struct rrset *from)
{
	struct rrset *first = NULL, **end = &first;

	for (; from != NULL; from = from->next, end = &(*end)->next) {
		*end = arena_take(a, sizeof **end);
		**end = *from;
	}
	*end = NULL;
	return first;
}

/* put_set makes `set` (NULL: nothing) what a list has of this type. */
static void put_set(struct arena *a, struct rrset **list, uint16_t type, const struct rrset *set)
{
	while (*list != NULL && (*list)->type < type)
		list = &(*list)->next;
	struct rrset *rest = *list != NULL && (*list)->type == type ? (*list)->next : *list;
	if (set == NULL) {
		*list = rest;
		return;
	}
	struct rrset *own = arena_take(a, sizeof *own);
	*own = *set;
	own->rdata = arena_take(a, set->n * sizeof *own->rdata);
	memcpy(own->rdata, set->rdata, set->n * sizeof *own->rdata);
	own->next = rest;
	rrset_seal(own);
	*list = own;
}

static void keep_record(void *context, const struct entry *e)
{
	struct changer *c = context;

	c->record = grow_array(c->record, &c->cap_records, c->n_records + 1, sizeof *c->record);
	c->record[c->n_records++] = *e;
}

static enum err bake(struct changer *c, const struct name *owner, const struct rrset *sets)
{
	struct bake_ask ask = { owner, sets, NULL };
	struct record_sink sink = { c, keep_record };

	return sets != NULL ? bake_node(&c->zone, &ask, &c->arena, &sink) : OK;
}

static enum err prepare(struct changer *c, struct touched *t)
{
	const struct name *owner = &t->change[0]->owner;
	enum err e = rows_read_name(c->t, c->row.rows, owner, &c->arena, &t->before);

	if (e != OK)
		return e;
	t->after = copy_sets(&c->arena, t->before);
	for (size_t i = 0; i < t->n_changes; i++)
		put_set(&c->arena, &t->after, t->change[i]->type, t->change[i]->set);
	c->n_records = 0;
	if (bake(c, owner, t->after) != OK)
		return refuse(c, ERR_SPACE, owner, "its records are too large for a message");
	t->n_come = c->n_records;
	e = bake(c, owner, t->before);
	t->n_records = c->n_records;
	t->record = arena_take(&c->arena, (t->n_records + 1) * sizeof *t->record);
	if (t->n_records != 0)
		memcpy(t->record, c->record, t->n_records * sizeof *t->record);
	return e;
}

static enum err prepare_all(struct changer *c, const struct change *ch, size_t n)
{
	enum err e = OK;

	for (size_t i = 0; i < n && e == OK; i++)
		e = check_change(c, &ch[i]);
	if (e != OK)
		return e;
	group(c, ch, n);
	for (size_t i = 0; i < c->n_touched && e == OK; i++)
		e = prepare(c, &c->touched[i]);
	return e;
}

/* ---- rows ---- */

static uint64_t records_of(const struct rrset *sets)
{
	uint64_t n = 0;

	for (; sets != NULL; sets = sets->next)
		n += sets->n + sets->n_sig;
	return n;
}

static enum err write_rows(struct changer *c, const struct touched *t)
{
	enum err e = OK;

	for (size_t i = 0; i < t->n_changes && e == OK; i++) {
		const struct change *ch = t->change[i];
		const struct rrset *s = set_in(t->after, ch->type);
		e = s != NULL ? rows_put_set(c->t, c->row.rows, &ch->owner, s)
			      : store_row_delete(c->t, c->row.rows, &ch->owner, ch->type);
		if (e == ERR_NOTFOUND)
			e = OK;
	}
	c->row.records += records_of(t->after) - records_of(t->before);
	return e;
}

/* ---- pages of a zone with an image of its own ---- */

struct whose {
	uint64_t place, hash;
	struct name owner; /* lower case */
};

/* of_name: a record of this name with this place: its node, a piece, or that it has no data. */
static bool of_name(const void *context, const struct entry *e)
{
	const struct whose *w = context;
	struct node_view n;

	if (e->place != w->place)
		return false;
	if (e->p == NULL)
		return e->hash == w->hash;
	return node_open(view_of(e->p, e->n), &n) && n.owner_len == w->owner.len &&
	       memcmp(n.owner, w->owner.wire, n.owner_len) == 0;
}

/* put_records replaces what is stored of a name in the place of records[i] by those of the first `come` that
 * belong there. */
static enum err put_records(struct changer *c, const struct name *owner, const struct entry *record, size_t come,
			    size_t i)
{
	struct whose w = { record[i].place, name_hash(c->zone.key, owner), *owner };
	struct mark before = arena_mark(&c->arena);
	struct entry *add = arena_take(&c->arena, (come + 1) * sizeof *add);
	struct place_change change = { c->row.image, w.place, of_name, &w, add, 0 };

	name_lower(&w.owner);
	for (size_t k = 0; k < come; k++)
		if (record[k].place == w.place)
			add[change.n_add++] = record[k];
	enum err e = place_apply(c->t, store_psize(c->store), c->zone.key, &change, &c->arena);
	arena_release(&c->arena, before);
	return e;
}

static bool place_seen(const struct entry *record, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (record[k].place == record[i].place)
			return true;
	return false;
}

/* put_bare notes that a name exists without data, or with `gone` that it does not any more. */
static enum err put_bare(struct changer *c, const struct name *owner, bool gone)
{
	uint64_t hash = name_hash(c->zone.key, owner);
	struct entry bare = { hash, hash, NULL, 0 };

	return put_records(c, owner, &bare, gone ? 0 : 1, 0);
}

/* follow_above: the names above a name that comes to be come with it, up to the first that existed before (the
 * rows are still the old ones); those above one that is gone go, up to the first that has data or something else
 * below (the rows are the new ones). */
static enum err follow_above(struct changer *c, const struct name *owner, bool gone)
{
	struct name above = name_strip(owner, 1);
	enum presence is;

	for (unsigned d = name_labels(&above); d > c->zone.apex_labels; d--, above = name_strip(&above, 1)) {
		enum err e = rows_presence(c->t, c->row.rows, &above, &is);
		if (e != OK || is != PRESENT_NOT)
			return e;
		e = put_bare(c, &above, gone);
		if (e != OK)
			return e;
		c->row.names = gone ? c->row.names - 1 : c->row.names + 1;
		if (!gone)
			parts_note(&c->part, &c->zone, &above, NULL);
	}
	return OK;
}

/* put_name replaces the records of a name. */
static enum err put_name(struct changer *c, const struct touched *t, const struct name *owner)
{
	enum err e = OK;

	for (size_t i = 0; i < t->n_records && e == OK; i++)
		if (!place_seen(t->record, i))
			e = put_records(c, owner, t->record, t->n_come, i);
	return e;
}

static enum err change_name(struct changer *c, const struct touched *t)
{
	const struct name *owner = &t->change[0]->owner;
	enum presence was, is;
	enum err e = rows_presence(c->t, c->row.rows, owner, &was);

	if (e == OK && was == PRESENT_NOT && t->after != NULL)
		e = follow_above(c, owner, false);
	if (e == OK)
		e = write_rows(c, t);
	if (e == OK)
		e = rows_presence(c->t, c->row.rows, owner, &is);
	if (e == OK)
		e = put_name(c, t, owner);
	if (e != OK)
		return e;
	c->row.names = c->row.names + (is != PRESENT_NOT) - (was != PRESENT_NOT);
	parts_note(&c->part, &c->zone, owner, t->after);
	if (was == PRESENT_DATA && is == PRESENT_BELOW)
		return put_bare(c, owner, false);
	return was == PRESENT_DATA && is == PRESENT_NOT ? follow_above(c, owner, true) : OK;
}

/* finish makes the change visible: the zone row, and the zone table's node with the SOA as it is now. */
static enum err finish(struct changer *c)
{
	struct rrset *apex;
	enum err e = rows_read_name(c->t, c->row.rows, c->apex, &c->arena, &apex);
	const struct rrset *soa = e == OK ? set_in(apex, RR_SOA) : NULL;

	if (e != OK)
		return e;
	if (soa == NULL || soa->n == 0 || soa->rdata[0].n < SOA_MIN)
		return ERR_DAMAGED;
	c->row.serial = get_u32(soa->rdata[0].p + soa->rdata[0].n - 20);
	c->row.changed = store_counter(c->t);
	c->row.flags |= ZONE_ROW_UPDATED;
	c->part.serial = c->row.serial;
	c->part.image = c->row.image;
	c->part.changed = c->row.changed;
	e = table_put(c->store, c->t, &c->zone, &c->part, soa, &c->arena);
	return e == OK ? store_zone_put(c->t, c->apex, &c->row) : e;
}

static enum err change_image(struct changer *c)
{
	enum err e = table_get(c->t, &c->zone, &c->part);

	if (e == OK && c->part.salt.n != 0) /* the database's octets move when something is put */
		c->part.salt.p = arena_copy(&c->arena, c->part.salt.p, c->part.salt.n);
	for (size_t i = 0; i < c->n_touched && e == OK; i++)
		e = change_name(c, &c->touched[i]);
	return e == OK ? finish(c) : e;
}

/* ---- zones in the pool ---- */

/* move_out gives a zone that outgrew the pool an image of its own. It bears the id of the zone's rows, as images
 * do, and no image has had it. */
static enum err move_out(struct changer *c, struct parts *p)
{
	enum err e = pool_put(c->store, c->t, &c->zone, NULL, 0, &c->arena);

	c->row.flags &= ~(uint32_t)ZONE_ROW_POOLED;
	c->row.image = c->row.rows;
	return e == OK ? place_new(c->t, store_psize(c->store), c->row.image, p->nodes.e, p->nodes.n) : e;
}

static enum err put_parts(struct changer *c, const struct zone *z)
{
	struct parts p;
	struct name at;
	enum err e = parts_bake(z, c->zone.key, &p, &at);

	if (e == OK)
		e = parts_pool(&p) ? pool_put(c->store, c->t, &c->zone, p.nodes.e, p.nodes.n, &c->arena)
				      : move_out(c, &p);
	c->part = p.part;
	c->row.names = z->n_nodes;
	if (e == OK)
		e = finish(c);
	parts_free(&p);
	return e;
}

static enum err change_pooled(struct changer *c)
{
	struct zone *z = NULL;
	enum err e = OK;

	for (size_t i = 0; i < c->n_touched && e == OK; i++)
		e = write_rows(c, &c->touched[i]);
	if (e == OK)
		e = rows_read_zone(c->t, c->row.rows, c->apex, &z);
	if (e != OK)
		return e;
	e = put_parts(c, z);
	zone_free(z);
	return e;
}

enum err change_apply(struct store *s, struct store_txn *t, const struct name *apex, const struct change *ch,
		      size_t n, char why[256])
{
	struct changer c = { .store = s, .t = t, .apex = apex, .why = why };

	why[0] = 0;
	bake_zone_of(apex, store_hash_key(s), false, &c.zone);
	enum err e = check_zone(&c);
	if (e == OK)
		e = prepare_all(&c, ch, n);
	if (e == OK)
		e = c.row.flags & ZONE_ROW_POOLED ? change_pooled(&c) : change_image(&c);
	if (e != OK && why[0] == 0)
		refuse(&c, e, apex, err_text(e));
	free(c.record);
	arena_free(&c.arena);
	return e;
}
