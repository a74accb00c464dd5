#include "zone/check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "zone/check_run.h"

#define E SEVERITY_ERROR
#define W SEVERITY_WARNING

static const struct check checks[CHECKS] = {
	[CHECK_OUT_OF_ZONE] = { "out-of-zone", W, "a record whose owner is not in the zone; it is left out" },
	[CHECK_DUPLICATE] = { "duplicate", W, "the same record twice; one is left out" },
	[CHECK_TTL_DIFFERS] = { "ttl-differs", W,
				"records of one RRset with different TTLs; the first one's is taken (RFC 2181 "
				"5.2)" },
	[CHECK_SOA_COUNT] = { "soa-count", E, "a zone has exactly one SOA record, at its apex (RFC 1035 5.2)" },
	[CHECK_SOA_ELSEWHERE] = { "soa-elsewhere", E, "an SOA record below the apex: another zone's" },
	[CHECK_APEX_NS] = { "apex-ns", E, "no NS records at the apex (RFC 1034 4.2.1)" },
	[CHECK_CNAME_AND_OTHER_DATA] = { "cname-and-other-data", E,
					 "a CNAME beside other records than those of DNSSEC (RFC 1034 3.6.2)" },
	[CHECK_CNAME_COUNT] = { "cname-count", E, "more than one CNAME at a name (RFC 2181 10.1)" },
	[CHECK_DNAME_COUNT] = { "dname-count", E, "more than one DNAME at a name (RFC 6672 2.4)" },
	[CHECK_BELOW_DNAME] = { "below-dname", E, "records below a DNAME, which nobody will see (RFC 6672 2.4)" },
	[CHECK_BELOW_CUT] = { "below-cut", W,
			      "records at or below a zone cut that are no glue: they belong to the other zone" },
	[CHECK_WILDCARD_NS] = { "wildcard-ns", W, "NS records at a wildcard: undefined (RFC 4592 4.2)" },
	[CHECK_WILDCARD_DNAME] = { "wildcard-dname", W, "a DNAME at a wildcard: discouraged (RFC 6672 2.2)" },
	[CHECK_APEX_NS_TARGET] = { "apex-ns-target", E,
				   "an NS record at the apex that leads to an alias or to no address in this "
				   "zone" },
	[CHECK_NS_ALIAS] = { "ns-alias", W,
			     "an NS record of a delegation that leads to an alias (RFC 2181 10.3)" },
	[CHECK_NS_MISSING] = { "ns-missing", W,
			       "an NS record of a delegation that leads to a name of this zone without address" },
	[CHECK_MX_ALIAS] = { "mx-alias", W, "an MX record that leads to an alias (RFC 2181 10.3)" },
	[CHECK_MX_MISSING] = { "mx-missing", W, "an MX record that leads to a name of this zone without address" },
	[CHECK_SRV_ALIAS] = { "srv-alias", W, "an SRV record that leads to an alias (RFC 2782)" },
	[CHECK_SRV_MISSING] = { "srv-missing", W,
				"an SRV record that leads to a name of this zone without address" },
	[CHECK_GLUE_MISSING] = { "glue-missing", W,
				 "a delegation to a name server inside itself, without its address: it cannot "
				 "work" },
	[CHECK_SIBLING_GLUE] = { "sibling-glue", W,
				 "a delegation to a name server below another cut of this zone, without its "
				 "address" },
	[CHECK_DS_WITHOUT_NS] = { "ds-without-ns", W, "DS records where nothing is delegated (RFC 4035 2.4)" },
	[CHECK_TOO_LARGE] = { "too-large", E, "a record or RRset that fits into no message of 65,535 octets" },
	[CHECK_RRS_PER_RRSET] = { "rrs-per-rrset", E, "more records of one type at a name than the limit" },
	[CHECK_TYPES_PER_NAME] = { "types-per-name", E, "more types at a name than the limit" },
	[CHECK_OBSOLETE_TYPE] = { "obsolete-type", W, "a type that is obsolete" },
	[CHECK_FORGOTTEN_DOT] = { "forgotten-dot", W, "a name that ends in the zone's name twice" },
	[CHECK_DNSKEY] = { "dnskey", W, "a DNSKEY that no signature can be verified with (RFC 4034 2.1)" },
	[CHECK_CDS] = { "cds", W, "CDS or CDNSKEY records that do not fit the DNSKEYs (RFC 7344 4.1)" },
	[CHECK_DEPRECATED_ALGORITHM] = { "deprecated-algorithm", W,
					 "a key or digest of an algorithm to be left "
					 "behind (RFC 8624)" },
	[CHECK_UNSIGNED] = { "unsigned", W, "DNSSEC records in a zone that is not signed" },
	[CHECK_NSEC3PARAM] = { "nsec3param", E, "NSEC3PARAM records that cannot be used (RFC 5155 4)" },
	[CHECK_NSEC3_RECORD] = { "nsec3-record", E,
				 "an NSEC3 record whose owner or next hash is no hash of its algorithm" },
	[CHECK_NSEC3_ITERATIONS] = { "nsec3-iterations", W, "more than 0 additional iterations (RFC 9276 3.1)" },
	[CHECK_NSEC3_ITERATIONS_HIGH] = { "nsec3-iterations-high", W,
					  "so many iterations that validators take the zone for unsigned and no "
					  "proofs are served (RFC 9276 3.2)" },
	[CHECK_DENIAL_MISSING] = { "denial-missing", E,
				   "a name of a signed zone without its NSEC or NSEC3 record" },
	[CHECK_DENIAL_CHAIN] = { "denial-chain", E, "an NSEC or NSEC3 record that does not lead to the next one" },
	[CHECK_DENIAL_BITMAP] = { "denial-bitmap", E, "an NSEC or NSEC3 record with a wrong list of types" },
	[CHECK_DENIAL_STRAY] = { "denial-stray", E, "an NSEC or NSEC3 record for a name that does not exist" },
	[CHECK_RRSIG_MISSING] = { "rrsig-missing", E, "an RRset of a signed zone without a valid signature" },
	[CHECK_RRSIG_WRONG] = { "rrsig-wrong", E, "a signature that does not verify" },
	[CHECK_RRSIG_EXPIRED] = { "rrsig-expired", W, "a signature whose time is over" },
	[CHECK_RRSIG_NOT_YET] = { "rrsig-not-yet", W, "a signature whose time has not come" },
	[CHECK_RRSIG_EXPIRES_SOON] = { "rrsig-expires-soon", W,
				       "a signature that ends before secondaries give the zone up (SOA expire)" },
	[CHECK_RRSIG_STRAY] = { "rrsig-stray", W,
				"a signature over nothing, by nobody's key, or by another zone" },
	[CHECK_RRSIG_TTL] = { "rrsig-ttl", W, "an RRset's TTL is not the one that was signed (RFC 4034 3.1.4)" },
	[CHECK_RRSIG_UNVERIFIED] = { "rrsig-unverified", W,
				     "a signature that was not verified: unknown algorithm, or too many" },
	[CHECK_ZONEMD_WRONG] = { "zonemd-wrong", E, "the zone's digest is not what ZONEMD says (RFC 8976 4)" },
	[CHECK_ZONEMD_UNSUPPORTED] = { "zonemd-unsupported", W, "a ZONEMD record of an unknown scheme or hash" },
	[CHECK_DNAME_AND_NS] = { "dname-and-ns", E, "a DNAME beside NS records below the apex (RFC 6672 2.3)" },
	[CHECK_NOT_AT_APEX] = { "not-at-apex", W,
				"a DNSKEY, NSEC3PARAM, ZONEMD or CSYNC record below the apex, where nobody looks "
				"for it" },
	[CHECK_ADDRESS_AS_NAME] = { "address-as-name", W, "an address where the name of a host must be" },
	[CHECK_HOST_NAME] = { "host-name", W,
			      "a host's name with other octets than letters, digits and hyphens (RFC 1123 2.1)" },
	[CHECK_MAILBOX] = { "mailbox", W, "an at sign in the SOA's mailbox (RFC 1035 8)" },
	[CHECK_SOA_TIMES] = { "soa-times", W, "an SOA whose expire is below its refresh or retry (RFC 1912 2.2)" },
	[CHECK_NULL_MX] = { "null-mx", W, "an MX record that says \"no mail\" beside others (RFC 7505 3)" },
	[CHECK_DIGEST_LENGTH] = { "digest-length", W, "a TLSA or SMIMEA record with data of the wrong length" },
	[CHECK_DEEP_NAMES] = { "deep-names", E,
			       "names with so many labels that the names they imply would fill memory; left out" },
	[CHECK_SERIAL_GOES_BACK] = { "serial-goes-back", W,
				     "a serial before that of the zone in the database (RFC 1982)" },
	[CHECK_WILDCARD_INSIDE] = { "wildcard-inside", W,
				    "a name below a wildcard, which answers for no other name there (RFC 4592 "
				    "2.1.2)" },
	[CHECK_SIGNED_BEFORE] = { "signed-before", W,
				  "no signatures in a zone of which the database has some: bogus while there is a "
				  "DS" },
	[CHECK_SPF] = { "spf", W, "an SPF record without the TXT record that is asked for (RFC 7208 3.1)" },
	[CHECK_NAPTR] = { "naptr", W,
			  "a NAPTR record whose regexp cannot be applied, or that has a replacement too (RFC 3402 "
			  "3.2, RFC 3403 4.1)" },
};

#undef E
#undef W

_Static_assert((int)CHECKS <= (int)CHECKS_MAX, "a zone's row has a bit for each check");

enum {
	FINDINGS_MAX = 10,
	/* The smallest record in an answer has 12 octets, so this many fit into one message at most. */
	RRS_MAX = 65535 / 12,
	TYPES_MAX = 100,
	ITERATIONS_MAX = 100,
	WHAT_MAX = 1400, /* two names as text */
};

const struct check *check_row(enum check_id id)
{
	return &checks[id];
}

bool check_find(const char *name, enum check_id *out)
{
	for (int i = 0; i < CHECKS; i++) {
		if (strcmp(checks[i].name, name) == 0) {
			*out = (enum check_id)i;
			return true;
		}
	}
	return false;
}

void check_options_default(struct check_options *o)
{
	*o = (struct check_options){
		.now = time(NULL),
		.findings_max = FINDINGS_MAX,
		.rrs_max = RRS_MAX,
		.types_max = TYPES_MAX,
		.nsec3_iterations_max = ITERATIONS_MAX,
	};
	for (int i = 0; i < CHECKS; i++)
		o->severity[i] = (uint8_t)checks[i].preset;
}

struct checker *checker_new(const struct check_options *o, check_fn *tell, void *context)
{
	size_t cap = 0;
	struct checker *c = grow_array(NULL, &cap, 1, sizeof *c);

	*c = (struct checker){ .o = *o, .tell = tell, .context = context };
	for (int i = 0; i < CHECKS; i++)
		if (check_on(c, (enum check_id)i))
			c->result.ran[i / 64] |= (uint64_t)1 << i % 64;
	return c;
}

void checker_watch(struct checker *c, check_progress_fn *progress)
{
	c->progress = progress;
}

/* count gives true if the first of these findings is one that is told. */
static bool count(struct checker *c, enum check_id id, uint64_t n)
{
	const uint64_t before = c->found[id];

	if (!check_on(c, id))
		return false;
	*(c->o.severity[id] == SEVERITY_ERROR ? &c->result.errors : &c->result.warnings) += n;
	c->found[id] += n;
	return before < c->o.findings_max;
}

static void vtell(struct checker *c, enum check_id id, const struct name *owner, uint32_t line, const char *fmt,
		  va_list args)
{
	char what[WHAT_MAX];
	struct check_finding f = { id, (enum severity)c->o.severity[id], owner, line, what };

	if (!count(c, id, 1))
		return;
	(void)vsnprintf(what, sizeof what, fmt, args);
	c->tell(c->context, &f);
}

void check_retell(struct checker *c, const struct check_finding *f, uint64_t n)
{
	if (count(c, f->id, n) && f->what != NULL)
		c->tell(c->context, f);
}

void checker_tell(struct checker *c, enum check_id id, const struct name *owner, uint32_t line, const char *fmt,
		  ...)
{
	va_list args;

	va_start(args, fmt);
	vtell(c, id, owner, line, fmt, args);
	va_end(args);
}

void check_node_tell(struct checker *c, enum check_id id, const struct node *n, uint32_t line, const char *fmt,
		     ...)
{
	struct name owner;
	va_list args;

	node_name(n, &owner);
	va_start(args, fmt);
	vtell(c, id, &owner, line != 0 ? line : n->line, fmt, args);
	va_end(args);
}

void checker_oddity(void *checker, enum zone_oddity kind, const struct node *n, const struct rrset *s,
		    uint32_t line)
{
	char type[16];

	rrtype_print(s->type, type);
	if (kind == ZONE_DUPLICATE)
		check_node_tell(checker, CHECK_DUPLICATE, n, line, "this %s record is there already", type);
	else if (kind == ZONE_DUPLICATE_SIG)
		check_node_tell(checker, CHECK_DUPLICATE, n, line, "this RRSIG record over %s is there already",
				type);
	else
		check_node_tell(checker, CHECK_TTL_DIFFERS, n, line,
				"TTL differs from that of other %s records: %u "
				"is taken",
				type, s->ttl);
}

/* apex_facts notes what checks of single nodes and signatures need to know of the whole zone. */
static void apex_facts(struct checker *c)
{
	struct view soa = zone_soa(c->z);
	const struct rrset *set;

	c->apex = zone_find(c->z, &c->z->apex);
	c->n_keys = 0;
	c->is_signed = false;
	c->soa_serial = soa.n >= 20 ? get_u32(soa.p + soa.n - 20) : 0;
	c->soa_expire = soa.n >= 20 ? get_u32(soa.p + soa.n - 8) : 0;
	if (c->apex == NULL)
		return;
	set = node_has(c->apex, RR_DNSKEY);
	for (uint32_t i = 0; set != NULL && i < set->n && c->n_keys < CHECK_KEYS_MAX; i++)
		if (dnskey_read(rdata_view(&set->rdata[i]), &c->key[c->n_keys]))
			c->n_keys++;
	for (set = c->apex->rrsets; set != NULL && !c->is_signed; set = set->next)
		c->is_signed = c->n_keys > 0 && set->n_sig > 0;
}

static void (*const for_each_set[])(struct checker *, const struct node *, const struct rrset *) = {
	check_set_shape,   /* sizes, counts, types */
	check_set_targets, /* where NS, MX and SRV lead, glue */
	check_set_keys,    /* digests and keys that are out of date or out of place */
	check_set_nsec3,   /* NSEC3 records by themselves */
	check_set_words,   /* names and values that look wrong */
};

static void (*const for_each_node[])(struct checker *, const struct node *) = {
	check_node_shape, /* aliases and cuts with other data, names nobody sees */
};

static void (*const for_the_zone[])(struct checker *) = {
	check_zone_apex,       /* SOA and NS */
	check_zone_keys,       /* DNSKEY, CDS, CDNSKEY */
	check_zone_nsec,       /* the NSEC chain */
	check_zone_nsec3,      /* the NSEC3 chain */
	check_zone_signatures, /* every RRSIG */
	check_zone_digest,     /* ZONEMD */
};

static void check_node(struct checker *c, const struct node *n)
{
	for (const struct rrset *s = n->rrsets; s != NULL; s = s->next)
		for (size_t k = 0; k < COUNT_OF(for_each_set); k++)
			for_each_set[k](c, n, s);
	for (size_t k = 0; k < COUNT_OF(for_each_node); k++)
		for_each_node[k](c, n);
}

void checker_run(struct checker *c, const struct zone *z)
{
	c->z = z;
	apex_facts(c);
	check_nodes(c, check_node);
	for (size_t k = 0; k < COUNT_OF(for_the_zone); k++)
		for_the_zone[k](c);
}

struct check_result checker_end(struct checker *c)
{
	struct check_result result = c->result;

	for (int i = 0; i < CHECKS; i++) {
		char what[32];
		struct check_finding f = { (enum check_id)i, (enum severity)c->o.severity[i], NULL, 0, what };
		if (c->found[i] <= c->o.findings_max)
			continue;
		(void)snprintf(what, sizeof what, "and %llu more",
			       (unsigned long long)(c->found[i] - c->o.findings_max));
		c->tell(c->context, &f);
	}
	free(c);
	return result;
}
