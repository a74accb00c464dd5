/*
 * world.h -- a zone, its parent and all validators, as a test of roll-overs sees them.
 *
 * The world knows nothing of phases or rules. It is told what a zone publishes at a moment (which keys are in the
 * DNSKEY set, which of them signed it, which sign the zone, with which TTLs) and what DS set the parent has; and
 * it can tell whether any validator that may exist at that moment finds the zone bogus: each takes its DS set, its
 * DNSKEY set and its signatures from any earlier moment that a cache or a slow server may still show, in any
 * mixture.
 */
#ifndef TESTS_KEYS_WORLD_H
#define TESTS_KEYS_WORLD_H

#include <stdbool.h>
#include <stdint.h>

enum { WORLD_KEYS = 32, WORLD_PAST = 4096 };

struct world_key {
	uint16_t tag;
	uint8_t algorithm;
};

struct key_list {
	unsigned n;
	struct world_key key[WORLD_KEYS];
};

/* What is published from `from` on. */
struct shown {
	int64_t from;
	uint32_t dnskey_ttl, zone_ttl;
	struct key_list dnskey, keysig, zonesig;
};

struct parent {
	int64_t from;
	uint32_t ttl;
	struct key_list ds;
};

struct world {
	uint32_t zone_delay, parent_delay;
	unsigned n_shown, n_parent;
	struct shown shown[WORLD_PAST];
	struct parent parent[WORLD_PAST];
};

/* world_show and world_delegate add what is true from now on; the same again adds nothing. */
void world_show(struct world *w, const struct shown *s);
void world_delegate(struct world *w, const struct parent *p);

/* world_wrong gives what a validator finds wrong at `now`, or NULL: nothing. */
const char *world_wrong(const struct world *w, int64_t now);

bool list_has(const struct key_list *l, uint16_t tag);
void list_add(struct key_list *l, uint16_t tag, uint8_t algorithm);

#endif
