/*
 * node.h -- a node of the answer database: an owner name and its fragments.
 *
 *      octets  0      owner length
 *              1      labels of the zone's apex: tells zones that share an image apart
 *              2      flags, NODE_*
 *              3      number of fragments
 *             [4..11  first 8 octets of the owner's NSEC3 hash, if NODE_HASHED]
 *              ..     owner, wire form, lower case
 *              ..     fragment heads, FRAG_HEAD octets each, ascending by type
 *              ..     fragment bodies
 *
 *      head    0 type | 2 place of the body in the node | 4 octets of RRs | 6 octets of RRSIGs
 *              8 RRs | 10 RRSIGs (u8) | 11 flags (u8) | 12 base pointers | 14 self pointers
 *
 *      body    RRs in wire form, then their RRSIGs
 *              self pointers, base pointers, owner pointers: u16 offsets into the RR octets
 *             [if FRAG_TARGETS: u16 targets, u16 how many of them are glue that must be sent; these first, each
 *              a u16 offset of a name and the u64 hash of that name]
 *
 * A fragment is RRs ready to be copied into a message. Its owner pointers and
 * base pointers hold 0xc000 | (12 + offset in the base name): right as they
 * are when the base name is the question. Its self pointers hold an offset
 * in the fragment. See answer/compose.h for what is done to them.
 *
 * All numbers little-endian, but what stands inside RRs.
 *
 * Knows: base/, names.   Must not know: LMDB, messages.
 */
#ifndef STORE_NODE_H
#define STORE_NODE_H

#include "base/base.h"
#include "base/le.h"
#include "base/wr.h"
#include "dns/name.h"

enum {
	NODE_HAS_NS = 1, /* and is not the apex: a cut, unless something above it is one */
	NODE_HAS_DNAME = 2,
	NODE_HAS_CNAME = 4,
	NODE_HASHED = 8, /* in the NSEC3 chain; the first octets of the hash are here */
	NODE_WILD = 16,  /* the owner begins with an asterisk: the base name is what is above it */
	NODE_APEX = 32,
	NODE_PIECE = 64, /* no node: a piece of a fragment too large for its node */
	NODE_RUN = 128,  /* no node: the denial run of a small zone */
};

enum { NODE_HEAD = 4, FRAG_HEAD = 16, FRAGS_MAX = 255 };

/* Self pointers lead no further into a fragment than this, so those of the largest fragment work where the answer
 * begins: a message's pointers reach 16383 (RFC 1035 4.1.4). */
enum { FRAG_SELF_MAX = 15000 };

enum {
	FRAG_OUT = 1,     /* the body is in pieces elsewhere; `at` is their number */
	FRAG_TARGETS = 2, /* NS: a list of targets inside the zone */
	FRAG_INLINE = 4,  /* owners are written in the RR octets; there are no owner pointers */
};

/* Fragment types that are no RR types. */
enum {
	FRAG_ZONE = 0, /* what the zone table says of a zone: store/zonepart.h */
	FRAG_SOA_NEGATIVE =
	    254, /* the SOA with the TTL of negative answers (RFC 2308 5); MAILA can not be in a zone */
};

/* A record that node_open found sound: owner and heads lie inside it. */
struct node_view {
	const uint8_t *p;
	size_t n;
};

/* no_node is what stands for names without a node: it has nothing. */
extern const struct node_view no_node;

/* A fragment that frag_open found sound: what its head counts lies inside the body. */
struct frag {
	const uint8_t *head;
	const uint8_t *body; /* NULL: in pieces elsewhere (FRAG_OUT) */
};

/* The names of an NS RRset that lie in the zone, whether they have addresses or not. */
struct targets {
	unsigned n;
	unsigned glue; /* so many of them, the first, are at or below a cut: its referral is useless without */
	const uint8_t *list; /* TARGET octets each */
};

enum { TARGETS_HEAD = 4, TARGET = 10 };

/* node_open makes a view of a record; false if that is too short for what it says. */
MUST_CHECK static inline bool node_open(struct view r, struct node_view *out)
{
	*out = (struct node_view){ r.p, r.n };
	if (unlikely(r.n < NODE_HEAD))
		return false;
	size_t hash = r.p[2] & NODE_HASHED, owner = r.p[0], heads = (size_t)r.p[3] * FRAG_HEAD;
	return likely(NODE_HEAD + hash + owner + heads <= r.n && owner != 0);
}

static inline uint8_t node_apex_labels(struct node_view n)
{
	return n.p[1];
}

static inline unsigned node_flags(struct node_view n)
{
	return n.p[2];
}

static inline unsigned node_frags(struct node_view n)
{
	return n.p[3];
}

/* node_hash8 gives NULL unless the node is in the NSEC3 chain. */
static inline const uint8_t *node_hash8(struct node_view n)
{
	return node_flags(n) & NODE_HASHED ? n.p + NODE_HEAD : NULL;
}

/* node_owner: NODE_HASHED is the number of octets that it puts before the owner. */
static inline struct view node_owner(struct node_view n)
{
	return (struct view){ n.p + NODE_HEAD + (node_flags(n) & NODE_HASHED), n.p[0] };
}

static inline const uint8_t *node_heads(struct node_view n)
{
	struct view owner = node_owner(n);

	return owner.p + owner.n;
}

static inline uint16_t frag_type(struct frag f)
{
	return le16(f.head);
}

/* frag_pieces is for FRAG_OUT, and tells how many there are. */
static inline unsigned frag_pieces(struct frag f)
{
	return le16(f.head + 2);
}

/* The octets of the RRs, and those of their RRSIGs, which stand behind them. */
static inline size_t frag_plain(struct frag f)
{
	return le16(f.head + 4);
}

static inline size_t frag_sig(struct frag f)
{
	return le16(f.head + 6);
}

static inline unsigned frag_rrs(struct frag f)
{
	return le16(f.head + 8);
}

static inline unsigned frag_rrsigs(struct frag f)
{
	return f.head[10];
}

static inline unsigned frag_flags(struct frag f)
{
	return f.head[11];
}

/* The lists of pointers, one behind the other: a number of offsets, two octets each. */
static inline size_t frag_n_owners(struct frag f)
{
	return frag_flags(f) & FRAG_INLINE ? 0 : frag_rrs(f) + frag_rrsigs(f);
}

static inline size_t frag_n_bases(struct frag f)
{
	return le16(f.head + 12);
}

static inline size_t frag_n_selves(struct frag f)
{
	return le16(f.head + 14);
}

static inline const uint8_t *frag_selves(struct frag f)
{
	return f.body + frag_plain(f) + frag_sig(f);
}

static inline const uint8_t *frag_bases(struct frag f)
{
	return frag_selves(f) + 2 * frag_n_selves(f);
}

static inline const uint8_t *frag_owners(struct frag f)
{
	return frag_bases(f) + 2 * frag_n_bases(f);
}

/* frag_targets may be asked of a fragment with FRAG_TARGETS. */
static inline struct targets frag_targets(struct frag f)
{
	const uint8_t *p = frag_owners(f) + 2 * frag_n_owners(f);

	return (struct targets){ le16(p), le16(p + 2), p + TARGETS_HEAD };
}

/* frag_within makes `body` that of the fragment; false if it is too short for what the head says. */
MUST_CHECK static ALWAYS_INLINE bool frag_within(struct view body, struct frag *f)
{
	size_t rrs = frag_plain(*f) + frag_sig(*f);
	size_t lists = 2 * (frag_n_owners(*f) + frag_n_bases(*f) + frag_n_selves(*f));

	f->body = body.p;
	if (unlikely(rrs + lists > body.n))
		return false;
	if (likely(!(frag_flags(*f) & FRAG_TARGETS)))
		return true;
	size_t left = body.n - rrs - lists;
	return left >= TARGETS_HEAD && TARGETS_HEAD + (size_t)frag_targets(*f).n * TARGET <= left &&
	       frag_targets(*f).glue <= frag_targets(*f).n;
}

/* frag_open finds, for a head in a record, the body; false if that does not lie there whole. With FRAG_OUT there
 * is none: put its pieces together and call frag_within. */
MUST_CHECK static ALWAYS_INLINE bool frag_open(struct view record, const uint8_t *head, struct frag *out)
{
	size_t at = le16(head + 2);

	*out = (struct frag){ head, NULL };
	if (unlikely(frag_flags(*out) & FRAG_OUT))
		return true;
	return likely(at <= record.n) && frag_within(view_of(record.p + at, record.n - at), out);
}

/* node_frag_at opens the i-th fragment. */
MUST_CHECK static inline bool node_frag_at(struct node_view n, unsigned i, struct frag *out)
{
	return frag_open(view_of(n.p, n.n), node_heads(n) + (size_t)i * FRAG_HEAD, out);
}

/* node_frag finds the fragment of a type: OK, ERR_NOTFOUND, ERR_DAMAGED. */
static ALWAYS_INLINE enum err node_frag(struct node_view n, uint16_t type, struct frag *out)
{
	const uint8_t *h = node_heads(n), *end = h + (size_t)node_frags(n) * FRAG_HEAD;

	for (; h != end; h += FRAG_HEAD)
		if (le16(h) == type)
			return frag_open(view_of(n.p, n.n), h, out) ? OK : ERR_DAMAGED;
	return ERR_NOTFOUND;
}

static inline bool node_has(struct node_view n, uint16_t type)
{
	const uint8_t *h = node_heads(n);

	for (unsigned i = 0; i < node_frags(n); i++)
		if (le16(h + (size_t)i * FRAG_HEAD) == type)
			return true;
	return false;
}

/* piece_open reads a NODE_PIECE record: octets `index * PIECE_MAX ...` of the body of the fragment of `type`. A
 * body is never longer than FRAG_BODY_MAX: 64 KiB of RRs, their pointers and targets. */
enum { PIECE_MAX = 12000, PIECE_HEAD = 4, FRAG_BODY_MAX = 14 * PIECE_MAX };
MUST_CHECK bool piece_open(struct view record, uint16_t *type, uint8_t *index, struct view *octets);

/* ---- writing ---- */

/* A fragment in the making: the caller fills it; see bake/frag.c. */
struct frag_parts {
	uint16_t type;
	uint8_t flags;
	uint16_t n_rr;
	uint8_t n_sig;
	uint16_t plain, sig;
	const uint16_t *owners;
	const uint16_t *bases;
	uint16_t n_base;
	const uint16_t *selves;
	uint16_t n_self;
	const uint16_t *target_at;
	const uint64_t *target_hash;
	uint16_t n_targets, n_glue;
	const uint8_t *rrs; /* plain + sig octets */
	uint8_t pieces;     /* if FRAG_OUT */
};

/* frag_body_size gives the octets of a fragment's body, FRAG_OUT or not. */
size_t frag_body_size(const struct frag_parts *f);

/* frag_write_head writes FRAG_HEAD octets; `at` is the body's place in the record. frag_write_body writes
 * frag_body_size octets. */
void frag_write_head(const struct frag_parts *f, uint8_t *head, uint16_t at);
void frag_write_body(const struct frag_parts *f, uint8_t *body);

struct node_parts {
	const struct name *owner; /* lower case */
	uint8_t apex_labels, flags, n_frags;
	const uint8_t *hash8;           /* if NODE_HASHED */
	const struct frag_parts *frags; /* ascending by type */
};

/* node_write appends a whole node; out turns full if it does not fit or is above 65,535 octets. */
void node_write(const struct node_parts *n, struct wr *out);
size_t node_size(const struct node_parts *n);

/* piece_write appends a NODE_PIECE record. */
void piece_write(const struct name *owner, uint8_t apex_labels, uint16_t type, uint8_t index, struct view octets,
		 struct wr *out);

#endif
