#include "zonec/message.h"

#include <stdio.h>

#include "dns/msg.h"
#include "dns/name.h"
#include "dns/rdata.h"
#include "dns/rr.h"

static const char *const opcodes[16] = { "QUERY", "IQUERY", "STATUS", NULL, "NOTIFY", "UPDATE", "DSO" };

static const char *const rcodes[] = { "NOERROR",  "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED",
				      "YXDOMAIN", "YXRRSET", "NXRRSET",  "NOTAUTH",  "NOTZONE" };

static const struct {
	uint16_t bit;
	const char *text;
} flags[] = { { FLAG_QR, "qr" }, { FLAG_AA, "aa" }, { FLAG_TC, "tc" }, { FLAG_RD, "rd" },
	      { FLAG_RA, "ra" }, { FLAG_AD, "ad" }, { FLAG_CD, "cd" } };

static const char *const sections[] = { "QUESTION", "ANSWER", "AUTHORITY", "ADDITIONAL" };

static void print_code(const char *const *names, size_t n, unsigned code)
{
	if (code < n && names[code] != NULL)
		fputs(names[code], stdout);
	else
		printf("%u", code);
}

static void print_class(uint16_t class)
{
	if (class == CLASS_IN)
		fputs("IN", stdout);
	else if (class == CLASS_CH)
		fputs("CH", stdout);
	else
		printf("CLASS%u", class);
}

static void print_option(uint16_t code, struct view v)
{
	printf("; ");
	if (code == EDNS_EDE && v.n >= 2) {
		printf("EDE: %u", get_u16(v.p));
		if (v.n > 2)
			printf(": (%.*s)", (int)v.n - 2, (const char *)v.p + 2);
	} else {
		printf("%s", code == EDNS_NSID ? "NSID:" : code == EDNS_ZONEVERSION ? "ZONEVERSION:" : "OPT");
		if (code != EDNS_NSID && code != EDNS_ZONEVERSION)
			printf("=%u:", code);
		for (size_t i = 0; i < v.n; i++)
			printf(" %02x", v.p[i]);
	}
	putchar('\n');
}

/* OPT (RFC 6891 6.1.3): its class is a size, its TTL the version and flags. */
static void print_opt(struct rr *opt)
{
	printf("\n;; OPT PSEUDOSECTION:\n; EDNS: version: %u, flags:%s; udp: %u\n", (opt->ttl >> 16) & 255,
	       (opt->ttl & EDNS_DO) != 0 ? " do" : "", opt->class);
	while (rd_left(&opt->rdata) > 0) {
		uint16_t code = rd_u16(&opt->rdata);
		struct view value = rd_take(&opt->rdata, rd_u16(&opt->rdata));
		if (!opt->rdata.bad)
			print_option(code, value);
	}
}

static bool print_rr(struct rr *rr)
{
	static char text[5 * RDATA_MAX + 1100];
	static uint8_t wire[RDATA_MAX];
	struct wr out = wr_of(wire, sizeof wire), printed = wr_of(text, sizeof text);
	char name[NAME_TEXT_MAX], type[16];

	if (rdata_expand(rr->type, rr->rdata, &out) != OK ||
	    rdata_print(rr->type, wr_view_of(&out), &printed) != OK)
		return false;
	name_print(&rr->owner, name);
	rrtype_print(rr->type, type);
	printf("%s\t%u\t", name, rr->ttl);
	print_class(rr->class);
	printf("\t%s\t%s\n", type, text);
	return true;
}

static void print_question(struct rd *r)
{
	char name[NAME_TEXT_MAX], type[16];
	struct name n;

	name_read(r, &n);
	uint16_t t = rd_u16(r), class = rd_u16(r);
	if (r->bad)
		return;
	name_print(&n, name);
	rrtype_print(t, type);
	printf(";%s\t\t", name);
	print_class(class);
	printf("\t%s\n", type);
}

static void print_header(uint16_t id, uint16_t f, unsigned rcode, const uint16_t count[4])
{
	printf(";; ->>HEADER<<- opcode: ");
	print_code(opcodes, COUNT_OF(opcodes), (f & FLAG_OPCODE) >> 11);
	printf(", status: ");
	print_code(rcodes, COUNT_OF(rcodes), rcode);
	printf(", id: %u\n;; flags:", id);
	for (size_t i = 0; i < COUNT_OF(flags); i++)
		if ((f & flags[i].bit) != 0)
			printf(" %s", flags[i].text);
	printf("; QUERY: %u, ANSWER: %u, AUTHORITY: %u, ADDITIONAL: %u\n", count[0], count[1], count[2], count[3]);
}

/* find_opt gives true if there is an OPT record: it is printed first, wherever it stands. */
static bool find_opt(struct rd r, const uint16_t count[4], struct rr *out)
{
	struct name n;

	for (unsigned i = 0; i < count[0] && !r.bad; i++) {
		name_read(&r, &n);
		rd_u32(&r);
	}
	for (unsigned i = 0; i < (unsigned)count[1] + count[2] + count[3]; i++) {
		if (!rr_read(&r, out))
			return false;
		if (out->type == RR_OPT)
			return true;
	}
	return false;
}

enum err record_print(const char *owner, uint32_t ttl, uint16_t type, struct view rdata)
{
	static char text[5 * RDATA_MAX + 1100];
	struct wr w = wr_of(text, sizeof text);
	char mnemonic[16];
	enum err e = rdata_print(type, rdata, &w);

	if (e != OK)
		return e;
	rrtype_print(type, mnemonic);
	printf("%s\t%u\tIN\t%s\t%s\n", owner, ttl, mnemonic, text);
	return OK;
}

bool message_print(struct view message)
{
	struct rd r = rd_of(message);
	uint16_t count[4], id = rd_u16(&r), f = rd_u16(&r);
	struct rr rr;
	bool good = true;

	for (unsigned i = 0; i < 4; i++)
		count[i] = rd_u16(&r);
	const bool has_opt = find_opt(r, count, &rr);
	print_header(id, f, (f & FLAG_RCODE) | (has_opt ? rr.ttl >> 24 << 4 : 0), count);
	if (has_opt)
		print_opt(&rr);
	for (unsigned section = 0; section < 4 && good; section++) {
		if (count[section] > (section == 3 && has_opt ? 1 : 0))
			printf("%s;; %s SECTION:\n", section == 0 && has_opt ? "" : "\n", sections[section]);
		for (unsigned i = 0; i < count[section] && good; i++) {
			if (section == 0)
				print_question(&r);
			else
				good = rr_read(&r, &rr) && (rr.type == RR_OPT || print_rr(&rr));
		}
	}
	printf("\n;; MSG SIZE: %zu\n", message.n);
	return good && rd_done(&r);
}
