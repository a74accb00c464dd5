/*
 * Which moves keep every validator's chain of trust.
 *
 *   HIDDEN -> RUMOURED       for keys in use:    enter_*
 *   out    -> UNRETENTIVE    for keys that leave: leave_*
 *
 * A cache holds a DNSKEY set as a whole, one RRset's signatures as a whole, a DS set as a whole, each of some
 * earlier moment. What is omnipresent is in each of them; so the rules ask for it wherever a chain must lead.
 */
#include "keys/roll_run.h"

static const struct key_state *end(const struct run *r)
{
	return r->s->key + r->s->n_keys;
}

static uint8_t phase(const struct key_state *k, enum thing t)
{
	return k->thing[t].phase;
}

/* Somebody may be validating: a DS may be in the parent or in a cache. Of a KSK that is elsewhere that is not
 * known here; but then no algorithm comes or goes. */
static bool secure(const struct run *r)
{
	for (struct key_state *k = r->s->key; k < end(r); k++)
		if (phase(k, THING_DS) != HIDDEN)
			return true;
	return false;
}

static bool any_out(const struct run *r, uint8_t algorithm, enum thing t)
{
	for (struct key_state *k = r->s->key; k < end(r); k++)
		if (k->algorithm == algorithm && thing_is_out(k, t))
			return true;
	return false;
}

static bool any_in_use(const struct run *r, uint8_t algorithm)
{
	for (struct key_state *k = r->s->key; k < end(r); k++)
		if (k->in_use && k->algorithm == algorithm)
			return true;
	return false;
}

static bool all_ds_hidden(const struct run *r, uint8_t algorithm)
{
	for (struct key_state *k = r->s->key; k < end(r); k++)
		if (k->algorithm == algorithm && phase(k, THING_DS) != HIDDEN)
			return false;
	return true;
}

/* Two ZSKs change places: the one stopped signing when the other began. */
static bool change_places(const struct key_state *a, const struct key_state *b)
{
	return a->algorithm == b->algorithm && phase(a, THING_ZONESIG) == UNRETENTIVE &&
	       phase(b, THING_ZONESIG) == RUMOURED;
}

/* Whatever DNSKEY set of this algorithm is cached has the key of whatever signature is cached. */
static bool zone_is_signed(const struct sign_state *s, uint8_t algorithm)
{
	for (const struct key_state *a = s->key; a < s->key + s->n_keys; a++) {
		if (a->algorithm != algorithm || (a->roles & ROLE_ZSK) == 0 ||
		    phase(a, THING_DNSKEY) != OMNIPRESENT)
			continue;
		if (phase(a, THING_ZONESIG) == OMNIPRESENT)
			return true;
		for (const struct key_state *b = s->key; b < s->key + s->n_keys; b++)
			if (phase(b, THING_DNSKEY) == OMNIPRESENT && change_places(a, b))
				return true;
	}
	return false;
}

static bool chain_is_whole(const struct sign_state *s, const struct key_state *k)
{
	return phase(k, THING_DNSKEY) == OMNIPRESENT && phase(k, THING_KEYSIG) == OMNIPRESENT &&
	       zone_is_signed(s, k->algorithm);
}

bool roll_in_cds(const struct sign_state *s, const struct key_state *k)
{
	return (k->roles & ROLE_KSK) != 0 && thing_is_out(k, THING_DS) && chain_is_whole(s, k);
}

/* ---- entering ---- */

/* A lifetime begins when it was to begin, as long as that is not long ago: late runs do not add up over the years.
 */
static void begin(struct run *r, struct key_state *k, uint32_t lifetime)
{
	k->began = r->now;
	for (const struct key_state *old = r->s->key; old < end(r); old++) {
		int64_t planned = old->began + lifetime;

		if (!old->in_use && old->roles == k->roles && old->algorithm == k->algorithm && old->began != 0 &&
		    lifetime != 0 && planned <= r->now && r->now - planned < lifetime / 2)
			k->began = planned;
	}
}

/* The first signatures of an algorithm come before its DNSKEYs (RFC 6781 4.1.4). In an algorithm that signs
 * already, a ZSK takes the place of those that leave, once its DNSKEY is everywhere. If the one that signed is
 * lost (roll_forget) there is nobody to wait for. */
static void enter_zonesig(struct run *r, struct key_state *k)
{
	bool first = !any_out(r, k->algorithm, THING_DNSKEY);

	if (!first && phase(k, THING_DNSKEY) != OMNIPRESENT && any_out(r, k->algorithm, THING_ZONESIG))
		return;
	for (struct key_state *old = r->s->key; old < end(r); old++)
		if (!first && old->algorithm == k->algorithm && !old->in_use &&
		    phase(old, THING_ZONESIG) == OMNIPRESENT)
			run_move(r, old, THING_ZONESIG, UNRETENTIVE);
	run_move(r, k, THING_ZONESIG, RUMOURED);
	if ((k->roles & ROLE_KSK) == 0)
		begin(r, k, r->p->zsk_lifetime);
}

static void publish(struct run *r, struct key_state *k)
{
	run_move(r, k, THING_DNSKEY, RUMOURED);
	if ((k->roles & ROLE_KSK) != 0)
		run_move(r, k, THING_KEYSIG, RUMOURED);
}

/* The DNSKEYs of a new algorithm come together, when every cache has its signatures: a validator may ask for a
 * signature of each algorithm that it finds in the DNSKEY set. */
static void enter_algorithm(struct run *r, uint8_t algorithm)
{
	bool signs = false;

	for (struct key_state *k = r->s->key; k < end(r); k++) {
		if (!k->in_use || k->algorithm != algorithm || (k->roles & ROLE_ZSK) == 0)
			continue;
		if (secure(r) && phase(k, THING_ZONESIG) != OMNIPRESENT)
			return;
		signs |= thing_is_out(k, THING_ZONESIG);
	}
	if (!signs) /* there was no room for a ZSK */
		return;
	for (struct key_state *k = r->s->key; k < end(r); k++)
		if (k->in_use && k->algorithm == algorithm && phase(k, THING_DNSKEY) == HIDDEN)
			publish(r, k);
}

static void enter_dnskey(struct run *r, struct key_state *k)
{
	if (any_out(r, k->algorithm, THING_DNSKEY))
		publish(r, k);
	else
		enter_algorithm(r, k->algorithm);
}

/* The parent is told when the whole chain below the new DS is everywhere; its DS replaces those of keys that
 * leave (RFC 7344 4: a CDS set is what the DS set shall be). */
static void enter_ds(struct run *r, struct key_state *k)
{
	if (!chain_is_whole(r->s, k))
		return;
	run_move(r, k, THING_DS, RUMOURED);
	k->ds_seen = k->ds_gone = 0;
	begin(r, k, r->p->ksk_lifetime);
}

/* ---- leaving ---- */

static bool ds_is_replaced(const struct run *r)
{
	for (struct key_state *k = r->s->key; k < end(r); k++)
		if (k->in_use && thing_is_out(k, THING_DS))
			return true;
	return r->p->keys == POLICY_NO_KEYS;
}

static void leave_ds(struct run *r, struct key_state *k)
{
	if (!ds_is_replaced(r))
		return;
	run_move(r, k, THING_DS, UNRETENTIVE);
	k->ds_gone = 0;
}

static void withdraw(struct run *r, struct key_state *k)
{
	run_move(r, k, THING_DNSKEY, UNRETENTIVE);
	if (thing_is_out(k, THING_KEYSIG))
		run_move(r, k, THING_KEYSIG, UNRETENTIVE);
}

/* The DNSKEYs of an algorithm go together, when no cache has a DS of it: as long as one is in the set, each RRset
 * must be signed with it, the DNSKEY set too (RFC 4035 2.2). */
static void leave_algorithm(struct run *r, uint8_t algorithm)
{
	if (!all_ds_hidden(r, algorithm))
		return;
	for (struct key_state *k = r->s->key; k < end(r); k++)
		if (k->algorithm == algorithm && thing_is_out(k, THING_DNSKEY))
			withdraw(r, k);
}

static void leave_dnskey(struct run *r, struct key_state *k)
{
	if (!any_in_use(r, k->algorithm)) {
		leave_algorithm(r, k->algorithm);
		return;
	}
	if (phase(k, THING_DS) == HIDDEN && phase(k, THING_ZONESIG) == HIDDEN)
		withdraw(r, k);
}

/* Signatures go when their key is in no cached DNSKEY set, or when another key's are in every cache as well. A
 * zone that becomes unsigned loses them with its DNSKEYs: by then nobody validates it. */
static void leave_zonesig(struct run *r, struct key_state *k)
{
	bool done = phase(k, THING_DNSKEY) == HIDDEN || (r->p->keys == POLICY_NO_KEYS && !secure(r));

	for (struct key_state *other = r->s->key; other < end(r); other++)
		if (other->in_use && other->algorithm == k->algorithm &&
		    phase(other, THING_ZONESIG) == OMNIPRESENT && phase(other, THING_DNSKEY) == OMNIPRESENT)
			done = true;
	if (done)
		run_move(r, k, THING_ZONESIG, UNRETENTIVE);
}

/* ---- the round ---- */

static bool enters(const struct key_state *k, unsigned role, enum thing t)
{
	return k->in_use && (k->roles & role) != 0 && phase(k, t) == HIDDEN;
}

/* Thing by thing: what is asked of a zone is asked of all its keys. */
void rules_apply(struct run *r)
{
	for (struct key_state *k = r->s->key; k < end(r); k++)
		if (enters(k, ROLE_ZSK, THING_ZONESIG))
			enter_zonesig(r, k);
	for (struct key_state *k = r->s->key; k < end(r); k++)
		if (enters(k, ROLE_CSK, THING_DNSKEY))
			enter_dnskey(r, k);
	for (struct key_state *k = r->s->key; k < end(r); k++)
		if (enters(k, ROLE_KSK, THING_DS))
			enter_ds(r, k);
	for (struct key_state *k = r->s->key; k < end(r); k++)
		if (!k->in_use && thing_is_out(k, THING_DS))
			leave_ds(r, k);
	for (struct key_state *k = r->s->key; k < end(r); k++)
		if (!k->in_use && thing_is_out(k, THING_DNSKEY))
			leave_dnskey(r, k);
	for (struct key_state *k = r->s->key; k < end(r); k++)
		if (!k->in_use && thing_is_out(k, THING_ZONESIG))
			leave_zonesig(r, k);
}
