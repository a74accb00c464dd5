#include "tests/help/bigzone.h"

#include <check.h>
#include <stdio.h>

#include "bake/change.h"
#include "bake/compile.h"
#include "tests/model/load.h"

/* An odd number times an odd number is a permutation of 32 bits. */
static struct name host(const struct name *apex, unsigned number)
{
	char label[16];
	struct name n;
	int len = snprintf(label, sizeof label, "h%08x", number * 2654435761U);

	ck_assert(name_push(view_of(label, (size_t)len), apex, &n));
	return n;
}

static const uint8_t soa_of_0[] = { 0, 0, 0, 0, 0, 0, 0, 0, 14, 16, 0, 0, 14, 16, 0, 18, 117, 0, 0, 0, 1, 44 };

static struct rdata soa_of(uint32_t serial, uint8_t octets[sizeof soa_of_0])
{
	memcpy(octets, soa_of_0, sizeof soa_of_0);
	put_u32(octets + 2, serial);
	return (struct rdata){ octets, sizeof soa_of_0, 0 };
}

struct zone *bigzone_make(const char *origin, unsigned names)
{
	struct name apex = name_of(origin);
	struct zone *z = zone_new(&apex);
	uint8_t octets[sizeof soa_of_0];
	struct rdata soa = soa_of(0, octets);

	ck_assert_int_eq(zone_add(z, &apex, RR_SOA, 3600, rdata_view(&soa), 0), OK);
	ck_assert_int_eq(zone_add(z, &apex, RR_NS, 3600, BYTES("\2ns\7example\0"), 0), OK);
	for (unsigned i = 0; i < names; i++) {
		struct name owner = host(&apex, i);
		ck_assert_int_eq(zone_add(z, &owner, RR_A, 300, BYTES("\0\0\0\0"), 0), OK);
	}
	zone_seal(z, NULL, NULL);
	return z;
}

void bigzone_compile(struct store *s, const char *origin, unsigned names)
{
	const struct compile_facts facts = { .now = 1, .replace = true };
	struct zone *z = bigzone_make(origin, names);
	char why[256];

	ck_assert_msg(compile_zone(s, z, &facts, why) == OK, "%s", why);
	zone_free(z);
}

void bigzone_commit(struct store *s, const char *origin, unsigned number, uint32_t value)
{
	struct name apex = name_of(origin);
	uint8_t octets[sizeof soa_of_0], address[4];
	struct rdata soa = soa_of(value, octets), a = { address, sizeof address, 0 };
	struct rrset soas = { .type = RR_SOA, .ttl = 3600, .n = 1, .rdata = &soa };
	struct rrset as = { .type = RR_A, .ttl = 300, .n = 1, .rdata = &a };
	struct change c[] = { { apex, RR_SOA, &soas }, { host(&apex, number), RR_A, &as } };
	struct store_txn *t;
	char why[256];

	put_u32(address, value);
	ck_assert_int_eq(store_write(s, &t), OK);
	ck_assert_msg(change_apply(s, t, &apex, c, COUNT_OF(c), why) == OK, "%s", why);
	ck_assert_int_eq(store_commit(t), OK);
}

struct commits {
	struct store *s;
	const char *origin;
	unsigned from;
	uint32_t value;
};

static void commit_one(void *context, unsigned i)
{
	const struct commits *c = context;

	bigzone_commit(c->s, c->origin, c->from + i, c->value + i);
}

struct cost bigzone_cost(struct store *s, const char *origin, unsigned from, unsigned n, uint32_t value)
{
	struct commits c = { s, origin, from, value };

	return cost_of(commit_one, &c, n);
}

void bigzone_figure(const char *what, struct cost c)
{
	figure(what, "%6.1f us of CPU, %5.1f pages of 4 KiB", (double)c.cpu_ns / 1000, (double)c.written / 4096);
}
