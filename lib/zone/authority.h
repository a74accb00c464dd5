/*
 * authority.h -- what a sealed zone speaks for itself: what is signed, and what
 * the type bitmaps of NSEC and NSEC3 list (RFC 4035 2.2, 2.3, RFC 5155 7.1).
 *
 * The signer makes by these rules, the checker checks by them.
 *
 * Knows: zone.h.   Must not know: signatures, chains.
 */
#ifndef ZONE_AUTHORITY_H
#define ZONE_AUTHORITY_H

#include "zone/zone.h"

/* node_has gives the RRset of a type if there are records of it, NULL if there are none (signatures over
 * nothing aside). */
static inline const struct rrset *node_has(const struct node *n, uint16_t type)
{
	const struct rrset *s = rrset_of(n, type);

	return s != NULL && s->n > 0 ? s : NULL;
}

/* node_authoritative: the zone answers for this name itself: not below a cut or a DNAME. A cut is. */
static inline bool node_authoritative(const struct node *n)
{
	return (n->flags & (NODE_BELOW_CUT | NODE_BELOW_DNAME)) == 0;
}

/* node_insecure_cut: a delegation without DS, which opt-out may leave out (RFC 5155 6). */
static inline bool node_insecure_cut(const struct node *n)
{
	return (n->flags & NODE_CUT) != 0 && node_has(n, RR_DS) == NULL;
}

/* set_authoritative: records of this type at this node are the zone's own and signed: at a cut only DS and NSEC
 * are (RFC 4035 2.2). NSEC3 records always are, whatever name their owner happens to be or stands below. */
static inline bool set_authoritative(const struct node *n, uint16_t type)
{
	if (type == RR_NSEC3)
		return true;
	return node_authoritative(n) && ((n->flags & NODE_CUT) == 0 || type == RR_DS || type == RR_NSEC);
}

/* set_in_bitmap: the bitmap of an authoritative node lists the type: at a cut NS besides what is signed. A hashed
 * owner is another name, even if it is spelt like this one. */
static inline bool set_in_bitmap(const struct node *n, const struct rrset *s)
{
	return s->n > 0 && s->type != RR_NSEC3 && (s->type == RR_NS || set_authoritative(n, s->type));
}

#endif
