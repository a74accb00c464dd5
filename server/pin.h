/*
 * pin.h -- read transactions that the parent holds for a front.
 *
 * A front maps the database without touching the lock file (a writable lock
 * file would let a hijacked front hang or undo writers), so nobody would see
 * that it reads. The parent's transaction stands in for it: as long as it is
 * open, no page that is as old or younger is written over.
 *
 * Knows: lib/store.   Must not know: channels, processes.
 */
#ifndef SERVER_PIN_H
#define SERVER_PIN_H

#include "store/store.h"

enum { PINS_MAX = 4 }; /* of one front: the current generation, those being let go, the next one */

struct pins {
	struct store_txn *txn[PINS_MAX]; /* NULL: free */
};

/* pin_take opens number n and gives the commit it shows. A number that is taken or out of range is
 * ERR_REFUSED: the front is not ours any more. */
enum err pin_take(struct pins *p, struct store *s, uint32_t n, uint64_t *commit);

/* pin_drop ends number n; ERR_REFUSED as above. */
enum err pin_drop(struct pins *p, uint32_t n);

/* pin_drop_all ends all of them. */
void pin_drop_all(struct pins *p);

#endif
