#include "tests/help/editing.h"

#include <check.h>

#include "sign/sign.h"
#include "tests/model/random_zone.h"

static void add(struct zone *z, const struct name *owner, uint16_t type, uint32_t ttl, struct view rdata)
{
	ck_assert_int_eq(zone_add(z, owner, type, ttl, rdata, 0), OK);
}

static void copy_set(struct zone *to, const struct name *owner, const struct rrset *s, uint32_t first,
		     uint32_t ttl)
{
	for (uint32_t i = first; i < s->n; i++)
		add(to, owner, s->type, ttl, rdata_view(&s->rdata[i]));
}

enum { SERIAL = 20, MINIMUM = 4 }; /* octets from there to the end of an SOA */

static void copy_soa(struct zone *to, const struct rrset *s, unsigned number, uint32_t value, uint32_t ttl)
{
	uint8_t soa[600];
	const uint16_t n = s->rdata[0].n;

	memcpy(soa, s->rdata[0].p, n);
	put_u32(soa + n - number, value);
	add(to, &to->apex, RR_SOA, ttl, view_of(soa, n));
}

static void edit_soa(struct rng *r, struct zone *to, const struct rrset *s)
{
	const uint32_t minimum = 60 * rng_below(r, 100);

	switch (rng_below(r, 8)) {
	case 0:
		copy_soa(to, s, SERIAL, (uint32_t)rng_next(r), s->ttl);
		break;
	case 1:
		copy_soa(to, s, MINIMUM, minimum, s->ttl);
		break;
	case 2:
		copy_set(to, &to->apex, s, 0, minimum);
		break;
	default:
		copy_set(to, &to->apex, s, 0, s->ttl);
		break;
	}
}

static void edit_set(struct rng *r, struct zone *to, const struct name *owner, const struct rrset *s)
{
	const uint32_t dice = sign_drops(s->type) ? 99 : rng_below(r, 100);
	struct name spelt = *owner;

	if (dice < 5)
		return;
	if (dice >= 12 && dice < 14)
		random_case(r, &spelt);
	copy_set(to, &spelt, s, dice < 8 && s->n > 1, dice >= 8 && dice < 12 ? s->ttl + 1 : s->ttl);
}

/* add_below puts something new below or at a name. */
static void add_below(struct rng *r, struct zone *to, const struct name *owner)
{
	static const uint8_t ds[] = { 0, 1, 13, 255, 1, 2, 3, 4 };
	struct name n = *owner;

	for (uint32_t i = rng_below(r, 3); i > 0; i--)
		if (!name_push(random_label(r), &n, &n))
			return;
	switch (rng_below(r, 5)) {
	case 0:
		add(to, &n, RR_NS, 60, view_of(to->apex.wire, to->apex.len));
		break;
	case 1:
		add(to, &n, RR_DS, 60, view_of(ds, sizeof ds));
		break;
	case 2:
		add(to, &n, (uint16_t)(256 * rng_below(r, 250) + 200), 60, BYTES("x"));
		break;
	default:
		add(to, &n, RR_TXT, 60, BYTES("\1x"));
		break;
	}
}

struct zone *zone_edited(struct rng *r, const struct zone *z, uint32_t percent)
{
	struct zone *to = zone_new(&z->apex);
	struct name owner;

	for (size_t i = 0; i < z->n_nodes; i++) {
		const bool edit = rng_percent(r, percent);

		node_name(z->node[i], &owner);
		for (const struct rrset *s = z->node[i]->rrsets; s != NULL; s = s->next)
			if (!edit)
				copy_set(to, &owner, s, 0, s->ttl);
			else if (s->type == RR_SOA)
				edit_soa(r, to, s);
			else
				edit_set(r, to, &owner, s);
		if (edit && rng_percent(r, 10))
			add_below(r, to, &owner);
	}
	zone_seal(to, NULL, NULL);
	return to;
}

struct zone *zone_with_serial(const struct zone *z, uint32_t serial)
{
	struct zone *to = zone_new(&z->apex);
	struct name owner;

	for (size_t i = 0; i < z->n_nodes; i++) {
		node_name(z->node[i], &owner);
		for (const struct rrset *s = z->node[i]->rrsets; s != NULL; s = s->next)
			if (s->type == RR_SOA)
				copy_soa(to, s, SERIAL, serial, s->ttl);
			else
				copy_set(to, &owner, s, 0, s->ttl);
	}
	zone_seal(to, NULL, NULL);
	return to;
}
