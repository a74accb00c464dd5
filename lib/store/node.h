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
 *      body    owner pointers, base pointers, self pointers: u16 offsets into the RR octets
 *             [targets, if FRAG_TARGETS: u16 count, then (u16 offset of a name, u64 its hash)]
 *              RRs in wire form, then their RRSIGs
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

struct frag {
	uint16_t type;
	uint16_t at;         /* of the body in the node; if FRAG_OUT: the number of pieces */
	uint16_t plain, sig; /* octets of RRs and of RRSIGs */
	uint16_t n_rr;
	uint8_t n_sig, flags;
	uint16_t n_base, n_self;
	const uint8_t *owners;  /* n_rr + n_sig offsets, none if FRAG_INLINE */
	const uint8_t *bases;   /* n_base offsets */
	const uint8_t *selves;  /* n_self offsets */
	const uint8_t *targets; /* n_targets * TARGET octets */
	uint16_t n_targets;
	const uint8_t *rrs; /* plain + sig octets; NULL if FRAG_OUT */
};

enum { TARGET = 10 };

struct node_view {
	const uint8_t *p; /* the record */
	uint32_t n;
	uint8_t flags, n_frags, owner_len, apex_labels;
	const uint8_t *owner;
	const uint8_t *heads;
	const uint8_t *hash8; /* NULL unless NODE_HASHED */
};

/* node_open reads a node's head; false if the record is too short for what it says. */
MUST_CHECK static inline bool node_open(struct view r, struct node_view *out)
{
	if (unlikely(r.n < NODE_HEAD))
		return false;
	out->p = r.p;
	out->n = (uint32_t)r.n;
	out->owner_len = r.p[0];
	out->apex_labels = r.p[1];
	out->flags = r.p[2];
	out->n_frags = r.p[3];
	const uint8_t *hash8 = r.p + NODE_HEAD;
	out->hash8 = out->flags & NODE_HASHED ? hash8 : NULL;
	out->owner = out->flags & NODE_HASHED ? hash8 + 8 : hash8;
	out->heads = out->owner + out->owner_len;
	size_t end = (size_t)(out->heads - r.p) + (size_t)out->n_frags * FRAG_HEAD;
	return likely(end <= r.n && out->owner_len != 0);
}

/* frag_open reads the head at `head` whose body lies in `record`; false if it does not lie there whole. With
 * FRAG_OUT there is no body yet (rrs is NULL): put its pieces together and call frag_body. */
MUST_CHECK bool frag_open(struct view record, const uint8_t *head, struct frag *out);
MUST_CHECK bool frag_body(struct view body, struct frag *f);

/* node_frag finds the fragment of a type: OK, ERR_NOTFOUND, ERR_DAMAGED. */
enum err node_frag(const struct node_view *n, uint16_t type, struct frag *out);

/* node_frag_at opens the i-th fragment. */
enum err node_frag_at(const struct node_view *n, unsigned i, struct frag *out);

static inline bool node_has(const struct node_view *n, uint16_t type)
{
	for (unsigned i = 0; i < n->n_frags; i++)
		if (le16(n->heads + i * FRAG_HEAD) == type)
			return true;
	return false;
}

/* body_open finds the lists and the RRs in a body, head_open the body in a record: frag_body and frag_open,
 * compiled into their callers as nearly every query goes through them. */
static inline bool body_open(struct view body, struct frag *f)
{
	size_t owners = f->flags & FRAG_INLINE ? 0 : (size_t)f->n_rr + f->n_sig;
	size_t lists = 2 * (owners + f->n_base + f->n_self), before = lists;

	f->n_targets = 0;
	f->targets = NULL;
	if (unlikely(f->flags & FRAG_TARGETS)) {
		if (unlikely(body.n < lists + 2))
			return false;
		f->n_targets = le16(body.p + lists);
		f->targets = body.p + lists + 2;
		before += 2 + (size_t)f->n_targets * TARGET;
	}
	if (unlikely(before + f->plain + f->sig > body.n))
		return false;
	f->owners = body.p;
	f->bases = f->owners + 2 * owners;
	f->selves = f->bases + 2 * (size_t)f->n_base;
	f->rrs = body.p + before;
	return true;
}

static inline bool head_open(struct view r, const uint8_t *h, struct frag *out)
{
	out->type = le16(h);
	out->at = le16(h + 2);
	out->plain = le16(h + 4);
	out->sig = le16(h + 6);
	out->n_rr = le16(h + 8);
	out->n_sig = h[10];
	out->flags = h[11];
	out->n_base = le16(h + 12);
	out->n_self = le16(h + 14);
	if (unlikely(out->flags & FRAG_OUT)) {
		out->rrs = NULL;
		return true;
	}
	return likely(out->at <= r.n) && body_open(view_of(r.p + out->at, r.n - out->at), out);
}

/* node_frag_here is node_frag, compiled into its caller. */
static inline enum err node_frag_here(const struct node_view *n, uint16_t type, struct frag *out)
{
	const uint8_t *end = n->heads + (size_t)n->n_frags * FRAG_HEAD;

	for (const uint8_t *h = n->heads; h != end; h += FRAG_HEAD)
		if (le16(h) == type)
			return head_open(view_of(n->p, n->n), h, out) ? OK : ERR_DAMAGED;
	return ERR_NOTFOUND;
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
	uint16_t n_targets;
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
