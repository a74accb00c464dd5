/* The NSEC chain (RFC 4034 4, RFC 4035 2.3): every name that has records the zone speaks for, in canonical order,
 * the last leading to the apex. */

#include <stdlib.h>

#include "sign/bitmap.h"
#include "sign/run.h"
#include "zone/authority.h"
#include "zone/sealed.h"

struct nsec_chain {
	struct signing *s;
	struct node **link;
	size_t n, cap;
};

/* A name that exists only for names below it has no NSEC, and what is hidden by a cut or a DNAME has none. */
static bool in_chain(const struct node *n)
{
	return node_authoritative(n) && (n->flags & NODE_ENT) == 0 && n->rrsets != NULL;
}

static void put_nsec(struct arena *a, struct node *n, const struct node *next, uint32_t ttl)
{
	uint8_t buffer[NAME_WIRE_MAX + BITMAP_MAX];
	struct wr w = wr_of(buffer, sizeof buffer);
	struct rrset *set = arena_take(a, sizeof *set + sizeof *set->rdata);

	wr_bytes(&w, next->owner, next->owner_len);
	bitmap_write(n, true, &w);
	*set = (struct rrset){ .type = RR_NSEC, .ttl = ttl, .n = 1, .rdata = (struct rdata *)(void *)(set + 1) };
	set->rdata[0] = (struct rdata){ arena_copy(a, w.p, w.len), (uint16_t)w.len, 0 };
	sealed_put(n, set);
}

static void put_slice(void *context, const struct slice *part)
{
	struct nsec_chain *c = context;
	struct arena *a = signing_arena(c->s, part->worker);

	for (size_t i = part->from; i < part->to; i++)
		put_nsec(a, c->link[i], c->link[(i + 1) % c->n], c->s->denial_ttl);
	c->s->records[part->worker] += part->to - part->from;
}

enum err nsec_make(struct signing *s)
{
	struct nsec_chain c = { .s = s };

	for (size_t i = 0; i < s->z->n_nodes; i++) {
		zone_ahead(s->z, i);
		if (!in_chain(s->z->node[i]))
			continue;
		c.link = grow_array(c.link, &c.cap, c.n + 1, sizeof(struct node *));
		c.link[c.n++] = s->z->node[i];
	}
	work_run(c.n, SLICE, put_slice, &c);
	free(c.link);
	return OK;
}
