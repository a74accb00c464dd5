#include "tests/model/fake_sign.h"

#include <stdlib.h>

#include "tests/model/denial.h"
#include "tests/model/random_zone.h"

enum { TYPES_MAX = 64, RDATA_ROOM = 1024 };

/* A name of the chain, and the types its bitmap lists. */
struct link {
	struct name owner;
	char hash[NSEC3_LABEL];
	uint8_t digest[NSEC3_HASH];
	uint16_t types[TYPES_MAX];
	size_t n_types;
};

struct chain {
	struct link *link;
	size_t n, cap;
};

static struct link *link_of(struct chain *c, const struct name *owner)
{
	for (size_t i = 0; i < c->n; i++)
		if (name_eq(&c->link[i].owner, owner))
			return &c->link[i];
	c->link = grow_array(c->link, &c->cap, c->n + 1, sizeof *c->link);
	c->link[c->n] = (struct link){ .owner = *owner };
	return &c->link[c->n++];
}

static void add_type(struct link *l, uint16_t type)
{
	size_t i = l->n_types;

	for (size_t k = 0; k < l->n_types; k++)
		if (l->types[k] == type)
			return;
	if (i == TYPES_MAX)
		abort();
	for (; i > 0 && l->types[i - 1] > type; i--)
		l->types[i] = l->types[i - 1];
	l->types[i] = type;
	l->n_types++;
}

/* RFC 4034 4.1.2: windows of 256 types, each as short as it can be. */
static void put_bitmap(struct wr *w, const struct link *l)
{
	for (size_t i = 0; i < l->n_types;) {
		uint8_t bits[32] = { 0 }, window = (uint8_t)(l->types[i] >> 8), len = 0;

		for (; i < l->n_types && l->types[i] >> 8 == window; i++) {
			uint8_t low = (uint8_t)l->types[i];
			bits[low / 8] |= (uint8_t)(0x80 >> low % 8);
			len = (uint8_t)(low / 8 + 1);
		}
		wr_u8(w, window);
		wr_u8(w, len);
		wr_bytes(w, bits, len);
	}
}

/* RFC 4035 2.2: at a cut only what is the parent's is signed; below it, and below a DNAME, nothing is. */
static bool is_signed(const struct draft *d, const struct name *owner, uint16_t type)
{
	switch (draft_place(d, owner)) {
	case PLACE_AUTHORITATIVE:
		return true;
	case PLACE_CUT:
		return type == RR_DS || type == RR_NSEC;
	case PLACE_HIDDEN:
		break;
	}
	return false;
}

static void add_sig(struct draft *d, struct rng *r, const struct name *owner, uint16_t type, uint32_t ttl)
{
	uint8_t buffer[RDATA_ROOM], signature[64];
	struct wr w = wr_of(buffer, sizeof buffer);

	rng_bytes(r, signature, sizeof signature);
	wr_u16(&w, type);
	wr_u8(&w, 13);
	wr_u8(&w, (uint8_t)(name_labels(owner) - name_is_wildcard(owner)));
	wr_u32(&w, ttl);
	wr_u32(&w, 1900000000 + 1000U * signature[0]);
	wr_u32(&w, 1600000000);
	wr_u16(&w, (uint16_t)rng_next(r));
	wr_bytes(&w, d->apex.wire, d->apex.len);
	wr_bytes(&w, signature, 16 + rng_below(r, 48));
	draft_add(d, owner, RR_RRSIG, ttl, wr_view_of(&w));
}

/* Every RRset that is to be signed gets one RRSIG, sometimes two; and now and then one stands where none belongs.
 */
static void sign_all(struct draft *d, struct rng *r)
{
	size_t n = d->n;

	for (size_t i = 0; i < n; i++) {
		struct model_rr rr = d->rr[i];

		if (draft_find(d, &rr.owner, rr.type) != &d->rr[i])
			continue; /* not the first of its RRset */
		if (is_signed(d, &rr.owner, rr.type) || rng_percent(r, 2))
			add_sig(d, r, &rr.owner, rr.type, rr.ttl);
		if (is_signed(d, &rr.owner, rr.type) && rng_percent(r, 10))
			add_sig(d, r, &rr.owner, rr.type, rr.ttl);
		if (is_signed(d, &rr.owner, RR_A) && rng_percent(r, 1))
			add_sig(d, r, &rr.owner, 99, rr.ttl);
	}
}

static int by_name(const void *a, const void *b)
{
	return name_order(&((const struct link *)a)->owner, &((const struct link *)b)->owner);
}

static int by_hash(const void *a, const void *b)
{
	return memcmp(((const struct link *)a)->digest, ((const struct link *)b)->digest, NSEC3_HASH);
}

/* RFC 4035 2.3: "Each owner name in the zone that has authoritative data or a delegation point NS RRset MUST have
 * an NSEC resource record." */
static void add_nsec(struct draft *d, const struct fake_sign *how)
{
	struct chain c = { 0 };

	for (size_t i = 0; i < d->n; i++) {
		enum draft_place place = draft_place(d, &d->rr[i].owner);
		if (place == PLACE_HIDDEN)
			continue;
		struct link *l = link_of(&c, &d->rr[i].owner);
		if (place == PLACE_AUTHORITATIVE || d->rr[i].type == RR_NS || d->rr[i].type == RR_DS)
			add_type(l, d->rr[i].type);
		add_type(l, RR_RRSIG);
		add_type(l, RR_NSEC);
	}
	qsort(c.link, c.n, sizeof *c.link, by_name);
	for (size_t i = 0; i < c.n; i++) {
		uint8_t buffer[RDATA_ROOM];
		struct wr w = wr_of(buffer, sizeof buffer);
		const struct name *next = &c.link[(i + 1) % c.n].owner;

		wr_bytes(&w, next->wire, next->len);
		put_bitmap(&w, &c.link[i]);
		draft_add(d, &c.link[i].owner, RR_NSEC, how->minimum, wr_view_of(&w));
	}
	free(c.link);
}

/* RFC 5155 7.1: which names have an NSEC3 RR, empty non-terminals included, and its types. A name without signed
 * RRsets (an unsigned delegation) does not list RRSIG. */
static void nsec3_links(const struct draft *d, const struct fake_sign *how, struct chain *c)
{
	for (size_t i = 0; i < d->n; i++) {
		const struct model_rr *rr = &d->rr[i];
		enum draft_place place = draft_place(d, &rr->owner);
		bool unsigned_cut = place == PLACE_CUT && draft_find(d, &rr->owner, RR_DS) == NULL;
		unsigned depth = name_labels(&rr->owner) - name_labels(&d->apex);

		if (place == PLACE_HIDDEN || rr->type == RR_NSEC3)
			continue;
		for (unsigned above = 1; above < depth && (!unsigned_cut || !how->opt_out || how->opt_out_ents);
		     above++) {
			struct name ent = name_strip(&rr->owner, above);
			link_of(c, &ent);
		}
		if (unsigned_cut && how->opt_out)
			continue;
		struct link *l = link_of(c, &rr->owner);
		if (place == PLACE_AUTHORITATIVE || rr->type == RR_NS || rr->type == RR_DS)
			add_type(l, rr->type);
		if (place == PLACE_AUTHORITATIVE || !unsigned_cut)
			add_type(l, RR_RRSIG);
	}
}

/* The four fields NSEC3 and NSEC3PARAM begin with. */
static void put_parameters(struct wr *w, const struct fake_sign *how, uint8_t flags)
{
	wr_u8(w, 1);
	wr_u8(w, flags);
	wr_u16(w, how->iterations);
	wr_u8(w, how->salt_len);
	wr_bytes(w, how->salt, how->salt_len);
}

/* An empty non-terminal may turn out to be an insecure cut that opt-out leaves out: such a link must not stay. */
static bool is_left_out(const struct draft *d, const struct fake_sign *how, const struct name *owner)
{
	return how->opt_out && draft_place(d, owner) == PLACE_CUT && draft_find(d, owner, RR_DS) == NULL;
}

static void add_nsec3(struct draft *d, struct rng *r, const struct fake_sign *how)
{
	struct chain c = { 0 };
	size_t n = 0;

	nsec3_links(d, how, &c);
	for (size_t i = 0; i < c.n; i++)
		if (!is_left_out(d, how, &c.link[i].owner))
			c.link[n++] = c.link[i];
	for (size_t i = 0; i < n; i++) {
		naive_nsec3_hash(&c.link[i].owner, how->iterations, view_of(how->salt, how->salt_len),
				 c.link[i].digest);
		base32hex(c.link[i].digest, c.link[i].hash);
	}
	qsort(c.link, n, sizeof *c.link, by_hash);
	for (size_t i = 0; i < n; i++) {
		uint8_t buffer[RDATA_ROOM];
		struct wr w = wr_of(buffer, sizeof buffer);
		struct name owner;

		if (!name_push(view_of(c.link[i].hash, NSEC3_LABEL), &d->apex, &owner))
			abort();
		if (rng_percent(r, 10)) /* signers differ in the letters of base32hex */
			random_case(r, &owner);
		put_parameters(&w, how, how->opt_out);
		wr_u8(&w, NSEC3_HASH);
		wr_bytes(&w, c.link[(i + 1) % n].digest, NSEC3_HASH);
		put_bitmap(&w, &c.link[i]);
		draft_add(d, &owner, RR_NSEC3, how->minimum, wr_view_of(&w));
	}
	free(c.link);
}

static void add_nsec3param(struct draft *d, const struct fake_sign *how, uint8_t flags)
{
	uint8_t buffer[RDATA_ROOM];
	struct wr w = wr_of(buffer, sizeof buffer);

	put_parameters(&w, how, flags);
	draft_add(d, &d->apex, RR_NSEC3PARAM, 0, wr_view_of(&w));
}

static void add_dnskey(struct draft *d, struct rng *r, uint16_t flags)
{
	uint8_t buffer[RDATA_ROOM], key[64];
	struct wr w = wr_of(buffer, sizeof buffer);

	rng_bytes(r, key, sizeof key);
	wr_u16(&w, flags);
	wr_u8(&w, 3);
	wr_u8(&w, 13);
	wr_bytes(&w, key, sizeof key);
	draft_add(d, &d->apex, RR_DNSKEY, 3600, wr_view_of(&w));
}

void fake_sign(struct draft *d, struct rng *r, const struct fake_sign *how)
{
	struct fake_sign second = *how;

	second.salt_len = (uint8_t)(how->salt_len ^ 1);
	add_dnskey(d, r, 257);
	if (rng_percent(r, 50))
		add_dnskey(d, r, 256);
	if (how->nsec3)
		add_nsec3param(d, how, 0);
	if (how->nsec3 && how->second_chain && rng_percent(r, 50))
		add_nsec3param(d, &second, 1);
	if (how->nsec3)
		add_nsec3(d, r, how);
	else
		add_nsec(d, how);
	if (how->nsec3 && how->second_chain)
		add_nsec3(d, r, &second);
	sign_all(d, r);
}
