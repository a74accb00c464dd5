/*
 * Pages that zonec never wrote, and a request: no crash, no read outside a page, no endless work.
 *
 *      octet 0       which page is overwritten
 *      octets 1, 2   where in it
 *      octet 3       how many octets of what follows are written there
 *      octet 4       another page, written with as many octets behind those; 255: none
 *      the rest      the request; without any: some names that are there
 */
#include <stdio.h>
#include <stdlib.h>

#include "tests/help/images.h"
#include "tests/help/tempdb.h"
#include "tests/help/zoo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct answering a;
static struct images images;

static void ask(struct view request)
{
	static uint8_t out[MSG_MAX];
	struct wr answer = wr_of(out, MSG_MAX);

	if (query_answer(a.answerer, &images.snapshot, TRANSPORT_TCP, request, &answer) == SEND &&
	    (memcmp(out, request.p, 2) != 0 || !(out[2] & 0x80)))
		abort();
}

static void ask_usual(void)
{
	static const char *const names[] = { "",         "mx.",      "alias.", "x.moved.", "x.cut.", "a.b.wild.",
					     "nothing.", "deep.er.", "much.",  "big.",     "cut." };
	static const char *const apexes[] = { "small.", "small3.", "big.", "big3." };
	static const uint16_t types[] = { RR_ANY, RR_MX, RR_NS };
	uint8_t request[600];
	char name[100];

	for (size_t i = 0; i < COUNT_OF(names); i++)
		for (size_t z = 0; z < COUNT_OF(apexes); z++) {
			struct wr w = wr_of(request, sizeof request);
			snprintf(name, sizeof name, "%s%s", names[i], apexes[z]);
			request_of(&w, name, types[i % COUNT_OF(types)]);
			request_opt(&w, 4096, EDNS_DO, view_of(NULL, 0));
			ask(wr_view_of(&w));
		}
}

/* spoil overwrites a page; what is behind its end is left out. */
static void spoil(uint8_t page, size_t at, struct rd *r, size_t n)
{
	struct page_copy *c = &images.page[page % images.n_pages];
	struct view v = rd_take(r, n < rd_left(r) ? n : rd_left(r));

	at %= c->n;
	memcpy(c->p + at, v.p, v.n < c->n - at ? v.n : c->n - at);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rd r = rd_of(view_of(data, size));

	if (images.n_pages == 0) {
		answering_begin(&a);
		a.options.any_full_over_tcp = true;
		zoo_zones(&a);
		images_of(a.store, &images);
		tempdb_remove();
	}
	uint8_t page = rd_u8(&r);
	size_t at = rd_u16(&r), n = rd_u8(&r);
	uint8_t other = rd_u8(&r);
	spoil(page, at, &r, n);
	if (other != 255)
		spoil(other, at, &r, n);
	images_changed(&images);
	if (rd_left(&r) != 0)
		ask(rd_rest(&r));
	else
		ask_usual();
	images_mend(&images);
	return 0;
}
