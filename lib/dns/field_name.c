/* Names inside RDATA. */
#include "dns/field.h"

void take_name(struct rd *r)
{
	const uint8_t *at = r->at;
	size_t left = rd_left(r), n = 0;

	while (n < left && at[n] != 0 && at[n] <= NAME_LABEL_MAX && n < NAME_WIRE_MAX)
		n += 1 + (size_t)at[n];
	if (n >= left || at[n] != 0 || n >= NAME_WIRE_MAX)
		r->bad = true;
	else
		r->at += n + 1;
}

bool word_name(struct words *w, struct wr *out)
{
	const struct token *t = word_plain(w);
	struct name n;

	if (t == NULL)
		return false;
	if (t->n == 1 && t->p[0] == '@') {
		wr_bytes(out, w->origin->wire, w->origin->len);
		return true;
	}
	const char *wrong = name_parse(view_of(t->p, t->n), w->origin, &n);
	if (unlikely(wrong != NULL))
		return word_wrong(w, t, "%s", wrong);
	wr_bytes(out, n.wire, n.len);
	return true;
}

void put_name(struct rd *r, struct wr *out)
{
	char text[NAME_TEXT_MAX];
	struct name n;

	name_read_plain(r, &n);
	wr_bytes(out, text, name_print(&n, text));
}
