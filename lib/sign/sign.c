#include "sign/sign.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "crypto/digest.h"
#include "sign/pen.h"
#include "sign/serial.h"
#include "zone/authority.h"
#include "zone/digest.h"
#include "zone/sealed.h"

/* ---- troubles ---- */

enum err signing_fails(struct signing *s, unsigned worker, size_t at, enum err e, const char *fmt, ...)
{
	struct trouble *t = &s->trouble[worker];
	va_list args;

	if (t->e != OK && t->at <= at)
		return e;
	t->e = e;
	t->at = at;
	va_start(args, fmt);
	(void)vsnprintf(t->why, sizeof t->why, fmt, args);
	va_end(args);
	return e;
}

static const struct trouble *first_trouble(const struct signing *s)
{
	const struct trouble *first = NULL;

	for (size_t i = 0; i < WORK_THREADS_MAX; i++)
		if (s->trouble[i].e != OK && (first == NULL || s->trouble[i].at < first->at))
			first = &s->trouble[i];
	return first;
}

enum err signing_ok(const struct signing *s)
{
	const struct trouble *t = first_trouble(s);

	return t != NULL ? t->e : OK;
}

/* ---- the apex ---- */

enum { SOA_NUMBERS = 20, SOA_MIN = 22 }; /* octets of an SOA's five numbers, and of the whole at least */

static uint32_t soa_serial(struct view soa)
{
	return get_u32(soa.p + soa.n - SOA_NUMBERS);
}

static enum err find_apex(struct signing *s)
{
	/* The zone is ours to change; zone_find only does not know it. */
	s->apex = s->z->n_nodes > 0 && s->z->node[0]->owner_len == s->z->apex.len ? s->z->node[0] : NULL;
	for (struct rrset *set = s->apex != NULL ? s->apex->rrsets : NULL; set != NULL; set = set->next)
		if (set->type == RR_SOA)
			s->soa = set;
	if (s->soa == NULL || s->soa->n != 1 || s->soa->rdata[0].n < SOA_MIN)
		return signing_fails(s, 0, 0, ERR_FORMAT,
				     "a zone without exactly one SOA record cannot be signed");
	const uint32_t minimum = get_u32(s->soa->rdata[0].p + s->soa->rdata[0].n - 4);
	s->denial_ttl = s->soa->ttl < minimum ? s->soa->ttl : minimum; /* RFC 9077 3 */
	return OK;
}

static void copy_set(struct arena *a, const struct old_set *from, struct old_set *to)
{
	*to = *from;
	to->data.p = arena_copy(a, from->data.p, from->data.n);
}

/* A key's tag says little: another key may have it. Only one that stood in the old DNSKEY set as it is, and no
 * other of its algorithm and tag, made the old signatures of that tag. */
static void note_keys(struct signing *s, const struct old_set *dnskeys)
{
	bool shares[SIGN_KEYS_MAX] = { false };
	struct view rdata;
	struct dnskey other;

	for (uint32_t i = 0; i < dnskeys->n && old_rdata(dnskeys, i, &rdata); i++)
		for (size_t k = 0; k < s->plan->n_keys; k++) {
			const struct key *key = s->plan->key[k].key;
			if (view_eq(rdata, key->dnskey))
				s->was_there[k] = true;
			else if (dnskey_read(rdata, &other))
				shares[k] |= other.algorithm == key->algorithm && other.tag == key->tag;
		}
	for (size_t k = 0; k < s->plan->n_keys; k++)
		s->was_there[k] &= !shares[k];
}

static enum err read_old_apex(struct signing *s)
{
	struct old_walk w;

	old_open(&w, s->plan->old, &s->z->apex);
	for (; w.here && name_eq(&w.set.owner, &s->z->apex); old_next(&w)) {
		if (w.set.type == RR_DNSKEY)
			note_keys(s, &w.set);
		else if (w.set.type == RR_SOA)
			copy_set(&s->z->arena, &w.set, &s->old_soa);
		else if (w.set.type == RR_ZONEMD)
			copy_set(&s->z->arena, &w.set, &s->old_zonemd);
	}
	return old_close(&w) ? OK : signing_fails(s, 0, 0, ERR_DAMAGED, "the old zone's apex could not be read");
}

/* ---- all RRsets but SOA and ZONEMD, which depend on the others ---- */

struct signatures {
	struct signing *s;
	struct pen *pen[WORK_THREADS_MAX];
	uint64_t differs[WORK_THREADS_MAX];
};

static bool comes_last(const struct signing *s, const struct node *n, uint16_t type)
{
	return n == s->apex && (type == RR_SOA || type == RR_ZONEMD);
}

static void sign_node(struct signatures *g, unsigned worker, size_t at, struct old_walk *w)
{
	struct node *n = g->s->z->node[at];
	struct name owner;

	node_name(n, &owner);
	for (struct rrset *set = n->rrsets; set != NULL; set = set->next) {
		bool there = old_pass(w, &owner, set->type, &g->differs[worker]);
		bool same = there && old_same(&w->set, set);

		if (!comes_last(g->s, n, set->type)) {
			g->differs[worker] += w->old != NULL && !(same && old_spelt(&w->set, n));
			if (set_authoritative(n, set->type))
				pen_sign(g->pen[worker], at, n, set, same ? &w->set : NULL);
		}
		if (there)
			old_next(w);
	}
}

/* The rest of the old zone's RRsets before the next slice are gone from the new. */
static void end_slice(struct signatures *g, const struct slice *part, struct old_walk *w)
{
	struct name next;

	if (part->to < g->s->z->n_nodes) {
		node_name(g->s->z->node[part->to], &next);
		(void)old_pass(w, &next, 0, &g->differs[part->worker]);
	} else {
		for (; w->here; old_next(w))
			g->differs[part->worker]++;
	}
	if (!old_close(w))
		signing_fails(g->s, part->worker, part->from, ERR_DAMAGED, "the old zone could not be read");
}

static void sign_slice(void *context, const struct slice *part)
{
	struct signatures *g = context;
	const struct sign_plan *plan = g->s->plan;
	struct old_walk w;
	struct name from;

	if (g->pen[part->worker] == NULL)
		g->pen[part->worker] = pen_new(g->s, part->worker);
	if (part->worker == 0 && plan->progress != NULL)
		plan->progress(plan->context, "signing", part->from, g->s->z->n_nodes);
	node_name(g->s->z->node[part->from], &from);
	old_open(&w, plan->old, &from);
	for (size_t i = part->from; i < part->to; i++) {
		zone_ahead(g->s->z, i);
		sign_node(g, part->worker, i, &w);
	}
	end_slice(g, part, &w);
	pen_flush(g->pen[part->worker]);
}

static enum err sign_most(struct signatures *g)
{
	struct sign_result *r = &g->s->result;

	work_run(g->s->z->n_nodes, SLICE, sign_slice, g);
	for (size_t i = 0; i < WORK_THREADS_MAX; i++) {
		if (g->pen[i] == NULL)
			continue;
		struct pen_count count = pen_count(g->pen[i]);
		r->made += count.made;
		r->kept += count.kept;
		r->differs += count.differs + g->differs[i];
	}
	return signing_ok(g->s);
}

/* ---- SOA and ZONEMD ---- */

/* set_serial gives an RRset's RDATA, one or two of them, with another serial. */
static void set_serial(struct signing *s, struct rrset *set, size_t at_end, uint32_t serial)
{
	for (uint32_t i = 0; i < set->n; i++) {
		uint8_t *p = arena_copy(&s->z->arena, set->rdata[i].p, set->rdata[i].n);
		put_u32(p + (at_end != 0 ? set->rdata[i].n - at_end : 0), serial);
		set->rdata[i].p = p;
	}
}

/* The old SOA is the new one but for the serial, which it then gets. */
static bool take_old_serial(struct signing *s)
{
	struct view old, now = rdata_view(&s->soa->rdata[0]);

	if (s->old_soa.n != 1 || !old_rdata(&s->old_soa, 0, &old) || old.n < SOA_MIN)
		return false;
	set_serial(s, s->soa, SOA_NUMBERS, soa_serial(old));
	if (old_same(&s->old_soa, s->soa) && old_spelt(&s->old_soa, s->apex))
		return true;
	s->soa->rdata[0].p = now.p;
	return false;
}

/* The old zone had digests of the same kinds: those of the same zone are the same. */
static bool take_old_digests(struct signing *s, struct rrset *zonemd)
{
	struct view rdata;

	if (zonemd == NULL)
		return s->old_zonemd.n == 0;
	if (s->old_zonemd.n != zonemd->n || s->old_zonemd.ttl != zonemd->ttl)
		return false;
	for (uint32_t i = 0; i < zonemd->n; i++)
		if (!old_rdata(&s->old_zonemd, i, &rdata) || rdata.n != zonemd->rdata[i].n ||
		    memcmp(rdata.p + 4, zonemd->rdata[i].p + 4, 2) != 0)
			return false;
	for (uint32_t i = 0; i < zonemd->n && old_rdata(&s->old_zonemd, i, &rdata); i++)
		zonemd->rdata[i].p = arena_copy(&s->z->arena, rdata.p, rdata.n);
	return true;
}

static enum err put_digests(struct signing *s, struct rrset *zonemd)
{
	uint8_t digest[DIGEST_MAX];

	set_serial(s, zonemd, 0, s->result.serial);
	for (uint32_t i = 0; i < zonemd->n; i++) {
		struct rdata *r = &zonemd->rdata[i];
		size_t n = zone_digest(s->z, r->p[5], digest);
		if (n == 0 || n + 6 != r->n)
			return signing_fails(s, 0, 0, ERR_FORMAT, "the zone's digest (ZONEMD) could not be made");
		uint8_t *p = arena_copy(&s->z->arena, r->p, r->n);
		memcpy(p + 6, digest, n);
		r->p = p;
	}
	return OK;
}

static void sign_one(struct signing *s, struct pen *pen, struct rrset *set, const struct old_set *old)
{
	pen_sign(pen, 0, s->apex, set, old);
	pen_flush(pen);
}

/* Was the zone its old self down to the signatures? Then SOA and ZONEMD keep theirs as well, if those are fresh.
 */
static bool stays(struct signing *s, struct pen *pen, struct rrset *zonemd)
{
	const struct pen_count before = pen_count(pen);
	const uint64_t records = s->records[0];

	if (s->plan->old == NULL || s->result.made + s->result.differs != 0 || !take_old_serial(s) ||
	    !take_old_digests(s, zonemd))
		return false;
	sign_one(s, pen, s->soa, &s->old_soa);
	if (zonemd != NULL)
		sign_one(s, pen, zonemd, &s->old_zonemd);
	const struct pen_count after = pen_count(pen);
	if (after.made == before.made && after.differs == before.differs) {
		s->result.kept += after.kept - before.kept;
		return true;
	}
	s->records[0] = records; /* these signatures are made again, for another serial */
	return false;
}

static enum err sign_last(struct signing *s, struct pen *pen)
{
	struct rrset *zonemd = NULL;
	struct view file = rdata_view(&s->soa->rdata[0]), old;
	const bool had_soa = s->old_soa.n == 1 && old_rdata(&s->old_soa, 0, &old) && old.n >= SOA_MIN;
	enum err e = OK;

	for (struct rrset *set = s->apex->rrsets; set != NULL; set = set->next)
		if (set->type == RR_ZONEMD)
			zonemd = set;
	if (stays(s, pen, zonemd)) {
		s->result.unchanged = true;
		s->result.serial = soa_serial(rdata_view(&s->soa->rdata[0]));
		return signing_ok(s);
	}
	s->result.serial = had_soa ? serial_after(s->plan->serial, soa_serial(file), soa_serial(old), s->plan->now)
				   : serial_wanted(s->plan->serial, soa_serial(file), s->plan->now);
	s->soa->rdata[0].p = file.p;
	set_serial(s, s->soa, SOA_NUMBERS, s->result.serial);
	sign_one(s, pen, s->soa, NULL);
	s->result.made += s->soa->n_sig;
	if (zonemd == NULL)
		return signing_ok(s);
	e = put_digests(s, zonemd);
	sign_one(s, pen, zonemd, NULL);
	s->result.made += zonemd->n_sig;
	return e == OK ? signing_ok(s) : e;
}

/* ---- all of it ---- */

static enum err sign_records(struct signing *s)
{
	struct signatures g = { .s = s };
	enum err e = sign_most(&g);

	if (e == OK) {
		if (g.pen[0] == NULL)
			g.pen[0] = pen_new(s, 0);
		e = sign_last(s, g.pen[0]);
	}
	for (size_t i = 0; i < WORK_THREADS_MAX; i++)
		pen_free(g.pen[i]);
	return e;
}

static enum err sign_all(struct signing *s)
{
	enum err e = find_apex(s);

	if (e == OK)
		e = plan_check(s);
	if (e == OK)
		e = read_old_apex(s);
	if (e == OK)
		e = s->plan->denial == SIGN_NSEC3 ? nsec3_make(s) : nsec_make(s);
	return e == OK ? sign_records(s) : e;
}

enum err sign_zone(struct zone *z, const struct sign_plan *p, struct sign_result *out, char why[SIGN_WHY])
{
	size_t cap = 0;
	struct signing *s = grow_array(NULL, &cap, 1, sizeof *s); /* large for a stack */

	memset(s, 0, sizeof *s);
	s->z = z;
	s->plan = p;
	enum err e = sign_all(s);
	for (size_t i = 0; i < WORK_THREADS_MAX; i++) {
		sealed_adopt(z, &s->own[i]);
		sealed_count(z, s->records[i]);
	}
	*out = s->result;
	(void)snprintf(why, SIGN_WHY, "%s", e != OK ? first_trouble(s)->why : "");
	free(s);
	return e;
}
