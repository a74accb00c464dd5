/*
 * chain.h -- which records of a zone are its denial chain, and what the runs
 * say of them (store/run.h).
 *
 *      the apex's NSEC3PARAM --> NSEC3 with these parameters: hash of the owner -> the RRset, ready to copy
 *      else the apex's NSEC  --> every owner of an NSEC:      its key           -> where its node is
 *
 * A zone may hold other NSEC3 records, of a chain on its way in or out: they
 * are rows, and nothing else.
 *
 * Knows: frag.h, sec/nsec3.h, store/run.h.   Must not know: pages, LMDB.
 */
#ifndef BAKE_CHAIN_H
#define BAKE_CHAIN_H

#include "bake/node.h"
#include "sec/nsec3.h"
#include "store/run.h"
#include "store/store.h"
#include "store/zonepart.h"

struct chain {
	enum denial_kind kind;
	struct nsec3_params nsec3; /* if DENIAL_NSEC3; the salt is a view of the caller's */
	size_t owner_len;          /* octets of an NSEC3's owner: a hash, and the apex */
};

/* chain_find says how a zone with these RRsets at its apex denies: by NSEC3 if there is a usable NSEC3PARAM (RFC
 * 5155 4.1.2), else by NSEC if the apex has one. The salt is a view into the RRsets. */
void chain_find(const struct name *apex, const struct rrset *sets, struct chain *out);

/* chain_of gives the chain of a zone whose zone part says this. */
void chain_of(const struct name *apex, const struct zonepart *part, struct chain *out);

/* chain_same: the same kind and parameters. */
bool chain_same(const struct chain *a, const struct chain *b);

/* chain_nsec3 gives the RRset among those of one owner that belongs to the chain, or NULL: it stands one label
 * below the apex. Then there is the hash that the label is, too, and the record's flags. */
const struct rrset *chain_nsec3(const struct chain *c, const struct name *owner, const struct rrset *sets,
				uint8_t hash[NSEC3_HASH_LEN], uint8_t *flags);

/* chain_nsec: one of an owner's RRsets makes it a link of an NSEC chain. */
bool chain_nsec(const struct chain *c, const struct rrset *sets);

/* chain_owner makes the owner of the NSEC3 record of this hash; false if it would be too long (RFC 5155 3). */
MUST_CHECK bool chain_owner(const struct name *apex, const uint8_t hash[NSEC3_HASH_LEN], struct name *out);

/* only_nsec3: an owner of these RRsets exists only as a hash (RFC 5155 7.2.8): it is no name of the zone. */
bool only_nsec3(const struct rrset *sets);

/* chain_entry_nsec3 and _nsec make the entries of a run, in the arena. ERR_SPACE: the RRset is too large. */
enum err chain_entry_nsec3(const struct bake_zone *z, const struct name *owner, const struct rrset *nsec3,
			   const uint8_t hash[NSEC3_HASH_LEN], struct arena *a, struct run_entry *out);
void chain_entry_nsec(const struct bake_zone *z, const struct name *owner, struct arena *a, struct run_entry *out);

#endif
