/*
 * A zone grown name by name, a commit for each, costs the same per commit at
 * the end as at the beginning: an unsigned one, and one with NSEC3. `make long`
 * grows each to a million names.
 */
#include "tests/help/run.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/help/bigzone.h"
#include "tests/help/signedzone.h"
#include "tests/help/tempdb.h"
#include "tests/help/verified.h"

enum { WINDOW = 500 };

/* How a zone grows: from 0 to n - 1 names at once, then with name n. */
struct way {
	const char *name;
	void (*compile)(struct store *s, unsigned n);
	void (*grow)(struct store *s, unsigned n);
};

static struct signedzone *plan;

static void compile_unsigned(struct store *s, unsigned n)
{
	bigzone_compile(s, "grow.", n);
}

static void grow_unsigned(struct store *s, unsigned n)
{
	bigzone_commit(s, "grow.", n, n);
}

static void compile_signed(struct store *s, unsigned n)
{
	signedzone_compile(plan, s, n);
}

static void grow_signed(struct store *s, unsigned n)
{
	signedzone_commit(plan, s, n);
}

static const struct way ways[] = {
	{ "unsigned", compile_unsigned, grow_unsigned },
	{ "NSEC3", compile_signed, grow_signed },
};

struct growing {
	const struct way *way;
	struct store *s;
	unsigned n;
};

static void grow_one(void *context, unsigned i)
{
	const struct growing *g = context;

	g->way->grow(g->s, g->n + i);
}

static struct cost measure(struct growing *g)
{
	struct cost c = cost_of(grow_one, g, WINDOW);
	char what[80];

	snprintf(what, sizeof what, "growth, %s: one more name, a commit, at %u names", g->way->name, g->n);
	bigzone_figure(what, c);
	g->n += WINDOW;
	return c;
}

START_TEST(the_millionth_name_costs_what_the_thousandth_did)
{
	static const unsigned steps[] = { 10, 1000, 10000, 100000, 1000000 };
	const unsigned most = long_or(1000000, 10000);
	struct growing g = { &ways[_i], NULL, steps[0] };
	struct cost first = { 0 }, last = { 0 };

	plan = signedzone_plan("grow.", most + WINDOW);
	tempdb_dir();
	g.s = tempdb_open(0);
	g.way->compile(g.s, g.n);
	for (size_t i = 0; i < COUNT_OF(steps) && steps[i] <= most; i++) {
		for (; g.n < steps[i]; g.n++)
			g.way->grow(g.s, g.n);
		last = measure(&g);
		if (steps[i] == 1000)
			first = last;
	}
	/* The trees get a page deeper now and then; the clock is another matter on a machine that is shared. */
	ck_assert_msg(last.written <= 2 * first.written, "%llu octets at first, %llu at last",
		      (unsigned long long)first.written, (unsigned long long)last.written);
	ck_assert_msg(last.cpu_ns <= 4 * first.cpu_ns, "%llu ns at first, %llu at last",
		      (unsigned long long)first.cpu_ns, (unsigned long long)last.cpu_ns);
	figure("growth: file at the end", "%llu MiB", (unsigned long long)store_file_size(g.s) >> 20);
	ck_assert_uint_eq(verified_all(g.s), 1);
	store_close(g.s);
	tempdb_remove();
	signedzone_free(plan);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("growth");
	TCase *t = tcase_create("growth");

	setenv("TMPDIR", "/dev/shm", 0); /* what is measured is work, not the disk's patience */
	tcase_set_timeout(t, 3000);
	tcase_add_loop_test(t, the_millionth_name_costs_what_the_thousandth_did, 0, COUNT_OF(ways));
	suite_add_tcase(s, t);
	return run_suite(s);
}
