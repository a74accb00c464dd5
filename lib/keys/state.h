/*
 * state.h -- where a zone's keys are in their lives: what the database keeps
 * of it, and its octets.
 *
 * Four things of a key can be in caches: its DNSKEY, its signatures over the
 * DNSKEY set, its signatures over the zone, and the parent's DS of it. Each is
 * in one of four phases:
 *
 *      HIDDEN ---> RUMOURED ---> OMNIPRESENT ---> UNRETENTIVE ---> HIDDEN
 *      no cache    published;    every cache      withdrawn;       no cache
 *      has it      a cache may   that has the     a cache may      has it
 *                  have it       set has it       have it still
 *
 * Encoded it is what the signing table keeps (edict-db(5)): octets versioned
 * by the first, at most SIGN_STATE_MAX of them.
 *
 * Knows: base/, policy.h's limits.   Must not know: files, the store, what the phases permit (roll.h).
 */
#ifndef KEYS_STATE_H
#define KEYS_STATE_H

#include "base/base.h"
#include "base/wr.h"
#include "keys/policy.h"

enum { SIGN_STATE_VERSION = 1, SIGN_STATE_MAX = 4096, STATE_KEYS_MAX = 32, KEY_DIGEST_LEN = 32 };

enum thing { THING_DNSKEY, THING_KEYSIG, THING_ZONESIG, THING_DS, THINGS };

enum phase { HIDDEN, RUMOURED, OMNIPRESENT, UNRETENTIVE, PHASES };

/* What a key signs. A CSK has both. */
enum { ROLE_KSK = 1, ROLE_ZSK = 2, ROLE_CSK = ROLE_KSK | ROLE_ZSK };

/* All times are seconds since 1970; 0: not yet. */
struct key_state {
	uint8_t algorithm, roles;
	bool in_use;  /* its goal: to be everywhere; otherwise to leave */
	uint16_t tag; /* no two keys of a zone share one */
	uint8_t
	    digest[KEY_DIGEST_LEN]; /* SHA-256 of the DNSKEY RDATA: which key it is, whatever its file is called */
	struct {
		uint8_t phase;
		int64_t since;
	} thing[THINGS];
	int64_t began;            /* its lifetime counts from here: a ZSK's signatures, a KSK's DS */
	int64_t ds_seen, ds_gone; /* what the operator saw at the parent */
};

/* The kinds of TTL that a wait counts. */
enum ttl_kind { TTL_DNSKEY, TTL_ZONE, TTL_DS, TTL_KINDS };

struct sign_state {
	char policy[POLICY_NAME_MAX + 1]; /* of the last run */
	int64_t last;                     /* when it was */
	struct {
		uint32_t longest; /* TTL that a cached set may still have */
		uint32_t shown;   /* TTL since the last run */
		int64_t until;    /* when no cache has more than what is shown */
	} ttl[TTL_KINDS];
	bool ksk_elsewhere; /* the KSK's part is not in here: policy.h, offline_ksk */
	unsigned n_keys;
	struct key_state key[STATE_KEYS_MAX];
};

/* state_write appends the octets; a full writer if they do not fit (SIGN_STATE_MAX always do). */
void state_write(const struct sign_state *s, struct wr *out);

/* state_read takes them apart; an empty view is a zone that never had a policy. ERR_VERSION: made by a newer
 * zonec; ERR_DAMAGED: no state that state_write writes. *out is then the empty state. */
enum err state_read(struct view octets, struct sign_state *out);

/* state_find gives the key with this tag, or NULL. */
struct key_state *state_find(struct sign_state *s, uint16_t tag);

/* What is published and signs at this moment. */
static inline bool thing_is_out(const struct key_state *k, enum thing t)
{
	return k->thing[t].phase == RUMOURED || k->thing[t].phase == OMNIPRESENT;
}

/* phase_text and thing_text give words for people. */
const char *phase_text(enum phase p);
const char *thing_text(enum thing t);

/* roles_text gives "KSK", "ZSK" or "CSK". */
const char *roles_text(unsigned roles);

#endif
