#include "tests/help/run.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dns/field.h"
#include "keys/keyfile.h"
#include "tests/help/keydirs.h"

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
	k.zone = key_zone(zone);
	k.algorithm = algorithm;
	k.flags = flags;
	k.time[KEY_CREATED] = k.time[KEY_PUBLISH] = 1795884356;
	k.time[KEY_ACTIVATE] = 1796083200;
	return k;
}

START_TEST(new_keys_come_back)
{
	struct keydir *d = key_opened();
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
	ck_assert_int_eq(key_mode(k.file, ".private"), 0600);
	ck_assert_int_eq(key_mode(k.file, ".key"), 0644);
	/* the forms that BIND's tools look for */
	snprintf(line, sizeof line,
		 "; This is a %s-signing key, keyid %u, for A/b.example.\n"
		 "; Created: 20261128164556 (Sat Nov 28 16:45:56 2026)\n",
		 made[_i].flags == 257 ? "key" : "zone", k.tag);
	ck_assert_msg(strncmp(key_get(k.file, ".key"), line, strlen(line)) == 0, "%s", key_get(k.file, ".key"));
	snprintf(type, sizeof type, "Private-key-format: v1.3\nAlgorithm: %u (%s)\n", k.algorithm,
		 algorithm_name(k.algorithm));
	ck_assert_msg(strncmp(key_get(k.file, ".private"), type, strlen(type)) == 0, "%s", type);
	keys_free(&keys);
	keydir_close(d);
}
END_TEST

START_TEST(what_cannot_be_made)
{
	struct keydir *d = key_opened();
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
	d = key_opened();
	keydir_close(d);
}
END_TEST

START_TEST(keys_of_many_zones)
{
	static const char *const zones[] = { "b.example.", "example.", "a.example.", "xexample.", "." };
	struct keydir *d = key_opened();
	struct keys keys;
	char why[KEY_WHY];

	for (size_t i = 0; i < 3 * COUNT_OF(zones); i++) {
		struct key k = wanted(zones[i % COUNT_OF(zones)], i % 2 ? ALG_ED25519 : ALG_ECDSAP256, 257);
		ck_assert_int_eq(keydir_generate(d, &k, 0, why), OK);
	}
	for (size_t i = 0; i < COUNT_OF(zones); i++) {
		struct name zone = key_zone(zones[i]);

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

/* ---- other times ---- */

START_TEST(times_change_and_nothing_else)
{
	struct keydir *d;
	struct keys keys;
	char why[KEY_WHY];

	key_put_replaced(bind_file, ".key", bind_key, "example.org. IN", "; kept\nexample.org. IN");
	key_put_replaced(bind_file, ".private", bind_private, "Created:", "Lifetime: 7\nCreated:");
	struct key k = key_only(&keys);
	k.time[KEY_INACTIVE] = 1796083201;
	k.time[KEY_SYNC_PUBLISH] = KEY_NEVER;
	k.time[KEY_SYNC_DELETE] = 1796083202;
	d = key_opened();
	ck_assert_msg(keydir_set_times(d, &k, why) == OK, "%s", why);
	keydir_close(d);
	ck_assert_int_eq(key_mode(bind_file, ".private"), 0600);
	ck_assert_str_eq(key_get(bind_file, ".private"),
			 "Private-key-format: v1.3\nAlgorithm: 13 (ECDSAP256SHA256)\n"
			 "PrivateKey: gaTevdTeHzqZIBRpFntPbio94SqMhRJDgcQEIECPvQs=\n"
			 "Lifetime: 7\nCreated: 20261128164556\nPublish: 20261201000000\n"
			 "Activate: 20261228164556\nInactive: 20261201000001\n"
			 "Delete: 20271223164556\nSyncDelete: 20261201000002\n");
	ck_assert_ptr_nonnull(
	    strstr(key_get(bind_file, ".key"), "; This is a key-signing key, keyid 26285, for example.org.\n"));
	ck_assert_ptr_nonnull(strstr(key_get(bind_file, ".key"), "; kept\n"));
	ck_assert_ptr_nonnull(
	    strstr(key_get(bind_file, ".key"), "; Inactive: 20261201000001 (Tue Dec  1 00:00:01 2026)\n"));
	ck_assert_ptr_null(strstr(key_get(bind_file, ".key"), "SyncPublish"));
	keys_free(&keys);
	ck_assert_mem_eq(key_only(&keys).time, k.time, sizeof k.time);
	keys_free(&keys);
	unlink(key_path(bind_file, ".private"));
	ck_assert_mem_eq(key_only(&keys).time, k.time, sizeof k.time);
	keys_free(&keys);
}
END_TEST

/* Only root can give a file to somebody else, so only root can lose an owner. */
START_TEST(owners_are_kept)
{
	struct keydir *d;
	struct keys keys;
	struct stat st;
	char why[KEY_WHY];

	if (geteuid() != 0)
		return;
	key_put(bind_file, ".key", bind_key);
	key_put(bind_file, ".private", bind_private);
	ck_assert_int_eq(chown(key_path(bind_file, ".private"), 12345, 54321), 0);
	ck_assert_int_eq(chown(key_path(bind_file, ".key"), 12345, 54321), 0);
	struct key k = key_only(&keys);
	k.time[KEY_INACTIVE] = 1796083201;
	d = key_opened();
	ck_assert_msg(keydir_set_times(d, &k, why) == OK, "%s", why);
	keydir_close(d);
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(stat(key_path(bind_file, i == 0 ? ".key" : ".private"), &st), 0);
		ck_assert_uint_eq(st.st_uid, 12345);
		ck_assert_uint_eq(st.st_gid, 54321);
	}
	ck_assert_int_eq(key_mode(bind_file, ".private"), 0600);
	keys_free(&keys);
}
END_TEST

/* What killed processes left goes; what is young, another's, or none of ours stays. */
START_TEST(left_over_files_are_swept)
{
	static const struct {
		const char *name;
		bool old, goes;
	} files[] = {
		{ ".zonec-4711-0", true, true },   { ".zonec-4711-12", true, true },
		{ ".zonec-4711-1", false, false }, { ".zonec-4711", true, false },
		{ ".zonec-4711-", true, false },   { ".zonec-4711-0.bak", true, false },
		{ ".zonec--0", true, false },      { "zonec-4711-0", true, false },
	};
	const struct timespec old[2] = { { .tv_sec = 1500000000 }, { .tv_sec = 1500000000 } };
	char folder[256], why[KEY_WHY];
	struct keydir *d;

	snprintf(folder, sizeof folder, "%s", key_path("", "."));
	for (size_t i = 0; i < COUNT_OF(files); i++) {
		key_put(files[i].name, "", "left over");
		if (files[i].old)
			ck_assert_int_eq(utimensat(AT_FDCWD, key_path(files[i].name, ""), old, 0), 0);
	}
	ck_assert_int_eq(symlink("nowhere", key_path(".zonec-4711-99", "")), 0);
	ck_assert_msg(keydir_open(folder, &d, why) == OK, "%s", why); /* who reads removes nothing */
	keydir_close(d);
	ck_assert_int_eq(access(key_path(files[0].name, ""), F_OK), 0);
	ck_assert_msg(keydir_make(folder, &d, why) == OK, "%s", why);
	keydir_close(d);
	for (size_t i = 0; i < COUNT_OF(files); i++)
		ck_assert_msg((access(key_path(files[i].name, ""), F_OK) != 0) == files[i].goes, "%s",
			      files[i].name);
}
END_TEST

START_TEST(old_files_become_new_ones)
{
	struct keydir *d;
	struct keys keys;
	char why[KEY_WHY];

	key_put(ldns_file, ".key", ldns_key);
	key_put(ldns_file, ".private", ldns_private);
	struct key k = key_only(&keys);
	k.time[KEY_PUBLISH] = k.time[KEY_ACTIVATE] = 5;
	d = key_opened();
	ck_assert_msg(keydir_set_times(d, &k, why) == OK, "%s", why);
	keydir_close(d);
	ck_assert_int_eq(strncmp(key_get(ldns_file, ".private"), "Private-key-format: v1.3\n", 25), 0);
	keys_free(&keys);
	ck_assert_int_eq(key_only(&keys).time[KEY_ACTIVATE], 5);
	keys_free(&keys);
}
END_TEST

START_TEST(links_are_not_written_through)
{
	struct keydir *d;
	struct keys keys;
	char why[KEY_WHY];

	key_put("elsewhere", "", bind_private);
	key_put(bind_file, ".key", bind_key);
	ck_assert_int_eq(symlink("elsewhere", key_path(bind_file, ".private")), 0);
	struct key k = key_only(&keys);
	k.time[KEY_DELETE] = 5;
	d = key_opened();
	ck_assert_int_eq(keydir_set_times(d, &k, why), ERR_REFUSED);
	ck_assert_ptr_nonnull(strstr(why, "symbolic link"));
	ck_assert_str_eq(key_get("elsewhere", ""), bind_private);
	ck_assert_str_eq(key_get(bind_file, ".key"), bind_key);
	keydir_close(d);
	keys_free(&keys);
}
END_TEST

/* ---- keys from elsewhere ---- */

/* elsewhere puts a key's files under a name of their own. */
static const char *elsewhere(const char *key, const char *private)
{
	key_put("brought", ".key", key);
	if (private != NULL)
		key_put("brought", ".private", private);
	return key_path("brought", "");
}

START_TEST(keys_are_brought)
{
	static const char *const endings[] = { "", ".key", ".private" };
	struct keydir *d = key_opened();
	struct keys keys;
	struct key k;
	char why[KEY_WHY], path[700];

	elsewhere(bind_key, bind_private);
	snprintf(path, sizeof path, "%s%s", key_path("brought", ""), endings[_i]);
	ck_assert_msg(keydir_import(d, path, &k, why) == OK, "%s", why);
	ck_assert_str_eq(k.file, bind_file);
	ck_assert_str_eq(key_get(bind_file, ".key"), bind_key);
	ck_assert_str_eq(key_get(bind_file, ".private"), bind_private);
	ck_assert_int_eq(key_mode(bind_file, ".private"), 0600);
	ck_assert_int_eq(key_mode(bind_file, ".key"), 0644);
	ck_assert_int_eq(keydir_import(d, path, &k, why), ERR_EXISTS);
	ck_assert_ptr_nonnull(strstr(why, "there already"));
	ck_assert_ptr_nonnull(key_only(&keys).private);
	keys_free(&keys);
	keydir_close(d);
}
END_TEST

START_TEST(a_private_half_comes_home)
{
	struct keydir *d = key_opened();
	struct keys keys;
	struct key k;
	char why[KEY_WHY];

	ck_assert_msg(keydir_import(d, elsewhere(bind_key, NULL), &k, why) == OK, "%s", why);
	ck_assert_ptr_null(key_only(&keys).private);
	keys_free(&keys);
	ck_assert_int_eq(keydir_import(d, elsewhere(bind_key, NULL), &k, why), ERR_EXISTS);
	ck_assert_msg(keydir_import(d, elsewhere(bind_key, bind_private), &k, why) == OK, "%s", why);
	ck_assert_ptr_nonnull(key_only(&keys).private);
	keys_free(&keys);
	ck_assert_int_eq(key_mode(bind_file, ".private"), 0600);
	keydir_close(d);
}
END_TEST

START_TEST(bad_keys_are_not_brought)
{
	struct keydir *d = key_opened();
	struct keys keys;
	struct key k;
	char why[KEY_WHY];

	elsewhere(bind_key, ldns_private);
	ck_assert_int_eq(keydir_import(d, key_path("brought", ""), &k, why), ERR_FORMAT);
	elsewhere(bind_key, bind_private);
	ck_assert_int_eq(chmod(key_path("brought", ".private"), 0644), 0);
	ck_assert_int_eq(keydir_import(d, key_path("brought", ""), &k, why), ERR_REFUSED);
	ck_assert_int_eq(keydir_import(d, key_path("nothing", ""), &k, why), ERR_NOTFOUND);
	ck_assert_int_eq(keydir_import(d, "/nonexistent/folder/key", &k, why), ERR_NOTFOUND);
	ck_assert_int_eq(keydir_keys(d, NULL, &keys, why), OK);
	ck_assert_uint_eq(keys.n, 0);
	key_put(bind_file, ".private", "what is left");
	ck_assert_int_eq(chmod(key_path("brought", ".private"), 0600), 0);
	ck_assert_int_eq(keydir_import(d, key_path("brought", ""), &k, why), ERR_EXISTS);
	ck_assert_ptr_nonnull(strstr(why, "without a .key"));
	ck_assert_str_eq(key_get(bind_file, ".private"), "what is left");
	keydir_close(d);
}
END_TEST

/* ---- what goes wrong around us ---- */

static size_t files_there(void)
{
	DIR *d = opendir(keydirs);
	size_t n = 0;

	ck_assert_ptr_nonnull(d);
	for (const struct dirent *f = readdir(d); f != NULL; f = readdir(d))
		n += f->d_name[0] != '.' || (f->d_name[1] != 0 && f->d_name[1] != '.');
	closedir(d);
	return n;
}

START_TEST(new_files_have_their_modes)
{
	static const mode_t masks[] = { 0, 0077, 0777 };

	for (size_t i = 0; i < COUNT_OF(masks); i++) {
		const mode_t before = umask(masks[i]);
		struct keydir *d = key_opened();
		struct key k = wanted("example.", ALG_ED25519, 257);
		char why[KEY_WHY];

		ck_assert_msg(keydir_generate(d, &k, 0, why) == OK, "%s", why);
		ck_assert_int_eq(key_mode(k.file, ".private"), 0600);
		ck_assert_int_eq(key_mode(k.file, ".key"), 0644);
		keydir_close(d);
		umask(before);
	}
}
END_TEST

/* Nothing is written where a link leads that somebody put where a key will be. */
START_TEST(planted_links)
{
	struct keydir *d = key_opened();
	struct key k;
	char why[KEY_WHY];

	key_put("victim", "", "as it was");
	elsewhere(bind_key, bind_private);
	ck_assert_int_eq(symlink("victim", key_path(bind_file, ".private")), 0);
	ck_assert_int_eq(keydir_import(d, key_path("brought", ""), &k, why), ERR_EXISTS);
	unlink(key_path(bind_file, ".private"));
	ck_assert_int_eq(symlink("victim", key_path(bind_file, ".key")), 0);
	ck_assert_int_ne(keydir_import(d, key_path("brought", ""), &k, why), OK);
	ck_assert_str_eq(key_get("victim", ""), "as it was");
	ck_assert_int_ne(access(key_path(bind_file, ".private"), F_OK), 0);
	ck_assert_uint_eq(files_there(), 4); /* victim, both that were brought, the link */
	keydir_close(d);
}
END_TEST

/* No file may grow beyond so many octets: the private half fits, none does, none does whole. */
START_TEST(half_a_key_is_no_key)
{
	static const rlim_t limits[] = { 300, 0, 10 };
	struct rlimit before, limit;
	struct keydir *d = key_opened();
	struct keys keys;
	char why[KEY_WHY];

	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
	for (size_t i = 0; i < COUNT_OF(limits); i++) {
		struct key k =
		    wanted("a.long.name.so.that.the.public.half.is.the.longer.one.example.", ALG_ECDSAP384, 257);

		limit = (struct rlimit){ limits[i], before.rlim_max };
		ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
		ck_assert_int_eq(keydir_generate(d, &k, 0, why), ERR_SYSTEM);
		ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
		ck_assert_msg(strstr(why, "could not be written") != NULL, "%s", why);
		ck_assert_uint_eq(files_there(), 0);
	}
	key_put(bind_file, ".key", bind_key);
	key_put(bind_file, ".private", bind_private);
	struct key k = key_only(&keys);
	k.time[KEY_DELETE] = 5;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	ck_assert_int_eq(keydir_set_times(d, &k, why), ERR_SYSTEM);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
	ck_assert_str_eq(key_get(bind_file, ".private"), bind_private);
	ck_assert_str_eq(key_get(bind_file, ".key"), bind_key);
	ck_assert_uint_eq(files_there(), 2);
	keys_free(&keys);
	keydir_close(d);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("key directories, written");
	TCase *t = tcase_create("key directories, written");

	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, keydirs_begin, keydirs_end);
	tcase_add_loop_test(t, new_keys_come_back, 0, COUNT_OF(made));
	tcase_add_test(t, what_cannot_be_made);
	tcase_add_test(t, keys_of_many_zones);
	tcase_add_test(t, times_change_and_nothing_else);
	tcase_add_test(t, owners_are_kept);
	tcase_add_test(t, left_over_files_are_swept);
	tcase_add_test(t, old_files_become_new_ones);
	tcase_add_test(t, links_are_not_written_through);
	tcase_add_loop_test(t, keys_are_brought, 0, 3);
	tcase_add_test(t, a_private_half_comes_home);
	tcase_add_test(t, bad_keys_are_not_brought);
	tcase_add_test(t, new_files_have_their_modes);
	tcase_add_test(t, planted_links);
	tcase_add_test(t, half_a_key_is_no_key);
	suite_add_tcase(s, t);
	return run_suite(s);
}
