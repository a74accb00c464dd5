#include "tests/keys/world.h"

#include <stdlib.h>
#include <string.h>

bool list_has(const struct key_list *l, uint16_t tag)
{
	for (unsigned i = 0; i < l->n; i++)
		if (l->key[i].tag == tag)
			return true;
	return false;
}

void list_add(struct key_list *l, uint16_t tag, uint8_t algorithm)
{
	if (l->n == WORLD_KEYS)
		abort();
	l->key[l->n++] = (struct world_key){ tag, algorithm };
}

static bool same_list(const struct key_list *a, const struct key_list *b)
{
	if (a->n != b->n)
		return false;
	for (unsigned i = 0; i < a->n; i++)
		if (!list_has(b, a->key[i].tag))
			return false;
	return true;
}

void world_show(struct world *w, const struct shown *s)
{
	const struct shown *last = w->n_shown != 0 ? &w->shown[w->n_shown - 1] : NULL;

	if (last != NULL && last->dnskey_ttl == s->dnskey_ttl && last->zone_ttl == s->zone_ttl &&
	    same_list(&last->dnskey, &s->dnskey) && same_list(&last->keysig, &s->keysig) &&
	    same_list(&last->zonesig, &s->zonesig))
		return;
	if (w->n_shown == WORLD_PAST)
		abort();
	w->shown[w->n_shown++] = *s;
}

void world_delegate(struct world *w, const struct parent *p)
{
	const struct parent *last = w->n_parent != 0 ? &w->parent[w->n_parent - 1] : NULL;

	if (last != NULL && last->ttl == p->ttl && same_list(&last->ds, &p->ds))
		return;
	if (w->n_parent == WORLD_PAST)
		abort();
	w->parent[w->n_parent++] = *p;
}

/* Some key of this algorithm is in both lists. */
static bool common(const struct key_list *a, const struct key_list *b, uint8_t algorithm)
{
	for (unsigned i = 0; i < a->n; i++)
		if (a->key[i].algorithm == algorithm && list_has(b, a->key[i].tag))
			return true;
	return false;
}

/* RFC 4035 5: from the DS set through the DNSKEY set to a signature. Every algorithm of the DS set must lead
 * somewhere, as a strict validator has it (RFC 6840 5.11 forbids that to validators, but some did), and each
 * algorithm of the DNSKEY set must have signed (RFC 4035 2.2, which is for signers). */
static const char *chain(const struct key_list *ds, const struct shown *k, const struct key_list *zonesig)
{
	if (ds->n == 0)
		return NULL; /* insecure */
	for (unsigned i = 0; i < ds->n; i++) {
		uint8_t algorithm = ds->key[i].algorithm;
		struct key_list anchored = { 0 };

		for (unsigned j = 0; j < k->dnskey.n; j++)
			if (list_has(ds, k->dnskey.key[j].tag))
				list_add(&anchored, k->dnskey.key[j].tag, k->dnskey.key[j].algorithm);
		if (!common(&anchored, &k->keysig, algorithm))
			return "no key of the DS set signed the DNSKEY set";
		if (!common(&k->dnskey, zonesig, algorithm))
			return "no signature by a key of the DNSKEY set in an algorithm of the DS set";
	}
	for (unsigned i = 0; i < k->dnskey.n; i++)
		if (!common(&k->dnskey, zonesig, k->dnskey.key[i].algorithm))
			return "an algorithm of the DNSKEY set has not signed";
	return NULL;
}

/* What is published together must be whole, whether or not anybody validates it. */
static const char *whole(const struct shown *s)
{
	for (unsigned i = 0; i < s->dnskey.n; i++) {
		if (!common(&s->dnskey, &s->zonesig, s->dnskey.key[i].algorithm))
			return "published: an algorithm of the DNSKEY set has not signed the zone";
		if (!common(&s->dnskey, &s->keysig, s->dnskey.key[i].algorithm))
			return "published: an algorithm of the DNSKEY set has not signed it";
	}
	if (s->dnskey.n == 0 && s->zonesig.n != 0)
		return "published: signatures, and no DNSKEY at all";
	return NULL;
}

/* It is out there still if it was not replaced, or so lately that a slow server and then a cache have it. */
static bool may_be_seen(const struct world *w, unsigned i, uint32_t ttl, int64_t now)
{
	return i + 1 == w->n_shown || now < w->shown[i + 1].from + w->zone_delay + ttl;
}

static bool ds_may_be_seen(const struct world *w, unsigned i, int64_t now)
{
	return i + 1 == w->n_parent || now < w->parent[i + 1].from + w->parent_delay + w->parent[i].ttl;
}

const char *world_wrong(const struct world *w, int64_t now)
{
	const char *wrong = whole(&w->shown[w->n_shown - 1]);

	for (unsigned d = 0; d < w->n_parent; d++)
		for (unsigned k = 0; ds_may_be_seen(w, d, now) && k < w->n_shown; k++)
			for (unsigned z = 0;
			     may_be_seen(w, k, w->shown[k].dnskey_ttl, now) && z < w->n_shown && wrong == NULL;
			     z++)
				if (may_be_seen(w, z, w->shown[z].zone_ttl, now))
					wrong = chain(&w->parent[d].ds, &w->shown[k], &w->shown[z].zonesig);
	return wrong;
}
