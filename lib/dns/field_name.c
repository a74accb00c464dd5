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

/* parse_name appends a name to out, in place if there is room for the longest one. */
static const char *parse_name(struct view text, const struct name *origin, struct wr *out)
{
	uint8_t spare[NAME_WIRE_MAX];
	bool roomy = !out->full && out->cap - out->len >= NAME_WIRE_MAX;
	size_t n = 0;
	const char *wrong = name_parse_wire(text, origin, roomy ? out->p + out->len : spare, &n);

	if (wrong == NULL && roomy)
		out->len += n;
	else if (wrong == NULL)
		wr_bytes(out, spare, n);
	return wrong;
}

bool word_name(struct words *w, struct wr *out)
{
	const struct token *t = word_plain(w);

	if (t == NULL)
		return false;
	if (t->n == 1 && t->p[0] == '@') {
		wr_bytes(out, w->origin->wire, w->origin->len);
		return true;
	}
	const char *wrong = parse_name(view_of(t->p, t->n), w->origin, out);
	return likely(wrong == NULL) || word_wrong(w, t, "%s", wrong);
}

void put_name(struct rd *r, struct wr *out)
{
	char text[NAME_TEXT_MAX];
	struct name n;

	name_read_plain(r, &n);
	wr_bytes(out, text, name_print(&n, text));
}
