#include "sign/pen.h"

#include <stdlib.h>

#include "dns/msg.h"
#include "dns/qname.h"

/* What waits for one key. */
struct batch {
	struct signer *signer;
	size_t n;
	uint8_t *octets; /* what is signed, one behind the other */
	size_t len, cap;
	size_t end[SIGN_BATCH];
	uint8_t *sig[SIGN_BATCH]; /* where the signatures go */
};

struct pen {
	struct signing *s;
	unsigned worker;
	size_t at; /* node of the last RRset: where a trouble is */
	struct pen_count count;
	struct view *rdata;
	size_t cap_rdata;
	struct batch batch[SIGN_KEYS_MAX];
};

struct pen *pen_new(struct signing *s, unsigned worker)
{
	size_t cap = 0;
	struct pen *p = grow_array(NULL, &cap, 1, sizeof *p);

	memset(p, 0, sizeof *p);
	p->s = s;
	p->worker = worker;
	return p;
}

void pen_free(struct pen *p)
{
	if (p == NULL)
		return;
	for (size_t k = 0; k < SIGN_KEYS_MAX; k++) {
		signer_free(p->batch[k].signer);
		free(p->batch[k].octets);
	}
	free(p->rdata);
	free(p);
}

struct pen_count pen_count(const struct pen *p)
{
	return p->count;
}

static void flush(struct pen *p, size_t k)
{
	struct batch *b = &p->batch[k];
	struct view data[SIGN_BATCH];
	enum err e = OK;

	if (b->n == 0)
		return;
	for (size_t i = 0, from = 0; i < b->n; from = b->end[i++])
		data[i] = view_of(b->octets + from, b->end[i] - from);
	if (b->signer == NULL)
		b->signer = signer_new(p->s->plan->key[k].key->private);
	e = b->signer != NULL ? signer_sign(b->signer, data, b->n, b->sig) : ERR_MEMORY;
	if (e != OK)
		signing_fails(p->s, p->worker, p->at, e, "key %s does not sign: %s", p->s->plan->key[k].key->file,
			      err_text(e));
	b->n = b->len = 0;
}

void pen_flush(struct pen *p)
{
	for (size_t k = 0; k < p->s->plan->n_keys; k++)
		flush(p, k);
}

/* spread gives 0 .. most: the same for the same owner and type, so that jitter needs no chance. */
static uint32_t spread(const struct name *owner, uint16_t type, uint32_t most)
{
	struct name lower = *owner;
	uint64_t h = type;

	name_lower(&lower);
	for (unsigned i = 0; i < lower.len; i++)
		h = hash_mix(h ^ lower.wire[i], 0x9e3779b97f4a7c15U);
	return (uint32_t)(h % ((uint64_t)most + 1));
}

/* fields says what the RRSIGs of a set say, whoever makes them. */
static void fields(const struct pen *p, const struct name *owner, const struct node *n, const struct rrset *set,
		   struct rrsig *out)
{
	const struct sign_plan *plan = p->s->plan;
	const bool of_keys = set->type == RR_DNSKEY || set->type == RR_CDS || set->type == RR_CDNSKEY;
	const uint32_t validity = of_keys ? plan->key_validity : plan->validity;

	out->covered = set->type;
	out->labels = (uint8_t)(n->labels - (name_is_wildcard(owner) ? 1U : 0U)); /* RFC 4034 3.1.3 */
	out->ttl = set->ttl;
	out->begins = (uint32_t)(plan->now - plan->inception_offset);
	out->expires = (uint32_t)(plan->now + validity - spread(owner, set->type, plan->jitter));
	out->signer = p->s->z->apex;
}

/* make writes one RRSIG but for its signature, and puts what is to be signed into the key's batch. */
static struct rdata make(struct pen *p, size_t k, struct rrsig *sig, const struct signed_set *set)
{
	const size_t len = private_key_signature_len(p->s->plan->key[k].key->private);
	const size_t size = RRSIG_HEAD + (size_t)sig->signer.len + len, most = rrsig_data_max(set);
	struct batch *b = &p->batch[k];
	uint8_t *rdata = arena_pack(signing_arena(p->s, p->worker), size);
	struct wr w = wr_of(rdata, size);

	rrsig_write(sig, &w);
	sig->head = view_of(rdata, RRSIG_HEAD);
	b->octets = grow_array(b->octets, &b->cap, b->len + most, 1);
	w = wr_of(b->octets + b->len, most);
	enum err e = rrsig_data(sig, set, &w);
	if (e != OK)
		signing_fails(p->s, p->worker, p->at, e, "a record is not of its type's form");
	b->len += w.len;
	b->end[b->n] = b->len;
	b->sig[b->n++] = rdata + size - len;
	if (b->n == SIGN_BATCH)
		flush(p, k);
	p->count.made++;
	return (struct rdata){ rdata, (uint16_t)size, 0 };
}

/* RRSIGs are in canonical order like any RDATA; keys differ in algorithm or tag, so the signature never decides.
 */
static void put_in_order(struct rrset *set, const struct rdata *sig)
{
	uint32_t i = set->n_sig++;

	for (; i > 0 && memcmp(set->sig[i - 1].p, sig->p, RRSIG_HEAD) > 0; i--)
		set->sig[i] = set->sig[i - 1];
	set->sig[i] = *sig;
}

/* The set, its signatures and the rest of an answer must fit into a message. */
static void check_size(struct pen *p, const struct name *owner, const struct rrset *set)
{
	enum { RR_FIXED = 12, REST = MSG_HEADER + 4 + 11 };
	size_t records = REST + owner->len, signatures = 0;
	char text[NAME_TEXT_MAX], type[16];

	for (uint32_t i = 0; i < set->n; i++)
		records += RR_FIXED + (size_t)set->rdata[i].n;
	for (uint32_t i = 0; i < set->n_sig; i++)
		signatures += RR_FIXED + (size_t)set->sig[i].n;
	if (records + signatures <= MSG_MAX)
		return;
	name_print(owner, text);
	rrtype_print(set->type, type);
	signing_fails(
	    p->s, p->worker, p->at, ERR_SPACE,
	    "%.240s: an answer with the %s records and their signatures would have %zu octets, of %d at most",
	    text, type, records + signatures, MSG_MAX);
}

static struct signed_set signed_set_of(struct pen *p, const struct name *owner, const struct rrset *s)
{
	p->rdata = grow_array(p->rdata, &p->cap_rdata, s->n, sizeof *p->rdata);
	for (uint32_t i = 0; i < s->n; i++)
		p->rdata[i] = rdata_view(&s->rdata[i]);
	return (struct signed_set){ owner, s->type, CLASS_IN, s->n, p->rdata };
}

/* The set must be the one that was signed elsewhere: nothing of the file may have joined it. */
static void check_given(struct pen *p, const struct rrset *set, size_t n)
{
	const struct sign_plan *plan = p->s->plan;
	uint32_t signed_there = 0;
	char type[16];

	for (size_t i = 0; i < plan->n_given; i++)
		signed_there += plan->given[i].type == set->type;
	rrtype_print(set->type, type);
	if (n == 0)
		signing_fails(p->s, p->worker, p->at, ERR_REFUSED,
			      "the %s records of the file are not signed: the key that signs them is elsewhere; "
			      "remove them from the file", type);
	else if (set->n != signed_there || set->ttl != plan->dnskey_ttl)
		signing_fails(p->s, p->worker, p->at, ERR_REFUSED,
			      "the file has %s records of its own, or with another TTL, and the set was signed elsewhere "
			      "without them: remove them from the file", type);
}

static bool was_given(const struct old_set *old, struct view rrsig)
{
	struct view was;

	for (uint32_t i = old->n; i < old->n + old->n_sig; i++)
		if (old_rdata(old, i, &was) && view_eq(was, rrsig))
			return true;
	return false;
}

/* give copies the signatures that were made elsewhere. */
static void give(struct pen *p, struct rrset *set, const struct old_set *old)
{
	bool new = false;

	const struct sign_plan *plan = p->s->plan;
	struct arena *a = signing_arena(p->s, p->worker);

	set->sig = arena_take(a, plan->n_given * sizeof *set->sig);
	for (size_t i = 0; i < plan->n_given; i++) {
		const struct view v = plan->given[i].rdata;
		const struct rdata copy = { arena_copy(a, v.p, v.n), (uint16_t)v.n, 0 };

		if (!sign_given_covers(&plan->given[i], set->type))
			continue;
		put_in_order(set, &copy);
		new |= old != NULL && !was_given(old, v);
	}
	check_given(p, set, set->n_sig);
	p->count.kept += set->n_sig;
	p->count.differs += new;
}

static bool is_given(const struct pen *p, const struct node *n, uint16_t type)
{
	return p->s->plan->n_given != 0 && n == p->s->apex && (type == RR_DNSKEY || type == RR_CDS || type == RR_CDNSKEY);
}

/* make_all puts the signatures of every key that covers the set at it, made or kept. */
static void make_all(struct pen *p, const struct node *n, const struct name *owner, struct rrset *set,
		     const struct old_set *old)
{
	const struct sign_plan *plan = p->s->plan;
	struct arena *a = signing_arena(p->s, p->worker);
	struct signed_set data;
	struct rrsig sig;

	fields(p, owner, n, set, &sig);
	data = signed_set_of(p, owner, set);
	set->sig = arena_take(a, plan->n_keys * sizeof *set->sig);
	for (size_t k = 0; k < plan->n_keys; k++) {
		struct view kept = { NULL, 0 };
		struct rdata made;

		if (!sign_key_covers(&plan->key[k], set->type))
			continue;
		sig.algorithm = plan->key[k].key->algorithm;
		sig.tag = plan->key[k].key->tag;
		if (old != NULL && p->s->was_there[k])
			kept = old_signature(old, &sig, plan);
		if (kept.n != 0) {
			made = (struct rdata){ arena_copy(a, kept.p, kept.n), (uint16_t)kept.n, 0 };
			p->count.kept++;
		} else {
			made = make(p, k, &sig, &data);
		}
		put_in_order(set, &made);
	}
}

void pen_sign(struct pen *p, size_t at, const struct node *n, struct rrset *set, const struct old_set *old)
{
	struct name owner;

	node_name(n, &owner);
	p->at = at;
	set->n_sig = 0;
	set->sig_ttl = set->ttl; /* RFC 4034 3 */
	if (is_given(p, n, set->type))
		give(p, set, old);
	else
		make_all(p, n, &owner, set, old);
	p->s->records[p->worker] += set->n_sig;
	if (old != NULL && (old->n_sig != set->n_sig || old->sig_ttl != set->sig_ttl))
		p->count.differs++;
	check_size(p, &owner, set);
}
