#include "keys/ksr.h"

#include <errno.h>
#include <stdlib.h>

#include "dns/field.h"
#include "dns/rdata.h"

/* ---- the list ---- */

struct ksr_bundle *ksr_bundle_add(struct ksr *k, int64_t from, int64_t inception, int64_t expires)
{
	k->bundle = grow_array(k->bundle, &k->cap, k->n + 1, sizeof *k->bundle);
	struct ksr_bundle *b = &k->bundle[k->n++];

	b->from = from;
	b->inception = inception;
	b->expires = expires;
	b->line = 0;
	b->n = 0;
	return b;
}

bool ksr_record_add(struct ksr *k, struct ksr_bundle *b, uint16_t type, struct view rdata)
{
	if (b->n == KSR_RECORDS_MAX)
		return false;
	b->record[b->n++] = (struct ksr_record){ type, { arena_copy(&k->arena, rdata.p, rdata.n), rdata.n } };
	return true;
}

void ksr_free(struct ksr *k)
{
	free(k->bundle);
	arena_free(&k->arena);
	*k = (struct ksr){ 0 };
}

/* ---- reading ---- */

enum { WORDS_MAX = 64 };

struct parse {
	const char *file;
	uint32_t line;
	struct token word[WORDS_MAX];
	size_t n;
	bool in_bundle, has_zone, has_ttl;
	struct ksr *k;
	char *why;
};

static bool wrong(struct parse *p, const char *what)
{
	(void)keyio_why(p->why, ERR_FORMAT, "%s:%u: %s", p->file, p->line, what);
	return false;
}

static bool word_is_text(const struct parse *p, size_t i, const char *text)
{
	return i < p->n && view_eq(view_of(p->word[i].p, p->word[i].n), view_of(text, strlen(text)));
}

static bool cut(struct parse *p, const char *at, const char *end)
{
	p->n = 0;
	while (at < end) {
		if (*at == ' ' || *at == '\t' || *at == '\r') {
			at++;
			continue;
		}
		if (p->n == 0 && *at == ';')
			return true;
		const char *start = at;
		while (at < end && *at != ' ' && *at != '\t' && *at != '\r')
			at++;
		if (p->n == WORDS_MAX)
			return wrong(p, "has too many words");
		p->word[p->n++] =
		    (struct token){ .p = start, .n = (uint32_t)(at - start), .line = p->line, .column = 1 };
	}
	return true;
}

static bool number_at(struct parse *p, size_t i, uint32_t max, uint32_t *out)
{
	uint64_t n;

	if (i >= p->n || !text_number(p->word[i].p, p->word[i].n, &n) || n > max)
		return wrong(p, "has no number where one belongs");
	*out = (uint32_t)n;
	return true;
}

static bool zone_line(struct parse *p)
{
	const char *what = p->n == 2 && !p->has_zone
			       ? name_parse(view_of(p->word[1].p, p->word[1].n), &name_root, &p->k->zone)
			       : "is not: zone NAME, once";

	if (what != NULL)
		return wrong(p, what);
	p->has_zone = true;
	return true;
}

static bool ttl_line(struct parse *p)
{
	p->has_ttl = true;
	return number_at(p, 1, INT32_MAX, &p->k->ttl) && (p->n == 2 || wrong(p, "is not: ttl SECONDS"));
}

static bool cds_line(struct parse *p)
{
	for (size_t i = 1; i < p->n; i++) {
		uint32_t type;

		if (!number_at(p, i, 31, &type))
			return false;
		p->k->cds |= 1U << type;
	}
	return true;
}

static bool time_at(struct parse *p, size_t i, int64_t *out)
{
	return key_time_parse(p->word[i].p, p->word[i].n, out) ||
	       wrong(p, "has a time that is not YYYYMMDDHHMMSS, in UTC");
}

static bool bundle_line(struct parse *p)
{
	struct ksr *k = p->k;
	int64_t from, inception, expires;

	if (p->in_bundle)
		return wrong(p, "begins a bundle before the one above has its end");
	if (!p->has_zone || !p->has_ttl)
		return wrong(p, "begins a bundle before zone and ttl are said");
	if (p->n != 6 || !word_is_text(p, 2, "inception") || !word_is_text(p, 4, "expires"))
		return wrong(p, "is not: bundle TIME inception TIME expires TIME");
	if (!time_at(p, 1, &from) || !time_at(p, 3, &inception) || !time_at(p, 5, &expires))
		return false;
	if (inception > from || from >= expires)
		return wrong(p, "has times that do not follow each other: inception, bundle, expires");
	if (k->n > 0 && from <= k->bundle[k->n - 1].from)
		return wrong(p, "is a bundle that does not come after the one above");
	if (k->n == KSR_BUNDLES_MAX)
		return wrong(p, "is one bundle too many");
	ksr_bundle_add(k, from, inception, expires)->line = p->line;
	p->in_bundle = true;
	return true;
}

static bool end_line(struct parse *p)
{
	if (!p->in_bundle || p->n != 1)
		return wrong(p, "is an end without a bundle");
	if (p->k->bundle[p->k->n - 1].n == 0)
		return wrong(p, "ends a bundle without records");
	p->in_bundle = false;
	return true;
}

static bool record_line(struct parse *p, uint16_t type)
{
	static uint8_t octets[RDATA_MAX];
	struct wr w = wr_of(octets, sizeof octets);
	struct flaw flaw = { 0 };

	if (!p->in_bundle)
		return wrong(p, "is a record outside of a bundle");
	if (type != RR_DNSKEY && !p->k->response)
		return wrong(p, "does not belong into a request: only DNSKEY does");
	if (!rdata_parse(type, p->word + 1, p->n - 1, &p->k->zone, &w, &flaw))
		return wrong(p, flaw.what);
	return ksr_record_add(p->k, &p->k->bundle[p->k->n - 1], type, wr_view_of(&w)) ||
	       wrong(p, "is one record too many for a bundle");
}

static const struct {
	const char *word;
	bool (*take)(struct parse *p);
} lines[] = {
	{ "zone", zone_line },     { "ttl", ttl_line }, { "cds", cds_line },
	{ "bundle", bundle_line }, { "end", end_line },
};

static const struct {
	const char *word;
	uint16_t type;
} records[] = { { "DNSKEY", RR_DNSKEY }, { "CDS", RR_CDS }, { "CDNSKEY", RR_CDNSKEY }, { "RRSIG", RR_RRSIG } };

static bool take_line(struct parse *p)
{
	for (size_t i = 0; i < COUNT_OF(lines); i++)
		if (word_is_text(p, 0, lines[i].word))
			return lines[i].take(p);
	for (size_t i = 0; i < COUNT_OF(records); i++)
		if (word_is_text(p, 0, records[i].word))
			return record_line(p, records[i].type);
	return wrong(p, "is none of: zone, ttl, cds, bundle, end, DNSKEY, CDS, CDNSKEY, RRSIG");
}

/* The first line says what this is, and which version of it. */
static enum err first_line(struct parse *p)
{
	uint32_t version;

	if (!word_is_text(p, 0, "edict-ksr") || p->n != 3)
		return wrong(p, "is not: edict-ksr 1 request, or: edict-ksr 1 response"), ERR_FORMAT;
	if (!number_at(p, 1, UINT16_MAX, &version))
		return ERR_FORMAT;
	if (version != KSR_VERSION)
		return keyio_why(p->why, ERR_VERSION,
				 "%s:%u: is of version %u, and this zonec knows version %d; use a "
				 "newer one",
				 p->file, p->line, version, KSR_VERSION);
	p->k->response = word_is_text(p, 2, "response");
	if (!p->k->response && !word_is_text(p, 2, "request"))
		return wrong(p, "says neither request nor response"), ERR_FORMAT;
	return OK;
}

static enum err parse_lines(struct parse *p, struct view text)
{
	const char *at = (const char *)text.p, *end = at + text.n;
	bool begun = false;

	while (at < end) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));

		p->line++;
		if (!cut(p, at, stop != NULL ? stop : end))
			return ERR_FORMAT;
		at = stop != NULL ? stop + 1 : end;
		if (p->n == 0)
			continue;
		enum err e = begun ? (take_line(p) ? OK : ERR_FORMAT) : first_line(p);
		if (e != OK)
			return e;
		begun = true;
	}
	if (!begun)
		return keyio_why(p->why, ERR_FORMAT, "%s: is empty", p->file);
	if (p->in_bundle || p->k->n == 0)
		return wrong(p, p->in_bundle ? "is the last line, and its bundle has no end"
					     : "is the last line, and there was no bundle"),
		       ERR_FORMAT;
	return OK;
}

enum err ksr_parse(const char *file, struct view text, struct ksr *out, char why[KEY_WHY])
{
	struct parse p = { .file = file, .k = out, .why = why };

	*out = (struct ksr){ 0 };
	enum err e = parse_lines(&p, text);
	if (e != OK)
		ksr_free(out);
	return e;
}

enum err ksr_read(const char *file, struct ksr *out, char why[KEY_WHY])
{
	bool input = strcmp(file, "-") == 0;
	FILE *f = input ? stdin : fopen(file, "re");
	char *text = f != NULL ? malloc(KSR_FILE_OCTETS + 1) : NULL;
	size_t n;

	*out = (struct ksr){ 0 };
	if (f == NULL)
		return keyio_why(why, errno == ENOENT ? ERR_NOTFOUND : ERR_SYSTEM, "%s: %s", file,
				 strerror(errno));
	n = text != NULL ? fread(text, 1, KSR_FILE_OCTETS + 1, f) : 0;
	enum err e = text == NULL || ferror(f) != 0 ? ERR_SYSTEM : n > KSR_FILE_OCTETS ? ERR_SPACE : OK;
	if (!input)
		fclose(f);
	if (e == OK)
		e = ksr_parse(file, view_of(text, n), out, why);
	else
		(void)keyio_why(why, e, "%s: %s", file,
				e == ERR_SPACE ? "is larger than 8 MiB: no file of bundles" : "could not be read");
	free(text);
	return e;
}

/* ---- writing ---- */

static void put_time(FILE *out, const char *word, int64_t t)
{
	char text[KEY_TIME_TEXT];

	key_time_print(t, text);
	fprintf(out, "%s %s", word, text);
}

static void put_record(const struct ksr_record *r, FILE *out)
{
	static char text[5 * 4096 + 1100];
	struct wr w = wr_of(text, sizeof text);
	char type[16];

	rrtype_print(r->type, type);
	if (rdata_print(r->type, r->rdata, &w) == OK)
		fprintf(out, "%s %s\n", type, text);
}

void ksr_print(const struct ksr *k, FILE *out)
{
	char name[NAME_TEXT_MAX];

	name_print(&k->zone, name);
	fprintf(out, "edict-ksr %d %s\nzone %s\nttl %u\ncds", KSR_VERSION, k->response ? "response" : "request",
		name, k->ttl);
	for (unsigned type = 0; type < 32; type++)
		if (k->cds & 1U << type)
			fprintf(out, " %u", type);
	fputc('\n', out);
	for (size_t i = 0; i < k->n; i++) {
		const struct ksr_bundle *b = &k->bundle[i];

		put_time(out, "\nbundle", b->from);
		put_time(out, " inception", b->inception);
		put_time(out, " expires", b->expires);
		fputc('\n', out);
		for (size_t r = 0; r < b->n; r++)
			put_record(&b->record[r], out);
		fputs("end\n", out);
	}
}
