#include "zonec/hear.h"

#include <stdio.h>

#include "base/rd.h"
#include "sec/ds.h"
#include "zonec/key.h"
#include "zonec/parent.h"

bool hear_waits(const struct key_state *k)
{
	return (k->thing[THING_DS].phase == RUMOURED && k->ds_seen == 0) ||
	       (k->thing[THING_DS].phase == UNRETENTIVE && k->ds_gone == 0);
}

bool hear_wanted(const struct policy *p, const struct sign_state *s)
{
	for (unsigned k = 0; k < s->n_keys && p->n_parents != 0; k++)
		if (hear_waits(&s->key[k]))
			return true;
	return false;
}

const char *hear_servers(const struct policy *p)
{
	static char all[POLICY_PARENTS_MAX * (PARENT_TEXT + 2)];
	char text[PARENT_TEXT];
	size_t n = 0;

	for (uint32_t i = 0; i < p->n_parents; i++) {
		parent_print(&p->parent[i], text);
		n += (size_t)snprintf(all + n, sizeof all - n, "%s%s", i == 0 ? "" : ", ", text);
	}
	return all;
}

/* Is a DS record made of this key? One whose digest cannot be computed here may be. */
enum likeness { OTHER, PERHAPS, SAME };

static enum likeness compare(struct view ds, const struct key *k)
{
	struct rd r = rd_of(ds);
	uint8_t rdata[DS_RDATA_MAX];
	struct wr w = wr_of(rdata, sizeof rdata);
	const uint16_t tag = rd_u16(&r);
	const uint8_t algorithm = rd_u8(&r), type = rd_u8(&r);

	if (r.bad || tag != k->tag || algorithm != k->algorithm)
		return OTHER;
	enum err e = ds_of(&k->zone, k->dnskey, type, &w);
	if (e == ERR_REFUSED)
		return PERHAPS;
	return e == OK && view_eq(ds, wr_view_of(&w)) ? SAME : OTHER;
}

static enum likeness look(const struct ds_set *set, const struct key *k)
{
	enum likeness best = OTHER;

	for (unsigned i = 0; i < set->n; i++) {
		enum likeness one = compare(set->rdata[i], k);
		best = one > best ? one : best;
	}
	return best;
}

/* How many servers show the DS of each key of a state. */
struct count {
	unsigned show[STATE_KEYS_MAX], show_not[STATE_KEYS_MAX];
};

/* ask_one counts what one server says. False: it has said why that is nothing. */
static bool ask_one(struct policy *p, uint32_t i, const struct sign_state *s, const struct keys *keys,
		    const struct name *apex, const char *origin, struct count *c)
{
	struct ds_set set;
	char server[PARENT_TEXT];
	const char *wrong = parent_ask(&p->parent[i], apex, &set);

	parent_print(&p->parent[i], server);
	if (wrong != NULL) {
		complain("%s: warning: %s was asked for the zone's DS set, and it %s; the roll-over waits", origin,
			 server, wrong);
		return false;
	}
	for (unsigned k = 0; k < s->n_keys; k++) {
		const struct key *file = life_key(keys, &s->key[k]);
		enum likeness l = file != NULL ? look(&set, file) : PERHAPS;
		c->show[k] += l == SAME;
		c->show_not[k] += l == OTHER;
	}
	uint32_t ttl = set.ttl < POLICY_TTL_MAX ? set.ttl : POLICY_TTL_MAX;
	if (ttl > p->ds_ttl)
		p->ds_ttl = ttl;
	return true;
}

static void disagree(const struct policy *p, const struct key_state *k, unsigned show, const char *origin)
{
	complain("%s: warning: %s were asked for the zone's DS set, and %u of %u show the DS of %s %u; the "
		 "roll-over waits until %s",
		 origin, hear_servers(p), show, p->n_parents, roles_text(k->roles), k->tag,
		 k->thing[THING_DS].phase == RUMOURED ? "all do" : "none does");
}

/* decide notes what all servers agree upon of one key. */
static void decide(const struct policy *p, struct sign_state *s, unsigned at, const struct count *c,
		   const char *origin, int64_t now, struct heard *out)
{
	struct key_state *k = &s->key[at];
	const bool seen = k->thing[THING_DS].phase == RUMOURED;

	if (!hear_waits(k))
		return;
	if ((seen ? c->show[at] : c->show_not[at]) == p->n_parents) {
		(void)roll_ds(s, k->tag, seen, now);
		out->key[out->n].tag = k->tag;
		out->key[out->n].roles = k->roles;
		out->key[out->n++].seen = seen;
	} else if ((seen ? c->show_not[at] : c->show[at]) != p->n_parents) {
		disagree(p, k, c->show[at], origin);
	}
}

void hear_parent(struct policy *p, struct sign_state *s, const struct keys *keys, const struct name *apex,
		 const char *origin, int64_t now, struct heard *out)
{
	struct count c = { 0 };
	bool all = true;

	*out = (struct heard){ 0 };
	for (uint32_t i = 0; i < p->n_parents; i++)
		all &= ask_one(p, i, s, keys, apex, origin, &c);
	for (unsigned k = 0; k < s->n_keys && all; k++)
		decide(p, s, k, &c, origin, now, out);
}

void hear_tell(const struct heard *h, const struct policy *p, const char *origin)
{
	for (unsigned i = 0; i < h->n; i++)
		inform("%s: the DS of %s %u is %s the parent: asked at %s\n", origin, roles_text(h->key[i].roles),
		       h->key[i].tag, h->key[i].seen ? "in" : "gone from", hear_servers(p));
}
