#include "tests/help/signing.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/le.h"
#include "sec/rrsig.h"
#include "zone/check.h"

void signing_begin(struct signing_kit *k, const struct name *apex)
{
	memset(k, 0, sizeof *k);
	k->apex = *apex;
	sign_plan_default(&k->plan);
	k->plan.now = SIGNING_NOW;
	k->plan.key = k->use;
}

void signing_end(struct signing_kit *k)
{
	for (size_t i = 0; i < k->plan.n_keys; i++)
		private_key_free(k->key[i].private);
}

static enum err make_private(uint8_t algorithm, size_t i, struct private_key **out)
{
	static const struct {
		uint8_t algorithm, n;
	} sizes[] = { { ALG_ECDSAP256, 32 }, { ALG_ECDSAP384, 48 }, { ALG_ED25519, 32 }, { ALG_ED448, 57 } };
	struct secret s = { 0 };
	uint8_t octets[57];

	memset(octets, (int)(0x11 + i), sizeof octets);
	for (size_t a = 0; a < COUNT_OF(sizes); a++)
		if (sizes[a].algorithm == algorithm) {
			s.part[SECRET_PRIVATE_KEY] = view_of(octets, sizes[a].n);
			return private_key_of(algorithm, &s, out);
		}
	return private_key_generate(algorithm, RSA_BITS_MIN, out);
}

void signing_key(struct signing_kit *k, uint8_t algorithm, int signs)
{
	const size_t i = k->plan.n_keys++;
	struct key *key = &k->key[i];
	struct wr w = wr_of(k->dnskey[i], sizeof k->dnskey[i]);

	*key = (struct key){ .zone = k->apex, .protocol = 3, .algorithm = algorithm };
	key->flags = (uint16_t)(signs & SIGNS_KEYS ? 257 : 256);
	if (make_private(algorithm, i, &key->private) != OK)
		abort();
	wr_u16(&w, key->flags);
	wr_u8(&w, key->protocol);
	wr_u8(&w, algorithm);
	wr_view(&w, private_key_public(key->private));
	key->dnskey = wr_view_of(&w);
	key->tag = key_tag(key->dnskey);
	(void)snprintf(key->file, sizeof key->file, "K%zu", i);
	k->use[i] = (struct sign_key){ key, true, (signs & SIGNS_KEYS) != 0, (signs & SIGNS_ZONE) != 0, false };
}

static bool is_of_keys(uint16_t type)
{
	return type == RR_DNSKEY || type == RR_CDS || type == RR_CDNSKEY;
}

struct zone *signing_copy(const struct zone *z)
{
	struct zone *copy = zone_new(&z->apex);
	struct name owner;

	for (size_t i = 0; i < z->n_nodes; i++) {
		node_name(z->node[i], &owner);
		for (const struct rrset *s = z->node[i]->rrsets; s != NULL; s = s->next)
			for (uint32_t r = 0; r < s->n && !sign_drops(s->type) && !is_of_keys(s->type); r++)
				if (zone_add(copy, &owner, s->type, s->ttl, rdata_view(&s->rdata[r]), 0) != OK)
					abort();
	}
	return copy;
}

enum err signing_run(struct signing_kit *k, struct zone *unsealed)
{
	sign_prepare(unsealed, &k->plan);
	zone_seal(unsealed, NULL, NULL);
	return sign_zone(unsealed, &k->plan, &k->result, k->why);
}

struct zone *signing_zone(struct signing_kit *k, const struct zone *z)
{
	struct zone *copy = signing_copy(z);

	if (signing_run(k, copy) != OK) {
		fprintf(stderr, "signing: %s\n", k->why);
		abort();
	}
	return copy;
}

/* ---- the old zone ---- */

struct walk {
	const struct zone *z;
	size_t at;
	const struct rrset *set;
	uint8_t *octets;
	size_t cap;
};

static void *walk_begin(void *context, const struct name *from)
{
	size_t cap = 0;
	struct walk *w = grow_array(NULL, &cap, 1, sizeof *w);
	struct name n;

	*w = (struct walk){ .z = context };
	for (; w->at < w->z->n_nodes; w->at++) {
		node_name(w->z->node[w->at], &n);
		if (name_order(&n, from) >= 0)
			break;
	}
	w->set = w->at < w->z->n_nodes ? w->z->node[w->at]->rrsets : NULL;
	return w;
}

static void put_rdata(struct walk *w, size_t *n, const struct rdata *r, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		w->octets = grow_array(w->octets, &w->cap, *n + 2 + r[i].n, 1);
		put_le16(w->octets + *n, r[i].n);
		memcpy(w->octets + *n + 2, r[i].p, r[i].n);
		*n += 2 + (size_t)r[i].n;
	}
}

static bool walk_next(void *walk, struct old_set *out)
{
	struct walk *w = walk;
	size_t n = 0;

	while (w->set == NULL && w->at + 1 < w->z->n_nodes)
		w->set = w->z->node[++w->at]->rrsets;
	if (w->set == NULL)
		return false;
	*out = (struct old_set){ .type = w->set->type,
				 .ttl = w->set->ttl,
				 .sig_ttl = w->set->sig_ttl,
				 .n = w->set->n,
				 .n_sig = w->set->n_sig };
	node_name(w->z->node[w->at], &out->owner);
	put_rdata(w, &n, w->set->rdata, w->set->n);
	put_rdata(w, &n, w->set->sig, w->set->n_sig);
	out->data = view_of(w->octets, n);
	w->set = w->set->next;
	return true;
}

static bool walk_end(void *walk)
{
	struct walk *w = walk;

	free(w->octets);
	free(w);
	return true;
}

struct sign_old signing_old(struct zone *z)
{
	return (struct sign_old){ z, walk_begin, walk_next, walk_end };
}

static const enum check_id dnssec[] = {
	CHECK_DNSKEY,           CHECK_CDS,           CHECK_UNSIGNED,
	CHECK_NSEC3PARAM,       CHECK_NSEC3_RECORD,  CHECK_DENIAL_MISSING,
	CHECK_DENIAL_CHAIN,     CHECK_DENIAL_BITMAP, CHECK_DENIAL_STRAY,
	CHECK_RRSIG_MISSING,    CHECK_RRSIG_WRONG,   CHECK_RRSIG_EXPIRED,
	CHECK_RRSIG_NOT_YET,    CHECK_RRSIG_STRAY,   CHECK_RRSIG_TTL,
	CHECK_RRSIG_UNVERIFIED, CHECK_ZONEMD_WRONG,  CHECK_ZONEMD_UNSUPPORTED,
	CHECK_DUPLICATE,        CHECK_TOO_LARGE,
};

static void first_finding(void *context, const struct check_finding *f)
{
	char *first = context, owner[NAME_TEXT_MAX] = "the zone";

	if (f->owner != NULL)
		name_print(f->owner, owner);
	if (first[0] == 0)
		(void)snprintf(first, 600, "%.250s: %s: %.250s", owner, check_row(f->id)->name, f->what);
}

uint64_t signing_flaws(const struct signing_kit *k, const struct zone *z, char first[600])
{
	struct check_options o;

	check_options_default(&o);
	memset(o.severity, SEVERITY_OFF, sizeof o.severity);
	for (size_t i = 0; i < COUNT_OF(dnssec); i++)
		o.severity[dnssec[i]] = SEVERITY_ERROR;
	o.now = k->plan.now;
	first[0] = 0;
	struct checker *c = checker_new(&o, first_finding, first);
	checker_run(c, z);
	return checker_end(c).errors;
}
