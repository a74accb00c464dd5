#include "dns/field.h"
#include "zone/reader.h"

enum { TTL_MAX = 0x7fffffff }; /* RFC 2181 8 */

/* As much of a word as a message shows. */
#define SHOWN(t) (int)((t)->n < 40 ? (t)->n : 40), (t)->p

static bool is_digit(char c)
{
	return (uint8_t)(c - '0') < 10;
}

/* Up to nine digits: what nearly all TTLs are, and below 2^31. */
static bool plain_seconds(const struct token *t, uint32_t *out)
{
	*out = 0;
	for (uint32_t i = 0; i < t->n; i++) {
		if (!is_digit(t->p[i]))
			return false;
		*out = *out * 10 + (uint32_t)(t->p[i] - '0');
	}
	return t->n > 0 && t->n < 10;
}

bool read_ttl(struct reader *r, const struct token *t, uint32_t *out)
{
	if (likely(!t->quoted && plain_seconds(t, out)))
		return true;
	if (t->quoted || !text_seconds(t->p, t->n, out))
		return wrong(r, t, "TTL", "\"%.*s\" is no number of seconds below 2^32", SHOWN(t));
	if (*out > TTL_MAX) {
		warn(r, t, "TTL", "%u is above 2^31 - 1 and counts as 0 (RFC 2181 8)", *out);
		*out = 0;
	}
	return true;
}

/* A TTL and a class may stand before the type, in either order, each once. */
static bool class_or_type(struct reader *r, const struct token *t, bool *has_class, bool *has_type, uint16_t *type)
{
	uint16_t class;

	if (t->n == 2 && (t->p[0] | 0x20) == 'i' && (t->p[1] | 0x20) == 'n') {
		class = CLASS_IN;
	} else if (rrtype_parse(t->p, t->n, type)) {
		*has_type = true;
		return true;
	} else if (!rrclass_parse(t->p, t->n, &class)) {
		return wrong(r, t, "type", "\"%.*s\" is neither a type nor a class nor a TTL", SHOWN(t));
	}
	if (*has_class)
		return wrong(r, t, "class", "a second class");
	if (class != CLASS_IN)
		return wrong(r, t, "class", "\"%.*s\": only class IN is served", SHOWN(t));
	*has_class = true;
	return true;
}

bool read_head(struct reader *r, const struct entry *e, size_t i, struct head *out)
{
	bool has_class = false, has_type = false;

	*out = (struct head){ 0 };
	for (; !has_type; i++) {
		if (i >= e->n)
			return wrong(r, &e->word[e->n - 1], "type", "the entry ends before a type");
		const struct token *t = &e->word[i];
		if (t->quoted)
			return wrong(r, t, "type", "a quoted string where a type should be");
		if (!out->has_ttl && is_digit(t->p[0])) {
			if (!read_ttl(r, t, &out->ttl))
				return false;
			out->has_ttl = true;
		} else if (!class_or_type(r, t, &has_class, &has_type, &out->type)) {
			return false;
		}
	}
	out->rdata = i;
	if (out->type == 0 || (rrtype_of(out->type)->flags & TYPE_META) != 0)
		return wrong(r, &e->word[i - 1], "type", "%.*s is no type of records in a zone",
			     SHOWN(&e->word[i - 1]));
	return true;
}

/* The owner is parsed once if it is written the same way again. */
static bool read_owner(struct reader *r, const struct token *t)
{
	struct name *owner = &r->record.owner;

	r->owner = OWNER_WRONG;
	r->owner_text_len = 0;
	r->origin_moved = false;
	if (t->quoted)
		return wrong(r, t, "owner", "a quoted string");
	if (t->n == 1 && t->p[0] == '@') {
		*owner = r->origin;
	} else {
		const char *why = name_parse(view_of(t->p, t->n), &r->origin, owner);
		if (why != NULL)
			return wrong(r, t, "owner", "%s", why);
		r->owner_text_len = t->n < sizeof r->owner_text ? t->n : 0;
		memcpy(r->owner_text, t->p, r->owner_text_len);
	}
	r->owner = OWNER_KNOWN;
	return true;
}

static bool same_owner(const struct reader *r, const struct token *t)
{
	return r->owner_text_len == t->n && !t->quoted && memcmp(r->owner_text, t->p, t->n) == 0;
}

/* After an owner that was wrong the lines that inherit it are checked, but make no records. */
static bool inherit_owner(struct reader *r, const struct token *t)
{
	if (r->owner == OWNER_NONE)
		return wrong(r, t, "owner",
			     "no owner: the line begins with a blank and no record stands before it");
	if (r->origin_moved)
		warn(r, t, "owner", "the owner is that of the record before $ORIGIN or $INCLUDE");
	r->origin_moved = false;
	return true;
}

/* RFC 2308 4: $TTL; without it RFC 1035 5.1: the last TTL stated; before any, an SOA's own minimum. */
static bool settle_ttl(struct reader *r, const struct head *h, const struct token *type, struct view rdata)
{
	if (h->has_ttl) {
		r->ttl = h->ttl;
	} else if (r->preset_known) {
		r->record.ttl = r->preset;
		return true;
	} else if (r->ttl_known) {
		if (!r->told_1035)
			warn(r, type, "TTL", "none is stated and there is no $TTL: the last one is taken");
		r->told_1035 = true;
	} else if (h->type == RR_SOA && rdata.n >= 4) {
		uint32_t minimum = get_u32(rdata.p + rdata.n - 4);
		warn(r, type, "TTL", "none is stated and there is no $TTL: the SOA's minimum is taken");
		r->ttl = minimum <= TTL_MAX ? minimum : 0;
	} else {
		return wrong(r, type, "TTL", "none is stated, and there is neither $TTL nor a TTL before");
	}
	r->ttl_known = true;
	r->record.ttl = r->ttl;
	return true;
}

bool read_record(struct reader *r, const struct entry *e)
{
	const struct token *first = &e->word[0];
	struct wr out = wr_of(r->rdata, sizeof r->rdata);
	struct flaw flaw;
	struct head h;

	if (e->blank ? !inherit_owner(r, first) : !same_owner(r, first) && !read_owner(r, first))
		return false;
	if (!read_head(r, e, e->blank ? 0 : 1, &h))
		return false;
	const struct token *type = &e->word[h.rdata - 1];
	flaw.line = e->word[e->n - 1].line; /* the place, if something is missing */
	flaw.column = e->word[e->n - 1].column;
	if (!rdata_parse(h.type, type + 1, e->n - h.rdata, &r->origin, &out, &flaw))
		return wrong_flaw(r, &flaw);
	if (out.full)
		return wrong(r, type, "RDATA", "longer than 65535 octets");
	if (!settle_ttl(r, &h, type, wr_view_of(&out)))
		return false;
	r->record.type = h.type;
	r->record.class = CLASS_IN;
	r->record.rdata = wr_view_of(&out);
	r->record.line = first->line;
	r->record.file = r->source->file;
	if (r->owner == OWNER_KNOWN)
		r->calls->record(r->calls->context, &r->record);
	return true;
}
