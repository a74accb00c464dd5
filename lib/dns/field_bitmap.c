/*
 * Sets of numbers as bits, the highest bit of an octet first.
 *
 *      NSEC, NSEC3, CSYNC   window, length 1..32, octets; ascending windows (RFC 4034 4.1.2)
 *      NXT                  types below 128 in at most 16 octets (RFC 2535 5.2)
 *      WKS                  protocol, then ports (RFC 1035 3.4.2)
 */
#include "dns/field.h"

enum { WINDOW_OCTETS = 32, NXT_TYPES = 128 };

void take_bitmap(struct rd *r)
{
	int before = -1;

	do {
		int window = rd_u8(r);
		struct view v = rd_take(r, rd_u8(r));
		if (r->bad || window <= before || v.n == 0 || v.n > WINDOW_OCTETS || v.p[v.n - 1] == 0) {
			r->bad = true;
			return;
		}
		before = window;
	} while (rd_left(r) > 0);
}

static void set_bit(uint8_t *bits, unsigned i)
{
	bits[i / 8] = (uint8_t)(bits[i / 8] | 0x80 >> i % 8);
}

static size_t octets_used(const uint8_t *bits, size_t n)
{
	while (n > 0 && bits[n - 1] == 0)
		n--;
	return n;
}

static const struct token *word_type(struct words *w, uint16_t *code)
{
	const struct token *t = word_plain(w);

	if (t == NULL)
		return NULL;
	if (rrtype_parse(t->p, t->n, code))
		return t;
	word_is(w, t, "is not an RR type");
	return NULL;
}

/* One pass over the words makes one window and finds the next: types nearly always fit the first one. */
static bool parse_window(struct words *w, unsigned *window, struct wr *out)
{
	uint8_t bits[WINDOW_OCTETS] = { 0 };
	unsigned next = 256;
	uint16_t code;

	do {
		if (word_type(w, &code) == NULL)
			return false;
		unsigned of = code >> 8;
		if (of == *window)
			set_bit(bits, code & 255);
		else if (of > *window && of < next)
			next = of;
	} while (w->at < w->end);
	size_t n = octets_used(bits, sizeof bits);
	if (n > 0) {
		wr_u8(out, (uint8_t)*window);
		wr_u8(out, (uint8_t)n);
		wr_bytes(out, bits, n);
	}
	*window = next;
	return true;
}

bool parse_bitmap(struct words *w, struct wr *out)
{
	const struct token *first = w->at;
	unsigned window = 0;

	while (window < 256) {
		w->at = first;
		if (!parse_window(w, &window, out))
			return false;
	}
	return true;
}

static void put_types(struct wr *out, unsigned base, struct view bits, bool *first)
{
	char text[16];

	for (unsigned i = 0; i < bits.n * 8; i++) {
		if ((bits.p[i / 8] & 0x80 >> i % 8) == 0)
			continue;
		if (!*first)
			put_text(out, " ");
		*first = false;
		wr_bytes(out, text, rrtype_print((uint16_t)(base + i), text));
	}
}

void print_bitmap(struct rd *r, struct wr *out)
{
	bool first = true;

	while (rd_left(r) > 0) {
		unsigned base = (unsigned)rd_u8(r) << 8;
		put_types(out, base, rd_take(r, rd_u8(r)), &first);
	}
}

/* Bit 0 says that another format follows, which none ever did. */
void take_nxt(struct rd *r)
{
	struct view v = rd_rest(r);

	if (v.n == 0 || v.n > NXT_TYPES / 8 || (v.p[0] & 0x80) != 0 || v.p[v.n - 1] == 0)
		r->bad = true;
}

bool parse_nxt(struct words *w, struct wr *out)
{
	uint8_t bits[NXT_TYPES / 8] = { 0 };
	uint16_t code;

	do {
		const struct token *t = word_type(w, &code);
		if (t == NULL)
			return false;
		if (code == 0 || code >= NXT_TYPES)
			return word_is(w, t, "is not a type of 1 to 127");
		set_bit(bits, code);
	} while (w->at < w->end);
	wr_bytes(out, bits, octets_used(bits, sizeof bits));
	return true;
}

void print_nxt(struct rd *r, struct wr *out)
{
	bool first = true;

	put_types(out, 0, rd_rest(r), &first);
}

/* ---- WKS ---- */

enum { PORT_OCTETS = 65536 / 8 };

static const struct mnemonic wks_protocols[] = { { "TCP", 6 }, { "UDP", 17 }, { NULL, 0 } };

/* The services of RFC 1010's time that one meets in zones; others are written as numbers. */
static const struct mnemonic wks_services[] = {
	{ "ECHO", 7 },     { "DISCARD", 9 }, { "DAYTIME", 13 },   { "FTP-DATA", 20 }, { "FTP", 21 },
	{ "SSH", 22 },     { "TELNET", 23 }, { "SMTP", 25 },      { "TIME", 37 },     { "NAMESERVER", 42 },
	{ "NICNAME", 43 }, { "WHOIS", 43 },  { "DOMAIN", 53 },    { "TFTP", 69 },     { "GOPHER", 70 },
	{ "FINGER", 79 },  { "HTTP", 80 },   { "HOSTNAME", 101 }, { "POP2", 109 },    { "POP3", 110 },
	{ "SUNRPC", 111 }, { "AUTH", 113 },  { "NNTP", 119 },     { "NTP", 123 },     { "IMAP", 143 },
	{ "SNMP", 161 },   { "HTTPS", 443 }, { "IMAPS", 993 },    { "POP3S", 995 },   { NULL, 0 },
};

void take_wks(struct rd *r)
{
	rd_u8(r);
	if (rd_rest(r).n > PORT_OCTETS)
		r->bad = true;
}

bool parse_wks(struct words *w, struct wr *out)
{
	uint8_t bits[PORT_OCTETS] = { 0 };
	uint32_t protocol, port;

	w->part = "protocol";
	if (!word_number(w, wks_protocols, 255, &protocol))
		return false;
	w->part = "port";
	while (w->at < w->end) {
		if (!word_number(w, wks_services, 65535, &port))
			return false;
		set_bit(bits, port);
	}
	wr_u8(out, (uint8_t)protocol);
	wr_bytes(out, bits, octets_used(bits, sizeof bits));
	return true;
}

/* Zero octets at the end have no text that would bring them back. */
void print_wks(struct rd *r, struct wr *out)
{
	put_number(out, rd_u8(r));
	struct view v = rd_rest(r);
	if (v.n > 0 && v.p[v.n - 1] == 0)
		r->bad = true;
	for (unsigned i = 0; i < v.n * 8; i++) {
		if ((v.p[i / 8] & 0x80 >> i % 8) == 0)
			continue;
		put_text(out, " ");
		put_number(out, i);
	}
}
