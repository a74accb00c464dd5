/*
 * A chain of many runs: every proof has the NSEC3 records that a walk over
 * all hashes finds.
 */
#include "tests/help/run.h"

#include <stdio.h>
#include <stdlib.h>

#include "sec/nsec3.h"
#include "tests/help/answering.h"
#include "tests/help/signedzone.h"
#include "tests/model/load.h"

enum { HOSTS = 3000 };

static const struct nsec3_params params = { NSEC3_ALG_SHA1, 0, 0, { NULL, 0 } };

struct chain {
	struct answering a;
	uint8_t hash[HOSTS + 1][NSEC3_HASH_LEN]; /* ascending */
};

static void hash_of(const char *text, uint8_t hash[NSEC3_HASH_LEN])
{
	struct name n = name_of(text);

	ck_assert(nsec3_hash_name(&params, 0, &n, hash));
}

static int ascending(const void *a, const void *b)
{
	return memcmp(a, b, NSEC3_HASH_LEN);
}

static void begin(struct chain *c)
{
	struct signedzone *z = signedzone_plan("example.", HOSTS);

	answering_begin(&c->a);
	signedzone_compile(z, c->a.store, HOSTS);
	signedzone_free(z);
	answering_ready(&c->a);
	hash_of("example.", c->hash[HOSTS]);
	for (unsigned i = 0; i < HOSTS; i++) {
		char name[32];
		snprintf(name, sizeof name, "h%u.example.", i);
		hash_of(name, c->hash[i]);
	}
	qsort(c->hash, HOSTS + 1, NSEC3_HASH_LEN, ascending);
}

/* The last hash at or before that of a name, going round. */
static const uint8_t *walk(const struct chain *c, const char *name)
{
	uint8_t hash[NSEC3_HASH_LEN];
	unsigned i = HOSTS + 1;

	hash_of(name, hash);
	while (i > 0 && memcmp(c->hash[i - 1], hash, sizeof hash) > 0)
		i--;
	return c->hash[i == 0 ? HOSTS : i - 1];
}

static void must_show(const struct chain *c, const char *question, const char *name)
{
	char text[NSEC3_TEXT_LEN + 1] = "";

	nsec3_text(walk(c, name), text);
	ck_assert_msg(memmem(c->a.answer, c->a.n_answer, text, NSEC3_TEXT_LEN) != NULL,
		      "%s: no NSEC3 %s, for %s, in the answer", question, text, name);
}

static void ask(struct chain *c, const char *name)
{
	uint8_t request[300];
	struct wr w = wr_of(request, sizeof request);

	request_of(&w, name, RR_TXT);
	request_opt(&w, 4096, EDNS_DO, view_of(NULL, 0));
	ck_assert(answering_ask(&c->a, TRANSPORT_TCP, wr_view_of(&w)));
}

START_TEST(every_interval_is_found)
{
	static struct chain c;

	begin(&c);
	for (unsigned i = 0; i < HOSTS; i++) {
		char name[40];

		snprintf(name, sizeof name, "h%u.example.", i);
		ask(&c, name);
		must_show(&c, name, name);
		snprintf(name, sizeof name, "x.missing%u.example.", i);
		ask(&c, name);
		must_show(&c, name, name + 2);
		must_show(&c, name, "example.");
		must_show(&c, name, "*.example.");
	}
	answering_end(&c.a);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("chain");
	TCase *t = tcase_create("chain");

	tcase_set_timeout(t, 120);
	tcase_add_test(t, every_interval_is_found);
	suite_add_tcase(s, t);
	return run_suite(s);
}
