#include "dns/rrtype.h"

#include "dns/field.h"

/* clang-format off */
#define META(code, name)      { code, TYPE_META, name, "", { F_END } }
#define RAW(code, name)       { code, TYPE_OBSOLETE, name, "data", { F_RAW } }
#define ONE_NAME(code, name, label)  { code, 0, name, label, { F_NAME_Z } }
#define OLD_NAME(code, name, label)  { code, TYPE_OBSOLETE, name, label, { F_NAME_Z } }
#define STRINGS(code, name)   { code, 0, name, "text", { F_STRS } }
#define DS_LIKE(code, flags, name) \
	{ code, flags, name, "key tag\0algorithm\0digest", { F_U16, F_ALGORITHM, F_DS_DIGEST } }
#define SIG_LIKE(code, flags, name, signer) \
	{ code, flags, name, "type covered\0algorithm\0labels\0original TTL\0expiration\0inception\0key tag\0" \
			     "signer\0signature", \
	  { F_TYPE, F_ALGORITHM, F_U8, F_SECONDS, F_TIME, F_TIME, F_U16, signer, F_BASE64 } }
#define KEY_LIKE(code, name) \
	{ code, 0, name, "flags\0protocol\0algorithm\0key", { F_U16, F_PROTOCOL, F_ALGORITHM, F_BASE64 } }
#define TLSA_LIKE(code, name) \
	{ code, 0, name, "usage\0selector\0matching type\0data", \
	  { F_TLSA_USAGE, F_TLSA_SELECTOR, F_TLSA_MATCHING, F_HEX } }
#define SVCB_LIKE(code, name) \
	{ code, 0, name, "priority\0target\0parameters", { F_U16, F_NAME_X, F_SVCPARAMS } }

/* The IANA registry's types in the order of their codes. Adding one: a row here, a vector in
 * tests/dns/test_rdata.c. */
static const struct rrtype types[] = {
	{ 1, 0, "A", "address", { F_IP4 } },
	ONE_NAME(2, "NS", "name server"),
	OLD_NAME(3, "MD", "mail agent"),
	OLD_NAME(4, "MF", "mail agent"),
	ONE_NAME(5, "CNAME", "target"),
	{ 6, 0, "SOA", "primary\0mailbox\0serial\0refresh\0retry\0expire\0minimum",
	  { F_NAME_Z, F_NAME_Z, F_U32, F_SECONDS, F_SECONDS, F_SECONDS, F_SECONDS } },
	OLD_NAME(7, "MB", "host"),
	OLD_NAME(8, "MG", "mailbox"),
	OLD_NAME(9, "MR", "mailbox"),
	RAW(10, "NULL"),
	{ 11, TYPE_OBSOLETE, "WKS", "address\0services", { F_IP4, F_WKS } },
	ONE_NAME(12, "PTR", "target"),
	{ 13, 0, "HINFO", "CPU\0operating system", { F_STR, F_STR } },
	{ 14, 0, "MINFO", "responsible mailbox\0error mailbox", { F_NAME_Z, F_NAME_Z } },
	{ 15, 0, "MX", "preference\0exchange", { F_U16, F_NAME_Z } },
	STRINGS(16, "TXT"),
	{ 17, 0, "RP", "mailbox\0text name", { F_NAME_L, F_NAME_L } },
	{ 18, 0, "AFSDB", "subtype\0host", { F_U16, F_NAME_L } },
	{ 19, 0, "X25", "PSDN address", { F_DIGITS } },
	{ 20, 0, "ISDN", "ISDN address\0subaddress", { F_STR, F_STR_MAYBE } },
	{ 21, 0, "RT", "preference\0host", { F_U16, F_NAME_L } },
	{ 22, TYPE_OBSOLETE, "NSAP", "address", { F_NSAP } },
	{ 23, TYPE_OBSOLETE, "NSAP-PTR", "target", { F_NAME_X } },
	SIG_LIKE(24, TYPE_OBSOLETE, "SIG", F_NAME_L),
	{ 25, TYPE_OBSOLETE, "KEY", "flags\0protocol\0algorithm\0key",
	  { F_KEY_FLAGS, F_PROTOCOL, F_ALGORITHM, F_BASE64_MAYBE } },
	{ 26, 0, "PX", "preference\0RFC 822 name\0X.400 name", { F_U16, F_NAME_L, F_NAME_L } },
	{ 27, 0, "GPOS", "longitude\0latitude\0altitude", { F_DEGREES, F_DEGREES, F_DEGREES } },
	{ 28, 0, "AAAA", "address", { F_IP6 } },
	{ 29, 0, "LOC", "location", { F_LOC } },
	{ 30, TYPE_OBSOLETE, "NXT", "next name\0types", { F_NAME_L, F_NXT } },
	{ 31, 0, "EID", "endpoint", { F_HEX } },
	{ 32, 0, "NIMLOC", "locator", { F_HEX } },
	{ 33, 0, "SRV", "priority\0weight\0port\0target", { F_U16, F_U16, F_U16, F_NAME_L } },
	{ 34, 0, "ATMA", "address", { F_ATMA } },
	{ 35, 0, "NAPTR", "order\0preference\0flags\0services\0regexp\0replacement",
	  { F_U16, F_U16, F_STR, F_STR, F_STR, F_NAME_L } },
	{ 36, 0, "KX", "preference\0exchanger", { F_U16, F_NAME_L } },
	{ 37, 0, "CERT", "certificate type\0key tag\0algorithm\0certificate",
	  { F_CERT_TYPE, F_U16, F_ALGORITHM, F_BASE64 } },
	{ 38, TYPE_OBSOLETE, "A6", "address\0prefix name", { F_A6, F_NAME_D_MAYBE } },
	{ 39, 0, "DNAME", "target", { F_NAME_D } },
	{ 40, 0, "SINK", "meaning\0coding\0subcoding\0data", { F_U8, F_U8, F_U8, F_BASE64_MAYBE } },
	META(41, "OPT"),
	{ 42, 0, "APL", "prefix", { F_APL } },
	DS_LIKE(43, TYPE_PARENT_SIDE, "DS"),
	{ 44, 0, "SSHFP", "algorithm\0fingerprint", { F_U8, F_FINGERPRINT } },
	{ 45, 0, "IPSECKEY", "precedence\0gateway\0public key", { F_U8, F_IPSEC, F_BASE64_MAYBE } },
	SIG_LIKE(46, 0, "RRSIG", F_NAME_D),
	{ 47, 0, "NSEC", "next name\0types", { F_NAME_X, F_BITMAP } },
	KEY_LIKE(48, "DNSKEY"),
	{ 49, 0, "DHCID", "identifier", { F_BASE64 } },
	{ 50, 0, "NSEC3", "hash algorithm\0flags\0iterations\0salt\0next hash\0types",
	  { F_U8, F_U8, F_U16, F_SALT, F_HASH, F_BITMAP_MAYBE } },
	{ 51, 0, "NSEC3PARAM", "hash algorithm\0flags\0iterations\0salt", { F_U8, F_U8, F_U16, F_SALT } },
	TLSA_LIKE(52, "TLSA"),
	TLSA_LIKE(53, "SMIMEA"),
	{ 55, 0, "HIP", "host identity\0rendezvous server", { F_HIP, F_NAMES_X } },
	STRINGS(56, "NINFO"),
	{ 57, 0, "RKEY", "flags\0protocol\0algorithm\0key", { F_U16, F_U8, F_ALGORITHM, F_BASE64 } },
	{ 58, 0, "TALINK", "previous\0next", { F_NAME_X, F_NAME_X } },
	DS_LIKE(59, 0, "CDS"),
	KEY_LIKE(60, "CDNSKEY"),
	{ 61, 0, "OPENPGPKEY", "key", { F_BASE64 } },
	{ 62, 0, "CSYNC", "serial\0flags\0types", { F_U32, F_U16, F_BITMAP_MAYBE } },
	{ 63, 0, "ZONEMD", "serial\0scheme\0digest", { F_U32, F_U8, F_ZONE_DIGEST } },
	SVCB_LIKE(64, "SVCB"),
	SVCB_LIKE(65, "HTTPS"),
	{ 66, 0, "DSYNC", "type\0scheme\0port\0target", { F_TYPE, F_SCHEME, F_U16, F_NAME_X } },
	{ 67, 0, "HHIT", "data", { F_BASE64 } },
	{ 68, 0, "BRID", "data", { F_BASE64 } },
	STRINGS(99, "SPF"),
	RAW(100, "UINFO"),
	RAW(101, "UID"),
	RAW(102, "GID"),
	RAW(103, "UNSPEC"),
	{ 104, 0, "NID", "preference\0node identifier", { F_U16, F_ILNP64 } },
	{ 105, 0, "L32", "preference\0locator", { F_U16, F_IP4 } },
	{ 106, 0, "L64", "preference\0locator", { F_U16, F_ILNP64 } },
	{ 107, 0, "LP", "preference\0pointer", { F_U16, F_NAME_X } },
	{ 108, 0, "EUI48", "address", { F_EUI48 } },
	{ 109, 0, "EUI64", "address", { F_EUI64 } },
	META(128, "NXNAME"),
	META(249, "TKEY"),
	META(250, "TSIG"),
	META(251, "IXFR"),
	META(252, "AXFR"),
	META(253, "MAILB"),
	META(254, "MAILA"),
	META(255, "ANY"),
	{ 256, 0, "URI", "priority\0weight\0target", { F_U16, F_U16, F_TEXT } },
	{ 257, 0, "CAA", "flags\0tag\0value", { F_U8, F_TAG, F_TEXT_MAYBE } },
	STRINGS(258, "AVC"),
	{ 259, 0, "DOA", "enterprise\0type\0location\0media type\0data", { F_U32, F_U32, F_U8, F_STR, F_DOA_DATA } },
	{ 260, 0, "AMTRELAY", "precedence\0relay", { F_U8, F_AMT } },
	STRINGS(261, "RESINFO"),
	STRINGS(262, "WALLET"),
	STRINGS(263, "CLA"),
	{ 264, 0, "IPN", "node number", { F_U64 } },
	DS_LIKE(32768, 0, "TA"),
	DS_LIKE(32769, TYPE_OBSOLETE, "DLV"),
};
/* clang-format on */

/* META rows have no fields, so that any data is one too many; a type without a row is octets. */
static const struct rrtype unknown = { 0, 0, NULL, "data", { F_RAW } };

/*
 * Two indexes over the table, made before main runs: by code for the low
 * codes, by mnemonic for all. A slot holds the number of a row plus one.
 */
enum { LOW_CODES = 272, SLOTS = 512 };

static uint8_t low[LOW_CODES];
static uint8_t slots[SLOTS];

_Static_assert(COUNT_OF(types) < 255, "a row's number fits an octet");
_Static_assert(COUNT_OF(types) * 2 < SLOTS, "probing ends soon at a free slot");

/* Letters are folded by dropping bit 5, which also maps digits and '-' somewhere harmless. */
static unsigned slot_of(const char *p, size_t n)
{
	unsigned h = (unsigned)n;

	for (size_t i = 0; i < n; i++)
		h = h * 33 + ((unsigned char)p[i] & 0xdf);
	return (h ^ h >> 9) % SLOTS;
}

__attribute__((constructor)) static void make_indexes(void)
{
	for (size_t i = 0; i < COUNT_OF(types); i++) {
		unsigned s = slot_of(types[i].name, strlen(types[i].name));
		while (slots[s] != 0)
			s = (s + 1) % SLOTS;
		slots[s] = (uint8_t)(i + 1);
		if (types[i].code < LOW_CODES)
			low[types[i].code] = (uint8_t)(i + 1);
	}
}

const struct rrtype *rrtype_of(uint16_t code)
{
	if (code < LOW_CODES)
		return low[code] != 0 ? &types[low[code] - 1] : &unknown;
	for (size_t i = COUNT_OF(types); i > 0 && types[i - 1].code >= code; i--)
		if (types[i - 1].code == code)
			return &types[i - 1];
	return &unknown;
}

const struct rrtype *rrtype_row(size_t i)
{
	return i < COUNT_OF(types) ? &types[i] : NULL;
}

/* numbered reads PREFIXnnn, five digits at most. */
static bool numbered(const char *p, size_t n, const char *prefix, uint16_t *code)
{
	size_t len = strlen(prefix);
	uint64_t v;

	if (n <= len || n > len + 5 || !text_same(p, len, prefix))
		return false;
	if (!text_number(p + len, n - len, &v) || v > 65535)
		return false;
	*code = (uint16_t)v;
	return true;
}

bool rrtype_parse(const char *p, size_t n, uint16_t *code)
{
	for (unsigned s = slot_of(p, n); slots[s] != 0; s = (s + 1) % SLOTS) {
		const struct rrtype *row = &types[slots[s] - 1];
		if (text_same(p, n, row->name)) {
			*code = row->code;
			return true;
		}
	}
	return numbered(p, n, "TYPE", code);
}

size_t rrtype_print(uint16_t code, char *out)
{
	struct wr w = wr_of(out, 16);
	const struct rrtype *row = rrtype_of(code);

	if (row->name != NULL) {
		put_text(&w, row->name);
	} else {
		put_text(&w, "TYPE");
		put_number(&w, code);
	}
	out[w.len] = 0;
	return w.len;
}

bool rrclass_parse(const char *p, size_t n, uint16_t *code)
{
	static const struct mnemonic classes[] = {
		{ "IN", CLASS_IN },     { "CH", CLASS_CH },   { "HS", CLASS_HS },
		{ "NONE", CLASS_NONE }, { "ANY", CLASS_ANY },
	};

	for (size_t i = 0; i < COUNT_OF(classes); i++)
		if (text_same(p, n, classes[i].name)) {
			*code = (uint16_t)classes[i].value;
			return true;
		}
	return numbered(p, n, "CLASS", code);
}
