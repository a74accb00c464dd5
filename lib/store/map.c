#include "store/env.h"

#include <sys/mman.h>

/*
 * LMDB does not say where its map is. But every page of it begins with its own number, and small values lie
 * inside a page: from any of them one gets to the page's beginning, from there to the map's. (store_open
 * refuses databases whose pages are larger than the system's, so pages lie on multiples of their size.)
 */
enum err map_find(struct store_txn *t, struct view *map)
{
	MDB_val k = val_of("format", 6), v;
	MDB_envinfo info;
	uint64_t number, size = store_file_size(t->s);
	int rc = mdb_get(t->txn, t->dbi[T_META], &k, &v);

	*map = (struct view){ NULL, 0 };
	if (rc != 0)
		return txn_err(t, rc);
	const uint8_t *page = (const uint8_t *)((uintptr_t)v.mv_data & ~(uintptr_t)(t->s->psize - 1));
	memcpy(&number, page, sizeof number);
	mdb_env_info(t->s->env, &info);
	if (number > info.me_last_pgno)
		return ERR_DAMAGED;
	*map = view_of(page - number * t->s->psize, size < info.me_mapsize ? size : info.me_mapsize);
	return OK;
}

void store_let_go(struct store_txn *t)
{
	struct view map;

	if (map_find(t, &map) == OK)
		(void)madvise((void *)(uintptr_t)map.p, map.n, MADV_DONTNEED);
}
