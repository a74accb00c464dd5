/* Prefixes and suffixes of addresses: APL items (RFC 3123), A6 (RFC 2874). */
#include "dns/field.h"

enum { AFI_IP4 = 1, AFI_IP6 = 2, APL_NOT = 0x80 };

static unsigned octets_of_family(uint32_t family)
{
	return family == AFI_IP4 ? 4 : family == AFI_IP6 ? 16 : 0;
}

/* An item: family (16 bits), prefix length, one bit "not" and 7 bits of length, the address without the zero
 * octets at its end. */
void take_apl(struct rd *r)
{
	unsigned octets = octets_of_family(rd_u16(r));
	uint8_t prefix = rd_u8(r);
	struct view v = rd_take(r, rd_u8(r) & ~(unsigned)APL_NOT);

	if (v.n > 0 && v.p[v.n - 1] == 0)
		r->bad = true;
	if (octets != 0 && (v.n > octets || prefix > octets * 8))
		r->bad = true;
}

static bool apl_wrong(struct words *w, const struct token *t)
{
	return word_is(w, t, "is not [!]FAMILY:ADDRESS/PREFIX of family 1 (IPv4) or 2 (IPv6)");
}

bool parse_apl(struct words *w, struct wr *out)
{
	const struct token *t = word_plain(w);
	uint8_t ip[16] = { 0 };

	if (t == NULL)
		return false;
	const char *p = t->p, *end = t->p + t->n;
	bool negated = p < end && *p == '!';
	p += negated ? 1 : 0;
	const char *colon = memchr(p, ':', (size_t)(end - p)), *slash = memchr(p, '/', (size_t)(end - p));
	uint64_t family, prefix;
	if (colon == NULL || slash == NULL || slash < colon || !text_number(p, (size_t)(colon - p), &family))
		return apl_wrong(w, t);
	size_t n = (size_t)(slash - colon - 1);
	if (family == AFI_IP4 ? !text_ip4(colon + 1, n, ip) : family != AFI_IP6 || !text_ip6(colon + 1, n, ip))
		return apl_wrong(w, t);
	unsigned octets = octets_of_family((uint32_t)family);
	if (!text_number(slash + 1, (size_t)(end - slash - 1), &prefix) || prefix > octets * 8)
		return word_is(w, t,
			       family == AFI_IP4 ? "has no prefix length of 0 to 32"
						 : "has no prefix length of 0 to 128");
	while (octets > 0 && ip[octets - 1] == 0)
		octets--;
	wr_u16(out, (uint16_t)family);
	wr_u8(out, (uint8_t)prefix);
	wr_u8(out, (uint8_t)(octets | (negated ? APL_NOT : 0)));
	wr_bytes(out, ip, octets);
	return true;
}

void print_apl(struct rd *r, struct wr *out)
{
	uint16_t family = rd_u16(r);
	uint8_t prefix = rd_u8(r), length = rd_u8(r), ip[16] = { 0 };
	struct view v = rd_take(r, length & ~(unsigned)APL_NOT);

	if (octets_of_family(family) == 0 || v.n > octets_of_family(family)) {
		r->bad = true; /* other families have no text */
		return;
	}
	memcpy(ip, v.p, v.n);
	if (length & APL_NOT)
		put_text(out, "!");
	put_number(out, family);
	put_text(out, ":");
	if (family == AFI_IP4)
		put_ip4(out, ip);
	else
		put_ip6(out, ip);
	put_text(out, "/");
	put_number(out, prefix);
}

/* ---- A6: prefix length, the address's other bits in as few octets as hold them, and a name if there is a
 * prefix. The name is the next field; here we only see to it that it is there when it must be. ---- */

static unsigned suffix_octets(unsigned prefix)
{
	return (128 - prefix + 7) / 8;
}

void take_a6(struct rd *r)
{
	uint8_t prefix = rd_u8(r);

	if (prefix > 128) {
		r->bad = true;
		return;
	}
	struct view v = rd_take(r, suffix_octets(prefix));
	if (prefix % 8 != 0 && v.n > 0 && v.p[0] >> (8 - prefix % 8) != 0)
		r->bad = true; /* padding bits are zero (RFC 2874 3.1.1) */
	if ((prefix == 0) != (rd_left(r) == 0))
		r->bad = true;
}

bool parse_a6(struct words *w, struct wr *out)
{
	uint32_t prefix;
	uint8_t ip[16] = { 0 };

	w->part = "prefix length";
	if (!word_number(w, NULL, 128, &prefix))
		return false;
	w->part = "address suffix";
	if (prefix < 128) {
		const struct token *t = word_plain(w);
		if (t == NULL)
			return false;
		if (!text_ip6(t->p, t->n, ip))
			return word_is(w, t, "is not an IPv6 address");
	}
	unsigned octets = suffix_octets(prefix);
	if (prefix % 8 != 0)
		ip[16 - octets] &= (uint8_t)(0xff >> prefix % 8);
	wr_u8(out, (uint8_t)prefix);
	wr_bytes(out, ip + 16 - octets, octets);
	w->part = "prefix name";
	if (prefix == 0 && w->at < w->end)
		return word_wrong(w, w->at, "there is none with a prefix length of 0");
	return prefix == 0 || w->at < w->end || word_wrong(w, NULL, "is missing");
}

void print_a6(struct rd *r, struct wr *out)
{
	uint8_t prefix = rd_u8(r), ip[16] = { 0 };
	struct view v = rd_take(r, prefix <= 128 ? suffix_octets(prefix) : 0);

	memcpy(ip + 16 - v.n, v.p, v.n);
	put_number(out, prefix);
	if (prefix >= 128)
		return;
	put_text(out, " ");
	put_ip6(out, ip);
}
