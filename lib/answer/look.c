#include "answer/ask.h"

enum found look_asterisk(const struct ask *q, unsigned depth, struct node_view *out)
{
	const struct qname *n = &q->link->name;
	const struct served *z = q->zone;
	uint8_t name[NAME_WIRE_MAX + 2] = { 1, '*' };
	uint8_t len = (uint8_t)(n->len - n->at[depth]);

	if (len > NAME_WIRE_MAX - 2)
		return FOUND_NONE;
	memcpy(name + 2, n->lower + n->at[depth], len);
	uint64_t hash = hash_label(&q->s->key, n->hash[depth], name + 1, 1);
	struct probe p = { hash, name, (uint8_t)(len + 2), z->depth, 0 };
	return shard_find(image_shard(q->s, z->image, place_of(z, n, hash)), &p, out);
}

/* open_zone takes apart what the zone table says of a zone. */
static enum err open_zone(const struct ask *q, struct served *z)
{
	struct frag part;

	if (node_frag(z->table, FRAG_ZONE, &part) != OK || part.body == NULL ||
	    !zonepart_open(view_of(part.body, frag_plain(part)), &z->part) ||
	    node_frag(z->table, FRAG_SOA_NEGATIVE, &z->negative) != OK || z->negative.body == NULL)
		return ERR_DAMAGED;
	z->image = z->part.flags & ZONEPART_POOLED ? q->s->pool : snapshot_image(q->s, z->part.image);
	return z->image != NULL ? OK : ERR_DAMAGED;
}

/* find_zone asks the zone table for an apex and keeps what it says. */
static COLD enum err find_zone(struct ask *q, unsigned d, struct cached_zone *c)
{
	const struct qname *n = &q->link->name;
	struct probe p = { n->hash[d], n->lower + n->at[d], (uint8_t)(n->len - n->at[d]), (uint8_t)d, 0 };
	struct node_view table;
	enum found f = shard_find(image_shard(q->s, q->s->zones, p.hash), &p, &table);

	if (unlikely(f == FOUND_DAMAGED)) { /* the name looked for stands in for what cannot be read */
		c->hash = ~p.hash;
		c->zone.apex = view_of(p.name, p.len);
		q->zone = &c->zone;
		return ERR_DAMAGED;
	}
	if (f != FOUND_NODE)
		return ERR_NOTFOUND;
	q->a->cache_changes++;
	c->zone = (struct served){ .table = table, .apex = node_owner(table), .depth = (uint8_t)d };
	q->zone = &c->zone;
	enum err e = open_zone(q, &c->zone);
	c->hash = e == OK ? p.hash : ~p.hash; /* the latter goes with no name that this apex could be taken for */
	return e;
}

enum err look_zone(struct ask *q, unsigned most)
{
	const struct qname *n = &q->link->name;

	for (int at = next_apex(q->s, (int)most); at >= 0; at = next_apex(q->s, at - 1)) {
		unsigned d = (unsigned)at;
		struct cached_zone *c = &q->a->cached[n->hash[d] % CACHED_ZONES];
		if (likely(is_apex(c, n, d))) {
			q->zone = &c->zone;
			return OK;
		}
		enum err e = find_zone(q, d, c);
		if (e != ERR_NOTFOUND)
			return e;
	}
	return ERR_NOTFOUND;
}

struct frag gather_pieces(const struct ask *q, struct node_view n, struct frag f, unsigned slot)
{
	struct frag whole = { f.head, NULL };
	struct view name = node_owner(n);
	struct name owner;
	struct qname hashed;
	struct wr w = wr_of(q->a->gather[slot], FRAG_BODY_MAX);

	if (!name_of_wire(name, &owner))
		return whole;
	qname_of(&owner, &q->s->key, &hashed);
	for (uint8_t i = 0; i < (uint8_t)frag_pieces(f); i++) {
		uint64_t hash = piece_hash(hashed.hash[hashed.labels], frag_type(f), i);
		struct probe p = { hash, name.p, (uint8_t)name.n, node_apex_labels(n), NODE_PIECE };
		struct view octets, page = image_shard(q->s, q->zone->image, place_of(q->zone, &hashed, hash));
		if (shard_piece(page, &p, frag_type(f), i, &octets) != FOUND_NODE)
			return whole;
		wr_view(&w, octets);
	}
	if (w.full || !frag_within(wr_view_of(&w), &whole))
		whole.body = NULL;
	return whole;
}
