/*
 * A zone changed name by name is the zone a compile would have made.
 *
 * A random zone is the universe: at any time some of its RRsets are there,
 * whole or in part, and each round some come, go, or become others. Then
 * every stored record must be what the rows make, every answer what the naive
 * twin says of the records that should be there. The test's number is the seed.
 *
 * Signed zones are signed anew each round, with a whole chain, but most
 * signatures of RRsets that did not change are kept, as a signer would; what
 * differs then is the change.
 *
 * In every third world the changed zones are compiled again, and it is the
 * compile that finds out what differs.
 *
 * EDICT_CHANGE_ZONES asks for more than `make check` does.
 */
#include "tests/help/run.h"

#include <stdio.h>
#include <stdlib.h>

#include "bake/change.h"
#include "bake/compile.h"
#include "tests/help/answering.h"
#include "tests/help/tempdb.h"
#include "tests/help/verified.h"
#include "tests/model/draft.h"
#include "tests/model/fake_sign.h"
#include "tests/model/load.h"

enum { ROUNDS = 8, QUESTIONS = 25 };

/* An RRset of the universe. */
struct item {
	struct name owner;
	const struct rrset *whole;
	struct rrset now; /* the RDATA is in canonical order, or the other way round */
	bool there;
};

struct universe {
	struct zone *all;
	struct item *item;
	size_t n;
	bool is_signed;
	struct fake_sign how;
};

struct world {
	int seed;
	bool compiles; /* zones are compiled again, and what differs is found there */
	struct rng rng;
	struct twin past; /* the universes: questions about what was there */
	struct twin now;  /* the zones as they are */
	struct universe zone[GROUP_MAX];
	struct arena arena;
	struct answering in;
};

/* ---- the universe ---- */

static struct rdata copy_rdata(struct world *w, const struct rdata *r)
{
	return (struct rdata){ arena_copy(&w->arena, r->p, r->n), r->n, 0 };
}

/* vary makes `now` another RRset of the same type: fewer records, another TTL, for an SOA another serial. */
static void vary(struct world *w, struct item *i)
{
	const struct rrset *from = i->whole;
	uint32_t first = rng_below(&w->rng, from->n);
	bool backwards = rng_percent(&w->rng, 50);

	i->now = *from;
	i->now.next = NULL;
	i->now.n = 1 + rng_below(&w->rng, from->n - first);
	i->now.rdata = arena_take(&w->arena, i->now.n * sizeof *i->now.rdata);
	for (uint32_t k = 0; k < i->now.n; k++)
		i->now.rdata[k] = copy_rdata(w, &from->rdata[first + (backwards ? i->now.n - 1 - k : k)]);
	if (rng_percent(&w->rng, 30))
		i->now.ttl = rng_below(&w->rng, 10000);
	if (from->type == RR_SOA)
		put_u32((uint8_t *)(uintptr_t)i->now.rdata[0].p + i->now.rdata[0].n - 20,
			(uint32_t)rng_next(&w->rng));
}

static bool must_stay(const struct universe *u, const struct item *i)
{
	return name_eq(&i->owner, &u->all->apex) && (i->whole->type == RR_SOA || i->whole->type == RR_NS);
}

static bool is_made_by_signing(uint16_t type)
{
	return type == RR_DNSKEY || type == RR_NSEC || type == RR_NSEC3 || type == RR_NSEC3PARAM;
}

static void choose_signing(struct world *w, struct universe *u)
{
	u->how = (struct fake_sign){
		.nsec3 = rng_percent(&w->rng, 65),
		.opt_out = rng_percent(&w->rng, 50),
		.opt_out_ents = rng_percent(&w->rng, 30),
		.second_chain = rng_percent(&w->rng, 8),
		.iterations = (uint16_t)rng_below(&w->rng, 3),
		.salt_len = (uint8_t)rng_below(&w->rng, 8),
		.minimum = 60 * rng_below(&w->rng, 100),
	};
	rng_bytes(&w->rng, u->how.salt, sizeof u->how.salt);
}

static void fill_universe(struct world *w, struct universe *u, struct zone *z)
{
	uint32_t percent = rng_below(&w->rng, 100);
	size_t cap = 0;

	*u = (struct universe){ .all = z };
	choose_signing(w, u);
	for (size_t k = 0; k < z->n_nodes; k++)
		for (struct rrset *s = z->node[k]->rrsets; s != NULL; s = s->next) {
			u->is_signed |= s->n_sig != 0;
			if (s->n == 0 || is_made_by_signing(s->type))
				continue;
			u->item = grow_array(u->item, &cap, u->n + 1, sizeof *u->item);
			struct item *i = &u->item[u->n++];
			*i = (struct item){ .whole = s, .now = *s };
			i->now.next = NULL;
			node_name(z->node[k], &i->owner);
			i->there = must_stay(u, i) || rng_percent(&w->rng, percent);
		}
}

/* build makes the zone of what is there, and signs it. */
static struct zone *build(struct world *w, const struct universe *u)
{
	struct draft d = { .apex = u->all->apex };

	for (size_t k = 0; k < u->n; k++) {
		const struct item *i = &u->item[k];
		for (uint32_t r = 0; i->there && r < i->now.n; r++)
			draft_add(&d, &i->owner, i->now.type, i->now.ttl, rdata_view(&i->now.rdata[r]));
	}
	if (u->is_signed)
		fake_sign(&d, &w->rng, &u->how);
	struct zone *z = draft_zone(&d, &w->rng);
	draft_free(&d);
	return z;
}

/* ---- what must be true after each round ---- */

static void check_zone(struct world *w, const struct zone *z)
{
	struct zone_row row;

	verified_zone(w->in.snapshot, &z->apex, "changed");
	ck_assert_int_eq(store_zone_get(w->in.snapshot->txn, &z->apex, &row), OK);
	ck_assert_msg(row.records == z->n_records && row.names == z->n_nodes,
		      "seed %d: the row counts %d records and %d names, the zone has %d and %d", w->seed,
		      (int)row.records, (int)row.names, (int)z->n_records, (int)z->n_nodes);
	ck_assert_uint_eq(row.serial, get_u32(zone_soa(z).p + zone_soa(z).n - 20));
}

static void check_world(struct world *w)
{
	answering_ready(&w->in);
	for (size_t i = 0; i < w->now.zones.n; i++)
		check_zone(w, w->now.zones.zone[i]);
	for (unsigned i = 0; i < QUESTIONS; i++) {
		struct twin_question q = twin_question(i % 2 != 0 ? &w->past : &w->now);
		answering_question(&w->in, &w->now, &q);
	}
}

/* ---- changing ---- */

enum { CHANGES_MAX = 12 };

static size_t random_changes(struct world *w, struct universe *u, struct change *c)
{
	size_t n = 1 + rng_below(&w->rng, CHANGES_MAX - 1);

	for (size_t k = 0; k < n; k++) {
		struct item *i = &u->item[rng_below(&w->rng, (uint32_t)u->n)];
		i->there = must_stay(u, i) || !i->there || rng_percent(&w->rng, 30);
		vary(w, i);
		c[k].owner = i->owner;
		c[k].type = i->whole->type;
		if (rng_percent(&w->rng, 20))
			random_case(&w->rng, &c[k].owner);
	}
	/* What an item is after all of them is what each of its changes says: the last counts anyway. */
	for (size_t k = 0; k < n; k++)
		for (size_t j = 0; j < u->n; j++)
			if (u->item[j].whole->type == c[k].type && name_eq(&u->item[j].owner, &c[k].owner))
				c[k].set = u->item[j].there ? &u->item[j].now : NULL;
	return n;
}

/* apply makes the zone in the database the zone `z`: by these changes in t, or by compiling it. */
static void apply(struct world *w, struct store_txn *t, const struct zone *z, const struct change *c, size_t n)
{
	const struct compile_facts facts = { .now = 2 };
	char why[256];
	enum err e = t != NULL ? change_apply(w->in.store, t, &z->apex, c, n, why)
			       : compile_zone(w->in.store, z, &facts, why);

	ck_assert_msg(e == OK, "seed %d: %s", w->seed, why);
}

/* ---- signed zones: the new one is made, compared, and what differs applied ---- */

static bool same_rdata(const struct rdata *a, const struct rdata *b, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (!view_eq(rdata_view(&a[i]), rdata_view(&b[i])))
			return false;
	return true;
}

static const struct rrset *find_set(const struct zone *z, const struct name *owner, uint16_t type)
{
	const struct node *n = zone_find(z, owner);

	return n != NULL ? rrset_of(n, type) : NULL;
}

static void add_set(struct zone *z, const struct name *owner, const struct rrset *s, const struct rrset *sigs)
{
	for (uint32_t i = 0; i < s->n; i++)
		ck_assert_int_eq(zone_add(z, owner, s->type, s->ttl, rdata_view(&s->rdata[i]), 0), OK);
	for (uint32_t i = 0; i < sigs->n_sig; i++)
		ck_assert_int_eq(zone_add(z, owner, RR_RRSIG, sigs->sig_ttl, rdata_view(&sigs->sig[i]), 0), OK);
}

struct changes {
	struct change *c;
	size_t n, cap;
};

static void note_change(struct changes *all, const struct name *owner, uint16_t type, const struct rrset *set)
{
	all->c = grow_array(all->c, &all->cap, all->n + 1, sizeof *all->c);
	all->c[all->n++] = (struct change){ *owner, type, set };
}

/* keep_signatures makes of a zone signed anew one with most signatures of the old, and lists what differs. The
 * sets of the changes are the new zone's. */
static struct zone *keep_signatures(struct world *w, const struct zone *old, const struct zone *fresh,
				    struct changes *all)
{
	struct zone *z = zone_new(&fresh->apex);
	struct name owner;

	for (size_t k = 0; k < fresh->n_nodes; k++)
		for (const struct rrset *s = fresh->node[k]->rrsets; s != NULL; s = s->next) {
			node_name(fresh->node[k], &owner);
			const struct rrset *was = find_set(old, &owner, s->type);
			bool same = was != NULL && was->n == s->n && was->ttl == s->ttl &&
				    same_rdata(was->rdata, s->rdata, s->n);
			bool keep = same && (was->n_sig != 0) == (s->n_sig != 0) && rng_percent(&w->rng, 90);
			add_set(z, &owner, s, keep ? was : s);
			if (!keep)
				note_change(all, &owner, s->type, s);
		}
	for (size_t k = 0; k < old->n_nodes; k++)
		for (const struct rrset *s = old->node[k]->rrsets; s != NULL; s = s->next) {
			node_name(old->node[k], &owner);
			if (find_set(fresh, &owner, s->type) == NULL)
				note_change(all, &owner, s->type, NULL);
		}
	zone_seal(z, NULL, NULL);
	return z;
}

static void change_signed(struct world *w, size_t zone, struct store_txn *t)
{
	struct universe *u = &w->zone[zone];
	struct change some[CHANGES_MAX];
	struct changes all = { 0 };
	struct zone *old = w->now.zones.zone[zone];

	random_changes(w, u, some);
	struct zone *fresh = build(w, u);
	w->now.zones.zone[zone] = keep_signatures(w, old, fresh, &all);
	apply(w, t, w->now.zones.zone[zone], all.c, all.n);
	free(all.c);
	zone_free(fresh);
	zone_free(old);
}

static void change_zone(struct world *w, size_t zone, struct store_txn *t)
{
	struct universe *u = &w->zone[zone];
	struct change c[CHANGES_MAX];
	size_t n = random_changes(w, u, c);

	zone_free(w->now.zones.zone[zone]);
	w->now.zones.zone[zone] = build(w, u);
	apply(w, t, w->now.zones.zone[zone], c, n);
}

static void change_world(struct world *w)
{
	struct store_txn *t = NULL;

	if (!w->compiles)
		ck_assert_int_eq(store_write(w->in.store, &t), OK);
	for (size_t i = 0; i < w->now.zones.n; i++)
		for (unsigned times = rng_below(&w->rng, 3); times > 0; times--)
			if (w->zone[i].is_signed)
				change_signed(w, i, t);
			else
				change_zone(w, i, t);
	if (t != NULL)
		ck_assert_int_eq(store_commit(t), OK);
}

static void open_world(struct world *w, int seed)
{
	memset(w, 0, sizeof *w);
	w->seed = seed;
	w->compiles = seed % 3 == 2;
	w->rng.state = (uint64_t)seed;
	twin_open(&w->past, (uint64_t)seed);
	w->now = w->past;
	answering_begin(&w->in);
	for (size_t i = 0; i < w->past.zones.n; i++) {
		fill_universe(w, &w->zone[i], w->past.zones.zone[i]);
		w->now.zones.zone[i] = build(w, &w->zone[i]);
		answering_compile(&w->in, w->now.zones.zone[i]);
	}
}

static void close_world(struct world *w)
{
	for (size_t i = 0; i < w->past.zones.n; i++)
		free(w->zone[i].item);
	answering_end(&w->in);
	twin_close(&w->now);
	twin_close(&w->past);
	arena_free(&w->arena);
}

START_TEST(changed_zones_are_compiled_zones)
{
	static struct world w;

	open_world(&w, _i);
	for (int round = 0; round < ROUNDS; round++) {
		change_world(&w);
		check_world(&w);
	}
	close_world(&w);
}
END_TEST

/* ---- what may not be, and what always may ---- */

static const struct rdata an_address = { (const uint8_t *)"\1\2\3\4", 4, 0 };
static const struct rrset address = {
	.type = RR_A, .ttl = 60, .n = 1, .rdata = (struct rdata *)(uintptr_t)&an_address
};
static const struct rrset two_soas = { .type = RR_SOA, .n = 2, .rdata = (struct rdata *)(uintptr_t)&an_address };
static const struct rdata of_another = { (const uint8_t *)"\0\20 octets, and some more", 22, 0 };
static const struct rrset with_signature = { .type = RR_A,
					     .n = 1,
					     .n_sig = 1,
					     .rdata = (struct rdata *)(uintptr_t)&an_address,
					     .sig = (struct rdata *)(uintptr_t)&of_another };

static const struct {
	const char *why, *apex, *owner;
	uint16_t type;
	const struct rrset *set;
	enum err want;
} cases[] = {
	{ "a zone that is not there", "other.", "a.other.", RR_A, &address, ERR_NOTFOUND },
	{ "a name beside the zone", "test.", "a.other.", RR_A, &address, ERR_REFUSED },
	{ "a name above the zone", "test.", ".", RR_A, &address, ERR_REFUSED },
	{ "no SOA any more", "test.", "test.", RR_SOA, NULL, ERR_REFUSED },
	{ "two SOAs", "test.", "test.", RR_SOA, &two_soas, ERR_REFUSED },
	{ "an SOA below the apex", "test.", "a.test.", RR_SOA, &two_soas, ERR_REFUSED },
	{ "a set of another type", "test.", "a.test.", RR_AAAA, &address, ERR_REFUSED },
	{ "a signature that covers another type", "test.", "a.test.", RR_A, &with_signature, ERR_REFUSED },
	{ "a signature by itself", "test.", "a.test.", RR_RRSIG, NULL, ERR_REFUSED },
	{ "what is not there goes", "test.", "a.b.test.", RR_A, NULL, OK },
	{ "a name comes", "test.", "a.b.test.", RR_A, &address, OK },
};

static struct store *store_with(const struct zone *z)
{
	const struct compile_facts facts = { .now = 1 };
	char why[256];

	tempdb_dir();
	struct store *s = tempdb_open(0);
	ck_assert_msg(compile_zone(s, z, &facts, why) == OK, "%s", why);
	return s;
}

static struct store *store_of(const char *text, const char *origin)
{
	struct zone *z = load_text(text, origin);
	struct store *s = store_with(z);

	zone_free(z);
	return s;
}

START_TEST(what_may_not_be_is_refused)
{
	struct store *s = store_of("@ 1 SOA . . 1 2 3 4 5\n@ 1 NS .\n", "test.");
	struct name apex = name_of(cases[_i].apex);
	struct change c = { name_of(cases[_i].owner), cases[_i].type, cases[_i].set };
	struct store_txn *t;
	char why[256];

	ck_assert_int_eq(store_write(s, &t), OK);
	enum err e = change_apply(s, t, &apex, &c, 1, why);
	ck_assert_msg(e == cases[_i].want, "%s: %s", cases[_i].why, why);
	ck_assert_msg((e == OK) == (why[0] == 0), "%s: says why", cases[_i].why);
	ck_assert_int_eq(store_commit(t), OK);
	store_close(s);
	tempdb_remove();
}
END_TEST

/* ---- what a signed zone cannot become in place ---- */

/* signed_zone makes a zone too large for the pool. */
static struct zone *signed_zone(const struct fake_sign *how)
{
	struct rng r = { 1 };
	struct draft d = { .apex = name_of("test.") };
	char text[32];

	draft_add(&d, &d.apex, RR_SOA, 300, BYTES("\0\0\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1"));
	draft_add(&d, &d.apex, RR_NS, 300, BYTES("\2ns\7example\0"));
	for (int i = 0; i < 60; i++) {
		snprintf(text, sizeof text, "h%d.test.", i);
		struct name host = name_of(text);
		draft_add(&d, &host, RR_A, 300, BYTES("\1\2\3\4"));
	}
	if (how != NULL)
		fake_sign(&d, &r, how);
	struct zone *z = draft_zone(&d, &r);
	draft_free(&d);
	return z;
}

static const struct rdata other_params = { (const uint8_t *)"\1\0\0\0\1\xab", 6, 0 };
static const struct rrset other_chain = { .type = RR_NSEC3PARAM,
					  .n = 1,
					  .rdata = (struct rdata *)(uintptr_t)&other_params };
static const struct rdata a_soa = { (const uint8_t *)"\0\0\0\0\0\2\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1", 22, 0 };
static const struct rrset unsigned_soa = { .type = RR_SOA, .n = 1, .rdata = (struct rdata *)(uintptr_t)&a_soa };
static const struct rdata to_itself = { (const uint8_t *)"\4test\0\0\1\2", 9, 0 };
static const struct rrset a_chain = { .type = RR_NSEC, .n = 1, .rdata = (struct rdata *)(uintptr_t)&to_itself };
static const struct fake_sign by_nsec = { .minimum = 60 }, by_nsec3 = { .nsec3 = true, .minimum = 60 };

static const struct {
	const char *why, *says;
	const struct fake_sign *how;
	uint16_t type;
	const struct rrset *set;
} whole_builds[] = {
	{ "no NSEC3 chain any more", "another chain", &by_nsec3, RR_NSEC3PARAM, NULL },
	{ "an NSEC3 chain with a salt", "another chain", &by_nsec3, RR_NSEC3PARAM, &other_chain },
	{ "NSEC3 in an NSEC zone", "another chain", &by_nsec, RR_NSEC3PARAM, &other_chain },
	{ "no NSEC chain any more", "another chain", &by_nsec, RR_NSEC, NULL },
	{ "no signed SOA any more", "signed", &by_nsec, RR_SOA, &unsigned_soa },
	{ "an NSEC chain in an unsigned zone", "another chain", NULL, RR_NSEC, &a_chain },
};

/* is_refused fails the test unless the change is refused for this reason, and the zone is as it was. */
static void is_refused(struct store *s, const struct change *c, size_t n, const char *says, const char *what)
{
	struct name apex = name_of("test.");
	struct store_txn *t;
	char why[256];

	ck_assert_int_eq(store_write(s, &t), OK);
	ck_assert_msg(change_apply(s, t, &apex, c, n, why) == ERR_REFUSED, "%s", what);
	ck_assert_msg(strstr(why, says) != NULL, "%s: says %s", what, why);
	ck_assert_int_eq(store_commit(t), OK);
	ck_assert_uint_eq(verified_all(s), 1);
}

START_TEST(what_takes_a_whole_build_is_refused)
{
	struct zone *z = signed_zone(whole_builds[_i].how);
	struct store *s = store_with(z);
	struct change c = { z->apex, whole_builds[_i].type, whole_builds[_i].set };

	is_refused(s, &c, 1, whole_builds[_i].says, whole_builds[_i].why);
	zone_free(z);
	store_close(s);
	tempdb_remove();
}
END_TEST

START_TEST(a_chain_goes_with_its_names)
{
	struct zone *z = signed_zone(&by_nsec3);
	struct store *s = store_with(z);
	struct change all[100];
	size_t n = 0;

	for (size_t i = 0; i < z->n_nodes; i++)
		if (rrset_of(z->node[i], RR_NSEC3) != NULL) {
			all[n] = (struct change){ .type = RR_NSEC3 };
			node_name(z->node[i], &all[n++].owner);
		}
	is_refused(s, all, 1, "whose names do not", "a record of the chain without its name");
	is_refused(s, all, n, "nothing is left", "all records of the chain");
	zone_free(z);
	store_close(s);
	tempdb_remove();
}
END_TEST

/* A small zone that grows out of the pool in one change, and on to many pages, is good at every step. */
START_TEST(a_zone_outgrows_the_pool)
{
	struct store *s = store_of("@ 1 SOA . . 1 2 3 4 5\n@ 1 NS .\n", "test.");
	struct name apex = name_of("test.");
	struct zone_row row = { 0 };
	bool pooled = true;

	for (int i = 0; i < 300; i++) {
		struct change c = { .type = RR_A, .set = &address };
		struct store_txn *t;
		char text[64], why[256];

		snprintf(text, sizeof text, "host%d.site%d.test.", i, i / 7);
		c.owner = name_of(text);
		ck_assert_int_eq(store_write(s, &t), OK);
		ck_assert_msg(change_apply(s, t, &apex, &c, 1, why) == OK, "%s", why);
		ck_assert_int_eq(store_commit(t), OK);
		ck_assert_uint_eq(verified_all(s), 1);
		ck_assert_int_eq(store_read(s, &t), OK);
		ck_assert_int_eq(store_zone_get(t, &apex, &row), OK);
		store_abort(t);
		ck_assert_msg(pooled || !(row.flags & ZONE_ROW_POOLED), "back in the pool");
		pooled = row.flags & ZONE_ROW_POOLED;
	}
	ck_assert_msg(!pooled, "300 names are no small zone");
	ck_assert(row.flags & ZONE_ROW_UPDATED);
	ck_assert_uint_eq(row.records, 302);
	ck_assert_uint_eq(row.names, 1 + 300 + 43);
	store_close(s);
	tempdb_remove();
}
END_TEST

static int zones_asked_for(void)
{
	const char *text = getenv("EDICT_CHANGE_ZONES");

	return text != NULL ? (int)strtol(text, NULL, 10) : SEEDS_OF(150);
}

int main(void)
{
	Suite *s = suite_create("change");
	TCase *t = tcase_create("change");

	setenv("EDICT_MAPSIZE", "256M", 0);
	setenv("TMPDIR", "/dev/shm", 0); /* thousands of commits; the disk is not what is tested */
	tcase_set_timeout(t, 600);
	tcase_add_loop_test(t, changed_zones_are_compiled_zones, 0, zones_asked_for());
	tcase_add_loop_test(t, what_may_not_be_is_refused, 0, COUNT_OF(cases));
	tcase_add_loop_test(t, what_takes_a_whole_build_is_refused, 0, COUNT_OF(whole_builds));
	tcase_add_test(t, a_chain_goes_with_its_names);
	tcase_add_test(t, a_zone_outgrows_the_pool);
	suite_add_tcase(s, t);
	return run_suite(s);
}
