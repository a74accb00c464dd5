#include "bake/node.h"

/* A node above this pushes its largest fragments out into pieces of their own. */
enum { NODE_OCTETS_MAX = 8000 };

void bake_zone_of(const struct name *apex, const struct hash_key *key, bool pooled, struct bake_zone *out)
{
	out->key = key;
	out->apex = *apex;
	name_lower(&out->apex);
	out->apex_labels = (uint8_t)name_labels(apex);
	out->pooled = pooled;
	out->apex_hash = name_hash(key, apex);
}

/* What a node's flags say of its types; the apex's NS is no cut. */
static const struct {
	uint16_t type;
	uint8_t flag;
} marks[] = {
	{ RR_NS, NODE_HAS_NS },
	{ RR_DNAME, NODE_HAS_DNAME },
	{ RR_CNAME, NODE_HAS_CNAME },
};

static uint8_t flags_of(const struct rrset *sets)
{
	uint8_t flags = 0;

	for (const struct rrset *s = sets; s != NULL; s = s->next)
		for (size_t i = 0; i < COUNT_OF(marks); i++)
			if (s->type == marks[i].type && s->n != 0)
				flags |= marks[i].flag;
	return flags;
}

static bool is_elsewhere(uint16_t type)
{
	return type == RR_SOA || type == RR_NSEC3; /* the zone part; the denial chain */
}

static uint64_t place_of(const struct bake_zone *z, uint64_t hash)
{
	return z->pooled ? z->apex_hash : hash;
}

/* push_out moves the body of a fragment into pieces. */
static enum err push_out(const struct bake_zone *z, const struct name *owner, uint64_t hash, struct frag_parts *f,
			 struct arena *a, const struct record_sink *to)
{
	size_t size = frag_body_size(f);
	uint8_t *body = arena_pack(a, size);

	if (size > FRAG_BODY_MAX)
		return ERR_SPACE;
	frag_write_body(f, body);
	f->flags |= FRAG_OUT;
	f->pieces = 0;
	for (size_t at = 0; at < size; at += PIECE_MAX, f->pieces++) {
		struct view octets = { body + at, size - at < PIECE_MAX ? size - at : PIECE_MAX };
		size_t room = NODE_HEAD + (size_t)owner->len + PIECE_HEAD + octets.n;
		struct wr w = wr_of(arena_pack(a, room), room);
		uint64_t piece = piece_hash(hash, f->type, f->pieces);

		piece_write(owner, z->apex_labels, f->type, f->pieces, octets, &w);
		struct entry e = { place_of(z, piece), piece, w.p, (uint32_t)w.len };
		to->put(to->context, &e);
	}
	return OK;
}

static struct frag_parts *largest(struct frag_parts *frags, unsigned n)
{
	struct frag_parts *most = NULL;

	for (unsigned i = 0; i < n; i++)
		if (!(frags[i].flags & FRAG_OUT) && (most == NULL || frag_body_size(&frags[i]) > frag_body_size(most)))
			most = &frags[i];
	return most;
}

/* put_node makes a node, and gives back what the arena gave since `before`: its fragments, which are copied. */
static enum err put_node(const struct bake_zone *z, const struct node_parts *n, struct frag_parts *frags,
			 struct arena *a, struct mark before, const struct record_sink *to)
{
	uint64_t hash = name_hash(z->key, n->owner);
	struct frag_parts *big;
	uint8_t node[NODE_OCTETS_MAX];
	struct wr w = wr_of(node, sizeof node);
	bool pieces = false; /* which stay in the arena */

	for (; node_size(n) > NODE_OCTETS_MAX && (big = largest(frags, n->n_frags)) != NULL; pieces = true) {
		enum err e = push_out(z, n->owner, hash, big, a, to);
		if (e != OK)
			return e;
	}
	node_write(n, &w);
	if (w.full)
		return ERR_SPACE;
	if (!pieces)
		arena_release(a, before);
	struct entry e = { place_of(z, hash), hash, arena_copy(a, node, w.len), (uint32_t)w.len };
	to->put(to->context, &e);
	return OK;
}

enum err bake_frags(const struct bake_zone *z, const struct name *owner, uint8_t flags, const uint8_t *hash8,
		    struct frag_parts *frags, unsigned n, struct arena *a, const struct record_sink *to)
{
	struct node_parts parts = { owner, z->apex_labels, flags, (uint8_t)n, hash8, frags };

	return put_node(z, &parts, frags, a, arena_mark(a), to);
}

bool bake_is_one(const struct rrset *rrsets)
{
	enum { NODE_MOST = 300, SET_MOST = 32, RR_MOST = 64 }; /* beside RDATA: more than the format has */
	size_t size = NODE_MOST;

	for (const struct rrset *s = rrsets; s != NULL && size <= NODE_OCTETS_MAX; s = s->next) {
		size += SET_MOST + RR_MOST * ((size_t)s->n + s->n_sig);
		for (uint32_t i = 0; i < s->n && size <= NODE_OCTETS_MAX; i++)
			size += s->rdata[i].n;
		for (uint32_t i = 0; i < s->n_sig && size <= NODE_OCTETS_MAX; i++)
			size += s->sig[i].n;
	}
	return size <= NODE_OCTETS_MAX;
}

enum err bake_node(const struct bake_zone *z, const struct bake_ask *ask, struct arena *a, const struct record_sink *to)
{
	struct name owner = *ask->owner;
	struct frag_parts frags[FRAGS_MAX];
	struct mark before = arena_mark(a);
	unsigned n = 0;

	name_lower(&owner);
	bool apex = name_eq(&owner, &z->apex), wild = name_is_wildcard(&owner);
	struct name base = wild ? name_strip(&owner, 1) : owner;
	for (const struct rrset *s = ask->rrsets; s != NULL; s = s->next) {
		bool ns = s->type == RR_NS;
		const struct frag_ask f = {
			s,      s->type, UINT32_MAX, &base, ns ? &z->apex : NULL, ns && !apex ? &owner : NULL,
			z->key, NULL
		};
		if (is_elsewhere(s->type))
			continue;
		enum err e = n < FRAGS_MAX ? frag_make(&f, a, &frags[n++]) : ERR_SPACE;
		if (e != OK)
			return e;
	}
	uint8_t flags = (uint8_t)(flags_of(ask->rrsets) | (wild ? NODE_WILD : 0) | (ask->hash8 != NULL ? NODE_HASHED : 0));
	if (apex)
		flags = (uint8_t)((flags & ~NODE_HAS_NS) | NODE_APEX);
	if (n == 0 && ask->hash8 == NULL && !z->pooled && !apex) {
		uint64_t hash = name_hash(z->key, &owner);
		to->put(to->context, &(struct entry){ hash, hash, NULL, 0 });
		return OK;
	}
	struct node_parts parts = { &owner, z->apex_labels, flags, (uint8_t)n, ask->hash8, frags };
	return put_node(z, &parts, frags, a, before, to);
}
