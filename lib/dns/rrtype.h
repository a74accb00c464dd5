/*
 * rrtype.h -- RR types are rows of one table; code is for kinds of fields.
 *
 * The table is the only place that knows what an MX is. What differs between
 * fields of the same kind (compressed? lower-cased in canonical form?) is a
 * property of the kind, stated once.
 *
 * Knows: base/.   Must not know: zones, messages, files.
 */
#ifndef DNS_RRTYPE_H
#define DNS_RRTYPE_H

#include "base/base.h"

/* The types that code names; all others exist only as rows. */
enum {
	RR_A = 1,
	RR_NS = 2,
	RR_CNAME = 5,
	RR_SOA = 6,
	RR_PTR = 12,
	RR_MX = 15,
	RR_TXT = 16,
	RR_SIG = 24,
	RR_KEY = 25,
	RR_AAAA = 28,
	RR_NXT = 30,
	RR_SRV = 33,
	RR_NAPTR = 35,
	RR_DNAME = 39,
	RR_OPT = 41,
	RR_DS = 43,
	RR_RRSIG = 46,
	RR_NSEC = 47,
	RR_DNSKEY = 48,
	RR_NSEC3 = 50,
	RR_NSEC3PARAM = 51,
	RR_TLSA = 52,
	RR_SMIMEA = 53,
	RR_CDS = 59,
	RR_CDNSKEY = 60,
	RR_CSYNC = 62,
	RR_ZONEMD = 63,
	RR_SVCB = 64,
	RR_HTTPS = 65,
	RR_SPF = 99,
	RR_NXNAME = 128,
	RR_TKEY = 249,
	RR_TSIG = 250,
	RR_IXFR = 251,
	RR_AXFR = 252,
	RR_MAILB = 253,
	RR_MAILA = 254,
	RR_ANY = 255,
};

enum {
	CLASS_IN = 1,
	CLASS_CH = 3,
	CLASS_HS = 4,
	CLASS_NONE = 254,
	CLASS_ANY = 255,
};

/* What is true of a type beyond its fields. */
enum {
	TYPE_META = 1,        /* never in a zone: a question or pseudo type (RFC 6895 3.1) */
	TYPE_PARENT_SIDE = 2, /* lives at the parent's side of a cut: DS (RFC 4035 3.1.4.1) */
	TYPE_OBSOLETE = 4,
};

enum { RRTYPE_FIELDS_MAX = 10 };

struct rrtype {
	uint16_t code;
	uint8_t flags;
	const char *name;                  /* mnemonic, upper case */
	const char *labels;                /* the fields' names for error messages, a zero between them */
	uint8_t fields[RRTYPE_FIELDS_MAX]; /* enum field of field.h; ends with F_END (0) */
};

/* rrtype_of gives the row of a code; for a type without a row, a row whose one field is the RFC 3597
 * rest, whose name is NULL and whose code is not meaningful. Never NULL. */
const struct rrtype *rrtype_of(uint16_t code);

/* rrtype_parse reads a mnemonic in any letter case, or TYPEnnn; false if it is neither. */
MUST_CHECK bool rrtype_parse(const char *p, size_t n, uint16_t *code);

/* rrtype_print writes the mnemonic or TYPEnnn with a final zero; out has room for 16 characters. Gives the length.
 */
size_t rrtype_print(uint16_t code, char *out);

/* rrclass_parse reads IN, CH, HS, NONE, ANY in any letter case, or CLASSnnn. */
MUST_CHECK bool rrclass_parse(const char *p, size_t n, uint16_t *code);

/* rrtype_row walks the table: the i-th row, NULL behind the last. For tests and registry checks. */
const struct rrtype *rrtype_row(size_t i);

#endif
