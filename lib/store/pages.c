#include "store/env.h"

enum { FULL_KEY_MAX = KEY_ID + PAGE_KEY_MAX };

static const enum table table_of[] = {
	[TABLE_SHARDS] = T_SHARDS,
	[TABLE_DENIAL] = T_DENIAL,
};

struct page_key shard_key(uint64_t prefix, unsigned bits)
{
	struct page_key k = { .n = 9 };

	put_be64(k.p, prefix);
	k.p[8] = (uint8_t)bits;
	return k;
}

/* full_key puts the image id before a key; k may be NULL: the least key an image can have. */
static MDB_val full_key(uint64_t image, const struct page_key *k, uint8_t buf[FULL_KEY_MAX])
{
	put_be64(buf, image);
	if (k == NULL)
		return val_of(buf, KEY_ID);
	memcpy(buf + KEY_ID, k->p, k->n);
	return val_of(buf, KEY_ID + (size_t)k->n);
}

static bool is_page(const struct store *s, size_t n)
{
	return (n + 16) % s->psize == 0 && n + 16 >= s->psize && (n + 16) / s->psize <= STORE_VALUE_PAGES_MAX;
}

static void touch(struct store_txn *t, uint64_t image)
{
	if (image < IMAGE_FIRST)
		t->touched[image] = true;
}

enum err store_page_put(struct store_txn *t, enum page_table table, uint64_t image, const struct page_key *k,
			struct view page)
{
	uint8_t buf[FULL_KEY_MAX];
	MDB_val key = full_key(image, k, buf), v = val_of(page.p, page.n);

	if (!is_page(t->s, page.n))
		return ERR_SPACE;
	touch(t, image);
	return txn_err(t, mdb_put(t->txn, t->dbi[table_of[table]], &key, &v, 0));
}

enum err store_page_append(struct store_txn *t, enum page_table table, uint64_t image, const struct page_key *k,
			   struct view page)
{
	uint8_t buf[FULL_KEY_MAX];
	MDB_val key = full_key(image, k, buf), v = val_of(page.p, page.n);

	if (!is_page(t->s, page.n))
		return ERR_SPACE;
	touch(t, image);
	return txn_err(t, put_append(t, table_of[table], &key, &v, 0));
}

enum err store_page_delete(struct store_txn *t, enum page_table table, uint64_t image, const struct page_key *k)
{
	uint8_t buf[FULL_KEY_MAX];
	MDB_val key = full_key(image, k, buf);

	touch(t, image);
	return txn_err(t, mdb_del(t->txn, t->dbi[table_of[table]], &key, NULL));
}

/* give takes a cursor's place apart; a place in another image is the end of this one. */
static enum err give(uint64_t image, MDB_val k, MDB_val v, struct page_key *key, struct view *page)
{
	if (key_id(k) != image)
		return k.mv_size < KEY_ID ? ERR_DAMAGED : ERR_NOTFOUND;
	if (k.mv_size - KEY_ID > PAGE_KEY_MAX)
		return ERR_DAMAGED;
	key->n = (uint16_t)(k.mv_size - KEY_ID);
	memcpy(key->p, (const uint8_t *)k.mv_data + KEY_ID, key->n);
	*page = view_of_val(v);
	return OK;
}

/* A step from where the cursor came to when it looked for a key: rc is what it got, `met` that it met the key. */
typedef int step_fn(MDB_cursor *c, MDB_val *at, MDB_val *v, int rc, bool met);

static int to_floor(MDB_cursor *c, MDB_val *at, MDB_val *v, int rc, bool met)
{
	if (rc == MDB_NOTFOUND)
		return mdb_cursor_get(c, at, v, MDB_LAST);
	return rc == 0 && !met ? mdb_cursor_get(c, at, v, MDB_PREV) : rc;
}

static int to_next(MDB_cursor *c, MDB_val *at, MDB_val *v, int rc, bool met)
{
	return rc == 0 && met ? mdb_cursor_get(c, at, v, MDB_NEXT) : rc;
}

static enum err find(struct store_txn *t, enum page_table table, uint64_t image, const struct page_key *k, step_fn *step,
		     struct page_key *key, struct view *page)
{
	uint8_t buf[FULL_KEY_MAX];
	MDB_val at = full_key(image, k, buf), want = at, v;
	MDB_cursor *c;
	int rc = mdb_cursor_open(t->txn, t->dbi[table_of[table]], &c);

	if (rc != 0)
		return txn_err(t, rc);
	rc = mdb_cursor_get(c, &at, &v, MDB_SET_RANGE);
	rc = step(c, &at, &v, rc, rc == 0 && k != NULL && view_eq(view_of_val(at), view_of_val(want)));
	mdb_cursor_close(c);
	return rc != 0 ? txn_err(t, rc) : give(image, at, v, key, page);
}

enum err store_page_floor(struct store_txn *t, enum page_table table, uint64_t image, const struct page_key *k,
			  struct page_key *key, struct view *page)
{
	return find(t, table, image, k, to_floor, key, page);
}

enum err store_page_after(struct store_txn *t, enum page_table table, uint64_t image, const struct page_key *k,
			  struct page_key *key, struct view *page)
{
	return find(t, table, image, k, to_next, key, page);
}
