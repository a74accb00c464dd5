/* Numbers, and numbers that have names. */
#include "dns/field.h"

enum { DIGITS_SAFE = 19 }; /* so many always fit 64 bits */

bool text_number(const char *p, size_t n, uint64_t *out)
{
	uint64_t v = 0;

	if (n == 0)
		return false;
	for (size_t i = 0; i < n; i++) {
		unsigned digit = (unsigned char)p[i] - (unsigned)'0';
		if (digit > 9)
			return false;
		if (unlikely(i >= DIGITS_SAFE && (v > UINT64_MAX / 10 || v * 10 > UINT64_MAX - digit)))
			return false;
		v = v * 10 + digit;
	}
	*out = v;
	return true;
}

static uint64_t unit_of(char c)
{
	static const struct {
		char letter;
		uint32_t seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 }, { 'w', 604800 } };

	for (size_t i = 0; i < COUNT_OF(units); i++)
		if ((c | 0x20) == units[i].letter)
			return units[i].seconds;
	return 0;
}

bool text_seconds(const char *p, size_t n, uint32_t *out)
{
	uint64_t total = 0, v;

	if (n == 0)
		return false;
	for (size_t i = 0, from = 0; i <= n; i++) {
		if (i < n && (unsigned char)(p[i] - '0') < 10)
			continue;
		uint64_t unit = i < n ? unit_of(p[i]) : 1;
		if (i == n && from == n)
			break; /* the last unit is written */
		if (unit == 0 || i - from > 10 || !text_number(p + from, i - from, &v))
			return false;
		total += v * unit;
		if (total > UINT32_MAX)
			return false;
		from = i + 1;
	}
	*out = (uint32_t)total;
	return true;
}

static bool all_digits(const struct token *t)
{
	for (uint32_t i = 0; i < t->n; i++)
		if ((unsigned char)(t->p[i] - '0') > 9)
			return false;
	return t->n != 0;
}

bool word_number(struct words *w, const struct mnemonic *names, uint32_t max, uint32_t *out)
{
	const struct token *t = word_plain(w);
	uint64_t v;

	*out = 0;
	if (t == NULL)
		return false;
	if (likely(text_number(t->p, t->n, &v) && v <= max)) {
		*out = (uint32_t)v;
		return true;
	}
	if (all_digits(t))
		return word_wrong(w, t, "%.*s is above %u", t->n < 40 ? (int)t->n : 40, t->p, max);
	for (; names != NULL && names->name != NULL; names++)
		if (text_same(t->p, t->n, names->name)) {
			*out = names->value;
			return true;
		}
	return word_is(w, t, names != NULL ? "is neither a number nor a known mnemonic" : "is not a number");
}

void take_u8(struct rd *r)
{
	rd_take(r, 1);
}

void take_u16(struct rd *r)
{
	rd_take(r, 2);
}

void take_u32(struct rd *r)
{
	rd_take(r, 4);
}

void take_8(struct rd *r)
{
	rd_take(r, 8);
}

bool parse_u8(struct words *w, struct wr *out)
{
	uint32_t v;

	if (!word_number(w, NULL, 255, &v))
		return false;
	wr_u8(out, (uint8_t)v);
	return true;
}

bool parse_u16(struct words *w, struct wr *out)
{
	uint32_t v;

	if (!word_number(w, NULL, 65535, &v))
		return false;
	wr_u16(out, (uint16_t)v);
	return true;
}

bool parse_u32(struct words *w, struct wr *out)
{
	uint32_t v;

	if (!word_number(w, NULL, UINT32_MAX, &v))
		return false;
	wr_u32(out, v);
	return true;
}

bool parse_u64(struct words *w, struct wr *out)
{
	const struct token *t = word_plain(w);
	uint64_t v;

	if (t == NULL)
		return false;
	if (!text_number(t->p, t->n, &v))
		return word_is(w, t, "is not a number of at most 64 bits");
	wr_u32(out, (uint32_t)(v >> 32));
	wr_u32(out, (uint32_t)v);
	return true;
}

bool parse_seconds(struct words *w, struct wr *out)
{
	const struct token *t = word_plain(w);
	uint32_t v;

	if (t == NULL)
		return false;
	if (!text_seconds(t->p, t->n, &v))
		return all_digits(t) ? word_is(w, t, "is above 4294967295")
				     : word_is(w, t, "is not a number of seconds (3600, 1h, 1h30m)");
	wr_u32(out, v);
	return true;
}

void print_u8(struct rd *r, struct wr *out)
{
	put_number(out, rd_u8(r));
}

void print_u16(struct rd *r, struct wr *out)
{
	put_number(out, rd_u16(r));
}

void print_u32(struct rd *r, struct wr *out)
{
	put_number(out, rd_u32(r));
}

void print_u64(struct rd *r, struct wr *out)
{
	uint64_t high = rd_u32(r);

	put_number(out, high << 32 | rd_u32(r));
}

/* ---- RRSIG times (RFC 4034 3.2): 32 bits of seconds since 1970, until 2106 ---- */

/* Days since 1970-01-01 of the Gregorian calendar, and back. Years are counted from March, so that the leap
 * day is a year's last. */
static uint64_t days_of(uint32_t year, uint32_t month, uint32_t day)
{
	uint32_t y = month > 2 ? year : year - 1;
	uint32_t m = month > 2 ? month - 3 : month + 9;

	return (uint64_t)y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day - 719469;
}

static bool digits_of(const char *p, unsigned n, uint32_t *out)
{
	uint64_t v;

	if (!text_number(p, n, &v))
		return false;
	*out = (uint32_t)v;
	return true;
}

static bool is_date(uint32_t year, uint32_t month, uint32_t day)
{
	static const uint8_t days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return year >= 1970 && month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1] &&
	       (leap || month != 2 || day <= 28);
}

static bool time_of(const char *p, uint32_t *out)
{
	uint32_t year, month, day, h, m, s;

	if (!digits_of(p, 4, &year) || !digits_of(p + 4, 2, &month) || !digits_of(p + 6, 2, &day) ||
	    !digits_of(p + 8, 2, &h) || !digits_of(p + 10, 2, &m) || !digits_of(p + 12, 2, &s))
		return false;
	if (!is_date(year, month, day) || h > 23 || m > 59 || s > 59)
		return false;
	uint64_t t = days_of(year, month, day) * 86400 + h * 3600 + m * 60 + s;
	*out = (uint32_t)t;
	return t <= UINT32_MAX;
}

bool parse_time(struct words *w, struct wr *out)
{
	const struct token *t = word_plain(w);
	uint64_t seconds;
	uint32_t v;

	if (t == NULL)
		return false;
	if (t->n == 14 && time_of(t->p, &v)) {
		wr_u32(out, v);
		return true;
	}
	if (t->n > 10 || !text_number(t->p, t->n, &seconds) || seconds > UINT32_MAX)
		return word_is(w, t, "is neither a date YYYYMMDDHHmmSS of 1970..2106 nor seconds since 1970");
	wr_u32(out, (uint32_t)seconds);
	return true;
}

void print_time(struct rd *r, struct wr *out)
{
	uint32_t v = rd_u32(r), day = v / 86400, second = v % 86400;
	uint32_t year = 1970, month = 1;

	while (year < 2106 && days_of(year + 1, 1, 1) <= day)
		year++;
	while (month < 12 && days_of(year, month + 1, 1) <= day)
		month++;
	put_padded(out, year, 4);
	put_padded(out, month, 2);
	put_padded(out, day - days_of(year, month, 1) + 1, 2);
	put_padded(out, second / 3600, 2);
	put_padded(out, second / 60 % 60, 2);
	put_padded(out, second % 60, 2);
}

/* ---- numbers with names ---- */

bool parse_type(struct words *w, struct wr *out)
{
	const struct token *t = word_plain(w);
	uint16_t code;

	if (t == NULL)
		return false;
	if (!rrtype_parse(t->p, t->n, &code))
		return word_is(w, t, "is not an RR type");
	wr_u16(out, code);
	return true;
}

void print_type(struct rd *r, struct wr *out)
{
	char text[16];

	wr_bytes(out, text, rrtype_print(rd_u16(r), text));
}

/* The IANA registry of DNSSEC algorithm numbers. */
static const struct mnemonic algorithms[] = {
	{ "DELETE", 0 },
	{ "RSAMD5", 1 },
	{ "DH", 2 },
	{ "DSA", 3 },
	{ "ECC", 4 },
	{ "RSASHA1", 5 },
	{ "DSA-NSEC3-SHA1", 6 },
	{ "NSEC3DSA", 6 },
	{ "RSASHA1-NSEC3-SHA1", 7 },
	{ "NSEC3RSASHA1", 7 },
	{ "RSASHA256", 8 },
	{ "RSASHA512", 10 },
	{ "ECC-GOST", 12 },
	{ "ECCGOST", 12 },
	{ "ECDSAP256SHA256", 13 },
	{ "ECDSA256", 13 },
	{ "ECDSAP384SHA384", 14 },
	{ "ECDSA384", 14 },
	{ "ED25519", 15 },
	{ "ED448", 16 },
	{ "SM2SM3", 17 },
	{ "ECC-GOST12", 23 },
	{ "INDIRECT", 252 },
	{ "PRIVATEDNS", 253 },
	{ "PRIVATEOID", 254 },
	{ NULL, 0 },
};

static const struct mnemonic protocols[] = {
	/* RFC 2535 3.1.3 */
	{ "NONE", 0 }, { "TLS", 1 }, { "EMAIL", 2 }, { "DNSSEC", 3 }, { "IPSEC", 4 }, { "ALL", 255 }, { NULL, 0 },
};

static const struct mnemonic cert_types[] = {
	/* RFC 4398 2.1 */
	{ "PKIX", 1 },   { "SPKI", 2 },    { "PGP", 3 },   { "IPKIX", 4 }, { "ISPKI", 5 }, { "IPGP", 6 },
	{ "ACPKIX", 7 }, { "IACPKIX", 8 }, { "URI", 253 }, { "OID", 254 }, { NULL, 0 },
};

/* RFC 7218 2 */
static const struct mnemonic tlsa_usages[] = { { "PKIX-TA", 0 }, { "PKIX-EE", 1 },    { "DANE-TA", 2 },
					       { "DANE-EE", 3 }, { "PRIVCERT", 255 }, { NULL, 0 } };
static const struct mnemonic tlsa_selectors[] = { { "CERT", 0 }, { "SPKI", 1 }, { "PRIVSEL", 255 }, { NULL, 0 } };
static const struct mnemonic tlsa_matchings[] = {
	{ "FULL", 0 }, { "SHA2-256", 1 }, { "SHA2-512", 2 }, { "PRIVMATCH", 255 }, { NULL, 0 }
};

static const struct mnemonic schemes[] = { { "NOTIFY", 1 }, { NULL, 0 } }; /* RFC 9859 */

static bool parse_named8(struct words *w, const struct mnemonic *names, struct wr *out)
{
	uint32_t v;

	if (!word_number(w, names, 255, &v))
		return false;
	wr_u8(out, (uint8_t)v);
	return true;
}

/* RFC 2535 7.1: a KEY's flags are a number or names with bars between. */
static const struct mnemonic key_flags[] = {
	{ "NOCONF", 0x4000 }, { "NOAUTH", 0x8000 }, { "NOKEY", 0xc000 },  { "FLAG2", 0x2000 },
	{ "EXTEND", 0x1000 }, { "FLAG4", 0x0800 },  { "FLAG5", 0x0400 },  { "USER", 0x0000 },
	{ "ZONE", 0x0100 },   { "HOST", 0x0200 },   { "NTYP3", 0x0300 },  { "FLAG8", 0x0080 },
	{ "FLAG9", 0x0040 },  { "FLAG10", 0x0020 }, { "FLAG11", 0x0010 }, { "SIG0", 0 },
	{ "SIG1", 1 },        { "SIG2", 2 },        { "SIG3", 3 },        { "SIG4", 4 },
	{ "SIG5", 5 },        { "SIG6", 6 },        { "SIG7", 7 },        { "SIG8", 8 },
	{ "SIG9", 9 },        { "SIG10", 10 },      { "SIG11", 11 },      { "SIG12", 12 },
	{ "SIG13", 13 },      { "SIG14", 14 },      { "SIG15", 15 },
};

static bool key_flag_of(const char *p, size_t n, uint32_t *flags)
{
	for (size_t i = 0; i < COUNT_OF(key_flags); i++)
		if (text_same(p, n, key_flags[i].name)) {
			*flags |= key_flags[i].value;
			return true;
		}
	return false;
}

bool parse_key_flags(struct words *w, struct wr *out)
{
	const struct token *t = w->at;

	if (t == w->end || t->quoted || all_digits(t))
		return parse_u16(w, out);
	const char *p = t->p, *end = t->p + t->n;
	uint32_t flags = 0;
	while (p <= end) {
		const char *bar = p < end ? memchr(p, '|', (size_t)(end - p)) : NULL;
		const char *to = bar != NULL ? bar : end;
		if (!key_flag_of(p, (size_t)(to - p), &flags))
			return word_is(w, t, "is neither a number nor names of flags with | between");
		p = to + 1;
	}
	w->at++;
	wr_u16(out, (uint16_t)flags);
	return true;
}

bool parse_algorithm(struct words *w, struct wr *out)
{
	return parse_named8(w, algorithms, out);
}

bool text_algorithm(const char *p, size_t n, uint8_t *out)
{
	uint64_t number;

	for (const struct mnemonic *m = algorithms; m->name != NULL; m++)
		if (text_same(p, n, m->name)) {
			*out = (uint8_t)m->value;
			return true;
		}
	if (!text_number(p, n, &number) || number > UINT8_MAX)
		return false;
	*out = (uint8_t)number;
	return true;
}

const char *algorithm_name(uint8_t algorithm)
{
	for (const struct mnemonic *m = algorithms; m->name != NULL; m++)
		if (m->value == algorithm)
			return m->name;
	return NULL;
}

bool parse_protocol(struct words *w, struct wr *out)
{
	return parse_named8(w, protocols, out);
}

bool parse_scheme(struct words *w, struct wr *out)
{
	return parse_named8(w, schemes, out);
}

void print_scheme(struct rd *r, struct wr *out)
{
	uint8_t v = rd_u8(r);

	if (v == schemes[0].value)
		put_text(out, schemes[0].name);
	else
		put_number(out, v);
}

bool parse_tlsa_usage(struct words *w, struct wr *out)
{
	return parse_named8(w, tlsa_usages, out);
}

bool parse_tlsa_selector(struct words *w, struct wr *out)
{
	return parse_named8(w, tlsa_selectors, out);
}

bool parse_tlsa_matching(struct words *w, struct wr *out)
{
	return parse_named8(w, tlsa_matchings, out);
}

bool parse_cert_type(struct words *w, struct wr *out)
{
	uint32_t v;

	if (!word_number(w, cert_types, 65535, &v))
		return false;
	wr_u16(out, (uint16_t)v);
	return true;
}
