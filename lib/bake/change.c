#include "bake/changer.h"

#include <stdio.h>
#include <stdlib.h>

#include "bake/rows.h"
#include "bake/table.h"

enum {
	SOA_MIN = 22, /* octets: two root names, five numbers */
	SIG_MIN = 19, /* octets of an RRSIG: its numbers (RFC 4034 3.1), a root name */
};

enum err changer_refuse(struct changer *c, enum err e, const struct name *owner, const char *what)
{
	char text[NAME_TEXT_MAX];

	name_print(owner, text);
	snprintf(c->why, 256, "%.150s: %s", text, what);
	return e;
}

/* ---- may it be? ---- */

/* What kept a set from being one, or NULL. */
static const char *flaw_of(const struct change *ch)
{
	const struct rrset *s = ch->set;

	if (ch->type == RR_RRSIG)
		return "an RRSIG by itself: it comes with the RRset that it covers";
	if (s != NULL && (s->n + s->n_sig == 0 || s->type != ch->type))
		return "an RRset of another type, or without records";
	for (uint32_t i = 0; s != NULL && i < s->n_sig; i++)
		if (s->sig[i].n < SIG_MIN || get_u16(s->sig[i].p) != s->type)
			return "an RRSIG that covers another type";
	return NULL;
}

static enum err check_change(struct changer *c, const struct change *ch)
{
	const char *flaw = name_within(&ch->owner, c->apex) ? flaw_of(ch) : "not in the zone";

	if (flaw != NULL)
		return changer_refuse(c, ERR_REFUSED, &ch->owner, flaw);
	if (ch->type != RR_SOA)
		return OK;
	if (ch->set == NULL || ch->set->n != 1 || ch->set->rdata[0].n < SOA_MIN || !name_eq(&ch->owner, c->apex))
		return changer_refuse(c, ERR_REFUSED, &ch->owner, "a zone has one SOA, at its apex");
	return OK;
}

/* read_part reads what the zone table says. The database's octets move when something is put, so the salt is
 * copied. */
static enum err read_part(struct changer *c)
{
	enum err e = table_get(c->t, &c->zone, &c->part);

	if (e != OK)
		return e == ERR_NOTFOUND ? ERR_DAMAGED : e;
	if (c->part.salt.n != 0)
		c->part.salt.p = arena_copy(&c->arena, c->part.salt.p, c->part.salt.n);
	chain_of(c->apex, &c->part, &c->chain);
	return OK;
}

static enum err open_zone(struct changer *c)
{
	enum err e = store_zone_get(c->t, c->apex, &c->row);

	if (e != OK)
		return changer_refuse(c, e, c->apex,
				      e == ERR_NOTFOUND ? "no such zone in the database" : err_text(e));
	return c->row.flags & ZONE_ROW_POOLED ? OK : read_part(c);
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
	for (size_t i = 0; i < n; i++) {
		if (i == 0 || !name_eq(&list[i]->owner, &list[i - 1]->owner)) {
			c->touched = grow_array(c->touched, &c->cap_touched, c->n_touched + 1, sizeof *c->touched);
			c->touched[c->n_touched++] =
			    (struct touched){ .owner = &list[i]->owner, .change = &list[i] };
		}
		c->touched[c->n_touched - 1].n_changes++;
	}
	c->n_changed = c->n_touched;
}

const struct touched *changer_find(const struct changer *c, const struct name *owner)
{
	size_t low = 0, high = c->n_changed;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int d = name_order(c->touched[middle].owner, owner);
		if (d == 0)
			return &c->touched[middle];
		if (d < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

enum err changer_touch(struct changer *c, const struct name *owner)
{
	struct name *own = arena_take(&c->arena, sizeof *own);
	struct touched t = { .owner = own };

	*own = *owner;
	enum err e = rows_read_name(c->t, c->row.rows, own, &c->arena, &t.before);
	t.after = t.before;
	c->touched = grow_array(c->touched, &c->cap_touched, c->n_touched + 1, sizeof *c->touched);
	c->touched[c->n_touched++] = t;
	return e;
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
	own->sig = arena_take(a, set->n_sig * sizeof *own->sig);
	if (set->n != 0)
		memcpy(own->rdata, set->rdata, set->n * sizeof *own->rdata);
	if (set->n_sig != 0)
		memcpy(own->sig, set->sig, set->n_sig * sizeof *own->sig);
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

/* bake makes the records of a name that is there with these RRsets; hash8 as in node.h. */
static enum err bake(struct changer *c, const struct name *owner, const struct rrset *sets, const uint8_t *hash8)
{
	struct bake_ask ask = { owner, sets, hash8 };
	struct record_sink sink = { c, keep_record };

	return only_nsec3(sets) ? OK : bake_node(&c->zone, &ask, &c->arena, &sink);
}

static enum err read_name(struct changer *c, struct touched *t)
{
	enum err e = rows_read_name(c->t, c->row.rows, t->owner, &c->arena, &t->before);

	if (e != OK)
		return e;
	t->after = copy_sets(&c->arena, t->before);
	for (size_t i = 0; i < t->n_changes; i++)
		put_set(&c->arena, &t->after, t->change[i]->type, t->change[i]->set);
	return OK;
}

static enum err bake_name(struct changer *c, struct touched *t)
{
	struct chained in;
	enum err e = relink_chained(c, t->owner, &in);

	c->n_records = 0;
	if (e != OK)
		return e;
	if (t->after != NULL && bake(c, t->owner, t->after, in.after ? in.hash : NULL) != OK)
		return changer_refuse(c, ERR_SPACE, t->owner, "its records are too large for a message");
	t->n_come = c->n_records;
	if (t->before != NULL)
		e = bake(c, t->owner, t->before, in.before ? in.hash : NULL);
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
		e = read_name(c, &c->touched[i]);
	if (e == OK && !(c->row.flags & ZONE_ROW_POOLED))
		e = relink_prepare(c);
	for (size_t i = 0; i < c->n_touched && e == OK; i++)
		e = bake_name(c, &c->touched[i]);
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

/* note_signatures counts, and keeps a bound of the soonest expiry: an RRSIG that goes may have been the one. */
static void note_signatures(struct changer *c, const struct touched *t)
{
	uint64_t gone = 0, come = 0, any = 0;

	parts_note_signatures(t->before, &gone, &any);
	parts_note_signatures(t->after, &come, &c->row.expires);
	c->row.signatures += come - gone;
	if (c->row.signatures == 0)
		c->row.expires = 0;
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
	note_signatures(c, t);
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
	return node_open(view_of(e->p, e->n), &n) && view_eq(node_owner(n), view_of(w->owner.wire, w->owner.len));
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

/* put_ent notes that a name exists without data, or with `gone` that it does not any more. */
static enum err put_ent(struct changer *c, const struct name *owner, bool gone)
{
	struct chained in;
	enum err e = relink_chained(c, owner, &in);

	c->n_records = 0;
	if (e == OK)
		e = bake(c, owner, NULL, in.after ? in.hash : NULL);
	return e == OK ? put_records(c, owner, c->record, gone ? 0 : c->n_records, 0) : e;
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
		e = put_ent(c, &above, gone);
		if (e != OK)
			return e;
		c->row.names = gone ? c->row.names - 1 : c->row.names + 1;
		if (!gone)
			parts_note(&c->part, &c->zone, &above, NULL);
	}
	return OK;
}

/* put_name replaces the records of a name. Of one that was an empty non-terminal and gets data that are no records
 * of its own (NSEC3) the old one goes. */
static enum err put_name(struct changer *c, const struct touched *t, enum presence was, enum presence is)
{
	enum err e = OK;

	for (size_t i = 0; i < t->n_records && e == OK; i++)
		if (!place_seen(t->record, i))
			e = put_records(c, t->owner, t->record, t->n_come, i);
	if (e == OK && is == PRESENT_BELOW)
		return put_ent(c, t->owner, false);
	if (e == OK && was == PRESENT_BELOW && t->n_come == 0)
		return put_ent(c, t->owner, true);
	return e;
}

static enum err change_name(struct changer *c, const struct touched *t)
{
	enum presence was, is;
	enum err e = rows_presence(c->t, c->row.rows, t->owner, &was);

	if (e == OK && was == PRESENT_NOT && t->after != NULL)
		e = follow_above(c, t->owner, false);
	if (e == OK)
		e = write_rows(c, t);
	if (e == OK)
		e = rows_presence(c->t, c->row.rows, t->owner, &is);
	if (e == OK)
		e = put_name(c, t, was, is);
	if (e != OK)
		return e;
	c->row.names = c->row.names + (is != PRESENT_NOT) - (was != PRESENT_NOT);
	parts_note(&c->part, &c->zone, t->owner, t->after);
	return was == PRESENT_DATA && is == PRESENT_NOT ? follow_above(c, t->owner, true) : OK;
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
	enum err e = relink_apply(c);

	for (size_t i = 0; i < c->n_touched && e == OK; i++)
		e = change_name(c, &c->touched[i]);
	if (c->part.flags & ZONEPART_OPTOUT)
		c->row.flags |= ZONE_ROW_OPTOUT;
	return e == OK ? finish(c) : e;
}

/* ---- zones in the pool ---- */

/* move_out gives a zone that outgrew the pool an image of its own. It bears the id of the zone's rows, as images
 * do, and no image has had it. */
static enum err move_out(struct changer *c, struct parts *p)
{
	enum err e = pool_put(c->store, c->t, &c->zone, NULL, 0, &c->arena);

	c->row.image = c->row.rows;
	return e == OK ? parts_new(p, c->t, store_psize(c->store), c->row.image) : e;
}

static enum err put_parts(struct changer *c, const struct zone *z)
{
	struct parts p;
	struct name at;
	enum err e = parts_bake(z, c->zone.key, &p, &at);

	if (e == OK)
		e = parts_pool(&p) ? pool_put(c->store, c->t, &c->zone, p.nodes.e, p.nodes.n, &c->arena)
				   : move_out(c, &p);
	parts_row(&p, &c->row);
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
	enum err e = open_zone(&c);
	if (e == OK)
		e = prepare_all(&c, ch, n);
	if (e == OK)
		e = c.row.flags & ZONE_ROW_POOLED ? change_pooled(&c) : change_image(&c);
	if (e != OK && why[0] == 0)
		changer_refuse(&c, e, apex, err_text(e));
	free(c.record);
	free(c.touched);
	arena_free(&c.arena);
	return e;
}
