#include "dns/field.h"

#include <stdarg.h>
#include <stdio.h>

/* clang-format off */
enum { ZONE_NAME = K_NAME | K_LOWER | K_COMPRESS, LENIENT_NAME = K_NAME | K_LOWER | K_EXPAND };

const struct kind kinds[F_KINDS] = {
	[F_RAW]          = { 0, take_raw, parse_raw, print_raw },
	[F_U8]           = { 0, take_u8, parse_u8, print_u8 },
	[F_U16]          = { 0, take_u16, parse_u16, print_u16 },
	[F_U32]          = { 0, take_u32, parse_u32, print_u32 },
	[F_U64]          = { 0, take_8, parse_u64, print_u64 },
	[F_SECONDS]      = { 0, take_u32, parse_seconds, print_u32 },
	[F_TIME]         = { 0, take_u32, parse_time, print_time },
	[F_TYPE]         = { 0, take_u16, parse_type, print_type },
	[F_ALGORITHM]    = { 0, take_u8, parse_algorithm, print_u8 },
	[F_KEY_FLAGS]    = { 0, take_u16, parse_key_flags, print_u16 },
	[F_PROTOCOL]     = { 0, take_u8, parse_protocol, print_u8 },
	[F_CERT_TYPE]    = { 0, take_u16, parse_cert_type, print_u16 },
	[F_TLSA_USAGE]    = { 0, take_u8, parse_tlsa_usage, print_u8 },
	[F_TLSA_SELECTOR] = { 0, take_u8, parse_tlsa_selector, print_u8 },
	[F_TLSA_MATCHING] = { 0, take_u8, parse_tlsa_matching, print_u8 },
	[F_SCHEME]       = { 0, take_u8, parse_scheme, print_scheme },
	[F_IP4]          = { 0, take_u32, parse_ip4, print_ip4 },
	[F_IP6]          = { 0, take_16, parse_ip6, print_ip6 },
	[F_ILNP64]       = { 0, take_8, parse_ilnp64, print_ilnp64 },
	[F_EUI48]        = { 0, take_6, parse_eui48, print_eui48 },
	[F_EUI64]        = { 0, take_8, parse_eui64, print_eui64 },
	[F_APL]          = { K_MANY | K_MAYBE, take_apl, parse_apl, print_apl },
	[F_A6]           = { 0, take_a6, parse_a6, print_a6 },
	[F_NAME_Z]       = { ZONE_NAME, take_name, word_name, put_name },
	[F_NAME_L]       = { LENIENT_NAME, take_name, word_name, put_name },
	[F_NAME_D]       = { K_NAME | K_LOWER, take_name, word_name, put_name },
	[F_NAME_X]       = { K_NAME, take_name, word_name, put_name },
	[F_NAME_D_MAYBE] = { K_NAME | K_LOWER | K_MAYBE, take_name, word_name, put_name },
	[F_NAMES_X]      = { K_NAME | K_MANY | K_MAYBE, take_name, word_name, put_name },
	[F_STR]          = { 0, take_str, parse_str, print_str },
	[F_STR_MAYBE]    = { K_MAYBE, take_str, parse_str, print_str },
	[F_STRS]         = { K_MANY, take_str, parse_str, print_str },
	[F_DIGITS]       = { 0, take_digits, parse_digits, print_str },
	[F_DEGREES]      = { 0, take_degrees, parse_degrees, print_str },
	[F_TAG]          = { 0, take_tag, parse_tag, print_tag },
	[F_TEXT]         = { 0, take_some, parse_text, print_text },
	[F_TEXT_MAYBE]   = { 0, take_raw, parse_text, print_text },
	[F_BASE64]       = { 0, take_some, parse_base64, print_base64 },
	[F_BASE64_MAYBE] = { K_MAYBE, take_some, parse_base64, print_base64 },
	[F_HEX]          = { 0, take_some, parse_hex, print_hex },
	[F_DOA_DATA]     = { 0, take_raw, parse_doa_data, print_doa_data },
	[F_SALT]         = { 0, take_salt, parse_salt, print_salt },
	[F_HASH]         = { 0, take_hash, parse_hash, print_hash },
	[F_DS_DIGEST]    = { 0, take_ds_digest, parse_ds_digest, print_digest },
	[F_FINGERPRINT]  = { 0, take_fingerprint, parse_fingerprint, print_digest },
	[F_ZONE_DIGEST]  = { 0, take_zone_digest, parse_zone_digest, print_digest },
	[F_NSAP]         = { 0, take_some, parse_nsap, print_nsap },
	[F_ATMA]         = { 0, take_atma, parse_atma, print_atma },
	[F_BITMAP]       = { 0, take_bitmap, parse_bitmap, print_bitmap },
	[F_BITMAP_MAYBE] = { K_MAYBE, take_bitmap, parse_bitmap, print_bitmap },
	[F_NXT]          = { 0, take_nxt, parse_nxt, print_nxt },
	[F_WKS]          = { 0, take_wks, parse_wks, print_wks },
	[F_LOC]          = { 0, take_loc, parse_loc, print_loc },
	[F_SVCPARAMS]    = { K_MAYBE, take_svcparams, parse_svcparams, print_svcparams },
	[F_IPSEC]        = { 0, take_ipsec, parse_ipsec, print_ipsec },
	[F_AMT]          = { 0, take_amt, parse_amt, print_amt },
	[F_HIP]          = { 0, take_hip, parse_hip, print_hip },
};
/* clang-format on */

/* The row's labels stand one behind the other, each with its zero. */
static const char *label_of(const struct words *w)
{
	const char *label = w->row->labels;

	for (unsigned i = 0; i < w->field; i++)
		label += strlen(label) + 1;
	return w->part != NULL ? w->part : label;
}

bool word_wrong(struct words *w, const struct token *at, const char *fmt, ...)
{
	char what[sizeof w->flaw->what];
	va_list args;

	va_start(args, fmt);
	vsnprintf(what, sizeof what, fmt, args);
	va_end(args);
	flaw_set(w->flaw, at, label_of(w), "%s", what);
	return false;
}

bool word_is(struct words *w, const struct token *at, const char *what)
{
	enum { SHOWN = 60 };
	char shown[SHOWN + 4];
	size_t n = at->n < SHOWN ? at->n : SHOWN;

	for (size_t i = 0; i < n; i++)
		shown[i] = at->p[i] >= ' ' && at->p[i] < 0x7f ? at->p[i] : '?';
	memcpy(shown + n, at->n > n ? "..." : "", at->n > n ? 4 : 1);
	return word_wrong(w, at, "\"%s\" %s", shown, what);
}

const struct token *word_any(struct words *w)
{
	if (likely(w->at < w->end))
		return w->at++;
	word_wrong(w, NULL, "is missing");
	return NULL;
}

const struct token *word_plain(struct words *w)
{
	const struct token *t = word_any(w);

	if (t != NULL && unlikely(t->quoted)) {
		word_is(w, t, "must not be quoted");
		return NULL;
	}
	return t;
}

void take_raw(struct rd *r)
{
	rd_rest(r);
}

/* take_some is for the last field of a type that makes no sense when empty. */
void take_some(struct rd *r)
{
	if (rd_rest(r).n == 0)
		r->bad = true;
}

bool parse_raw(struct words *w, struct wr *out)
{
	(void)out;
	return word_wrong(w, w->at < w->end ? w->at : NULL,
			  "this type has no text form: write \\# LENGTH HEX (RFC 3597)");
}

void print_raw(struct rd *r, struct wr *out)
{
	(void)out;
	r->bad = true;
}

bool text_same(const char *p, size_t n, const char *upper)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)p[i];
		if ((unsigned char)(c - 'a') < 26)
			c = (unsigned char)(c - 32);
		if (c != (unsigned char)upper[i]) /* also where upper ends: no word holds a zero before its end */
			return false;
		if (c == 0)
			return false;
	}
	return upper[n] == 0;
}

void put_text(struct wr *out, const char *text)
{
	wr_bytes(out, text, strlen(text));
}

void put_padded(struct wr *out, uint64_t v, unsigned digits)
{
	char text[20];
	size_t at = sizeof text;

	do {
		text[--at] = (char)('0' + v % 10);
		v /= 10;
	} while (v != 0);
	while (at > 0 && sizeof text - at < digits)
		text[--at] = '0';
	wr_bytes(out, text + at, sizeof text - at);
}

void put_number(struct wr *out, uint64_t v)
{
	put_padded(out, v, 1);
}
