/*
 * The twin against what the RFCs print: their example zones, their questions,
 * their answers (without the records that minimal responses leave out).
 *
 * An expectation is  rcode [aa] | answer | authority | additional,  RRsets in the
 * order of the twin's reasoning: "owner TYPE", "TYPE(n)" for n records, a star
 * if its RRSIG is there too.
 */
#include "tests/help/run.h"

#include <stdarg.h>
#include <stdio.h>

#include "dns/rdata.h"
#include "tests/model/denial.h"
#include "tests/model/load.h"
#include "tests/model/model.h"

enum { ZONES_MAX = 3 };

static const struct {
	const char *path, *origin;
} files[] = {
	{ "tests/model/zones/rfc1034-root.zone", "." },   { "tests/model/zones/rfc1034-edu.zone", "EDU." },
	{ "tests/model/zones/rfc4592.zone", "example." }, { "tests/model/zones/rfc4035.zone", "example." },
	{ "tests/model/zones/rfc5155.zone", "example." },
};

/* Sets of files served together. */
enum set { ROOT, ROOT_AND_EDU, WILD, NSEC, NSEC3 };
static const struct {
	int file[ZONES_MAX];
	size_t n;
} sets[] = {
	[ROOT] = { { 0 }, 1 }, [ROOT_AND_EDU] = { { 0, 1 }, 2 }, [WILD] = { { 2 }, 1 },
	[NSEC] = { { 3 }, 1 }, [NSEC3] = { { 4 }, 1 },
};

static const struct {
	const char *why;
	enum set set;
	const char *qname;
	uint16_t qtype;
	bool dnssec_ok;
	const char *want;
} cases[] = {
	{ "RFC 1034 6.2.1", ROOT, "SRI-NIC.ARPA.", RR_A, false, "NOERROR aa | SRI-NIC.ARPA. A(2) | |" },
	{ "RFC 1034 6.2.2, but ANY gets one RRset", ROOT, "SRI-NIC.ARPA.", RR_ANY, false,
	  "NOERROR aa | SRI-NIC.ARPA. A(2) | |" },
	{ "RFC 1034 6.2.3, minimal", ROOT, "SRI-NIC.ARPA.", RR_MX, false, "NOERROR aa | SRI-NIC.ARPA. MX | |" },
	{ "RFC 1034 6.2.4, with the SOA of RFC 2308", ROOT, "SRI-NIC.ARPA.", RR_NS, false,
	  "NOERROR aa | | . SOA |" },
	{ "RFC 1034 6.2.5", ROOT, "SIR-NIC.ARPA.", RR_A, false, "NXDOMAIN aa | | . SOA |" },
	{ "RFC 1034 6.2.6", ROOT, "BRL.MIL.", RR_A, false,
	  "NOERROR | | MIL. NS(2) | A.ISI.EDU. A, SRI-NIC.ARPA. A(2)" },
	{ "RFC 1034 6.2.7: the chain runs into a delegation", ROOT, "USC-ISIC.ARPA.", RR_A, false,
	  "NOERROR aa | USC-ISIC.ARPA. CNAME | EDU. NS(2) | C.ISI.EDU. A, SRI-NIC.ARPA. A(2)" },
	{ "RFC 1034 6.2.7 with EDU served too: its delegation of ISI", ROOT_AND_EDU, "USC-ISIC.ARPA.", RR_A, false,
	  "NOERROR aa | USC-ISIC.ARPA. CNAME | ISI.EDU. NS(3) | A.ISI.EDU. A, VAXA.ISI.EDU. A(2), VENERA.ISI.EDU. "
	  "A(2)" },
	{ "RFC 1034 6.2.8", ROOT, "USC-ISIC.ARPA.", RR_CNAME, false, "NOERROR aa | USC-ISIC.ARPA. CNAME | |" },
	{ "an empty non-terminal exists", ROOT, "26.IN-ADDR.ARPA.", RR_PTR, false, "NOERROR aa | | . SOA |" },
	{ "NS of the root brings addresses that are glue here", ROOT, ".", RR_NS, false,
	  "NOERROR aa | . NS(3) | | A.ISI.EDU. A, C.ISI.EDU. A, SRI-NIC.ARPA. A(2)" },
	{ "DS of a served child: from the parent", ROOT_AND_EDU, "EDU.", RR_DS, false, "NOERROR aa | | . SOA |" },
	{ "DS of the root: nobody is above", ROOT, ".", RR_DS, false, "NOERROR aa | | . SOA |" },
	{ "not ours", WILD, "example.com.", RR_A, false, "REFUSED | | |" },

	{ "RFC 4592 2.2.1: synthesised", WILD, "host3.example.", RR_MX, false,
	  "NOERROR aa | host3.example. MX | |" },
	{ "RFC 4592 2.2.1: no error, no data", WILD, "host3.example.", RR_A, false,
	  "NOERROR aa | | example. SOA |" },
	{ "RFC 4592 2.2.1: two labels for one asterisk", WILD, "foo.bar.example.", RR_TXT, false,
	  "NOERROR aa | foo.bar.example. TXT | |" },
	{ "RFC 4592 2.2.1: host1 exists", WILD, "host1.example.", RR_MX, false, "NOERROR aa | | example. SOA |" },
	{ "RFC 4592 2.2.1: sub.* exists", WILD, "sub.*.example.", RR_MX, false, "NOERROR aa | | example. SOA |" },
	{ "RFC 4592 2.2.1: _tcp.host1 exists", WILD, "_telnet._tcp.host1.example.", RR_SRV, false,
	  "NXDOMAIN aa | | example. SOA |" },
	{ "RFC 4592 2.2.1: subdel is a cut", WILD, "host.subdel.example.", RR_A, false,
	  "NOERROR | | subdel.example. NS(2) |" },
	{ "RFC 4592 2.2.1: below * there is no other *", WILD, "ghost.*.example.", RR_MX, false,
	  "NXDOMAIN aa | | example. SOA |" },
	{ "RFC 4592 2.2.2: _tcp.host2 is an empty non-terminal", WILD, "_tcp.host2.example.", RR_TXT, false,
	  "NOERROR aa | | example. SOA |" },
	{ "the asterisk itself", WILD, "*.example.", RR_TXT, false, "NOERROR aa | *.example. TXT | |" },

	{ "RFC 4035 B.1", NSEC, "x.w.example.", RR_MX, true, "NOERROR aa | x.w.example. MX* | |" },
	{ "RFC 4035 B.2", NSEC, "ml.example.", RR_A, true,
	  "NXDOMAIN aa | | example. SOA*, b.example. NSEC*, example. NSEC* |" },
	{ "RFC 4035 B.3", NSEC, "ns1.example.", RR_MX, true,
	  "NOERROR aa | | example. SOA*, ns1.example. NSEC* |" },
	{ "RFC 4035 B.4", NSEC, "mc.a.example.", RR_MX, true,
	  "NOERROR | | a.example. NS(2), a.example. DS* | ns1.a.example. A, ns2.a.example. A" },
	{ "RFC 4035 B.5", NSEC, "mc.b.example.", RR_MX, true,
	  "NOERROR | | b.example. NS(2), b.example. NSEC* | ns1.b.example. A, ns2.b.example. A" },
	{ "RFC 4035 B.6", NSEC, "a.z.w.example.", RR_MX, true,
	  "NOERROR aa | a.z.w.example. MX* | x.y.w.example. NSEC* |" },
	{ "RFC 4035 B.7", NSEC, "a.z.w.example.", RR_AAAA, true,
	  "NOERROR aa | | example. SOA*, *.w.example. NSEC*, x.y.w.example. NSEC* |" },
	{ "RFC 4035 B.8", NSEC, "example.", RR_DS, true, "NOERROR aa | | example. SOA*, example. NSEC* |" },
	{ "an empty non-terminal: the NSEC before it", NSEC, "w.example.", RR_A, true,
	  "NOERROR aa | | example. SOA*, ns2.example. NSEC* |" },
	{ "one NSEC for both proofs, put once", NSEC, "z.example.", RR_A, true,
	  "NXDOMAIN aa | | example. SOA*, xx.example. NSEC*, example. NSEC* |" },
	{ "without DO no proofs, no signatures", NSEC, "ml.example.", RR_A, false,
	  "NXDOMAIN aa | | example. SOA |" },
	{ "DS at the cut is the parent's", NSEC, "a.example.", RR_DS, true, "NOERROR aa | a.example. DS* | |" },
	{ "no DS at the cut: the parent denies it", NSEC, "b.example.", RR_DS, true,
	  "NOERROR aa | | example. SOA*, b.example. NSEC* |" },
	{ "DS below the cut is a referral", NSEC, "x.a.example.", RR_DS, false,
	  "NOERROR | | a.example. NS(2) | ns1.a.example. A, ns2.a.example. A" },
	{ "glue is not an answer", NSEC, "ns1.a.example.", RR_A, false,
	  "NOERROR | | a.example. NS(2) | ns1.a.example. A, ns2.a.example. A" },
	{ "NS of the apex brings signed addresses", NSEC, "example.", RR_NS, true,
	  "NOERROR aa | example. NS(2)* | | ns1.example. A*, ns2.example. A*" },
	{ "NSEC asked for", NSEC, "x.w.example.", RR_NSEC, true, "NOERROR aa | x.w.example. NSEC* | |" },
	{ "RRSIG asked for: all of the name", NSEC, "x.w.example.", RR_RRSIG, false,
	  "NOERROR aa | x.w.example. RRSIG(2) | |" },

	{ "RFC 5155 B.1", NSEC3, "a.c.x.w.example.", RR_A, true,
	  "NXDOMAIN aa | | example. SOA*, b4um86eghhds6nea196smvmlo4ors995.example. NSEC3*, "
	  "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example. NSEC3*, 35mthgpgcu1qg68fab165klnsnk3dpvl.example. NSEC3* |" },
	{ "RFC 5155 B.2", NSEC3, "ns1.example.", RR_MX, true,
	  "NOERROR aa | | example. SOA*, 2t7b4g4vsa5smi47k61mv5bv1a22bojr.example. NSEC3* |" },
	{ "RFC 5155 B.2.1", NSEC3, "y.w.example.", RR_A, true,
	  "NOERROR aa | | example. SOA*, ji6neoaepv8b5o6k4ev33abha8ht9fgc.example. NSEC3* |" },
	{ "RFC 5155 B.3", NSEC3, "mc.c.example.", RR_MX, true,
	  "NOERROR | | c.example. NS(2), 0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example. NSEC3*, "
	  "35mthgpgcu1qg68fab165klnsnk3dpvl.example. NSEC3* | ns1.c.example. A, ns2.c.example. A" },
	{ "RFC 5155 B.4", NSEC3, "a.z.w.example.", RR_MX, true,
	  "NOERROR aa | a.z.w.example. MX* | q04jkcevqvmu85r014c7dkba38o0ji5r.example. NSEC3* |" },
	{ "RFC 5155 B.5", NSEC3, "a.z.w.example.", RR_AAAA, true,
	  "NOERROR aa | | example. SOA*, k8udemvp1j2f7eg6jebps17vp3n8i58h.example. NSEC3*, "
	  "q04jkcevqvmu85r014c7dkba38o0ji5r.example. NSEC3*, r53bq7cc2uvmubfu5ocmm6pers9tk9en.example. NSEC3* |" },
	{ "RFC 5155 B.6", NSEC3, "example.", RR_DS, true,
	  "NOERROR aa | | example. SOA*, 0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example. NSEC3* |" },
	{ "RFC 5155 7.2.4: DS of an opt-out delegation", NSEC3, "c.example.", RR_DS, true,
	  "NOERROR aa | | example. SOA*, 0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example. NSEC3*, "
	  "35mthgpgcu1qg68fab165klnsnk3dpvl.example. NSEC3* |" },
	{ "RFC 5155 7.2.8: an NSEC3 owner is no name", NSEC3, "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example.",
	  RR_NSEC3, false, "NXDOMAIN aa | | example. SOA |" },
	{ "an NSEC3 owner that is a name, too", NSEC3, "2t7b4g4vsa5smi47k61mv5bv1a22bojr.example.", RR_A, true,
	  "NOERROR aa | 2t7b4g4vsa5smi47k61mv5bv1a22bojr.example. A* | |" },
	{ "its NSEC3 is not its data", NSEC3, "2t7b4g4vsa5smi47k61mv5bv1a22bojr.example.", RR_NSEC3, false,
	  "NOERROR aa | | example. SOA |" },
};

struct text {
	char p[4096];
	size_t len;
};

static void PRINTF_LIKE(2, 3) say(struct text *t, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	int n = vsnprintf(t->p + t->len, sizeof t->p - t->len, fmt, args);
	va_end(args);
	ck_assert(n >= 0 && (size_t)n < sizeof t->p - t->len);
	t->len += (size_t)n;
}

static bool same_set(const struct model_rr *a, const struct model_rr *b)
{
	return a->type == b->type && name_eq(&a->owner, &b->owner);
}

/* Every RRset once, where its first record stands; RRSIGs only as stars, if there is what they cover. */
static void say_section(struct text *t, const struct model_section *s)
{
	char owner[NAME_TEXT_MAX], type[16];
	bool first = true;

	for (size_t i = 0; i < s->n; i++) {
		const struct model_rr *rr = &s->rr[i];
		unsigned same = 0, sigs = 0, covered = 0, before = 0;
		for (size_t k = 0; k < s->n; k++) {
			const struct model_rr *o = &s->rr[k];
			bool here = name_eq(&o->owner, &rr->owner);
			same += same_set(o, rr);
			before += k < i && same_set(o, rr);
			sigs += here && o->type == RR_RRSIG && get_u16(o->rdata.p) == rr->type;
			covered += here && rr->type == RR_RRSIG && o->type == get_u16(rr->rdata.p);
		}
		if (before > 0 || covered > 0)
			continue;
		name_print(&rr->owner, owner);
		rrtype_print(rr->type, type);
		say(t, "%s %s %s", first ? "" : ",", owner, type);
		if (same > 1)
			say(t, "(%u)", same);
		say(t, "%s", sigs > 0 ? "*" : "");
		first = false;
	}
}

static void summary(const struct model_message *m, struct text *t)
{
	static const char *const rcodes[] = { "NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN",
					      "NOTIMP",  "REFUSED", "YXDOMAIN" };

	t->len = 0;
	say(t, "%s%s", rcodes[m->rcode], m->aa ? " aa" : "");
	for (int s = 0; s < MODEL_SECTIONS; s++) {
		say(t, " |");
		say_section(t, &m->section[s]);
	}
}

START_TEST(answers_of_the_rfcs)
{
	struct zone *zones[ZONES_MAX];
	size_t n = sets[cases[_i].set].n;
	struct name qname = name_of(cases[_i].qname);
	struct model_message m;
	struct text have;

	for (size_t i = 0; i < n; i++) {
		int f = sets[cases[_i].set].file[i];
		zones[i] = load_zone(files[f].path, files[f].origin);
	}
	struct model model = { zones, n, MODEL_ITERATIONS_MAX };
	model_answer(&model, &qname, cases[_i].qtype, cases[_i].dnssec_ok, &m);
	summary(&m, &have);
	ck_assert_msg(strcmp(have.p, cases[_i].want) == 0, "%s: %s\n  want %s\n  have %s", cases[_i].why,
		      cases[_i].qname, cases[_i].want, have.p);
	message_free(&m);
	for (size_t i = 0; i < n; i++)
		zone_free(zones[i]);
}
END_TEST

/* RFC 6672 2.2, table 1. NULL: no match. A zone of the owner's parent holds the DNAME. */
static const struct {
	const char *qname, *owner, *target, *want;
} dnames[] = {
	{ "com.", "example.com.", "example.net.", NULL },
	{ "example.com.", "example.com.", "example.net.", NULL },
	{ "a.example.com.", "example.com.", "example.net.", "a.example.net." },
	{ "a.b.example.com.", "example.com.", "example.net.", "a.b.example.net." },
	{ "ab.example.com.", "b.example.com.", "example.net.", NULL },
	{ "foo.example.com.", "example.com.", "example.net.", "foo.example.net." },
	{ "a.x.example.com.", "x.example.com.", "example.net.", "a.example.net." },
	{ "a.example.com.", "example.com.", "y.example.net.", "a.y.example.net." },
	{ "cyc.example.com.", "example.com.", "example.com.", "cyc.example.com." },
	{ "cyc.example.com.", "example.com.", "c.example.com.", "cyc.c.example.com." },
	{ "shortloop.x.x.", "x.", ".", "shortloop.x." },
	{ "shortloop.x.", "x.", ".", "shortloop." },
};

START_TEST(substitutions_of_rfc_6672)
{
	struct name owner = name_of(dnames[_i].owner), target = name_of(dnames[_i].target),
		    apex = name_strip(&owner, 1);
	struct name qname = name_of(dnames[_i].qname), want;
	struct zone *z = zone_new(&apex);
	struct model_message m;

	ck_assert_int_eq(zone_add(z, &owner, RR_DNAME, 60, view_of(target.wire, target.len), 0), OK);
	zone_seal(z, NULL, NULL);
	model_answer(&(struct model){ &z, 1, MODEL_ITERATIONS_MAX }, &qname, RR_CNAME, false, &m);
	const struct model_section *answer = &m.section[MODEL_ANSWER];
	ck_assert_uint_eq(answer->n, dnames[_i].want == NULL ? 0 : 2);
	if (dnames[_i].want != NULL) {
		want = name_of(dnames[_i].want);
		ck_assert_uint_eq(answer->rr[0].type, RR_DNAME);
		ck_assert_uint_eq(answer->rr[1].type, RR_CNAME);
		ck_assert_uint_eq(answer->rr[1].ttl, 60);
		ck_assert(name_eq(&answer->rr[1].owner, &qname));
		ck_assert(view_eq(answer->rr[1].rdata, view_of(want.wire, want.len)));
	}
	message_free(&m);
	zone_free(z);
}
END_TEST

#define SOA         "@ 300 SOA ns hostmaster 1 3600 600 86400 60\n@ 300 NS ns.elsewhere.\n"
#define LABEL_63    "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"
#define LONG_TARGET LABEL_63 "." LABEL_63 "." LABEL_63 ".zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz.p."

/* One zone, "p.", of a few lines each: what the RFCs say in prose. */
static const struct {
	const char *why, *zone, *qname;
	uint16_t qtype;
	const char *want;
} small[] = {
	{ "RFC 6672 3.2: an overlong substitution", "d DNAME " LONG_TARGET "\n", "overlong.d.p.", RR_A,
	  "YXDOMAIN aa | d.p. DNAME | |" },
	{ "RFC 6604: NXDOMAIN speaks of the last name", "a CNAME b\nb CNAME c\n", "a.p.", RR_A,
	  "NXDOMAIN aa | a.p. CNAME, b.p. CNAME | p. SOA |" },
	{ "a loop ends where it closes", "a CNAME b\nb CNAME a\n", "a.p.", RR_A,
	  "NOERROR aa | a.p. CNAME, b.p. CNAME | |" },
	{ "a chain that leaves ends with what we know", "a CNAME x.elsewhere.\n", "a.p.", RR_A,
	  "NOERROR aa | a.p. CNAME | |" },
	{ "a DNAME passed twice is put once", "d DNAME e\nx.e CNAME y.d\ny.e A 192.0.2.1\n", "x.d.p.", RR_A,
	  "NOERROR aa | d.p. DNAME, x.d.p. CNAME, x.e.p. CNAME, y.d.p. CNAME, y.e.p. A | |" },
	{ "a DNAME hides what is below", "d DNAME e\nx.d A 192.0.2.1\nx.e A 192.0.2.2\n", "x.d.p.", RR_A,
	  "NOERROR aa | d.p. DNAME, x.d.p. CNAME, x.e.p. A | |" },
	{ "a DNAME does not redirect its owner", "d DNAME e\n", "d.p.", RR_A, "NOERROR aa | | p. SOA |" },
	{ "the upper of two cuts", "c NS ns.d.c\nd.c NS ns.d.c\nns.d.c A 192.0.2.1\n", "x.d.c.p.", RR_A,
	  "NOERROR | | c.p. NS | ns.d.c.p. A" },
	{ "no glue from a wildcard", "c NS ns\n* A 192.0.2.1\n", "x.c.p.", RR_A, "NOERROR | | c.p. NS |" },
	{ "no glue from below a DNAME", "c NS ns.d\nd DNAME e\nns.d A 192.0.2.1\n", "x.c.p.", RR_A,
	  "NOERROR | | c.p. NS |" },
	{ "glue at the cut's own name", "c NS c\nc A 192.0.2.1\n", "c.p.", RR_A, "NOERROR | | c.p. NS | c.p. A" },
	{ "NS at a wildcard is data when matched", "* NS ns\n", "x.p.", RR_NS, "NOERROR aa | x.p. NS | |" },
	{ "NS at a wildcard is no referral when matched", "* NS ns\n", "x.p.", RR_A, "NOERROR aa | | p. SOA |" },
	{ "but the asterisk itself is a cut", "* NS ns\n", "x.*.p.", RR_A, "NOERROR | | *.p. NS |" },
	{ "DNAME at a wildcard does not redirect", "* DNAME e\n", "y.x.p.", RR_A, "NOERROR aa | | p. SOA |" },
	{ "an asterisk in the middle is a name", "a.*.b A 192.0.2.1\n", "x.b.p.", RR_A,
	  "NOERROR aa | | p. SOA |" },
	{ "below a wildcard that exists by its child only", "a.*.b A 192.0.2.1\n", "a.x.b.p.", RR_A,
	  "NOERROR aa | | p. SOA |" },
	{ "a wildcard CNAME is followed", "* CNAME a.b\na.b A 192.0.2.1\n", "x.p.", RR_A,
	  "NOERROR aa | x.p. CNAME, a.b.p. A | |" },
	{ "a wildcard CNAME that leads to itself stops", "* CNAME x\n", "x.p.", RR_A,
	  "NOERROR aa | x.p. CNAME | |" },
	{ "ANY is one RRset", "a TXT t\na A 192.0.2.1\na A 192.0.2.2\n", "a.p.", RR_ANY,
	  "NOERROR aa | a.p. A(2) | |" },
	{ "ANY does not follow", "a CNAME b\nb A 192.0.2.1\n", "a.p.", RR_ANY, "NOERROR aa | a.p. CNAME | |" },
};

START_TEST(prose_of_the_rfcs)
{
	char text[2048];
	struct name qname = name_of(small[_i].qname);
	struct model_message m;
	struct text have;

	snprintf(text, sizeof text, "$TTL 300\n%s%s", SOA, small[_i].zone);
	struct zone *z = load_text(text, "p.");
	model_answer(&(struct model){ &z, 1, MODEL_ITERATIONS_MAX }, &qname, small[_i].qtype, false, &m);
	summary(&m, &have);
	ck_assert_msg(strcmp(have.p, small[_i].want) == 0, "%s: %s\n  want %s\n  have %s", small[_i].why,
		      small[_i].qname, small[_i].want, have.p);
	for (size_t i = 0; i < m.section[MODEL_AUTHORITY].n; i++) /* RFC 2308 3: min(300, 60) */
		if (m.section[MODEL_AUTHORITY].rr[i].type == RR_SOA)
			ck_assert_uint_eq(m.section[MODEL_AUTHORITY].rr[i].ttl, 60);
	message_free(&m);
	zone_free(z);
}
END_TEST

/* A chain of more iterations than allowed is not used (RFC 9276 3.2). */
START_TEST(too_many_iterations)
{
	struct zone *z = load_zone("tests/model/zones/rfc5155.zone", "example.");
	struct name qname = name_of("a.c.x.w.example.");
	struct model_message m;
	struct text have;

	model_answer(&(struct model){ &z, 1, 12 }, &qname, RR_A, true, &m);
	ck_assert_uint_eq(m.section[MODEL_AUTHORITY].n, 8);
	message_free(&m);
	model_answer(&(struct model){ &z, 1, 11 }, &qname, RR_A, true, &m);
	summary(&m, &have);
	ck_assert_str_eq(have.p, "NXDOMAIN aa | | example. SOA* |");
	message_free(&m);
	zone_free(z);
}
END_TEST

/* DS at an apex: from the next zone up if the cut is there, else the child says that it has none. */
START_TEST(ds_of_a_grandchild)
{
	static const struct {
		const char *up, *qname, *want;
	} rows[] = {
		{ "c NS ns\n", "b.c.", "NOERROR aa | | b.c. SOA |" }, /* the cut is above the child */
		{ "b.c NS ns\n", "b.c.", "NOERROR aa | | . SOA |" },  /* the cut is there */
		{ "b.c NS ns\nb.c DS 1 13 99 00\n", "b.c.", "NOERROR aa | b.c. DS | |" },
		{ "x NS ns\n", "b.c.", "NOERROR aa | | b.c. SOA |" },              /* no cut at all */
		{ "c DNAME x\nb.c NS ns\n", "b.c.", "NOERROR aa | | b.c. SOA |" }, /* the cut is hidden */
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char text[1024];
		struct name qname = name_of(rows[i].qname);
		struct model_message m;
		struct text have;

		snprintf(text, sizeof text, "$TTL 300\n%s%s", SOA, rows[i].up);
		struct zone *zones[] = { load_text("$TTL 300\n" SOA, "b.c."), load_text(text, ".") };
		model_answer(&(struct model){ zones, 2, MODEL_ITERATIONS_MAX }, &qname, RR_DS, false, &m);
		summary(&m, &have);
		ck_assert_str_eq(have.p, rows[i].want);
		message_free(&m);
		zone_free(zones[0]);
		zone_free(zones[1]);
	}
}
END_TEST

/* A chain of CNAMEs is cut off at MODEL_CHAIN_MAX records. */
START_TEST(long_chain_is_cut)
{
	char text[4096];
	size_t len = (size_t)snprintf(text, sizeof text, "$TTL 300\n%s", SOA);
	struct name qname = name_of("c0.p.");
	struct model_message m;

	for (int i = 0; i < 40; i++)
		len += (size_t)snprintf(text + len, sizeof text - len, "c%d CNAME c%d\n", i, i + 1);
	struct zone *z = load_text(text, "p.");
	model_answer(&(struct model){ &z, 1, MODEL_ITERATIONS_MAX }, &qname, RR_A, false, &m);
	ck_assert_uint_eq(m.section[MODEL_ANSWER].n, MODEL_CHAIN_MAX);
	ck_assert_uint_eq(m.rcode, RCODE_NOERROR);
	message_free(&m);
	zone_free(z);
}
END_TEST

/* RFC 5155 Appendix A: the hashes of the example's names. */
static const struct {
	const char *name, *hash;
} hashes[] = {
	{ "example.", "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom" },
	{ "a.example.", "35mthgpgcu1qg68fab165klnsnk3dpvl" },
	{ "ai.example.", "gjeqe526plbf1g8mklp59enfd789njgi" },
	{ "ns1.example.", "2t7b4g4vsa5smi47k61mv5bv1a22bojr" },
	{ "ns2.example.", "q04jkcevqvmu85r014c7dkba38o0ji5r" },
	{ "w.example.", "k8udemvp1j2f7eg6jebps17vp3n8i58h" },
	{ "*.w.example.", "r53bq7cc2uvmubfu5ocmm6pers9tk9en" },
	{ "x.w.example.", "b4um86eghhds6nea196smvmlo4ors995" },
	{ "y.w.example.", "ji6neoaepv8b5o6k4ev33abha8ht9fgc" },
	{ "X.Y.W.example.", "2vptu5timamqttgl4luu9kg21e0aor3s" },
	{ "xx.example.", "t644ebqk9bibcna874givr6joj62mlhv" },
};

START_TEST(hashes_of_rfc_5155)
{
	uint8_t hash[NSEC3_HASH];
	char text[NSEC3_LABEL + 1] = { 0 };
	struct name n = name_of(hashes[_i].name);

	naive_nsec3_hash(&n, 12, BYTES("\xaa\xbb\xcc\xdd"), hash);
	base32hex(hash, text);
	ck_assert_str_eq(text, hashes[_i].hash);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("twin");
	TCase *t = tcase_create("twin");

	tcase_add_loop_test(t, hashes_of_rfc_5155, 0, COUNT_OF(hashes));
	tcase_add_loop_test(t, answers_of_the_rfcs, 0, COUNT_OF(cases));
	tcase_add_loop_test(t, substitutions_of_rfc_6672, 0, COUNT_OF(dnames));
	tcase_add_loop_test(t, prose_of_the_rfcs, 0, COUNT_OF(small));
	tcase_add_test(t, long_chain_is_cut);
	tcase_add_test(t, too_many_iterations);
	tcase_add_test(t, ds_of_a_grandchild);
	suite_add_tcase(s, t);
	return run_suite(s);
}
