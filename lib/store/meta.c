#include "store/env.h"

#include "base/le.h"

/* Every value in meta is one number of 8 octets. */
enum err meta_get(struct store_txn *t, const char *key, uint64_t *out)
{
	MDB_val k = val_of(key, strlen(key)), v;
	int rc = mdb_get(t->txn, t->dbi[T_META], &k, &v);

	*out = 0;
	if (rc != 0)
		return txn_err(t, rc);
	if (v.mv_size != 8)
		return ERR_DAMAGED;
	*out = le64(v.mv_data);
	return OK;
}

enum err meta_put(struct store_txn *t, const char *key, uint64_t number)
{
	uint8_t octets[8];
	MDB_val k = val_of(key, strlen(key)), v = val_of(octets, sizeof octets);

	put_le64(octets, number);
	return txn_err(t, mdb_put(t->txn, t->dbi[T_META], &k, &v, 0));
}

enum err meta_delete(struct store_txn *t, const char *key)
{
	MDB_val k = val_of(key, strlen(key));

	return txn_err(t, mdb_del(t->txn, t->dbi[T_META], &k, NULL));
}

enum err meta_first(struct store_txn *t, const char *prefix, char key[META_KEY_MAX], uint64_t *out)
{
	MDB_val k = val_of(prefix, strlen(prefix)), v;
	MDB_cursor *c;
	int rc = mdb_cursor_open(t->txn, t->dbi[T_META], &c);

	if (rc != 0)
		return txn_err(t, rc);
	rc = mdb_cursor_get(c, &k, &v, MDB_SET_RANGE);
	mdb_cursor_close(c);
	if (rc != 0)
		return txn_err(t, rc);
	if (k.mv_size < strlen(prefix) || memcmp(k.mv_data, prefix, strlen(prefix)) != 0)
		return ERR_NOTFOUND;
	if (k.mv_size >= META_KEY_MAX || v.mv_size != 8)
		return ERR_DAMAGED;
	memcpy(key, k.mv_data, k.mv_size);
	key[k.mv_size] = 0;
	*out = le64(v.mv_data);
	return OK;
}
