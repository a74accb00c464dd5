#include "answer/ask.h"

/* A name's place in an image is its hash; in the pool it is that of its zone's apex. */
static inline uint64_t place_of(const struct served *z, const struct qname *n, uint64_t hash)
{
	return z->part.flags & ZONEPART_POOLED ? n->hash[z->depth] : hash;
}

static inline enum found look_suffix(const struct ask *q, const struct qname *n, unsigned depth, struct node_view *out)
{
	const struct served *z = &q->zone;
	struct view page = image_shard(q->s, z->image, place_of(z, n, n->hash[depth]));
	struct probe p = { n->hash[depth], n->lower + n->at[depth], (uint8_t)(n->len - n->at[depth]), z->depth, 0 };

	return shard_find(page, &p, out);
}

enum found look(const struct ask *q, unsigned depth, struct node_view *out)
{
	return look_suffix(q, &q->link->name, depth, out);
}

enum found look_name(const struct ask *q, const struct qname *n, struct node_view *out)
{
	return look_suffix(q, n, n->labels, out);
}

enum found look_wild(const struct ask *q, unsigned depth, struct node_view *out)
{
	const struct qname *n = &q->link->name;
	const struct served *z = &q->zone;
	uint8_t name[NAME_WIRE_MAX + 2] = { 1, '*' };
	uint8_t len = (uint8_t)(n->len - n->at[depth]);

	if (!(z->part.flags & ZONEPART_WILD) || len > NAME_WIRE_MAX - 2)
		return FOUND_NONE;
	memcpy(name + 2, n->lower + n->at[depth], len);
	uint64_t hash = hash_label(&q->s->key, n->hash[depth], name + 1, 1);
	struct probe p = { hash, name, (uint8_t)(len + 2), z->depth, 0 };
	return shard_find(image_shard(q->s, z->image, place_of(z, n, hash)), &p, out);
}

/* open_zone reads what the zone table says of a zone. */
static enum err open_zone(const struct ask *q, struct served *z)
{
	struct frag part;

	if (node_frag(&z->table, FRAG_ZONE, &part) != OK || part.rrs == NULL ||
	    !zonepart_open(view_of(part.rrs, part.plain), &z->part))
		return ERR_DAMAGED;
	z->image = z->part.flags & ZONEPART_POOLED ? q->s->pool : snapshot_image(q->s, z->part.image);
	return z->image != NULL ? OK : ERR_DAMAGED;
}

/* cached gives the place in the cache where a zone is or belongs. */
static struct cached_zone *cached(const struct ask *q, uint64_t hash)
{
	struct answerer *a = q->a;

	if (unlikely(a->cached_of != q->s || a->cached_counter != q->s->counter)) {
		memset(a->cached, 0, sizeof a->cached);
		a->cached_of = q->s;
		a->cached_counter = q->s->counter;
	}
	return &a->cached[hash % CACHED_ZONES];
}

/* next_apex gives the greatest number of labels, at most `most`, that an apex has; -1: none has. */
static inline int next_apex(const struct snapshot *s, int most)
{
	for (int word = most >> 6; word >= 0; word--, most = 64 * word + 63) {
		uint64_t depths = le64(s->apex_depths + 8 * word) << (63 - (most & 63));
		if (depths != 0)
			return most - __builtin_clzll(depths);
	}
	return -1;
}

static inline bool is_apex(const struct cached_zone *c, const struct qname *n, unsigned d)
{
	return c->used && c->hash == n->hash[d] && c->zone.depth == d && c->zone.table.owner_len == n->len - n->at[d] &&
	       memcmp(c->zone.table.owner, n->lower + n->at[d], c->zone.table.owner_len) == 0;
}

enum err look_zone(const struct ask *q, unsigned most, struct served *z)
{
	const struct qname *n = &q->link->name;

	for (int at = next_apex(q->s, (int)most); at >= 0; at = next_apex(q->s, at - 1)) {
		unsigned d = (unsigned)at;
		struct cached_zone *c = cached(q, n->hash[d]);
		if (likely(is_apex(c, n, d))) {
			*z = c->zone;
			return OK;
		}
		struct probe p = { n->hash[d], n->lower + n->at[d], (uint8_t)(n->len - n->at[d]), (uint8_t)d, 0 };
		enum found f = shard_find(image_shard(q->s, q->s->zones, p.hash), &p, &z->table);
		if (unlikely(f == FOUND_DAMAGED)) { /* what z->table says is not to be read: the name looked for stands in */
			z->table.owner = p.name;
			z->table.owner_len = p.len;
			return ERR_DAMAGED;
		}
		if (f != FOUND_NODE)
			continue;
		z->depth = (uint8_t)d;
		enum err e = open_zone(q, z);
		if (e == OK)
			*c = (struct cached_zone){ p.hash, true, *z };
		return e;
	}
	return ERR_NOTFOUND;
}

enum err gather(const struct ask *q, const struct node_view *n, struct frag *f, unsigned slot)
{
	struct name owner;
	struct qname hashed;
	struct wr w = wr_of(q->a->gather[slot], FRAG_BODY_MAX);

	if (likely(!(f->flags & FRAG_OUT)))
		return OK;
	if (!name_of_wire(view_of(n->owner, n->owner_len), &owner))
		return ERR_DAMAGED;
	qname_of(&owner, &q->s->key, &hashed);
	for (uint8_t i = 0; i < f->pieces; i++) {
		uint64_t hash = piece_hash(hashed.hash[hashed.labels], f->type, i);
		struct probe p = { hash, n->owner, n->owner_len, n->apex_labels, NODE_PIECE };
		struct view octets, page = image_shard(q->s, q->zone.image, place_of(&q->zone, &hashed, hash));
		if (shard_piece(page, &p, f->type, i, &octets) != FOUND_NODE)
			return ERR_DAMAGED;
		wr_view(&w, octets);
	}
	return !w.full && frag_body(wr_view_of(&w), f) ? OK : ERR_DAMAGED;
}
