/* What must be true between the fields of a policy, a row each. */
#include "keys/policy.h"

#include <stdarg.h>
#include <stdio.h>

struct rule {
	const char *field;
	bool (*broken)(const struct policy *p, struct policy_why *why);
};

/* A wait as long as an int64_t can tell: sums of fields do not fit into 32 bits. */
static char *told(int64_t seconds, char out[32])
{
	seconds_print(seconds > UINT32_MAX ? UINT32_MAX : (uint32_t)seconds, out, 32);
	return out;
}

PRINTF_LIKE(2, 3) static bool say(struct policy_why *why, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(why->text, sizeof why->text, fmt, args);
	va_end(args);
	return true;
}

static bool refresh_too_long(const struct policy *p, struct policy_why *why)
{
	uint32_t least = p->validity < p->key_validity ? p->validity : p->key_validity;
	int64_t needed = (int64_t)p->refresh + p->jitter;
	char a[32], b[32];

	return needed >= least &&
	       say(why,
		   "refresh and jitter together are %s, but signatures are good for only %s: every one would "
		   "be made anew in each run; make refresh smaller or signature-validity and keyset-validity "
		   "longer",
		   told(needed, a), told(least, b));
}

/* What is cached just before a signature is made anew must still be good when it leaves the caches. */
static bool refresh_too_short(const struct policy *p, struct policy_why *why)
{
	uint32_t most = p->zone_ttl > p->dnskey_ttl ? p->zone_ttl : p->dnskey_ttl;
	int64_t needed = (int64_t)most + p->zone_delay;
	char a[32], b[32];

	return p->refresh < needed &&
	       say(why,
		   "a signature may be cached with %s left, but max-zone-ttl or dnskey-ttl and zone-propagation "
		   "together are %s: it would expire in caches; make refresh at least that long",
		   told(p->refresh, a), told(needed, b));
}

static bool validity_too_short(const struct policy *p, struct policy_why *why)
{
	char a[32], b[32];

	return p->validity <= p->zone_ttl &&
	       say(why,
		   "signatures are good for %s, but records are cached for up to %s (max-zone-ttl); make "
		   "signature-validity longer or max-zone-ttl smaller",
		   told(p->validity, a), told(p->zone_ttl, b));
}

static bool key_validity_too_short(const struct policy *p, struct policy_why *why)
{
	char a[32], b[32];

	return p->key_validity <= p->dnskey_ttl &&
	       say(why,
		   "its signatures are good for %s, but the DNSKEY set is cached for up to %s (dnskey-ttl); "
		   "make keyset-validity longer or dnskey-ttl smaller",
		   told(p->key_validity, a), told(p->dnskey_ttl, b));
}

static int64_t published(const struct policy *p)
{
	return (int64_t)p->dnskey_ttl + p->zone_delay + p->publish_safety;
}

/* A successor is published, then signs; its predecessor's signatures leave the caches, then its DNSKEY does. */
static bool zsk_too_short(const struct policy *p, struct policy_why *why)
{
	int64_t most = p->publish_safety > p->retire_safety ? p->publish_safety : p->retire_safety;
	int64_t needed = published(p) + p->zone_ttl + p->zone_delay + most;
	char a[32], b[32];

	return p->keys == POLICY_KSK_ZSK && p->zsk_lifetime != 0 && p->zsk_lifetime <= needed &&
	       say(why,
		   "a ZSK is in use for %s, but its roll-over takes %s (dnskey-ttl, max-zone-ttl, twice "
		   "zone-propagation, and the safety margins); make it longer or these smaller",
		   told(p->zsk_lifetime, a), told(needed, b));
}

static bool ksk_too_short(const struct policy *p, struct policy_why *why)
{
	int64_t most = p->publish_safety > p->retire_safety ? p->publish_safety : p->retire_safety;
	int64_t zone = p->keys == POLICY_CSK && p->zone_ttl + p->zone_delay > p->ds_ttl + p->parent_delay
			   ? (int64_t)p->zone_ttl + p->zone_delay
			   : (int64_t)p->ds_ttl + p->parent_delay;
	int64_t needed = published(p) + zone + most;
	char a[32], b[32];

	return p->keys != POLICY_NO_KEYS && p->ksk_lifetime != 0 && p->ksk_lifetime <= needed &&
	       say(why,
		   "it is in use for %s, but its roll-over takes at least %s, even if the parent acts at once "
		   "(dnskey-ttl, zone-propagation, parent-ds-ttl, parent-propagation, and the safety margins); "
		   "make "
		   "it longer or these smaller",
		   told(p->ksk_lifetime, a), told(needed, b));
}

static bool offline_csk(const struct policy *p, struct policy_why *why)
{
	return p->offline_ksk != 0 && p->keys != POLICY_KSK_ZSK &&
	       say(why, "only a KSK can be elsewhere: say keys: ksk+zsk, or offline-ksk: no");
}

static const struct rule rules[] = {
	{ "signature-validity", validity_too_short },
	{ "keyset-validity", key_validity_too_short },
	{ "refresh", refresh_too_long },
	{ "refresh", refresh_too_short },
	{ "zsk-lifetime", zsk_too_short },
	{ "ksk-lifetime", ksk_too_short },
	{ "offline-ksk", offline_csk },
};

bool policy_check(const struct policy *p, struct policy_why *why)
{
	struct policy_why said;

	for (size_t i = 0; i < COUNT_OF(rules); i++)
		if (rules[i].broken(p, &said)) {
			snprintf(why->text, sizeof why->text, "%s: %.490s", rules[i].field, said.text);
			return false;
		}
	return true;
}
