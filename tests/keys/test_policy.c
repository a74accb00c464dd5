#include "tests/help/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "keys/policy.h"

/* The policy of a file with these octets, at FILE or FILE:NAME. */
static enum err policy_of(struct view yaml, const char *name, struct policy *out, struct policy_why *why)
{
	char place[64] = "/tmp/edict-policy-XXXXXX", file[64];
	int fd = mkstemp(place);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, yaml.p, yaml.n), (ssize_t)yaml.n);
	close(fd);
	snprintf(file, sizeof file, "%s", place);
	if (name != NULL)
		snprintf(place + strlen(place), sizeof place - strlen(place), ":%s", name);
	memset(why, 0, sizeof *why);
	enum err e = policy_read(place, out, why);
	unlink(file);
	return e;
}

static enum err policy_text(const char *yaml, const char *name, struct policy *out, struct policy_why *why)
{
	return policy_of(view_of(yaml, strlen(yaml)), name, out, why);
}

START_TEST(presets_are_a_policy)
{
	struct policy p;
	struct policy_why why;
	size_t n = 0;

	policy_preset(&p);
	ck_assert_msg(policy_check(&p, &why), "%s", why.text);
	for (const struct policy_field *f = policy_fields; f->name != NULL; f++, n++) {
		char text[1024];
		struct policy q = p;

		policy_print(&p, f, text, sizeof text);
		ck_assert_msg(strcmp(text, f->preset) == 0, "%s: %s is printed as %s", f->name, f->preset, text);
		ck_assert_msg(policy_set(&q, f, text, &why), "%s", why.text);
		ck_assert_mem_eq(&q, &p, sizeof q);
	}
	ck_assert_uint_le(n, POLICY_FIELDS_MAX);
}
END_TEST

START_TEST(a_file_of_policies)
{
	static const char yaml[] = "# two kinds of zones\n"
				   "policies:\n"
				   "  - name: tld\n"
				   "    algorithm: 8\n"
				   "    zsk-lifetime: P30D\n"
				   "    salt: AABB\n"
				   "  - name: small\n"
				   "    keys: csk\n"
				   "    ksk-lifetime: unlimited\n"
				   "    cds: sha-256, sha-384\n"
				   "    denial: nsec\n"
				   "    csync: yes\n"
				   "    parent-servers: 192.0.2.1, 2001:DB8:0::1@5353 ::1\n"
				   "    dnskey-ttl: 300\n";
	struct policy p;
	struct policy_why why;
	char text[1024] = "";

	ck_assert_msg(policy_text(yaml, "tld", &p, &why) == OK, "%s", why.text);
	ck_assert_str_eq(p.name, "tld");
	ck_assert_uint_eq(p.algorithm, 8);
	ck_assert_uint_eq(p.bits, 2048);
	ck_assert_uint_eq(p.keys, POLICY_KSK_ZSK);
	ck_assert_uint_eq(p.zsk_lifetime, 30 * 86400);
	ck_assert_uint_eq(p.salt_len, 2);
	ck_assert_mem_eq(p.salt, "\xaa\xbb", 2);
	ck_assert_msg(policy_text(yaml, "small", &p, &why) == OK, "%s", why.text);
	ck_assert_uint_eq(p.keys, POLICY_CSK);
	ck_assert_uint_eq(p.cds, POLICY_CDS_SHA256 | POLICY_CDS_SHA384);
	ck_assert_uint_eq(p.csync, 1);
	ck_assert_uint_eq(p.dnskey_ttl, 300);
	ck_assert_uint_eq(p.n_parents, 3);
	ck_assert_mem_eq(p.parent[0].ip, "\xc0\x00\x02\x01", 4);
	ck_assert_uint_eq(p.parent[0].port, 53);
	ck_assert_uint_eq(p.parent[1].len, 16);
	ck_assert_uint_eq(p.parent[1].port, 5353);
	for (const struct policy_field *f = policy_fields; f->name != NULL; f++)
		if (f->kind == FIELD_PARENTS)
			policy_print(&p, f, text, sizeof text);
	ck_assert_str_eq(text, "192.0.2.1 2001:db8::1@5353 ::1");
	ck_assert_int_eq(policy_text(yaml, NULL, &p, &why), ERR_NOTFOUND);
	ck_assert_ptr_nonnull(strstr(why.text, "holds 2 policies"));
	ck_assert_int_eq(policy_text(yaml, "big", &p, &why), ERR_NOTFOUND);
	ck_assert_ptr_nonnull(strstr(why.text, "no policy of the name big"));
	ck_assert_msg(policy_text("policies: [ { name: x } ]", NULL, &p, &why) == OK, "%s", why.text);
}
END_TEST

static const struct {
	const char *fields, *want; /* want: words of the message */
} wrong[] = {
	{ "refresh: 30d", "policy p: refresh: refresh and jitter together are 30d12h" },
	{ "refresh: 1h", "policy p: refresh: a signature may be cached with 1h left" },
	{ "signature-validity: 1d", "policy p: signature-validity: signatures are good for 1d" },
	{ "keyset-validity: 1h", "policy p: keyset-validity: " },
	{ "zsk-lifetime: 1d", "policy p: zsk-lifetime: a ZSK is in use for 1d, but its roll-over takes 1d5h" },
	{ "ksk-lifetime: 25h", "policy p: ksk-lifetime: " },
	{ "keys: csk\n    offline-ksk: yes", "policy p: offline-ksk: only a KSK can be elsewhere" },
	{ "algorithm: RSASHA1", "algorithm: 'RSASHA1' is not one of: RSASHA256 " },
	{ "algorithm: 5", "algorithm: '5' is not one of" },
	{ "algorithm: ''", "algorithm: '' is not one of" },
	{ "rsa-bits: 512", "rsa-bits: '512' is not a number from 1024 to 4096" },
	{ "refresh: 5 days", "refresh: '5 days' is not a time from 1m to 366d, written like 14d, 1h30m or P14D" },
	{ "zsk-lifetime: never", "is not a time from 1h to 7300d, or unlimited, written like 14d, 1h30m or P14D" },
	{ "refresh: P1M", "refresh: 'P1M' is not a time" },
	{ "opt-out: perhaps", "opt-out: 'perhaps' is not yes or no" },
	{ "salt: abc", "salt: 'abc' is not hexadecimal" },
	{ "iterations: 51", "iterations: '51' is not a number from 0 to 50" },
	{ "cds: sha-1", "cds: 'sha-1' is not none or words of: sha-256 sha-384" },
	{ "zonemd: ','", "zonemd: ',' is not none or words of" },
	{ "parent-servers: ns.example",
	  "parent-servers: 'ns.example' is not none or at most 8 addresses in numbers" },
	{ "parent-servers: ''", "parent-servers: '' is not none or" },
	{ "parent-servers: 192.0.2.1@0", "'192.0.2.1@0' is not none or" },
	{ "parent-servers: 192.0.2.1@65536", "is not none or" },
	{ "parent-servers: 192.0.2.1@", "is not none or" },
	{ "parent-servers: 2001:db8::1::2", "is not none or" },
	{ "parent-servers: 1.1.1.1 1.1.1.2 1.1.1.3 1.1.1.4 1.1.1.5 1.1.1.6 1.1.1.7 1.1.1.8 1.1.1.9", "at most 8" },
	{ "refesh: 1d", "Unexpected key: refesh" },
	{ "refresh: [ 1d, 2d ]", "line 3 or behind it: Expecting STRING" },
	{ "refresh: *x", "line 3 or behind it: YAML alias" },
	{ "\trefresh: 1d", "line" },
	{ "name: q", "line 2 or behind it: Mapping field already seen: name" },
};

START_TEST(mistakes_are_named)
{
	char yaml[256];
	struct policy p;
	struct policy_why why;

	snprintf(yaml, sizeof yaml, "policies:\n  - name: p\n    %s\n", wrong[_i].fields);
	enum err e = policy_text(yaml, NULL, &p, &why);
	ck_assert_msg(e == ERR_FORMAT, "%s", wrong[_i].fields);
	ck_assert_msg(strncmp(why.text, "/tmp/edict-policy-", 18) == 0, "no file in: %s", why.text);
	ck_assert_msg(strstr(why.text, wrong[_i].want) != NULL, "%s: %s", wrong[_i].fields, why.text);
}
END_TEST

static const char *const no_files[] = { "",
					"# nothing\n",
					"policies: [{ name: x }]\n---\npolicies: [{ name: y }]\n",
					"policies:\n",
					"policies: []\n",
					"policies: tld\n",
					"- name: x\n",
					"policies:\n  - algorithm: 13\n",
					"policies:\n  - name: ''\n",
					"policies:\n  - name: x\n  - name: x\n",
					"policies:\n  - name: x\npolicies:\n  - name: y\n",
					"policies: [[[[[[[[[[[[[[[[",
					"{",
					"\xff\xfe" };

START_TEST(no_policy_files)
{
	struct policy p;
	struct policy_why why;

	enum err e = policy_text(no_files[_i], NULL, &p, &why);
	ck_assert_msg(e == ERR_FORMAT, "%d: %s", _i, no_files[_i]);
	ck_assert_msg(strstr(why.text, "/tmp/edict-policy-") == why.text, "%s", why.text);
	ck_assert_msg(strstr(why.text, "Success") == NULL, "%s", why.text);
}
END_TEST

START_TEST(one_document_may_begin_with_dashes)
{
	struct policy p;
	struct policy_why why;

	ck_assert_int_eq(policy_text("%YAML 1.1\n# mine\n---\npolicies: [{ name: x }]\n", NULL, &p, &why), OK);
}
END_TEST

START_TEST(no_file)
{
	struct policy p;
	struct policy_why why;

	ck_assert_int_eq(policy_read("/nowhere/policy.yaml:x", &p, &why), ERR_NOTFOUND);
	ck_assert_ptr_nonnull(strstr(why.text, "/nowhere/policy.yaml: No such file"));
}
END_TEST

static const struct {
	const char *text;
	int64_t want; /* -1: refused */
	const char *printed;
} times[] = {
	{ "90", 90, "1m30s" },
	{ "0", 0, "0s" },
	{ "14d", 1209600, "14d" },
	{ "2w", 1209600, "14d" },
	{ "1h30m", 5400, "1h30m" },
	{ "1D12H", 129600, "1d12h" },
	{ "P14D", 1209600, "14d" },
	{ "PT1H30M", 5400, "1h30m" },
	{ "P1DT12H", 129600, "1d12h" },
	{ "P2W", 1209600, "14d" },
	{ "4294967295", 4294967295, "49710d6h28m15s" },
	{ "4294967296", -1, NULL },
	{ "99999999999", -1, NULL },
	{ "4294967295s1s", -1, NULL },
	{ "", -1, NULL },
	{ "P", -1, NULL },
	{ "PT", -1, NULL },
	{ "P1M", -1, NULL },
	{ "P1Y", -1, NULL },
	{ "P14", -1, NULL },
	{ "PT1D", -1, NULL },
	{ "P1H", -1, NULL },
	{ "1h30", -1, NULL },
	{ "d", -1, NULL },
	{ "-1d", -1, NULL },
	{ "1.5h", -1, NULL },
};

START_TEST(times_as_text)
{
	uint32_t n = 0;
	char text[64];

	bool right = seconds_parse(times[_i].text, &n);
	ck_assert_msg(right == (times[_i].want >= 0), "%s", times[_i].text);
	if (right) {
		ck_assert_int_eq(n, times[_i].want);
		seconds_print(n, text, sizeof text);
		ck_assert_str_eq(text, times[_i].printed);
	}
}
END_TEST

/* The manual has each field with its default and its text. */
START_TEST(the_manual_has_every_field)
{
	static char page[1 << 17];
	FILE *f = fopen("man/edict-policy.5", "r");

	ck_assert_ptr_nonnull(f);
	size_t n = fread(page, 1, sizeof page - 1, f);
	fclose(f);
	page[n] = 0;
	for (const struct policy_field *row = policy_fields; row->name != NULL; row++) {
		char want[512];

		snprintf(want, sizeof want, "\n.It Ic %s : Pq %s\n", row->name, row->preset);
		ck_assert_msg(strstr(page, want) != NULL, "edict-policy.5 lacks:%s", want);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("policy");
	TCase *t = tcase_create("policy");

	tcase_add_test(t, presets_are_a_policy);
	tcase_add_test(t, a_file_of_policies);
	tcase_add_loop_test(t, mistakes_are_named, 0, (int)COUNT_OF(wrong));
	tcase_add_loop_test(t, no_policy_files, 0, (int)COUNT_OF(no_files));
	tcase_add_test(t, one_document_may_begin_with_dashes);
	tcase_add_test(t, no_file);
	tcase_add_loop_test(t, times_as_text, 0, (int)COUNT_OF(times));
	tcase_add_test(t, the_manual_has_every_field);
	suite_add_tcase(s, t);
	return run_suite(s);
}
