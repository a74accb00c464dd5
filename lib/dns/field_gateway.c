/* Gateways, relays and host identities: fields whose shape another field tells. */
#include "dns/field.h"

#include "dns/encode.h"

/* IPSECKEY (RFC 4025 2.3) and AMTRELAY (RFC 8777 4.2.3) agree on these. */
enum { GATEWAY_NONE, GATEWAY_IP4, GATEWAY_IP6, GATEWAY_NAME, GATEWAY_KINDS };

enum { AMT_DISCOVERY = 0x80 };

/* A gateway of a type nobody defined goes to the end: it has no text, but may be in a zone. */
static void take_gateway(struct rd *r, unsigned type)
{
	switch (type) {
	case GATEWAY_NONE:
		break;
	case GATEWAY_IP4:
		take_u32(r);
		break;
	case GATEWAY_IP6:
		take_16(r);
		break;
	case GATEWAY_NAME:
		take_name(r);
		break;
	default:
		rd_rest(r);
	}
}

static bool parse_none(struct words *w)
{
	const struct token *t = word_plain(w);

	if (t == NULL)
		return false;
	return (t->n == 1 && t->p[0] == '.') || word_is(w, t, "is not \".\", as type 0 wants it");
}

static bool parse_gateway(struct words *w, unsigned type, struct wr *out)
{
	switch (type) {
	case GATEWAY_NONE:
		return parse_none(w);
	case GATEWAY_IP4:
		return parse_ip4(w, out);
	case GATEWAY_IP6:
		return parse_ip6(w, out);
	default:
		return word_name(w, out);
	}
}

static void print_gateway(struct rd *r, unsigned type, struct wr *out)
{
	switch (type) {
	case GATEWAY_NONE:
		put_text(out, ".");
		break;
	case GATEWAY_IP4:
		print_ip4(r, out);
		break;
	case GATEWAY_IP6:
		print_ip6(r, out);
		break;
	case GATEWAY_NAME:
		put_name(r, out);
		break;
	default:
		r->bad = true;
	}
}

void take_ipsec(struct rd *r)
{
	uint8_t type = rd_u8(r);

	rd_u8(r);
	take_gateway(r, type);
}

bool parse_ipsec(struct words *w, struct wr *out)
{
	uint32_t type, algorithm;

	w->part = "gateway type";
	if (!word_number(w, NULL, GATEWAY_KINDS - 1, &type))
		return false;
	w->part = "algorithm";
	if (!word_number(w, NULL, 255, &algorithm))
		return false;
	w->part = "gateway";
	wr_u8(out, (uint8_t)type);
	wr_u8(out, (uint8_t)algorithm);
	return parse_gateway(w, type, out);
}

void print_ipsec(struct rd *r, struct wr *out)
{
	uint8_t type = rd_u8(r), algorithm = rd_u8(r);

	put_number(out, type);
	put_text(out, " ");
	put_number(out, algorithm);
	put_text(out, " ");
	print_gateway(r, type, out);
}

void take_amt(struct rd *r)
{
	take_gateway(r, rd_u8(r) & ~(unsigned)AMT_DISCOVERY);
}

bool parse_amt(struct words *w, struct wr *out)
{
	uint32_t discovery, type;

	w->part = "discovery bit";
	if (!word_number(w, NULL, 1, &discovery))
		return false;
	w->part = "relay type";
	if (!word_number(w, NULL, GATEWAY_KINDS - 1, &type))
		return false;
	w->part = "relay";
	wr_u8(out, (uint8_t)(discovery * AMT_DISCOVERY | type));
	return parse_gateway(w, type, out);
}

void print_amt(struct rd *r, struct wr *out)
{
	uint8_t c = rd_u8(r);
	unsigned type = c & ~(unsigned)AMT_DISCOVERY;

	put_text(out, c & AMT_DISCOVERY ? "1 " : "0 ");
	put_number(out, type);
	put_text(out, " ");
	print_gateway(r, type, out);
}

/* ---- HIP (RFC 8005 5): HIT length, algorithm, key length, HIT, key. In text: algorithm, HIT, key. ---- */

void take_hip(struct rd *r)
{
	uint8_t hit = rd_u8(r);

	rd_u8(r);
	uint16_t key = rd_u16(r);
	if (rd_take(r, hit).n == 0 || rd_take(r, key).n == 0)
		r->bad = true;
}

bool parse_hip(struct words *w, struct wr *out)
{
	struct decoder hit = { 0 }, key = { 0 };
	const struct token *t;
	uint32_t algorithm;

	w->part = "algorithm";
	if (!word_number(w, NULL, 255, &algorithm))
		return false;
	w->part = "host identity tag";
	t = word_plain(w);
	if (t == NULL)
		return false;
	if (t->n > 510 || t->n % 2 != 0 || t->n == 0)
		return word_is(w, t, "is not 1 to 255 octets in hex");
	wr_u8(out, (uint8_t)(t->n / 2));
	wr_u8(out, (uint8_t)algorithm);
	size_t length = wr_hole16(out);
	if (!hex_feed(&hit, t->p, t->n, out))
		return word_is(w, t, "is not hexadecimal");
	w->part = "public key";
	t = word_plain(w);
	if (t == NULL)
		return false;
	size_t from = out->len;
	if (!base64_feed(&key, t->p, t->n, out) || !base64_end(&key) || (out->len == from && !out->full))
		return word_is(w, t, "is not base64");
	if (out->len - from > 65535)
		return word_wrong(w, t, "longer than 65535 octets");
	if (!out->full)
		put_u16(out->p + length - 2, (uint16_t)(out->len - from));
	return true;
}

void print_hip(struct rd *r, struct wr *out)
{
	uint8_t hit = rd_u8(r);

	put_number(out, rd_u8(r));
	uint16_t key = rd_u16(r);
	put_text(out, " ");
	put_hex(out, rd_take(r, hit));
	put_text(out, " ");
	put_base64(out, rd_take(r, key));
}
