#include "tests/model/draft.h"

#include <stdlib.h>

void draft_free(struct draft *d)
{
	free(d->rr);
	arena_free(&d->arena);
	*d = (struct draft){ 0 };
}

const struct model_rr *draft_find(const struct draft *d, const struct name *owner, uint16_t type)
{
	for (size_t i = 0; i < d->n; i++)
		if ((type == 0 || d->rr[i].type == type) && name_eq(&d->rr[i].owner, owner))
			return &d->rr[i];
	return NULL;
}

void draft_add(struct draft *d, const struct name *owner, uint16_t type, uint32_t ttl, struct view rdata)
{
	const struct model_rr *first = type == RR_RRSIG ? NULL : draft_find(d, owner, type);

	for (size_t i = 0; i < d->n; i++)
		if (d->rr[i].type == type && name_eq(&d->rr[i].owner, owner) && view_eq(d->rr[i].rdata, rdata))
			return;
	if (first != NULL)
		ttl = first->ttl;
	d->rr = grow_array(d->rr, &d->cap, d->n + 1, sizeof *d->rr);
	d->rr[d->n++] =
	    (struct model_rr){ *owner, type, ttl, { arena_copy(&d->arena, rdata.p, rdata.n), rdata.n } };
}

enum draft_place draft_place(const struct draft *d, const struct name *owner)
{
	unsigned depth = name_labels(owner) - name_labels(&d->apex);

	for (unsigned above = 1; above <= depth; above++) {
		struct name at = name_strip(owner, above);

		if (draft_find(d, &at, RR_DNAME) != NULL || (above < depth && draft_find(d, &at, RR_NS) != NULL))
			return PLACE_HIDDEN;
	}
	return depth > 0 && draft_find(d, owner, RR_NS) != NULL ? PLACE_CUT : PLACE_AUTHORITATIVE;
}

struct zone *draft_zone(struct draft *d, struct rng *r)
{
	struct zone *z = zone_new(&d->apex);

	for (size_t i = d->n; i > 1; i--) {
		size_t k = rng_below(r, (uint32_t)i);
		struct model_rr swap = d->rr[i - 1];
		d->rr[i - 1] = d->rr[k];
		d->rr[k] = swap;
	}
	for (size_t i = 0; i < d->n; i++)
		if (zone_add(z, &d->rr[i].owner, d->rr[i].type, d->rr[i].ttl, d->rr[i].rdata, 0) != OK)
			abort();
	zone_seal(z, NULL, NULL);
	return z;
}
