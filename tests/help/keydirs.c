#include "tests/help/keydirs.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keys/keyfile.h"
#include "tests/help/tempdb.h"

/* What dnssec-keygen 9.18 and ldns-keygen 1.8 wrote; keys of nobody. */
const char bind_key[] =
    "; This is a key-signing key, keyid 26285, for example.org.\n"
    "; Created: 20261128164556 (Sat Nov 28 16:45:56 2026)\n"
    "; Publish: 20261201000000 (Tue Dec  1 00:00:00 2026)\n"
    "; Activate: 20261228164556 (Mon Dec 28 16:45:56 2026)\n"
    "; Inactive: 20271128164556 (Sun Nov 28 16:45:56 2027)\n"
    "; Delete: 20271223164556 (Thu Dec 23 16:45:56 2027)\n"
    "; SyncPublish: 20261128164556 (Sat Nov 28 16:45:56 2026)\n"
    "example.org. IN DNSKEY 257 3 13 8Fdc4PCeJ69R5nyfiCrEAzApIdTbglfi37/r6Je7Ke3X/UBDr+eg4Qpj 6"
    "pP4hRvaJSYVcTuy9n//X0vbQrVilQ==\n";

const char bind_private[] = "Private-key-format: v1.3\n"
			    "Algorithm: 13 (ECDSAP256SHA256)\n"
			    "PrivateKey: gaTevdTeHzqZIBRpFntPbio94SqMhRJDgcQEIECPvQs=\n"
			    "Created: 20261128164556\n"
			    "Publish: 20261201000000\n"
			    "Activate: 20261228164556\n"
			    "Inactive: 20271128164556\n"
			    "Delete: 20271223164556\n"
			    "SyncPublish: 20261128164556\n";

const char ldns_key[] =
    "l.example.	IN	DNSKEY	256 3 8 AwEAAaldLneFO6VL312V8EzYbESJs4i1FabTupc+qGzY5yyaRqmvasMcYrOLj"
    "abVQqd+OS0ZBPQEoDJvFDtNaw/8BkE1ZN28TR7/xedhdr8iFdqJbXNfMHJpiVgLBAAmxVIsEmofvokAvW3jiHhvE49"
    "yrmQ/UaRkWJfuZu+ej2xRE/7p ;{id = 44820 (zsk), size = 1024b}\n";

const char ldns_private[] =
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

const char *const bind_file = "Kexample.org.+013+26285", *const ldns_file = "Kl.example.+008+44820";

const char *keydirs;

void keydirs_begin(void)
{
	keydirs = tempdb_dir();
}

void keydirs_end(void)
{
	tempdb_remove();
}

const char *key_path(const char *base, const char *ending)
{
	static char path[2][700];
	static int turn;

	turn = !turn;
	snprintf(path[turn], sizeof path[turn], "%s/%s%s", keydirs, base, ending);
	return path[turn];
}

void key_put(const char *base, const char *ending, const char *text)
{
	const char *path = key_path(base, ending);
	const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

const char *key_get(const char *base, const char *ending)
{
	static char text[2][KEYFILE_MAX + 2];
	static int turn;
	const int fd = open(key_path(base, ending), O_RDONLY);

	turn = !turn;
	ck_assert_int_ge(fd, 0);
	const ssize_t n = read(fd, text[turn], KEYFILE_MAX + 1);
	close(fd);
	ck_assert_int_ge(n, 0);
	text[turn][n] = 0;
	return text[turn];
}

mode_t key_mode(const char *base, const char *ending)
{
	struct stat st;

	ck_assert_int_eq(lstat(key_path(base, ending), &st), 0);
	return st.st_mode & 07777;
}

struct name key_zone(const char *text)
{
	struct name n;

	ck_assert_ptr_null(name_parse(view_of(text, strlen(text)), &name_root, &n));
	return n;
}

/* key_only reads a directory that must have one key. */
struct key key_only(struct keys *keys)
{
	char why[KEY_WHY] = "";

	ck_assert_msg(keydir_read(keydirs, NULL, keys, why) == OK, "%s", why);
	ck_assert_uint_eq(keys->n, 1);
	return keys->key[0];
}

struct keydir *key_opened(void)
{
	struct keydir *d;
	char why[KEY_WHY] = "";

	ck_assert_msg(keydir_open(keydirs, &d, why) == OK, "%s", why);
	return d;
}

/* replaced puts a text with one piece of it replaced. */
void key_put_replaced(const char *base, const char *ending, const char *text, const char *piece, const char *by)
{
	static char changed[2 * KEYFILE_MAX];
	const char *at = strstr(text, piece);

	ck_assert_ptr_nonnull(at);
	snprintf(changed, sizeof changed, "%.*s%s%s", (int)(at - text), text, by, at + strlen(piece));
	key_put(base, ending, changed);
}
