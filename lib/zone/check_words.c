/* Checks of what records say: names that were meant to be something else, values that do not fit each other. */

#include "zone/check_run.h"

/* What a label of a host's name is made of (RFC 952, RFC 1123 2.1). */
static const bool of_host[256] = {
	['-'] = true, ['0'] = true, ['1'] = true, ['2'] = true, ['3'] = true, ['4'] = true, ['5'] = true,
	['6'] = true, ['7'] = true, ['8'] = true, ['9'] = true, ['A'] = true, ['B'] = true, ['C'] = true,
	['D'] = true, ['E'] = true, ['F'] = true, ['G'] = true, ['H'] = true, ['I'] = true, ['J'] = true,
	['K'] = true, ['L'] = true, ['M'] = true, ['N'] = true, ['O'] = true, ['P'] = true, ['Q'] = true,
	['R'] = true, ['S'] = true, ['T'] = true, ['U'] = true, ['V'] = true, ['W'] = true, ['X'] = true,
	['Y'] = true, ['Z'] = true, ['a'] = true, ['b'] = true, ['c'] = true, ['d'] = true, ['e'] = true,
	['f'] = true, ['g'] = true, ['h'] = true, ['i'] = true, ['j'] = true, ['k'] = true, ['l'] = true,
	['m'] = true, ['n'] = true, ['o'] = true, ['p'] = true, ['q'] = true, ['r'] = true, ['s'] = true,
	['t'] = true, ['u'] = true, ['v'] = true, ['w'] = true, ['x'] = true, ['y'] = true, ['z'] = true,
};

/* A hyphen may not be the first or the last. */
static inline bool is_host_label(const uint8_t *label)
{
	const unsigned n = label[0];
	bool good = label[1] != '-' && label[n] != '-';

	for (unsigned i = 1; i <= n; i++)
		good &= of_host[label[i]];
	return good;
}

/* A first label of '*' is a wildcard; a label that begins with an underscore says that the name is no host's (RFC
 * 8552). The name is wire form without pointers. */
static bool may_be_host(const uint8_t *p)
{
	bool good = true;

	if (p[0] == 1 && p[1] == '*')
		p += 2;
	for (; *p != 0; p += 1 + *p) {
		if (p[1] == '_')
			return true;
		good &= is_host_label(p);
	}
	return good;
}

/* is_octet: a label that is a number of 0 to 255. */
static bool is_octet(const uint8_t *label)
{
	unsigned v = 0;

	for (unsigned i = 1; i <= label[0]; i++) {
		if (label[0] > 3 || (uint8_t)(label[i] - '0') > 9)
			return false;
		v = v * 10 + (label[i] - (unsigned)'0');
	}
	return label[0] > 0 && v < 256;
}

/* Somebody wrote an IPv4 address: with a final dot it is the whole name, without it an origin follows. */
static bool looks_like_address(const struct checker *c, const uint8_t *p, const uint8_t *end)
{
	struct name n;
	struct rd rest;

	for (unsigned i = 0; i < 4; i++, p += 1 + *p)
		if (!is_octet(p))
			return false;
	rest = rd_of(view_of(p, (size_t)(end - p)));
	name_read_plain(&rest, &n);
	return n.len == 1 || name_within(&n, &c->z->apex);
}

/* The names in RDATA that are hosts'. */
static const struct {
	uint16_t type, at;
} hosts[] = { { RR_NS, 0 }, { RR_SOA, 0 }, { RR_MX, 2 }, { RR_SRV, 6 } };

static void check_host(struct checker *c, const struct node *n, const struct rrset *s, uint32_t i, uint16_t at)
{
	const uint8_t *wire = s->rdata[i].p + at;
	const bool address = looks_like_address(c, wire, s->rdata[i].p + s->rdata[i].n);
	struct rd r = rd_of(rdata_view(&s->rdata[i]));
	struct name host;
	char text[NAME_TEXT_MAX], type[16];

	if (!address && may_be_host(wire))
		return;
	(void)rd_take(&r, at);
	name_read_plain(&r, &host);
	name_print(&host, text);
	rrtype_print(s->type, type);
	if (address)
		check_node_tell(c, CHECK_ADDRESS_AS_NAME, n, s->rdata[i].line,
				"%s %s looks like an address where a name must be", type, text);
	else
		check_node_tell(c, CHECK_HOST_NAME, n, s->rdata[i].line, "%s %s is no host's name", type, text);
}

static void check_owner(struct checker *c, const struct node *n, const struct rrset *s)
{
	char type[16];

	if (may_be_host(n->owner))
		return;
	rrtype_print(s->type, type);
	check_node_tell(c, CHECK_HOST_NAME, n, s->rdata[0].line, "%s records, but this is no host's name", type);
}

/* SOA: a mailbox is a name, and secondaries work by the four times (RFC 1912 2.2). */
static void check_soa(struct checker *c, const struct node *n, const struct rrset *s)
{
	struct rd r = rd_of(rdata_view(&s->rdata[0]));
	struct name primary, mailbox;

	name_read_plain(&r, &primary);
	name_read_plain(&r, &mailbox);
	(void)rd_u32(&r);
	const uint32_t refresh = rd_u32(&r), retry = rd_u32(&r), expire = rd_u32(&r);
	if (r.bad)
		return;
	if (memchr(mailbox.wire + 1, '@', mailbox.wire[0]) != NULL)
		check_node_tell(c, CHECK_MAILBOX, n, s->rdata[0].line,
				"the mailbox has an at sign; the first dot stands for it (RFC 1035 8)");
	if (expire < refresh || expire < retry)
		check_node_tell(c, CHECK_SOA_TIMES, n, s->rdata[0].line,
				"expire (%u) is below refresh (%u) or retry (%u): secondaries give the zone up "
				"while all is well",
				expire, refresh, retry);
}

/* RFC 7505 3: "no mail" stands alone. */
static void check_null_mx(struct checker *c, const struct node *n, const struct rrset *s)
{
	for (uint32_t i = 0; s->n > 1 && i < s->n; i++)
		if (s->rdata[i].n == 3)
			check_node_tell(c, CHECK_NULL_MX, n, s->rdata[i].line,
					"an MX record that says \"no mail\" beside others (RFC 7505 3)");
}

/* The lengths of what TLSA and SMIMEA call matching types (RFC 6698 2.1.3). */
static void check_matching(struct checker *c, const struct node *n, const struct rrset *s)
{
	static const uint8_t length[] = { 0, 32, 64 };

	for (uint32_t i = 0; i < s->n; i++) {
		const struct rdata *r = &s->rdata[i];
		if (r->n < 3 || r->p[2] == 0 || r->p[2] >= COUNT_OF(length) || r->n - 3 == length[r->p[2]])
			continue;
		check_node_tell(c, CHECK_DIGEST_LENGTH, n, r->line, "%d octets of data, matching type %u has %u",
				r->n - 3, r->p[2], length[r->p[2]]);
	}
}

/* RFC 7208 3.1: SPF records are of type TXT; nobody asks for those of type SPF. */
static void check_spf(struct checker *c, const struct node *n, const struct rrset *s)
{
	static const char begin[] = "v=spf1";
	const struct rrset *txt = node_has(n, RR_TXT);

	for (uint32_t i = 0; txt != NULL && i < txt->n; i++)
		if (txt->rdata[i].n > sizeof begin - 1 &&
		    memcmp(txt->rdata[i].p + 1, begin, sizeof begin - 1) == 0)
			return;
	check_node_tell(c, CHECK_SPF, n, s->rdata[0].line,
			"an SPF record, but none of type TXT beside it (RFC 7208 3.1)");
}

/* RFC 3403 4.1: NAPTR has a regexp or a replacement. */
static void check_naptr(struct checker *c, const struct node *n, const struct rrset *s)
{
	for (uint32_t i = 0; i < s->n; i++) {
		struct rd r = rd_of(rdata_view(&s->rdata[i]));

		(void)rd_take(&r, 4);
		(void)rd_take(&r, rd_u8(&r));
		(void)rd_take(&r, rd_u8(&r));
		const struct view regexp = rd_take(&r, rd_u8(&r));
		const char *why = regexp_flaw(regexp);
		if (why != NULL)
			check_node_tell(c, CHECK_NAPTR, n, s->rdata[i].line,
					"the regexp of a NAPTR record cannot be applied: %s (RFC 3402 3.2)", why);
		else if (regexp.n > 0 && rd_left(&r) > 1)
			check_node_tell(c, CHECK_NAPTR, n, s->rdata[i].line,
					"a NAPTR record with a regexp and a replacement: it has one or the other "
					"(RFC 3403 4.1)");
	}
}

static const struct {
	uint16_t type;
	void (*check)(struct checker *c, const struct node *n, const struct rrset *s);
} by_type[] = {
	{ RR_A, check_owner },    { RR_AAAA, check_owner },    { RR_MX, check_owner },
	{ RR_MX, check_null_mx }, { RR_TLSA, check_matching }, { RR_SMIMEA, check_matching },
	{ RR_SPF, check_spf },    { RR_NAPTR, check_naptr },
};

void check_set_words(struct checker *c, const struct node *n, const struct rrset *s)
{
	if (s->n == 0 || !node_authoritative(n))
		return;
	for (size_t k = 0; k < COUNT_OF(hosts); k++)
		if (hosts[k].type == s->type)
			for (uint32_t i = 0; i < s->n; i++)
				check_host(c, n, s, i, hosts[k].at);
	for (size_t k = 0; k < COUNT_OF(by_type); k++)
		if (by_type[k].type == s->type)
			by_type[k].check(c, n, s);
	if (s->type == RR_SOA && n == c->apex)
		check_soa(c, n, s);
}
