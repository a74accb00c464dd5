/*
 * Many small zones come, half of them go, at random: what they leave behind is
 * free pages all over the file, and commits to a big zone are as fast as
 * before. `make long` does it with 400,000 zones.
 */
#include "tests/help/run.h"

#include <stdio.h>
#include <stdlib.h>

#include "bake/compile.h"
#include "tests/help/bigzone.h"
#include "tests/help/rng.h"
#include "tests/help/tempdb.h"
#include "tests/help/verified.h"
#include "tests/model/load.h"

enum { COMMITS = 1000 };

static void origin_of(unsigned i, char text[32])
{
	snprintf(text, 32, "zone%u.example.", i);
}

static void drop(struct store *s, unsigned i)
{
	char text[32], why[256];
	struct name apex;

	origin_of(i, text);
	apex = name_of(text);
	ck_assert_msg(compile_drop(s, &apex, why) == OK, "%s", why);
}

/* shuffled gives 0 .. n - 1 in random order. */
static unsigned *shuffled(unsigned n)
{
	struct rng r = { n };
	unsigned *list = calloc(n, sizeof *list);

	ck_assert_ptr_nonnull(list);
	for (unsigned i = 0; i < n; i++) {
		unsigned k = rng_below(&r, i + 1);
		list[i] = list[k];
		list[k] = i;
	}
	return list;
}

static struct cost measure(struct store *s, const char *what, uint32_t value)
{
	struct cost c = bigzone_cost(s, "big.", 0, COMMITS, value);

	bigzone_figure(what, c);
	return c;
}

START_TEST(dropped_zones_do_not_slow_commits)
{
	const unsigned zones = long_or(400000, SEEDS_OF(4000));
	unsigned *order = shuffled(zones);
	struct cost before, after;
	struct store *s;
	char text[32];

	tempdb_dir();
	s = tempdb_open(0);
	for (unsigned i = 0; i < zones; i++) {
		origin_of(i, text);
		bigzone_compile(s, text, 3);
	}
	bigzone_compile(s, "big.", long_or(100000, 5000));
	before = measure(s, "small zones: a commit to a big zone, before the drop", 1);
	figure("small zones: file with all of them", "%llu MiB", (unsigned long long)store_file_size(s) >> 20);
	for (unsigned i = 0; i < zones / 2; i++)
		drop(s, order[i]);
	free(order);
	after = measure(s, "small zones: a commit to a big zone, after it", 2 * COMMITS);
	figure("small zones: file after all", "%llu MiB", (unsigned long long)store_file_size(s) >> 20);
	ck_assert_msg(after.written <= before.written * 3 / 2, "%llu octets before, %llu after",
		      (unsigned long long)before.written, (unsigned long long)after.written);
	ck_assert_msg(after.cpu_ns <= 4 * before.cpu_ns, "%llu ns before, %llu after",
		      (unsigned long long)before.cpu_ns, (unsigned long long)after.cpu_ns);
	ck_assert_uint_eq(verified_all(s), zones - zones / 2 + 1);
	store_close(s);
	tempdb_remove();
}
END_TEST

int main(void)
{
	Suite *s = suite_create("small zones");
	TCase *t = tcase_create("small zones");

	setenv("TMPDIR", "/dev/shm", 0);
	tcase_set_timeout(t, 3000);
	tcase_add_test(t, dropped_zones_do_not_slow_commits);
	suite_add_tcase(s, t);
	return run_suite(s);
}
