/*
 * Any octets as a parent's answer: no crash, and what is taken is a DS set
 * inside of the message, or none that a zone above vouches for. The first two
 * octets are the id that was sent.
 */
#include <stdlib.h>

#include "dns/msg.h"
#include "sec/ds_query.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct name zone = { 6, { 4, 't', 'e', 's', 't', 0 } };
	struct ds_set set;

	if (size < 2 || size > MSG_MAX + 2)
		return 0;
	const uint16_t id = (uint16_t)(data[0] << 8 | data[1]);
	const struct view msg = view_of(data + 2, size - 2);
	const char *wrong = ds_answer(msg, &zone, id, &set);

	expect(wrong == NULL || (set.n == 0 && set.ttl == 0));
	expect(set.n <= DS_SET_MAX && set.ttl <= INT32_MAX);
	for (unsigned i = 0; i < set.n; i++)
		expect(set.rdata[i].p >= msg.p && set.rdata[i].p + set.rdata[i].n <= msg.p + msg.n);
	return 0;
}
