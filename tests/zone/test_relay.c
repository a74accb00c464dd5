#include "zone/relay.h"

#include <stdio.h>

#include "base/work.h"
#include "tests/help/rng.h"
#include "tests/help/run.h"

/* A reader that makes calls as chance has it, and a listener that knows the same chance. */
enum { CALLS = 20440 };

struct call {
	struct master_record record;
	struct master_finding finding;
	uint64_t done;
	unsigned kind;
	uint8_t rdata[65535];
	char what[200];
};

static const char *const files[] = { "a.zone", "b.zone" };

static void make(struct rng *r, struct call *c)
{
	size_t n = rng_percent(r, 1) ? rng_below(r, sizeof c->rdata + 1) : rng_below(r, 40);

	c->kind = rng_percent(r, 90) ? 0 : 1 + rng_below(r, 2);
	c->record =
	    (struct master_record){ .type = (uint16_t)rng_below(r, 65536), .class = 1, .ttl = rng_below(r, 9999) };
	c->record.owner.len = (uint8_t)(1 + rng_below(r, 255));
	rng_bytes(r, c->record.owner.wire, c->record.owner.len);
	rng_bytes(r, c->rdata, n);
	c->record.rdata = view_of(c->rdata, n);
	c->record.file = files[rng_below(r, 2)];
	c->record.line = rng_below(r, 1000000);
	(void)snprintf(c->what, 1 + rng_below(r, sizeof c->what), "%0150u", rng_below(r, 1000));
	c->finding = (struct master_finding){ .file = files[0],
					      .line = rng_below(r, 99),
					      .field = "TTL",
					      .what = c->what,
					      .error = rng_percent(r, 50) };
	c->done = rng_next(r);
}

struct listener {
	struct rng r;
	struct call call;
	unsigned heard, limit;
	struct rng ahead; /* as r, but of the calls that are announced */
	unsigned announced;
	pthread_t self;
};

static void read_some(void *context, const struct master_calls *calls)
{
	static struct call c;
	struct listener *l = context;
	struct rng r = l->r;

	for (unsigned i = 0; i < l->limit; i++) {
		make(&r, &c);
		if (c.kind == 0)
			calls->record(calls->context, &c.record);
		else if (c.kind == 1)
			calls->finding(calls->context, &c.finding);
		else
			calls->progress(calls->context, c.done, ~c.done);
	}
}

static struct listener *next(void *context, unsigned kind)
{
	struct listener *l = context;

	ck_assert(pthread_equal(pthread_self(), l->self));
	make(&l->r, &l->call);
	ck_assert_uint_eq(l->call.kind, kind);
	l->heard++;
	return l;
}

static void on_record(void *context, const struct master_record *m)
{
	const struct master_record *want = &next(context, 0)->call.record;

	ck_assert(view_eq(view_of(m->owner.wire, m->owner.len), view_of(want->owner.wire, want->owner.len)));
	ck_assert(view_eq(m->rdata, want->rdata));
	ck_assert(m->type == want->type && m->class == want->class && m->ttl == want->ttl);
	ck_assert(m->file == want->file && m->line == want->line);
}

/* An owner that is announced is that of a record which was not heard yet. */
static void on_expected(void *context, struct view owner)
{
	struct listener *l = context;
	static struct call c;

	do {
		ck_assert_uint_lt(l->announced++, l->limit);
		make(&l->ahead, &c);
	} while (c.kind != 0 || !view_eq(view_of(c.record.owner.wire, c.record.owner.len), owner));
	ck_assert_uint_gt(l->announced, l->heard);
}

static void on_finding(void *context, const struct master_finding *f)
{
	const struct master_finding *want = &next(context, 1)->call.finding;

	ck_assert_str_eq(f->what, want->what);
	ck_assert(f->file == want->file && f->line == want->line && f->field == want->field &&
		  f->error == want->error);
}

static void on_progress(void *context, uint64_t done, uint64_t total)
{
	const struct listener *l = next(context, 2);

	ck_assert(done == l->call.done && total == ~l->call.done);
}

/* What is heard is what was said, in its order, in the listener's thread: with one thread, with two, and also if
 * hardly anything is said. */
START_TEST(all_calls_in_order)
{
	static struct listener l;

	for (unsigned limit = 0; limit <= CALLS; limit = limit * 27 + 1) {
		struct listener fresh = {
			.r = { (uint64_t)_i }, .ahead = { (uint64_t)_i }, .limit = limit, .self = pthread_self()
		};
		l = fresh;
		struct listener reading = fresh;
		const struct master_calls calls = { &l, on_record, on_expected, on_finding, on_progress };
		work_use(1 + (unsigned)_i % 2);
		relay_read(&calls, read_some, &reading);
		work_use(1);
		ck_assert_uint_eq(l.heard, limit);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("relay");
	TCase *t = tcase_create("relay");

	tcase_add_loop_test(t, all_calls_in_order, 0, 6);
	suite_add_tcase(s, t);
	return run_suite(s);
}
