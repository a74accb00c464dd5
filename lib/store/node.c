#include "store/node.h"

static const uint8_t nothing[NODE_HEAD + 1] = { 1 }; /* its owner has one octet */
const struct node_view no_node = { nothing, sizeof nothing };

bool piece_open(struct view r, uint16_t *type, uint8_t *index, struct view *octets)
{
	struct node_view n;

	if (!node_open(r, &n) || !(node_flags(n) & NODE_PIECE))
		return false;
	size_t at = (size_t)(node_heads(n) - r.p);
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
		size += TARGETS_HEAD + (size_t)f->n_targets * TARGET;
	return size + f->plain + f->sig;
}

static uint8_t *write_offsets(uint8_t *p, const uint16_t *at, size_t n)
{
	for (size_t i = 0; i < n; i++, p += 2)
		put_le16(p, at[i]);
	return p;
}

void frag_write_head(const struct frag_parts *f, uint8_t *h, uint16_t at)
{
	put_le16(h, f->type);
	put_le16(h + 2, f->flags & FRAG_OUT ? f->pieces : at);
	put_le16(h + 4, f->plain);
	put_le16(h + 6, f->sig);
	put_le16(h + 8, f->n_rr);
	h[10] = f->n_sig;
	h[11] = f->flags;
	put_le16(h + 12, f->n_base);
	put_le16(h + 14, f->n_self);
}

void frag_write_body(const struct frag_parts *f, uint8_t *body)
{
	size_t rrs = (size_t)f->plain + f->sig;

	if (rrs != 0)
		memcpy(body, f->rrs, rrs);
	body = write_offsets(body + rrs, f->selves, f->n_self);
	body = write_offsets(body, f->bases, f->n_base);
	body = write_offsets(body, f->owners, n_owners(f));
	if (!(f->flags & FRAG_TARGETS))
		return;
	put_le16(body, f->n_targets);
	put_le16(body + 2, f->n_glue);
	body += TARGETS_HEAD;
	for (size_t i = 0; i < f->n_targets; i++, body += TARGET) {
		put_le16(body, f->target_at[i]);
		put_le64(body + 2, f->target_hash[i]);
	}
}

size_t node_size(const struct node_parts *n)
{
	size_t size = NODE_HEAD + (n->flags & NODE_HASHED ? 8U : 0U) + n->owner->len;

	for (unsigned i = 0; i < n->n_frags; i++)
		size += FRAG_HEAD + (n->frags[i].flags & FRAG_OUT ? 0 : frag_body_size(&n->frags[i]));
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
	for (unsigned i = 0; i < n->n_frags && heads != NULL; i++) {
		const struct frag_parts *f = &n->frags[i];
		size_t at = out->len - start;
		uint8_t *body = f->flags & FRAG_OUT ? NULL : wr_room(out, frag_body_size(f));

		if (out->full)
			return;
		frag_write_head(f, heads + (size_t)i * FRAG_HEAD, (uint16_t)at);
		if (body != NULL)
			frag_write_body(f, body);
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
