/*
 * Whatever comes in: no crash (this runs under the sanitizers, too), no answer
 * to an answer, every answer parses and has the request's id, and a sane
 * question is answered afterwards.
 */
#include "tests/help/run.h"

#include <stdlib.h>

#include "tests/help/answering.h"
#include "tests/help/rng.h"

static const char zone[] = "$TTL 300\n"
			   "@ SOA ns hostmaster 7 3600 600 86400 300\n"
			   "@ NS ns\n"
			   "ns A 192.0.2.1\n"
			   "www A 192.0.2.2\n"
			   "*.wild TXT w\n"
			   "alias CNAME a.wild\n"
			   "moved DNAME wild\n"
			   "cut NS ns.cut\n"
			   "ns.cut A 192.0.2.3\n";

/* Requests that are in order, each using other parts of the way in. */
static const struct view valid[] = {
	BYTES("\x12\x34\0\0\0\1\0\0\0\0\0\0\3www\7example\0\0\1\0\1"),
	BYTES("\x12\x34\1\0\0\1\0\0\0\0\0\1\5alias\7example\0\0\1\0\1\0\0\51\4\320\0\0\200\0\0\0"),
	BYTES("\x12\x34\1\0\0\1\0\0\0\0\0\1\1x\5moved\7example\0\0\377\0\1\0\0\51\4\320\0\0\200\0\0\25"
	      "\0\3\0\0\0\23\0\0\0\13\0\0\0\12\0\5abcde"),
	BYTES("\x12\x34\0\0\0\1\0\1\0\1\0\1\1y\3cut\7example\0\0\34\0\1\300\14\0\1\0\1\0\0\0\0\0\4\1\2\3\4"
	      "\300\16\0\20\0\1\0\0\0\0\0\2\1z\0\0\51\20\0\0\0\0\0\0\0"),
	BYTES(
	    "\x12\x34\0\0\0\1\0\0\0\0\0\1\3www\7example\0\0\1\0\1\3key\0\0\372\0\377\0\0\0\0\0\41\13hmac-sha256\0"
	    "\0\0\145\123\361\0\1\54\0\4macs\x12\x34\0\0\0\0"),
	BYTES("\x12\x34\50\0\0\1\0\0\0\1\0\0\7example\0\0\6\0\1\1n\300\14\0\1\0\1\0\0\0\5\0\4\1\2\3\4"),
	BYTES("\x12\x34\0\0\0\1\0\0\0\0\0\0\7version\4bind\0\0\20\0\3"),
};

static void begin(struct answering *a)
{
	answering_begin(a);
	a->options.any_full_over_tcp = true;
	answering_zone(a, "example.", zone);
	answering_ready(a);
}

static void end(struct answering *a)
{
	ck_assert_str_eq(answering_tell(a, TRANSPORT_UDP, valid[0]), "NOERROR qr aa 1/1/0/0");
	answering_end(a);
}

/* try asks with a copy of its exact length, so that a read behind it is seen. */
static void try_one(struct answering *a, const uint8_t *p, size_t n, const char *what, size_t where)
{
	uint8_t *copy = malloc(n + (n == 0));
	ck_assert_ptr_nonnull(copy);
	if (n != 0)
		memcpy(copy, p, n);
	for (int how = TRANSPORT_UDP; how <= TRANSPORT_TCP; how++) {
		const char *is =
		    answering_tell(a, how == TRANSPORT_UDP ? TRANSPORT_UDP : TRANSPORT_TCP, view_of(copy, n));
		bool silent = n < MSG_HEADER || p[2] & 0x80;
		ck_assert_msg((strcmp(is, "silence") == 0) == silent, "%s at %zu: %s", what, where, is);
		ck_assert_msg(strstr(is, "malformed") == NULL, "%s at %zu: %s", what, where, is);
		ck_assert_msg(silent || strstr(is, " qr ") != NULL, "%s at %zu: %s", what, where, is);
	}
	free(copy);
}

START_TEST(truncated_everywhere)
{
	struct answering a;

	begin(&a);
	for (size_t n = 0; n < valid[_i].n; n++)
		try_one(&a, valid[_i].p, n, "cut off", n);
	end(&a);
}
END_TEST

START_TEST(every_octet_with_every_value)
{
	struct answering a;
	uint8_t request[512];

	begin(&a);
	for (size_t at = 0; at < valid[_i].n; at++)
		for (unsigned v = 0; v < 256; v++) {
			memcpy(request, valid[_i].p, valid[_i].n);
			request[at] = (uint8_t)v;
			try_one(&a, request, valid[_i].n, "another octet", at);
		}
	end(&a);
}
END_TEST

START_TEST(random_octets)
{
	struct answering a;
	struct rng r = { (uint64_t)_i };
	uint8_t request[700];

	begin(&a);
	for (unsigned i = 0; i < 3000; i++) {
		size_t n = rng_below(&r, sizeof request);
		rng_bytes(&r, request, n);
		if (n >= MSG_HEADER && rng_percent(&r, 80)) { /* a header that is gone on with */
			request[2] = (uint8_t)(rng_below(&r, 6) << 3);
			memcpy(request + 4, "\0\1\0\0\0\0\0\1", 8);
		}
		try_one(&a, request, n, "random octets, number", i);
	}
	end(&a);
}
END_TEST

/* Several octets of a valid request are overwritten, mostly by those that mean something in a name. */
START_TEST(many_octets)
{
	static const uint8_t telling[] = { 0, 1, 0x3f, 0x40, 0x80, 0xc0, 0xff, 12 };
	struct answering a;
	struct rng r = { (uint64_t)_i + 1000 };
	uint8_t request[512];

	begin(&a);
	for (unsigned i = 0; i < 5000; i++) {
		const struct view *v = &valid[rng_below(&r, COUNT_OF(valid))];
		memcpy(request, v->p, v->n);
		for (unsigned k = 1 + rng_below(&r, 6); k > 0; k--)
			request[MSG_HEADER + rng_below(&r, (uint32_t)v->n - MSG_HEADER)] =
			    telling[rng_below(&r, COUNT_OF(telling))];
		try_one(&a, request, v->n, "several octets, number", i);
	}
	end(&a);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("malformed");
	TCase *t = tcase_create("malformed");

	tcase_set_timeout(t, 300);
	tcase_add_loop_test(t, truncated_everywhere, 0, (int)COUNT_OF(valid));
	tcase_add_loop_test(t, every_octet_with_every_value, 0, (int)COUNT_OF(valid));
	tcase_add_loop_test(t, random_octets, 0, 5);
	tcase_add_loop_test(t, many_octets, 0, 5);
	suite_add_tcase(s, t);
	return run_suite(s);
}
