/*
 * table.h -- where all zones have their places: the zone table (image 0), a
 * node for each apex, and the pool (image 1), the records of small zones.
 *
 *      zone table   apex -> what a look-up needs of the zone (store/zonepart.h), its SOA twice
 *      pool         apex -> all records of the zone, in one page
 *
 * Each function is one page of one write transaction.
 *
 * Knows: node.h, place.h, store/.   Must not know: zones in memory.
 */
#ifndef BAKE_TABLE_H
#define BAKE_TABLE_H

#include "bake/node.h"
#include "bake/place.h"
#include "store/store.h"
#include "store/zonepart.h"

/* table_record makes the record of the zone table. part's image and changed must be set. */
enum err table_record(const struct bake_zone *z, const struct zonepart *part, const struct rrset *soa,
		      struct arena *a, const struct record_sink *to);

/* table_put writes it, table_remove takes it out. */
enum err table_put(struct store *s, struct store_txn *t, const struct bake_zone *z, const struct zonepart *part,
		   const struct rrset *soa, struct arena *scratch);
enum err table_remove(struct store *s, struct store_txn *t, const struct bake_zone *z, struct arena *scratch);

/* table_get reads what the zone table says of a zone; its salt is a view into the database. ERR_NOTFOUND,
 * ERR_DAMAGED. */
enum err table_get(struct store_txn *t, const struct bake_zone *z, struct zonepart *out);

/* pool_put replaces the zone's records in the pool by these; with none they go. */
enum err pool_put(struct store *s, struct store_txn *t, const struct bake_zone *z, const struct entry *add,
		  size_t n, struct arena *scratch);

#endif
