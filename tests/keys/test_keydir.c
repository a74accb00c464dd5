#include "tests/help/run.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keys/keyfile.h"
#include "tests/help/keydirs.h"

/* ---- what others wrote ---- */

START_TEST(reads_what_bind_writes)
{
	struct keys keys;
	struct name zone = key_zone("example.org.");

	key_put(bind_file, ".key", bind_key);
	key_put(bind_file, ".private", bind_private);
	const struct key k = key_only(&keys);
	ck_assert(name_eq(&k.zone, &zone));
	ck_assert_uint_eq(k.flags, 257);
	ck_assert_uint_eq(k.tag, 26285);
	ck_assert_uint_eq(k.algorithm, 13);
	ck_assert_ptr_nonnull(k.private);
	ck_assert_str_eq(k.file, bind_file);
	ck_assert_int_eq(k.time[KEY_CREATED], 1795884356);
	ck_assert_int_eq(k.time[KEY_PUBLISH], 1796083200);
	ck_assert_int_eq(k.time[KEY_REVOKE], KEY_NEVER);
	ck_assert_int_eq(k.time[KEY_SYNC_PUBLISH], 1795884356);
	keys_free(&keys);
}
END_TEST

START_TEST(reads_what_ldns_writes)
{
	struct keys keys;

	key_put(ldns_file, ".key", ldns_key);
	key_put(ldns_file, ".private", ldns_private);
	const struct key k = key_only(&keys);
	ck_assert_uint_eq(k.flags, 256);
	ck_assert_uint_eq(k.tag, 44820);
	ck_assert_ptr_nonnull(k.private);
	ck_assert(key_timeless(&k));
	keys_free(&keys);
}
END_TEST

/* Other spellings of the same public half. */
static const char *const spelled[] = {
	"example.org. IN DNSKEY 257 3 13 8Fdc4PCeJ69R5nyfiCrEAzApIdTbglfi37/r6Je7Ke3X/UBDr+eg4Qpj "
	"6pP4hRvaJSYVcTuy9n//X0vbQrVilQ==",
	"\n\n  ; nothing\nEXAMPLE.org.\t3600\tIN\tDNSKEY\t257 3 ECDSAP256SHA256 ( "
	"8Fdc4PCeJ69R5nyfiCrEAzApIdTbglfi37/"
	"r6Je7Ke3X/UBDr+eg4Qpj ; one\r\n\t6pP4hRvaJSYVcTuy9n//X0vbQrVilQ== )\r\n",
	"example.org. in 1d dnskey 257 3 13 "
	"8Fdc4PCeJ69R5nyfiCrEAzApIdTbglfi37/r6Je7Ke3X/UBDr+eg4Qpj6pP4hRvaJSYVcTuy9n/"
	"/X0vbQrVilQ==;{id = 26285}\n",
	"example.org. DNSKEY 257 3 13 8Fdc4PCeJ69R5nyfiCrEAzApIdTbglfi37/r6Je7Ke3X/UBDr+eg4Qpj6pP4hRvaJSYVcTuy9n/"
	"/X0vbQrVilQ== ; Publish: nonsense behind a record is a comment\n",
};

START_TEST(reads_other_spellings)
{
	struct keys keys;

	key_put("KExample.ORG.+013+26285", ".key", spelled[_i]);
	key_put("KExample.ORG.+013+26285", ".private", bind_private);
	const struct key k = key_only(&keys);
	ck_assert_uint_eq(k.tag, 26285);
	ck_assert_ptr_nonnull(k.private);
	keys_free(&keys);
}
END_TEST

START_TEST(reads_foreign_keys)
{
	struct keys keys;

	key_put(bind_file, ".key", bind_key);
	const struct key k = key_only(&keys);
	ck_assert_ptr_null(k.private);
	ck_assert_int_eq(k.time[KEY_PUBLISH], 1796083200); /* of the comments */
	ck_assert_int_eq(k.time[KEY_INACTIVE], 1827420356);
	keys_free(&keys);
}
END_TEST

/* ---- what is wrong ---- */

static const struct {
	const char *file; /* "k": in the .key; "p": in the .private */
	const char *piece, *by;
	const char *says; /* NULL: it must do */
} changes[] = {
	{ "k", "257 3 13", "256 3 13", "holds another key than its name says" },
	{ "k", "257 3 13", "257 2 13", ".key:8: protocol: is not 3" },
	{ "k", "257 3 13", "1 3 13", ".key:8: flags: " },
	{ "k", "257 3 13", "257 3 14", "algorithm" },
	{ "k", "8Fdc", "8Fde", "does not belong to the public key" },
	{ "k", "QrVilQ==", "QrVil", ".key:8: key: " },
	{ "k", "example.org. IN", "example.net. IN", "another key" },
	{ "k", "example.org. IN", "example..org. IN", ".key:8: owner: " },
	{ "k", "IN DNSKEY", "IN A", ".key:8: is no DNSKEY record" },
	{ "k", "IN DNSKEY", "CH DNSKEY", "is no DNSKEY record" },
	{ "k", "13 8Fdc", "13 (8Fdc", "parentheses" },
	{ "k", "13 8Fdc", "13 )8Fdc", "parentheses" },
	{ "k", "example.org. IN", "; example.org. IN", "ends without a DNSKEY record" },
	{ "k", "QrVilQ==\n", "QrVilQ==\nexample.org. IN DNSKEY 257 3 13 AAAA\n", ".key:9: is a second record" },
	{ "k", "Publish: 20261201", "Publish: 20261301", ".key:3: Publish: is no time" },
	{ "k", "Activate:", "Publish:", ".key:4: Publish: is there twice" },
	{ "k", "; Delete:", "; Remark:", NULL },
	{ "p", "Private-key-format: v1.3", "Private-key-format: v2.0", ".private:1: Private-key-format" },
	{ "p", "Private-key-format: v1.3\n", "", ".private:1: Private-key-format" },
	{ "p", "Private-key-format: v1.3", "Private-key-format: v1.9", NULL },
	{ "p", "Algorithm: 13", "Algorithm: 14", "is of algorithm 14" },
	{ "p", "Algorithm: 13", "Algorithm: 0", ".private:2: Algorithm" },
	{ "p", "Algorithm: 13 (ECDSAP256SHA256)\n", "", "Algorithm: is not there" },
	{ "p", "PrivateKey: gaTe", "PrivateKey: gaTf", "does not belong to the public key" },
	{ "p", "PrivateKey: gaTe", "PrivateKey: ga!e", ".private:3: PrivateKey: is not base64" },
	{ "p", "PrivateKey: gaTe", "PrivateKey: gaTegaTe", "parts are missing or do not belong together" },
	{ "p", "PrivateKey: gaTe", "privatekey: gaTe", "parts are missing" },
	{ "p", "Created:", "PrivateKey: AAAA\nCreated:", ".private:4: PrivateKey: is there twice" },
	{ "p", "Created:", "Label: pkcs11:token=x\nCreated:", "PKCS#11" },
	{ "p", "Created:", "nonsense\nCreated:", ".private:4: is no line" },
	{ "p", "Created:", "Lifetime: 12\n\nPredecessor: 1\nCreated:", NULL },
	{ "p", "Activate: 20261228", "Activate: 20261232", ".private:6: Activate: is no time" },
	{ "p", "Delete:", "Inactive:", ".private:8: Inactive: is there twice" },
};

START_TEST(says_what_is_wrong)
{
	const bool in_key = changes[_i].file[0] == 'k';
	struct keys keys;
	char why[KEY_WHY] = "";

	key_put(bind_file, ".key", bind_key);
	key_put(bind_file, ".private", bind_private);
	key_put_replaced(bind_file, in_key ? ".key" : ".private", in_key ? bind_key : bind_private,
			 changes[_i].piece, changes[_i].by);
	const enum err e = keydir_read(keydirs, NULL, &keys, why);
	if (changes[_i].says == NULL) {
		ck_assert_msg(e == OK && keys.n == 1, "%s: %s", changes[_i].by, why);
	} else {
		ck_assert_msg(e == ERR_FORMAT, "%s", changes[_i].by);
		ck_assert_msg(strstr(why, changes[_i].says) != NULL, "%s: %s", changes[_i].by, why);
		ck_assert_msg(strstr(why, keydirs) == why, "%s", why);
		ck_assert_msg(strstr(why, "gaT") == NULL, "a secret is told: %s", why);
		ck_assert_uint_eq(keys.n, 0);
	}
	keys_free(&keys);
}
END_TEST

/* refused reads the directory, which must fail with these words. */
static void refused(enum err want, const char *says)
{
	struct keys keys;
	char why[KEY_WHY] = "";

	ck_assert_int_eq(keydir_read(keydirs, NULL, &keys, why), want);
	ck_assert_msg(strstr(why, says) != NULL, "%s", why);
}

START_TEST(private_files_are_nobody_elses)
{
	static const mode_t bad[] = { 0640, 0620, 0604, 0602, 0610, 0601, 0644, 0777 };
	struct keys keys;

	key_put(bind_file, ".key", bind_key);
	key_put(bind_file, ".private", bind_private);
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		ck_assert_int_eq(chmod(key_path(bind_file, ".private"), bad[i]), 0);
		refused(ERR_REFUSED, "others can read or write this private key");
	}
	ck_assert_int_eq(chmod(key_path(bind_file, ".private"), 0400), 0);
	key_only(&keys);
	keys_free(&keys);
	ck_assert_int_eq(chmod(keydirs, 0777), 0);
	refused(ERR_REFUSED, "everybody may write there");
	ck_assert_int_eq(chmod(keydirs, 0700), 0);
	key_only(&keys);
	keys_free(&keys);
}
END_TEST

/* Nothing but a plain file is read, and nothing is waited for. */
START_TEST(odd_files)
{
	struct keys keys;

	key_put(bind_file, ".key", bind_key);
	ck_assert_int_eq(mkfifo(key_path(bind_file, ".private"), 0600), 0);
	refused(ERR_REFUSED, "is not a plain file");
	unlink(key_path(bind_file, ".private"));
	ck_assert_int_eq(symlink("/nonexistent/key", key_path(bind_file, ".private")), 0);
	key_only(&keys); /* what is not there is not there */
	keys_free(&keys);
	unlink(key_path(bind_file, ".private"));
	ck_assert_int_eq(symlink("/dev/zero", key_path(bind_file, ".private")), 0);
	refused(ERR_REFUSED, "is not a plain file");
	unlink(key_path(bind_file, ".private"));
	key_put("elsewhere", "", bind_private);
	ck_assert_int_eq(symlink("elsewhere", key_path(bind_file, ".private")), 0);
	ck_assert_int_eq(chmod(key_path("elsewhere", ""), 0644), 0);
	refused(ERR_REFUSED, "others can read");
	ck_assert_int_eq(chmod(key_path("elsewhere", ""), 0600), 0);
	ck_assert_ptr_nonnull(key_only(&keys).private);
	keys_free(&keys);
}
END_TEST

START_TEST(long_files_and_many_keys)
{
	static char text[KEYFILE_MAX + 2];
	struct keys keys;
	char why[KEY_WHY], file[64];
	struct name zone = key_zone("example.org.");

	memset(text, '\n', sizeof text - 1);
	memcpy(text, bind_key, strlen(bind_key));
	key_put(bind_file, ".key", text);
	refused(ERR_SPACE, "too long for a key's file");
	text[KEYFILE_MAX] = 0;
	key_put(bind_file, ".key", text);
	key_only(&keys);
	keys_free(&keys);
	for (int i = 0; i < KEYS_MAX; i++) {
		snprintf(file, sizeof file, "Kexample.org.+013+%05d", i);
		key_put(file, ".key", "");
	}
	ck_assert_int_eq(keydir_read(keydirs, &zone, &keys, why), ERR_SPACE);
	zone = key_zone("example.com.");
	ck_assert_int_eq(keydir_read(keydirs, &zone, &keys, why), OK);
	ck_assert_uint_eq(keys.n, 0);
}
END_TEST

START_TEST(directories_that_are_none)
{
	struct keydir *d;
	char why[KEY_WHY];

	ck_assert_int_eq(keydir_open(key_path("none", ""), &d, why), ERR_NOTFOUND);
	ck_assert_ptr_null(d);
	key_put("file", "", "");
	ck_assert_int_eq(keydir_open(key_path("file", ""), &d, why), ERR_SYSTEM);
	ck_assert_int_eq(keydir_make(key_path("none/deeper", ""), &d, why), ERR_SYSTEM);
	ck_assert_int_eq(keydir_make(key_path("none", ""), &d, why), OK);
	ck_assert_int_eq(key_mode("none", ""), 0700);
	keydir_close(d);
	ck_assert_int_eq(keydir_make(key_path("none", ""), &d, why), OK);
	keydir_close(d);
	rmdir(key_path("none", ""));
}
END_TEST

START_TEST(the_same_key_twice)
{
	key_put(bind_file, ".key", bind_key);
	key_put("KEXAMPLE.org.+013+26285", ".key", bind_key);
	refused(ERR_FORMAT, "is the same key as");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("key directories");
	TCase *t = tcase_create("key directories");

	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, keydirs_begin, keydirs_end);
	tcase_add_test(t, reads_what_bind_writes);
	tcase_add_test(t, reads_what_ldns_writes);
	tcase_add_loop_test(t, reads_other_spellings, 0, COUNT_OF(spelled));
	tcase_add_test(t, reads_foreign_keys);
	tcase_add_loop_test(t, says_what_is_wrong, 0, COUNT_OF(changes));
	tcase_add_test(t, private_files_are_nobody_elses);
	tcase_add_test(t, odd_files);
	tcase_add_test(t, long_files_and_many_keys);
	tcase_add_test(t, directories_that_are_none);
	tcase_add_test(t, the_same_key_twice);
	suite_add_tcase(s, t);
	return run_suite(s);
}
