/*
 * ask.h -- one question on its way through the answer path; shared by the
 * files of this room only.
 *
 *      look.c     finds: zone, cut, node, closest encloser, wildcard
 *      compose.c  places fragments in the message
 *      glue.c     additional addresses
 *      deny.c     SOA, NSEC, NSEC3; chain.c finds them
 *      resolve.c  puts these together: RFC 1034 4.3.2
 *      request.c  reads header, question and records; edns.c, tsig.c
 *      query.c    prepares batches, routes, finishes; chaos.c
 *
 * Knows: store/.   Must not know: sockets, lib/zone.
 */
#ifndef ANSWER_ASK_H
#define ANSWER_ASK_H

#include <stdalign.h>

#include "answer/request.h"
#include "sec/nsec3.h"
#include "store/run.h"
#include "store/shard.h"
#include "store/snapshot.h"
#include "store/zonepart.h"

enum { CHAIN_MAX = 16, PROOFS_MAX = 48 };

/* By how many bits a section's count is shifted in the header's last eight octets, read as one number. */
enum section { QUESTION = 48, ANSWER = 32, AUTHORITY = 16, ADDITIONAL = 0 };

/* How a step of resolving ended. */
enum outcome {
	ANSWERED, /* the message holds what there is to say, whatever its RCODE */
	FOLLOW,   /* a CNAME or DNAME was written: resolve its target */
	BROKEN,   /* the database is damaged here: SERVFAIL */
};

/* A zone found for a name. */
struct served {
	const struct image *image;
	struct zonepart part;
	struct node_view table; /* its node in the zone table: the SOA */
	struct frag negative;   /* the SOA with the TTL of negative answers */
	struct view apex;       /* in lower case */
	uint8_t depth;          /* labels of the apex */
	/* What most proofs of an NSEC3 zone have, once they were looked for: the records that match the apex, and
	 * that cover the wildcard below it. */
	struct view apex_proof, wild_proof;
};

/* Zones looked up lately, by the hash of their apex: what the zone table says, taken apart. Good for one snapshot.
 */
enum { CACHED_ZONES = 16 };

struct cached_zone {
	alignas(64) uint64_t hash; /* of the apex; aligned, so that its place is quickly computed */
	struct served zone;
};

/* A wildcard was expanded for this link: authority must prove that nothing closer exists. */
struct owed {
	struct served zone;
	const struct link *link;
	unsigned encloser; /* labels of the closest encloser */
};

/* Addresses to be added once all that belongs into authority is there. */
struct glue_due {
	struct targets of; /* of an NS fragment; none: n is 0 */
	size_t start;      /* where its RRs begin in the message */
};

/* Where the way down from an apex begins: the first depth at which there may be a cut, and the page to ask for it.
 */
struct start {
	unsigned depth;
	struct view page;
};

/* A request that was read, and what could be found for it ahead. */
struct slot {
	struct request request;
	struct served *zone;    /* NULL: not found yet */
	uint64_t cache_changes; /* it stands in the cache as long as that is the answerer's */
	struct start start;     /* only with a zone */
	const page_ref *entry;  /* what leads to the page that is asked first */
	const page_ref *then;   /* only without a zone: and to that which may be next */
};

struct ask {
	struct answerer *a;
	const struct snapshot *s;
	struct wr out;
	const struct start *start;   /* of the current name in q->zone; NULL: not known */
	const struct link *question; /* the first of the chain; the others stand in a->chain */
	const struct link *link;     /* the last: the name being resolved */
	struct served *zone;         /* the zone it is in, NULL: not found yet; good until the next look_zone */
	uint64_t counts;             /* of records, as the header has them: RRs << enum section */
	int16_t ede;                 /* EDE_NONE or an info code */
	uint8_t n_links, n_owed, n_proofs, rcode;
	bool aa, tc, any_class;
	bool glue; /* a->glue is due */
	bool dnssec, tcp;
	uint16_t qtype;
};

struct answerer {
	const struct answer_options *options;
	struct answer_counters counters;
	struct ask ask;            /* the question at hand */
	uint8_t opt[2][OPT_FIXED]; /* ours without options, without DO and with it */
	char damaged[NAME_TEXT_MAX];
	struct link chain[CHAIN_MAX + 1];  /* from [1] on: what CNAMEs and DNAMEs led to */
	struct slot slot[QUERY_BATCH + 1]; /* the last: for requests that come alone */
	struct owed owed[CHAIN_MAX + 1];
	const uint8_t *proof[PROOFS_MAX]; /* DNAMEs and denial records in the message already, by their address */
	struct glue_due glue;
	const struct snapshot *cached_of;
	uint64_t cached_counter;
	uint64_t cache_changes; /* a count of zones that came and went */
	struct cached_zone cached[CACHED_ZONES];
	struct served child;              /* set aside while the zone above it is asked */
	uint8_t gather[2][FRAG_BODY_MAX]; /* bodies put together from pieces: NS sets, and all else */
};

/* ---- look.c ---- */

/* A name's place in an image is its hash; in the pool it is that of its zone's apex. */
static inline uint64_t place_of(const struct served *z, const struct qname *n, uint64_t hash)
{
	return z->part.flags & ZONEPART_POOLED ? n->hash[z->depth] : hash;
}

/* page_of gives the page that has the suffix of `depth` labels of a name of the current zone. */
static inline struct view page_of(const struct ask *q, const struct qname *n, unsigned depth)
{
	return image_shard(q->s, q->zone->image, place_of(q->zone, n, n->hash[depth]));
}

static inline struct probe probe_of(const struct qname *n, unsigned depth, unsigned apex_labels)
{
	uint16_t at = n->at[depth];

	return (struct probe){ n->hash[depth], n->lower + at, (uint8_t)(n->len - at), (uint8_t)apex_labels, 0 };
}

/* look_suffix finds the node of the suffix of `depth` labels of a name of the current zone, look that of the
 * current name, look_name that of a whole name. */
static inline enum found look_suffix(const struct ask *q, const struct qname *n, unsigned depth,
				     struct node_view *out)
{
	struct probe p = probe_of(n, depth, q->zone->depth);

	return shard_find(page_of(q, n, depth), &p, out);
}

static inline enum found look(const struct ask *q, unsigned depth, struct node_view *out)
{
	return look_suffix(q, &q->link->name, depth, out);
}

static inline enum found look_name(const struct ask *q, const struct qname *n, struct node_view *out)
{
	return look_suffix(q, n, n->labels, out);
}

/* look_wild finds the wildcard below the suffix of `depth` labels. */
enum found look_asterisk(const struct ask *q, unsigned depth, struct node_view *out);

static inline enum found look_wild(const struct ask *q, unsigned depth, struct node_view *out)
{
	return q->zone->part.flags & ZONEPART_WILD ? look_asterisk(q, depth, out) : FOUND_NONE;
}

/* look_zone makes q->zone the zone with the longest apex of at most `most` labels that is a suffix of the current
 * name. OK; ERR_NOTFOUND and q->zone stays as it was; ERR_DAMAGED. */
enum err look_zone(struct ask *q, unsigned most);

/* cache_begin empties the cache if it is not of this snapshot. */
static inline void cache_begin(struct answerer *a, const struct snapshot *s)
{
	if (likely(a->cached_of == s && a->cached_counter == s->counter))
		return;
	memset(a->cached, 0, sizeof a->cached);
	a->cache_changes++;
	a->cached_of = s;
	a->cached_counter = s->counter;
}

/* next_apex gives the greatest number of labels, at most `most`, that an apex has; -1: none has. */
static inline int next_apex(const struct snapshot *s, int most)
{
	uint64_t near = most < 64 && most >= 0 ? le64(s->apex_depths) << (63 - most) : 0;

	if (likely(near != 0))
		return most - __builtin_clzll(near);
	for (int word = most >> 6; word >= 0; word--, most = 64 * word + 63) {
		uint64_t depths = le64(s->apex_depths + 8 * word) << (63 - (most & 63));
		if (depths != 0)
			return most - __builtin_clzll(depths);
	}
	return -1;
}

static inline bool is_apex(const struct cached_zone *c, const struct qname *n, unsigned d)
{
	size_t len = (size_t)(n->len - n->at[d]);

	return c->hash == n->hash[d] && c->zone.apex.n == len &&
	       same_octets(c->zone.apex.p, n->lower + n->at[d], len);
}

/* look_ahead finds for a slot the zone of its question, and what leads to the page that will be asked first; false
 * if the zone is not in the cache. */
static ALWAYS_INLINE bool look_ahead(struct answerer *a, const struct snapshot *s, struct slot *t)
{
	const struct qname *n = &t->request.question.name;
	int nearest = next_apex(s, n->labels);
	unsigned d = (unsigned)nearest;

	if (unlikely(nearest < 0))
		return false;
	struct cached_zone *c = &a->cached[n->hash[d] % CACHED_ZONES];
	if (unlikely(!is_apex(c, n, d)))
		return false;
	struct served *z = &c->zone;
	t->zone = z;
	t->cache_changes = a->cache_changes;
	t->start.depth = depth_next(z->part.cuts, d, n->labels);
	t->entry = image_entry(z->image, place_of(z, n, n->hash[t->start.depth]));
	return true;
}

/* gather_pieces gives a FRAG_OUT fragment with its body put together in the answerer's buffer `slot`; body is NULL
 * if the database is damaged. gather does so if need be. */
struct frag gather_pieces(const struct ask *q, struct node_view n, struct frag f, unsigned slot);

static inline struct frag gather(const struct ask *q, struct node_view n, struct frag f, unsigned slot)
{
	return likely(f.body != NULL) ? f : gather_pieces(q, n, f, slot);
}

/* ---- compose.c ---- */

/* Where a fragment's pointers lead: its owner, and what its base pointers move by. */
struct anchor {
	struct view owner, base; /* as wire form, for names out of a pointer's reach */
	uint32_t owner_at;       /* in the message; above MSG_POINTER_MAX: write it out */
	int base_moves;          /* what to add to base pointers */
};

/* anchor_of is for a fragment whose base is the suffix of `base` labels of the current name and whose owner that
 * of `owner` labels. A wildcard's base is the name above its asterisk, whether it is asked for itself or expanded;
 * anchor_node knows that. */
static inline struct anchor anchor_of(const struct ask *q, unsigned base, unsigned owner)
{
	const struct qname *n = &q->link->name;
	uint16_t from = n->at[base], name = n->at[owner];

	return (struct anchor){
		.owner = { n->lower + name, (size_t)(n->len - name) },
		.base = { n->lower + from, (size_t)(n->len - from) },
		.owner_at = (uint32_t)q->link->at + name,
		.base_moves = q->link->at + from - MSG_HEADER,
	};
}

/* There is nothing above the root, whatever a damaged node says. */
static inline unsigned base_depth(struct node_view n, unsigned depth)
{
	return node_flags(n) & NODE_WILD && depth != 0 ? depth - 1 : depth;
}

static inline struct anchor anchor_node(const struct ask *q, struct node_view n, unsigned depth)
{
	return anchor_of(q, base_depth(n, depth), depth);
}

enum { PLAIN = 1, SIGS = 2 };

/* compose adds the RRs of a fragment, their RRSIGs, or both, to a section: all or nothing. False: no room. */
bool compose(struct ask *q, enum section section, struct frag f, unsigned what, const struct anchor *a);

/* compose_written is compose for an NSEC whose owner is no suffix of the current name: it is written out. */
bool compose_written(struct ask *q, enum section section, struct frag f, struct view owner);

/* compose_cname adds a CNAME that owes its existence to a DNAME; gives where its target stands, 0: no room. */
size_t compose_cname(struct ask *q, uint32_t ttl, const struct name *target);

static inline unsigned what_of(const struct ask *q)
{
	return q->dnssec ? PLAIN | SIGS : PLAIN;
}

/* ---- glue.c ---- */

/* glue_add adds the addresses of the targets noted in q->a->glue. At a cut, in-domain glue (at or below the owner)
 * must fit, else TC is set (RFC 9471); all else is added while there is room. */
enum outcome glue_add(struct ask *q);

/* ---- deny.c ---- */

/* already says whether a record that several steps may add is in the message, and notes it if not. */
bool already(struct ask *q, const uint8_t *record);

/* All of these add to the authority section, behind the SOA; what does not fit sets TC. */
/* The name exists without the type; a bare name has no_node. */
enum outcome deny_type(struct ask *q, struct node_view n);
/* The name does not exist, nor a wildcard; the closest encloser has `encloser` labels. */
enum outcome deny_name(struct ask *q, unsigned encloser);
/* A wildcard at `encloser` matched: nothing closer exists. */
enum outcome deny_closer(struct ask *q, struct served *z, const struct link *link, unsigned encloser);
/* A wildcard matched, without the type. */
enum outcome deny_wild_type(struct ask *q, unsigned encloser, struct node_view wild);
/* A delegation at `depth` without DS. */
enum outcome deny_ds(struct ask *q, unsigned depth, struct node_view cut);

/* ---- resolve.c ---- */

/* resolve answers q->qtype for the name q->link and follows chains. */
enum outcome resolve(struct ask *q);

/* broken notes which zone is damaged and gives BROKEN. */
enum outcome broken(struct ask *q);

#endif
