/*
 * The random zones and questions are worth asking: the same seed makes the same
 * ones, everything unusual happens often, the chains of fake signatures are whole,
 * and a comparison sees the smallest difference.
 */
#include "tests/help/run.h"

#include <stdlib.h>

#include "tests/model/denial.h"
#include "tests/model/lookup.h"
#include "tests/help/signing.h"
#include "tests/model/twin.h"

enum { SEEDS = 40, QUESTIONS = 100 };

/* A response in wire form, names whole. */
static void write_response(const struct twin_question *q, const struct model_message *m, struct wr *out)
{
	wr_u16(out, 1);
	wr_u16(out, (uint16_t)(FLAG_QR | (m->aa ? FLAG_AA : 0) | m->rcode));
	wr_u16(out, 1);
	for (int s = 0; s < MODEL_SECTIONS; s++)
		wr_u16(out, (uint16_t)(m->section[s].n + (s == MODEL_ADDITIONAL && q->dnssec_ok)));
	wr_bytes(out, q->qname.wire, q->qname.len);
	wr_u16(out, q->qtype);
	wr_u16(out, CLASS_IN);
	for (int s = 0; s < MODEL_SECTIONS; s++)
		for (size_t i = 0; i < m->section[s].n; i++) {
			const struct model_rr *rr = &m->section[s].rr[i];
			wr_bytes(out, rr->owner.wire, rr->owner.len);
			wr_u16(out, rr->type);
			wr_u16(out, CLASS_IN);
			wr_u32(out, rr->ttl);
			wr_u16(out, (uint16_t)rr->rdata.n);
			wr_view(out, rr->rdata);
		}
	if (q->dnssec_ok)
		wr_bytes(out, "\0\0\51\4\320\0\0\200\0\0\0", 11);
}

static void ask(const struct twin *t, const struct twin_question *q, struct model_message *m)
{
	model_answer(&(struct model){ t->zones.zone, t->zones.n, t->nsec3_iterations_max }, &q->qname, q->qtype,
		     q->dnssec_ok, m);
}

static char *group_text(uint64_t seed, size_t *len)
{
	struct twin t;
	char *text = NULL;
	FILE *f = open_memstream(&text, len);

	twin_open(&t, seed);
	for (size_t i = 0; i < t.zones.n; i++)
		zone_write(t.zones.zone[i], f);
	fclose(f);
	twin_close(&t);
	return text;
}

START_TEST(a_seed_makes_the_same_zones)
{
	size_t n, m;
	char *a = group_text((uint64_t)_i, &n), *b = group_text((uint64_t)_i, &m),
	     *c = group_text((uint64_t)_i + 1, &m);

	ck_assert_str_eq(a, b);
	ck_assert_str_ne(a, c);
	free(a);
	free(b);
	free(c);
}
END_TEST

/* What a question can run into. */
enum event {
	REFUSED,
	REFERRAL,
	SECURE_REFERRAL,
	NAME_ERROR,
	OVERLONG,
	NO_DATA,
	POSITIVE,
	CHAIN,
	LONG_CHAIN,
	REDIRECTED,
	CHAIN_TO_REFERRAL,
	WITH_NSEC,
	WITH_NSEC3,
	WILDCARD_PROOF,
	GLUE,
	SIGNED_ADDITIONAL,
	BIG,
	EVENTS
};
static const char *const event_names[EVENTS] = {
	"refused",
	"referral",
	"secure referral",
	"name error",
	"overlong DNAME",
	"no data",
	"positive",
	"chain",
	"long chain",
	"DNAME",
	"chain to a referral",
	"NSEC",
	"NSEC3",
	"wildcard proof",
	"glue",
	"signed additional",
	"message above 1232 octets",
};

static unsigned count_type(const struct model_section *s, uint16_t type)
{
	unsigned n = 0;

	for (size_t i = 0; i < s->n; i++)
		n += s->rr[i].type == type;
	return n;
}

static void note_events(const struct model_message *m, size_t size, unsigned *seen)
{
	const struct model_section *an = &m->section[MODEL_ANSWER], *ns = &m->section[MODEL_AUTHORITY],
				   *ar = &m->section[MODEL_ADDITIONAL];
	bool soa = count_type(ns, RR_SOA) > 0, nsec3 = count_type(ns, RR_NSEC3) > 0,
	     nsec = count_type(ns, RR_NSEC) > 0;
	bool ns_set = count_type(ns, RR_NS) > 0;

	seen[REFUSED] += m->rcode == RCODE_REFUSED;
	seen[REFERRAL] += !m->aa && ns_set;
	seen[SECURE_REFERRAL] += ns_set && count_type(ns, RR_DS) > 0;
	seen[NAME_ERROR] += m->rcode == RCODE_NXDOMAIN;
	seen[OVERLONG] += m->rcode == RCODE_YXDOMAIN;
	seen[NO_DATA] += m->rcode == RCODE_NOERROR && soa;
	seen[POSITIVE] += m->rcode == RCODE_NOERROR && an->n > 0 && !soa && !ns_set;
	seen[CHAIN] += count_type(an, RR_CNAME) > 1;
	seen[LONG_CHAIN] += count_type(an, RR_CNAME) == MODEL_CHAIN_MAX;
	seen[REDIRECTED] += count_type(an, RR_DNAME) > 0;
	seen[CHAIN_TO_REFERRAL] += m->aa && ns_set;
	seen[WITH_NSEC] += nsec;
	seen[WITH_NSEC3] += nsec3;
	seen[WILDCARD_PROOF] += an->n > 0 && (nsec || nsec3) && !soa && !ns_set;
	seen[GLUE] += ar->n > 0 && !m->aa;
	seen[SIGNED_ADDITIONAL] += count_type(ar, RR_RRSIG) > 0;
	seen[BIG] += size > 1232;
}

START_TEST(the_unusual_is_usual)
{
	static uint8_t wire[1 << 20];
	unsigned seen[EVENTS] = { 0 };

	for (uint64_t seed = 0; seed < SEEDS * 5; seed++) {
		struct twin t;

		twin_open(&t, seed);
		for (int i = 0; i < QUESTIONS; i++) {
			struct twin_question q = twin_question(&t);
			struct wr w = wr_of(wire, sizeof wire);
			struct model_message m;

			ask(&t, &q, &m);
			write_response(&q, &m, &w);
			ck_assert(!w.full && w.len <= MSG_MAX);
			note_events(&m, w.len, seen);
			message_free(&m);
		}
		twin_close(&t);
	}
	for (int e = 0; e < EVENTS; e++)
		ck_assert_msg(seen[e] >= 10, "only %u of %s", seen[e], event_names[e]);
}
END_TEST

/* What the twin says, written to the wire, is what the twin says; less is not, more is not, another TTL is not. */
START_TEST(comparison_sees_differences)
{
	static uint8_t wire[MSG_MAX];
	char report[4096];
	struct twin t;

	twin_open(&t, (uint64_t)_i);
	for (int i = 0; i < QUESTIONS; i++) {
		struct twin_question q = twin_question(&t);
		struct model_message m;
		struct wr w = wr_of(wire, sizeof wire);
		int s = i % MODEL_SECTIONS;

		ask(&t, &q, &m);
		write_response(&q, &m, &w);
		ck_assert_msg(twin_agrees(&t, &q, wr_view_of(&w), report, sizeof report), "%s", report);
		ck_assert(!twin_agrees(&t, &q, view_of(wire, w.len - 1), report, sizeof report));
		struct model_section *section = &m.section[s];
		if (section->n > 0) {
			section->rr[0].ttl++;
			w = wr_of(wire, sizeof wire);
			write_response(&q, &m, &w);
			ck_assert(!twin_agrees(&t, &q, wr_view_of(&w), report, sizeof report));
			section->rr[0] = section->rr[--section->n];
		} else {
			message_add(&m, s, &q.qname, RR_A, 1, BYTES("\1\2\3\4"));
		}
		w = wr_of(wire, sizeof wire);
		write_response(&q, &m, &w);
		ck_assert(!twin_agrees(&t, &q, wr_view_of(&w), report, sizeof report));
		message_free(&m);
	}
	twin_close(&t);
}
END_TEST

/* Follows next names from the apex; the chain must come back to it having passed every NSEC RRset. */
static void walk_nsec(const struct zone *z)
{
	struct name at = z->apex;
	size_t steps = 0, n = 0;

	for (size_t i = 0; i < z->n_nodes; i++)
		n += rrset_of(z->node[i], RR_NSEC) != NULL && rrset_of(z->node[i], RR_NSEC)->n > 0;
	do {
		const struct rrset *s = look_rrset(z, &at, RR_NSEC);
		ck_assert(s != NULL && s->n == 1 && s->n_sig > 0);
		struct rd r = rd_of(rdata_view(&s->rdata[0]));
		name_read_plain(&r, &at);
		ck_assert(!r.bad);
	} while (++steps < n && !name_eq(&at, &z->apex));
	ck_assert_uint_eq(steps, n);
	ck_assert(name_eq(&at, &z->apex));
}

/* A name that the twin denies must come with proofs where the zone has a chain of few iterations. */
START_TEST(chains_are_whole)
{
	struct twin t;

	twin_open(&t, (uint64_t)_i);
	for (size_t i = 0; i < t.zones.n; i++) {
		const struct zone *z = t.zones.zone[i];
		const struct rrset *param = look_rrset(z, &z->apex, RR_NSEC3PARAM);
		if (look_rrset(z, &z->apex, RR_NSEC) != NULL)
			walk_nsec(z);
		for (uint32_t k = 0; param != NULL && k < param->n; k++) {
			struct model_message m = { 0 };
			struct denial d = { z, UINT16_MAX, &m };
			naive_deny_type(&d, &z->apex);
			ck_assert_uint_eq(count_type(&m.section[MODEL_AUTHORITY], RR_NSEC3), 1);
			message_free(&m);
		}
	}
	twin_close(&t);
}
END_TEST

/* Zones as files for tests/interop/signed.py: as they were before they were made to look signed. */
static int write_zones(const char *directory, unsigned seeds)
{
	char path[4096], origin[NAME_TEXT_MAX];

	for (unsigned seed = 0; seed < seeds; seed++) {
		struct twin t;
		twin_open(&t, seed);
		for (size_t i = 0; i < t.zones.n; i++) {
			struct zone *z = signing_copy(t.zones.zone[i]);
			(void)snprintf(path, sizeof path, "%s/%u-%zu.zone", directory, seed, i);
			FILE *f = fopen(path, "we");
			if (f == NULL)
				return EXIT_FAILURE;
			zone_seal(z, NULL, NULL);
			name_print(&z->apex, origin);
			fprintf(f, "; %s\n", origin);
			zone_write(z, f);
			if (fclose(f) != 0)
				return EXIT_FAILURE;
			zone_free(z);
		}
		twin_close(&t);
	}
	return EXIT_SUCCESS;
}

int main(void)
{
	const char *directory = getenv("EDICT_RANDOM_ZONES"), *seeds = getenv("EDICT_RANDOM_SEEDS");

	if (directory != NULL)
		return write_zones(directory, seeds != NULL ? (unsigned)strtoul(seeds, NULL, 10) : 10);
	Suite *s = suite_create("random zones");
	TCase *t = tcase_create("random zones");

	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, a_seed_makes_the_same_zones, 0, SEEDS);
	tcase_add_loop_test(t, comparison_sees_differences, 0, SEEDS_OF(SEEDS));
	tcase_add_loop_test(t, chains_are_whole, 0, SEEDS_OF(SEEDS * 10));
	tcase_add_test(t, the_unusual_is_usual);
	suite_add_tcase(s, t);
	return run_suite(s);
}
