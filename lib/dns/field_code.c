/* Octets written as base64, hex or base32hex. */
#include "dns/field.h"

#include "dns/encode.h"

/* An encoding, to the end of the RDATA, may be split into several words. */
struct encoding {
	bool (*feed)(struct decoder *, const char *, size_t, struct wr *);
	bool (*end)(const struct decoder *);
	const char *wrong, *cut;
};

static const struct encoding base64 = { base64_feed, base64_end, "is not base64", "base64 that is cut short" };
static const struct encoding hex = { hex_feed, hex_end, "is not hexadecimal", "an odd number of hex digits" };

static bool parse_encoded(struct words *w, const struct encoding *e, struct wr *out)
{
	struct decoder d = { 0 };
	const struct token *t = word_plain(w);
	size_t from = out->len;

	for (; t != NULL; t = word_plain(w)) {
		if (!e->feed(&d, t->p, t->n, out))
			return word_is(w, t, e->wrong);
		if (w->at == w->end)
			break;
	}
	if (t == NULL)
		return false;
	if (!e->end(&d))
		return word_wrong(w, t, "%s", e->cut);
	return out->len > from || out->full || word_wrong(w, t, "is empty");
}

bool parse_base64(struct words *w, struct wr *out)
{
	return parse_encoded(w, &base64, out);
}

bool parse_hex(struct words *w, struct wr *out)
{
	return parse_encoded(w, &hex, out);
}

void print_base64(struct rd *r, struct wr *out)
{
	put_base64(out, rd_rest(r));
}

void print_hex(struct rd *r, struct wr *out)
{
	put_hex(out, rd_rest(r));
}

/* ---- DOA: "-" stands for no data ---- */

static bool is_dash(const struct token *t)
{
	return t->n == 1 && t->p[0] == '-';
}

bool parse_doa_data(struct words *w, struct wr *out)
{
	if (w->at < w->end && is_dash(w->at)) {
		w->at++;
		return true;
	}
	return parse_base64(w, out);
}

void print_doa_data(struct rd *r, struct wr *out)
{
	if (rd_left(r) == 0)
		put_text(out, "-");
	print_base64(r, out);
}

/* ---- NSEC3: salt and next hashed owner name, a length before each (RFC 5155 3.3) ---- */

void take_salt(struct rd *r)
{
	rd_take(r, rd_u8(r));
}

bool parse_salt(struct words *w, struct wr *out)
{
	const struct token *t = word_plain(w);
	struct decoder d = { 0 };

	if (t == NULL)
		return false;
	if (is_dash(t)) {
		wr_u8(out, 0);
		return true;
	}
	if (t->n > 510)
		return word_wrong(w, t, "longer than 255 octets");
	wr_u8(out, (uint8_t)(t->n / 2));
	if (t->n == 0 || !hex_feed(&d, t->p, t->n, out) || !hex_end(&d))
		return word_is(w, t, "is neither - nor hexadecimal");
	return true;
}

void print_salt(struct rd *r, struct wr *out)
{
	struct view v = rd_take(r, rd_u8(r));

	if (v.n == 0)
		put_text(out, "-");
	put_hex(out, v);
}

void take_hash(struct rd *r)
{
	if (rd_take(r, rd_u8(r)).n == 0)
		r->bad = true;
}

bool parse_hash(struct words *w, struct wr *out)
{
	const struct token *t = word_plain(w);

	if (t == NULL)
		return false;
	if (t->n > 408)
		return word_wrong(w, t, "longer than 255 octets");
	size_t from = out->len;
	wr_u8(out, 0);
	if (!base32hex_decode(t->p, t->n, out) || (out->len == from + 1 && !out->full))
		return word_is(w, t, "is not base32hex without padding");
	if (!out->full)
		out->p[from] = (uint8_t)(out->len - from - 1);
	return true;
}

void print_hash(struct rd *r, struct wr *out)
{
	put_base32hex(out, rd_take(r, rd_u8(r)));
}

/* ---- digests: one octet says which, and so how long; unknown ones are as long as they please ---- */

struct digest {
	struct mnemonic name;
	size_t octets;
};

static const struct digest ds_digests[] = {
	/* the IANA registry of DS digest types */
	{ { "DELETE", 0 }, 1 },   { { "SHA-1", 1 }, 20 },  { { "SHA-256", 2 }, 32 }, { { "GOST", 3 }, 32 },
	{ { "SHA-384", 4 }, 48 }, { { "GOST12", 5 }, 32 }, { { "SM3", 6 }, 32 },     { { NULL, 0 }, 0 },
};

static const struct digest fingerprints[] = {
	/* RFC 4255 3.1.2, RFC 6594 3.2 */
	{ { "SHA-1", 1 }, 20 },
	{ { "SHA-256", 2 }, 32 },
	{ { NULL, 0 }, 0 },
};

static const struct digest zone_digests[] = {
	/* RFC 8976 2.2.3 */
	{ { "SHA384", 1 }, 48 },
	{ { "SHA512", 2 }, 64 },
	{ { NULL, 0 }, 0 },
};

static size_t octets_of(const struct digest *table, uint32_t type)
{
	for (; table->name.name != NULL; table++)
		if (table->name.value == type)
			return table->octets;
	return 0;
}

static void take_digest(struct rd *r, const struct digest *table, size_t least)
{
	size_t want = octets_of(table, rd_u8(r)), n = rd_rest(r).n;

	if (n < least || (want != 0 && n != want))
		r->bad = true;
}

static bool parse_digest(struct words *w, const struct digest *table, size_t least, struct wr *out)
{
	uint32_t type;

	w->part = "digest type";
	if (!word_number(w, NULL, 255, &type))
		return false;
	wr_u8(out, (uint8_t)type);
	w->part = "digest";
	const struct token *t = w->at;
	size_t from = out->len, want = octets_of(table, type);
	if (!parse_hex(w, out))
		return false;
	size_t n = out->len - from;
	if (want != 0 && n != want && !out->full)
		return word_wrong(w, t, "%zu octets, type %u has %zu", n, type, want);
	if (n < least && !out->full)
		return word_wrong(w, t, "%zu octets, fewer than %zu", n, least);
	return true;
}

/* ZONEMD digests are never shorter than 12 octets (RFC 8976 2.2.4). */
enum { ZONE_DIGEST_LEAST = 12 };

void take_ds_digest(struct rd *r)
{
	take_digest(r, ds_digests, 1);
}

void take_fingerprint(struct rd *r)
{
	take_digest(r, fingerprints, 1);
}

void take_zone_digest(struct rd *r)
{
	take_digest(r, zone_digests, ZONE_DIGEST_LEAST);
}

bool parse_ds_digest(struct words *w, struct wr *out)
{
	return parse_digest(w, ds_digests, 1, out);
}

bool parse_fingerprint(struct words *w, struct wr *out)
{
	return parse_digest(w, fingerprints, 1, out);
}

bool parse_zone_digest(struct words *w, struct wr *out)
{
	return parse_digest(w, zone_digests, ZONE_DIGEST_LEAST, out);
}

void print_digest(struct rd *r, struct wr *out)
{
	put_number(out, rd_u8(r));
	put_text(out, " ");
	put_hex(out, rd_rest(r));
}

/* ---- NSAP (RFC 1706 5): 0x and hex digits, dots wherever one likes ---- */

/* dots_between: the dots of an address stand between digits, each alone. */
static bool dots_between(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] == '.' && (i == 0 || i + 1 == n || p[i + 1] == '.'))
			return false;
	return true;
}

/* feed_dotted feeds the runs between dots. */
static bool feed_dotted(const char *p, size_t n, struct wr *out)
{
	struct decoder d = { 0 };

	for (size_t i = 0; i < n; i++)
		if (p[i] != '.' && !hex_feed(&d, p + i, 1, out))
			return false;
	return hex_end(&d);
}

bool parse_nsap(struct words *w, struct wr *out)
{
	const struct token *t = word_plain(w);

	if (t == NULL)
		return false;
	if (t->n < 4 || t->p[0] != '0' || (t->p[1] | 0x20) != 'x' || !feed_dotted(t->p + 2, t->n - 2, out))
		return word_is(w, t, "is not 0x and hexadecimal octets");
	return true;
}

void print_nsap(struct rd *r, struct wr *out)
{
	put_text(out, "0x");
	put_hex(out, rd_rest(r));
}

/* ---- ATMA (ATM Forum AF-SAA-0069): an end system address in hex, or "+" and the digits of E.164 ---- */

enum { ATM_AESA = 0, ATM_E164 = 1 };

static bool digits_only(struct view v)
{
	for (size_t i = 0; i < v.n; i++)
		if ((uint8_t)(v.p[i] - '0') > 9)
			return false;
	return v.n > 0;
}

/* feed_digits writes the digits, of which there is one at least, without the dots between them. */
static bool feed_digits(const char *p, size_t n, struct wr *out)
{
	if (n == 0 || !dots_between(p, n))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (p[i] == '.')
			continue;
		if ((uint8_t)(p[i] - '0') > 9)
			return false;
		wr_u8(out, (uint8_t)p[i]);
	}
	return true;
}

void take_atma(struct rd *r)
{
	uint8_t format = rd_u8(r);
	struct view v = rd_rest(r);

	if (v.n == 0 || (format == ATM_E164 && !digits_only(v)))
		r->bad = true;
}

bool parse_atma(struct words *w, struct wr *out)
{
	const struct token *t = word_plain(w);

	if (t == NULL)
		return false;
	bool e164 = t->n > 0 && t->p[0] == '+';
	wr_u8(out, e164 ? ATM_E164 : ATM_AESA);
	if (e164)
		return feed_digits(t->p + 1, t->n - 1, out) || word_is(w, t, "is not + and digits");
	size_t from = out->len;
	if (!dots_between(t->p, t->n) || !feed_dotted(t->p, t->n, out) || (out->len == from && !out->full))
		return word_is(w, t, "is neither hexadecimal nor + and digits");
	return true;
}

void print_atma(struct rd *r, struct wr *out)
{
	uint8_t format = rd_u8(r);
	struct view v = rd_rest(r);

	if (format == ATM_AESA)
		put_hex(out, v);
	else if (format == ATM_E164) {
		put_text(out, "+");
		wr_view(out, v);
	} else
		r->bad = true;
}
