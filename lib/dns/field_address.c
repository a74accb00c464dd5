/* Addresses: IPv4, IPv6 (RFC 4291 2.2, RFC 5952), ILNP, EUI, prefixes of them. */
#include "dns/field.h"

#include "dns/encode.h"

enum { IP6_TEXT_MAX = 45 };

bool text_ip4(const char *p, size_t n, uint8_t out[4])
{
	size_t i = 0;

	for (unsigned part = 0; part < 4; part++) {
		unsigned v = 0, digits = 0;
		if (part > 0 && (i == n || p[i++] != '.'))
			return false;
		for (; i < n && digits < 4 && (unsigned char)(p[i] - '0') < 10; i++, digits++)
			v = v * 10 + (unsigned)(p[i] - '0');
		if (digits == 0 || v > 255 || (digits > 1 && p[i - digits] == '0')) /* 010 is 8 to some */
			return false;
		out[part] = (uint8_t)v;
	}
	return i == n;
}

/* text_group reads one to four hex digits at *i. */
static bool text_group(const char *p, size_t n, size_t *i, uint16_t *out)
{
	unsigned v = 0, digits = 0;

	for (int d; *i < n && (d = hex_digit(p[*i])) >= 0; ++*i) {
		if (++digits > 4)
			return false;
		v = v << 4 | (unsigned)d;
	}
	*out = (uint16_t)v;
	return digits > 0;
}

bool text_ip6(const char *p, size_t n, uint8_t out[16])
{
	uint8_t groups[16];
	size_t i = 0, len = 0, gap = 17; /* octets read; how many stood before "::" */
	uint16_t v;

	if (n < 2 || n > IP6_TEXT_MAX || (p[0] == ':' && p[1] != ':'))
		return false;
	if (p[0] == ':') {
		gap = 0;
		i = 2;
	}
	while (i < n) {
		size_t from = i;
		if (len == 16 || !text_group(p, n, &i, &v))
			return false;
		if (i < n && p[i] == '.') { /* the last 32 bits as a dotted quad */
			if (len > 12 || !text_ip4(p + from, n - from, groups + len))
				return false;
			len += 4;
			break;
		}
		put_u16(groups + len, v);
		len += 2;
		if (i == n)
			break;
		if (p[i++] != ':' || i == n)
			return false;
		if (p[i] == ':') {
			if (gap <= 16)
				return false;
			gap = len;
			i++;
		}
	}
	if (gap > 16 ? len != 16 : len > 14)
		return false;
	size_t head = gap > 16 ? 16 : gap;
	memset(out, 0, 16);
	memcpy(out, groups, head);
	memcpy(out + 16 - (len - head), groups + head, len - head);
	return true;
}

void put_ip4(struct wr *out, const uint8_t *ip)
{
	for (unsigned i = 0; i < 4; i++) {
		if (i > 0)
			wr_u8(out, '.');
		put_number(out, ip[i]);
	}
}

static void put_group(struct wr *out, uint16_t v, int digits)
{
	static const char hex[] = "0123456789abcdef";

	for (int shift = 12; shift >= 0; shift -= 4)
		if (v >> shift != 0 || shift / 4 < digits)
			wr_u8(out, (uint8_t)hex[v >> shift & 15]);
}

/* longest_zeros finds the run of zero groups that "::" stands for: the longest of at least two, the first of
 * equals (RFC 5952 4.2). */
static unsigned longest_zeros(const uint8_t *ip, unsigned *start)
{
	unsigned best = 1, run = 0;

	*start = 8;
	for (unsigned i = 0; i < 8; i++) {
		run = get_u16(ip + 2 * i) == 0 ? run + 1 : 0;
		if (run > best) {
			best = run;
			*start = i + 1 - run;
		}
	}
	return best > 1 ? best : 0;
}

void put_ip6(struct wr *out, const uint8_t *ip)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	unsigned start, zeros = longest_zeros(ip, &start);

	if (memcmp(ip, mapped, sizeof mapped) == 0) {
		put_text(out, "::ffff:");
		put_ip4(out, ip + 12);
		return;
	}
	for (unsigned i = 0; i < 8; i++) {
		if (i == start) {
			put_text(out, "::");
			i += zeros - 1;
			continue;
		}
		if (i > 0 && i != start + zeros)
			wr_u8(out, ':');
		put_group(out, get_u16(ip + 2 * i), 1);
	}
}

void take_16(struct rd *r)
{
	rd_take(r, 16);
}

void take_6(struct rd *r)
{
	rd_take(r, 6);
}

bool parse_ip4(struct words *w, struct wr *out)
{
	const struct token *t = word_plain(w);
	uint8_t ip[4];

	if (t == NULL)
		return false;
	if (!text_ip4(t->p, t->n, ip))
		return word_is(w, t, "is not an IPv4 address");
	wr_bytes(out, ip, sizeof ip);
	return true;
}

bool parse_ip6(struct words *w, struct wr *out)
{
	const struct token *t = word_plain(w);
	uint8_t ip[16];

	if (t == NULL)
		return false;
	if (!text_ip6(t->p, t->n, ip))
		return word_is(w, t, "is not an IPv6 address");
	wr_bytes(out, ip, sizeof ip);
	return true;
}

void print_ip4(struct rd *r, struct wr *out)
{
	struct view v = rd_take(r, 4);

	if (!r->bad)
		put_ip4(out, v.p);
}

void print_ip6(struct rd *r, struct wr *out)
{
	struct view v = rd_take(r, 16);

	if (!r->bad)
		put_ip6(out, v.p);
}

/* ---- ILNP: 64 bits as four groups (RFC 6742 2.1.2) ---- */

bool parse_ilnp64(struct words *w, struct wr *out)
{
	const struct token *t = word_plain(w);
	size_t i = 0;
	uint16_t v;

	if (t == NULL)
		return false;
	for (unsigned group = 0; group < 4; group++) {
		if ((group > 0 && (i == t->n || t->p[i++] != ':')) || !text_group(t->p, t->n, &i, &v))
			return word_is(w, t, "is not four groups of hex digits (0014:4fff:ff20:ee64)");
		wr_u16(out, v);
	}
	return i == t->n || word_is(w, t, "is not four groups of hex digits (0014:4fff:ff20:ee64)");
}

void print_ilnp64(struct rd *r, struct wr *out)
{
	for (unsigned group = 0; group < 4; group++) {
		if (group > 0)
			wr_u8(out, ':');
		put_group(out, rd_u16(r), 4);
	}
}

/* ---- EUI-48 and EUI-64: octets with dashes (RFC 7043) ---- */

static bool parse_eui(struct words *w, unsigned octets, struct wr *out)
{
	const struct token *t = word_plain(w);
	bool good;

	if (t == NULL)
		return false;
	good = t->n == octets * 3 - 1;
	for (unsigned i = 0; good && i < octets; i++) {
		const char *p = t->p + 3 * i;
		good = hex_digit(p[0]) >= 0 && hex_digit(p[1]) >= 0 && (i + 1 == octets || p[2] == '-');
		wr_u8(out, (uint8_t)((unsigned)hex_digit(p[0]) << 4 | (unsigned)hex_digit(p[1])));
	}
	return good || word_is(w, t,
			       octets == 6 ? "is not six hex octets with dashes between"
					   : "is not eight hex octets with dashes between");
}

static void print_eui(struct rd *r, unsigned octets, struct wr *out)
{
	for (unsigned i = 0; i < octets; i++) {
		uint8_t c = rd_u8(r);
		if (i > 0)
			wr_u8(out, '-');
		put_group(out, c >> 4, 1);
		put_group(out, c & 15, 1);
	}
}

bool parse_eui48(struct words *w, struct wr *out)
{
	return parse_eui(w, 6, out);
}

bool parse_eui64(struct words *w, struct wr *out)
{
	return parse_eui(w, 8, out);
}

void print_eui48(struct rd *r, struct wr *out)
{
	print_eui(r, 6, out);
}

void print_eui64(struct rd *r, struct wr *out)
{
	print_eui(r, 8, out);
}
