#include <stdlib.h>

#include "dns/name.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void expect(bool holds)
{
	if (!holds)
		abort();
}

/* A name read from anywhere in a message is whole and legal; its text and its key read back as the same name. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct rd r = rd_of(view_of(data, n));
	struct name a, b;
	char text[NAME_TEXT_MAX];
	uint8_t key[NAME_KEY_MAX];

	if (n < 1)
		return 0;
	r.at += data[0] % n;
	name_read(&r, &a);
	expect(name_of_wire(view_of(a.wire, a.len), &b) && name_eq(&a, &b));
	expect(!r.bad || a.len == 1);

	size_t length = name_print(&a, text);
	expect(name_parse(view_of(text, length), &name_root, &b) == NULL);
	expect(a.len == b.len && memcmp(a.wire, b.wire, a.len) == 0);

	expect(name_of_key(view_of(key, name_key(&a, key)), &b) && name_eq(&a, &b));
	return 0;
}
