/*
 * Any octets as a request, over pages that are in order: no crash, no answer to an answer, and every answer
 * parses, has the request's id, and fits where it has to.
 *
 *      octet 0    bit 0: over TCP
 *      the rest   the request
 */
#include <stdlib.h>

#include "tests/help/images.h"
#include "tests/help/tempdb.h"
#include "tests/help/zoo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* parses passes over a whole message. */
static bool parses(struct view answer)
{
	struct rd r = rd_of(answer);
	struct name owner;
	unsigned rrs = 0;

	rd_u32(&r);
	unsigned questions = rd_u16(&r);
	for (unsigned i = 0; i < 3; i++)
		rrs += rd_u16(&r);
	for (unsigned i = 0; i < questions; i++) {
		name_read(&r, &owner);
		rd_u32(&r);
	}
	for (unsigned i = 0; i < rrs; i++) {
		name_read(&r, &owner);
		rd_take(&r, 8);
		rd_take(&r, rd_u16(&r));
	}
	return questions <= 1 && rd_done(&r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct answering a;
	static struct images i;
	static uint8_t out[MSG_MAX];

	if (i.n_pages == 0) {
		answering_begin(&a);
		a.options.any_full_over_tcp = true;
		zoo_zones(&a);
		images_of(a.store, &i);
		tempdb_remove();
	}
	if (size == 0)
		return 0;
	enum transport how = data[0] & 1 ? TRANSPORT_TCP : TRANSPORT_UDP;
	struct wr answer = wr_of(out, how == TRANSPORT_TCP ? MSG_MAX : a.options.udp_size);
	bool silent = size < 1 + MSG_HEADER || data[3] & 0x80;
	enum verdict v = query_answer(a.answerer, &i.snapshot, how, view_of(data + 1, size - 1), &answer);
	if ((v == DROP) != silent)
		abort();
	if (v == SEND && (memcmp(out, data + 1, 2) != 0 || !(out[2] & 0x80) || !parses(wr_view_of(&answer))))
		abort();
	return 0;
}
