/*
 * Checks of the NSEC3 chain (RFC 5155).
 *
 * The chain is an array of its records, sorted by hash. Every name that must
 * be in it is hashed and looked up; what nobody looked up is a stray.
 */

#include <stdatomic.h>
#include <stdlib.h>

#include "zone/check_run.h"

struct link {
	uint8_t hash[NSEC3_HASH_LEN];
	uint8_t flags;
	atomic_bool seen; /* belongs to a name of the zone; any thread may find that out */
	const struct node *n;
	const struct rdata *rdata;
	struct view next, bitmap;
};

struct nsec3_chain {
	struct checker *c;
	struct nsec3_params params;
	struct link *link;
	size_t n, cap;
};

/* link_read takes an NSEC3 record apart; false if it is not of this chain. */
static bool link_read(const struct nsec3_chain *ch, const struct node *n, const struct rdata *rdata,
		      struct link *out)
{
	struct rd r = rd_of(rdata_view(rdata));
	struct nsec3_params p;

	nsec3_params_read(&r, &p);
	out->next = rd_take(&r, rd_u8(&r));
	out->bitmap = rd_rest(&r);
	out->flags = p.flags;
	atomic_init(&out->seen, false);
	out->n = n;
	out->rdata = rdata;
	if (r.bad || !nsec3_same(&p, &ch->params))
		return false;
	return nsec3_of_label(view_of(n->owner + 1, n->owner[0]), out->hash);
}

static int by_hash(const void *a, const void *b)
{
	return memcmp(a, b, NSEC3_HASH_LEN);
}

static bool ascends(const struct nsec3_chain *ch)
{
	for (size_t i = 1; i < ch->n; i++)
		if (by_hash(&ch->link[i - 1], &ch->link[i]) > 0)
			return false;
	return true;
}

/* collect finds the chain's records. Other parameters are another chain's, on its way in or out. */
static void collect(struct nsec3_chain *ch)
{
	const struct zone *z = ch->c->z;
	const unsigned labels = name_labels(&z->apex) + 1;

	for (size_t i = 0; i < z->n_nodes; i++) {
		zone_ahead(z, i);
		const struct rrset *s = node_has(z->node[i], RR_NSEC3);
		if (s == NULL || z->node[i]->labels != labels)
			continue; /* CHECK_NSEC3_RECORD has told of it */
		for (uint32_t k = 0; k < s->n; k++) {
			ch->link = grow_array(ch->link, &ch->cap, ch->n + 1, sizeof *ch->link);
			if (link_read(ch, z->node[i], &s->rdata[k], &ch->link[ch->n]))
				ch->n++;
		}
	}
	if (ch->n > 1 && !ascends(ch)) /* as it does in canonical order, but where two records stand at one name */
		qsort(ch->link, ch->n, sizeof *ch->link, by_hash);
}

/* find gives the link of a hash, or NULL and in *before the link whose interval the hash is in. */
static struct link *find(struct nsec3_chain *ch, const uint8_t hash[NSEC3_HASH_LEN], struct link **before)
{
	size_t low = 0, high = ch->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int d = memcmp(ch->link[mid].hash, hash, NSEC3_HASH_LEN);
		if (d == 0)
			return &ch->link[mid];
		if (d < 0)
			low = mid + 1;
		else
			high = mid;
	}
	*before = ch->n > 0 ? &ch->link[low > 0 ? low - 1 : ch->n - 1] : NULL;
	return NULL;
}

/* place_of gives the number of a node in the zone. */
static size_t place_of(const struct zone *z, const struct node *n)
{
	size_t low = 0, high = z->n_nodes;
	struct name owner, other;

	node_name(n, &owner);
	while (low + 1 < high) {
		size_t mid = low + (high - low) / 2;
		node_name(z->node[mid], &other);
		if (name_order(&other, &owner) <= 0)
			low = mid;
		else
			high = mid;
	}
	return low;
}

/* may_opt_out: a delegation without DS, or an empty non-terminal above nothing but such (RFC 5155 7.1). The
 * names below stand right behind it. */
static bool may_opt_out(const struct zone *z, const struct node *ent)
{
	struct name top, below;

	if ((ent->flags & NODE_ENT) == 0)
		return node_insecure_cut(ent);
	node_name(ent, &top);
	for (size_t k = place_of(z, ent) + 1; k < z->n_nodes; k++) {
		const struct node *n = z->node[k];
		if (n->labels <= ent->labels)
			break;
		node_name(n, &below);
		if (!name_within(&below, &top))
			break;
		if (node_authoritative(n) && (n->flags & NODE_ENT) == 0 && !node_insecure_cut(n))
			return false;
	}
	return true;
}

/* look_up finds a name's record and compares it with the name. */
static void look_up(struct checker *c, const struct node *n)
{
	struct nsec3_chain *ch = c->chain;
	uint8_t hash[NSEC3_HASH_LEN];
	struct link *link, *before = NULL;
	const char *flaw;
	struct name owner;
	uint16_t type;
	char t[NSEC3_TEXT_LEN];

	node_name(n, &owner);
	if (!nsec3_hash_name(&ch->params, c->o.nsec3_iterations_max, &owner, hash))
		return;
	link = find(ch, hash, &before);
	if (link == NULL) {
		nsec3_text(hash, t);
		if (before == NULL || (before->flags & NSEC3_OPTOUT) == 0 || !may_opt_out(c->z, n))
			check_node_tell(c, CHECK_DENIAL_MISSING, n, 0, "no NSEC3 record; its owner would be %.*s",
					NSEC3_TEXT_LEN, t);
		return;
	}
	atomic_store_explicit(&link->seen, true, memory_order_relaxed);
	flaw = bitmap_flaw(n, link->bitmap, &type);
	if (flaw != NULL) {
		rrtype_print(type, t);
		check_node_tell(c, CHECK_DENIAL_BITMAP, n, link->rdata->line,
				"the NSEC3 record's list of types %s %s", flaw, t);
	}
}

static void check_name(struct checker *c, const struct node *n)
{
	if (node_authoritative(n) && !node_only_nsec3(n) && !node_insecure_cut(n))
		look_up(c, n);
}

static void check_insecure_cut(struct checker *c, const struct node *n)
{
	if (node_authoritative(n) && node_insecure_cut(n))
		look_up(c, n);
}

/* Insecure delegations need not be hashed if all records are other names' and have the opt-out flag: then none of
 * them is in the chain, and none has to be. That is most of the names of most large zones. */
static bool cuts_stay_out(const struct nsec3_chain *ch)
{
	for (size_t i = 0; i < ch->n; i++)
		if (!ch->link[i].seen || (ch->link[i].flags & NSEC3_OPTOUT) == 0)
			return false;
	return ch->n > 0;
}

/* Every link leads to the next, the last to the first; what no name needed is a stray. */
static void check_links(struct nsec3_chain *ch)
{
	for (size_t i = 0; i < ch->n; i++) {
		const struct link *l = &ch->link[i], *next = &ch->link[(i + 1) % ch->n];
		if (i + 1 < ch->n && memcmp(l->hash, next->hash, NSEC3_HASH_LEN) == 0)
			check_node_tell(ch->c, CHECK_DENIAL_CHAIN, next->n, next->rdata->line,
					"two NSEC3 records of one chain at one name");
		else if (!view_eq(l->next, view_of(next->hash, NSEC3_HASH_LEN)))
			check_node_tell(ch->c, CHECK_DENIAL_CHAIN, l->n, l->rdata->line,
					"the NSEC3 record does not lead to the next one, %.*s", NSEC3_TEXT_LEN,
					(const char *)next->n->owner + 1);
		if (!l->seen)
			check_node_tell(ch->c, CHECK_DENIAL_STRAY, l->n, l->rdata->line,
					"an NSEC3 record whose name is not in the zone");
	}
}

static void check_chain(struct checker *c, const struct nsec3_params *params)
{
	struct nsec3_chain ch = { .c = c, .params = *params };

	collect(&ch);
	c->chain = &ch;
	check_nodes(c, check_name);
	if (!cuts_stay_out(&ch))
		check_nodes(c, check_insecure_cut);
	c->chain = NULL;
	check_links(&ch);
	free(ch.link);
}

static void check_iterations(struct checker *c, const struct nsec3_params *p, uint32_t line)
{
	if (p->iterations > c->o.nsec3_iterations_max)
		check_node_tell(
		    c, CHECK_NSEC3_ITERATIONS_HIGH, c->apex, line,
		    "%u additional iterations are more than %u: validators take such a zone for unsigned, "
		    "no proofs are served from it, and the chain is not checked",
		    p->iterations, c->o.nsec3_iterations_max);
	else if (p->iterations > 0)
		check_node_tell(c, CHECK_NSEC3_ITERATIONS, c->apex, line,
				"%u additional iterations; 0 are best (RFC 9276 3.1)", p->iterations);
}

/* choose gives the parameters that the zone is served with: the first NSEC3PARAM that can be used, one whose
 * flags are zero and whose hash is known (RFC 5155 4.1.2, 7.3). */
static bool choose(struct checker *c, const struct rrset *s, struct nsec3_params *out)
{
	for (uint32_t i = 0; i < s->n; i++) {
		struct rd r = rd_of(rdata_view(&s->rdata[i]));

		nsec3_params_read(&r, out);
		if (rd_done(&r) && out->flags == 0 && out->algorithm == NSEC3_ALG_SHA1) {
			check_iterations(c, out, s->rdata[i].line);
			return true;
		}
	}
	check_node_tell(c, CHECK_NSEC3PARAM, c->apex, s->rdata[0].line,
			"no NSEC3PARAM record with flags 0 and hash algorithm 1");
	return false;
}

static bool is_hashed_owner(const struct checker *c, const struct node *n)
{
	uint8_t hash[NSEC3_HASH_LEN];

	return n->labels == name_labels(&c->z->apex) + 1 &&
	       nsec3_of_label(view_of(n->owner + 1, n->owner[0]), hash);
}

void check_set_nsec3(struct checker *c, const struct node *n, const struct rrset *s)
{
	for (uint32_t i = 0; s->type == RR_NSEC3 && i < s->n; i++) {
		struct rd r = rd_of(rdata_view(&s->rdata[i]));
		struct nsec3_params p;

		nsec3_params_read(&r, &p);
		uint8_t hash_len = rd_u8(&r);
		if (p.algorithm == NSEC3_ALG_SHA1 && i == 0 && !is_hashed_owner(c, n))
			check_node_tell(
			    c, CHECK_NSEC3_RECORD, n, s->rdata[i].line,
			    "the owner of an NSEC3 record is a hash of %d octets, one label below the apex",
			    NSEC3_HASH_LEN);
		if (p.algorithm == NSEC3_ALG_SHA1 && hash_len != NSEC3_HASH_LEN)
			check_node_tell(c, CHECK_NSEC3_RECORD, n, s->rdata[i].line,
					"an NSEC3 record with a next hash of %u octets, not %d", hash_len,
					NSEC3_HASH_LEN);
	}
}

void check_zone_nsec3(struct checker *c)
{
	const struct rrset *s = c->is_signed ? node_has(c->apex, RR_NSEC3PARAM) : NULL;
	struct nsec3_params params;

	if (s != NULL && choose(c, s, &params) && params.iterations <= c->o.nsec3_iterations_max)
		check_chain(c, &params);
}
