/*
 * field.h -- the kinds of fields RDATA is made of.
 *
 * A type is a row of kinds (rrtype.c); a kind is a row of three functions:
 *
 *      text   "10"  "mail"            words  --parse-->  wire
 *      wire   00 0a  04 mail 00       wire   --take--->  (is it one?)
 *                                     wire   --print-->  text
 *
 * Most kinds are one word. Where fields depend on each other (a gateway on
 * its type, a digest's length on its algorithm) one kind covers them all.
 *
 * Knows: names, tokens, rrtype.   Must not know: any single RR type.
 */
#ifndef DNS_FIELD_H
#define DNS_FIELD_H

#include "base/rd.h"
#include "base/wr.h"
#include "dns/name.h"
#include "dns/rrtype.h"
#include "dns/token.h"

enum field {
	F_END,
	F_RAW, /* octets without a text form: RFC 3597 only */
	/* numbers (field_number.c) */
	F_U8,
	F_U16,
	F_U32,
	F_U64,
	F_SECONDS,   /* 32 bits, "1h30m" understood */
	F_TIME,      /* 32 bits, YYYYMMDDHHmmSS */
	F_TYPE,      /* an RR type's mnemonic */
	F_ALGORITHM, /* DNSSEC algorithm, number or mnemonic */
	F_KEY_FLAGS, /* of a KEY */
	F_PROTOCOL,  /* of a KEY */
	F_CERT_TYPE,
	F_TLSA_USAGE, /* numbers or mnemonics, of a TLSA or an SMIMEA */
	F_TLSA_SELECTOR,
	F_TLSA_MATCHING,
	F_SCHEME, /* of a DSYNC */
	/* addresses (field_address.c) */
	F_IP4,
	F_IP6,
	F_ILNP64,
	F_EUI48,
	F_EUI64,
	F_APL,
	F_A6, /* prefix length and suffix */
	/* names (field_name.c) */
	F_NAME_Z, /* compressed in messages (RFC 1035), lower case in canonical form */
	F_NAME_L, /* expanded on receipt only (RFC 3597 4), lower case in canonical form */
	F_NAME_D, /* never compressed, lower case in canonical form */
	F_NAME_X, /* never compressed, letter case kept: all newer types */
	F_NAME_D_MAYBE,
	F_NAMES_X, /* any number of them */
	/* strings (field_string.c) */
	F_STR,
	F_STR_MAYBE,
	F_STRS,    /* one or more */
	F_DIGITS,  /* X25 */
	F_DEGREES, /* GPOS */
	F_TAG,     /* CAA */
	F_TEXT,    /* the rest as one string without a length */
	F_TEXT_MAYBE,
	/* octets as base64, hex, base32 (field_code.c) */
	F_BASE64,
	F_BASE64_MAYBE,
	F_HEX,
	F_DOA_DATA,
	F_SALT,
	F_HASH,
	F_DS_DIGEST,   /* digest type and digest */
	F_FINGERPRINT, /* fingerprint type and fingerprint */
	F_ZONE_DIGEST, /* hash algorithm and digest */
	F_NSAP,
	F_ATMA,
	/* sets of numbers as bits (field_bitmap.c) */
	F_BITMAP,
	F_BITMAP_MAYBE,
	F_NXT,
	F_WKS, /* protocol and ports */
	/* the odd ones */
	F_LOC,       /* field_loc.c */
	F_SVCPARAMS, /* field_svcb.c */
	F_IPSEC,     /* gateway type, algorithm, gateway (field_gateway.c) */
	F_AMT,       /* discovery bit, relay type, relay */
	F_HIP,       /* HIT and public key */
	F_KINDS
};

/* What is true of a field beyond its three functions. */
enum {
	K_NAME = 1,     /* it is one name */
	K_LOWER = 2,    /* ... in lower case in canonical form (RFC 4034 6.2, RFC 6840 5.1) */
	K_COMPRESS = 4, /* ... which a message may compress (RFC 3597 4) */
	K_EXPAND = 8,   /* ... which some senders compress all the same (RFC 3597 4) */
	K_MAYBE = 16,   /* the field may be absent at the end */
	K_MANY = 32,    /* the field repeats to the end */
};

/* The words of one RDATA on their way to the wire. */
struct words {
	const struct token *at, *end; /* words not read yet */
	const struct name *origin;
	const struct rrtype *row;
	unsigned field;   /* which of the row's fields is being read */
	const char *part; /* which part of a field of several words, or NULL */
	struct flaw *flaw;
};

struct kind {
	uint8_t flags;
	/* take passes the cursor over one field, or makes it bad. */
	void (*take)(struct rd *r);
	/* parse appends one field's wire form; false: the flaw is filled in. A full writer is not its concern. */
	bool (*parse)(struct words *w, struct wr *out);
	/* print appends the text of a field that take accepted. A bad cursor says: these octets have no text. */
	void (*print)(struct rd *r, struct wr *out);
};

extern const struct kind kinds[F_KINDS];

/* word_any gives the next word, quoted or not; word_plain refuses quotes. NULL and a flaw if there is none. */
const struct token *word_any(struct words *w);
const struct token *word_plain(struct words *w);

/* word_wrong fills in the flaw, word_is does so with the word itself in front: "x" is not a number.
 * Both are always false. */
bool word_wrong(struct words *w, const struct token *at, const char *fmt, ...) PRINTF_LIKE(3, 4);
bool word_is(struct words *w, const struct token *at, const char *what);

/* A number that has names. A table of them ends with a NULL name. */
struct mnemonic {
	const char *name;
	uint32_t value;
};

/* word_number reads the next word as a number of 0..max, or one of the names (NULL: none). */
bool word_number(struct words *w, const struct mnemonic *names, uint32_t max, uint32_t *out);

/* text_number reads n digits; false if it is anything else or above 2^64 - 1. */
MUST_CHECK bool text_number(const char *p, size_t n, uint64_t *out);

/* text_algorithm reads a DNSSEC algorithm's number or mnemonic; algorithm_name gives a mnemonic, NULL if it has
 * none. */
MUST_CHECK bool text_algorithm(const char *p, size_t n, uint8_t *out);
const char *algorithm_name(uint8_t algorithm);

/* text_seconds reads seconds with units, "1w2d3h4m5s" or plain; false if it is none or above 2^32 - 1. */
MUST_CHECK bool text_seconds(const char *p, size_t n, uint32_t *out);

/* Addresses from text: exactly these characters, nothing else (RFC 4291 2.2). And back; ip6 as RFC 5952. */
MUST_CHECK bool text_ip4(const char *p, size_t n, uint8_t out[4]);
MUST_CHECK bool text_ip6(const char *p, size_t n, uint8_t out[16]);
void put_ip4(struct wr *out, const uint8_t *ip);
void put_ip6(struct wr *out, const uint8_t *ip);

/* text_octet takes one octet of a string at *at, undoing \DDD and \X; false if the escape is cut short or
 * above 255. */
MUST_CHECK bool text_octet(const char **at, const char *end, uint8_t *c);

/* text_same: a word is this one, in whatever letter case. `upper` is in upper case. */
bool text_same(const char *p, size_t n, const char *upper);

/* word_name reads the next word as a name and appends it; put_name prints the one at the cursor. */
bool word_name(struct words *w, struct wr *out);
void put_name(struct rd *r, struct wr *out);
void take_name(struct rd *r);

void put_text(struct wr *out, const char *text);
void put_number(struct wr *out, uint64_t v);
/* put_padded prints v with at least `digits` digits. */
void put_padded(struct wr *out, uint64_t v, unsigned digits);
/* put_quoted prints octets in quotes, put_bare without, everything escaped that would end a word. */
void put_quoted(struct wr *out, struct view v);
void put_bare(struct wr *out, struct view v);

/* ---- the functions of kinds, for the table in field.c ---- */
void take_raw(struct rd *r);
void take_u8(struct rd *r);
void take_u16(struct rd *r);
void take_u32(struct rd *r);
void take_8(struct rd *r);
void take_16(struct rd *r);
void take_6(struct rd *r);
void take_apl(struct rd *r);
void take_a6(struct rd *r);
void take_str(struct rd *r);
void take_digits(struct rd *r);
void take_degrees(struct rd *r);
void take_tag(struct rd *r);
void take_some(struct rd *r);
void take_salt(struct rd *r);
void take_hash(struct rd *r);
void take_ds_digest(struct rd *r);
void take_fingerprint(struct rd *r);
void take_zone_digest(struct rd *r);
void take_atma(struct rd *r);
void take_bitmap(struct rd *r);
void take_nxt(struct rd *r);
void take_wks(struct rd *r);
void take_loc(struct rd *r);
void take_svcparams(struct rd *r);
void take_ipsec(struct rd *r);
void take_amt(struct rd *r);
void take_hip(struct rd *r);

bool parse_raw(struct words *w, struct wr *out);
bool parse_u8(struct words *w, struct wr *out);
bool parse_u16(struct words *w, struct wr *out);
bool parse_u32(struct words *w, struct wr *out);
bool parse_u64(struct words *w, struct wr *out);
bool parse_seconds(struct words *w, struct wr *out);
bool parse_time(struct words *w, struct wr *out);
bool parse_type(struct words *w, struct wr *out);
bool parse_algorithm(struct words *w, struct wr *out);
bool parse_key_flags(struct words *w, struct wr *out);
bool parse_protocol(struct words *w, struct wr *out);
bool parse_cert_type(struct words *w, struct wr *out);
bool parse_tlsa_usage(struct words *w, struct wr *out);
bool parse_tlsa_selector(struct words *w, struct wr *out);
bool parse_tlsa_matching(struct words *w, struct wr *out);
bool parse_scheme(struct words *w, struct wr *out);
bool parse_ip4(struct words *w, struct wr *out);
bool parse_ip6(struct words *w, struct wr *out);
bool parse_ilnp64(struct words *w, struct wr *out);
bool parse_eui48(struct words *w, struct wr *out);
bool parse_eui64(struct words *w, struct wr *out);
bool parse_apl(struct words *w, struct wr *out);
bool parse_a6(struct words *w, struct wr *out);
bool parse_str(struct words *w, struct wr *out);
bool parse_digits(struct words *w, struct wr *out);
bool parse_degrees(struct words *w, struct wr *out);
bool parse_tag(struct words *w, struct wr *out);
bool parse_text(struct words *w, struct wr *out);
bool parse_base64(struct words *w, struct wr *out);
bool parse_hex(struct words *w, struct wr *out);
bool parse_doa_data(struct words *w, struct wr *out);
bool parse_salt(struct words *w, struct wr *out);
bool parse_hash(struct words *w, struct wr *out);
bool parse_ds_digest(struct words *w, struct wr *out);
bool parse_fingerprint(struct words *w, struct wr *out);
bool parse_zone_digest(struct words *w, struct wr *out);
bool parse_nsap(struct words *w, struct wr *out);
bool parse_atma(struct words *w, struct wr *out);
bool parse_bitmap(struct words *w, struct wr *out);
bool parse_nxt(struct words *w, struct wr *out);
bool parse_wks(struct words *w, struct wr *out);
bool parse_loc(struct words *w, struct wr *out);
bool parse_svcparams(struct words *w, struct wr *out);
bool parse_ipsec(struct words *w, struct wr *out);
bool parse_amt(struct words *w, struct wr *out);
bool parse_hip(struct words *w, struct wr *out);

void print_raw(struct rd *r, struct wr *out);
void print_u8(struct rd *r, struct wr *out);
void print_u16(struct rd *r, struct wr *out);
void print_u32(struct rd *r, struct wr *out);
void print_u64(struct rd *r, struct wr *out);
void print_time(struct rd *r, struct wr *out);
void print_type(struct rd *r, struct wr *out);
void print_scheme(struct rd *r, struct wr *out);
void print_ip4(struct rd *r, struct wr *out);
void print_ip6(struct rd *r, struct wr *out);
void print_ilnp64(struct rd *r, struct wr *out);
void print_eui48(struct rd *r, struct wr *out);
void print_eui64(struct rd *r, struct wr *out);
void print_apl(struct rd *r, struct wr *out);
void print_a6(struct rd *r, struct wr *out);
void print_str(struct rd *r, struct wr *out);
void print_tag(struct rd *r, struct wr *out);
void print_text(struct rd *r, struct wr *out);
void print_base64(struct rd *r, struct wr *out);
void print_hex(struct rd *r, struct wr *out);
void print_doa_data(struct rd *r, struct wr *out);
void print_salt(struct rd *r, struct wr *out);
void print_hash(struct rd *r, struct wr *out);
void print_digest(struct rd *r, struct wr *out);
void print_nsap(struct rd *r, struct wr *out);
void print_atma(struct rd *r, struct wr *out);
void print_bitmap(struct rd *r, struct wr *out);
void print_nxt(struct rd *r, struct wr *out);
void print_wks(struct rd *r, struct wr *out);
void print_loc(struct rd *r, struct wr *out);
void print_svcparams(struct rd *r, struct wr *out);
void print_ipsec(struct rd *r, struct wr *out);
void print_amt(struct rd *r, struct wr *out);
void print_hip(struct rd *r, struct wr *out);

#endif
