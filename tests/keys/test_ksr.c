#include "tests/help/run.h"

#include <stdio.h>
#include <stdlib.h>

#include "dns/rrtype.h"
#include "keys/ksr.h"
#include "sec/rrsig.h"
#include "tests/help/rng.h"

#define HEAD   "edict-ksr 1 response\nzone example.\nttl 3600\ncds 2\n"
#define BUNDLE "bundle 20261201000000 inception 20261130230000 expires 20261215000000\n"
#define KEY                                                                                                       \
	"DNSKEY 256 3 13 "                                                                                        \
	"oJMRESz5E4gYzS/q6XDrvU1qMPYIjCWzJaOau8XNEZeqCYKD5ar0IRd8KqXXFJkqmVfRvMGPmM1x8fGAa2XhSA==\n"

static const struct {
	const char *text, *want; /* want: the message; NULL: it is right */
} texts[] = {
	{ HEAD BUNDLE KEY "end\n", NULL },
	{ "; comment\n\n  ; another\n" HEAD BUNDLE "\n" KEY "; end\nend", NULL },
	{ HEAD BUNDLE KEY "end\r\n", NULL },
	{ "", "f: is empty" },
	{ "\n;\n", "f: is empty" },
	{ "edict 1 request\n", "f:1: is not: edict-ksr 1 request" },
	{ "edict-ksr 1 offer\n", "f:1: says neither request nor response" },
	{ "edict-ksr 2 request\n", "f:1: is of version 2, and this zonec knows version 1" },
	{ "edict-ksr x request\n", "f:1: has no number" },
	{ HEAD, "f:4: is the last line, and there was no bundle" },
	{ HEAD BUNDLE KEY, "f:6: is the last line, and its bundle has no end" },
	{ HEAD BUNDLE BUNDLE, "f:6: begins a bundle before the one above has its end" },
	{ HEAD BUNDLE "end\n", "f:6: ends a bundle without records" },
	{ HEAD "end\n", "f:5: is an end without a bundle" },
	{ HEAD KEY, "f:5: is a record outside of a bundle" },
	{ HEAD BUNDLE KEY "end\n" BUNDLE, "f:8: is a bundle that does not come after the one above" },
	{ HEAD BUNDLE "DNSKEY 256 3 13 !\n", "f:6: " },
	{ HEAD BUNDLE "A 192.0.2.1\n",
	  "f:6: is none of: zone, ttl, cds, bundle, end, DNSKEY, CDS, CDNSKEY, RRSIG" },
	{ HEAD "zone other.\n", "f:5: is not: zone NAME, once" },
	{ HEAD "zone\n", "f:5: is not: zone NAME, once" },
	{ HEAD "ttl x\n", "f:5: has no number" },
	{ HEAD "ttl 99999999999\n", "f:5: has no number" },
	{ HEAD "cds 32\n", "f:5: has no number" },
	{ HEAD "bundle 1 inception 2 expires 3\n", "f:5: has a time that is not YYYYMMDDHHMMSS" },
	{ HEAD "bundle 20261201000000\n", "f:5: is not: bundle TIME inception TIME expires TIME" },
	{ HEAD "bundle 20261201000000 inception 20261202000000 expires 20261215000000\n",
	  "f:5: has times that do not" },
	{ HEAD "bundle 20261201000000 inception 20261130000000 expires 20261201000000\n",
	  "f:5: has times that do not" },
	{ "edict-ksr 1 request\n" BUNDLE, "f:2: begins a bundle before zone and ttl are said" },
	{ "edict-ksr 1 request\nzone example.\nttl 1\n" BUNDLE "CDNSKEY 0 3 0 AA==\n",
	  "f:5: does not belong into a request: only DNSKEY does" },
};

START_TEST(texts_are_read)
{
	struct ksr k;
	char why[KEY_WHY] = "";
	enum err e = ksr_parse("f", view_of(texts[_i].text, strlen(texts[_i].text)), &k, why);

	ck_assert_msg((e == OK) == (texts[_i].want == NULL), "%d: %s", _i, why);
	if (texts[_i].want != NULL)
		ck_assert_msg(strncmp(why, texts[_i].want, strlen(texts[_i].want)) == 0, "%d: %s", _i, why);
	ck_assert(e == OK || (k.n == 0 && k.bundle == NULL));
	ksr_free(&k);
}
END_TEST

static char *printed(const struct ksr *k)
{
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	ck_assert_ptr_nonnull(f);
	ksr_print(k, f);
	fclose(f);
	return text;
}

/* A key of this zone that is published and signs from the beginning. */
static struct key make_key(struct keys *keys, uint8_t algorithm, uint16_t flags)
{
	static uint8_t room[4][KEY_DNSKEY_MAX];
	static unsigned used;
	uint8_t *at = room[used++ % 4];
	struct wr w = wr_of(at, KEY_DNSKEY_MAX);
	struct key k;

	key_clear(&k);
	ck_assert(name_parse(BYTES("example."), &name_root, &k.zone) == NULL);
	ck_assert_int_eq(private_key_generate(algorithm, 0, &k.private), OK);
	wr_u16(&w, flags);
	wr_u8(&w, 3);
	wr_u8(&w, algorithm);
	wr_view(&w, private_key_public(k.private));
	ck_assert(key_set_dnskey(&k, wr_view_of(&w)));
	k.time[KEY_PUBLISH] = k.time[KEY_ACTIVATE] = k.time[KEY_SYNC_PUBLISH] = 1000;
	keys->key = realloc(keys->key, (keys->n + 1) * sizeof *keys->key);
	keys->key[keys->n++] = k;
	return k;
}

struct ceremony {
	struct keys ksks, known;
	struct ksr k;
	char *text;
};

static void hold(struct ceremony *c)
{
	char why[KEY_WHY] = "";

	memset(c, 0, sizeof *c);
	struct key zsk = make_key(&c->known, 13, DNSKEY_ZONE);
	struct key ksk = make_key(&c->ksks, 13, DNSKEY_ZONE | DNSKEY_SEP);

	c->k.zone = zsk.zone;
	c->k.ttl = 3600;
	c->k.cds = 1U << 2;
	for (int i = 0; i < 3; i++) {
		int64_t t = 1795884356 + i * 86400;
		struct ksr_bundle *b = ksr_bundle_add(&c->k, t, t - 3600, t + 1000000);
		ck_assert(ksr_record_add(&c->k, b, RR_DNSKEY, zsk.dnskey));
	}
	ck_assert_msg(ksr_sign(&c->k, "f", &c->ksks, why) == OK, "%s", why);
	c->known.key = realloc(c->known.key, 2 * sizeof *c->known.key);
	c->known.key[c->known.n++] = ksk;
	c->known.key[1].private = NULL; /* its public half is enough */
	c->text = printed(&c->k);
}

static void go(struct ceremony *c)
{
	private_key_free(c->known.key[0].private);
	private_key_free(c->ksks.key[0].private);
	free(c->known.key);
	free(c->ksks.key);
	free(c->text);
	ksr_free(&c->k);
}

START_TEST(a_ceremony)
{
	struct ceremony c;
	struct ksr back;
	struct name other;
	char why[KEY_WHY] = "";

	hold(&c);
	ck_assert_uint_eq(c.k.bundle[0].n, 2 + 2 + 3); /* keys, CDNSKEY and CDS, a signature for each set */
	ck_assert_int_eq(ksr_parse("f", view_of(c.text, strlen(c.text)), &back, why), OK);
	ck_assert_msg(ksr_check(&back, "f", &c.k.zone, &c.known, why) == OK, "%s", why);
	char *again = printed(&back);
	ck_assert_str_eq(again, c.text);
	free(again);
	ck_assert(name_parse(BYTES("other."), &name_root, &other) == NULL);
	ck_assert_int_eq(ksr_check(&back, "f", &other, &c.known, why), ERR_REFUSED);
	c.known.n = 1; /* the KSK is not known */
	ck_assert_int_eq(ksr_check(&back, "f", &c.k.zone, &c.known, why), ERR_REFUSED);
	ksr_free(&back);
	go(&c);
}
END_TEST

/* A ZSK is here to sign the zone. That its own signature came back says nothing of the KSK. */
START_TEST(a_zsk_is_not_to_be_trusted_with_keys)
{
	struct ceremony c;
	char why[KEY_WHY] = "";

	hold(&c);
	for (size_t i = 0; i < c.k.n; i++)
		c.k.bundle[i].n = 1; /* the ZSK's DNSKEY */
	c.k.response = false;
	c.k.cds = 0;
	struct key posing = c.known.key[0];
	posing.flags |= DNSKEY_SEP;
	struct keys ksks = { .key = &posing, .n = 1 };
	ck_assert_int_eq(ksr_sign(&c.k, "f", &ksks, why), OK);
	ck_assert_int_eq(ksr_check(&c.k, "f", &c.k.zone, &c.known, why), ERR_REFUSED);
	ck_assert_ptr_nonnull(strstr(why, "is signed by no KSK that is known here"));
	go(&c);
}
END_TEST

/* Signatures over sets that a bundle does not have would be put into the zone unchecked. */
START_TEST(signatures_over_other_sets_are_refused)
{
	static const uint16_t others[] = { RR_A, RR_SOA, 0, 65535 };
	uint8_t rdata[1024];
	struct ceremony c;
	char why[KEY_WHY] = "";

	hold(&c);
	const struct view sig = c.k.bundle[1].record[c.k.bundle[1].n - 1].rdata;
	memcpy(rdata, sig.p, sig.n);
	put_u16(rdata, others[_i]);
	ck_assert(ksr_record_add(&c.k, &c.k.bundle[1], RR_RRSIG, view_of(rdata, sig.n)));
	ck_assert_int_eq(ksr_check(&c.k, "f", &c.k.zone, &c.known, why), ERR_REFUSED);
	ck_assert_ptr_nonnull(strstr(why, "other than DNSKEY, CDS and CDNSKEY"));
	go(&c);
}
END_TEST

/* Whatever octet is changed: it says the same as before, or it is refused. */
START_TEST(nothing_can_be_changed)
{
	struct rng r = { (uint64_t)_i };
	struct ceremony c;
	char why[KEY_WHY];

	hold(&c);
	for (int i = 0; i < 150; i++) {
		size_t n = strlen(c.text), at = rng_below(&r, (uint32_t)n);
		char was = c.text[at];
		struct ksr back;

		c.text[at] = rng_percent(&r, 50) ? (char)(was ^ 1) : (char)(33 + rng_below(&r, 90));
		if (ksr_parse("f", view_of(c.text, n), &back, why) == OK &&
		    ksr_check(&back, "f", &c.k.zone, &c.known, why) == OK) {
			char *said = printed(&back), *meant = printed(&c.k);
			/* `cds` only tells the ceremony what to make, and `bundle` when it is used */
			bool harmless = back.cds != c.k.cds || strcmp(said, meant) == 0;
			for (size_t b = 0; b < back.n && !harmless; b++)
				harmless = back.bundle[b].from != c.k.bundle[b].from;
			ck_assert_msg(harmless, "seed %d: octet %zu", _i, at);
			free(said);
			free(meant);
		}
		ksr_free(&back);
		c.text[at] = was;
	}
	go(&c);
}
END_TEST

START_TEST(the_right_bundle_at_its_time)
{
	struct ceremony c;

	hold(&c);
	const struct view zsk = c.known.key[0].dnskey, stranger = BYTES("\1\0\3\15x");
	const int64_t t = c.k.bundle[1].from;

	ck_assert_ptr_eq(ksr_at(&c.k, t, &zsk, 1), &c.k.bundle[1]);
	ck_assert_ptr_eq(ksr_at(&c.k, t - 1, &zsk, 1), &c.k.bundle[0]);
	ck_assert_ptr_null(ksr_at(&c.k, c.k.bundle[0].from - 1, &zsk, 1));
	ck_assert_ptr_null(ksr_at(&c.k, t, &stranger, 1));
	ck_assert_ptr_null(ksr_at(&c.k, c.k.bundle[2].expires, &zsk, 1));
	ck_assert(ksr_record_add(&c.k, &c.k.bundle[0], RR_DNSKEY, stranger));
	ck_assert_ptr_eq(ksr_at(&c.k, t, &stranger, 1), &c.k.bundle[0]); /* what is needed stays published */
	go(&c);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("ksr");
	TCase *t = tcase_create("ksr");

	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, texts_are_read, 0, (int)COUNT_OF(texts));
	tcase_add_test(t, a_ceremony);
	tcase_add_test(t, a_zsk_is_not_to_be_trusted_with_keys);
	tcase_add_loop_test(t, signatures_over_other_sets_are_refused, 0, 4);
	tcase_add_loop_test(t, nothing_can_be_changed, 0, 10);
	tcase_add_test(t, the_right_bundle_at_its_time);
	suite_add_tcase(s, t);
	return run_suite(s);
}
