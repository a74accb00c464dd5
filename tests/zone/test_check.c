/*
 * Every check finds what it is for, and nothing else is found beside it.
 *
 * Signed zones are in data/: made by dnssec-signzone and ldns-signzone, and
 * broken here by changing a piece of text.
 */
#include "tests/help/run.h"

#include <stdlib.h>

#include "base/work.h"
#include "tests/help/checked.h"
#include "zone/check_run.h"

#define HEAD "@ 3600 SOA ns.example.net. host 1 7200 3600 604800 300\n@ 3600 NS ns.example.net.\n"
#define APEX "@ 3600 SOA ns.example.net. host 1 7200 3600 604800 300\n"

/* names writes the names of all checks that found something, in the order of their numbers. */
static const char *names(const struct checked *c)
{
	static char out[1024];
	size_t n = 0;

	out[0] = 0;
	for (int i = 0; i < CHECKS; i++)
		if (c->found[i] != 0)
			n += (size_t)snprintf(out + n, sizeof out - n, "%s%s", n != 0 ? " " : "",
					      check_row((enum check_id)i)->name);
	return out;
}

#define NAPTR(regexp, replacement) "a NAPTR 1 1 \"u\" \"s\" \"" regexp "\" " replacement "\n"
#define GOST(type)                 "@ 3600 RRSIG " type " 12 2 3600 20370101000000 20200101000000 1036 example.org. AAAA\n"

static const struct {
	const char *why, *text, *found;
	unsigned errors; /* how many of the findings are errors */
} plain[] = {
	{ "a good zone", HEAD "www A 192.0.2.1\n", "", 0 },
	{ "out of the zone", HEAD "www.example.com. A 192.0.2.1\n", "out-of-zone", 0 },
	{ "a record twice", HEAD "www A 192.0.2.1\nwww A 192.0.2.1\n", "duplicate", 0 },
	{ "equal but for letter case", HEAD "www MX 1 A.example.net.\nwww MX 1 a.example.net.\n", "duplicate", 0 },
	{ "two TTLs in a set", HEAD "www 60 A 192.0.2.1\nwww 61 A 192.0.2.2\n", "ttl-differs", 0 },
	{ "no SOA", "@ 60 NS ns.example.net.\n", "soa-count", 1 },
	{ "two SOAs", HEAD "@ SOA ns.example.net. host 2 7200 3600 604800 300\n", "soa-count", 1 },
	{ "SOA below the apex", HEAD "www SOA ns.example.net. host 2 7200 3600 604800 300\n", "soa-elsewhere", 1 },
	{ "no NS", APEX "www A 192.0.2.1\n", "apex-ns", 1 },
	{ "an empty zone", "", "soa-count apex-ns", 2 },
	{ "CNAME and A", HEAD "www CNAME a.example.net.\nwww A 192.0.2.1\n", "cname-and-other-data", 1 },
	{ "CNAME at the apex", HEAD "@ CNAME a.example.net.\n", "cname-and-other-data", 1 },
	{ "CNAME and DNAME", HEAD "www CNAME a.example.net.\nwww DNAME a.example.net.\n", "cname-and-other-data",
	  1 },
	{ "CNAME and NSEC is legal", HEAD "www CNAME a.example.net.\nwww NSEC example.org. CNAME RRSIG NSEC\n", "",
	  0 },
	{ "two CNAMEs", HEAD "www CNAME a.example.net.\nwww CNAME b.example.net.\n", "cname-count", 1 },
	{ "two DNAMEs", HEAD "www DNAME a.example.net.\nwww DNAME b.example.net.\n", "dname-count", 1 },
	{ "A below a DNAME", HEAD "t DNAME a.example.net.\nx.t A 192.0.2.1\n", "below-dname", 1 },
	{ "A beside a DNAME is legal", HEAD "t DNAME a.example.net.\nt A 192.0.2.1\n", "", 0 },
	{ "TXT below a cut", HEAD "sub NS ns.example.net.\nx.sub TXT x\n", "below-cut", 0 },
	{ "TXT at a cut", HEAD "sub NS ns.example.net.\nsub TXT x\n", "below-cut", 0 },
	{ "a cut below a cut", HEAD "sub NS ns.example.net.\nx.sub NS ns.example.net.\n", "below-cut", 0 },
	{ "glue at and below a cut", HEAD "sub NS sub\nsub NS ns.sub\nsub A 192.0.2.1\nns.sub AAAA ::1\n", "", 0 },
	{ "NS at a wildcard", HEAD "*.w NS ns.example.net.\n", "wildcard-ns", 0 },
	{ "a name below a wildcard", HEAD "a.*.w TXT x\n", "wildcard-inside", 0 },
	{ "a wildcard below a wildcard", HEAD "*.*.w TXT x\n", "wildcard-inside", 0 },
	{ "wildcards, and other asterisks", HEAD "* TXT x\n*.w TXT x\na.*b.w TXT x\na.**.w TXT x\n", "", 0 },
	{ "DNAME at a wildcard", HEAD "*.w DNAME example.net.\n", "wildcard-dname", 0 },
	{ "apex NS is an alias", APEX "@ NS ns\nns CNAME a.example.net.\n", "apex-ns-target", 1 },
	{ "apex NS is missing", APEX "@ NS ns\n", "apex-ns-target", 1 },
	{ "apex NS matches a wildcard", APEX "@ NS ns\n* A 192.0.2.1\n", "", 0 },
	{ "apex NS matches a wildcard without address", APEX "@ NS ns\n* TXT x\n", "apex-ns-target", 1 },
	{ "apex NS behind a DNAME", APEX "@ NS ns.t\nt DNAME example.net.\n", "apex-ns-target", 1 },
	{ "apex NS below a cut, with glue", APEX "@ NS ns.sub\nsub NS ns.sub\nns.sub A 192.0.2.1\n", "", 0 },
	{ "apex NS below a cut, without", APEX "@ NS x.sub\nsub NS ns.sub\nns.sub A 192.0.2.1\n", "sibling-glue",
	  0 },
	{ "NS of a cut is an alias", HEAD "sub NS ns\nns CNAME a.example.net.\n", "ns-alias", 0 },
	{ "NS of a cut is missing", HEAD "sub NS ns\n", "ns-missing", 0 },
	{ "NS of a cut has no address", HEAD "sub NS ns\nns TXT x\n", "ns-missing", 0 },
	{ "MX is an alias", HEAD "@ MX 1 mx\nmx CNAME a.example.net.\n", "mx-alias", 0 },
	{ "MX is missing", HEAD "@ MX 1 mx\n", "mx-missing", 0 },
	{ "MX is an empty non-terminal", HEAD "@ MX 1 mx\nx.mx A 192.0.2.1\n", "mx-missing", 0 },
	{ "MX below a cut", HEAD "@ MX 1 mx.sub\nsub NS ns.example.net.\n", "", 0 },
	{ "MX behind a DNAME", HEAD "@ MX 1 mx.t\nt DNAME example.net.\n", "mx-alias", 0 },
	{ "MX at a name that a DNAME hides", HEAD "@ MX 1 mx.t\nt DNAME example.net.\nmx.t A 192.0.2.1\n",
	  "below-dname mx-alias", 1 },
	{ "no mail (RFC 7505)", HEAD "@ MX 0 .\n", "", 0 },
	{ "SRV is an alias", HEAD "_x._tcp SRV 1 1 1 s\ns CNAME a.example.net.\n", "srv-alias", 0 },
	{ "SRV is missing", HEAD "_x._tcp SRV 1 1 1 s\n", "srv-missing", 0 },
	{ "glue is missing", HEAD "sub NS ns.sub\n", "glue-missing", 0 },
	{ "glue of the cut's own name is missing", HEAD "sub NS sub\n", "glue-missing", 0 },
	{ "glue of a cut below a cut is not our matter", HEAD "sub NS ns.example.net.\nx.sub NS ns.x.sub\n",
	  "below-cut", 0 },
	{ "sibling glue is missing", HEAD "a NS ns.b\nb NS ns.example.net.\n", "sibling-glue", 0 },
	{ "DS without NS",
	  HEAD "www DS 1 13 2 " /* a SHA-256 digest */
	       "0001020304050607080910111213141516171819202122232425262728293031\nwww A 192.0.2.1\n",
	  "ds-without-ns", 0 },
	{ "DS at the apex",
	  HEAD "@ DS 1 13 2 "
	       "0001020304050607080910111213141516171819202122232425262728293031\n",
	  "ds-without-ns", 0 },
	{ "DS with SHA-1", HEAD "sub NS ns.example.net.\nsub DS 1 13 1 0001020304050607080910111213141516171819\n",
	  "deprecated-algorithm", 0 },
	{ "a signature twice",
	  HEAD "www A 192.0.2.1\nwww RRSIG A 13 3 60 20370101000000 20200101000000 1 example.org. AAAA\n"
	       "www RRSIG A 13 3 60 20370101000000 20200101000000 1 example.org. AAAA\n",
	  "duplicate", 0 },
	{ "DNAME and NS below the apex", HEAD "sub NS ns.example.net.\nsub DNAME example.net.\n", "dname-and-ns",
	  1 },
	{ "DNAME and NS at the apex are legal", HEAD "@ DNAME example.net.\n", "", 0 },
	{ "a DNSKEY below the apex", HEAD "www DNSKEY 257 3 15 l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=\n",
	  "not-at-apex", 0 },
	{ "NSEC3PARAM below the apex", HEAD "www NSEC3PARAM 1 0 0 -\n", "not-at-apex", 0 },
	{ "ZONEMD below the apex", HEAD "www ZONEMD 1 1 240 00112233445566778899aabb\n", "not-at-apex", 0 },
	{ "CSYNC below the apex", HEAD "www CSYNC 1 3 A\n", "not-at-apex", 0 },
	{ "an NSEC3 record whose owner is no hash, unsigned",
	  HEAD "a NSEC3 1 0 0 - 0p9mhaveqvm6t7vbl5lop2u3t2rp3tom A\n", "nsec3-record", 1 },
	{ "an NSEC3 record with a next hash of 15 octets",
	  HEAD "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom NSEC3 1 0 0 - 0p9mhaveqvm6t7vbl5lop2u0 A\n", "nsec3-record", 1 },
	{ "NS is an address", HEAD "sub NS 192.0.2.1.\n", "address-as-name", 0 },
	{ "MX is an address without dot", HEAD "@ MX 10 192.0.2.1\n", "mx-missing address-as-name", 0 },
	{ "the SOA's primary is an address",
	  "@ 3600 SOA 192.0.2.1. host 1 7200 3600 604800 300\n@ 3600 NS ns.example.net.\n", "address-as-name", 0 },
	{ "a name of numbers is no address", HEAD "sub NS 1.2.3.4.example.net.\nx NS 1.2.3.256.\ny NS 1.2.3.\n",
	  "", 0 },
	{ "an underscore in a host's name", HEAD "a_b A 192.0.2.1\n", "host-name", 0 },
	{ "a host's name that ends in a hyphen", HEAD "ab- AAAA ::1\n", "host-name", 0 },
	{ "a mail exchange that is no host's name", HEAD "@ MX 1 mail\\.a.example.net.\n", "host-name", 0 },
	{ "names of hosts", HEAD "* A 192.0.2.1\nA-1 A 192.0.2.1\n9 A 192.0.2.1\n*.a AAAA ::1\n", "", 0 },
	{ "an underscore leads names that are no host's (RFC 8552)",
	  HEAD "_spf A 127.0.0.2\ngc._msdcs A 192.0.2.1\na_b TXT x\na_b._udp A 192.0.2.1\n", "", 0 },
	{ "an at sign in the mailbox",
	  "@ 3600 SOA ns.example.net. host@example.net. 1 7200 3600 604800 300\n@ 3600 NS ns.example.net.\n",
	  "mailbox", 0 },
	{ "expire below refresh",
	  "@ 3600 SOA ns.example.net. host 1 7200 600 3600 300\n@ 3600 NS ns.example.net.\n", "soa-times", 0 },
	{ "\"no mail\" and mail", HEAD "@ MX 0 .\n@ MX 10 mx.example.net.\n", "null-mx", 0 },
	{ "a TLSA digest too short", HEAD "_1._tcp TLSA 3 1 1 aabb\n", "digest-length", 0 },
	{ "a TLSA record with the key itself", HEAD "_1._tcp TLSA 3 1 0 aabb\n", "", 0 },
	{ "SPF alone", HEAD "@ SPF \"v=spf1 -all\"\n@ TXT x\n", "spf", 0 },
	{ "SPF and TXT", HEAD "@ SPF \"v=spf1 -all\"\n@ TXT \"v=spf1 -all\"\n", "", 0 },
	{ "NAPTR with a regexp or a replacement",
	  HEAD NAPTR("!^(.*)@[^]a-z[:digit:]].{1,3}$!sip:\\\\1!i", ".") NAPTR("", "b") NAPTR("", "."), "", 0 },
	{ "NAPTR with both", HEAD NAPTR("!a!b!", "b"), "naptr", 0 },
	{ "signatures without a key",
	  HEAD "@ RRSIG NS 13 2 3600 20370101000000 20200101000000 1 example.org. AAAA\n", "unsigned", 0 },
	{ "an obsolete type", HEAD "www MD a.example.net.\n", "obsolete-type", 0 },
	{ "a forgotten dot in an owner", HEAD "www.example.org A 192.0.2.1\n", "forgotten-dot", 0 },
	{ "a forgotten dot in a target", HEAD "www CNAME web.example.org\n", "forgotten-dot", 0 },
	{ "the zone's name inside a name", HEAD "www.example.org.x A 192.0.2.1\n", "", 0 },
	{ "a key that is none", HEAD "@ DNSKEY 257 3 13 AAAA\n", "dnskey unsigned", 0 },
	{ "a key of protocol 2", HEAD "@ DNSKEY 257 2 15 l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=\n",
	  "dnskey unsigned", 0 },
	{ "a key that is no zone key", HEAD "@ DNSKEY 1 3 15 l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=\n",
	  "dnskey unsigned", 0 },
	{ "a key of RSASHA1",
	  HEAD "@ DNSKEY 256 3 5 AwEAAcFcGsaxxdgiuuGmCkVImy4h99CqT7jwY3pexPGcnUFtR2Fh36BponcwtkZ4cAgt"
	       "vd4Qs8PkxUdp6p/DlUmObdk=\n",
	  "deprecated-algorithm unsigned", 0 },
	{ "CDNSKEY of a key",
	  HEAD "@ DNSKEY 257 3 15 l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=\n"
	       "@ CDNSKEY 257 3 15 l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=\n",
	  "unsigned", 0 },
	{ "CDNSKEY of no key", HEAD "@ CDNSKEY 257 3 15 l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=\n", "cds",
	  0 },
	{ "CDS of a key, three digests",
	  HEAD "@ DNSKEY 257 3 15 l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=\n"
	       "@ CDS 3613 15 1 66efb627664248f41f09d50e441a601d822a53c7\n"
	       "@ CDS 3613 15 2 84626a41426088f04d5aa4413b888daf26727a48e0b6c58ee3d2ee8b43cb304a\n"
	       "@ CDS 3613 15 4 a92f42417418f888f8d1f993cf8f618a557c8f29dcee36bacc11fc99e5602f39"
	       "c2e956e8bd472c8e96b5e2203acd01cb\n",
	  "unsigned", 0 },
	{ "CDS of another zone's key (RFC 8080 6.1)",
	  HEAD "@ DNSKEY 257 3 15 l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=\n"
	       "@ CDS 3613 15 2 3aa5ab37efce57f737fc1627013fee07bdf241bd10f3b1964ab55c78e79a304b\n",
	  "cds unsigned", 0 },
	{ "CDS with the right digest and another tag",
	  HEAD "@ DNSKEY 257 3 15 l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=\n"
	       "@ CDS 3614 15 2 84626a41426088f04d5aa4413b888daf26727a48e0b6c58ee3d2ee8b43cb304a\n",
	  "cds unsigned", 0 },
	{ "the DS is withdrawn, but not only", HEAD "@ CDS 0 0 0 00\n@ CDS 0 0 0 01\n", "cds", 0 },
	{ "the DS is withdrawn (RFC 8078 4)", HEAD "@ CDS 0 0 0 00\n@ CDNSKEY 0 3 0 AA==\n", "", 0 },
	{ "CDS below the apex", HEAD "www CDS 0 0 0 00\n", "cds", 0 },
	{ "NSEC in a zone without keys", HEAD "@ NSEC example.org. NS SOA NSEC\n", "unsigned", 0 },
	{ "an NSEC3 hash that is too short",
	  HEAD "I7A7A184GGMI35K1E3IR650LKO7NOB5R NSEC3 1 0 10 76931F IMQ912BREQP1POLAH3RMONG0 A\n", "nsec3-record",
	  1 },
	{ "a zone signed with an algorithm that nobody here verifies",
	  APEX "@ 3600 NS ns.example.net.\n"
	       "@ 3600 DNSKEY 256 3 12 AAAA\n@ 3600 NSEC example.org. NS SOA RRSIG NSEC DNSKEY\n" GOST("SOA")
		   GOST("NS") GOST("DNSKEY") GOST("NSEC"),
	  "deprecated-algorithm rrsig-unverified", 0 },
	{ "ZONEMD for another serial",
	  HEAD "@ ZONEMD 2 1 1 c68090d90a7aed716bc459f9340e3d7c1370d4d24b7e2fc3"
	       "a1ddc0b9a87153b9a9713b3c9ae5cc27777f98b8e730044c\n",
	  "zonemd-wrong", 1 },
	{ "ZONEMD of another zone",
	  HEAD "@ ZONEMD 1 1 1 c68090d90a7aed716bc459f9340e3d7c1370d4d24b7e2fc3"
	       "a1ddc0b9a87153b9a9713b3c9ae5cc27777f98b8e730044c\n",
	  "zonemd-wrong", 1 },
	{ "ZONEMD of an unknown hash", HEAD "@ ZONEMD 1 1 240 c68090d90a7aed716bc459f9\n", "zonemd-unsupported",
	  0 },
};

/* The regexps of NAPTR records, as BIND 9.18 judges them. */
static const struct {
	const char *text;
	bool good;
} regexps[] = {
	{ "!^.*$!sip:a@b!", true },
	{ "!a!!", true },
	{ ",a,b,ii", true },
	{ "!a\\!b!\\!!", true },
	{ "!a!b", false },
	{ "!a", false },
	{ "a", false },
	{ "!a!b\\!", false },
	{ "!a!b!x", false },
	{ "!a!b!i!", false },
	{ "1a1b1", false },
	{ "0a0b0", false },
	{ "iaibi", false },
	{ "\\a\\b\\", false },
	{ "!!a!", false },
	{ "!(a)(b)!\\2\\1!", true },
	{ "!(a)!\\2!", false },
	{ "!(a)!\\0!", false },
	{ "!(a)\\1!b!", true },
	{ "!(a)\\2!b!", false },
	{ "!a\\(!b!", true },
	{ "!(a!b!", false },
	{ "!a)!b!", true },
	{ "!()!b!", true },
	{ "!(|a)!b!", false },
	{ "!a|!b!", false },
	{ "!a|b!b!", true },
	{ "!*!b!", false },
	{ "!^*!b!", false },
	{ "!a**!b!", false },
	{ "!(*a)!b!", false },
	{ "!{!b!", true },
	{ "!{1}!b!", false },
	{ "!a{1,}!b!", true },
	{ "!a{255}!b!", true },
	{ "!a{256}!b!", false },
	{ "!a{2,1}!b!", false },
	{ "!a{1!b!", false },
	{ "![!b!", false },
	{ "![]!b!", false },
	{ "![]a-]!b!", true },
	{ "![z-a]!b!", false },
	{ "![a-c-e]!b!", false },
	{ "![[:alpha:]]!b!", true },
	{ "![[:letter:]]!b!", false },
	{ "![[:alpha:!b!", false },
	{ "![[.a.]-z]!b!", true },
	{ "![[..]]!b!", false },
	{ "![[=a=]-z]!b!", true },
};

START_TEST(regexps_of_naptr)
{
	const char *why = regexp_flaw(view_of(regexps[_i].text, strlen(regexps[_i].text)));

	ck_assert_msg((why == NULL) == regexps[_i].good, "%s: %s", regexps[_i].text, why != NULL ? why : "taken");
}
END_TEST

START_TEST(checks_find_what_they_are_for)
{
	struct checked c;

	checked_begin(&c, "example.org.");
	checked_text(&c, view_of(plain[_i].text, strlen(plain[_i].text)));
	ck_assert_msg(c.syntax_errors == 0, "%s: %s", plain[_i].why, c.first_error);
	ck_assert_msg(strcmp(names(&c), plain[_i].found) == 0, "%s: found \"%s\", not \"%s\"", plain[_i].why,
		      names(&c), plain[_i].found);
	ck_assert_msg(c.result.errors == plain[_i].errors, "%s: %u errors", plain[_i].why,
		      (unsigned)c.result.errors);
	checked_end(&c);
}
END_TEST

/* When the signatures of data/ were good: in 2025; they go from 2020 to 2030. */
enum { GOOD_TIME = 1750000000 };

#define JUNK(tag)                                                                                                 \
	"mail.example. 3600 IN RRSIG AAAA 15 2 3600 20300101000000 20200101000000 " tag " example. AAAA\n"

static const struct {
	const char *why, *file, *from, *to, *found; /* every `from` in the file becomes `to`; NULL: as it is */
	int64_t now;                                /* 0: a good time */
} broken[] = {
	{ "NSEC, as signed", "nsec", NULL, NULL, "", 0 },
	{ "NSEC3, as signed", "nsec3", NULL, NULL, "", 0 },
	{ "NSEC3 with opt-out, as signed", "optout", NULL, NULL, "", 0 },
	{ "ZONEMD and NSEC, as signed", "zonemd", NULL, NULL, "", 0 },
	{ "RFC 8976 A.1", "rfc8976-a1", NULL, NULL, "", 0 },
	{ "RFC 8976 A.2", "rfc8976-a2", NULL, NULL, "out-of-zone duplicate below-cut mx-missing not-at-apex", 0 },
	{ "RFC 8976 A.3", "rfc8976-a3", NULL, NULL, "zonemd-unsupported", 0 },
	{ "after their end", "nsec", NULL, NULL, "rrsig-expired", 1900000000 },
	{ "before their time", "nsec", NULL, NULL, "rrsig-not-yet", 1500000000 },
	{ "shortly before their end", "nsec", NULL, NULL, "rrsig-expires-soon", 1893456000 - 604700 },
	{ "just not shortly", "nsec", NULL, NULL, "", 1893456000 - 604800 },
	{ "an address changed", "nsec", "192.0.2.1", "192.0.2.9", "rrsig-wrong", 0 },
	{ "an unsigned record changed: no matter", "nsec", "192.0.2.4", "192.0.2.9", "", 0 },
	{ "a record added to a signed set", "nsec", "mail.example. 3600 IN A ",
	  "mail.example. 3600 IN A 192.0.2.77\n"
	  "mail.example. 3600 IN A ",
	  "rrsig-wrong", 0 },
	{ "a name added", "nsec", "mail.example. 3600 IN A ",
	  "new.example. 3600 IN A 192.0.2.7\nmail.example. 3600 IN A ",
	  "denial-missing denial-chain rrsig-missing", 0 },
	{ "a name added", "nsec3", "mail.example. 3600 IN A ",
	  "new.example. 3600 IN A 192.0.2.7\nmail.example. 3600 IN A ", "denial-missing rrsig-missing", 0 },
	{ "an insecure delegation added", "nsec3", "mail.example. 3600 IN A ",
	  "new.example. 3600 IN NS ns1\nmail.example. 3600 IN A ", "denial-missing", 0 },
	{ "an insecure delegation added, below an empty non-terminal", "optout", "mail.example. 3600 IN A ",
	  "new.to.example. 3600 IN NS ns1\nmail.example. 3600 IN A ", "", 0 },
	{ "a name added to an opt-out zone", "optout", "mail.example. 3600 IN A ",
	  "new.to.example. 3600 IN A 192.0.2.7\nmail.example. 3600 IN A ", "denial-missing rrsig-missing", 0 },
	{ "a name added beside an insecure delegation", "optout", "mail.example. 3600 IN A ",
	  "new.example. 3600 IN A 192.0.2.7\nmail.example. 3600 IN A ", "denial-missing rrsig-missing", 0 },
	{ "the record of an empty non-terminal above a signed name taken away", "optout",
	  "\n2M8AAB7A529IV8QTSSQLHKF107FGRB0I.example. 300 IN NSEC3", "\n;",
	  "denial-missing denial-chain rrsig-stray", 0 },
	{ "the last NSEC record leads elsewhere", "nsec", "NSEC example. TXT", "NSEC tree.example. TXT",
	  "denial-chain rrsig-wrong", 0 },
	{ "two NSEC records", "nsec", "mail.example. 300 IN NSEC",
	  "mail.example. 300 IN NSEC zzz.example. A\n"
	  "mail.example. 300 IN NSEC",
	  "denial-chain rrsig-wrong", 0 },
	{ "an NSEC3 record two labels below the apex", "nsec3", "mail.example. 3600 IN A ",
	  "P9N5PTEVJSJOSKR5U50VC77GP9BDSCK8.mail.example. 300 IN NSEC3 1 0 0 - P9N5PTEVJSJOSKR5U50VC77GP9BDSCK8 "
	  "A\n"
	  "mail.example. 3600 IN A ",
	  "nsec3-record rrsig-missing", 0 },
	{ "an NSEC3 record whose owner is no hash", "nsec3", "mail.example. 3600 IN A ",
	  "xyz.example. 300 IN NSEC3 1 0 0 - P9N5PTEVJSJOSKR5U50VC77GP9BDSCK8 A\n"
	  "mail.example. 3600 IN A ",
	  "nsec3-record rrsig-missing", 0 },
	{ "a type taken away", "nsec", "mail.example. 3600 IN AAAA", ";", "denial-bitmap rrsig-stray", 0 },
	{ "a type taken away", "nsec3", "mail.example. 3600 IN AAAA", ";", "denial-bitmap rrsig-stray", 0 },
	{ "an NSEC record taken away", "nsec", "mail.example. 300 IN NSEC", ";", "denial-missing rrsig-stray", 0 },
	{ "the apex NSEC record taken away", "nsec", "\nexample. 300 IN NSEC", "\n;",
	  "denial-missing denial-stray rrsig-stray", 0 },
	{ "an NSEC record that leads elsewhere", "nsec", "NSEC mail.example.", "NSEC lail.example.",
	  "denial-chain rrsig-wrong", 0 },
	{ "an NSEC record with another type", "nsec", "ns1.example. A AAAA RRSIG NSEC",
	  "ns1.example. A HINFO AAAA RRSIG NSEC", "denial-bitmap rrsig-wrong", 0 },
	{ "an NSEC record below a cut", "nsec", "mail.example. 3600 IN A ",
	  "ns.signed.example. 3600 IN NSEC a. A NSEC\nmail.example. 3600 IN A ", "below-cut denial-stray", 0 },
	{ "an NSEC3 record taken away", "nsec3", "P9N5PTEVJSJOSKR5U50VC77GP9BDSCK8.example. 300 IN NSEC3", ";",
	  "denial-missing denial-chain rrsig-stray", 0 },
	{ "an NSEC3 record that leads elsewhere", "nsec3", "- P9N5PTEVJSJOSKR5U50VC77GP9BDSCK8",
	  "- P9N5PTEVJSJOSKR5U50VC77GP9BDSCK7", "denial-chain rrsig-wrong", 0 },
	{ "NSEC3PARAM without a chain", "nsec3", "example. 0 IN NSEC3PARAM 1 0 0 -",
	  "example. 0 IN NSEC3PARAM 1 0 0 abcd", "denial-missing rrsig-wrong", 0 },
	{ "NSEC3PARAM with flags", "nsec3", "NSEC3PARAM 1 0 0 -", "NSEC3PARAM 1 1 0 -", "nsec3param rrsig-wrong",
	  0 },
	{ "iterations", "nsec3", " 1 0 0 -", " 1 0 5 -",
	  "nsec3-iterations denial-missing denial-stray rrsig-wrong", 0 },
	{ "many iterations", "nsec3", " 1 0 0 -", " 1 0 500 -", "nsec3-iterations-high rrsig-wrong", 0 },
	{ "a signature taken away", "nsec", "mail.example. 3600 IN RRSIG AAAA", ";", "rrsig-missing", 0 },
	{ "the apex signatures taken away, but one", "nsec", "\nexample. 3600 IN RRSIG SOA", "\n;",
	  "rrsig-missing", 0 },
	{ "a signature with another TTL", "nsec", "mail.example. 3600 IN RRSIG AAAA",
	  "mail.example. 60 IN RRSIG AAAA", "rrsig-ttl", 0 },
	{ "a signature by no key of ours", "nsec", "34205 example.", "34206 example.", "rrsig-missing rrsig-stray",
	  0 },
	{ "too many signatures: the good one is the ninth", "nsec", "mail.example. 3600 IN RRSIG AAAA",
	  JUNK("1") JUNK("2") JUNK("3") JUNK("4") JUNK("5") JUNK("6") JUNK("7")
	      JUNK("8") "mail.example. 3600 IN RRSIG AAAA",
	  "rrsig-missing rrsig-stray rrsig-unverified", 0 },
	{ "a signature by another zone", "nsec", "34205 example.", "34205 example.org.",
	  "rrsig-missing rrsig-stray", 0 },
	{ "a signature with too many labels", "nsec", "RRSIG AAAA 15 2", "RRSIG AAAA 15 3", "rrsig-wrong", 0 },
	{ "a signature over glue", "nsec", "mail.example. 3600 IN RRSIG AAAA",
	  "ns.signed.example. 3600 IN RRSIG A 15 3 3600 20300101000000 20200101000000 34205 example. AAAA\n"
	  "mail.example. 3600 IN RRSIG AAAA",
	  "rrsig-stray", 0 },
	{ "a TTL that was not signed", "nsec", "mail.example. 3600 IN AAAA", "mail.example. 3500 IN AAAA",
	  "rrsig-ttl", 0 },
	{ "the digest changed by glue", "zonemd", "192.0.2.4", "192.0.2.9", "zonemd-wrong", 0 },
	{ "the digest changed by a TTL", "rfc8976-a1", "ns1 3600", "ns1 3601", "zonemd-wrong", 0 },
	{ "the digest wrong", "rfc8976-a2", "a3b69bad", "a3b69bae",
	  "out-of-zone duplicate below-cut mx-missing zonemd-wrong not-at-apex", 0 },
};

/* replaced reads a file and changes every `from` in it; the result is static. */
static struct view replaced(const char *file, const char *from, const char *to)
{
	static char in[65536], out[2 * sizeof in];
	char path[256];
	size_t n;

	(void)snprintf(path, sizeof path, "tests/zone/data/%s.zone", file);
	FILE *f = fopen(path, "r");
	ck_assert_msg(f != NULL, "%s: run this from the top of the tree", path);
	n = fread(in, 1, sizeof in - 1, f);
	in[n] = 0;
	(void)fclose(f);
	struct wr w = wr_of(out, sizeof out);
	const char *at = in;
	for (const char *hit; from != NULL && (hit = strstr(at, from)) != NULL; at = hit + strlen(from)) {
		wr_bytes(&w, at, (size_t)(hit - at));
		wr_bytes(&w, to, strlen(to));
	}
	ck_assert_msg(from == NULL || at != in, "\"%s\" is not in %s", from, path);
	wr_bytes(&w, at, strlen(at));
	ck_assert(!w.full);
	return wr_view_of(&w);
}

START_TEST(signed_zones)
{
	struct checked c;

	checked_begin(&c, "example.");
	c.o.now = broken[_i].now != 0 ? broken[_i].now : GOOD_TIME;
	checked_text(&c, replaced(broken[_i].file, broken[_i].from, broken[_i].to));
	ck_assert_msg(c.syntax_errors == 0, "%s: %s", broken[_i].why, c.first_error);
	ck_assert_msg(strcmp(names(&c), broken[_i].found) == 0, "%s (%s): found \"%s\", not \"%s\"",
		      broken[_i].why, broken[_i].file, names(&c), broken[_i].found);
	checked_end(&c);
}
END_TEST

START_TEST(rfc_8976_a5)
{
	struct checked c;

	checked_begin(&c, "root-servers.net.");
	checked_text(&c, replaced("rfc8976-a5", NULL, NULL));
	ck_assert_str_eq(names(&c), "duplicate");
	checked_end(&c);
}
END_TEST

/* What is said, where another check would find the same zone wrong for another reason. */
static const struct {
	const char *why, *text, *said;
	enum check_id id;
} said[] = {
	{ "ZONEMD for another serial",
	  HEAD "@ ZONEMD 2 1 1 c68090d90a7aed716bc459f9340e3d7c1370d4d24b7e2fc3"
	       "a1ddc0b9a87153b9a9713b3c9ae5cc27777f98b8e730044c\n",
	  "example.org.: the ZONEMD record is for serial 2, the zone has 1", CHECK_ZONEMD_WRONG },
	{ "two ZONEMDs of a kind",
	  HEAD "@ ZONEMD 1 1 1 c68090d90a7aed716bc459f9340e3d7c1370d4d24b7e2fc3"
	       "a1ddc0b9a87153b9a9713b3c9ae5cc27777f98b8e730044c\n@ ZONEMD 1 1 1 "
	       "d68090d90a7aed716bc459f9340e3d7c1370d4d2"
	       "4b7e2fc3a1ddc0b9a87153b9a9713b3c9ae5cc27777f98b8e730044c\n",
	  "example.org.: two ZONEMD records of scheme 1 and hash 1", CHECK_ZONEMD_WRONG },
	{ "DS at the apex", HEAD "@ DS 1 13 2 0001020304050607080910111213141516171819202122232425262728293031\n",
	  "example.org.: a DS record at the apex: it belongs to the parent zone", CHECK_DS_WITHOUT_NS },
};

START_TEST(findings_say_what_is_wrong)
{
	struct checked c;

	checked_begin(&c, "example.org.");
	checked_text(&c, view_of(said[_i].text, strlen(said[_i].text)));
	ck_assert_msg(strcmp(c.first[said[_i].id], said[_i].said) == 0, "%s: %s", said[_i].why,
		      c.first[said[_i].id]);
	checked_end(&c);
}
END_TEST

/* Work is bounded: of many keys so many are looked at. */
START_TEST(too_many_keys)
{
	static char text[20000];
	struct checked c;
	int n = snprintf(text, sizeof text, "%s", HEAD);

	for (int i = 0; i < 100; i++)
		n += snprintf(text + n, sizeof text - (size_t)n,
			      "@ DNSKEY 257 3 15 %08dAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", i);
	checked_begin(&c, "example.org.");
	checked_text(&c, view_of(text, (size_t)n));
	ck_assert_str_eq(names(&c), "dnskey unsigned");
	ck_assert_str_eq(c.first[CHECK_DNSKEY], "example.org.: 100 keys; only 32 of them are looked at");
	ck_assert_uint_eq(c.result.warnings, 2);
	checked_end(&c);
}
END_TEST

/* com.com exists: in a zone of one label a name that repeats it is no mistake. */
START_TEST(zones_of_one_label)
{
	static const char text[] = HEAD "com A 192.0.2.1\nwww CNAME com\n";
	struct checked c;

	checked_begin(&c, "com.");
	checked_text(&c, view_of(text, sizeof text - 1));
	ck_assert_str_eq(names(&c), "");
	checked_end(&c);
}
END_TEST

/* A check can be made an error, a warning, or be turned off, by its name. */
START_TEST(severities)
{
	static const char text[] = HEAD "www A 192.0.2.1\nwww A 192.0.2.1\n";

	for (int severity = SEVERITY_OFF; severity <= SEVERITY_ERROR; severity++) {
		struct checked c;
		enum check_id id;

		checked_begin(&c, "example.org.");
		ck_assert(check_find("duplicate", &id));
		c.o.severity[id] = (uint8_t)severity;
		checked_text(&c, view_of(text, sizeof text - 1));
		ck_assert_uint_eq(c.found[id], severity != SEVERITY_OFF);
		ck_assert_uint_eq(c.result.errors, severity == SEVERITY_ERROR);
		ck_assert_uint_eq(c.result.warnings, severity == SEVERITY_WARNING);
		ck_assert_uint_eq(c.result.ran[id / 64] >> id % 64 & 1, severity != SEVERITY_OFF);
		ck_assert_int_eq(checked_accepted(&c), severity != SEVERITY_ERROR);
		checked_end(&c);
	}
}
END_TEST

/* So many findings of a check are told, then how many more there are; all are counted. */
START_TEST(and_so_many_more)
{
	char text[8192];
	struct checked c;
	int n = snprintf(text, sizeof text, "%s", HEAD);

	for (int i = 0; i < 50; i++)
		n += snprintf(text + n, sizeof text - (size_t)n, "@ MX %d mx%d\n", i, i);
	checked_begin(&c, "example.org.");
	c.o.findings_max = 7;
	checked_text(&c, view_of(text, (size_t)n));
	ck_assert_uint_eq(c.found[CHECK_MX_MISSING], 7 + 1);
	ck_assert_uint_eq(c.result.warnings, 50);
	ck_assert_str_eq(c.first[CHECK_MX_MISSING], "example.org.: MX mx0.example.org. has no address record");
	ck_assert_uint_eq(c.first_line[CHECK_MX_MISSING], 3);
	checked_end(&c);
}
END_TEST

/* Sets that fit into a message are taken, larger ones are not; neither are more types at a name than the limit. */
START_TEST(sizes)
{
	static char text[400000];
	struct checked c;

	for (int records = 252; records <= 254; records++) { /* 258 octets each, with its TYPE, TTL and length */
		int n = snprintf(text, sizeof text, "%s", HEAD);
		for (int i = 0; i < records; i++)
			n += snprintf(text + n, sizeof text - (size_t)n, "www TXT \"%03d%0242d\"\n", i, 0);
		checked_begin(&c, "example.org.");
		checked_text(&c, view_of(text, (size_t)n));
		/* 12 + 17 + 4 + 11, then 12 + 246 a record */
		ck_assert_str_eq(names(&c), 44 + records * 258 > 65535 ? "too-large" : "");
		checked_end(&c);
	}
	int n = snprintf(text, sizeof text, "%s", HEAD);
	for (int i = 0; i < 101; i++)
		n += snprintf(text + n, sizeof text - (size_t)n, "www TYPE%d \\# 0\n", 1000 + i);
	checked_begin(&c, "example.org.");
	checked_text(&c, view_of(text, (size_t)n));
	ck_assert_str_eq(names(&c), "types-per-name");
	checked_end(&c);
	checked_begin(&c, "example.org.");
	c.o.types_max = 101;
	c.o.rrs_max = 0;
	checked_text(&c, view_of(text, (size_t)n));
	ck_assert_str_eq(names(&c), "rrs-per-rrset");
	checked_end(&c);
}
END_TEST

/* Threads find what one finds, in the same order. */
START_TEST(threads_agree)
{
	static char text[2000000];
	struct view base = replaced("nsec", NULL, NULL);
	char first[2][256];
	uint64_t errors[2];
	int n = snprintf(text, sizeof text, "%.*s", (int)base.n, (const char *)base.p);

	for (int i = 0; i < 12000; i++)
		n += snprintf(text + n, sizeof text - (size_t)n, "x%d.example. 60 TXT x\n", i);
	for (unsigned t = 0; t < 2; t++) {
		struct checked c;
		checked_begin(&c, "example.");
		c.o.now = GOOD_TIME;
		work_use(1 + 3 * t);
		checked_text(&c, view_of(text, (size_t)n));
		errors[t] = c.result.errors;
		memcpy(first[t], c.first[CHECK_RRSIG_MISSING], sizeof first[t]);
		checked_end(&c);
	}
	work_use(1);
	ck_assert_uint_eq(errors[0], errors[1]);
	ck_assert_str_eq(first[0], first[1]);
}
END_TEST

/* The table is whole: every check has a name of its own and an explanation. */
START_TEST(every_check_has_a_row)
{
	for (int i = 0; i < CHECKS; i++) {
		const struct check *row = check_row((enum check_id)i);
		enum check_id found;

		ck_assert_ptr_nonnull(row->name);
		ck_assert_ptr_nonnull(row->text);
		ck_assert_int_ne(row->preset, SEVERITY_OFF);
		ck_assert(check_find(row->name, &found));
		ck_assert_int_eq((int)found, i);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("checks");
	TCase *t = tcase_create("checks");

	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, checks_find_what_they_are_for, 0, COUNT_OF(plain));
	tcase_add_loop_test(t, signed_zones, 0, COUNT_OF(broken));
	tcase_add_loop_test(t, regexps_of_naptr, 0, COUNT_OF(regexps));
	tcase_add_test(t, rfc_8976_a5);
	tcase_add_loop_test(t, findings_say_what_is_wrong, 0, COUNT_OF(said));
	tcase_add_test(t, zones_of_one_label);
	tcase_add_test(t, too_many_keys);
	tcase_add_test(t, severities);
	tcase_add_test(t, and_so_many_more);
	tcase_add_test(t, sizes);
	tcase_add_test(t, threads_agree);
	tcase_add_test(t, every_check_has_a_row);
	suite_add_tcase(s, t);
	return run_suite(s);
}
