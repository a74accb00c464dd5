/* Can this zone be signed like this? Everything that can be known before the work begins. */

#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include "sec/nsec3.h"
#include "sec/rrsig.h"
#include "sign/run.h"
#include "zone/authority.h"

enum {
	YEAR_2020 = 1577836800, /* a clock before this was never set */
	HASHED_LABEL = 1 + NSEC3_TEXT_LEN,
};

void sign_plan_default(struct sign_plan *p)
{
	enum { HOUR = 3600, DAY = 24 * HOUR };

	*p = (struct sign_plan){
		.inception_offset = HOUR,
		.validity = 30 * DAY,
		.key_validity = 30 * DAY,
		.jitter = 12 * HOUR,
		.refresh = 7 * DAY,
		.cds_digests = 1U << 2,
	};
}

bool sign_key_covers(const struct sign_key *k, uint16_t type)
{
	return type == RR_DNSKEY || type == RR_CDS || type == RR_CDNSKEY ? k->signs_keys : k->signs_zone;
}

bool sign_given_covers(const struct sign_given *g, uint16_t type)
{
	return g->type == RR_RRSIG && g->rdata.n > RRSIG_HEAD && get_u16(g->rdata.p) == type;
}

static enum err refuse(struct signing *s, const char *fmt, ...) PRINTF_LIKE(2, 3);

static enum err refuse(struct signing *s, const char *fmt, ...)
{
	char why[SIGN_WHY];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(why, sizeof why, fmt, args);
	va_end(args);
	return signing_fails(s, 0, 0, ERR_REFUSED, "%s", why);
}

bool sign_clock_right(int64_t now, char why[SIGN_WHY])
{
	time_t t = (time_t)now;
	struct tm tm = { 0 };
	char day[32] = "?";

	if (now >= YEAR_2020)
		return true;
	if (gmtime_r(&t, &tm) != NULL)
		(void)strftime(day, sizeof day, "%Y-%m-%d", &tm);
	(void)snprintf(why, SIGN_WHY,
		       "the clock says %s, which cannot be: set it, or signatures made now are valid for nobody",
		       day);
	return false;
}

static enum err check_times(struct signing *s)
{
	const struct sign_plan *p = s->plan;
	const uint32_t shorter = p->validity < p->key_validity ? p->validity : p->key_validity;
	char why[SIGN_WHY];

	if (!sign_clock_right(p->now, why))
		return refuse(s, "%s", why);
	if (p->jitter >= shorter || p->refresh >= shorter - p->jitter)
		return refuse(
		    s,
		    "signatures valid for %u s, less up to %u s of jitter, are never fresh for the %u s that are "
		    "asked for: validity must be above refresh and jitter together",
		    shorter, p->jitter, p->refresh);
	if (p->validity > INT32_MAX || p->key_validity > INT32_MAX || p->inception_offset > INT32_MAX)
		return refuse(s, "a signature lasts 68 years at most (RFC 4034 3.1.5)");
	return OK;
}

static enum err check_denial(struct signing *s)
{
	const struct sign_plan *p = s->plan;

	if (p->denial == SIGN_NSEC3 && s->z->apex.len + HASHED_LABEL > NAME_WIRE_MAX)
		return signing_fails(
		    s, 0, 0, ERR_SPACE,
		    "the zone's name has %u octets, and hashed names below it would have more than %d: "
		    "NSEC3 is for names of up to %d octets; sign with NSEC",
		    s->z->apex.len, NAME_WIRE_MAX, NAME_WIRE_MAX - HASHED_LABEL);
	if (p->salt.n > UINT8_MAX)
		return refuse(s, "a salt has %d octets at most, not %zu (RFC 5155 3.1.5)", UINT8_MAX, p->salt.n);
	return OK;
}

/* A key that is to sign must be able to, and be told from all others that sign. */
static enum err check_key(struct signing *s, size_t i)
{
	const struct sign_key *k = &s->plan->key[i];

	if (!k->signs_keys && !k->signs_zone)
		return OK;
	if (!algorithm_signs(k->key->algorithm))
		return refuse(s, "key %s is of algorithm %u, which nothing can be signed with here", k->key->file,
			      k->key->algorithm);
	if (k->key->private == NULL)
		return refuse(s, "key %s is to sign, but its private half is missing", k->key->file);
	if (!name_eq(&k->key->zone, &s->z->apex))
		return refuse(s, "key %s is another zone's", k->key->file);
	for (size_t other = 0; other < i; other++) {
		const struct sign_key *o = &s->plan->key[other];
		if ((o->signs_keys || o->signs_zone) && o->key->algorithm == k->key->algorithm &&
		    o->key->tag == k->key->tag)
			return refuse(s, "keys %s and %s share algorithm and tag: retire one of them",
				      o->key->file, k->key->file);
	}
	return OK;
}

/* Each algorithm of the DNSKEY set signs every RRset (RFC 4035 2.2), other signers' algorithms included. */
static enum err check_algorithm(struct signing *s, const struct dnskey *dnskey)
{
	bool keys = false, zone = false;

	for (size_t i = 0; i < s->plan->n_keys; i++) {
		const struct sign_key *k = &s->plan->key[i];
		keys |= k->signs_keys && k->key->algorithm == dnskey->algorithm;
		zone |= k->signs_zone && k->key->algorithm == dnskey->algorithm;
	}
	for (size_t i = 0; i < s->plan->n_given; i++)
		keys |= sign_given_covers(&s->plan->given[i], RR_DNSKEY) &&
			s->plan->given[i].rdata.p[2] == dnskey->algorithm;
	if (keys && zone)
		return OK;
	return refuse(
	    s,
	    "the zone has key %u of algorithm %u, so %s must be signed with this algorithm, and no key does: "
	    "each algorithm among the keys signs everything (RFC 4035 2.2)",
	    dnskey->tag, dnskey->algorithm,
	    zone   ? "the keys"
	    : keys ? "its records"
		   : "everything");
}

static enum err check_keys(struct signing *s)
{
	const struct rrset *set = node_has(s->apex, RR_DNSKEY);
	struct dnskey k;
	enum err e = OK;

	if (set == NULL)
		return refuse(s, "there is no key to sign with");
	for (size_t i = 0; i < s->plan->n_keys && e == OK; i++)
		e = check_key(s, i);
	for (uint32_t i = 0; i < set->n && e == OK; i++)
		if (dnskey_read(rdata_view(&set->rdata[i]), &k) && (k.flags & DNSKEY_ZONE) != 0 &&
		    (k.flags & DNSKEY_REVOKED) == 0)
			e = check_algorithm(s, &k);
	return e;
}

enum err plan_check(struct signing *s)
{
	enum err e = check_times(s);

	if (e == OK)
		e = check_denial(s);
	return e == OK ? check_keys(s) : e;
}
