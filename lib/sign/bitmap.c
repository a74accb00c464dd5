#include "sign/bitmap.h"

#include "zone/authority.h"

/* The window being filled: types come in ascending order. */
struct window {
	struct wr *out;
	uint8_t number, len;
	uint8_t bits[32];
};

static void window_end(struct window *w)
{
	if (w->len == 0)
		return;
	wr_u8(w->out, w->number);
	wr_u8(w->out, w->len);
	wr_bytes(w->out, w->bits, w->len);
}

static void add(struct window *w, uint16_t type)
{
	const uint8_t low = (uint8_t)type;

	if (w->len != 0 && w->number != type >> 8) {
		window_end(w);
		*w = (struct window){ .out = w->out };
	}
	w->number = (uint8_t)(type >> 8);
	w->bits[low / 8] |= (uint8_t)(0x80 >> low % 8);
	w->len = (uint8_t)(low / 8 + 1);
}

static bool something_signed(const struct node *n)
{
	for (const struct rrset *s = n->rrsets; s != NULL; s = s->next)
		if (s->n > 0 && s->type != RR_NSEC3 && set_authoritative(n, s->type))
			return true;
	return false;
}

/* RRSIG and NSEC, 46 and 47, stand among the others. */
static void add_own(struct window *w, bool rrsig, bool nsec)
{
	if (rrsig)
		add(w, RR_RRSIG);
	if (nsec)
		add(w, RR_NSEC);
}

void bitmap_write(const struct node *n, bool nsec, struct wr *out)
{
	struct window w = { .out = out };
	bool rrsig = nsec || something_signed(n), own = false;

	for (const struct rrset *s = n->rrsets; s != NULL; s = s->next) {
		if (!set_in_bitmap(n, s))
			continue;
		if (s->type > RR_NSEC && !own) {
			add_own(&w, rrsig, nsec);
			own = true;
		}
		add(&w, s->type);
	}
	if (!own)
		add_own(&w, rrsig, nsec);
	window_end(&w);
}
