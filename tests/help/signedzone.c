#include "tests/help/signedzone.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "bake/change.h"
#include "bake/compile.h"
#include "sec/nsec3.h"
#include "tests/model/load.h"

/* A link of the chain: the apex is link 0, host n link n + 1. */
struct link {
	struct name owner;
	uint8_t hash[NSEC3_HASH_LEN];
	uint32_t before, behind; /* links, when no later one is there */
};

struct signedzone {
	struct name apex;
	unsigned n; /* links */
	struct link *link;
};

static const struct nsec3_params params = { NSEC3_ALG_SHA1, 0, 0, { NULL, 0 } };

static struct name host(const struct name *apex, unsigned number)
{
	char label[16];
	struct name n;
	int len = snprintf(label, sizeof label, "h%u", number);

	ck_assert(name_push(view_of(label, (size_t)len), apex, &n));
	return n;
}

static int by_hash(const void *a, const void *b)
{
	return memcmp((*(struct link *const *)a)->hash, (*(struct link *const *)b)->hash, NSEC3_HASH_LEN);
}

/* tie makes a ring of all links and takes out one after the other, the last first. What was beside a link then is
 * beside it when it comes. */
static void tie(struct signedzone *z)
{
	struct link **sorted = malloc(z->n * sizeof *sorted);

	ck_assert_ptr_nonnull(sorted);
	for (unsigned i = 0; i < z->n; i++)
		sorted[i] = &z->link[i];
	qsort(sorted, z->n, sizeof *sorted, by_hash);
	for (unsigned i = 0; i < z->n; i++) {
		sorted[i]->before = (uint32_t)(sorted[(i + z->n - 1) % z->n] - z->link);
		sorted[i]->behind = (uint32_t)(sorted[(i + 1) % z->n] - z->link);
	}
	free(sorted);
	for (unsigned i = z->n; i-- > 1;) {
		z->link[z->link[i].before].behind = z->link[i].behind;
		z->link[z->link[i].behind].before = z->link[i].before;
	}
}

struct signedzone *signedzone_plan(const char *origin, unsigned most)
{
	struct signedzone *z = calloc(1, sizeof *z);

	ck_assert_ptr_nonnull(z);
	z->apex = name_of(origin);
	z->n = most + 1;
	z->link = calloc(z->n, sizeof *z->link);
	ck_assert_ptr_nonnull(z->link);
	for (unsigned i = 0; i < z->n; i++) {
		z->link[i].owner = i == 0 ? z->apex : host(&z->apex, i - 1);
		ck_assert(nsec3_hash_name(&params, 0, &z->link[i].owner, z->link[i].hash));
	}
	tie(z);
	return z;
}

void signedzone_free(struct signedzone *z)
{
	free(z->link);
	free(z);
}

/* ---- records ---- */

/* One RRset with an RRSIG, and its octets. */
struct record {
	struct name owner;
	struct rrset set;
	struct rdata rdata, sig;
	uint8_t octets[64], signature[96];
};

static void fill(const struct signedzone *z, struct record *r, const struct name *owner, uint16_t type,
		 struct view rdata)
{
	struct wr w = wr_of(r->signature, sizeof r->signature);

	r->owner = *owner;
	memcpy(r->octets, rdata.p, rdata.n);
	r->rdata = (struct rdata){ r->octets, (uint16_t)rdata.n, 0 };
	wr_u16(&w, type);
	wr_bytes(&w, "\15\2\0\0\0\1\x70\0\0\0\x60\0\0\0\0\1", 16);
	wr_bytes(&w, z->apex.wire, z->apex.len);
	wr_bytes(&w, "sixty-four octets that would be a signature if a key had made it", 64);
	ck_assert(!w.full);
	r->sig = (struct rdata){ r->signature, (uint16_t)w.len, 0 };
	r->set = (struct rrset){
		.type = type, .ttl = 300, .sig_ttl = 300, .n = 1, .n_sig = 1, .rdata = &r->rdata, .sig = &r->sig
	};
}

static void fill_soa(const struct signedzone *z, struct record *r, uint32_t serial)
{
	uint8_t soa[] = { 0, 0, 0, 0, 0, 0, 0, 0, 14, 16, 0, 0, 14, 16, 0, 18, 117, 0, 0, 0, 1, 44 };

	put_u32(soa + 2, serial);
	fill(z, r, &z->apex, RR_SOA, view_of(soa, sizeof soa));
}

static void fill_host(const struct signedzone *z, struct record *r, unsigned link)
{
	fill(z, r, &z->link[link].owner, RR_A, BYTES("\300\0\2\1"));
}

/* fill_link makes the NSEC3 record of a link; the lists of types are as long as those of real ones. */
static void fill_link(const struct signedzone *z, struct record *r, unsigned link, unsigned behind)
{
	uint8_t octets[64];
	struct wr w = wr_of(octets, sizeof octets);
	char label[NSEC3_TEXT_LEN];
	struct name owner;

	wr_bytes(&w, "\1\0\0\0\0\24", 6);
	wr_bytes(&w, z->link[behind].hash, NSEC3_HASH_LEN);
	wr_bytes(&w, "\0\6\x40\0\0\0\0\2", 8);
	nsec3_text(z->link[link].hash, label);
	ck_assert(name_push(view_of(label, sizeof label), &z->apex, &owner));
	fill(z, r, &owner, RR_NSEC3, wr_view_of(&w));
}

static void add(struct zone *zone, const struct record *r)
{
	ck_assert_int_eq(zone_add(zone, &r->owner, r->set.type, r->set.ttl, rdata_view(&r->rdata), 0), OK);
	ck_assert_int_eq(zone_add(zone, &r->owner, RR_RRSIG, r->set.sig_ttl, rdata_view(&r->sig), 0), OK);
}

static void add_chain(const struct signedzone *z, struct zone *zone, unsigned n)
{
	unsigned *behind = calloc(n + 1, sizeof *behind);
	struct record r;

	ck_assert_ptr_nonnull(behind);
	for (unsigned i = 1; i <= n; i++) {
		behind[z->link[i].before] = i;
		behind[i] = z->link[i].behind;
	}
	for (unsigned i = 0; i <= n; i++) {
		fill_link(z, &r, i, behind[i]);
		add(zone, &r);
	}
	free(behind);
}

struct zone *signedzone_make(const struct signedzone *z, unsigned n)
{
	struct zone *zone = zone_new(&z->apex);
	struct record r;

	fill_soa(z, &r, 0);
	add(zone, &r);
	fill(z, &r, &z->apex, RR_NS, BYTES("\2ns\7example\0"));
	add(zone, &r);
	fill(z, &r, &z->apex, RR_NSEC3PARAM, BYTES("\1\0\0\0\0"));
	add(zone, &r);
	for (unsigned i = 1; i <= n; i++) {
		fill_host(z, &r, i);
		add(zone, &r);
	}
	add_chain(z, zone, n);
	zone_seal(zone, NULL, NULL);
	return zone;
}

void signedzone_compile(const struct signedzone *z, struct store *s, unsigned n)
{
	const struct compile_facts facts = { .now = 1, .replace = true };
	struct zone *zone = signedzone_make(z, n);
	char why[256];

	ck_assert_msg(compile_zone(s, zone, &facts, why) == OK, "%s", why);
	zone_free(zone);
}

void signedzone_commit(const struct signedzone *z, struct store *s, unsigned n)
{
	const unsigned link = n + 1;
	struct record r[4];
	struct change c[COUNT_OF(r)];
	struct store_txn *t;
	char why[256];

	ck_assert_uint_lt(link, z->n);
	fill_soa(z, &r[0], link);
	fill_host(z, &r[1], link);
	fill_link(z, &r[2], link, z->link[link].behind);
	fill_link(z, &r[3], z->link[link].before, link);
	for (size_t i = 0; i < COUNT_OF(r); i++)
		c[i] = (struct change){ r[i].owner, r[i].set.type, &r[i].set };
	ck_assert_int_eq(store_write(s, &t), OK);
	ck_assert_msg(change_apply(s, t, &z->apex, c, COUNT_OF(c), why) == OK, "%s", why);
	ck_assert_int_eq(store_commit(t), OK);
}
