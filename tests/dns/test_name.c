#include "tests/help/run.h"

#include <stdlib.h>

#include "dns/name.h"
#include "dns/qname.h"

static const struct {
	const char *why;
	struct view message;
	size_t start;
	int want; /* length of the name, or -1 if it must be refused */
} reads[] = {
	{ "root", { (const uint8_t *)"\0", 1 }, 0, 1 },
	{ "two labels", { (const uint8_t *)"\3www\7example\0", 13 }, 0, 13 },
	{ "pointer to an earlier name", { (const uint8_t *)"\7example\0\3www\300\0", 15 }, 9, 13 },
	{ "pointer to itself", { (const uint8_t *)"\300\0", 2 }, 0, -1 },
	{ "pointer forwards", { (const uint8_t *)"\300\2\0", 3 }, 0, -1 },
	{ "two pointers chasing", { (const uint8_t *)"\300\2\300\0", 4 }, 2, -1 },
	{ "label runs past the end", { (const uint8_t *)"\5ab", 3 }, 0, -1 },
	{ "no final root label", { (const uint8_t *)"\2ab", 3 }, 0, -1 },
	{ "label type 01", { (const uint8_t *)"\100a\0", 3 }, 0, -1 },
};

START_TEST(name_read_cases)
{
	struct rd r = rd_of(reads[_i].message);
	struct name n;

	r.at += reads[_i].start;
	name_read(&r, &n);
	ck_assert_msg(r.bad == (reads[_i].want < 0), "%s", reads[_i].why);
	if (!r.bad)
		ck_assert_int_eq(n.len, reads[_i].want);
}
END_TEST

static const struct {
	const char *text, *want; /* want: printed again, or NULL if it must be refused */
} texts[] = {
	{ "www", "www.example." },
	{ "www.", "www." },
	{ ".", "." },
	{ "a\\.b", "a\\.b.example." },
	{ "\\000\\255.", "\\000\\255." },
	{ "\\097.", "a." },
	{ "*.x", "*.x.example." },
	{ "a\\ b.", "a\\032b." },
	{ "a..b", NULL },
	{ ".a", NULL },
	{ "", NULL },
	{ "\\256.", NULL },
	{ "\\25.", NULL },
	{ "a\\", NULL },
	{ "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggg.",
	  "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggg." },
	{ "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggg.", NULL },
};

START_TEST(name_text_cases)
{
	struct name origin, n;
	char printed[NAME_TEXT_MAX];

	ck_assert_ptr_null(name_parse(BYTES("example."), &name_root, &origin));
	const char *wrong = name_parse(view_of(texts[_i].text, strlen(texts[_i].text)), &origin, &n);
	ck_assert_msg((wrong == NULL) == (texts[_i].want != NULL), "%s: %s", texts[_i].text, wrong);
	if (wrong == NULL) {
		name_print(&n, printed);
		ck_assert_str_eq(printed, texts[_i].want);
	}
}
END_TEST

/* The longest legal name is taken, one octet more is not. */
START_TEST(name_of_255_octets)
{
	char text[300];
	struct name n;
	size_t len = 0;

	for (int label = 0; label < 3; label++) {
		memset(text + len, 'a' + label, 63);
		len += 63;
		text[len++] = '.';
	}
	memset(text + len, 'z', 62);
	ck_assert_ptr_null(name_parse(view_of(text, len + 61), &name_root, &n));
	ck_assert_int_eq(n.len, 255);
	ck_assert_ptr_nonnull(name_parse(view_of(text, len + 62), &name_root, &n));
	text[len + 61] = '.';
	ck_assert_ptr_null(name_parse(view_of(text, len + 62), &name_root, &n));
	ck_assert_int_eq(n.len, 255);
}
END_TEST

static struct name random_name(unsigned *seed)
{
	struct name n = name_root;
	int labels = rand_r(seed) % 6;

	for (int i = 0; i < labels; i++) {
		uint8_t label[63];
		size_t len = 1 + (size_t)(rand_r(seed) % (rand_r(seed) % 8 == 0 ? 63 : 3));
		for (size_t k = 0; k < len; k++)
			label[k] = (uint8_t)(rand_r(seed) % 3 == 0 ? rand_r(seed) % 256 : 'A' + rand_r(seed) % 60);
		if (!name_push(view_of(label, len), &n, &n))
			break;
	}
	return n;
}

/* Keys sort as names do, and lead back to the name in lower case; memcmp's sign is the canonical order. */
/* Names of all lengths around the limit, of short labels with a first one of 1 to 63 octets: what is legal is read,
 * what is too long is refused, and nothing is written behind the 255 octets. */
START_TEST(names_around_the_limit)
{
	const bool dot = (_i & 64) != 0;
	const size_t first = (size_t)(_i & 63);
	struct {
		uint8_t wire[NAME_WIRE_MAX];
		uint8_t behind[600];
	} room;
	uint8_t zeros[sizeof room.behind] = { 0 };
	char text[600];

	for (size_t labels = 80; labels < 200 && first > 0; labels++) {
		const size_t want = 1 + first + labels * 2 + 1;
		size_t n = first, len = 0;
		memset(text, 'x', sizeof text);
		memset(&room, 0, sizeof room);
		for (size_t i = 0; i < labels; i++) {
			text[n++] = '.';
			text[n++] = 'y';
		}
		n += dot && (text[n] = '.', true);
		const char *wrong = name_parse_wire(view_of(text, n), &name_root, room.wire, &len);
		ck_assert_msg((wrong == NULL) == (want <= NAME_WIRE_MAX), "%zu octets: %s", want, wrong);
		ck_assert(wrong != NULL || len == want);
		ck_assert_mem_eq(room.behind, zeros, sizeof zeros);
	}
}
END_TEST

START_TEST(keys_sort_as_names)
{
	unsigned seed = (unsigned)_i;

	for (int i = 0; i < 2000; i++) {
		struct name a = random_name(&seed), b = random_name(&seed), back;
		uint8_t ka[NAME_KEY_MAX], kb[NAME_KEY_MAX];
		size_t na = name_key(&a, ka), nb = name_key(&b, kb);
		int by_key = memcmp(ka, kb, na < nb ? na : nb);
		int by_name = name_order(&a, &b);

		if (by_key == 0)
			by_key = (int)na - (int)nb;
		ck_assert_int_eq(by_key < 0, by_name < 0);
		ck_assert_int_eq(by_key > 0, by_name > 0);
		ck_assert_int_eq(by_name == 0, name_eq(&a, &b));
		ck_assert(name_of_key(view_of(ka, na), &back));
		ck_assert(name_eq(&a, &back));
	}
}
END_TEST

/* RFC 4034 6.1 prints an order; ours is the same. */
START_TEST(canonical_order_of_rfc_4034)
{
	static const char *const sorted[] = { "example.",	"a.example.",	      "yljkjljk.a.example.",
					      "Z.a.example.",	"zABC.a.EXAMPLE.",    "z.example.",
					      "\\001.z.example.", "*.z.example.",     "\\200.z.example." };
	for (size_t i = 0; i + 1 < COUNT_OF(sorted); i++) {
		struct name a, b;
		ck_assert_ptr_null(name_parse(view_of(sorted[i], strlen(sorted[i])), &name_root, &a));
		ck_assert_ptr_null(name_parse(view_of(sorted[i + 1], strlen(sorted[i + 1])), &name_root, &b));
		ck_assert_msg(name_order(&a, &b) < 0, "%s before %s", sorted[i], sorted[i + 1]);
	}
}
END_TEST

/* Every suffix's hash falls out of one pass, and letter case does not matter. */
START_TEST(hashes_of_suffixes)
{
	unsigned seed = (unsigned)_i;
	struct hash_key key = hash_key_of(42);

	for (int i = 0; i < 500; i++) {
		struct name n = random_name(&seed), lower;
		struct qname q, again;

		qname_of(&n, &key, &q);
		lower = n;
		name_lower(&lower);
		ck_assert_mem_eq(q.lower, lower.wire, n.len);
		for (unsigned d = 0; d <= q.labels; d++) {
			struct name suffix = name_strip(&n, q.labels - d);
			ck_assert_uint_eq(name_hash(&key, &suffix), q.hash[d]);
			ck_assert_int_eq(q.at[d], n.len - suffix.len);
		}
		for (unsigned d = 1; d <= q.labels; d++)
			ck_assert_uint_eq(hash_label(&key, q.hash[d - 1], q.lower + q.at[d] + 1, q.lower[q.at[d]]),
					  q.hash[d]);
		struct rd r = rd_of(view_of(n.wire, n.len));
		qname_read(&r, &key, &again);
		ck_assert(rd_done(&r));
		ck_assert_uint_eq(again.hash[again.labels], q.hash[q.labels]);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("names");
	TCase *t = tcase_create("names");

	tcase_add_loop_test(t, name_read_cases, 0, COUNT_OF(reads));
	tcase_add_loop_test(t, name_text_cases, 0, COUNT_OF(texts));
	tcase_add_test(t, name_of_255_octets);
	tcase_add_loop_test(t, names_around_the_limit, 1, 128);
	tcase_add_loop_test(t, keys_sort_as_names, 0, 4);
	tcase_add_test(t, canonical_order_of_rfc_4034);
	tcase_add_loop_test(t, hashes_of_suffixes, 0, 4);
	suite_add_tcase(s, t);
	return run_suite(s);
}
