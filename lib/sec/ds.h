/*
 * ds.h -- DS records made of DNSKEY records (RFC 4034 5, RFC 4509, RFC 6605).
 *
 * Knows: crypto/, dns/name.h.   Must not know: zones, files.
 */
#ifndef SEC_DS_H
#define SEC_DS_H

#include "base/base.h"
#include "base/wr.h"
#include "dns/name.h"

enum { DS_SHA1 = 1, DS_SHA256 = 2, DS_SHA384 = 4, DS_RDATA_MAX = 4 + 48 };

/* ds_of appends the RDATA of the DS (or CDS) record for a DNSKEY's RDATA at this owner. ERR_FORMAT: no DNSKEY;
 * ERR_REFUSED: a digest type that is not made here, such as SHA-1 (RFC 8624 3.3). */
enum err ds_of(const struct name *owner, struct view dnskey, uint8_t digest_type, struct wr *out);

#endif
