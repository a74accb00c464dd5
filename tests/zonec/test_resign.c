/*
 * A zone that is signed and compiled again, and again, the way zonec does it:
 * signatures come from the database, and what differs goes there as a change.
 *
 * Each round the file is edited, or the keys, the denial or the clock are
 * others, or nothing is. Then the database must have the zone that would be
 * signed for the first time now, but for signatures that could stay; every
 * one that could did, and all are valid; the serial is greater if anything
 * differs, and nothing was written if nothing does. What differs is found out
 * here by comparing whole zones, as nothing in the programs does. The test's
 * number is the seed.
 */
#include "tests/help/run.h"

#include <stdlib.h>

#include "bake/compile.h"
#include "bake/rows.h"
#include "base/work.h"
#include "sec/rrsig.h"
#include "sign/serial.h"
#include "tests/help/editing.h"
#include "tests/help/figures.h"
#include "tests/help/signing.h"
#include "tests/help/tempdb.h"
#include "tests/help/verified.h"
#include "tests/help/zonediff.h"
#include "tests/model/random_zone.h"
#include "zonec/oldzone.h"

enum { ROUNDS = 6, HOUR = 3600, DAY = 24 * HOUR };

struct world {
	int seed;
	struct rng rng;
	struct store *store;
	struct signing_kit kit;
	struct zone *file;
	struct zone *was, *is; /* what the database had before this round, and has */
	struct zone_row row_was, row;
};

/* ---- what happens between two rounds ---- */

static const struct {
	uint32_t before, after; /* it gets so much later: some signatures are due on the 23rd day */
} times[] = { { 0, 0 }, { 0, DAY }, { 22 * DAY, 23 * DAY }, { 23 * DAY, 60 * DAY } };

static void pass_time(struct world *w)
{
	const uint32_t i = rng_below(&w->rng, COUNT_OF(times));

	w->kit.plan.now += times[i].before + rng_below(&w->rng, times[i].after - times[i].before + 1);
	if (rng_percent(&w->rng, 5)) /* a clock that was wrong: some signatures begin in the future */
		w->kit.plan.now -= 2 * HOUR;
}

static void use_key(struct world *w, size_t key, bool yes)
{
	struct sign_key *k = &w->kit.use[key];

	k->published = k->signs_zone = yes;
	k->signs_keys = yes && (k->key->flags & DNSKEY_SEP) != 0;
	k->sync &= k->signs_keys;
}

/* The first key is a KSK, sometimes a CSK; ZSKs and a CSK of another algorithm come and go. */
static void change_keys(struct world *w)
{
	use_key(w, 1, rng_percent(&w->rng, 60));
	use_key(w, 2, rng_percent(&w->rng, 40));
	use_key(w, 3, rng_percent(&w->rng, 20));
	w->kit.use[0].signs_zone =
	    (!w->kit.use[1].signs_zone && !w->kit.use[2].signs_zone) || rng_percent(&w->rng, 20);
	w->kit.use[1].published |= rng_percent(&w->rng, 20);
}

static void change_denial(struct world *w)
{
	static const uint8_t salt[] = { 1, 2, 3 };
	struct sign_plan *p = &w->kit.plan;

	p->denial = rng_percent(&w->rng, 40) ? SIGN_NSEC : SIGN_NSEC3;
	p->optout = rng_percent(&w->rng, 50);
	p->iterations = (uint16_t)rng_below(&w->rng, 2);
	p->salt = view_of(salt, rng_below(&w->rng, sizeof salt));
}

static void change_rest(struct world *w)
{
	struct sign_plan *p = &w->kit.plan;

	p->zonemd = rng_percent(&w->rng, 50) ? rng_below(&w->rng, 4) << 1 : 0;
	p->dnskey_ttl = 300 * rng_below(&w->rng, 3);
	p->serial = (enum serial_policy)rng_below(&w->rng, SERIAL_POLICIES);
	p->csync = rng_percent(&w->rng, 20);
	for (size_t i = 0; i < p->n_keys; i++)
		w->kit.use[i].sync = w->kit.use[i].signs_keys && rng_percent(&w->rng, 50);
}

static void change_world(struct world *w)
{
	struct zone *next = zone_edited(&w->rng, w->file, rng_percent(&w->rng, 50) ? rng_below(&w->rng, 60) : 0);

	zone_free(w->file);
	w->file = next;
	if (rng_percent(&w->rng, 50))
		pass_time(w);
	if (rng_percent(&w->rng, 20))
		change_keys(w);
	if (rng_percent(&w->rng, 20))
		change_denial(w);
	if (rng_percent(&w->rng, 20))
		change_rest(w);
}

/* ---- what the database has ---- */

static void look(struct world *w)
{
	struct snapshot *s;

	if (w->was != NULL)
		zone_free(w->was);
	w->was = w->is;
	w->row_was = w->row;
	ck_assert_int_eq(snapshot_make(w->store, NULL, &s), OK);
	ck_assert_int_eq(store_zone_get(s->txn, &w->file->apex, &w->row), OK);
	ck_assert_int_eq(rows_read_zone(s->txn, w->row.rows, &w->file->apex, &w->is), OK);
	verified_zone(s, &w->file->apex, "signed again");
	snapshot_free(s);
}

static uint32_t serial_of(const struct zone *z)
{
	return get_u32(zone_soa(z).p + zone_soa(z).n - 20);
}

/* ---- signatures, one by one ---- */

static bool fresh(const struct rrsig *sig, const struct sign_plan *p)
{
	return serial_time(sig->begins, p->now) <= p->now &&
	       serial_time(sig->expires, p->now) - p->now > p->refresh;
}

static bool same_set(const struct rrset *a, const struct rrset *b)
{
	if (a == NULL || a->n != b->n || a->ttl != b->ttl)
		return false;
	for (uint32_t i = 0; i < a->n; i++)
		if (!view_eq(rdata_view(&a->rdata[i]), rdata_view(&b->rdata[i])))
			return false;
	return true;
}

/* find_signature gives the one that this key made, NULL: none. */
static const struct rdata *find_signature(const struct rrset *s, const struct rrsig *by)
{
	struct rrsig sig;

	for (uint32_t i = 0; i < s->n_sig; i++)
		if (rrsig_read(rdata_view(&s->sig[i]), &sig) && sig.tag == by->tag &&
		    sig.algorithm == by->algorithm)
			return &s->sig[i];
	return NULL;
}

/* What is true of all signatures of a zone. */
struct tally {
	uint64_t n, kept;
	bool all_fresh;
	int64_t expires; /* the soonest */
};

static void tally_set(const struct world *w, const struct rrset *was, const struct rrset *s, struct tally *t)
{
	const struct sign_plan *p = &w->kit.plan;
	struct rrsig sig, old;

	for (uint32_t i = 0; i < s->n_sig; i++) {
		ck_assert(rrsig_read(rdata_view(&s->sig[i]), &sig));
		const int64_t expires = serial_time(sig.expires, p->now);
		const struct rdata *before = same_set(was, s) ? find_signature(was, &sig) : NULL;

		t->n++;
		t->all_fresh &= fresh(&sig, p);
		t->expires = t->n == 1 || expires < t->expires ? expires : t->expires;
		if (before == NULL || !rrsig_read(rdata_view(before), &old) || !fresh(&old, p))
			continue;
		ck_assert_msg(view_eq(rdata_view(before), rdata_view(&s->sig[i])),
			      "seed %d: a fresh signature was not kept", w->seed);
		t->kept++;
	}
}

static struct tally tally_of(const struct world *w, const struct zone *was, const struct zone *z)
{
	struct tally t = { .all_fresh = true };
	struct name owner;

	for (size_t i = 0; i < z->n_nodes; i++)
		for (const struct rrset *s = z->node[i]->rrsets; s != NULL; s = s->next) {
			node_name(z->node[i], &owner);
			const struct node *n = zone_find(was, &owner);
			tally_set(w, n != NULL ? rrset_of(n, s->type) : NULL, s, &t);
		}
	return t;
}

/* ---- what must be true ---- */

/* fresh_zone signs the file as if there never was such a zone. */
static struct zone *fresh_zone(struct world *w)
{
	const struct sign_result result = w->kit.result;
	struct zone *z = signing_zone(&w->kit, w->file);

	w->kit.result = result;
	return z;
}

static void check_row(const struct world *w, const struct tally *t)
{
	const bool nsec3 = w->kit.plan.denial == SIGN_NSEC3;

	ck_assert_uint_eq(w->row.records, w->is->n_records);
	ck_assert_uint_eq(w->row.names, w->is->n_nodes);
	ck_assert_uint_eq(w->row.signatures, t->n);
	ck_assert_int_eq((int64_t)w->row.expires, t->expires);
	ck_assert_uint_eq(w->row.serial, serial_of(w->is));
	ck_assert_uint_eq(w->row.compiled, (uint64_t)w->kit.plan.now);
	ck_assert_uint_eq(w->row.flags & ZONE_ROW_UPDATED, 0);
	ck_assert_uint_eq(w->row.denial, nsec3 ? DENIAL_NSEC3 : DENIAL_NSEC);
}

static void check_written(const struct world *w, const struct tally *t)
{
	check_row(w, t);
	ck_assert_msg(t->all_fresh, "seed %d: a signature that is due was kept", w->seed);
	ck_assert_msg(w->kit.result.made + w->kit.result.kept == t->n, "seed %d: %d made, %d kept, of %d", w->seed,
		      (int)w->kit.result.made, (int)w->kit.result.kept, (int)t->n);
	ck_assert_msg(w->kit.result.kept == t->kept, "seed %d: %d said to be kept, %d are", w->seed,
		      (int)w->kit.result.kept, (int)t->kept);
	ck_assert_msg(serial_greater(serial_of(w->is), serial_of(w->was)), "seed %d: serial %u after %u", w->seed,
		      serial_of(w->is), serial_of(w->was));
}

static void check_signed(struct world *w)
{
	struct zone *fresh = fresh_zone(w);
	const struct tally t = tally_of(w, w->was, w->is), before = tally_of(w, w->was, w->was);
	const unsigned but = BUT_SERIAL | BUT_SIGNATURES;
	const bool differs = zone_differs(w->was, fresh, but) != NULL;
	const char *what = zone_differs(w->is, fresh, but);
	char first[600];

	ck_assert_msg(what == NULL, "seed %d: %s", w->seed, what);
	ck_assert_msg(signing_flaws(&w->kit, w->is, first) == 0, "seed %d: %s", w->seed, first);
	ck_assert_msg(w->kit.result.unchanged == (!differs && before.all_fresh),
		      "seed %d: unchanged is %d, but it %s", w->seed, w->kit.result.unchanged,
		      differs ? "differs" : "does not differ");
	ck_assert_uint_eq(w->kit.result.serial, serial_of(w->is));
	if (!w->kit.result.unchanged)
		check_written(w, &t);
	zone_free(fresh);
}

/* ---- rounds ---- */

static void compile(struct world *w, const struct zone *z)
{
	struct compile_job job = {
		.zone = z, .facts = { .now = (uint64_t)w->kit.plan.now, .replace = rng_percent(&w->rng, 10) }
	};

	compile_zones(w->store, &job, 1);
	ck_assert_msg(job.result == OK, "seed %d: %s", w->seed, job.why);
	look(w);
	const char *what = zone_differs(w->is, z, 0);
	ck_assert_msg(what == NULL, "seed %d: %s", w->seed, what);
}

static void sign_and_compile(struct world *w)
{
	struct oldzone old;

	work_use(1 + rng_below(&w->rng, 2));
	ck_assert_int_eq(oldzone_open(w->store, &w->file->apex, &old), OK);
	w->kit.plan.old = &old.source;
	struct zone *z = signing_zone(&w->kit, w->file);
	w->kit.plan.old = NULL;
	if (w->kit.result.unchanged)
		look(w);
	else
		compile(w, z);
	ck_assert(!w->kit.result.unchanged || memcmp(&w->row, &w->row_was, sizeof w->row) == 0);
	check_signed(w);
	zone_free(z);
}

/* open_world has the file compiled, unsigned. */
static void open_world(struct world *w, int seed)
{
	struct zone_group g;

	*w = (struct world){ .seed = seed, .rng = { (uint64_t)seed } };
	const uint8_t algorithm = rng_percent(&w->rng, 50) ? ALG_ECDSAP256 : ALG_ED25519;
	random_group(&w->rng, &g);
	w->file = signing_copy(g.zone[rng_below(&w->rng, (uint32_t)g.n)]);
	zone_seal(w->file, NULL, NULL);
	group_free(&g);
	signing_begin(&w->kit, &w->file->apex);
	signing_key(&w->kit, algorithm, SIGNS_ALL);
	signing_key(&w->kit, algorithm, SIGNS_ZONE);
	signing_key(&w->kit, algorithm, SIGNS_ZONE);
	signing_key(&w->kit, algorithm ^ ALG_ECDSAP256 ^ ALG_ED25519, SIGNS_ALL);
	change_keys(w);
	change_denial(w);
	tempdb_dir();
	w->store = tempdb_open(0);
	compile(w, w->file);
}

static void close_world(struct world *w)
{
	work_use(1);
	store_close(w->store);
	tempdb_remove();
	signing_end(&w->kit);
	zone_free(w->file);
	zone_free(w->was);
	zone_free(w->is);
}

START_TEST(what_is_signed_again_is_what_would_be_signed_now)
{
	static struct world w;

	open_world(&w, _i);
	for (int round = 0; round < ROUNDS; round++) {
		sign_and_compile(&w);
		if (rng_percent(&w.rng, 5))
			compile(&w, w.file); /* unsigned for a while */
		change_world(&w);
	}
	close_world(&w);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("signed and compiled again");
	TCase *t = tcase_create("signed and compiled again");

	setenv("EDICT_MAPSIZE", "256M", 0);
	setenv("TMPDIR", "/dev/shm", 0); /* thousands of commits; the disk is not what is tested */
	tcase_set_timeout(t, 600);
	/* The digest's signature is due before the SOA's, which is counted once. */
	tcase_add_loop_test(t, what_is_signed_again_is_what_would_be_signed_now, 1378, 1379);
	tcase_add_loop_test(t, what_is_signed_again_is_what_would_be_signed_now, 0,
			    SEEDS_OF((int)long_or(5000, 200)));
	suite_add_tcase(s, t);
	return run_suite(s);
}
