#include "keys/state.h"

#include "base/le.h"
#include "base/rd.h"

static void put_time(struct wr *w, int64_t t)
{
	uint8_t *at = wr_room(w, 8);

	if (at != NULL)
		put_le64(at, (uint64_t)t);
}

static void put_number(struct wr *w, uint32_t n)
{
	uint8_t *at = wr_room(w, 4);

	if (at != NULL)
		put_le32(at, n);
}

static void put_tag(struct wr *w, uint16_t tag)
{
	uint8_t *at = wr_room(w, 2);

	if (at != NULL)
		put_le16(at, tag);
}

static void key_write(const struct key_state *k, struct wr *w)
{
	wr_u8(w, k->algorithm);
	wr_u8(w, k->roles);
	wr_u8(w, k->in_use);
	put_tag(w, k->tag);
	wr_bytes(w, k->digest, sizeof k->digest);
	for (int t = 0; t < THINGS; t++) {
		wr_u8(w, k->thing[t].phase);
		put_time(w, k->thing[t].since);
	}
	put_time(w, k->began);
	put_time(w, k->ds_seen);
	put_time(w, k->ds_gone);
}

void state_write(const struct sign_state *s, struct wr *w)
{
	size_t n = strnlen(s->policy, POLICY_NAME_MAX);

	wr_u8(w, SIGN_STATE_VERSION);
	wr_u8(w, (uint8_t)n);
	wr_bytes(w, s->policy, n);
	put_time(w, s->last);
	for (int i = 0; i < TTL_KINDS; i++) {
		put_number(w, s->ttl[i].longest);
		put_number(w, s->ttl[i].shown);
		put_time(w, s->ttl[i].until);
	}
	wr_u8(w, s->ksk_elsewhere);
	wr_u8(w, (uint8_t)s->n_keys);
	for (unsigned i = 0; i < s->n_keys; i++)
		key_write(&s->key[i], w);
}

/* Times before 1970 and after the year 100000 are nobody's. */
static int64_t take_time(struct rd *r)
{
	struct view v = rd_take(r, 8);
	uint64_t t = v.n == 8 ? le64(v.p) : 0;

	if (t > 3093527980800)
		r->bad = true;
	return r->bad ? 0 : (int64_t)t;
}

static uint32_t take_number(struct rd *r)
{
	struct view v = rd_take(r, 4);

	return v.n == 4 ? le32(v.p) : 0;
}

static uint8_t take_below(struct rd *r, uint8_t end)
{
	uint8_t v = rd_u8(r);

	if (v >= end)
		r->bad = true;
	return v;
}

static void key_read(struct rd *r, struct key_state *k)
{
	k->algorithm = rd_u8(r);
	k->roles = take_below(r, ROLE_CSK + 1);
	if (k->roles == 0)
		r->bad = true;
	k->in_use = take_below(r, 2) == 1;
	struct view v = rd_take(r, 2);
	k->tag = v.n == 2 ? le16(v.p) : 0;
	v = rd_take(r, KEY_DIGEST_LEN);
	if (v.n == KEY_DIGEST_LEN)
		memcpy(k->digest, v.p, KEY_DIGEST_LEN);
	for (int t = 0; t < THINGS; t++) {
		k->thing[t].phase = take_below(r, PHASES);
		k->thing[t].since = take_time(r);
	}
	k->began = take_time(r);
	k->ds_seen = take_time(r);
	k->ds_gone = take_time(r);
}

static void body_read(struct rd *r, struct sign_state *s)
{
	struct view name = rd_take(r, take_below(r, POLICY_NAME_MAX + 1));

	if (name.n != 0)
		memcpy(s->policy, name.p, name.n);
	if (strlen(s->policy) != name.n)
		r->bad = true;
	s->last = take_time(r);
	for (int i = 0; i < TTL_KINDS; i++) {
		s->ttl[i].longest = take_number(r);
		s->ttl[i].shown = take_number(r);
		s->ttl[i].until = take_time(r);
	}
	s->ksk_elsewhere = take_below(r, 2) == 1;
	s->n_keys = take_below(r, STATE_KEYS_MAX + 1);
	for (unsigned i = 0; i < s->n_keys && !r->bad; i++) {
		key_read(r, &s->key[i]);
		if (state_find(s, s->key[i].tag) != &s->key[i])
			r->bad = true; /* two keys of one tag */
	}
}

enum err state_read(struct view octets, struct sign_state *out)
{
	struct rd r = rd_of(octets);

	memset(out, 0, sizeof *out);
	if (octets.n == 0)
		return OK;
	if (rd_u8(&r) != SIGN_STATE_VERSION)
		return ERR_VERSION;
	body_read(&r, out);
	if (rd_done(&r))
		return OK;
	memset(out, 0, sizeof *out);
	return ERR_DAMAGED;
}

struct key_state *state_find(struct sign_state *s, uint16_t tag)
{
	for (unsigned i = 0; i < s->n_keys && i < STATE_KEYS_MAX; i++)
		if (s->key[i].tag == tag)
			return &s->key[i];
	return NULL;
}

const char *phase_text(enum phase p)
{
	static const char *const texts[PHASES] = { "hidden", "rumoured", "omnipresent", "unretentive" };

	return p < PHASES ? texts[p] : "?";
}

const char *thing_text(enum thing t)
{
	static const char *const texts[THINGS] = { "DNSKEY", "signatures over the keys",
						   "signatures over the zone", "DS" };

	return t < THINGS ? texts[t] : "?";
}

const char *roles_text(unsigned roles)
{
	static const char *const texts[] = { "key", "KSK", "ZSK", "CSK" };

	return roles < COUNT_OF(texts) ? texts[roles] : "?";
}
