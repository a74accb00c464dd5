/*
 * rows.h -- a zone's RRsets between memory and the rrsets table.
 *
 * Knows: zone/zone.h, store/store.h.   Must not know: pages.
 */
#ifndef BAKE_ROWS_H
#define BAKE_ROWS_H

#include "store/store.h"
#include "zone/zone.h"

/* rows_pack makes the rows of nodes from .. to - 1 of a sealed zone ready, behind what is in the pack. Any thread
 * may. */
enum err rows_pack(const struct zone *z, uint64_t rows, size_t from, size_t to, struct row_pack *pack);

/* rows_write appends packed rows to a build, slice by slice. */
enum err rows_write(struct build *b, const struct row_pack *pack);

/* rows_put_zone and rows_delete_zone do it for a small zone in one transaction. */
enum err rows_put_zone(struct store_txn *t, uint64_t rows, const struct zone *z);
enum err rows_delete_zone(struct store_txn *t, uint64_t rows);

/* rows_read_zone reads a whole zone back, sealed; *z is NULL on failure. */
enum err rows_read_zone(struct store_txn *t, uint64_t rows, const struct name *apex, struct zone **z);

/* rows_read_name reads the RRsets of one name, ascending by type, into the arena; none: *sets is NULL. */
enum err rows_read_name(struct store_txn *t, uint64_t rows, const struct name *owner, struct arena *a,
			struct rrset **sets);

/* rows_put_set writes one RRset, in canonical order, over what was there. */
enum err rows_put_set(struct store_txn *t, uint64_t rows, const struct name *owner, const struct rrset *s);

/* rows_presence says whether a name has data, or exists only because something is below it (RFC 4592 2.2.2), or
 * not at all. Rows are in canonical order, so the first row at or behind the name tells. */
enum presence { PRESENT_NOT, PRESENT_BELOW, PRESENT_DATA };
enum err rows_presence(struct store_txn *t, uint64_t rows, const struct name *owner, enum presence *out);

/* row_rdata splits a row's data: the next length and octets at the cursor (little-endian length). */
MUST_CHECK bool row_rdata(struct view *data, struct view *rdata);

#endif
