#include "tests/help/run.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dns/field.h"
#include "keys/keydir.h"
#include "keys/keyfile.h"
#include "sec/rrsig.h"
#include "tests/help/rng.h"
#include "tests/help/tempdb.h"

/* What dnssec-keygen 9.18 and ldns-keygen 1.8 wrote; keys of nobody. */
static const char bind_key[] =
    "; This is a key-signing key, keyid 26285, for example.org.\n"
    "; Created: 20261128164556 (Sat Nov 28 16:45:56 2026)\n"
    "; Publish: 20261201000000 (Tue Dec  1 00:00:00 2026)\n"
    "; Activate: 20261228164556 (Mon Dec 28 16:45:56 2026)\n"
    "; Inactive: 20271128164556 (Sun Nov 28 16:45:56 2027)\n"
    "; Delete: 20271223164556 (Thu Dec 23 16:45:56 2027)\n"
    "; SyncPublish: 20261128164556 (Sat Nov 28 16:45:56 2026)\n"
    "example.org. IN DNSKEY 257 3 13 8Fdc4PCeJ69R5nyfiCrEAzApIdTbglfi37/r6Je7Ke3X/UBDr+eg4Qpj 6"
    "pP4hRvaJSYVcTuy9n//X0vbQrVilQ==\n";

static const char bind_private[] = "Private-key-format: v1.3\n"
				   "Algorithm: 13 (ECDSAP256SHA256)\n"
				   "PrivateKey: gaTevdTeHzqZIBRpFntPbio94SqMhRJDgcQEIECPvQs=\n"
				   "Created: 20261128164556\n"
				   "Publish: 20261201000000\n"
				   "Activate: 20261228164556\n"
				   "Inactive: 20271128164556\n"
				   "Delete: 20271223164556\n"
				   "SyncPublish: 20261128164556\n";

static const char ldns_key[] =
    "l.example.	IN	DNSKEY	256 3 8 AwEAAaldLneFO6VL312V8EzYbESJs4i1FabTupc+qGzY5yyaRqmvasMcYrOLj"
    "abVQqd+OS0ZBPQEoDJvFDtNaw/8BkE1ZN28TR7/xedhdr8iFdqJbXNfMHJpiVgLBAAmxVIsEmofvokAvW3jiHhvE49"
    "yrmQ/UaRkWJfuZu+ej2xRE/7p ;{id = 44820 (zsk), size = 1024b}\n";

static const char ldns_private[] =
    "Private-key-format: v1.2\n"
    "Algorithm: 8 (RSASHA256)\n"
    "Modulus: qV0ud4U7pUvfXZXwTNhsRImziLUVptO6lz6obNjnLJpGqa9qwxxis4uNptVCp345LRkE9ASgMm8UO01rD"
    "/wGQTVk3bxNHv/F52F2vyIV2oltc18wcmmJWAsEACbFUiwSah++iQC9beOIeG8Tj3KuZD9RpGRYl+5m756PbFET/uk"
    "=\n"
    "PublicExponent: AQAB\n"
    "PrivateExponent: jaXdYyEPTaQzYHYy0FKB2qDAgynQvgJ/IFfLTZ3rWqZ9SxXnWN+4vSmOg2YBpUwwTcOLHPtxc"
    "Dzu0tphHLFQGIVa4l2J994BE60P3HWTtFlw2sPe621em0BFDVvGTdpqCoiUO1fCo0p5nUoQ1vAJaxfFEOCFqhMwTqd"
    "O1atQ6AE=\n"
    "Prime1: 0gvfVDStq/2vGY3hfRwmoIh1m3JCIXHu6n1aNJjgyfsctTIC71jEBSRAh+AHTRN0AjjHtU5IX2brKfV6Mn"
    "lPwQ==\n"
    "Prime2: zmrMj5s/bXvzsGtL9IXT6B93EFAPrhrFQOHAwDgq6UGOh5Fho1P8I6Q+KcFmB4aF5RqdeZkHiQxNNIPXIf"
    "R5KQ==\n"
    "Exponent1: q98fHQ4F1ig8sRJRokf4q389jLbPugI6VxG/UC6QMXYSpYmIsUTXEMX7L7N3BfCXCoJfl9G4kqfqYWk"
    "GVmrBgQ==\n"
    "Exponent2: h4jouIKfqyvwXq6VOQGGmqvOag+nvBIn4upYvd4jjvVUuP9ktPG4ZU664n/ylo5l7IEFVYp9wCcrqof"
    "HAqybwQ==\n"
    "Coefficient: aeKlPDPxb/0iGopK5coU4hv7ssO5QO8EzX4P1inWZ9EA9DqSFRwCP9WACiRMF/iLE1goWCt5pqQUm"
    "pGFkaKdFg==\n";

static const char *const bind_file = "Kexample.org.+013+26285", *const ldns_file = "Kl.example.+008+44820";

static const char *dir;

static void setup(void)
{
	dir = tempdb_dir();
}

static void teardown(void)
{
	tempdb_remove();
}

static const char *path_of(const char *base, const char *ending)
{
	static char path[2][700];
	static int turn;

	turn = !turn;
	snprintf(path[turn], sizeof path[turn], "%s/%s%s", dir, base, ending);
	return path[turn];
}

static void put(const char *base, const char *ending, const char *text)
{
	const char *path = path_of(base, ending);
	const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

static const char *get(const char *base, const char *ending)
{
	static char text[2][KEYFILE_MAX + 2];
	static int turn;
	const int fd = open(path_of(base, ending), O_RDONLY);

	turn = !turn;
	ck_assert_int_ge(fd, 0);
	const ssize_t n = read(fd, text[turn], KEYFILE_MAX + 1);
	close(fd);
	ck_assert_int_ge(n, 0);
	text[turn][n] = 0;
	return text[turn];
}

static mode_t mode_of(const char *base, const char *ending)
{
	struct stat st;

	ck_assert_int_eq(lstat(path_of(base, ending), &st), 0);
	return st.st_mode & 07777;
}

static struct name name_of(const char *text)
{
	struct name n;

	ck_assert_ptr_null(name_parse(view_of(text, strlen(text)), &name_root, &n));
	return n;
}

/* read_one reads a directory that must have one key. */
static struct key read_one(struct keys *keys)
{
	char why[KEY_WHY] = "";

	ck_assert_msg(keydir_read(dir, NULL, keys, why) == OK, "%s", why);
	ck_assert_uint_eq(keys->n, 1);
	return keys->key[0];
}

static struct keydir *opened(void)
{
	struct keydir *d;
	char why[KEY_WHY] = "";

	ck_assert_msg(keydir_open(dir, &d, why) == OK, "%s", why);
	return d;
}

/* ---- what others wrote ---- */

START_TEST(reads_what_bind_writes)
{
	struct keys keys;
	struct name zone = name_of("example.org.");

	put(bind_file, ".key", bind_key);
	put(bind_file, ".private", bind_private);
	const struct key k = read_one(&keys);
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

	put(ldns_file, ".key", ldns_key);
	put(ldns_file, ".private", ldns_private);
	const struct key k = read_one(&keys);
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

	put("KExample.ORG.+013+26285", ".key", spelled[_i]);
	put("KExample.ORG.+013+26285", ".private", bind_private);
	const struct key k = read_one(&keys);
	ck_assert_uint_eq(k.tag, 26285);
	ck_assert_ptr_nonnull(k.private);
	keys_free(&keys);
}
END_TEST

START_TEST(reads_foreign_keys)
{
	struct keys keys;

	put(bind_file, ".key", bind_key);
	const struct key k = read_one(&keys);
	ck_assert_ptr_null(k.private);
	ck_assert_int_eq(k.time[KEY_PUBLISH], 1796083200); /* of the comments */
	ck_assert_int_eq(k.time[KEY_INACTIVE], 1827420356);
	keys_free(&keys);
}
END_TEST

/* ---- what is wrong ---- */

/* replaced puts a text with one piece of it replaced. */
static void put_replaced(const char *base, const char *ending, const char *text, const char *piece, const char *by)
{
	static char changed[2 * KEYFILE_MAX];
	const char *at = strstr(text, piece);

	ck_assert_ptr_nonnull(at);
	snprintf(changed, sizeof changed, "%.*s%s%s", (int)(at - text), text, by, at + strlen(piece));
	put(base, ending, changed);
}

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

	put(bind_file, ".key", bind_key);
	put(bind_file, ".private", bind_private);
	put_replaced(bind_file, in_key ? ".key" : ".private", in_key ? bind_key : bind_private, changes[_i].piece,
		     changes[_i].by);
	const enum err e = keydir_read(dir, NULL, &keys, why);
	if (changes[_i].says == NULL) {
		ck_assert_msg(e == OK && keys.n == 1, "%s: %s", changes[_i].by, why);
	} else {
		ck_assert_msg(e == ERR_FORMAT, "%s", changes[_i].by);
		ck_assert_msg(strstr(why, changes[_i].says) != NULL, "%s: %s", changes[_i].by, why);
		ck_assert_msg(strstr(why, dir) == why, "%s", why);
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

	ck_assert_int_eq(keydir_read(dir, NULL, &keys, why), want);
	ck_assert_msg(strstr(why, says) != NULL, "%s", why);
}

START_TEST(private_files_are_nobody_elses)
{
	static const mode_t bad[] = { 0640, 0620, 0604, 0602, 0610, 0601, 0644, 0777 };
	struct keys keys;

	put(bind_file, ".key", bind_key);
	put(bind_file, ".private", bind_private);
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		ck_assert_int_eq(chmod(path_of(bind_file, ".private"), bad[i]), 0);
		refused(ERR_REFUSED, "others can read or write this private key");
	}
	ck_assert_int_eq(chmod(path_of(bind_file, ".private"), 0400), 0);
	read_one(&keys);
	keys_free(&keys);
	ck_assert_int_eq(chmod(dir, 0777), 0);
	refused(ERR_REFUSED, "everybody may write there");
	ck_assert_int_eq(chmod(dir, 0700), 0);
	read_one(&keys);
	keys_free(&keys);
}
END_TEST

/* Nothing but a plain file is read, and nothing is waited for. */
START_TEST(odd_files)
{
	struct keys keys;

	put(bind_file, ".key", bind_key);
	ck_assert_int_eq(mkfifo(path_of(bind_file, ".private"), 0600), 0);
	refused(ERR_REFUSED, "is not a plain file");
	unlink(path_of(bind_file, ".private"));
	ck_assert_int_eq(symlink("/nonexistent/key", path_of(bind_file, ".private")), 0);
	read_one(&keys); /* what is not there is not there */
	keys_free(&keys);
	unlink(path_of(bind_file, ".private"));
	ck_assert_int_eq(symlink("/dev/zero", path_of(bind_file, ".private")), 0);
	refused(ERR_REFUSED, "is not a plain file");
	unlink(path_of(bind_file, ".private"));
	put("elsewhere", "", bind_private);
	ck_assert_int_eq(symlink("elsewhere", path_of(bind_file, ".private")), 0);
	ck_assert_int_eq(chmod(path_of("elsewhere", ""), 0644), 0);
	refused(ERR_REFUSED, "others can read");
	ck_assert_int_eq(chmod(path_of("elsewhere", ""), 0600), 0);
	ck_assert_ptr_nonnull(read_one(&keys).private);
	keys_free(&keys);
}
END_TEST

START_TEST(long_files_and_many_keys)
{
	static char text[KEYFILE_MAX + 2];
	struct keys keys;
	char why[KEY_WHY], file[64];
	struct name zone = name_of("example.org.");

	memset(text, '\n', sizeof text - 1);
	memcpy(text, bind_key, strlen(bind_key));
	put(bind_file, ".key", text);
	refused(ERR_SPACE, "too long for a key's file");
	text[KEYFILE_MAX] = 0;
	put(bind_file, ".key", text);
	read_one(&keys);
	keys_free(&keys);
	for (int i = 0; i < KEYS_MAX; i++) {
		snprintf(file, sizeof file, "Kexample.org.+013+%05d", i);
		put(file, ".key", "");
	}
	ck_assert_int_eq(keydir_read(dir, &zone, &keys, why), ERR_SPACE);
	zone = name_of("example.com.");
	ck_assert_int_eq(keydir_read(dir, &zone, &keys, why), OK);
	ck_assert_uint_eq(keys.n, 0);
}
END_TEST

START_TEST(directories_that_are_none)
{
	struct keydir *d;
	char why[KEY_WHY];

	ck_assert_int_eq(keydir_open(path_of("none", ""), &d, why), ERR_NOTFOUND);
	ck_assert_ptr_null(d);
	put("file", "", "");
	ck_assert_int_eq(keydir_open(path_of("file", ""), &d, why), ERR_SYSTEM);
	ck_assert_int_eq(keydir_make(path_of("none/deeper", ""), &d, why), ERR_SYSTEM);
	ck_assert_int_eq(keydir_make(path_of("none", ""), &d, why), OK);
	ck_assert_int_eq(mode_of("none", ""), 0700);
	keydir_close(d);
	ck_assert_int_eq(keydir_make(path_of("none", ""), &d, why), OK);
	keydir_close(d);
	rmdir(path_of("none", ""));
}
END_TEST

/* ---- what we write ---- */

static const struct {
	uint8_t algorithm;
	unsigned bits;
	uint16_t flags;
} made[] = {
	{ ALG_RSASHA256, 1024, 256 }, { ALG_RSASHA512, 4096, 257 }, { ALG_ECDSAP256, 0, 257 },
	{ ALG_ECDSAP384, 0, 256 },    { ALG_ED25519, 0, 257 },      { ALG_ED448, 0, 256 },
};

static struct key wanted(const char *zone, uint8_t algorithm, uint16_t flags)
{
	struct key k;

	key_clear(&k);
	k.zone = name_of(zone);
	k.algorithm = algorithm;
	k.flags = flags;
	k.time[KEY_CREATED] = k.time[KEY_PUBLISH] = 1795884356;
	k.time[KEY_ACTIVATE] = 1796083200;
	return k;
}

START_TEST(new_keys_come_back)
{
	struct keydir *d = opened();
	struct key k = wanted("A/b.example.", made[_i].algorithm, made[_i].flags);
	struct keys keys;
	char why[KEY_WHY] = "", line[200], type[80];

	ck_assert_msg(keydir_generate(d, &k, made[_i].bits, why) == OK, "%s", why);
	ck_assert_msg(keydir_keys(d, &k.zone, &keys, why) == OK, "%s", why);
	ck_assert_uint_eq(keys.n, 1);
	ck_assert_str_eq(keys.key[0].file, k.file);
	ck_assert_uint_eq(keys.key[0].tag, k.tag);
	ck_assert_uint_eq(keys.key[0].flags, made[_i].flags);
	ck_assert_ptr_nonnull(keys.key[0].private);
	ck_assert_mem_eq(keys.key[0].time, k.time, sizeof k.time);
	ck_assert_int_eq(mode_of(k.file, ".private"), 0600);
	ck_assert_int_eq(mode_of(k.file, ".key"), 0644);
	/* the forms that BIND's tools look for */
	snprintf(line, sizeof line,
		 "; This is a %s-signing key, keyid %u, for A/b.example.\n"
		 "; Created: 20261128164556 (Sat Nov 28 16:45:56 2026)\n",
		 made[_i].flags == 257 ? "key" : "zone", k.tag);
	ck_assert_msg(strncmp(get(k.file, ".key"), line, strlen(line)) == 0, "%s", get(k.file, ".key"));
	snprintf(type, sizeof type, "Private-key-format: v1.3\nAlgorithm: %u (%s)\n", k.algorithm,
		 algorithm_name(k.algorithm));
	ck_assert_msg(strncmp(get(k.file, ".private"), type, strlen(type)) == 0, "%s", type);
	keys_free(&keys);
	keydir_close(d);
}
END_TEST

START_TEST(what_cannot_be_made)
{
	struct keydir *d = opened();
	struct key k = wanted("example.", ALG_RSASHA256, 257);
	char why[KEY_WHY], label[64];

	ck_assert_int_eq(keydir_generate(d, &k, 512, why), ERR_REFUSED);
	k.algorithm = 5;
	ck_assert_int_eq(keydir_generate(d, &k, 2048, why), ERR_REFUSED);
	ck_assert_ptr_nonnull(strstr(why, "RSASHA1"));
	k.algorithm = ALG_ED25519;
	memset(label, '/', 63);
	ck_assert(name_push(view_of(label, 63), &k.zone, &k.zone) &&
		  name_push(view_of(label, 63), &k.zone, &k.zone));
	ck_assert_int_eq(keydir_generate(d, &k, 0, why), ERR_SPACE);
	keydir_close(d);
	d = opened();
	keydir_close(d);
}
END_TEST

START_TEST(keys_of_many_zones)
{
	static const char *const zones[] = { "b.example.", "example.", "a.example.", "xexample.", "." };
	struct keydir *d = opened();
	struct keys keys;
	char why[KEY_WHY];

	for (size_t i = 0; i < 3 * COUNT_OF(zones); i++) {
		struct key k = wanted(zones[i % COUNT_OF(zones)], i % 2 ? ALG_ED25519 : ALG_ECDSAP256, 257);
		ck_assert_int_eq(keydir_generate(d, &k, 0, why), OK);
	}
	for (size_t i = 0; i < COUNT_OF(zones); i++) {
		struct name zone = name_of(zones[i]);

		ck_assert_int_eq(keydir_keys(d, &zone, &keys, why), OK);
		ck_assert_uint_eq(keys.n, 3);
		for (size_t k = 0; k < keys.n; k++) {
			ck_assert(name_eq(&keys.key[k].zone, &zone));
			ck_assert(k == 0 || keys.key[k - 1].algorithm < keys.key[k].algorithm ||
				  keys.key[k - 1].tag < keys.key[k].tag);
		}
		keys_free(&keys);
	}
	ck_assert_int_eq(keydir_keys(d, NULL, &keys, why), OK);
	ck_assert_uint_eq(keys.n, 3 * COUNT_OF(zones));
	for (size_t i = 1; i < keys.n; i++)
		ck_assert_int_le(name_order(&keys.key[i - 1].zone, &keys.key[i].zone), 0);
	keys_free(&keys);
	keydir_close(d);
}
END_TEST

START_TEST(the_same_key_twice)
{
	put(bind_file, ".key", bind_key);
	put("KEXAMPLE.org.+013+26285", ".key", bind_key);
	refused(ERR_FORMAT, "is the same key as");
}
END_TEST

/* ---- other times ---- */

START_TEST(times_change_and_nothing_else)
{
	struct keydir *d;
	struct keys keys;
	char why[KEY_WHY];

	put_replaced(bind_file, ".key", bind_key, "example.org. IN", "; kept\nexample.org. IN");
	put_replaced(bind_file, ".private", bind_private, "Created:", "Lifetime: 7\nCreated:");
	struct key k = read_one(&keys);
	k.time[KEY_INACTIVE] = 1796083201;
	k.time[KEY_SYNC_PUBLISH] = KEY_NEVER;
	k.time[KEY_SYNC_DELETE] = 1796083202;
	d = opened();
	ck_assert_msg(keydir_set_times(d, &k, why) == OK, "%s", why);
	keydir_close(d);
	ck_assert_int_eq(mode_of(bind_file, ".private"), 0600);
	ck_assert_str_eq(get(bind_file, ".private"),
			 "Private-key-format: v1.3\nAlgorithm: 13 (ECDSAP256SHA256)\n"
			 "PrivateKey: gaTevdTeHzqZIBRpFntPbio94SqMhRJDgcQEIECPvQs=\n"
			 "Lifetime: 7\nCreated: 20261128164556\nPublish: 20261201000000\n"
			 "Activate: 20261228164556\nInactive: 20261201000001\n"
			 "Delete: 20271223164556\nSyncDelete: 20261201000002\n");
	ck_assert_ptr_nonnull(
	    strstr(get(bind_file, ".key"), "; This is a key-signing key, keyid 26285, for example.org.\n"));
	ck_assert_ptr_nonnull(strstr(get(bind_file, ".key"), "; kept\n"));
	ck_assert_ptr_nonnull(
	    strstr(get(bind_file, ".key"), "; Inactive: 20261201000001 (Tue Dec  1 00:00:01 2026)\n"));
	ck_assert_ptr_null(strstr(get(bind_file, ".key"), "SyncPublish"));
	keys_free(&keys);
	ck_assert_mem_eq(read_one(&keys).time, k.time, sizeof k.time);
	keys_free(&keys);
	unlink(path_of(bind_file, ".private"));
	ck_assert_mem_eq(read_one(&keys).time, k.time, sizeof k.time);
	keys_free(&keys);
}
END_TEST

START_TEST(old_files_become_new_ones)
{
	struct keydir *d;
	struct keys keys;
	char why[KEY_WHY];

	put(ldns_file, ".key", ldns_key);
	put(ldns_file, ".private", ldns_private);
	struct key k = read_one(&keys);
	k.time[KEY_PUBLISH] = k.time[KEY_ACTIVATE] = 5;
	d = opened();
	ck_assert_msg(keydir_set_times(d, &k, why) == OK, "%s", why);
	keydir_close(d);
	ck_assert_int_eq(strncmp(get(ldns_file, ".private"), "Private-key-format: v1.3\n", 25), 0);
	keys_free(&keys);
	ck_assert_int_eq(read_one(&keys).time[KEY_ACTIVATE], 5);
	keys_free(&keys);
}
END_TEST

START_TEST(links_are_not_written_through)
{
	struct keydir *d;
	struct keys keys;
	char why[KEY_WHY];

	put("elsewhere", "", bind_private);
	put(bind_file, ".key", bind_key);
	ck_assert_int_eq(symlink("elsewhere", path_of(bind_file, ".private")), 0);
	struct key k = read_one(&keys);
	k.time[KEY_DELETE] = 5;
	d = opened();
	ck_assert_int_eq(keydir_set_times(d, &k, why), ERR_REFUSED);
	ck_assert_ptr_nonnull(strstr(why, "symbolic link"));
	ck_assert_str_eq(get("elsewhere", ""), bind_private);
	ck_assert_str_eq(get(bind_file, ".key"), bind_key);
	keydir_close(d);
	keys_free(&keys);
}
END_TEST

/* ---- keys from elsewhere ---- */

/* elsewhere puts a key's files under a name of their own. */
static const char *elsewhere(const char *key, const char *private)
{
	put("brought", ".key", key);
	if (private != NULL)
		put("brought", ".private", private);
	return path_of("brought", "");
}

START_TEST(keys_are_brought)
{
	static const char *const endings[] = { "", ".key", ".private" };
	struct keydir *d = opened();
	struct keys keys;
	struct key k;
	char why[KEY_WHY], path[700];

	elsewhere(bind_key, bind_private);
	snprintf(path, sizeof path, "%s%s", path_of("brought", ""), endings[_i]);
	ck_assert_msg(keydir_import(d, path, &k, why) == OK, "%s", why);
	ck_assert_str_eq(k.file, bind_file);
	ck_assert_str_eq(get(bind_file, ".key"), bind_key);
	ck_assert_str_eq(get(bind_file, ".private"), bind_private);
	ck_assert_int_eq(mode_of(bind_file, ".private"), 0600);
	ck_assert_int_eq(mode_of(bind_file, ".key"), 0644);
	ck_assert_int_eq(keydir_import(d, path, &k, why), ERR_EXISTS);
	ck_assert_ptr_nonnull(strstr(why, "there already"));
	ck_assert_ptr_nonnull(read_one(&keys).private);
	keys_free(&keys);
	keydir_close(d);
}
END_TEST

START_TEST(a_private_half_comes_home)
{
	struct keydir *d = opened();
	struct keys keys;
	struct key k;
	char why[KEY_WHY];

	ck_assert_msg(keydir_import(d, elsewhere(bind_key, NULL), &k, why) == OK, "%s", why);
	ck_assert_ptr_null(read_one(&keys).private);
	keys_free(&keys);
	ck_assert_int_eq(keydir_import(d, elsewhere(bind_key, NULL), &k, why), ERR_EXISTS);
	ck_assert_msg(keydir_import(d, elsewhere(bind_key, bind_private), &k, why) == OK, "%s", why);
	ck_assert_ptr_nonnull(read_one(&keys).private);
	keys_free(&keys);
	ck_assert_int_eq(mode_of(bind_file, ".private"), 0600);
	keydir_close(d);
}
END_TEST

START_TEST(bad_keys_are_not_brought)
{
	struct keydir *d = opened();
	struct keys keys;
	struct key k;
	char why[KEY_WHY];

	elsewhere(bind_key, ldns_private);
	ck_assert_int_eq(keydir_import(d, path_of("brought", ""), &k, why), ERR_FORMAT);
	elsewhere(bind_key, bind_private);
	ck_assert_int_eq(chmod(path_of("brought", ".private"), 0644), 0);
	ck_assert_int_eq(keydir_import(d, path_of("brought", ""), &k, why), ERR_REFUSED);
	ck_assert_int_eq(keydir_import(d, path_of("nothing", ""), &k, why), ERR_NOTFOUND);
	ck_assert_int_eq(keydir_import(d, "/nonexistent/folder/key", &k, why), ERR_NOTFOUND);
	ck_assert_int_eq(keydir_keys(d, NULL, &keys, why), OK);
	ck_assert_uint_eq(keys.n, 0);
	put(bind_file, ".private", "what is left");
	ck_assert_int_eq(chmod(path_of("brought", ".private"), 0600), 0);
	ck_assert_int_eq(keydir_import(d, path_of("brought", ""), &k, why), ERR_EXISTS);
	ck_assert_ptr_nonnull(strstr(why, "without a .key"));
	ck_assert_str_eq(get(bind_file, ".private"), "what is left");
	keydir_close(d);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("key directories");
	TCase *t = tcase_create("key directories");

	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, reads_what_bind_writes);
	tcase_add_test(t, reads_what_ldns_writes);
	tcase_add_loop_test(t, reads_other_spellings, 0, COUNT_OF(spelled));
	tcase_add_test(t, reads_foreign_keys);
	tcase_add_loop_test(t, says_what_is_wrong, 0, COUNT_OF(changes));
	tcase_add_test(t, private_files_are_nobody_elses);
	tcase_add_test(t, odd_files);
	tcase_add_test(t, long_files_and_many_keys);
	tcase_add_test(t, directories_that_are_none);
	tcase_add_loop_test(t, new_keys_come_back, 0, COUNT_OF(made));
	tcase_add_test(t, what_cannot_be_made);
	tcase_add_test(t, keys_of_many_zones);
	tcase_add_test(t, the_same_key_twice);
	tcase_add_test(t, times_change_and_nothing_else);
	tcase_add_test(t, old_files_become_new_ones);
	tcase_add_test(t, links_are_not_written_through);
	tcase_add_loop_test(t, keys_are_brought, 0, 3);
	tcase_add_test(t, a_private_half_comes_home);
	tcase_add_test(t, bad_keys_are_not_brought);
	suite_add_tcase(s, t);
	return run_suite(s);
}
