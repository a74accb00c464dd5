#include "sign/old.h"

#include "base/le.h"

void old_open(struct old_walk *w, const struct sign_old *old, const struct name *from)
{
	*w = (struct old_walk){ .old = old };
	if (old == NULL)
		return;
	w->walk = old->begin(old->context, from);
	w->failed = w->walk == NULL;
	old_next(w);
}

void old_next(struct old_walk *w)
{
	w->here = w->walk != NULL && w->old->next(w->walk, &w->set);
}

bool old_close(struct old_walk *w)
{
	if (w->walk != NULL && !w->old->end(w->walk))
		w->failed = true;
	return !w->failed;
}

bool old_pass(struct old_walk *w, const struct name *owner, uint16_t type, uint64_t *passed)
{
	for (; w->here; old_next(w)) {
		const struct view theirs = view_of(w->set.owner.wire, w->set.owner.len);
		int d = view_eq(theirs, view_of(owner->wire, owner->len)) ? 0 : name_order(&w->set.owner, owner);
		if (d == 0)
			d = (w->set.type > type) - (w->set.type < type);
		if (d >= 0)
			return d == 0;
		++*passed;
	}
	return false;
}

/* One RDATA with its length in front; false if it is not whole. */
static bool take(struct view *data, struct view *out)
{
	if (data->n < 2 || data->n - 2 < le16(data->p))
		return false;
	*out = view_of(data->p + 2, le16(data->p));
	*data = view_of(out->p + out->n, data->n - 2 - out->n);
	return true;
}

bool old_rdata(const struct old_set *old, uint32_t i, struct view *out)
{
	struct view data = old->data;

	for (uint32_t k = 0; k <= i; k++)
		if (!take(&data, out))
			return false;
	return true;
}

bool old_same(const struct old_set *old, const struct rrset *s)
{
	struct view data = old->data, rdata;

	if (old->n != s->n || old->ttl != s->ttl)
		return false;
	for (uint32_t i = 0; i < s->n; i++)
		if (!take(&data, &rdata) || !view_eq(rdata, rdata_view(&s->rdata[i])))
			return false;
	return true;
}

static bool fresh(const struct rrsig *sig, const struct sign_plan *p)
{
	return serial_time(sig->begins, p->now) <= p->now &&
	       serial_time(sig->expires, p->now) - p->now > p->refresh;
}

struct view old_signature(const struct old_set *old, const struct rrsig *wanted, const struct sign_plan *p)
{
	struct view data = old->data, rdata;
	struct rrsig sig;

	for (uint32_t i = 0; i < old->n + old->n_sig && take(&data, &rdata); i++)
		if (i >= old->n && rrsig_read(rdata, &sig) && sig.algorithm == wanted->algorithm &&
		    sig.tag == wanted->tag && sig.labels == wanted->labels && sig.ttl == wanted->ttl &&
		    sig.covered == wanted->covered && name_eq(&sig.signer, &wanted->signer) && fresh(&sig, p))
			return rdata;
	return view_of(NULL, 0);
}
