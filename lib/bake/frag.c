#include "bake/frag.h"

#include "dns/rdata.h"

/* More earlier names than this are not searched: a bound on the work, paid for with octets in sets with many
 * different tails. */
enum { SEEN_MAX = 64, NAMES_PER_RDATA = 2 };

struct seen {
	const uint8_t *name; /* a suffix, whole */
	uint8_t len;
	uint16_t at;         /* where it stands in the fragment */
};

/* Where targets stand in the fragment, and their hashes. */
struct target_list {
	uint16_t *at;
	uint64_t *hash;
	uint16_t n;
};

struct maker {
	const struct frag_ask *ask;
	struct wr rrs;
	uint16_t *owners, *bases, *selves;
	uint16_t n_owners, n_bases, n_selves;
	struct target_list glue, others; /* glue has room for both */
	struct seen seen[SEEN_MAX];
	unsigned n_seen;
};

static bool same_folded(const uint8_t *a, const uint8_t *b, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint8_t x = a[i], y = b[i];
		if (x != y && ((x ^ y) != 0x20 || (uint8_t)((x | 0x20) - 'a') >= 26))
			return false;
	}
	return true;
}

/* base_offset tells where in the base name this suffix stands; false if it does not. */
static bool base_offset(const struct name *base, const uint8_t *suffix, size_t len, uint16_t *at)
{
	if (len > base->len)
		return false;
	size_t i = 0, want = base->len - len;
	while (i < want)
		i += 1U + base->wire[i];
	*at = (uint16_t)want;
	return i == want && same_folded(base->wire + want, suffix, len);
}

static bool seen_offset(const struct maker *m, const uint8_t *suffix, size_t len, uint16_t *at)
{
	for (unsigned i = 0; i < m->n_seen; i++)
		if (m->seen[i].len == len && same_folded(m->seen[i].name, suffix, len)) {
			*at = m->seen[i].at;
			return true;
		}
	return false;
}

static void note_seen(struct maker *m, const uint8_t *suffix, size_t len)
{
	if (m->n_seen < SEEN_MAX && m->rrs.len <= FRAG_SELF_MAX)
		m->seen[m->n_seen++] = (struct seen){ suffix, (uint8_t)len, (uint16_t)m->rrs.len };
}

static void point_to_base(struct maker *m, uint16_t at)
{
	m->bases[m->n_bases++] = (uint16_t)m->rrs.len;
	wr_u16(&m->rrs, (uint16_t)(0xc000 | (12 + at)));
}

/* put_name writes a compressible name: labels until a suffix that stands in the base or earlier in here. */
static void put_name(struct maker *m, const uint8_t *name, size_t len)
{
	uint16_t at;

	while (*name != 0) {
		if (base_offset(m->ask->base, name, len, &at)) {
			point_to_base(m, at);
			return;
		}
		if (seen_offset(m, name, len, &at)) {
			m->selves[m->n_selves++] = (uint16_t)m->rrs.len;
			wr_u16(&m->rrs, at);
			return;
		}
		note_seen(m, name, len);
		wr_bytes(&m->rrs, name, 1U + *name);
		len -= 1U + *name;
		name += 1U + *name;
	}
	wr_u8(&m->rrs, 0);
}

static void note_target(struct maker *m, const uint8_t *name, size_t len)
{
	struct name target;

	if (!name_of_wire(view_of(name, len), &target) || !name_within(&target, m->ask->apex))
		return;
	struct target_list *l = m->ask->cut != NULL && name_within(&target, m->ask->cut) ? &m->glue : &m->others;
	l->at[l->n] = (uint16_t)m->rrs.len;
	l->hash[l->n++] = name_hash(m->ask->key, &target);
}

/* list_targets makes one list of both, glue first, and gives how many there are. */
static uint16_t list_targets(struct maker *m)
{
	memcpy(m->glue.at + m->glue.n, m->others.at, m->others.n * sizeof *m->others.at);
	memcpy(m->glue.hash + m->glue.n, m->others.hash, m->others.n * sizeof *m->others.hash);
	return (uint16_t)(m->glue.n + m->others.n);
}

static void put_rdata(struct maker *m, const struct rdata *r)
{
	struct rdata_name names[NAMES_PER_RDATA];
	size_t n = rdata_names(m->ask->set->type, rdata_view(r), names, NAMES_PER_RDATA);
	size_t length = wr_hole16(&m->rrs), done = 0;

	for (size_t i = 0; i < n; i++) {
		if (m->ask->apex != NULL && m->ask->set->type == RR_NS)
			note_target(m, r->p + names[i].at, names[i].len);
		if (!names[i].compress || m->ask->set->type == RR_CNAME) /* a chain goes on at its target: whole */
			continue;
		wr_bytes(&m->rrs, r->p + done, names[i].at - done);
		put_name(m, r->p + names[i].at, names[i].len);
		done = (size_t)names[i].at + names[i].len;
	}
	wr_bytes(&m->rrs, r->p + done, r->n - done);
	wr_fill16(&m->rrs, length);
}

/* put_inline_owner writes an NSEC3's owner: its first label and a pointer to the apex, then pointers to that. */
static void put_inline_owner(struct maker *m)
{
	const struct name *owner = m->ask->inline_owner;

	if (m->rrs.len != 0) {
		m->selves[m->n_selves++] = (uint16_t)m->rrs.len;
		wr_u16(&m->rrs, 0);
		return;
	}
	wr_bytes(&m->rrs, owner->wire, 1U + owner->wire[0]);
	if (m->ask->base->len == 1)
		wr_u8(&m->rrs, 0);
	else
		point_to_base(m, 0);
}

static void put_rr(struct maker *m, uint16_t type, uint32_t ttl, const struct rdata *r)
{
	if (m->ask->inline_owner != NULL) {
		put_inline_owner(m);
	} else {
		m->owners[m->n_owners++] = (uint16_t)m->rrs.len;
		wr_u16(&m->rrs, 0xc000 | 12);
	}
	wr_u16(&m->rrs, type);
	wr_u16(&m->rrs, CLASS_IN);
	wr_u32(&m->rrs, ttl < m->ask->ttl_max ? ttl : m->ask->ttl_max);
	if (type == RR_RRSIG) {
		wr_u16(&m->rrs, r->n);
		wr_bytes(&m->rrs, r->p, r->n);
	} else {
		put_rdata(m, r);
	}
}

static size_t octets_of(const struct rdata *r, size_t n)
{
	size_t size = 0;

	for (size_t i = 0; i < n; i++)
		size += 12 + (size_t)r[i].n;
	return size;
}

/* take_room takes memory for `size` octets of RRs and for the places of all that may stand in so many of them. */
static void take_room(struct maker *m, struct arena *scratch, size_t size, size_t rrs)
{
	const size_t bases = NAMES_PER_RDATA * rrs + 1, selves = (NAMES_PER_RDATA + 1) * rrs;
	uint16_t *at;

	m->glue.hash =
	    arena_take(scratch, 2 * rrs * sizeof *m->glue.hash + (3 * rrs + bases + selves) * sizeof *at + size);
	m->others.hash = m->glue.hash + rrs;
	at = (uint16_t *)(m->others.hash + rrs);
	m->glue.at = at;
	m->others.at = at + rrs;
	m->glue.n = m->others.n = 0;
	m->owners = at + 2 * rrs;
	m->bases = m->owners + rrs;
	m->selves = m->bases + bases;
	m->rrs = wr_of(m->selves + selves, size);
}

enum err frag_make(const struct frag_ask *ask, struct arena *scratch, struct frag_parts *out)
{
	const struct rrset *s = ask->set;
	size_t size = octets_of(s->rdata, s->n) + octets_of(s->sig, s->n_sig) + NAME_WIRE_MAX;
	struct maker m;

	if (s->n > UINT16_MAX || s->n_sig > UINT8_MAX)
		return ERR_SPACE;
	if (size > UINT16_MAX + (size_t)NAME_WIRE_MAX)
		return ERR_SPACE;
	m.ask = ask;
	m.n_owners = m.n_bases = m.n_selves = 0;
	m.n_seen = 0; /* and seen[] is not worth clearing */
	take_room(&m, scratch, size, (size_t)s->n + s->n_sig);
	for (size_t i = 0; i < s->n; i++)
		put_rr(&m, s->type, s->ttl, &s->rdata[i]);
	size_t plain = m.rrs.len;
	for (size_t i = 0; i < s->n_sig; i++)
		put_rr(&m, RR_RRSIG, s->sig_ttl, &s->sig[i]);
	if (m.rrs.full || m.rrs.len > UINT16_MAX)
		return ERR_SPACE;
	uint16_t targets = list_targets(&m);
	*out = (struct frag_parts){
		.type = ask->type,
		.flags =
		    (uint8_t)((targets != 0 ? FRAG_TARGETS : 0) | (ask->inline_owner != NULL ? FRAG_INLINE : 0)),
		.n_rr = (uint16_t)s->n,
		.n_sig = (uint8_t)s->n_sig,
		.plain = (uint16_t)plain,
		.sig = (uint16_t)(m.rrs.len - plain),
		.owners = m.owners,
		.bases = m.bases,
		.n_base = m.n_bases,
		.selves = m.selves,
		.n_self = m.n_selves,
		.target_at = m.glue.at,
		.target_hash = m.glue.hash,
		.n_targets = targets,
		.n_glue = m.glue.n,
		.rrs = m.rrs.p,
	};
	return OK;
}
