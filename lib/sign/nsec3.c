/*
 * The NSEC3 chain (RFC 5155 7.1).
 *
 *      which names are in it  ->  their hashes  ->  sorted  ->  a record each  ->  merged into the zone
 *
 * Every authoritative name is in the chain, empty non-terminals included. With
 * opt-out, delegations without DS are not, nor are empty non-terminals that
 * exist only because of such.
 */

#include <stdlib.h>

#include "sec/nsec3.h"
#include "sign/bitmap.h"
#include "sign/run.h"
#include "zone/authority.h"
#include "zone/sealed.h"

struct link {
	uint8_t hash[NSEC3_HASH_LEN];
	uint32_t node; /* its number in the zone */
};

enum {
	BUCKETS = 256, /* by the first octet of the hash: hashes are uniform */
	AHEAD = 24,    /* nodes between the fetching of one and its reading */
};

struct nsec3_chain {
	struct signing *s;
	struct nsec3_params params;
	struct link *link, *sorted;
	size_t n;
	size_t bucket[BUCKETS + 1];
	struct fresh_node *fresh;
};

/*
 * choose lists the nodes of the chain, last first. Whatever stands below a node
 * comes right behind it in canonical order, so from the end of the zone a node
 * is met when all below it have been: below[d] says that one of them, at depth
 * d, is in the chain.
 */
static void choose(struct nsec3_chain *c)
{
	const struct zone *z = c->s->z;
	const bool optout = c->s->plan->optout;
	bool below[NAME_LABELS_MAX + 2] = { false };
	size_t cap = 0;

	for (size_t i = z->n_nodes; i-- > 0;) {
		if (i >= AHEAD)
			__builtin_prefetch(z->node[i - AHEAD]);
		const struct node *n = z->node[i];
		bool above_some = below[n->labels + 1];

		below[n->labels + 1] = false;
		if (!node_authoritative(n))
			continue;
		bool in = !optout || ((n->flags & NODE_ENT) != 0 ? above_some : !node_insecure_cut(n));
		below[n->labels] |= in;
		if (!in)
			continue;
		c->link = grow_array(c->link, &cap, c->n + 1, sizeof *c->link);
		c->link[c->n++].node = (uint32_t)i;
	}
}

static void hash_slice(void *context, const struct slice *part)
{
	struct nsec3_chain *c = context;
	struct name owner;

	for (size_t i = part->from; i < part->to; i++) {
		node_name(c->s->z->node[c->link[i].node], &owner);
		if (!nsec3_hash_name(&c->params, c->params.iterations, &owner, c->link[i].hash))
			memset(c->link[i].hash, 0, NSEC3_HASH_LEN); /* cannot be: it is SHA-1 and within the cap */
	}
}

static int by_hash(const void *a, const void *b)
{
	return memcmp(a, b, NSEC3_HASH_LEN);
}

static void sort_buckets(void *context, const struct slice *part)
{
	struct nsec3_chain *c = context;

	for (size_t b = part->from; b < part->to; b++)
		if (c->bucket[b + 1] - c->bucket[b] > 1)
			qsort(&c->sorted[c->bucket[b]], c->bucket[b + 1] - c->bucket[b], sizeof(struct link),
			      by_hash);
}

/* sort distributes the links to buckets, and sorts these. */
static void sort(struct nsec3_chain *c)
{
	size_t next[BUCKETS], cap = 0;

	for (size_t i = 0; i < c->n; i++)
		c->bucket[c->link[i].hash[0] + 1]++;
	for (size_t b = 0; b < BUCKETS; b++)
		c->bucket[b + 1] += c->bucket[b];
	memcpy(next, c->bucket, sizeof next);
	c->sorted = grow_array(NULL, &cap, c->n, sizeof *c->sorted);
	for (size_t i = 0; i < c->n; i++)
		c->sorted[next[c->link[i].hash[0]]++] = c->link[i];
	free(c->link);
	c->link = NULL;
	work_run(BUCKETS, c->n > SLICE ? 1 : BUCKETS, sort_buckets, c);
}

static const uint8_t *owner_of(const struct nsec3_chain *c, struct arena *a, const uint8_t *hash)
{
	const struct node *apex = c->s->apex;
	uint8_t *owner = arena_pack(a, 1 + NSEC3_TEXT_LEN + (size_t)apex->owner_len);
	char text[NSEC3_TEXT_LEN];

	nsec3_text(hash, text);
	owner[0] = NSEC3_TEXT_LEN;
	memcpy(owner + 1, text, sizeof text);
	memcpy(owner + 1 + NSEC3_TEXT_LEN, apex->owner, apex->owner_len);
	return owner;
}

static struct rrset *nsec3_set(const struct nsec3_chain *c, struct arena *a, const struct node *n,
			       const uint8_t *next)
{
	uint8_t buffer[5 + UINT8_MAX + 1 + NSEC3_HASH_LEN + BITMAP_MAX];
	struct wr w = wr_of(buffer, sizeof buffer);
	struct rrset *set = arena_take(a, sizeof *set + sizeof *set->rdata);

	wr_u8(&w, c->params.algorithm);
	wr_u8(&w, c->params.flags);
	wr_u16(&w, c->params.iterations);
	wr_u8(&w, (uint8_t)c->params.salt.n);
	wr_view(&w, c->params.salt);
	wr_u8(&w, NSEC3_HASH_LEN);
	wr_bytes(&w, next, NSEC3_HASH_LEN);
	bitmap_write(n, false, &w);
	*set = (struct rrset){
		.type = RR_NSEC3, .ttl = c->s->denial_ttl, .n = 1, .rdata = (struct rdata *)(void *)(set + 1)
	};
	set->rdata[0] = (struct rdata){ arena_copy(a, w.p, w.len), (uint16_t)w.len, 0 };
	return set;
}

static void make_slice(void *context, const struct slice *part)
{
	struct nsec3_chain *c = context;
	struct arena *a = signing_arena(c->s, part->worker);

	for (size_t i = part->from; i < part->to; i++) {
		const struct link *l = &c->sorted[i], *next = &c->sorted[(i + 1) % c->n];
		c->fresh[i] = (struct fresh_node){
			.owner = owner_of(c, a, l->hash),
			.owner_len = (uint8_t)(1 + NSEC3_TEXT_LEN + c->s->apex->owner_len),
			.set = nsec3_set(c, a, c->s->z->node[l->node], next->hash),
		};
	}
	c->s->records[part->worker] += part->to - part->from;
}

/* Two names with one hash cannot be told apart: only other parameters help (RFC 5155 7.1, C.2.1). */
static enum err refuse_collisions(const struct nsec3_chain *c)
{
	char text[2][NAME_TEXT_MAX];
	struct name n;

	for (size_t i = 1; i < c->n; i++) {
		if (memcmp(c->sorted[i - 1].hash, c->sorted[i].hash, NSEC3_HASH_LEN) != 0)
			continue;
		for (size_t k = 0; k < 2; k++) {
			node_name(c->s->z->node[c->sorted[i - k].node], &n);
			name_print(&n, text[k]);
		}
		return signing_fails(c->s, 0, 0, ERR_EXISTS,
				     "%.240s and %.240s have the same NSEC3 hash: choose another salt", text[1],
				     text[0]);
	}
	return OK;
}

enum err nsec3_make(struct signing *s)
{
	struct nsec3_chain c = {
		.s = s,
		.params = { NSEC3_ALG_SHA1, s->plan->optout ? NSEC3_OPTOUT : 0, s->plan->iterations,
			    s->plan->salt },
	};
	size_t cap = 0;

	choose(&c);
	work_run(c.n, SLICE, hash_slice, &c);
	sort(&c);
	enum err e = refuse_collisions(&c);
	if (e == OK) {
		c.fresh = grow_array(NULL, &cap, c.n, sizeof *c.fresh);
		work_run(c.n, SLICE, make_slice, &c);
		sealed_merge(s->z, c.fresh, c.n);
	}
	free(c.sorted);
	free(c.fresh);
	return e;
}
