#include "bake/sheaf.h"

#include <stdlib.h>

#include "base/arena.h"

size_t sheaf_half(uint64_t prefix, unsigned bits, const struct entry *e, size_t n, uint64_t *half)
{
	size_t left = 0;

	*half = prefix | (uint64_t)1 << (63 - bits);
	for (size_t high = n; left < high;) {
		size_t middle = left + (high - left) / 2;
		if (e[middle].place < *half)
			left = middle + 1;
		else
			high = middle;
	}
	return left;
}

static enum err add_page(struct sheaf *s, const struct page_key *key, unsigned bits, const struct entry *e,
			 size_t n, size_t len)
{
	s->octets = grow_array(s->octets, &s->cap_octets, s->len + len, 1);
	if (!shard_write(e, n, bits, s->octets + s->len, len))
		return ERR_SPACE;
	s->page = grow_array(s->page, &s->cap, s->n + 1, sizeof *s->page);
	s->page[s->n++] = (struct sheaf_page){ *key, s->len, len, n };
	s->len += len;
	return OK;
}

/* pack ends because bits only grow. */
static enum err pack(struct sheaf *s, size_t psize, uint64_t prefix, unsigned bits, const struct entry *e,
		     size_t n)
{
	const unsigned pages = shard_pages(e, n, psize);
	uint64_t half;

	if (pages != 0) {
		const struct page_key key = shard_key(prefix, bits);
		return add_page(s, &key, bits, e, n, store_page_room(psize, pages));
	}
	if (bits >= SHARD_BITS_MAX)
		return ERR_SPACE;
	const size_t left = sheaf_half(prefix, bits, e, n, &half);
	enum err err = pack(s, psize, prefix, bits + 1, e, left);
	return err == OK ? pack(s, psize, half, bits + 1, e + left, n - left) : err;
}

enum err sheaf_pack(struct sheaf *s, size_t psize, uint64_t prefix, unsigned bits, const struct entry *e, size_t n)
{
	s->n = s->len = 0;
	return pack(s, psize, prefix, bits, e, n);
}

void sheaf_free(struct sheaf *s)
{
	free(s->page);
	free(s->octets);
	*s = (struct sheaf){ 0 };
}
