#include "tests/model/random_zone.h"

#include <stdlib.h>

#include "dns/rdata.h"
#include "tests/model/draft.h"
#include "tests/model/fake_sign.h"

/* The world while it is made: all apexes are known before the first record, so that zones can point at each other.
 */
struct world {
	struct rng *r;
	struct draft draft[GROUP_MAX];
	size_t n;
	bool long_names; /* this world likes labels of 63 octets */
};

#define LONG_LABEL "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"

static const struct view labels[] = {
	{ (const uint8_t *)"a", 1 },         { (const uint8_t *)"a", 1 },   { (const uint8_t *)"b", 1 },
	{ (const uint8_t *)"b", 1 },         { (const uint8_t *)"c", 1 },   { (const uint8_t *)"d", 1 },
	{ (const uint8_t *)"*", 1 },         { (const uint8_t *)"*", 1 },   { (const uint8_t *)"ns", 2 },
	{ (const uint8_t *)"mail", 4 },      { (const uint8_t *)"aa", 2 },  { (const uint8_t *)"\0", 1 },
	{ (const uint8_t *)"\377", 1 },      { (const uint8_t *)"a.b", 3 }, { (const uint8_t *)"_tcp", 4 },
	{ (const uint8_t *)"**", 2 },        { (const uint8_t *)" ;", 2 },  { (const uint8_t *)"x-1", 3 },
	{ (const uint8_t *)LONG_LABEL, 63 },
};

struct view random_label(struct rng *r)
{
	return labels[rng_below(r, COUNT_OF(labels))];
}

void random_case(struct rng *r, struct name *n)
{
	for (unsigned i = 1; i < n->len; i++) /* lengths are below 'A' */
		if (((n->wire[i] | 0x20) >= 'a' && (n->wire[i] | 0x20) <= 'z') && rng_percent(r, 30))
			n->wire[i] ^= 0x20;
}

/* Puts up to n labels in front, as far as they fit. */
static struct name deeper(struct world *w, const struct name *from, unsigned n)
{
	struct name out = *from;

	while (n-- > 0) {
		struct view label = random_label(w->r);
		if (label.n == 63 && !w->long_names && !rng_percent(w->r, 10))
			label = labels[0];
		if (w->long_names && rng_percent(w->r, 40))
			label = labels[COUNT_OF(labels) - 1];
		if (!name_push(label, &out, &out))
			break;
	}
	return out;
}

/* An owner: often one that is there already or a child of it, so that data piles up. */
static struct name random_owner(struct world *w, const struct draft *d)
{
	uint32_t dice = rng_below(w->r, 100);
	struct name n = d->apex;

	if (dice < 5)
		return n;
	if (dice < 70)
		n = d->rr[rng_below(w->r, (uint32_t)d->n)].owner;
	if (dice >= 20)
		n = deeper(w, &n, 1 + rng_below(w->r, dice < 70 ? 2 : 4));
	if (rng_percent(w->r, 20))
		random_case(w->r, &n);
	return n;
}

/* What records point at: a name of this zone, of another one, of nobody; existing or not. */
static struct name random_target(struct world *w, const struct draft *d)
{
	const struct draft *there = rng_percent(w->r, 65) ? d : &w->draft[rng_below(w->r, (uint32_t)w->n)];
	struct name n = there->apex;

	if (rng_percent(w->r, 4)) {
		n = name_root;
		return deeper(w, &n, 2);
	}
	if (there->n > 0 && rng_percent(w->r, 60))
		n = there->rr[rng_below(w->r, (uint32_t)there->n)].owner;
	if (rng_percent(w->r, 50))
		n = deeper(w, &n, 1 + rng_below(w->r, 3));
	if (rng_percent(w->r, 30))
		random_case(w->r, &n);
	return n;
}

/*
 * RDATA
 */

typedef void make_fn(struct world *, const struct draft *, struct wr *);

static void put_octets(struct world *w, struct wr *out, size_t n)
{
	uint8_t *at = wr_room(out, n);

	if (at != NULL)
		rng_bytes(w->r, at, n);
}

static void make_a(struct world *w, const struct draft *d, struct wr *out)
{
	(void)d;
	put_octets(w, out, 4);
}

static void make_aaaa(struct world *w, const struct draft *d, struct wr *out)
{
	(void)d;
	put_octets(w, out, 16);
}

static void make_name(struct world *w, const struct draft *d, struct wr *out)
{
	struct name n = random_target(w, d);

	wr_bytes(out, n.wire, n.len);
}

static void make_mx(struct world *w, const struct draft *d, struct wr *out)
{
	wr_u16(out, (uint16_t)rng_below(w->r, 3));
	make_name(w, d, out);
}

static void make_srv(struct world *w, const struct draft *d, struct wr *out)
{
	put_octets(w, out, 6);
	make_name(w, d, out);
}

static void make_txt(struct world *w, const struct draft *d, struct wr *out)
{
	unsigned strings = rng_percent(w->r, 5) ? 1 + rng_below(w->r, 18) : 1;

	(void)d;
	for (unsigned i = 0; i < strings; i++) {
		uint8_t n = (uint8_t)(strings > 1 ? 255 : rng_below(w->r, 12));
		wr_u8(out, n);
		put_octets(w, out, n);
	}
}

static void make_unknown(struct world *w, const struct draft *d, struct wr *out)
{
	(void)d;
	put_octets(w, out, rng_below(w->r, 30));
}

static void make_ds(struct world *w, const struct draft *d, struct wr *out)
{
	(void)d;
	put_octets(w, out, 2);
	wr_u8(out, 13);
	wr_u8(out, 2);
	put_octets(w, out, 32);
}

static const struct kind {
	uint16_t type;
	uint8_t weight, most; /* records of one RRset */
	make_fn *make;
} kinds[] = {
	{ RR_A, 18, 3, make_a },        { RR_AAAA, 8, 2, make_aaaa },  { RR_NS, 16, 3, make_name },
	{ RR_CNAME, 14, 1, make_name }, { RR_DNAME, 6, 1, make_name }, { RR_MX, 10, 4, make_mx },
	{ RR_TXT, 8, 3, make_txt },     { RR_SRV, 5, 3, make_srv },    { RR_PTR, 3, 2, make_name },
	{ RR_DS, 3, 2, make_ds },       { 65280, 5, 2, make_unknown },
};

static const struct kind *kind_of(uint16_t type)
{
	const struct kind *k = kinds;

	while (k->type != type)
		k++;
	return k;
}

static const struct kind *random_kind(struct rng *r)
{
	const struct kind *k = kinds;
	uint32_t sum = 0;

	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		sum += kinds[i].weight;
	for (uint32_t dice = rng_below(r, sum); dice >= k->weight; k++)
		dice -= k->weight;
	return k;
}

static void add_one(struct world *w, struct draft *d, const struct name *owner, const struct kind *k)
{
	static uint8_t rdata[8192];
	struct wr out = wr_of(rdata, sizeof rdata);

	k->make(w, d, &out);
	draft_add(d, owner, k->type, 60 * (1 + rng_below(w->r, 100)), wr_view_of(&out));
}

/* What may not be in any zone is not made: data beside a CNAME, two CNAMEs or DNAMEs, a second NS RRset at the
 * apex. */
static bool may_have(const struct draft *d, const struct name *owner, const struct kind *k)
{
	bool at_apex = name_eq(owner, &d->apex);

	if (draft_find(d, owner, RR_CNAME) != NULL)
		return false;
	if (k->type == RR_CNAME)
		return draft_find(d, owner, 0) == NULL;
	if (k->type == RR_DNAME)
		return draft_find(d, owner, RR_DNAME) == NULL;
	return !at_apex || (k->type != RR_NS && k->type != RR_DS);
}

static void add_rrset(struct world *w, struct draft *d, const struct name *owner, const struct kind *k);

/* Addresses for most NS targets inside the zone, wherever they stand; DS at some cuts. */
static void add_glue(struct world *w, struct draft *d, const struct name *owner)
{
	struct name targets[8];
	size_t n = 0;

	for (size_t i = 0; i < d->n && n < COUNT_OF(targets); i++)
		if (d->rr[i].type == RR_NS && name_eq(&d->rr[i].owner, owner) &&
		    name_of_wire(d->rr[i].rdata, &targets[n]) && name_within(&targets[n], &d->apex))
			n++;
	for (size_t i = 0; i < n; i++) {
		if (rng_percent(w->r, 65))
			add_rrset(w, d, &targets[i], kind_of(RR_A));
		if (rng_percent(w->r, 30))
			add_rrset(w, d, &targets[i], kind_of(RR_AAAA));
	}
	if (rng_percent(w->r, 35))
		add_rrset(w, d, owner, kind_of(RR_DS));
}

static void add_rrset(struct world *w, struct draft *d, const struct name *owner, const struct kind *k)
{
	if (!may_have(d, owner, k))
		return;
	for (unsigned n = 1 + rng_below(w->r, k->most); n > 0; n--)
		add_one(w, d, owner, k);
	if (k->type == RR_NS)
		add_glue(w, d, owner);
}

static void add_soa(struct world *w, struct draft *d)
{
	uint8_t rdata[600];
	struct wr out = wr_of(rdata, sizeof rdata);

	make_name(w, d, &out);
	make_name(w, d, &out);
	for (int i = 0; i < 4; i++)
		wr_u32(&out, 300 + rng_below(w->r, 1 << 18));
	wr_u32(&out, 60 * rng_below(w->r, 100));
	draft_add(d, &d->apex, RR_SOA, 60 * rng_below(w->r, 100), wr_view_of(&out));
}

static void fill(struct world *w, struct draft *d)
{
	add_soa(w, d);
	for (unsigned n = 1 + rng_below(w->r, 3); n > 0; n--)
		add_one(w, d, &d->apex, kind_of(RR_NS));
	add_glue(w, d, &d->apex);
	for (unsigned n = rng_below(w->r, rng_percent(w->r, 4) ? 300 : 30); n > 0; n--) {
		struct name owner = random_owner(w, d);
		add_rrset(w, d, &owner, random_kind(w->r));
	}
	for (size_t i = 0; i < w->n; i++) /* delegations to the other zones */
		if (&w->draft[i] != d && name_within(&w->draft[i].apex, &d->apex) && rng_percent(w->r, 80))
			add_rrset(w, d, &w->draft[i].apex, kind_of(RR_NS));
}

static void sign(struct world *w, struct draft *d)
{
	struct fake_sign how = {
		.nsec3 = rng_percent(w->r, 60),
		.opt_out = rng_percent(w->r, 50),
		.opt_out_ents = rng_percent(w->r, 50),
		.second_chain = rng_percent(w->r, 8),
		.iterations = (uint16_t)(rng_percent(w->r, 3) ? 100 + rng_below(w->r, 2) : rng_below(w->r, 4)),
		.salt_len = (uint8_t)rng_below(w->r, 8),
		.minimum = 60 * rng_below(w->r, 100),
	};

	rng_bytes(w->r, how.salt, sizeof how.salt);
	if (rng_percent(w->r, 70))
		fake_sign(d, w->r, &how);
}

static struct name random_apex(struct world *w)
{
	struct name n = name_root;
	bool was_long = w->long_names;

	if (w->n > 0 && rng_percent(w->r, 55))
		n = w->draft[rng_below(w->r, (uint32_t)w->n)].apex;
	else if (rng_percent(w->r, 10))
		return n;
	w->long_names = false; /* an NSEC3 owner has to fit above it */
	n = deeper(w, &n, 1 + rng_below(w->r, 2));
	w->long_names = was_long;
	return n.len > 100 ? name_strip(&n, name_labels(&n) - 1) : n;
}

void random_group(struct rng *r, struct zone_group *out)
{
	struct world w = { .r = r, .long_names = rng_percent(r, 8) };

	for (unsigned wanted = 1 + rng_below(r, GROUP_MAX); wanted > 0; wanted--) {
		struct name apex = random_apex(&w);
		bool taken = false;

		for (size_t i = 0; i < w.n; i++)
			taken |= name_eq(&apex, &w.draft[i].apex);
		if (!taken)
			w.draft[w.n++].apex = apex;
	}
	for (size_t i = 0; i < w.n; i++)
		fill(&w, &w.draft[i]);
	for (size_t i = 0; i < w.n; i++)
		sign(&w, &w.draft[i]);
	out->n = w.n;
	for (size_t i = 0; i < w.n; i++) {
		out->zone[i] = draft_zone(&w.draft[i], r);
		draft_free(&w.draft[i]);
	}
}

void group_free(struct zone_group *g)
{
	for (size_t i = 0; i < g->n; i++)
		zone_free(g->zone[i]);
	g->n = 0;
}

static void write_record(FILE *f, const struct node *node, uint16_t type, uint32_t ttl, const struct rdata *rdata)
{
	static char text[5 * RDATA_MAX + 1100];
	char owner[NAME_TEXT_MAX], mnemonic[16];
	struct wr w = wr_of(text, sizeof text);
	struct name n;

	node_name(node, &n);
	name_print(&n, owner);
	rrtype_print(type, mnemonic);
	if (rdata_print(type, rdata_view(rdata), &w) == OK)
		fprintf(f, "%s %u IN %s %s\n", owner, ttl, mnemonic, text);
}

void zone_write(const struct zone *z, FILE *f)
{
	for (size_t i = 0; i < z->n_nodes; i++)
		for (const struct rrset *s = z->node[i]->rrsets; s != NULL; s = s->next) {
			for (uint32_t k = 0; k < s->n; k++)
				write_record(f, z->node[i], s->type, s->ttl, &s->rdata[k]);
			for (uint32_t k = 0; k < s->n_sig; k++)
				write_record(f, z->node[i], RR_RRSIG, s->sig_ttl, &s->sig[k]);
		}
}
