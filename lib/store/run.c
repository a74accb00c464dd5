#include "store/run.h"

unsigned run_count(struct view page)
{
	if (page.n < RUN_HEAD + 2 || page.p[7] != 'R')
		return 0;
	unsigned n = le16(page.p);
	return RUN_HEAD + 2 * ((size_t)n + 1) <= page.n ? n : 0;
}

size_t run_used(struct view page)
{
	return run_count(page) != 0 ? le16(page.p + 2) : 0;
}

/* entry_at opens one of the entries that the page counts. */
static inline bool entry_at(struct view page, unsigned i, struct run_entry *out)
{
	const uint8_t *start = page.p + RUN_HEAD + 2 * (size_t)i;
	unsigned from = le16(start), to = le16(start + 2);

	if (unlikely(from >= to || to > page.n))
		return false;
	const uint8_t *e = page.p + from;
	if (unlikely(1U + e[0] > to - from))
		return false;
	out->key = view_of(e + 1, e[0]);
	out->payload = view_of(e + 1 + e[0], to - from - 1U - e[0]);
	return true;
}

bool run_at(struct view page, unsigned i, struct run_entry *out)
{
	return likely(i < run_count(page)) && entry_at(page, i, out);
}

int run_floor(struct view page, struct view key, bool *exact)
{
	unsigned low = 0, high = run_count(page); /* all below low are <= key, all from high on above */
	struct run_entry e;

	*exact = false;
	while (low < high) {
		unsigned middle = low + (high - low) / 2;
		if (!entry_at(page, middle, &e))
			return -2;
		int d = key_order(e.key, key);
		if (d == 0) {
			*exact = true;
			return (int)middle;
		}
		if (d < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return (int)low - 1;
}

size_t run_write_size(const struct run_entry *e, size_t n)
{
	size_t size = RUN_HEAD + 2 * (n + 1);

	for (size_t i = 0; i < n; i++)
		size += 1 + e[i].key.n + e[i].payload.n;
	return size;
}

bool run_write(const struct run_entry *e, size_t n, uint8_t kind, uint8_t *page, size_t cap)
{
	size_t size = run_write_size(e, n);

	if (size > cap || size > UINT16_MAX)
		return false;
	uint8_t *start = page + RUN_HEAD;
	uint8_t *to = start + 2 * (n + 1);
	memset(page, 0, RUN_HEAD);
	put_le16(page, (uint16_t)n);
	put_le16(page + 2, (uint16_t)size);
	page[4] = kind;
	page[7] = 'R';
	for (size_t i = 0; i < n; i++, start += 2) {
		put_le16(start, (uint16_t)(to - page));
		*to++ = (uint8_t)e[i].key.n;
		memcpy(to, e[i].key.p, e[i].key.n);
		to += e[i].key.n;
		memcpy(to, e[i].payload.p, e[i].payload.n);
		to += e[i].payload.n;
	}
	put_le16(start, (uint16_t)(to - page));
	memset(to, 0, cap - (size_t)(to - page));
	return true;
}
