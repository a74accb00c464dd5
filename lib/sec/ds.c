#include "sec/ds.h"

#include "crypto/digest.h"
#include "sec/rrsig.h"

enum err ds_of(const struct name *owner, struct view dnskey, uint8_t digest_type, struct wr *out)
{
	const enum digest_kind kind = digest_type == DS_SHA384 ? DIGEST_SHA384 : DIGEST_SHA256;
	struct name canonical = *owner;
	uint8_t digest[DIGEST_MAX];
	struct dnskey key;

	if (digest_type != DS_SHA256 && digest_type != DS_SHA384)
		return ERR_REFUSED;
	if (!dnskey_read(dnskey, &key))
		return ERR_FORMAT;
	name_lower(&canonical);
	digest_of(kind, (const struct view[]){ { canonical.wire, canonical.len }, dnskey }, 2, digest);
	wr_u16(out, key.tag);
	wr_u8(out, key.algorithm);
	wr_u8(out, digest_type);
	wr_bytes(out, digest, digest_len(kind));
	return out->full ? ERR_SPACE : OK;
}
