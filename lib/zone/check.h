/*
 * check.h -- what must be true of a zone before it is served.
 *
 * Every check is a row: a name, how bad a violation is unless the operator
 * says otherwise, and one line that explains it. Findings go to a callback as
 * they are made, at most so many of each check, and how many more there were
 * is told at the end.
 *
 *      checker_new -- [checker_tell, checker_oddity while reading] -- checker_run -- checker_end
 *
 * Knows: zone.h, sec/.   Must not know: files, databases, terminals.
 */
#ifndef ZONE_CHECK_H
#define ZONE_CHECK_H

#include "zone/zone.h"

/* The number of a check is its bit in the zone's row of the database (zone_row.checks): new ones are added
 * at the end, and there is room for CHECKS_MAX. */
enum { CHECKS_MAX = 128 };

enum check_id {
	CHECK_OUT_OF_ZONE,
	CHECK_DUPLICATE,
	CHECK_TTL_DIFFERS,
	CHECK_SOA_COUNT,
	CHECK_SOA_ELSEWHERE,
	CHECK_APEX_NS,
	CHECK_CNAME_AND_OTHER_DATA,
	CHECK_CNAME_COUNT,
	CHECK_DNAME_COUNT,
	CHECK_BELOW_DNAME,
	CHECK_BELOW_CUT,
	CHECK_WILDCARD_NS,
	CHECK_WILDCARD_DNAME,
	CHECK_APEX_NS_TARGET,
	CHECK_NS_ALIAS,
	CHECK_NS_MISSING,
	CHECK_MX_ALIAS,
	CHECK_MX_MISSING,
	CHECK_SRV_ALIAS,
	CHECK_SRV_MISSING,
	CHECK_GLUE_MISSING,
	CHECK_SIBLING_GLUE,
	CHECK_DS_WITHOUT_NS,
	CHECK_TOO_LARGE,
	CHECK_RRS_PER_RRSET,
	CHECK_TYPES_PER_NAME,
	CHECK_OBSOLETE_TYPE,
	CHECK_FORGOTTEN_DOT,
	CHECK_DNSKEY,
	CHECK_CDS,
	CHECK_DEPRECATED_ALGORITHM,
	CHECK_UNSIGNED,
	CHECK_NSEC3PARAM,
	CHECK_NSEC3_RECORD,
	CHECK_NSEC3_ITERATIONS,
	CHECK_NSEC3_ITERATIONS_HIGH,
	CHECK_DENIAL_MISSING,
	CHECK_DENIAL_CHAIN,
	CHECK_DENIAL_BITMAP,
	CHECK_DENIAL_STRAY,
	CHECK_RRSIG_MISSING,
	CHECK_RRSIG_WRONG,
	CHECK_RRSIG_EXPIRED,
	CHECK_RRSIG_NOT_YET,
	CHECK_RRSIG_EXPIRES_SOON,
	CHECK_RRSIG_STRAY,
	CHECK_RRSIG_TTL,
	CHECK_RRSIG_UNVERIFIED,
	CHECK_ZONEMD_WRONG,
	CHECK_ZONEMD_UNSUPPORTED,
	CHECK_DNAME_AND_NS,
	CHECK_NOT_AT_APEX,
	CHECK_ADDRESS_AS_NAME,
	CHECK_HOST_NAME,
	CHECK_MAILBOX,
	CHECK_SOA_TIMES,
	CHECK_NULL_MX,
	CHECK_DIGEST_LENGTH,
	CHECK_SPF,
	CHECK_DEEP_NAMES,
	CHECK_SERIAL_GOES_BACK,
	CHECK_WILDCARD_INSIDE,
	CHECK_SIGNED_BEFORE,
	CHECK_NAPTR,
	CHECKS
};

enum severity { SEVERITY_OFF, SEVERITY_WARNING, SEVERITY_ERROR };

struct check {
	const char *name;
	enum severity preset;
	const char *text; /* one line: what is found, and why it matters */
};

/* check_row gives a check's row. */
const struct check *check_row(enum check_id id);

/* check_find gives the check of a name; false if there is none. */
MUST_CHECK bool check_find(const char *name, enum check_id *out);

struct check_options {
	uint8_t severity[CHECKS];      /* enum severity of each */
	int64_t now;                   /* seconds since 1970: what signatures are compared with */
	uint32_t findings_max;         /* of each check */
	uint32_t rrs_max, types_max;   /* RRs in an RRset, types at a name */
	uint16_t nsec3_iterations_max; /* above: CHECK_NSEC3_ITERATIONS_HIGH */
};

/* check_options_default fills in the presets, the clock, and 10 findings of each check. */
void check_options_default(struct check_options *o);

struct check_finding {
	enum check_id id;
	enum severity severity;   /* never SEVERITY_OFF */
	const struct name *owner; /* NULL: the zone as a whole */
	uint32_t line;            /* 0: unknown */
	const char *what;
};

/* check_progress_fn is told how far a piece of work of minutes is; total is never 0. */
typedef void check_progress_fn(void *context, const char *doing, uint64_t done, uint64_t total);

/* The finding and all in it are gone when the callback returns. It is called from one thread only. */
typedef void check_fn(void *context, const struct check_finding *f);

struct checker;

struct checker *checker_new(const struct check_options *o, check_fn *tell, void *context);

/* checker_watch has `progress` called, with the context of checker_new, while signatures are verified. */
void checker_watch(struct checker *c, check_progress_fn *progress);

/* checker_tell reports a finding; how bad it is, and whether it is told at all, is the options' matter. For
 * whoever reads the zone: records outside it (CHECK_OUT_OF_ZONE) are no longer there when checks run. */
void checker_tell(struct checker *c, enum check_id id, const struct name *owner, uint32_t line, const char *fmt,
		  ...) PRINTF_LIKE(5, 6);

/* checker_oddity is a zone_oddity_fn for zone_seal, with the checker as its context. */
void checker_oddity(void *checker, enum zone_oddity kind, const struct node *n, const struct rrset *s,
		    uint32_t line);

/* checker_run runs all checks that are not off over a sealed zone, with as many threads as work.h has; what it
 * finds and tells, and in which order, does not depend on that. */
void checker_run(struct checker *c, const struct zone *z);

struct check_result {
	uint64_t errors, warnings;     /* all of them, told or not */
	uint64_t ran[CHECKS_MAX / 64]; /* bit set of the checks that were not off, the first in [0] */
};

/* checker_end tells how many more findings there were, and frees the checker. */
struct check_result checker_end(struct checker *c);

#endif
