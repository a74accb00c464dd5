#include "store/node.h"

bool node_open(struct view r, struct node_view *out)
{
	if (unlikely(r.n < NODE_HEAD))
		return false;
	out->p = r.p;
	out->n = (uint32_t)r.n;
	out->owner_len = r.p[0];
	out->apex_labels = r.p[1];
	out->flags = r.p[2];
	out->n_frags = r.p[3];
	size_t at = NODE_HEAD;
	out->hash8 = NULL;
	if (out->flags & NODE_HASHED) {
		out->hash8 = r.p + at;
		at += 8;
	}
	out->owner = r.p + at;
	at += out->owner_len;
	out->heads = r.p + at;
	return at + (size_t)out->n_frags * FRAG_HEAD <= r.n && out->owner_len != 0;
}

bool frag_open(struct view r, const uint8_t *h, struct frag *out)
{
	size_t at = le16(h + 2);

	out->type = le16(h);
	out->plain = le16(h + 4);
	out->sig = le16(h + 6);
	out->n_rr = le16(h + 8);
	out->n_sig = h[10];
	out->flags = h[11];
	out->n_base = le16(h + 12);
	out->n_self = le16(h + 14);
	if (unlikely(at > r.n))
		return false;
	const uint8_t *p = r.p + at;
	size_t left = r.n - at;
	size_t pointers = 2 * ((out->flags & FRAG_INLINE ? 0 : (size_t)out->n_rr + out->n_sig) + out->n_base + out->n_self);
	if (unlikely(left < pointers))
		return false;
	out->owners = p;
	out->selves = p + pointers - 2 * (size_t)out->n_self;
	out->bases = out->selves - 2 * (size_t)out->n_base;
	p += pointers;
	left -= pointers;
	out->n_targets = 0;
	out->targets = p;
	if (out->flags & FRAG_TARGETS) {
		if (unlikely(left < 2))
			return false;
		out->n_targets = le16(p);
		out->targets = p + 2;
		size_t size = 2 + (size_t)out->n_targets * TARGET;
		if (unlikely(left < size))
			return false;
		p += size;
		left -= size;
	}
	out->rrs = p;
	if (unlikely(out->flags & FRAG_OUT)) {
		out->rrs = NULL;
		return true;
	}
	return left >= (size_t)out->plain + out->sig;
}

enum err node_frag_at(const struct node_view *n, unsigned i, struct frag *out)
{
	return frag_open(view_of(n->p, n->n), n->heads + (size_t)i * FRAG_HEAD, out) ? OK : ERR_DAMAGED;
}

enum err node_frag(const struct node_view *n, uint16_t type, struct frag *out)
{
	for (unsigned i = 0; i < n->n_frags; i++)
		if (le16(n->heads + i * FRAG_HEAD) == type)
			return node_frag_at(n, i, out);
	return ERR_NOTFOUND;
}

bool piece_open(struct view r, uint16_t *type, uint8_t *index, struct view *octets)
{
	struct node_view n;

	if (!node_open(r, &n) || !(n.flags & NODE_PIECE))
		return false;
	size_t at = (size_t)(n.owner + n.owner_len - r.p);
	if (r.n < at + PIECE_HEAD)
		return false;
	*type = le16(r.p + at);
	*index = r.p[at + 2];
	*octets = view_of(r.p + at + PIECE_HEAD, r.n - at - PIECE_HEAD);
	return true;
}

static size_t n_owners(const struct frag_parts *f)
{
	return f->flags & FRAG_INLINE ? 0 : (size_t)f->n_rr + f->n_sig;
}

size_t frag_body_size(const struct frag_parts *f)
{
	size_t size = 2 * (n_owners(f) + f->n_base + f->n_self);

	if (f->flags & FRAG_TARGETS)
		size += 2 + (size_t)f->n_targets * TARGET;
	if (!(f->flags & FRAG_OUT))
		size += (size_t)f->plain + f->sig;
	return size;
}

static uint8_t *write_offsets(uint8_t *p, const uint16_t *at, size_t n)
{
	for (size_t i = 0; i < n; i++, p += 2)
		put_le16(p, at[i]);
	return p;
}

void frag_write(const struct frag_parts *f, uint8_t *h, uint8_t *body, uint16_t at)
{
	put_le16(h, f->type);
	put_le16(h + 2, at);
	put_le16(h + 4, f->plain);
	put_le16(h + 6, f->sig);
	put_le16(h + 8, f->n_rr);
	h[10] = f->n_sig;
	h[11] = f->flags;
	put_le16(h + 12, f->n_base);
	put_le16(h + 14, f->n_self);
	body = write_offsets(body, f->owners, n_owners(f));
	body = write_offsets(body, f->bases, f->n_base);
	body = write_offsets(body, f->selves, f->n_self);
	if (f->flags & FRAG_TARGETS) {
		put_le16(body, f->n_targets);
		body += 2;
		for (size_t i = 0; i < f->n_targets; i++, body += TARGET) {
			put_le16(body, f->target_at[i]);
			put_le64(body + 2, f->target_hash[i]);
		}
	}
	if (!(f->flags & FRAG_OUT) && f->plain + f->sig != 0)
		memcpy(body, f->rrs, (size_t)f->plain + f->sig);
}

size_t node_size(const struct node_parts *n)
{
	size_t size = NODE_HEAD + (n->flags & NODE_HASHED ? 8U : 0U) + n->owner->len;

	for (unsigned i = 0; i < n->n_frags; i++)
		size += FRAG_HEAD + frag_body_size(&n->frags[i]);
	return size;
}

static void write_head(const struct node_parts *n, struct wr *out)
{
	wr_u8(out, n->owner->len);
	wr_u8(out, n->apex_labels);
	wr_u8(out, n->flags);
	wr_u8(out, n->n_frags);
	if (n->flags & NODE_HASHED)
		wr_bytes(out, n->hash8, 8);
	wr_bytes(out, n->owner->wire, n->owner->len);
}

void node_write(const struct node_parts *n, struct wr *out)
{
	size_t start = out->len;

	if (node_size(n) > UINT16_MAX)
		out->full = true;
	write_head(n, out);
	uint8_t *heads = wr_room(out, (size_t)n->n_frags * FRAG_HEAD);
	for (unsigned i = 0; i < n->n_frags; i++) {
		size_t at = out->len - start;
		uint8_t *body = wr_room(out, frag_body_size(&n->frags[i]));
		if (body == NULL || heads == NULL)
			return;
		frag_write(&n->frags[i], heads + (size_t)i * FRAG_HEAD, body, (uint16_t)at);
	}
}

void piece_write(const struct name *owner, uint8_t apex_labels, uint16_t type, uint8_t index, struct view octets,
		 struct wr *out)
{
	struct node_parts n = { .owner = owner, .apex_labels = apex_labels, .flags = NODE_PIECE };
	uint8_t head[PIECE_HEAD] = { 0 };

	write_head(&n, out);
	put_le16(head, type);
	head[2] = index;
	wr_bytes(out, head, sizeof head);
	wr_view(out, octets);
}
