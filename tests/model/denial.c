#include "tests/model/denial.h"

#include <openssl/evp.h>
#include <stdlib.h>

#include "tests/model/lookup.h"

static const struct view asterisk = { (const uint8_t *)"*", 1 };

static struct name wildcard_of(const struct name *encloser)
{
	struct name wildcard = name_root;

	if (!name_push(asterisk, encloser, &wildcard))
		abort(); /* a name exists below the encloser, so two more octets fit */
	return wildcard;
}

static void put(const struct denial *d, const struct node *node, uint16_t type)
{
	struct name owner;

	if (node == NULL)
		return;
	node_name(node, &owner);
	for (const struct rrset *s = node->rrsets; s != NULL; s = s->next) {
		if (s->type != type)
			continue;
		for (uint32_t i = 0; i < s->n; i++)
			message_add(d->out, MODEL_AUTHORITY, &owner, type, s->ttl, rdata_view(&s->rdata[i]));
		for (uint32_t i = 0; i < s->n_sig; i++)
			message_add(d->out, MODEL_AUTHORITY, &owner, RR_RRSIG, s->sig_ttl, rdata_view(&s->sig[i]));
	}
}

/*
 * NSEC (RFC 4034 4, RFC 4035 3.1.3)
 */

static const struct node *nsec_at(const struct zone *z, const struct name *n)
{
	return look_rrset(z, n, RR_NSEC) != NULL ? look_node(z, n) : NULL;
}

/* RFC 4034 4.1.1: the next domain name in the canonical order; "the value of the Next Domain Name field in the
 * last NSEC record in the zone is the name of the zone apex". */
static bool lies_between(const struct name *owner, const struct name *n, const struct name *next)
{
	if (name_order(owner, next) < 0)
		return name_order(owner, n) < 0 && name_order(n, next) < 0;
	return name_order(owner, n) < 0;
}

static const struct node *nsec_over(const struct zone *z, const struct name *n)
{
	for (size_t i = 0; i < z->n_nodes; i++) {
		struct name owner, next;

		node_name(z->node[i], &owner);
		const struct rrset *s = look_rrset(z, &owner, RR_NSEC);
		if (s == NULL)
			continue;
		struct rd r = rd_of(rdata_view(&s->rdata[0]));
		name_read_plain(&r, &next);
		if (!r.bad && lies_between(&owner, n, &next))
			return z->node[i];
	}
	return NULL;
}

/* An empty non-terminal has no NSEC of its own; the one whose next name is below it proves both that it exists and
 * that it is empty. */
static const struct node *nsec_at_or_over(const struct zone *z, const struct name *n)
{
	const struct node *at = nsec_at(z, n);

	return at != NULL ? at : nsec_over(z, n);
}

/*
 * NSEC3 (RFC 5155)
 */

struct chain {
	uint8_t algorithm;
	uint16_t iterations;
	struct view salt;
};

static bool read_chain(struct rd *r, struct chain *c, uint8_t *flags)
{
	c->algorithm = rd_u8(r);
	*flags = rd_u8(r);
	c->iterations = rd_u16(r);
	c->salt = rd_take(r, rd_u8(r));
	return !r->bad;
}

/* RFC 5155 4.1.2: NSEC3PARAM whose flags are not zero are not for use; 7.3: any one of several may be taken, here
 * the first in canonical order. */
static bool chain_of(const struct zone *z, struct chain *c)
{
	const struct rrset *s = look_rrset(z, &z->apex, RR_NSEC3PARAM);

	for (uint32_t i = 0; s != NULL && i < s->n; i++) {
		struct rd r = rd_of(rdata_view(&s->rdata[i]));
		uint8_t flags;

		if (read_chain(&r, c, &flags) && flags == 0 && c->algorithm == 1)
			return true;
	}
	return false;
}

void naive_nsec3_hash(const struct name *n, uint16_t iterations, struct view salt, uint8_t out[NSEC3_HASH])
{
	uint8_t buffer[NAME_WIRE_MAX + 255];
	struct name lower = *n;
	size_t len = lower.len;

	name_lower(&lower);
	memcpy(buffer, lower.wire, len);
	for (unsigned i = 0; i <= iterations; i++) {
		memcpy(buffer + len, salt.p, salt.n);
		if (EVP_Digest(buffer, len + salt.n, out, NULL, EVP_sha1(), NULL) != 1)
			abort();
		memcpy(buffer, out, NSEC3_HASH);
		len = NSEC3_HASH;
	}
}

void base32hex(const uint8_t hash[NSEC3_HASH], char out[NSEC3_LABEL])
{
	for (unsigned i = 0; i < NSEC3_LABEL; i++) {
		unsigned v = 0;
		for (unsigned bit = 5 * i; bit < 5 * i + 5; bit++)
			v = v << 1 | (hash[bit / 8] >> (7 - bit % 8) & 1);
		out[i] = "0123456789abcdefghijklmnopqrstuv"[v];
	}
}

/* A hash as text: base32hex keeps the order of what it writes (RFC 4648 7), so text is compared. */
struct hash_text {
	char c[NSEC3_LABEL];
};

static struct hash_text text_of(const uint8_t hash[NSEC3_HASH])
{
	struct hash_text t;

	base32hex(hash, t.c);
	return t;
}

/* RFC 5155 3: the owner name is the hash in base32hex "prepended as a single label to the name of the zone". */
static bool hash_of_owner(const struct zone *z, const struct name *owner, struct hash_text *out)
{
	struct name tail = name_strip(owner, 1), lower = *owner;

	if (owner->wire[0] != NSEC3_LABEL || !name_eq(&tail, &z->apex))
		return false;
	name_lower(&lower);
	memcpy(out->c, lower.wire + 1, NSEC3_LABEL);
	return true;
}

static bool hash_lies_between(const struct hash_text *owner, const struct hash_text *h,
			      const struct hash_text *next)
{
	bool above = memcmp(owner, h, sizeof *h) < 0, below = memcmp(h, next, sizeof *h) < 0;
	int span = memcmp(owner, next, sizeof *h);

	if (span == 0) /* the only one covers all but itself */
		return memcmp(owner, h, sizeof *h) != 0;
	return span < 0 ? above && below : above || below; /* the last one's next is the first */
}

/* Only the NSEC3 RRs with the hash algorithm, iterations and salt of the NSEC3PARAM are of its chain (RFC 5155 4).
 */
static bool is_of_chain(const struct chain *c, struct view nsec3, struct hash_text *next)
{
	struct rd r = rd_of(nsec3);
	struct chain own;
	uint8_t flags;

	if (!read_chain(&r, &own, &flags) || own.algorithm != c->algorithm || own.iterations != c->iterations ||
	    !view_eq(own.salt, c->salt))
		return false;
	struct view hash = rd_take(&r, rd_u8(&r));
	if (hash.n != NSEC3_HASH)
		return false;
	*next = text_of(hash.p);
	return true;
}

enum want { MATCHES, COVERS };

static const struct node *nsec3_that(const struct zone *z, const struct chain *c, enum want want,
				     const struct name *n)
{
	uint8_t hash[NSEC3_HASH];

	naive_nsec3_hash(n, c->iterations, c->salt, hash);
	struct hash_text h = text_of(hash);
	for (size_t i = 0; i < z->n_nodes; i++) {
		struct name owner;
		struct hash_text at, next;

		node_name(z->node[i], &owner);
		const struct rrset *s = rrset_of(z->node[i], RR_NSEC3);
		if (s == NULL || !hash_of_owner(z, &owner, &at))
			continue;
		for (uint32_t k = 0; k < s->n; k++)
			if (is_of_chain(c, rdata_view(&s->rdata[k]), &next) &&
			    (want == MATCHES ? memcmp(&h, &at, sizeof h) == 0 : hash_lies_between(&at, &h, &next)))
				return z->node[i];
	}
	return NULL;
}

/* RFC 5155 7.2.1, closest encloser proof: "an NSEC3 RR that matches the closest (provable) encloser" and "an NSEC3
 * RR that covers the next closer name". The provable one: an opt-out zone need not have NSEC3 RRs for empty
 * non-terminals that lead to unsigned delegations only. *encloser is what was proven. */
static bool put_closest(const struct denial *d, const struct chain *c, const struct name *n, struct name *encloser)
{
	unsigned depth = name_labels(n) - name_labels(&d->zone->apex);

	for (unsigned i = 1; i <= depth; i++) {
		struct name at = name_strip(n, i), next_closer = name_strip(n, i - 1);
		const struct node *match = nsec3_that(d->zone, c, MATCHES, &at);

		if (match == NULL)
			continue;
		put(d, match, RR_NSEC3);
		put(d, nsec3_that(d->zone, c, COVERS, &next_closer), RR_NSEC3);
		*encloser = at;
		return true;
	}
	return false;
}

/* What is told about the wildcard at an encloser. With a complete chain it matches if the wildcard exists and
 * covers if it does not. In an opt-out zone a wildcard may exist and have no NSEC3 (it is an empty non-terminal,
 * or an unsigned delegation), and there may be one at a provable encloser above the true one: then nothing can be
 * proven, and the record that stands at or before the hash says why. */
static void put_wildcard(const struct denial *d, const struct chain *c, const struct name *encloser)
{
	struct name wildcard = wildcard_of(encloser);
	const struct node *match = nsec3_that(d->zone, c, MATCHES, &wildcard);

	put(d, match != NULL ? match : nsec3_that(d->zone, c, COVERS, &wildcard), RR_NSEC3);
}

/* RFC 5155 7.2.2: the closest encloser proof and "an NSEC3 RR covering the (nonexistent) wildcard RR at the
 * closest encloser". */
static void nsec3_deny_name(const struct denial *d, const struct chain *c, const struct name *qname)
{
	struct name encloser;

	if (put_closest(d, c, qname, &encloser))
		put_wildcard(d, c, &encloser);
}

/* RFC 5155 7.2.3: "the NSEC3 RR that matches QNAME"; 7.2.4 (no DS at an opt-out cut), 7.2.7 (the same in a
 * referral): if there is none, "the closest provable encloser proof for QNAME"; so for an empty non-terminal
 * without an NSEC3 too. */
static void nsec3_deny_type(const struct denial *d, const struct chain *c, const struct name *qname)
{
	const struct node *match = nsec3_that(d->zone, c, MATCHES, qname);
	struct name encloser;

	if (match != NULL)
		put(d, match, RR_NSEC3);
	else
		put_closest(d, c, qname, &encloser);
}

/*
 * Either
 */

enum kind { NONE, BY_NSEC, BY_NSEC3 };

static enum kind kind_of(const struct denial *d, struct chain *c)
{
	if (chain_of(d->zone, c))
		return c->iterations <= d->iterations_max ? BY_NSEC3 : NONE;
	return look_rrset(d->zone, &d->zone->apex, RR_NSEC) != NULL ? BY_NSEC : NONE;
}

/* RFC 4035 3.1.3.2: "An NSEC RR proving that there is no exact match for <SNAME, SCLASS>" and "an NSEC RR proving
 * that the zone contains no RRsets that would match <SNAME, SCLASS> via wildcard name expansion". */
void naive_deny_name(const struct denial *d, const struct name *qname, const struct name *encloser)
{
	struct chain c;
	enum kind kind = kind_of(d, &c);
	struct name wildcard = wildcard_of(encloser);

	if (kind == BY_NSEC) {
		put(d, nsec_over(d->zone, qname), RR_NSEC);
		put(d, nsec_over(d->zone, &wildcard), RR_NSEC);
	}
	if (kind == BY_NSEC3)
		nsec3_deny_name(d, &c, qname);
}

/* RFC 4035 3.1.3.1: "the NSEC RR for <SNAME, SCLASS>"; for an empty non-terminal the one that covers it. */
void naive_deny_type(const struct denial *d, const struct name *qname)
{
	struct chain c;
	enum kind kind = kind_of(d, &c);

	if (kind == BY_NSEC)
		put(d, nsec_at_or_over(d->zone, qname), RR_NSEC);
	if (kind == BY_NSEC3)
		nsec3_deny_type(d, &c, qname);
}

/* RFC 4035 3.1.4: "If no DS RRset is present at the delegation point, the name server MUST return both the NSEC RR
 * that proves that the DS RRset is not present and the NSEC RR's associated RRSIG RR(s)". */
void naive_deny_ds(const struct denial *d, const struct name *cut)
{
	struct chain c;
	enum kind kind = kind_of(d, &c);

	if (kind == BY_NSEC)
		put(d, nsec_at(d->zone, cut), RR_NSEC);
	if (kind == BY_NSEC3)
		nsec3_deny_type(d, &c, cut);
}

/* RFC 4035 3.1.3.3: an NSEC proving that there is no closer match than the wildcard. RFC 5155 7.2.6: "an NSEC3 RR
 * that covers the next closer name"; the encloser itself is told by the RRSIG's label count. */
void naive_deny_closer(const struct denial *d, const struct name *qname, const struct name *encloser)
{
	struct chain c;
	enum kind kind = kind_of(d, &c);
	struct name next_closer = name_strip(qname, name_labels(qname) - name_labels(encloser) - 1);

	if (kind == BY_NSEC)
		put(d, nsec_over(d->zone, qname), RR_NSEC);
	if (kind == BY_NSEC3)
		put(d, nsec3_that(d->zone, &c, COVERS, &next_closer), RR_NSEC3);
}

/* RFC 4035 3.1.3.4: an NSEC proving that there are no RRsets of the type at the wildcard, and one proving that
 * there is no closer match. RFC 5155 7.2.5: the closest encloser proof, and "the NSEC3 RR that matches the
 * wildcard". */
void naive_deny_wildcard_type(const struct denial *d, const struct name *qname, const struct name *encloser)
{
	struct chain c;
	enum kind kind = kind_of(d, &c);
	struct name wildcard = wildcard_of(encloser), proven;

	if (kind == BY_NSEC) {
		put(d, nsec_at_or_over(d->zone, &wildcard), RR_NSEC);
		put(d, nsec_over(d->zone, qname), RR_NSEC);
	}
	if (kind == BY_NSEC3) {
		put_closest(d, &c, qname, &proven);
		put_wildcard(d, &c, encloser);
	}
}
