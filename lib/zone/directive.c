#include <strings.h>

#include "dns/field.h"
#include "zone/reader.h"

/* Words of a directive: between so many and so many, itself included. */
static bool has_words(struct reader *r, const struct entry *e, size_t least, size_t most)
{
	const struct token *name = &e->word[0];

	if (e->n < least)
		return wrong(r, name, NULL, "%.*s needs %s", (int)name->n, name->p,
			     least == 2 ? "a value" : "more words");
	if (e->n > most)
		return wrong(r, &e->word[most], NULL, "nothing may follow here");
	return true;
}

static bool read_origin(struct reader *r, const struct token *t)
{
	struct name origin;

	if (t->n == 1 && t->p[0] == '@' && !t->quoted)
		return true;
	const char *why = name_parse(view_of(t->p, t->n), &r->origin, &origin);
	if (why != NULL)
		return wrong(r, t, "origin", "%s", why);
	r->origin_moved |= !name_eq(&origin, &r->origin);
	r->origin = origin;
	r->owner_text_len = 0; /* the same words mean another name now */
	return true;
}

static bool do_origin(struct reader *r, const struct entry *e)
{
	return has_words(r, e, 2, 2) && read_origin(r, &e->word[1]);
}

static bool do_ttl(struct reader *r, const struct entry *e)
{
	if (!has_words(r, e, 2, 2) || !read_ttl(r, &e->word[1], &r->preset))
		return false;
	r->preset_known = true;
	return true;
}

/* Undoes the escapes of a file's name. */
static bool plain_text(const struct token *t, struct wr *out)
{
	for (const char *p = t->p, *end = t->p + t->n; p < end;) {
		uint8_t c;
		if (!text_octet(&p, end, &c) || c == 0)
			return false;
		wr_u8(out, c);
	}
	return !out->full && out->len > 0;
}

/* The included file starts with the owner and origin of the including one, and does not change them for it,
 * whatever it does (RFC 1035 5.1). */
static bool do_include(struct reader *r, const struct entry *e)
{
	const struct name origin = r->origin;
	struct last_owner owner;
	uint8_t path[4096];
	struct wr out = wr_of(path, sizeof path - 1);

	if (!has_words(r, e, 2, 3))
		return false;
	if (!plain_text(&e->word[1], &out))
		return wrong(r, &e->word[1], "file", "this is no file's name");
	if (e->n == 3 && !read_origin(r, &e->word[2]))
		return false;
	owner_keep(r, &owner);
	r->origin_moved = e->n == 3;
	bool done = include_file(r, &e->word[1], wr_view_of(&out));
	r->origin = origin;
	owner_restore(r, &owner);
	r->origin_moved = true;
	return done;
}

static const struct {
	const char *name;
	bool (*read)(struct reader *r, const struct entry *e);
} directives[] = {
	{ "$ORIGIN", do_origin },
	{ "$TTL", do_ttl },
	{ "$INCLUDE", do_include },
	{ "$GENERATE", read_generate },
};

bool read_directive(struct reader *r, const struct entry *e)
{
	const struct token *t = &e->word[0];

	for (size_t i = 0; i < COUNT_OF(directives); i++)
		if (t->n == strlen(directives[i].name) && strncasecmp(t->p, directives[i].name, t->n) == 0)
			return directives[i].read(r, e);
	return wrong(r, t, NULL,
		     "\"%.*s\" is no directive (an owner that begins with a dollar sign is written \\$)",
		     (int)(t->n < 40 ? t->n : 40), t->p);
}
