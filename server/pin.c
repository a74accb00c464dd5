#include "server/pin.h"

enum err pin_take(struct pins *p, struct store *s, uint32_t n, uint64_t *commit)
{
	enum err e;

	if (n >= PINS_MAX || p->txn[n] != NULL)
		return ERR_REFUSED;
	e = store_read(s, &p->txn[n]);
	if (e == ERR_BUSY && store_clear_stale_readers(s) > 0) /* processes that were killed had all the places */
		e = store_read(s, &p->txn[n]);
	if (e != OK) {
		p->txn[n] = NULL;
		return e;
	}
	*commit = store_counter(p->txn[n]);
	return OK;
}

enum err pin_drop(struct pins *p, uint32_t n)
{
	if (n >= PINS_MAX || p->txn[n] == NULL)
		return ERR_REFUSED;
	store_abort(p->txn[n]);
	p->txn[n] = NULL;
	return OK;
}

void pin_drop_all(struct pins *p)
{
	for (size_t i = 0; i < PINS_MAX; i++) {
		if (p->txn[i] != NULL)
			store_abort(p->txn[i]);
		p->txn[i] = NULL;
	}
}
