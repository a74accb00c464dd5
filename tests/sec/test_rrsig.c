#include "tests/help/run.h"

#include <stdlib.h>

#include "dns/rrtype.h"
#include "sec/rrsig.h"
#include "tests/model/load.h"

static struct view unbase64(const char *text, uint8_t *out)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	uint32_t bits = 0;
	size_t n = 0;

	for (unsigned k = 0; *text != 0 && *text != '='; text++) {
		bits = bits << 6 | (uint32_t)(strchr(digits, *text) - digits);
		if (++k % 4 != 1)
			out[n++] = (uint8_t)(bits >> (2 * (3 - (k - 1) % 4)));
	}
	return view_of(out, n);
}

/* Signatures that RFCs print, and the sets they are over. */
static const struct {
	const char *from;
	uint16_t flags;
	uint8_t algorithm, labels;
	uint32_t ttl, expires, begins;
	uint16_t tag;
	const char *signer, *owner;
	uint16_t type;
	struct view rdata;
	const char *key, *signature;
} vectors[] = {
	{ "RFC 4035 B.6, a wildcard's expansion",
	  256,
	  5,
	  2,
	  3600,
	  1084127779,
	  1081535779,
	  38519,
	  "example.",
	  "a.z.w.Example.",
	  RR_MX,
	  { (const uint8_t *)"\0\1\2Ai\7example\0", 14 },
	  "AQOy1bZVvpPqhg4j7EJoM9rI3ZmyEx2OzDBVrZy/"
	  "lvI5CQePxXHZS4i8dANH4DX3tbHol61ek8EFMcsGXxKciJFHyhl94C+NwILQdzsUlSFo"
	  "vBZsyl/NX6yEbtw/xN9ZNcrbYvgjjZ/UVPZIySFNsgEYvh0z2542lzMKR4Dh8uZffQ==",
	  "OMK8rAZlepfzLWW75Dxd63jy2wswESzxDKG2f9AMN1CytCd10cYISAxfAdvXSZ7xujKAtPbctvOQ2ofO7AZJ+d01EeeQTVBPq4/"
	  "6KCWhqe2X"
	  "TjnkVLNvvhnc0u28aoSsG0+4InvkkOHknKxw4kX18MMR34i8lC36SR5xBni8vHI=" },
	{ "RFC 5702 6.1",
	  256,
	  8,
	  3,
	  3600,
	  1893456000,
	  946684800,
	  9033,
	  "example.net.",
	  "www.example.net.",
	  RR_A,
	  { (const uint8_t *)"\300\0\2\133", 4 },
	  "AwEAAcFcGsaxxdgiuuGmCkVImy4h99CqT7jwY3pexPGcnUFtR2Fh36BponcwtkZ4cAgtvd4Qs8PkxUdp6p/DlUmObdk=",
	  "kRCOH6u7l0QGy9qpC9l1sLncJcOKFLJ7GhiUOibu4teYp5VE9RncriShZNz85mwlMgNEacFYK/lPtPiVYP4bwg==" },
	{ "RFC 5702 6.2",
	  256,
	  10,
	  3,
	  3600,
	  1893456000,
	  946684800,
	  3740,
	  "example.net.",
	  "www.example.net.",
	  RR_A,
	  { (const uint8_t *)"\300\0\2\133", 4 },
	  "AwEAAdHoNTOW+et86KuJOWRDp1pndvwb6Y83nSVXXyLA3DLroROUkN6X0O6pnWnjJQujX/AyhqFDxj13tOnD9u/"
	  "1kTg7cV6rklMrZDtJCQ5P"
	  "Cl/D7QNPsgVsMu1J2Q8gpMpztNFLpPBz1bWXjDtaR7ZQBlZ3PFY12ZTSncorffcGmhOL",
	  "tsb4wnjRUDnB1BUi+t6TMTXThjVnG+eCkWqjvvjhzQL1d0YRoOe0CbxrVDYd0xDtsuJRaeUw1ep94PzEWzr0iGYgZBWm/"
	  "zpq+9fOuagYJRfD"
	  "qfReKBzMweOLDiNa8iP5g9vMhpuv6OPlvpXwm9Sa9ZXIbNl1MBGk0fthPgxdDLw=" },
	{ "RFC 6605 6.1",
	  257,
	  13,
	  3,
	  3600,
	  1284026679,
	  1281607479,
	  55648,
	  "example.net.",
	  "www.example.net.",
	  RR_A,
	  { (const uint8_t *)"\300\0\2\1", 4 },
	  "GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA==",
	  "qx6wLYqmh+l9oCKTN6qIc+bw6ya+KJ8oMz0YP107epXAyGmt+3SNruPFKG7tZoLBLlUzGGus7ZwmwWep666VCw==" },
	{ "RFC 6605 6.2",
	  257,
	  14,
	  3,
	  3600,
	  1284027625,
	  1281608425,
	  10771,
	  "example.net.",
	  "www.example.net.",
	  RR_A,
	  { (const uint8_t *)"\300\0\2\1", 4 },
	  "xKYaNhWdGOfJ+nPrL8/arkwf2EY3MDJ+SErKivBVSum1w/egsXvSADtNJhyem5RCOpgQ6K8X1DRSEkrbYQ+OB+v8/"
	  "uX45NBwY8rp65F6Glur"
	  "8I/mlVNgF6W/qTI37m40",
	  "/L5hDKIvGDyI1fcARX3z65qrmPsVz73QD1Mr5CEqOiLP95hxQouuroGCeZOvzFaxsT8Glr74hbavRKayJNuydCuzWTSSPdz7wnqXL5b"
	  "dcJzu"
	  "sdnI0RSMROxxwGipWcJm" },
	{ "RFC 8080 6.1, with erratum 4935",
	  257,
	  15,
	  2,
	  3600,
	  1440021600,
	  1438207200,
	  3613,
	  "example.com.",
	  "example.com.",
	  RR_MX,
	  { (const uint8_t *)"\0\12\4mail\7example\3com\0", 20 },
	  "l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=",
	  "oL9krJun7xfBOIWcGHi7mag5/hdZrKWw15jPGrHpjQeRAvTdszaPD+QLs3fx8A4M3e23mRZ9VrbpMngwcrqNAg==" },
	{ "RFC 8080 6.2, with erratum 4935",
	  257,
	  16,
	  2,
	  3600,
	  1440021600,
	  1438207200,
	  9713,
	  "example.com.",
	  "example.com.",
	  RR_MX,
	  { (const uint8_t *)"\0\12\4mail\7example\3com\0", 20 },
	  "3kgROaDjrh0H2iuixWBrc8g2EpBBLCdGzHmn+G2MpTPhpj/OiBVHHSfPodx1FYYUcJKm1MDpJtIA",
	  "3cPAHkmlnxcDHMyg7vFC34l0blBhuG1qpwLmjInI8w1CMB29FkEAIJUA0amxWndkmnBZ6SKiwZSAxGILn/NBtOXft0+Gj7FSvOKxE/"
	  "07+4RQ"
	  "vE581N3Aj/JtIyaiYVdnYtyMWbSNyGEY2213WKsJlwEA" },
};

/* The RDATA of a vector's RRSIG and DNSKEY, as they would stand in a zone. */
static struct view rrsig_rdata(int i, uint8_t *out)
{
	struct name signer = name_of(vectors[i].signer);
	struct wr w = wr_of(out, 1024);
	uint8_t signature[512];

	wr_u16(&w, vectors[i].type);
	wr_u8(&w, vectors[i].algorithm);
	wr_u8(&w, vectors[i].labels);
	wr_u32(&w, vectors[i].ttl);
	wr_u32(&w, vectors[i].expires);
	wr_u32(&w, vectors[i].begins);
	wr_u16(&w, vectors[i].tag);
	wr_bytes(&w, signer.wire, signer.len);
	wr_view(&w, unbase64(vectors[i].signature, signature));
	return wr_view_of(&w);
}

static struct view dnskey_rdata(int i, uint8_t *out)
{
	struct wr w = wr_of(out, 1024);
	uint8_t key[512];

	wr_u16(&w, vectors[i].flags);
	wr_u8(&w, 3);
	wr_u8(&w, vectors[i].algorithm);
	wr_view(&w, unbase64(vectors[i].key, key));
	return wr_view_of(&w);
}

START_TEST(signatures_of_rfcs)
{
	uint8_t sig_bytes[1024], key_bytes[1024], rdata[32];
	struct name owner = name_of(vectors[_i].owner), other = name_of("b.example.");
	struct view one = { rdata, vectors[_i].rdata.n };
	struct signed_set set = { &owner, vectors[_i].type, CLASS_IN, 1, &one };
	struct sign_room room = { 0 };
	struct public_key *key;
	struct dnskey k;
	struct rrsig sig;

	memcpy(rdata, vectors[_i].rdata.p, one.n);
	ck_assert(rrsig_read(rrsig_rdata(_i, sig_bytes), &sig));
	ck_assert(dnskey_read(dnskey_rdata(_i, key_bytes), &k));
	ck_assert_msg(k.tag == vectors[_i].tag, "%s: key tag %u", vectors[_i].from, k.tag);
	ck_assert_int_eq(public_key_of(k.algorithm, k.key, &key), OK);
	ck_assert_msg(rrsig_verify(&sig, key, &set, &room) == OK, "%s", vectors[_i].from);
	sig.ttl++;
	ck_assert_msg(rrsig_verify(&sig, key, &set, &room) == ERR_REFUSED, "the TTL is signed");
	sig.ttl--;
	set.owner = &other;
	ck_assert_msg(rrsig_verify(&sig, key, &set, &room) != OK, "the owner is signed");
	set.owner = &owner;
	rdata[0] ^= 1;
	ck_assert_msg(rrsig_verify(&sig, key, &set, &room) == ERR_REFUSED, "the RDATA is signed");
	rdata[0] ^= 1;
	set.n = 0;
	ck_assert_msg(rrsig_verify(&sig, key, &set, &room) == ERR_REFUSED, "the whole set is signed");
	set.n = 1;
	sig.labels = 100;
	ck_assert_msg(rrsig_verify(&sig, key, &set, &room) == ERR_FORMAT, "more labels than the owner has");
	public_key_free(key);
	free(room.p);
}
END_TEST

/* RFC 4034 5.4 prints this key with its tag. */
START_TEST(key_tag_of_rfc_4034)
{
	uint8_t rdata[256] = { 1, 0, 3, 5 };
	struct view key =
	    unbase64("AQOeiiR0GOMYkDshWoSKz9XzfwJr1AYtsmx3TGkJaNXVbfi/2pHm822aJ5iI9BMzNXxeYCmZDRD99WYwYqUSdjMm"
		     "mAphXdvxegXd/M5+X7OrzKBaMbCVdFLUUh6DhweJBjEVv5f2wwjM9XzcnOf+EPbtG9DMBmADjFDc2w/rljwvFw==",
		     rdata + 4);

	ck_assert_uint_eq(key_tag(view_of(rdata, 4 + key.n)), 60485);
}
END_TEST

START_TEST(short_rdata)
{
	uint8_t bytes[1024];
	struct view whole = rrsig_rdata(1, bytes);
	struct dnskey k;
	struct rrsig sig;

	for (size_t n = 0; n <= 18 + 13; n++)
		ck_assert_msg(!rrsig_read(view_of(whole.p, n), &sig), "RRSIG of %zu octets", n);
	ck_assert_msg(rrsig_read(view_of(whole.p, 18 + 13 + 1), &sig), "a signature of one octet is one");
	for (size_t n = 0; n < 4; n++)
		ck_assert_msg(!dnskey_read(view_of(whole.p, n), &k), "DNSKEY of %zu octets", n);
}
END_TEST

/* RFC 4034 3.1.5: times are compared as serial numbers, and wrap in 2106. */
START_TEST(times_wrap)
{
	const int64_t now = 0x100000000 + 1000;

	ck_assert_int_eq(serial_time(2000, now), 0x100000000 + 2000);
	ck_assert_int_eq(serial_time(0xfffffff0, now), 0xfffffff0);
	ck_assert_int_eq(serial_time(1000, 1000), 1000);
	ck_assert_int_eq(serial_time(999, 1000), 999);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("rrsig");
	TCase *t = tcase_create("rrsig");

	tcase_add_loop_test(t, signatures_of_rfcs, 0, COUNT_OF(vectors));
	tcase_add_test(t, key_tag_of_rfc_4034);
	tcase_add_test(t, short_rdata);
	tcase_add_test(t, times_wrap);
	suite_add_tcase(s, t);
	return run_suite(s);
}
