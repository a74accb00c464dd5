/*
 * zonepart.h -- what the zone table (image 0) says of a zone: the octets of
 * the FRAG_ZONE fragment of the apex's node there. The SOA's two fragments
 * stand beside it.
 *
 *      octets  0   image (u64)          where shards and runs are
 *              8   changed (u64)        commit of the last change
 *             16   serial (u32)
 *             20   denial (u8)          DENIAL_NONE, _NSEC, _NSEC3
 *             21   flags (u8)           ZONEPART_*
 *             22   NSEC3 iterations (u16)
 *             24   cuts (16 octets)     bit d: some cut or DNAME has d labels
 *             40   dnames (16 octets)   bit d: some DNAME has d labels
 *             56   salt length (u8), salt
 *
 * The masks may have bits too many, never too few.
 *
 * Knows: base/.   Must not know: LMDB, messages.
 */
#ifndef STORE_ZONEPART_H
#define STORE_ZONEPART_H

#include "base/base.h"
#include "base/le.h"

enum { ZONEPART_HEAD = 57, ZONEPART_MAX = ZONEPART_HEAD + 255 };
/* _SIGNED: the SOA has an RRSIG. */
enum { ZONEPART_POOLED = 1, ZONEPART_WILD = 2, ZONEPART_OPTOUT = 4, ZONEPART_SIGNED = 8 };

struct zonepart {
	uint64_t image, changed;
	uint32_t serial;
	uint8_t denial, flags;
	uint16_t iterations;
	uint64_t cuts[2], dnames[2];
	struct view salt;
};

/* zonepart_open reads it; false if it is cut short. */
MUST_CHECK static inline bool zonepart_open(struct view v, struct zonepart *z)
{
	if (v.n < ZONEPART_HEAD || v.n < (size_t)ZONEPART_HEAD + v.p[56])
		return false;
	z->image = le64(v.p);
	z->changed = le64(v.p + 8);
	z->serial = le32(v.p + 16);
	z->denial = v.p[20];
	z->flags = v.p[21];
	z->iterations = le16(v.p + 22);
	for (unsigned i = 0; i < 2; i++) {
		z->cuts[i] = le64(v.p + 24 + 8 * i);
		z->dnames[i] = le64(v.p + 40 + 8 * i);
	}
	z->salt = view_of(v.p + 57, v.p[56]);
	return true;
}

/* zonepart_write gives the number of octets written; out has ZONEPART_MAX. */
static inline size_t zonepart_write(const struct zonepart *z, uint8_t *out)
{
	put_le64(out, z->image);
	put_le64(out + 8, z->changed);
	put_le32(out + 16, z->serial);
	out[20] = z->denial;
	out[21] = z->flags;
	put_le16(out + 22, z->iterations);
	for (unsigned i = 0; i < 2; i++) {
		put_le64(out + 24 + 8 * i, z->cuts[i]);
		put_le64(out + 40 + 8 * i, z->dnames[i]);
	}
	out[56] = (uint8_t)z->salt.n;
	if (z->salt.n != 0)
		memcpy(out + 57, z->salt.p, z->salt.n);
	return ZONEPART_HEAD + z->salt.n;
}

static inline bool depth_in(const uint64_t mask[2], unsigned d)
{
	return d < 128 && (mask[d >> 6] >> (d & 63) & 1);
}

/* depth_next gives the first depth from `from` on that is in a mask, at most `most`, which is not below `from`. */
static inline unsigned depth_next(const uint64_t mask[2], unsigned from, unsigned most)
{
	if (likely(most < 64)) /* the bit of `most` ends the search */
		return from + (unsigned)__builtin_ctzll((mask[0] | (uint64_t)1 << most) >> from);
	for (unsigned d = from; d < most; d = (d | 63) + 1) {
		uint64_t depths = mask[d >> 6] >> (d & 63);
		if (depths != 0) {
			d += (unsigned)__builtin_ctzll(depths);
			return d < most ? d : most;
		}
	}
	return most;
}

static inline void depth_add(uint64_t mask[2], unsigned d)
{
	mask[d >> 6] |= (uint64_t)1 << (d & 63);
}

#endif
