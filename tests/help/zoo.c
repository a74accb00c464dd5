#include "tests/help/zoo.h"

#include <stdio.h>
#include <stdlib.h>

/* A zone with some of everything, signed as far as that matters to who only serves. */
static const char nsec[] = "$TTL 300\n"
			   "@ SOA ns hostmaster 7 3600 600 86400 300\n"
			   "@ RRSIG SOA 8 1 300 20300101000000 20200101000000 1 @ AAAA\n"
			   "@ NS ns\n@ NS ns.cut\n@ NSEC *.wild NS SOA RRSIG NSEC\n@ RRSIG NSEC 8 1 300 "
			   "20300101000000 20200101000000 1 @ AAAA\n"
			   "alias CNAME a.b.wild\n"
			   "moved DNAME wild\nmoved NSEC ns DNAME NSEC\n"
			   "ns A 192.0.2.1\nns AAAA 2001:db8::1\nns NSEC *.wild A AAAA NSEC\n"
			   "mx MX 10 mail.tail\nmx MX 20 other.tail\nmx MX 30 ns\n"
			   "deep.er.and.deep.er TXT x\n"
			   "cut NS ns.cut\ncut NS ns.cut2\ncut NSEC moved NS NSEC\nns.cut A 192.0.2.2\ncut2 NS "
			   "ns.cut\nns.cut2 A 192.0.2.3\n"
			   "*.wild TXT w\n*.wild NSEC @ TXT NSEC\n";

static const char nsec3[] =
    "$TTL 300\n"
    "@ SOA ns hostmaster 7 3600 600 86400 300\n"
    "@ RRSIG SOA 8 1 300 20300101000000 20200101000000 1 @ AAAA\n"
    "@ NS ns\n@ NSEC3PARAM 1 0 1 AB\n"
    "ns A 192.0.2.1\n"
    "cut NS ns.cut\nns.cut A 192.0.2.2\n"
    "*.wild TXT w\n"
    "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom NSEC3 1 1 1 AB 2t7b4g4vsa5smi47k61mv5bv1a22bojr NS SOA RRSIG NSEC3PARAM\n"
    "2t7b4g4vsa5smi47k61mv5bv1a22bojr NSEC3 1 1 1 AB 0p9mhaveqvm6t7vbl5lop2u3t2rp3tom A\n"
    "2t7b4g4vsa5smi47k61mv5bv1a22bojr RRSIG NSEC3 8 2 300 20300101000000 20200101000000 1 @ AAAA\n";

/* big_zone gives a zone's text so much more that it has an image of its own, and pieces. */
static char *big_zone(const char *small, unsigned hosts)
{
	size_t cap = 200000, n;
	char *text = malloc(cap);

	if (text == NULL)
		abort();
	n = (size_t)snprintf(text, cap, "%s", small);
	for (unsigned i = 0; i < hosts; i++)
		n += (size_t)snprintf(text + n, cap - n,
				      "h%u A 10.0.0.%u\nbig TXT \"%0200u\"\nmuch MX %u mail.h%u\n", i, i % 250, i,
				      i, i);
	return text;
}

void zoo_zones(struct answering *a)
{
	char *big = big_zone(nsec, 100), *big3 = big_zone(nsec3, 40);

	answering_zone(a, "small.", nsec);
	answering_zone(a, "small3.", nsec3);
	answering_zone(a, "big.", big);
	answering_zone(a, "big3.", big3);
	free(big);
	free(big3);
}
