#include "tests/help/run.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "server/listen.h"
#include "server/options.h"
#include "tests/help/tempdb.h"
#include "tests/server/harness.h"

static const struct {
	const char *why;
	const char *args[8];
	const char *says; /* part of the complaint; NULL: it is taken */
} lines[] = {
	{ "all that is needed", { "-d", "db", "-l", "127.0.0.1@53" }, NULL },
	{ "value in the same argument", { "-ddb", "--listen=::1@53" }, NULL },
	{ "help needs nothing else", { "--help" }, NULL },
	{ "no database", { "-l", "127.0.0.1@53" }, "no database" },
	{ "no address", { "-d", "db" }, "no address" },
	{ "unknown option", { "--fast" }, "no option" },
	{ "a word that is no option", { "db" }, "no option" },
	{ "value missing at the end", { "-d" }, "--database needs a value" },
	{ "value empty", { "-d", "" }, "--database needs a value" },
	{ "number with letters behind it", { "-t", "2x" }, "not a number" },
	{ "number below the least", { "--udp-size", "511" }, "512 to 4096" },
	{ "number above the most", { "--udp-size=4097" }, "512 to 4096" },
	{ "negative number", { "-t", "-1" }, "not a number" },
	{ "number that no machine holds", { "-t", "99999999999999999999999" }, "not a number" },
	{ "flag with a value", { "--any-full-tcp=yes" }, "takes no value" },
};

START_TEST(command_lines)
{
	char *argv[10] = { (char *)(uintptr_t) "edictd" };
	struct options o;
	char why[256] = "";
	int n = 1;

	for (size_t i = 0; i < COUNT_OF(lines[_i].args) && lines[_i].args[i] != NULL; i++)
		argv[n++] = (char *)(uintptr_t)lines[_i].args[i];
	ck_assert_msg(options_parse(n, argv, &o, why) == (lines[_i].says == NULL), "%s: %s", lines[_i].why, why);
	if (lines[_i].says != NULL)
		ck_assert_msg(strstr(why, lines[_i].says) != NULL, "%s: \"%s\"", lines[_i].why, why);
}
END_TEST

static const struct {
	const char *text, *prints; /* prints NULL: refused */
} addresses[] = {
	{ "127.0.0.1@5300", "127.0.0.1@5300" },
	{ "127.0.0.1", "127.0.0.1@53" },
	{ "::1@0", "::1@0" },
	{ "2001:DB8::0:1@53", "2001:db8::1@53" },
	{ "fe80::1%lo@53", "fe80::1%lo@53" },
	{ "fe80::1%nowhere@53", NULL },
	{ "127.0.0.1@", NULL },
	{ "127.0.0.1@65536", NULL },
	{ "127.0.0.1@53x", NULL },
	{ "127.1@53", NULL },
	{ "localhost@53", NULL },
	{ "@53", NULL },
	{ "", NULL },
};

START_TEST(listen_addresses)
{
	struct address a;
	bool ok = address_parse(addresses[_i].text, &a);

	ck_assert_msg(ok == (addresses[_i].prints != NULL), "%s", addresses[_i].text);
	if (ok)
		ck_assert_str_eq(a.text, addresses[_i].prints);
}
END_TEST

START_TEST(descriptors_arrive_as_sent)
{
	struct options o = { .threads = 2, .listen = { .n = 3 } };
	int udp[6] = { 5, 6, 7, 8, 9, 10 };
	struct listen l = { .n_addresses = 3, .n_threads = 2, .tcp = { 11, 12, 130 }, .udp = udp }, got;
	char text[64];

	ck_assert(!listen_print(&l, text, 12));
	ck_assert(listen_print(&l, text, sizeof text));
	ck_assert_str_eq(text, "5,6,7,8,9,10,11,12,130");
	ck_assert(listen_take(&o, text, &got));
	ck_assert_int_eq(got.udp[5], 10);
	ck_assert_int_eq(got.tcp[2], 130);
	free(got.udp);
	ck_assert(!listen_take(&o, "5,6,7", &got));
	free(got.udp);
	ck_assert(!listen_take(&o, "5,6,7,8,9,10,11,12,130,131", &got));
	free(got.udp);
}
END_TEST

static const struct {
	const char *why;
	const char *args[10];
	int code;
	const char *says;
} runs[] = {
	{ "usage", { "--fast" }, 2, "--help" },
	{ "an address that is none", { "-d", "/nonexistent", "-l", "here@53" }, 2, "ADDRESS@PORT" },
	{ "an address of somebody else", { "-d", "/nonexistent", "-l", "192.0.2.1@0" }, 3, "192.0.2.1@0" },
	{ "no database there", { "-d", "/nonexistent", "-l", "127.0.0.1@0" }, 3, "/nonexistent" },
	{ "help", { "--help" }, 0, "--listen ADDRESS[@PORT]" },
	{ "version", { "-V" }, 0, "edictd " },
};

START_TEST(exit_codes)
{
	struct served s;
	int code = served_run(&s, runs[_i].args);

	ck_assert_msg(code == runs[_i].code, "%s: exit code %d, said: %s", runs[_i].why, code, s.said);
	ck_assert_msg(strstr(s.said, runs[_i].says) != NULL, "%s: said: %s", runs[_i].why, s.said);
}
END_TEST

START_TEST(damaged_database_is_said_in_a_line)
{
	const char *dir = served_database();
	struct served s;
	char path[300];
	int fd;

	snprintf(path, sizeof path, "%s/data.mdb", dir);
	fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, "not a database", 14), 14);
	close(fd);
	ck_assert_int_eq(served_run(&s, (const char *const[]){ "-d", dir, "-l", "127.0.0.1@0", NULL }), 3);
	ck_assert_msg(strstr(s.said, dir) != NULL, "%s", s.said);
	tempdb_remove();
}
END_TEST

START_TEST(second_server_on_the_same_port_is_told)
{
	const char *dir = served_database();
	struct served first, second;
	char at[40];

	served_start(&first, dir, NULL);
	snprintf(at, sizeof at, "127.0.0.1@%u", ntohs(first.at.sin_port));
	ck_assert_int_eq(served_run(&second, (const char *const[]){ "-d", dir, "-l", at, NULL }), 3);
	ck_assert_msg(strstr(second.said, "another server listens there") != NULL, "%s", second.said);
	served_stop(&first);
	tempdb_remove();
}
END_TEST

/* The page is found from the source's place, wherever the test is started. */
START_TEST(manual_page_has_every_option)
{
	static char page[1 << 16];
	char path[512];
	const char *end = strstr(__FILE__, "tests/server/");
	FILE *f;
	size_t n;

	ck_assert_ptr_nonnull(end);
	snprintf(path, sizeof path, "%.*sman/edictd.8", (int)(end - __FILE__), __FILE__);
	f = fopen(path, "re");
	ck_assert_msg(f != NULL, "%s", path);
	n = fread(page, 1, sizeof page - 1, f);
	fclose(f);
	page[n] = 0;
	for (const struct option_row *r = option_rows; r->name != NULL; r++) {
		char name[64];

		snprintf(name, sizeof name, "Fl -%s", r->name);
		ck_assert_msg(r->text == NULL || strstr(page, name) != NULL, "man/edictd.8 does not explain --%s",
			      r->name);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("server options");
	TCase *t = tcase_create("options");

	tcase_add_loop_test(t, command_lines, 0, COUNT_OF(lines));
	tcase_add_loop_test(t, listen_addresses, 0, COUNT_OF(addresses));
	tcase_add_test(t, descriptors_arrive_as_sent);
	tcase_add_loop_test(t, exit_codes, 0, COUNT_OF(runs));
	tcase_add_test(t, damaged_database_is_said_in_a_line);
	tcase_add_test(t, second_server_on_the_same_port_is_told);
	tcase_add_test(t, manual_page_has_every_option);
	suite_add_tcase(s, t);
	return run_suite(s);
}
