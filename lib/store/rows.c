#include "store/env.h"

#include <stdlib.h>

#include "base/arena.h"

/*
 * key     rows id 8 | owner's name key | 0 | type 2 | piece 1
 * piece 0 ttl 4 | sig_ttl 4 | n 4 | n_sig 4 | owner's length 1 | owner | data ...
 * others  data ...
 *
 * All pieces but the last have ROW_PIECE octets. The 0 behind the owner ends it: no label is empty, so
 * what stands there in the key of a name below is greater, and an owner comes before all names below it
 * whatever its types are.
 */
enum {
	PIECES_MAX = 255,
	TYPE_AND_PIECE = 3,
	ROW_KEY_MAX = KEY_ID + NAME_KEY_MAX + 1 + TYPE_AND_PIECE,
	FIXED = 17, /* of piece 0, before the owner */
};

struct row_key {
	uint8_t p[ROW_KEY_MAX];
	size_t n;
};

static struct row_key row_key(uint64_t rows, const struct name *owner, uint16_t type)
{
	struct row_key k;

	put_be64(k.p, rows);
	k.n = KEY_ID + name_key(owner, k.p + KEY_ID);
	k.p[k.n++] = 0;
	k.p[k.n++] = (uint8_t)(type >> 8);
	k.p[k.n++] = (uint8_t)type;
	k.p[k.n++] = 0;
	return k;
}

static void row_key_piece(struct row_key *k, unsigned piece)
{
	k->p[k->n - 1] = (uint8_t)piece;
}

static size_t head_write(const struct row *r, uint8_t *to)
{
	put_le32(to, r->ttl);
	put_le32(to + 4, r->sig_ttl);
	put_le32(to + 8, r->n);
	put_le32(to + 12, r->n_sig);
	to[16] = r->owner.len;
	memcpy(to + FIXED, r->owner.wire, r->owner.len);
	return FIXED + (size_t)r->owner.len;
}

/* Where rows go: `to` is a transaction or a pack. A value is only reserved: there v->mv_data points afterwards. */
typedef int put_fn(void *to, const MDB_val *key, MDB_val *v);

static int put_row(void *to, const MDB_val *key, MDB_val *v)
{
	struct store_txn *t = to;
	MDB_val k = *key;

	return mdb_put(t->txn, t->dbi[T_RRSETS], &k, v, MDB_RESERVE);
}

/* In a pack stand, for each value: the lengths of key and value, 2 octets each, key, value. */
enum { PACK_HEAD = 4 };

static int pack_row(void *to, const MDB_val *key, MDB_val *v)
{
	struct row_pack *pack = to;
	const size_t n = PACK_HEAD + key->mv_size + v->mv_size;

	pack->p = grow_array(pack->p, &pack->cap, pack->n + n, 1);
	uint8_t *p = pack->p + pack->n;
	put_le16(p, (uint16_t)key->mv_size);
	put_le16(p + 2, (uint16_t)v->mv_size);
	memcpy(p + PACK_HEAD, key->mv_data, key->mv_size);
	v->mv_data = p + PACK_HEAD + key->mv_size;
	pack->n += n;
	return 0;
}

/* put_pieces writes all pieces of a row and gives their number. */
static enum err put_pieces(void *to, put_fn *put, struct row_key *k, const struct row *r, unsigned *pieces)
{
	uint8_t head[FIXED + NAME_WIRE_MAX];
	size_t head_n = head_write(r, head), left = r->data.n, done = 0;

	*pieces = 0;
	if (head_n + left > (size_t)PIECES_MAX * ROW_PIECE)
		return ERR_SPACE;
	while (*pieces == 0 || left > 0) {
		size_t room = ROW_PIECE - head_n, n = left < room ? left : room;
		MDB_val key, v = { head_n + n, NULL };

		row_key_piece(k, (*pieces)++);
		key = val_of(k->p, k->n);
		int rc = put(to, &key, &v);
		if (rc != 0)
			return txn_err(to, rc); /* it is one: a pack has room */
		memcpy(v.mv_data, head, head_n);
		if (n > 0)
			memcpy((uint8_t *)v.mv_data + head_n, r->data.p + done, n);
		done += n;
		left -= n;
		head_n = 0;
	}
	return OK;
}

/* delete_pieces removes pieces from this one on; *gone tells whether there was one. */
static enum err delete_pieces(struct store_txn *t, struct row_key *k, unsigned piece, bool *gone)
{
	*gone = false;
	for (; piece < PIECES_MAX; piece++) {
		row_key_piece(k, piece);
		MDB_val key = val_of(k->p, k->n);
		int rc = mdb_del(t->txn, t->dbi[T_RRSETS], &key, NULL);
		if (rc == MDB_NOTFOUND)
			break;
		if (rc != 0)
			return txn_err(t, rc);
		*gone = true;
	}
	return OK;
}

enum err store_row_put(struct store_txn *t, uint64_t rows, const struct row *r)
{
	struct row_key k = row_key(rows, &r->owner, r->type);
	unsigned pieces;
	bool gone;
	enum err e = put_pieces(t, put_row, &k, r, &pieces);

	return e == OK ? delete_pieces(t, &k, pieces, &gone) : e;
}

enum err row_pack_add(struct row_pack *pack, uint64_t rows, const struct row *r)
{
	struct row_key k = row_key(rows, &r->owner, r->type);
	unsigned pieces;

	return put_pieces(pack, pack_row, &k, r, &pieces);
}

enum err store_row_append(struct store_txn *t, struct view *packed)
{
	const uint8_t *p = packed->p;

	if (packed->n < PACK_HEAD || packed->n - PACK_HEAD < (size_t)le16(p) + le16(p + 2))
		return ERR_DAMAGED;
	MDB_val key = val_of(p + PACK_HEAD, le16(p)), v = val_of(p + PACK_HEAD + le16(p), le16(p + 2));
	const size_t n = PACK_HEAD + key.mv_size + v.mv_size;
	*packed = view_of(p + n, packed->n - n);
	return txn_err(t, put_append(t, T_RRSETS, &key, &v, 0));
}

enum err store_row_delete(struct store_txn *t, uint64_t rows, const struct name *owner, uint16_t type)
{
	struct row_key k = row_key(rows, owner, type);
	bool gone;
	enum err e = delete_pieces(t, &k, 0, &gone);

	return e == OK && !gone ? ERR_NOTFOUND : e;
}

/* ---- walking ---- */

struct row_walk {
	struct store_txn *t;
	MDB_cursor *cursor;
	uint64_t rows;
	struct row_key from; /* where to begin */
	bool begun;
	uint8_t *whole; /* a row of several pieces, put together */
	size_t cap;
};

enum err row_walk_begin(struct store_txn *t, uint64_t rows, const struct name *from, struct row_walk **out)
{
	struct row_walk *w = calloc(1, sizeof *w);

	*out = NULL;
	if (w == NULL)
		return ERR_MEMORY;
	w->t = t;
	w->rows = rows;
	w->from = row_key(rows, from != NULL ? from : &name_root, 0);
	int rc = mdb_cursor_open(t->txn, t->dbi[T_RRSETS], &w->cursor);
	if (rc != 0) {
		free(w);
		return txn_err(t, rc);
	}
	*out = w;
	return OK;
}

void row_walk_end(struct row_walk *w)
{
	if (w == NULL)
		return;
	mdb_cursor_close(w->cursor);
	free(w->whole);
	free(w);
}

/* is_of: a key, whose id is known, is that of piece 0 of a row of this owner. */
static bool is_of(struct view key, const struct name *owner)
{
	uint8_t again[NAME_KEY_MAX];
	const size_t n = name_key(owner, again);

	return key.n == KEY_ID + n + 1 + TYPE_AND_PIECE && key.p[KEY_ID + n] == 0 &&
	       same_octets(key.p + KEY_ID, again, n);
}

/* head_read takes what stands before the data, and compares it with the key under which it stood. */
static enum err head_read(struct view key, struct view *value, struct row *out)
{
	if (key.n < KEY_ID + 1 + TYPE_AND_PIECE || key.p[key.n - 1] != 0 || value->n < FIXED)
		return ERR_DAMAGED;
	out->type = (uint16_t)(key.p[key.n - 3] << 8 | key.p[key.n - 2]);
	out->ttl = le32(value->p);
	out->sig_ttl = le32(value->p + 4);
	out->n = le32(value->p + 8);
	out->n_sig = le32(value->p + 12);
	size_t head = FIXED + (size_t)value->p[16];
	if (value->n < head || !name_of_wire(view_of(value->p + FIXED, head - FIXED), &out->owner))
		return ERR_DAMAGED;
	if (!is_of(key, &out->owner))
		return ERR_DAMAGED;
	*value = view_of(value->p + head, value->n - head);
	return OK;
}

/* items_fit: the data are exactly n lengths with so many octets behind each. */
static bool items_fit(struct view data, uint64_t n)
{
	size_t at = 0;

	for (; n > 0 && data.n - at >= 2; n--) {
		size_t len = le16(data.p + at);
		if (data.n - at - 2 < len)
			return false;
		at += 2 + len;
	}
	return n == 0 && at == data.n;
}

static enum err add_piece(struct row_walk *w, size_t have, MDB_val v)
{
	if (have + v.mv_size > w->cap) {
		size_t cap = 2 * (have + v.mv_size);
		uint8_t *bigger = realloc(w->whole, cap);
		if (bigger == NULL)
			return ERR_MEMORY;
		w->whole = bigger;
		w->cap = cap;
	}
	memcpy(w->whole + have, v.mv_data, v.mv_size);
	return OK;
}

/* gather follows a full piece 0 with those behind it, and leaves the cursor on the last. */
static enum err gather(struct row_walk *w, MDB_val first, MDB_val v, struct view *value)
{
	struct row_key k = { .n = first.mv_size };
	size_t have = 0;

	memcpy(k.p, first.mv_data, first.mv_size);
	for (unsigned piece = 1;; piece++) {
		enum err e = add_piece(w, have, v);
		if (e != OK)
			return e;
		have += v.mv_size;
		*value = view_of(w->whole, have);
		if (v.mv_size < ROW_PIECE || piece == PIECES_MAX)
			return OK;
		row_key_piece(&k, piece);
		MDB_val key = val_of(k.p, k.n);
		int rc = mdb_cursor_get(w->cursor, &key, &v, MDB_SET);
		if (rc == MDB_NOTFOUND) {
			row_key_piece(&k, piece - 1);
			key = val_of(k.p, k.n);
			return txn_err(w->t, mdb_cursor_get(w->cursor, &key, &v, MDB_SET));
		}
		if (rc != 0)
			return txn_err(w->t, rc);
		if (v.mv_size == 0 || v.mv_size > ROW_PIECE)
			return ERR_DAMAGED;
	}
}

enum err row_walk_next(struct row_walk *w, struct row *out)
{
	MDB_val k = val_of(w->from.p, w->from.n), v;
	int rc = mdb_cursor_get(w->cursor, &k, &v, w->begun ? MDB_NEXT : MDB_SET_RANGE);

	w->begun = true;
	if (rc != 0)
		return txn_err(w->t, rc);
	if (key_id(k) != w->rows)
		return k.mv_size < KEY_ID ? ERR_DAMAGED : ERR_NOTFOUND;
	if (k.mv_size > ROW_KEY_MAX || ((const uint8_t *)k.mv_data)[k.mv_size - 1] != 0 || v.mv_size > ROW_PIECE)
		return ERR_DAMAGED;
	struct view value = view_of_val(v);
	enum err e = v.mv_size == ROW_PIECE ? gather(w, k, v, &value) : OK;
	if (e == OK)
		e = head_read(view_of_val(k), &value, out);
	if (e != OK)
		return e;
	out->data = value;
	return items_fit(value, (uint64_t)out->n + out->n_sig) ? OK : ERR_DAMAGED;
}
