#include "store/env.h"

/*
 * The key is the apex's name key and one more 0: LMDB takes no empty key, which the root's would be. As no
 * label is empty, 0 behind a label's own 0 is less than anything that can stand there, so the order stays
 * canonical.
 */
enum { ZONE_KEY_MAX = NAME_KEY_MAX + 1, ZONE_VALUE = 11 * 8 + 4 * 4 };

static MDB_val zone_key(const struct name *apex, uint8_t buf[ZONE_KEY_MAX])
{
	size_t n = name_key(apex, buf);

	buf[n] = 0;
	return val_of(buf, n + 1);
}

/* The fields in the order they are stored. */
static const size_t wide[] = {
	offsetof(struct zone_row, zone_id),   offsetof(struct zone_row, image),
	offsetof(struct zone_row, rows),      offsetof(struct zone_row, changed),
	offsetof(struct zone_row, compiled),  offsetof(struct zone_row, records),
	offsetof(struct zone_row, names),     offsetof(struct zone_row, signatures),
	offsetof(struct zone_row, expires),   offsetof(struct zone_row, checks[0]),
	offsetof(struct zone_row, checks[1]),
};
static const size_t narrow[] = {
	offsetof(struct zone_row, serial),
	offsetof(struct zone_row, role),
	offsetof(struct zone_row, flags),
	offsetof(struct zone_row, denial),
};

static void row_write(const struct zone_row *row, uint8_t *to)
{
	const uint8_t *from = (const uint8_t *)row;

	for (size_t i = 0; i < COUNT_OF(wide); i++, to += 8) {
		uint64_t v;
		memcpy(&v, from + wide[i], sizeof v);
		put_le64(to, v);
	}
	for (size_t i = 0; i < COUNT_OF(narrow); i++, to += 4) {
		uint32_t v;
		memcpy(&v, from + narrow[i], sizeof v);
		put_le32(to, v);
	}
}

enum err zone_row_read(struct view value, struct zone_row *row)
{
	const uint8_t *from = value.p;
	uint8_t *to = (uint8_t *)row;

	memset(row, 0, sizeof *row);
	if (value.n != ZONE_VALUE)
		return ERR_DAMAGED;
	for (size_t i = 0; i < COUNT_OF(wide); i++, from += 8) {
		uint64_t v = le64(from);
		memcpy(to + wide[i], &v, sizeof v);
	}
	for (size_t i = 0; i < COUNT_OF(narrow); i++, from += 4) {
		uint32_t v = le32(from);
		memcpy(to + narrow[i], &v, sizeof v);
	}
	return OK;
}

enum err store_zone_get(struct store_txn *t, const struct name *apex, struct zone_row *out)
{
	uint8_t buf[ZONE_KEY_MAX];
	MDB_val k = zone_key(apex, buf), v;
	int rc = mdb_get(t->txn, t->dbi[T_ZONES], &k, &v);

	if (rc != 0) {
		memset(out, 0, sizeof *out);
		return txn_err(t, rc);
	}
	return zone_row_read(view_of_val(v), out);
}

enum err store_zone_put(struct store_txn *t, const struct name *apex, const struct zone_row *row)
{
	uint8_t buf[ZONE_KEY_MAX], value[ZONE_VALUE];
	MDB_val k = zone_key(apex, buf), v = val_of(value, sizeof value);

	row_write(row, value);
	t->touched[CHANGE_ZONES] = true;
	return txn_err(t, mdb_put(t->txn, t->dbi[T_ZONES], &k, &v, 0));
}

enum err store_zone_delete(struct store_txn *t, const struct name *apex)
{
	uint8_t buf[ZONE_KEY_MAX];
	MDB_val k = zone_key(apex, buf);

	t->touched[CHANGE_ZONES] = true;
	return txn_err(t, mdb_del(t->txn, t->dbi[T_ZONES], &k, NULL));
}

enum err store_signing_get(struct store_txn *t, const struct name *apex, struct view *out)
{
	uint8_t buf[ZONE_KEY_MAX];
	MDB_val k = zone_key(apex, buf), v = { 0, NULL };
	int rc = mdb_get(t->txn, t->dbi[T_SIGNING], &k, &v);

	*out = view_of_val(v);
	return txn_err(t, rc);
}

bool store_signing_is(struct store_txn *t, const struct name *apex, struct view octets)
{
	struct view there;
	enum err e = store_signing_get(t, apex, &there);

	return e == OK ? view_eq(there, octets) : e == ERR_NOTFOUND && octets.n == 0;
}

enum err store_signing_put(struct store_txn *t, const struct name *apex, struct view state)
{
	uint8_t buf[ZONE_KEY_MAX];
	MDB_val k = zone_key(apex, buf), v = val_of(state.p, state.n);

	if (state.n > SIGNING_OCTETS_MAX)
		return ERR_SPACE;
	if (state.n > 0)
		return txn_err(t, mdb_put(t->txn, t->dbi[T_SIGNING], &k, &v, 0));
	int rc = mdb_del(t->txn, t->dbi[T_SIGNING], &k, NULL);
	return rc == MDB_NOTFOUND ? OK : txn_err(t, rc);
}

static enum err zone_at(MDB_val k, MDB_val v, struct name *apex, struct zone_row *row)
{
	struct view key = view_of_val(k);

	if (key.n == 0 || key.p[--key.n] != 0 || !name_of_key(key, apex))
		return ERR_DAMAGED;
	return zone_row_read(view_of_val(v), row);
}

enum err store_zone_after(struct store_txn *t, const struct name *apex, struct name *out, struct zone_row *row)
{
	uint8_t buf[ZONE_KEY_MAX];
	MDB_val k = apex != NULL ? zone_key(apex, buf) : (MDB_val){ 0, NULL }, from = k, v;
	MDB_cursor *c;
	int rc = mdb_cursor_open(t->txn, t->dbi[T_ZONES], &c);

	if (rc != 0)
		return txn_err(t, rc);
	rc = mdb_cursor_get(c, &k, &v, apex != NULL ? MDB_SET_RANGE : MDB_FIRST);
	if (rc == 0 && apex != NULL && view_eq(view_of_val(k), view_of_val(from)))
		rc = mdb_cursor_get(c, &k, &v, MDB_NEXT);
	mdb_cursor_close(c);
	return rc != 0 ? txn_err(t, rc) : zone_at(k, v, out, row);
}

uint64_t store_zone_count(struct store_txn *t)
{
	MDB_stat st;

	return mdb_stat(t->txn, t->dbi[T_ZONES], &st) == 0 ? st.ms_entries : 0;
}
