/*
 * check_run.h -- what the files of the checker share among themselves.
 *
 * Knows: check.h.   Must not know: who reads the findings.
 */
#ifndef ZONE_CHECK_RUN_H
#define ZONE_CHECK_RUN_H

#include "sec/nsec3.h"
#include "sec/rrsig.h"
#include "zone/authority.h"
#include "zone/check.h"

enum { CHECK_KEYS_MAX = 32 }; /* DNSKEYs that are looked at, and signatures tried with */

struct checker {
	struct check_options o;
	check_fn *tell;
	check_progress_fn *progress; /* may be NULL */
	void *context;
	uint64_t found[CHECKS];
	struct check_result result;

	/* While a zone is checked: */
	const struct zone *z;
	const struct node *apex; /* NULL if the zone has no record there */
	bool is_signed;          /* DNSKEYs and signatures at the apex */
	uint32_t soa_serial, soa_expire;
	struct dnskey key[CHECK_KEYS_MAX];
	size_t n_keys;
	struct nsec3_chain *chain; /* while names are looked up in it */
};

/* on is true unless the operator turned a check off. */
static inline bool check_on(const struct checker *c, enum check_id id)
{
	return c->o.severity[id] != SEVERITY_OFF;
}

/* check_node_tell is checker_tell with a node's owner, and its line if `line` is 0. */
void check_node_tell(struct checker *c, enum check_id id, const struct node *n, uint32_t line, const char *fmt,
		     ...) PRINTF_LIKE(5, 6);

/* check_retell counts n findings of a check, and tells the first if it is among those that are told and has words.
 */
void check_retell(struct checker *c, const struct check_finding *f, uint64_t n);

/* check_nodes runs a check over all names, in slices; the checker it is called with is the slice's own. */
typedef void check_node_fn(struct checker *c, const struct node *n);
void check_nodes(struct checker *c, check_node_fn *check);

/* node_only_nsec3: the name exists only to own NSEC3 records (RFC 5155 7.1). */
bool node_only_nsec3(const struct node *n);

/* bitmap_flaw compares the type bitmap of an NSEC or NSEC3 record with the node it speaks of. NULL: it is
 * right; else a phrase, and *type the first type that is wrong. */
const char *bitmap_flaw(const struct node *n, struct view bitmap, uint16_t *type);

/* regexp_flaw reads the regexp field of a NAPTR record (RFC 3402 3.2). NULL: it is right, or empty; else a phrase.
 */
const char *regexp_flaw(struct view regexp);

/* The checks, called by the walk in check.c: for each RRset, for each node, and once for the zone. */
void check_set_shape(struct checker *c, const struct node *n, const struct rrset *s);
void check_set_targets(struct checker *c, const struct node *n, const struct rrset *s);
void check_set_keys(struct checker *c, const struct node *n, const struct rrset *s);
void check_set_nsec3(struct checker *c, const struct node *n, const struct rrset *s);
void check_set_words(struct checker *c, const struct node *n, const struct rrset *s);
void check_node_shape(struct checker *c, const struct node *n);
void check_zone_apex(struct checker *c);
void check_zone_keys(struct checker *c);
void check_zone_nsec(struct checker *c);
void check_zone_nsec3(struct checker *c);
void check_zone_signatures(struct checker *c);
void check_zone_digest(struct checker *c);

#endif
