/*
 * rows.h -- a zone's RRsets between memory and the rrsets table.
 *
 * Knows: zone/zone.h, store/store.h.   Must not know: pages.
 */
#ifndef BAKE_ROWS_H
#define BAKE_ROWS_H

#include "store/store.h"
#include "zone/zone.h"

/* rows_write_zone appends all RRsets of a sealed zone to a build, slice by slice. */
enum err rows_write_zone(struct build *b, uint64_t rows, const struct zone *z);

/* rows_put_zone and rows_delete_zone do it for a small zone in one transaction. */
enum err rows_put_zone(struct store_txn *t, uint64_t rows, const struct zone *z);
enum err rows_delete_zone(struct store_txn *t, uint64_t rows);

/* rows_read_zone reads a whole zone back, sealed; *z is NULL on failure. */
enum err rows_read_zone(struct store_txn *t, uint64_t rows, const struct name *apex, struct zone **z);

/* row_rdata splits a row's data: the next length and octets at the cursor (little-endian length). */
MUST_CHECK bool row_rdata(struct view *data, struct view *rdata);

#endif
