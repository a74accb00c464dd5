/*
 * zone.h -- a zone in memory: what a master file or a transfer says, before
 * anything is made of it.
 *
 *      zone -- node[] in canonical order -- rrset list by type -- rdata, rrsig
 *
 * A zone is filled by zone_add, record by record in any order, then sealed
 * once. Sealing sorts nodes in canonical order, RRsets by type and RDATA in
 * canonical order, and drops duplicates. After that it is only read. All
 * memory comes from the zone's arena and goes when zone_free is called.
 *
 * RRSIGs are kept with the RRset they cover; an RRSIG whose RRset does not
 * exist has an rrset of its own with n = 0 and n_sig > 0. Owners keep the
 * letter case of their first record.
 *
 * Knows: dns/.   Must not know: files, databases, messages.
 */
#ifndef ZONE_ZONE_H
#define ZONE_ZONE_H

#include "base/arena.h"
#include "dns/name.h"
#include "dns/rrtype.h"

struct rdata {
	const uint8_t *p; /* wire form */
	uint16_t n;
	uint32_t line; /* where it stood in the master file; 0: unknown */
};

static inline struct view rdata_view(const struct rdata *r)
{
	return (struct view){ r->p, r->n };
}

struct rrset {
	struct rrset *next; /* by type, ascending, once sealed */
	uint16_t type;
	uint32_t ttl;     /* the first record's; sealing tells of records that differ */
	uint32_t sig_ttl; /* of the RRSIGs */
	uint32_t n, n_sig;
	struct rdata *rdata; /* n, in canonical order */
	struct rdata *sig;   /* n_sig RRSIG RDATAs that cover `type` */
};

/* What the zone makes of a node; zone_seal sets these. */
enum {
	NODE_CUT = 1,       /* has NS and is not the apex */
	NODE_BELOW_CUT = 2, /* below a cut: glue or occluded */
	NODE_BELOW_DNAME = 4,
	NODE_ENT = 8, /* an empty non-terminal: exists only because of names below it */
};

struct node {
	const uint8_t *owner; /* wire form, as first written */
	uint8_t owner_len;
	uint8_t labels;
	uint8_t flags;
	uint32_t line; /* of its first record */
	struct rrset *rrsets;
};

struct zone; /* below: read its fields, change them only through the functions */

/* zone_new makes an empty zone. */
struct zone *zone_new(const struct name *apex);
void zone_free(struct zone *z);

/* zone_add adds one record (class IN). rdata is wire form and is copied. `line` may be 0. An owner outside
 * the zone is the caller's error to report: ERR_REFUSED and nothing is added; so is a record for a sealed zone.
 * ERR_FORMAT: an RRSIG without a type covered; ERR_SPACE: RDATA above 65535 octets, or the zone's names have so
 * many labels that the empty non-terminals they imply would be too many for memory. Amortised cost is a hash
 * probe, whatever the order and however many types a name has; adding to the owner of the record before costs
 * less. */
enum err zone_add(struct zone *z, const struct name *owner, uint16_t type, uint32_t ttl, struct view rdata,
		  uint32_t line);

/* zone_any_depth lifts the limit on labels: for records that were within it when they were checked. */
void zone_any_depth(struct zone *z);

/* A record that sealing dropped or found odd, told to the caller as it happens. */
enum zone_oddity { ZONE_DUPLICATE, ZONE_DUPLICATE_SIG, ZONE_TTL_DIFFERS };
typedef void zone_oddity_fn(void *context, enum zone_oddity kind, const struct node *n, const struct rrset *s,
			    uint32_t line);

/* zone_expect may be called some records before one of this owner (wire form) is added: a table of many megabytes
 * is slow to answer, and is asked ahead. */
void zone_expect(const struct zone *z, struct view owner);

/* zone_seal sorts, adds nodes for empty non-terminals, sets the flags of nodes. `tell` may be NULL. */
void zone_seal(struct zone *z, zone_oddity_fn *tell, void *context);

/* rrset_seal does to an RRset that is in no zone what sealing does to a zone's: its RDATA is put in canonical
 * order and nothing stands in it twice. */
void rrset_seal(struct rrset *s);

/* zone_find gives the node of a name (ENTs included once sealed) or NULL. */
const struct node *zone_find(const struct zone *z, const struct name *n);

/* rrset_of gives a node's RRset of this type or NULL. */
const struct rrset *rrset_of(const struct node *n, uint16_t type);

/* zone_soa gives the apex SOA's RDATA; an empty view if the zone has none. */
struct view zone_soa(const struct zone *z);

/* node_name copies a node's owner. */
void node_name(const struct node *n, struct name *out);

struct zone {
	struct name apex;
	struct arena arena;
	struct node **node; /* NULL until sealed, then in canonical order; the apex is node[0] if it has records */
	size_t n_nodes;     /* ENTs included once sealed */
	uint64_t n_records; /* RRSIGs included, duplicates not */
	bool sealed;
	struct zone_index *index;
};

/* node_ahead fetches what stands at a node that will soon be read: its owner, its RRsets and most of their data.
 * The node itself should have been fetched. */
static ALWAYS_INLINE void node_ahead(const struct node *n)
{
	enum { LINE = 64 };

	__builtin_prefetch(n->owner);
	__builtin_prefetch(n->owner + LINE);
	__builtin_prefetch(n->rrsets);
	__builtin_prefetch((const uint8_t *)n->rrsets + LINE);
}

/*
 * zone_ahead is called before node i is read, by who reads nodes in their order: it fetches what stands at the
 * next ones. Nodes, owners and RRsets are in memory in the order of the file, which is anything, and waiting for
 * each is most of what a walk over a million costs. (GCC drops calls of a function that does nothing else, unless
 * it is inlined first.)
 */
static ALWAYS_INLINE void zone_ahead(const struct zone *z, size_t i)
{
	enum { NODE = 24, ITS_DATA = 12 };

	if (i + NODE < z->n_nodes)
		__builtin_prefetch(z->node[i + NODE]);
	if (i + ITS_DATA < z->n_nodes)
		node_ahead(z->node[i + ITS_DATA]);
}

#endif
