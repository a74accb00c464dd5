/*
 * Random zones through a database and `zonec dump` and the reader of master
 * files: what comes out is what went in, octet by octet, letter case and TTLs
 * included, and a dump of that is the same text again.
 *
 * EDICT_DUMP_ZONES asks for more groups of zones than `make check` does.
 */
#include "tests/help/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bake/compile.h"
#include "tests/help/tempdb.h"
#include "tests/model/random_zone.h"
#include "zone/master.h"

enum { TEXT_ROOM = 1 << 24 };

static const char *zonec(void)
{
	static char path[300];
	const char *build = getenv("B");

	(void)snprintf(path, sizeof path, "%s/bin/zonec", build != NULL ? build : "build");
	return path;
}

static void compile(struct store *s, const struct zone *z)
{
	struct compile_facts facts = { .now = 1 };
	char why[256];

	ck_assert_msg(compile_zone(s, z, &facts, why) == OK, "%s", why);
}

/* dump puts what `zonec dump` prints into text. */
static size_t dump(const char *db, const struct name *apex, char *text)
{
	char name[NAME_TEXT_MAX], command[2 * NAME_TEXT_MAX + 600], *to = command;
	FILE *f;

	name_print(apex, name);
	to += sprintf(to, "%s dump -d %s -- '", zonec(), db);
	for (const char *p = name; *p != 0; p++) /* as the shell wants it */
		to += sprintf(to, *p == '\'' ? "'\\''" : "%c", *p);
	(void)sprintf(to, "'");
	f = popen(command, "re");
	ck_assert_ptr_nonnull(f);
	size_t n = fread(text, 1, TEXT_ROOM, f);
	ck_assert_msg(pclose(f) == 0, "%s", command);
	return n;
}

static void on_record(void *context, const struct master_record *r)
{
	ck_assert(zone_add(context, &r->owner, r->type, r->ttl, r->rdata, r->line) == OK);
}

static void on_finding(void *context, const struct master_finding *f)
{
	(void)context;
	ck_abort_msg("%u:%u: %s", f->line, f->column, f->what);
}

static struct zone *read_back(const char *text, size_t n, const struct name *apex)
{
	struct zone *z = zone_new(apex);
	struct master_calls calls = { .context = z, .record = on_record, .finding = on_finding };

	ck_assert(master_read_text(view_of(text, n), "dump", apex, NULL, &calls) == OK);
	zone_seal(z, NULL, NULL);
	return z;
}

static void same_rdata(const struct rdata *a, const struct rdata *b, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		ck_assert(view_eq(rdata_view(&a[i]), rdata_view(&b[i])));
}

static void same_node(const struct node *a, const struct node *b)
{
	const struct rrset *s = a->rrsets, *t = b->rrsets;

	ck_assert(view_eq(view_of(a->owner, a->owner_len), view_of(b->owner, b->owner_len)));
	for (; s != NULL && t != NULL; s = s->next, t = t->next) {
		ck_assert_uint_eq(s->type, t->type);
		ck_assert_uint_eq(s->n, t->n);
		ck_assert_uint_eq(s->n_sig, t->n_sig);
		ck_assert(s->n == 0 || s->ttl == t->ttl);
		ck_assert(s->n_sig == 0 || s->sig_ttl == t->sig_ttl);
		same_rdata(s->rdata, t->rdata, s->n);
		same_rdata(s->sig, t->sig, s->n_sig);
	}
	ck_assert(s == NULL && t == NULL);
}

static void same_zone(const struct zone *a, const struct zone *b)
{
	ck_assert_uint_eq(a->n_records, b->n_records);
	size_t i = 0, k = 0;
	for (;; i++, k++) { /* the letter case of an empty non-terminal is that of whatever is below it */
		while (i < a->n_nodes && a->node[i]->rrsets == NULL)
			i++;
		while (k < b->n_nodes && b->node[k]->rrsets == NULL)
			k++;
		if (i == a->n_nodes || k == b->n_nodes)
			break;
		same_node(a->node[i], b->node[k]);
	}
	ck_assert(i == a->n_nodes && k == b->n_nodes);
}

START_TEST(dumps_compile_to_the_same_zone)
{
	static char first[TEXT_ROOM], second[TEXT_ROOM];
	struct rng r = { (uint64_t)_i };
	struct zone_group g;

	random_group(&r, &g);
	for (size_t i = 0; i < g.n; i++) {
		const struct name *apex = &g.zone[i]->apex;
		const char *db = tempdb_dir();
		struct store *s = tempdb_open(0);
		compile(s, g.zone[i]);
		size_t n = dump(db, apex, first);
		struct zone *again = read_back(first, n, apex);
		same_zone(g.zone[i], again);
		compile(s, again);
		ck_assert_uint_eq(dump(db, apex, second), n);
		ck_assert_mem_eq(first, second, n);
		zone_free(again);
		store_close(s);
		tempdb_remove();
	}
	group_free(&g);
}
END_TEST

int main(void)
{
	const char *more = getenv("EDICT_DUMP_ZONES");
	Suite *s = suite_create("dump");
	TCase *t = tcase_create("dump");

	if (access(zonec(), X_OK) != 0) {
		printf("there is no %s: skipped\n", zonec());
		return 77;
	}
	setenv("EDICT_MAPSIZE", "256M", 0);
	tcase_set_timeout(t, 600);
	tcase_add_loop_test(t, dumps_compile_to_the_same_zone, 0, more != NULL ? atoi(more) : 30);
	suite_add_tcase(s, t);
	return run_suite(s);
}
