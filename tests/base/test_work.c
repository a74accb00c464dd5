#include "base/work.h"

#include "tests/help/run.h"

enum { ITEMS = 2003, SIZE = 64 };

struct seen {
	atomic_uint item[ITEMS];
	atomic_uint busy[WORK_THREADS_MAX];
	atomic_bool twice, wrong;
};

static void see(void *context, const struct slice *s)
{
	struct seen *seen = context;

	if (atomic_fetch_add(&seen->busy[s->worker], 1) != 0)
		atomic_store(&seen->twice, true);
	if (s->from != s->number * SIZE || (s->to != s->from + SIZE && s->to != ITEMS))
		atomic_store(&seen->wrong, true);
	for (size_t i = s->from; i < s->to; i++)
		atomic_fetch_add(&seen->item[i], 1);
	atomic_fetch_sub(&seen->busy[s->worker], 1);
}

/* Every item is in one slice, slices are the same for any number of threads, a worker has one at a time. */
START_TEST(every_item_once)
{
	static struct seen seen;

	memset(&seen, 0, sizeof seen);
	work_use((unsigned)_i);
	for (unsigned round = 1; round <= 5; round++) {
		work_run(ITEMS, SIZE, see, &seen);
		for (size_t i = 0; i < ITEMS; i++)
			ck_assert_uint_eq(seen.item[i], round);
	}
	ck_assert(!seen.twice && !seen.wrong);
	work_use(1);
}
END_TEST

static void never(void *context, const struct slice *s)
{
	(void)s;
	*(bool *)context = true;
}

START_TEST(nothing_to_do)
{
	bool called = false;

	work_use(4);
	work_run(0, SIZE, never, &called);
	work_use(1);
	ck_assert(!called);
}
END_TEST

/* The caller's own work and what the others do meanwhile, whether or not there are others. */
START_TEST(done_when_it_ends)
{
	static struct seen seen;
	struct work w;

	memset(&seen, 0, sizeof seen);
	work_use((unsigned)_i);
	work_begin(&w, ITEMS, SIZE, see, &seen);
	ck_assert_uint_lt(w.started, (unsigned)_i);
	work_end(&w);
	work_use(1);
	for (size_t i = 0; i < ITEMS; i++)
		ck_assert_uint_eq(seen.item[i], 1);
}
END_TEST

START_TEST(threads_are_bounded)
{
	work_use(1000);
	ck_assert_uint_eq(work_threads(), WORK_THREADS_MAX);
	work_use(0);
	ck_assert_uint_ge(work_threads(), 1);
	ck_assert_uint_le(work_threads(), WORK_THREADS_MAX);
	work_use(1);
	ck_assert_uint_eq(work_threads(), 1);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("work");
	TCase *t = tcase_create("work");

	tcase_add_loop_test(t, every_item_once, 1, 5);
	tcase_add_test(t, nothing_to_do);
	tcase_add_loop_test(t, done_when_it_ends, 1, 3);
	tcase_add_test(t, threads_are_bounded);
	suite_add_tcase(s, t);
	return run_suite(s);
}
