/*
 * rdata.h -- what all RR types have in common: RDATA as text, on the wire, in
 * canonical form. Every operation is a walk over the fields of a type's row.
 *
 * "Wire form" here is RDATA as it stands in a zone: names whole, never
 * compressed, letter case kept.
 *
 * Knows: names, rrtype, tokens.   Must not know: zones, messages, files.
 */
#ifndef DNS_RDATA_H
#define DNS_RDATA_H

#include "base/rd.h"
#include "base/wr.h"
#include "dns/name.h"
#include "dns/rrtype.h"
#include "dns/token.h"

enum { RDATA_MAX = 65535 };

/* rdata_parse reads the tokens of one RDATA (all that follow the type) and appends its wire form to out.
 * RFC 3597 "\# length hex" is understood for every type, and for a known type the bytes are then checked
 * against its fields. False: *flaw says what is wrong and out is as it was. */
MUST_CHECK bool rdata_parse(uint16_t type, const struct token *t, size_t n, const struct name *origin,
			    struct wr *out, struct flaw *flaw);

/* rdata_check says whether bytes are the wire form of one RDATA of this type, whole and nothing behind;
 * limits inside fields (string lengths, bitmap windows, SVCB key order ...) included. */
MUST_CHECK bool rdata_check(uint16_t type, struct view rdata);

/* rdata_expand copies RDATA that stands in a message at the reader `in` (exactly RDLENGTH bytes of it) to
 * wire form, following compression pointers where RFC 3597 4 lets a sender use them. ERR_FORMAT, ERR_SPACE. */
enum err rdata_expand(uint16_t type, struct rd in, struct wr *out);

/* rdata_canon copies wire form in canonical form (RFC 4034 6.2, RFC 6840 5.1): names in lower case where
 * their kind says so, all else byte for byte. */
enum err rdata_canon(uint16_t type, struct view rdata, struct wr *out);

/* rdata_order compares two RDATA of wire form in canonical order (RFC 4034 6.3). */
int rdata_order(uint16_t type, struct view a, struct view b);

/* rdata_print writes RDATA as text, and a final zero that does not count in out->len. RDATA that is not well
 * formed, or whose octets no text of its type would bring back, prints as RFC 3597 "\# n hex"; so does a type
 * bitmap too full for the room. ERR_SPACE if not even that fits; 5 * n + 1100 characters suffice for n bytes. */
enum err rdata_print(uint16_t type, struct view rdata, struct wr *out);

/* A name inside RDATA: its place, and what a message may do with it. */
struct rdata_name {
	uint16_t at;   /* offset in the RDATA */
	uint8_t len;   /* wire length */
	bool compress; /* of RFC 1035's types (RFC 3597 4): may be compressed in a message */
};

/* rdata_names lists the names inside RDATA of wire form, at most two exist in any type but HIP, whose
 * servers are not compressed and not listed beyond `max`. Gives the number. */
size_t rdata_names(uint16_t type, struct view rdata, struct rdata_name *out, size_t max);

#endif
