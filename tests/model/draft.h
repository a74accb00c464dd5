/*
 * draft.h -- the records of a zone to be, as a plain list: what random zones
 * are made of before they are signed and sealed.
 *
 * Records of one RRset have one TTL: the first one's. A record that is there
 * already is not added again.
 */
#ifndef TESTS_MODEL_DRAFT_H
#define TESTS_MODEL_DRAFT_H

#include "tests/help/rng.h"
#include "tests/model/message.h"
#include "zone/zone.h"

struct draft {
	struct name apex;
	struct model_rr *rr;
	size_t n, cap;
	struct arena arena;
};

void draft_free(struct draft *d);
void draft_add(struct draft *d, const struct name *owner, uint16_t type, uint32_t ttl, struct view rdata);

/* draft_find gives the first record of this owner and type, with type 0 of any type; NULL if there is none. */
const struct model_rr *draft_find(const struct draft *d, const struct name *owner, uint16_t type);

/* What stands above a name, from the zone's top: is it hidden by a cut or a DNAME, is it a cut itself? */
enum draft_place { PLACE_AUTHORITATIVE, PLACE_CUT, PLACE_HIDDEN };
enum draft_place draft_place(const struct draft *d, const struct name *owner);

/* draft_zone makes the zone, adding the records in random order, and seals it. */
struct zone *draft_zone(struct draft *d, struct rng *r);

#endif
