/*
 * A zone grown name by name, a commit for each, costs the same per commit at
 * the end as at the beginning. `make long` grows it to a million names.
 */
#include "tests/help/run.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/help/bigzone.h"
#include "tests/help/tempdb.h"

enum { WINDOW = 500 };

static struct cost measure(struct store *s, unsigned n)
{
	struct cost c = bigzone_cost(s, "grow.", n, WINDOW, n);
	char what[80];

	snprintf(what, sizeof what, "growth: one more name, a commit, at %u names", n);
	bigzone_figure(what, c);
	return c;
}

START_TEST(the_millionth_name_costs_what_the_thousandth_did)
{
	static const unsigned steps[] = { 10, 1000, 10000, 100000, 1000000 };
	struct cost first = { 0 }, last = { 0 };
	struct store *s;
	unsigned n = 10;

	tempdb_dir();
	s = tempdb_open(0);
	bigzone_compile(s, "grow.", n);
	for (size_t i = 0; i < COUNT_OF(steps) && steps[i] <= long_or(1000000, 10000); i++) {
		for (; n < steps[i]; n++)
			bigzone_commit(s, "grow.", n, n);
		last = measure(s, n);
		n += WINDOW;
		if (steps[i] == 1000)
			first = last;
	}
	/* The trees get a page deeper now and then; the clock is another matter on a machine that is shared. */
	ck_assert_msg(last.written <= 2 * first.written, "%llu octets at first, %llu at last",
		      (unsigned long long)first.written, (unsigned long long)last.written);
	ck_assert_msg(last.cpu_ns <= 4 * first.cpu_ns, "%llu ns at first, %llu at last",
		      (unsigned long long)first.cpu_ns, (unsigned long long)last.cpu_ns);
	figure("growth: file at the end", "%llu MiB", (unsigned long long)store_file_size(s) >> 20);
	ck_assert_uint_eq(bigzone_good(s), 1);
	store_close(s);
	tempdb_remove();
}
END_TEST

int main(void)
{
	Suite *s = suite_create("growth");
	TCase *t = tcase_create("growth");

	setenv("TMPDIR", "/dev/shm", 0); /* what is measured is work, not the disk's patience */
	tcase_set_timeout(t, 3000);
	tcase_add_test(t, the_millionth_name_costs_what_the_thousandth_did);
	suite_add_tcase(s, t);
	return run_suite(s);
}
