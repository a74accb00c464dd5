#include "sec/rrsig.h"

#include "base/arena.h"
#include "dns/rdata.h"

bool rrsig_read(struct view rdata, struct rrsig *out)
{
	struct rd r = rd_of(rdata);

	out->covered = rd_u16(&r);
	out->algorithm = rd_u8(&r);
	out->labels = rd_u8(&r);
	out->ttl = rd_u32(&r);
	out->expires = rd_u32(&r);
	out->begins = rd_u32(&r);
	out->tag = rd_u16(&r);
	out->head = view_of(rdata.p, (size_t)(r.at - rdata.p));
	name_read_plain(&r, &out->signer);
	out->signature = rd_rest(&r);
	return !r.bad && out->signature.n > 0;
}

bool dnskey_read(struct view rdata, struct dnskey *out)
{
	struct rd r = rd_of(rdata);

	out->flags = rd_u16(&r);
	out->protocol = rd_u8(&r);
	out->algorithm = rd_u8(&r);
	out->key = rd_rest(&r);
	out->tag = key_tag(rdata);
	return !r.bad;
}

uint16_t key_tag(struct view dnskey)
{
	uint32_t sum = 0; /* 65,535 octets add up to less than 2^32 */

	for (size_t i = 0; i < dnskey.n; i++)
		sum += (i & 1) != 0 ? dnskey.p[i] : (uint32_t)dnskey.p[i] << 8;
	return (uint16_t)(sum + (sum >> 16));
}

int64_t serial_time(uint32_t t, int64_t now)
{
	return now + (int32_t)(t - (uint32_t)now);
}

/* signed_owner gives the owner as it was signed: for a labels field smaller than the owner's count the
 * wildcard it was made from (RFC 4035 5.3.2). An asterisk in front is not counted (RFC 4034 3.1.3). */
static bool signed_owner(const struct rrsig *sig, const struct name *owner, struct name *out)
{
	unsigned labels = name_labels(owner);

	*out = *owner;
	if (sig->labels > labels - (name_is_wildcard(owner) ? 1U : 0U))
		return false;
	if (sig->labels < labels) {
		*out = name_strip(owner, labels - sig->labels);
		if (!name_push(BYTES("*"), out, out))
			return false;
	}
	name_lower(out);
	return true;
}

/* put_records writes the set in canonical form (RFC 4034 6.2), with the TTL it was signed with. */
static enum err put_records(const struct rrsig *sig, const struct signed_set *set, const struct name *owner,
			    struct wr *w)
{
	for (size_t i = 0; i < set->n; i++) {
		wr_bytes(w, owner->wire, owner->len);
		wr_u16(w, set->type);
		wr_u16(w, set->class);
		wr_u32(w, sig->ttl);
		size_t length = wr_hole16(w);
		enum err e = rdata_canon(set->type, set->rdata[i], w);
		if (e != OK)
			return e;
		wr_fill16(w, length);
	}
	return w->full ? ERR_SPACE : OK;
}

void rrsig_write(const struct rrsig *sig, struct wr *out)
{
	struct name signer = sig->signer;

	wr_u16(out, sig->covered);
	wr_u8(out, sig->algorithm);
	wr_u8(out, sig->labels);
	wr_u32(out, sig->ttl);
	wr_u32(out, sig->expires);
	wr_u32(out, sig->begins);
	wr_u16(out, sig->tag);
	name_lower(&signer);
	wr_bytes(out, signer.wire, signer.len);
}

size_t rrsig_data_max(const struct signed_set *set)
{
	size_t most = RRSIG_HEAD + NAME_WIRE_MAX;

	for (size_t i = 0; i < set->n; i++)
		most += NAME_WIRE_MAX + 10U + set->rdata[i].n;
	return most;
}

enum err rrsig_data(const struct rrsig *sig, const struct signed_set *set, struct wr *out)
{
	struct name owner, signer = sig->signer;

	if (!signed_owner(sig, set->owner, &owner))
		return ERR_FORMAT;
	wr_view(out, sig->head);
	name_lower(&signer);
	wr_bytes(out, signer.wire, signer.len);
	return put_records(sig, set, &owner, out);
}

enum err rrsig_verify(const struct rrsig *sig, struct public_key *key, const struct signed_set *set,
		      struct sign_room *room)
{
	size_t most = rrsig_data_max(set);

	if (room->cap < most)
		room->p = grow_array(room->p, &room->cap, most, 1);
	struct wr w = wr_of(room->p, room->cap);
	if (rrsig_data(sig, set, &w) != OK)
		return ERR_FORMAT;
	return public_key_verify(key, wr_view_of(&w), sig->signature) ? OK : ERR_REFUSED;
}
