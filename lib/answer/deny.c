#include "answer/chain.h"
#include "answer/compose.h"

static enum outcome put(struct ask *q, struct frag f, unsigned what, const struct anchor *a)
{
	if (!compose(q, AUTHORITY, f, what, a))
		q->tc = true;
	return ANSWERED;
}

bool already(struct ask *q, const uint8_t *record)
{
	for (unsigned i = 0; i < q->n_proofs; i++)
		if (q->a->proof[i] == record)
			return true;
	if (q->n_proofs < PROOFS_MAX)
		q->a->proof[q->n_proofs++] = record;
	return false;
}

/* ---- NSEC3 (RFC 5155 7.2) ---- */

static bool hash_of(const struct ask *q, struct view lower, uint8_t hash[NSEC3_HASH])
{
	const struct zonepart *p = &q->zone->part;
	struct nsec3_params params = { NSEC3_ALG_SHA1, 0, p->iterations, p->salt };

	return nsec3_hash(&params, q->a->options->nsec3_iterations_max, lower, hash);
}

/* put_nsec3 adds the record that an entry of the chain has. */
static enum outcome put_nsec3(struct ask *q, struct view payload)
{
	struct frag f;
	struct anchor a = anchor_of(q, q->zone->depth, q->zone->depth);

	if (payload.n < FRAG_HEAD || !frag_open(payload, payload.p, &f) || f.body == NULL)
		return broken(q);
	return already(q, payload.p) ? ANSWERED : put(q, f, PLAIN | SIGS, &a);
}

/* find_nsec3 finds the record of exactly this name (`match`; *out is empty if there is none) or of the interval
 * that its hash falls into. */
static enum outcome find_nsec3(struct ask *q, struct view lower, bool match, struct view *out)
{
	uint8_t hash[NSEC3_HASH];
	struct chain_entry e;

	*out = (struct view){ NULL, 0 };
	if (!hash_of(q, lower, hash) || chain_floor(q, view_of(hash, NSEC3_HASH), &e) != OK)
		return broken(q);
	if (e.exact || !match)
		*out = e.entry.payload;
	return ANSWERED;
}

static enum outcome at_name(struct ask *q, struct view lower, bool match)
{
	struct view payload;

	if (find_nsec3(q, lower, match, &payload) != ANSWERED)
		return BROKEN;
	return payload.n != 0 ? put_nsec3(q, payload) : ANSWERED;
}

/* at_shared is at_name for what many proofs of a zone have in common; it is looked for once. */
static enum outcome at_shared(struct ask *q, struct view *kept, struct view lower, bool match)
{
	if (kept->n == 0 && find_nsec3(q, lower, match, kept) != ANSWERED)
		return BROKEN;
	return kept->n != 0 ? put_nsec3(q, *kept) : ANSWERED;
}

static struct view suffix(const struct ask *q, unsigned depth)
{
	const struct qname *n = &q->link->name;

	return view_of(n->lower + n->at[depth], (size_t)(n->len - n->at[depth]));
}

/* match adds the record of a node that is in the chain. The node has the first 8 octets of its hash, which saves
 * hashing unless the record's neighbour begins with the same. */
static enum outcome match(struct ask *q, struct node_view n)
{
	uint8_t key[NSEC3_HASH];
	struct chain_entry e;

	memcpy(key, node_hash8(n), 8);
	memset(key + 8, 0xff, sizeof key - 8);
	if (chain_floor(q, view_of(key, sizeof key), &e) != OK)
		return broken(q);
	struct view before = chain_before(&e);
	if (e.entry.key.n == NSEC3_HASH && memcmp(e.entry.key.p, key, 8) == 0 && before.n == NSEC3_HASH &&
	    memcmp(before.p, key, 8) != 0)
		return put_nsec3(q, e.entry.payload);
	return at_name(q, node_owner(n), true);
}

/* prove_encloser adds the closest provable encloser at or above `depth` and covers the next closer name. In an
 * opt-out zone made elsewhere names may exist without a record: the nearest ancestor in the chain counts. Gives
 * its depth in *found. */
static enum outcome prove_encloser(struct ask *q, unsigned depth, unsigned *found)
{
	unsigned d = *found = depth, apex = q->zone->depth;
	struct node_view n = no_node;

	for (; d > apex; d--) {
		enum found f = look(q, d, &n);
		if (f == FOUND_DAMAGED)
			return broken(q);
		if (f == FOUND_NODE && node_hash8(n) != NULL)
			break;
	}
	*found = d;
	enum outcome o = d <= apex ? at_shared(q, &q->zone->apex_proof, q->zone->apex, true) : match(q, n);
	return o == ANSWERED && d < q->link->name.labels ? at_name(q, suffix(q, d + 1), false) : o;
}

static enum outcome cover_wild3(struct ask *q, unsigned depth)
{
	uint8_t name[NAME_WIRE_MAX + 2] = { 1, '*' };
	struct view tail = suffix(q, depth), wild = { name, tail.n + 2 };

	if (tail.n > NAME_WIRE_MAX - 2)
		return ANSWERED;
	memcpy(name + 2, tail.p, tail.n);
	return depth == q->zone->depth ? at_shared(q, &q->zone->wild_proof, wild, false) : at_name(q, wild, false);
}

/* ---- NSEC (RFC 4035 3.1.3) ---- */

/* put_nsec adds the NSEC of a node: with a pointer if its owner stands in the current name, else written out. */
static enum outcome put_nsec(struct ask *q, struct node_view n)
{
	const struct qname *name = &q->link->name;
	struct frag f;
	enum err e = node_frag(n, RR_NSEC, &f);

	if (e == ERR_NOTFOUND)
		return ANSWERED;
	if (e == OK)
		f = gather(q, n, f, 1);
	if (e != OK || f.body == NULL)
		return broken(q);
	if (already(q, n.p))
		return ANSWERED;
	for (unsigned d = q->zone->depth; d <= name->labels; d++)
		if (view_eq(node_owner(n), suffix(q, d))) {
			struct anchor a = anchor_of(q, d, d);
			return put(q, f, PLAIN | SIGS, &a);
		}
	if (!compose_written(q, AUTHORITY, f, node_owner(n)))
		q->tc = true;
	return ANSWERED;
}

/* cover adds the NSEC of the last name at or before this one. */
static enum outcome cover(struct ask *q, struct view lower)
{
	uint8_t key[2 * NAME_KEY_MAX];
	struct name n;
	struct qname owner;
	struct chain_entry e;
	struct node_view node;

	if (!name_of_wire(lower, &n))
		return broken(q);
	size_t size = name_key(&n, key), apex = suffix(q, q->zone->depth).n - 1;
	if (chain_floor(q, view_of(key + apex, size - apex), &e) != OK)
		return broken(q);
	if (apex + e.entry.key.n > NAME_KEY_MAX)
		return broken(q);
	memcpy(key + apex, e.entry.key.p, e.entry.key.n);
	if (!name_of_key(view_of(key, apex + e.entry.key.n), &n))
		return broken(q);
	qname_of(&n, &q->s->key, &owner);
	return look_name(q, &owner, &node) == FOUND_NODE ? put_nsec(q, node) : broken(q);
}

static enum outcome cover_wild(struct ask *q, unsigned depth)
{
	uint8_t name[NAME_WIRE_MAX + 2] = { 1, '*' };
	struct view tail = suffix(q, depth);

	if (tail.n > NAME_WIRE_MAX - 2)
		return ANSWERED;
	memcpy(name + 2, tail.p, tail.n);
	return cover(q, view_of(name, tail.n + 2));
}

/* ---- what is proven ---- */

/* proofs gives the chain that proofs come from: none without DO, in an unsigned zone, or when an NSEC3 chain asks
 * for more iterations than we do (RFC 9276 3.2). */
static enum denial_kind proofs(struct ask *q)
{
	if (!q->dnssec)
		return DENIAL_NONE;
	if (q->zone->part.denial == DENIAL_NSEC3 &&
	    q->zone->part.iterations > q->a->options->nsec3_iterations_max) {
		q->ede = EDE_UNSUPPORTED_NSEC3_ITER;
		return DENIAL_NONE;
	}
	return q->zone->part.denial;
}

enum outcome deny_type(struct ask *q, struct node_view n)
{
	unsigned d = q->link->name.labels, found;

	switch (proofs(q)) {
	case DENIAL_NSEC:
		return node_has(n, RR_NSEC) ? put_nsec(q, n) : cover(q, suffix(q, d));
	case DENIAL_NSEC3:
		return node_hash8(n) != NULL ? match(q, n) : prove_encloser(q, d, &found);
	case DENIAL_NONE:
		break;
	}
	return ANSWERED;
}

enum outcome deny_name(struct ask *q, unsigned encloser)
{
	enum outcome o = ANSWERED;
	unsigned found;

	switch (proofs(q)) {
	case DENIAL_NSEC:
		o = cover(q, suffix(q, q->link->name.labels));
		return o == ANSWERED ? cover_wild(q, encloser) : o;
	case DENIAL_NSEC3:
		o = prove_encloser(q, encloser, &found);
		return o == ANSWERED ? cover_wild3(q, found) : o;
	case DENIAL_NONE:
		break;
	}
	return o;
}

enum outcome deny_closer(struct ask *q, struct served *z, const struct link *link, unsigned encloser)
{
	struct served *zone = q->zone;
	const struct link *current = q->link;
	enum outcome o = ANSWERED;

	q->zone = z;
	q->link = link;
	enum denial_kind kind = proofs(q);
	if (kind == DENIAL_NSEC)
		o = cover(q, suffix(q, link->name.labels));
	else if (kind == DENIAL_NSEC3)
		o = at_name(q, suffix(q, encloser + 1), false);
	q->zone = zone;
	q->link = current;
	return o;
}

enum outcome deny_wild_type(struct ask *q, unsigned encloser, struct node_view wild)
{
	enum outcome o = ANSWERED;
	unsigned found;

	switch (proofs(q)) {
	case DENIAL_NSEC:
		o = node_has(wild, RR_NSEC) ? put_nsec(q, wild) : cover_wild(q, encloser);
		return o == ANSWERED ? cover(q, suffix(q, q->link->name.labels)) : o;
	case DENIAL_NSEC3:
		o = prove_encloser(q, encloser, &found);
		if (o != ANSWERED)
			return o;
		return node_hash8(wild) != NULL ? match(q, wild)
						: cover_wild3(q, encloser); /* opt-out: not in the chain */
	case DENIAL_NONE:
		break;
	}
	return o;
}

enum outcome deny_ds(struct ask *q, unsigned depth, struct node_view cut)
{
	unsigned found;

	switch (proofs(q)) {
	case DENIAL_NSEC:
		return node_has(cut, RR_NSEC) ? put_nsec(q, cut) : cover(q, suffix(q, depth));
	case DENIAL_NSEC3:
		return node_hash8(cut) != NULL ? match(q, cut) : prove_encloser(q, depth, &found);
	case DENIAL_NONE:
		break;
	}
	return ANSWERED;
}
