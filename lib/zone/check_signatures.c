/*
 * Checks of signatures: every RRset of a signed zone has one that verifies,
 * and none that does not.
 *
 * The work is bounded: so many keys of the zone, so many signatures of an
 * RRset and so many keys per signature are tried and no more (several may
 * share a key tag, which is how KeyTrap, CVE-2023-50387, made validators
 * busy). Workers take slices of the zone; what they find is told afterwards,
 * in the order of the zone.
 */

#include <stdlib.h>

#include "base/work.h"
#include "zone/check_run.h"

enum {
	SIGNATURES_MAX = 8, /* of one RRset that are verified; a rollover of two algorithms needs four */
	TRIES_MAX = 4,      /* keys of one tag and algorithm that are tried */
	SLICE = 256,        /* nodes that a worker takes at a time */
};

/* What was found about a signature, or about an RRset for lack of one. */
struct sig_flaw {
	size_t at; /* index of the node: findings are told in this order */
	const struct rrset *set;
	const struct rdata *sig; /* NULL: the RRset itself */
	enum check_id id;
	const char *what;
};

/* What one worker needs, and what it found. */
struct sig_job {
	struct checker *c;
	struct public_key *key[CHECK_KEYS_MAX];
	struct sign_room room;
	struct view *rdata;
	size_t rdata_cap;
	struct sig_flaw *flaw;
	size_t n_flaws, cap;
	int64_t soonest; /* expiry of the signature that ends first and has not ended; 0: none */
};

static void note(struct sig_job *j, size_t at, const struct rrset *set, const struct rdata *sig, enum check_id id,
		 const char *what)
{
	if (!check_on(j->c, id))
		return;
	j->flaw = grow_array(j->flaw, &j->cap, j->n_flaws + 1, sizeof *j->flaw);
	j->flaw[j->n_flaws++] = (struct sig_flaw){ at, set, sig, id, what };
}

/* noted: since the flaw numbered `from` there is one of this check. */
static bool noted(const struct sig_job *j, size_t from, enum check_id id)
{
	for (size_t i = from; i < j->n_flaws; i++)
		if (j->flaw[i].id == id)
			return true;
	return false;
}

static struct signed_set signed_set_of(struct sig_job *j, const struct name *owner, const struct rrset *s)
{
	if (j->rdata_cap < s->n)
		j->rdata = grow_array(j->rdata, &j->rdata_cap, s->n, sizeof *j->rdata);
	for (uint32_t i = 0; i < s->n; i++)
		j->rdata[i] = rdata_view(&s->rdata[i]);
	return (struct signed_set){ owner, s->type, CLASS_IN, s->n, j->rdata };
}

/* try_keys gives OK if one of the keys that may have made the signature did, ERR_NOTFOUND if there is no such
 * key, ERR_VERSION if its algorithm cannot be verified here. */
static enum err try_keys(struct sig_job *j, const struct rrsig *sig, const struct signed_set *set)
{
	enum err e = ERR_NOTFOUND;
	unsigned tries = 0;

	for (size_t k = 0; k < j->c->n_keys && tries < TRIES_MAX; k++) {
		const struct dnskey *key = &j->c->key[k];
		if (key->tag != sig->tag || key->algorithm != sig->algorithm || (key->flags & DNSKEY_ZONE) == 0)
			continue;
		if ((key->flags & DNSKEY_REVOKED) != 0 && set->type != RR_DNSKEY)
			continue; /* RFC 5011 2.1: a revoked key signs itself and nothing else */
		tries++;
		if (!algorithm_known(sig->algorithm))
			return ERR_VERSION;
		if (j->key[k] == NULL && public_key_of(key->algorithm, key->key, &j->key[k]) != OK)
			e = ERR_REFUSED;
		else
			e = rrsig_verify(sig, j->key[k], set, &j->room);
		if (e == OK)
			break;
	}
	return e;
}

static void check_times(struct sig_job *j, size_t at, const struct rrset *s, const struct rdata *rdata,
			const struct rrsig *sig)
{
	const int64_t now = j->c->o.now, expires = serial_time(sig->expires, now);

	if (expires < now)
		note(j, at, s, rdata, CHECK_RRSIG_EXPIRED, "has expired");
	else if (j->soonest == 0 || expires < j->soonest)
		j->soonest = expires;
	if (serial_time(sig->begins, now) > now)
		note(j, at, s, rdata, CHECK_RRSIG_NOT_YET, "is not valid yet");
	if (sig->ttl != s->ttl)
		note(j, at, s, rdata, CHECK_RRSIG_TTL, "was made for another TTL");
}

/* check_one gives true if the signature may be what a validator needs: it verifies, or nobody here can tell. */
static bool check_one(struct sig_job *j, size_t at, const struct rrset *s, const struct rdata *rdata,
		      const struct signed_set *set)
{
	struct rrsig sig;
	enum err e;

	if (!rrsig_read(rdata_view(rdata), &sig)) {
		note(j, at, s, rdata, CHECK_RRSIG_WRONG, "is not whole");
		return false;
	}
	if (!name_eq(&sig.signer, &j->c->z->apex)) {
		note(j, at, s, rdata, CHECK_RRSIG_STRAY, "names another zone as its signer");
		return false;
	}
	e = try_keys(j, &sig, set);
	if (e == ERR_NOTFOUND) {
		note(j, at, s, rdata, CHECK_RRSIG_STRAY, "was made with a key that is not in the zone");
		return false;
	}
	check_times(j, at, s, rdata, &sig);
	if (e == ERR_VERSION)
		note(j, at, s, rdata, CHECK_RRSIG_UNVERIFIED, "is of an algorithm that cannot be verified here");
	else if (e == ERR_FORMAT)
		note(j, at, s, rdata, CHECK_RRSIG_WRONG, "does not fit its owner: too many labels");
	else if (e != OK)
		note(j, at, s, rdata, CHECK_RRSIG_WRONG, "does not verify");
	return e == OK || e == ERR_VERSION;
}

static void check_set_signatures(struct sig_job *j, size_t at, const struct name *owner, const struct rrset *s)
{
	struct signed_set set = signed_set_of(j, owner, s);
	const size_t before = j->n_flaws;
	bool valid = false;

	for (uint32_t i = 0; i < s->n_sig && i < SIGNATURES_MAX; i++)
		valid |= check_one(j, at, s, &s->sig[i], &set);
	if (s->n_sig > 0 && s->sig_ttl != s->ttl && !noted(j, before, CHECK_RRSIG_TTL))
		note(j, at, s, &s->sig[0], CHECK_RRSIG_TTL, "has not the TTL of the records (RFC 4034 3)");
	if (s->n_sig > SIGNATURES_MAX)
		note(j, at, s, &s->sig[SIGNATURES_MAX], CHECK_RRSIG_UNVERIFIED,
		     "and those behind it were not verified: too many");
	if (!valid && !noted(j, before, CHECK_RRSIG_WRONG)) /* one finding is enough for one flaw */
		note(j, at, s, NULL, CHECK_RRSIG_MISSING,
		     s->n_sig == 0 ? "have no signature" : "have no valid signature");
}

static void check_node_signatures(struct sig_job *j, size_t at)
{
	const struct node *n = j->c->z->node[at];
	struct name owner;

	node_name(n, &owner);
	for (const struct rrset *s = n->rrsets; s != NULL; s = s->next) {
		if (s->n == 0)
			note(j, at, s, &s->sig[0], CHECK_RRSIG_STRAY, "covers no records");
		else if (set_authoritative(n, s->type))
			check_set_signatures(j, at, &owner, s);
		else if (s->n_sig > 0)
			note(j, at, s, &s->sig[0], CHECK_RRSIG_STRAY,
			     "covers records the zone has no authority for");
	}
}

static void check_slice(void *context, const struct slice *s)
{
	struct sig_job *j = (struct sig_job *)context + s->worker;
	struct checker *c = j->c;

	if (s->worker == 0 && c->progress != NULL) /* which only the thread that the checker runs in may call */
		c->progress(c->context, "verifying signatures", s->from, c->z->n_nodes);
	for (size_t i = s->from; i < s->to; i++)
		check_node_signatures(j, i);
}

static void tell_flaw(struct checker *c, const struct sig_flaw *f)
{
	const struct node *n = c->z->node[f->at];
	struct rrsig sig;
	char type[16];

	rrtype_print(f->set->type, type);
	if (f->sig == NULL)
		check_node_tell(c, f->id, n, f->set->n > 0 ? f->set->rdata[0].line : 0, "%s records %s", type,
				f->what);
	else if (rrsig_read(rdata_view(f->sig), &sig))
		check_node_tell(c, f->id, n, f->sig->line, "the signature over %s by key %u (algorithm %u) %s",
				type, sig.tag, sig.algorithm, f->what);
	else
		check_node_tell(c, f->id, n, f->sig->line, "the signature over %s %s", type, f->what);
}

/* Each job's flaws are in the zone's order; merged they all are. */
static void tell_flaws(struct checker *c, struct sig_job *job, size_t n_jobs)
{
	size_t at[WORK_THREADS_MAX] = { 0 };

	for (;;) {
		const struct sig_flaw *first = NULL;
		size_t who = 0;
		for (size_t i = 0; i < n_jobs; i++) {
			if (at[i] == job[i].n_flaws)
				continue;
			const struct sig_flaw *f = &job[i].flaw[at[i]];
			if (first == NULL || f->at < first->at) {
				first = f;
				who = i;
			}
		}
		if (first == NULL)
			return;
		tell_flaw(c, first);
		at[who]++;
	}
}

static void job_free(struct sig_job *j)
{
	for (size_t k = 0; k < CHECK_KEYS_MAX; k++)
		public_key_free(j->key[k]);
	free(j->room.p);
	free(j->rdata);
	free(j->flaw);
}

static void tell_soonest(struct checker *c, const struct sig_job *job, size_t n_jobs)
{
	int64_t soonest = 0;

	for (size_t i = 0; i < n_jobs; i++)
		if (job[i].soonest != 0 && (soonest == 0 || job[i].soonest < soonest))
			soonest = job[i].soonest;
	if (soonest != 0 && soonest - c->o.now < c->soa_expire)
		checker_tell(c, CHECK_RRSIG_EXPIRES_SOON, &c->z->apex, 0,
			     "the first signature ends in %lld s, before the SOA's expire of %u s",
			     (long long)(soonest - c->o.now), c->soa_expire);
}

static const enum check_id of_signatures[] = {
	CHECK_RRSIG_MISSING, CHECK_RRSIG_WRONG, CHECK_RRSIG_EXPIRED,      CHECK_RRSIG_NOT_YET,
	CHECK_RRSIG_STRAY,   CHECK_RRSIG_TTL,   CHECK_RRSIG_EXPIRES_SOON, CHECK_RRSIG_UNVERIFIED,
};

static bool wanted(const struct checker *c)
{
	for (size_t i = 0; i < COUNT_OF(of_signatures); i++)
		if (check_on(c, of_signatures[i]))
			return true;
	return false;
}

void check_zone_signatures(struct checker *c)
{
	struct sig_job job[WORK_THREADS_MAX] = { 0 };
	const unsigned n_jobs = work_threads();

	if (!c->is_signed || !wanted(c))
		return;
	for (unsigned i = 0; i < n_jobs; i++)
		job[i].c = c;
	work_run(c->z->n_nodes, SLICE, check_slice, job);
	tell_flaws(c, job, n_jobs);
	tell_soonest(c, job, n_jobs);
	for (unsigned i = 0; i < n_jobs; i++)
		job_free(&job[i]);
}
