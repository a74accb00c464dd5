/*
 * pen.h -- one thread's way to sign RRset after RRset: its signers, and
 * batches of what waits for them.
 *
 *      pen_sign   the RRSIG is made but for the signature; what is signed joins its key's batch
 *      pen_flush  the signatures of what waits
 *
 * A signature that can be kept is copied instead.
 *
 * Knows: crypto/sign.h, sec/rrsig.h, old.h.   Must not know: chains, serials.
 */
#ifndef SIGN_PEN_H
#define SIGN_PEN_H

#include "sign/old.h"
#include "sign/run.h"

struct pen;

/* pen_new gives a worker its pen; pen_free gives back its memory. What it wrote is in the worker's arena. */
struct pen *pen_new(struct signing *s, unsigned worker);
void pen_free(struct pen *p);

/* pen_sign signs an RRset of node number `at`; `old` is the RRset as it was, if it is the same, else NULL. The
 * signatures' octets are there after pen_flush. Troubles are noted with signing_fails. */
void pen_sign(struct pen *p, size_t at, const struct node *n, struct rrset *set, const struct old_set *old);
void pen_flush(struct pen *p);

/* How many signatures it has made and kept, and how many RRsets have others than they had: more, or fewer. */
struct pen_count {
	uint64_t made, kept, differs;
};
struct pen_count pen_count(const struct pen *p);

#endif
