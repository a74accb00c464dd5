/*
 * roll.h -- roll-overs as a function: policy, state and time give the next
 * state.
 *
 * Nothing here reads a clock, a file or a random number. One step moves each
 * thing of each key (state.h) as far as it may go at this moment, so a run that
 * comes late is as good as one in time, and a second run at the same time finds
 * nothing to do. Waits count from when something was really published.
 *
 * A move is made if every validator keeps a chain of trust, whatever mixture of
 * old DS set, old DNSKEY set and old signatures its cache holds ("Flexible and
 * Robust Key Rollover", Schaeffer et al. 2012; waits as in RFC 7583), and if
 * each algorithm in the DNSKEY set has signed all that can be cached beside it
 * (RFC 4035 2.2, RFC 6781 4.1.4):
 *
 *   ZSK         the successor's DNSKEY is everywhere, then it signs instead
 *   KSK         DNSKEY and its signatures are everywhere, then the DS changes; the old DNSKEY leaves when
 *               no cache has the old DS
 *   algorithm   signatures, then DNSKEYs, then DS; and back in the opposite order
 *   secure      DNSKEYs and signatures are everywhere, then comes the DS
 *   insecure    the DS leaves every cache, then all else at once
 *
 * Whether the parent has a DS is not guessed: somebody says it (roll_ds).
 *
 * Knows: policy.h, state.h.   Must not know: files, key material, records, clocks.
 */
#ifndef KEYS_ROLL_H
#define KEYS_ROLL_H

#include "base/base.h"
#include "keys/policy.h"
#include "keys/state.h"

/* A key there is, as its files tell. Times are seconds since 1970; 0: not set. */
struct roll_key {
	uint8_t algorithm;
	bool sep;              /* made for a KSK or a CSK */
	bool usable;           /* its private half is here */
	bool published, signs; /* at this moment, by its times alone: what a zone without a policy does */
	uint16_t tag;
	uint8_t digest[KEY_DIGEST_LEN];
	int64_t turn; /* of keys that are nobody's yet the earliest is taken first */
	int64_t activate, inactive, remove;
};

struct roll_want {
	uint8_t algorithm, roles;
	uint32_t bits;
};

enum event_kind { EVENT_ADOPTED, EVENT_LEAVES, EVENT_MOVED, EVENT_GONE };

/* One thing that happened in a step, in the order in which it did. */
struct roll_event {
	enum event_kind kind;
	uint16_t tag;
	uint8_t algorithm, roles;
	uint8_t thing, phase; /* EVENT_MOVED: what, and where it is now */
};

enum { ROLL_WANTS_MAX = 2, ROLL_EVENTS_MAX = 512 };

struct roll_result {
	struct roll_want want[ROLL_WANTS_MAX]; /* keys to be made: the state is then not to be used */
	unsigned n_want;
	struct roll_event event[ROLL_EVENTS_MAX];
	unsigned n_events;
	int64_t next;                    /* when the next step has something to do; 0: not by time alone */
	bool wait_ds_seen, wait_ds_gone; /* for the parent */
	bool cds_delete;                 /* CDS and CDNSKEY have the delete form (RFC 8078 4) */
	bool full;                       /* more keys than a state holds: nothing is added until some have left */
};

/* roll_step takes the state to `now` (never back: an earlier time counts as that of the last step). `keys` are all
 * keys of the zone that exist; those that the state does not have are taken when one is needed, in their turn,
 * unless their time to be inactive or removed is set. If keys must be made first, out->n_want tells which: make
 * them, and step again from the state as it was. With an empty state, keys that were already published and active
 * are taken over as they are.
 * ERR_REFUSED: what the policy wants needs the KSK, which is elsewhere: another algorithm, a zone with a CSK, or
 * an end of its being elsewhere while it is not among `keys`. */
enum err roll_step(const struct policy *p, struct sign_state *s, const struct roll_key *keys, size_t n_keys,
		   int64_t now, struct roll_result *out);

/* roll_ds notes that the parent's servers show a key's DS (seen), or no longer show it, since `when`.
 * ERR_NOTFOUND: no such key; ERR_REFUSED: its DS is not on its way there, or not on its way back. */
enum err roll_ds(struct sign_state *s, uint16_t tag, bool seen, int64_t when);

/* roll_forget takes a key out of the state: one that is lost, and cannot leave as others do. Whoever has its
 * DNSKEY, its signatures or its DS cached is not waited for. ERR_NOTFOUND: no such key. */
enum err roll_forget(struct sign_state *s, uint16_t tag);

/* roll_rewind is for a state that was stepped by a clock which was wrong: beyond `now`. What happened after `now`
 * is taken to happen now, and what was waited for is waited for again. */
void roll_rewind(struct sign_state *s, int64_t now);

/* roll_in_cds: the key belongs into the CDS and CDNSKEY sets: its DS is wanted in the parent, and the chain below
 * it is everywhere. */
bool roll_in_cds(const struct sign_state *s, const struct key_state *k);

/* roll_due gives when a thing's phase ends by itself, seconds since 1970; 0: not by time. */
int64_t roll_due(const struct policy *p, const struct sign_state *s, const struct key_state *k, enum thing t);

#endif
