#include "keys/keyfile.h"

#include <stdio.h>
#include <time.h>

#include "crypto/locked.h"
#include "dns/encode.h"
#include "dns/field.h"
#include "dns/rdata.h"
#include "sec/rrsig.h"

/* ---- lines ---- */

struct lines {
	const char *at, *end;
	uint32_t number; /* of the line last taken, from 1 */
};

static struct lines lines_of(struct view text)
{
	return (struct lines){ (const char *)text.p, (const char *)text.p + text.n, 0 };
}

/* next_line takes a line, without its end, "\n" or "\r\n". */
static bool next_line(struct lines *l, struct view *line)
{
	const size_t left = (size_t)(l->end - l->at);
	const char *end = left > 0 ? memchr(l->at, '\n', left) : NULL;
	size_t n = end != NULL ? (size_t)(end - l->at) : left;

	if (left == 0)
		return false;
	*line = view_of(l->at, n > 0 && l->at[n - 1] == '\r' ? n - 1 : n);
	l->at += end != NULL ? n + 1 : n;
	l->number++;
	return true;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* split_tag cuts "Tag: value" in two; false if it is not such a line. */
static bool split_tag(struct view line, struct view *tag, struct view *value)
{
	const char *p = (const char *)line.p, *end = p + line.n;
	const char *colon = line.n > 0 ? memchr(p, ':', line.n) : NULL;

	if (colon == NULL)
		return false;
	*tag = view_of(p, (size_t)(colon - p));
	for (p = colon + 1; p < end && is_blank(*p);)
		p++;
	while (end > p && is_blank(end[-1]))
		end--;
	*value = view_of(p, (size_t)(end - p));
	return true;
}

/* A comment of a .key without its semicolon and blanks. */
static bool comment_of(struct view line, struct view *comment)
{
	if (line.n == 0 || line.p[0] != ';')
		return false;
	do
		line = view_of(line.p + 1, line.n - 1);
	while (line.n > 0 && is_blank((char)line.p[0]));
	*comment = line;
	return true;
}

/* time_tag is the time that a line "Publish: ..." sets, KEY_TIMES if it sets none. */
static enum key_time time_tag(struct view line, struct view *value)
{
	struct view tag;

	return split_tag(line, &tag, value) ? key_time_find((const char *)tag.p, tag.n) : KEY_TIMES;
}

/* wrong fills in the flaw of a line. */
static bool wrong(struct flaw *flaw, uint32_t line, const char *field, const char *what)
{
	flaw->line = line;
	flaw_set(flaw, NULL, field, "%s", what);
	return false;
}

static bool set_time(int64_t *time, enum key_time t, struct view value, uint32_t line, struct flaw *flaw)
{
	const char *p = (const char *)value.p;

	if (time[t] != KEY_NEVER)
		return wrong(flaw, line, key_time_name(t), "is there twice");
	if (value.n > KEY_TIME_TEXT && p[KEY_TIME_TEXT - 1] == ' ' && p[KEY_TIME_TEXT] == '(')
		value.n = KEY_TIME_TEXT - 1; /* .key files repeat it for people */
	if (!key_time_parse(p, value.n, &time[t]))
		return wrong(flaw, line, key_time_name(t), "is no time: YYYYMMDDHHMMSS, in UTC");
	return true;
}

/* ---- .key ---- */

enum { WORDS_MAX = 64 }; /* base64 of RSA 4096 comes in 13 pieces */

/* words_of cuts a record into words. It ends with its line; parentheses join lines (RFC 1035 5.1). */
static bool words_of(struct lines *l, struct view line, struct token *word, size_t *n, struct flaw *flaw)
{
	int depth = 0;

	*n = 0;
	do {
		const char *p = (const char *)line.p, *end = p + line.n;

		while (p < end && *p != ';') {
			const char *start = p;

			if (*p == '(' || *p == ')')
				depth += *p == '(' ? 1 : -1;
			if (*p == '(' || *p == ')' || is_blank(*p)) {
				p++;
				continue;
			}
			while (p < end && !is_blank(*p) && *p != ';' && *p != '(' && *p != ')')
				p += *p == '\\' && end - p > 1 ? 2 : 1;
			if (*n == WORDS_MAX)
				return wrong(flaw, l->number, NULL, "has too many words for a DNSKEY record");
			word[(*n)++] = (struct token){ .p = start,
						       .n = (uint32_t)(p - start),
						       .line = l->number,
						       .column = (uint32_t)(start - (const char *)line.p) + 1 };
		}
	} while (depth > 0 && next_line(l, &line));
	return depth == 0 || wrong(flaw, l->number, NULL, "has parentheses that do not match");
}

static bool is_word(const struct token *t, const char *text)
{
	return text_same(t->p, t->n, text);
}

/* read_record takes a record apart: owner [TTL] [class] DNSKEY flags protocol algorithm key. */
static bool read_record(const struct token *word, size_t n, struct key *k, struct wr *out, struct flaw *flaw)
{
	const uint8_t *start = out->p + out->len;
	size_t i = 1;
	uint32_t ttl;

	const char *bad = name_parse(view_of(word[0].p, word[0].n), &name_root, &k->zone);
	if (bad != NULL)
		return wrong(flaw, word[0].line, "owner", bad);
	while (i < n && i < 3 && (is_word(&word[i], "IN") || text_seconds(word[i].p, word[i].n, &ttl)))
		i++;
	if (i == n || !is_word(&word[i], "DNSKEY"))
		return wrong(flaw, word[0].line, NULL,
			     "is no DNSKEY record: owner IN DNSKEY flags 3 algorithm key");
	flaw->line = word[0].line;
	if (!rdata_parse(RR_DNSKEY, word + i + 1, n - i - 1, &name_root, out, flaw))
		return false;
	if (!key_set_dnskey(k, view_of(start, (size_t)(out->p + out->len - start))))
		return wrong(flaw, word[0].line, NULL, "is no DNSKEY record");
	if (k->protocol != 3) /* RFC 4034 2.1.2 */
		return wrong(flaw, word[0].line, "protocol", "is not 3");
	if ((k->flags & DNSKEY_ZONE) == 0) /* RFC 4034 2.1.1 */
		return wrong(flaw, word[0].line, "flags", "do not say that it is a key of a zone: 256 or 257");
	return true;
}

static bool is_empty(struct view line)
{
	for (size_t i = 0; i < line.n; i++)
		if (!is_blank((char)line.p[i]))
			return false;
	return true;
}

bool keyfile_public(struct view text, struct key *k, struct wr *out, struct flaw *flaw)
{
	struct lines l = lines_of(text);
	struct view line, comment, value;
	struct token word[WORDS_MAX];
	bool have = false;

	while (next_line(&l, &line)) {
		size_t n;

		if (comment_of(line, &comment)) {
			enum key_time t = time_tag(comment, &value);

			if (t != KEY_TIMES && !set_time(k->time, t, value, l.number, flaw))
				return false;
			continue;
		}
		if (is_empty(line))
			continue;
		if (!words_of(&l, line, word, &n, flaw))
			return false;
		if (n == 0)
			continue; /* a comment behind blanks */
		if (have)
			return wrong(flaw, l.number, NULL, "is a second record, and a key file holds one");
		if (!read_record(word, n, k, out, flaw))
			return false;
		have = true;
	}
	return have || wrong(flaw, l.number, NULL, "the file ends without a DNSKEY record");
}

static void put(struct wr *out, const char *text)
{
	wr_bytes(out, text, strlen(text));
}

static void put_tag(struct wr *out, const char *tag)
{
	put(out, tag);
	put(out, ": ");
}

/* The times as lines; for people each is repeated in words, as ctime writes it. */
static void put_times(struct wr *out, const struct key *k, const char *before, bool people)
{
	char text[KEY_TIME_TEXT], words[40];

	for (enum key_time t = 0; t < KEY_TIMES; t++) {
		const time_t seconds = (time_t)k->time[t];
		struct tm tm;

		if (k->time[t] == KEY_NEVER)
			continue;
		key_time_print(k->time[t], text);
		put(out, before);
		put_tag(out, key_time_name(t));
		put(out, text);
		if (people && gmtime_r(&seconds, &tm) != NULL &&
		    strftime(words, sizeof words, " (%a %b %e %H:%M:%S %Y)", &tm) > 0)
			put(out, words);
		put(out, "\n");
	}
}

static void put_head(struct wr *out, const struct key *k)
{
	char zone[NAME_TEXT_MAX], text[80];

	name_print(&k->zone, zone);
	snprintf(text, sizeof text, "; This is a %s%s-signing key, keyid %u, for ",
		 key_is_revoked(k) ? "revoked " : "", key_is_sep(k) ? "key" : "zone", k->tag);
	put(out, text);
	put(out, zone);
	put(out, "\n");
}

void keyfile_print_public(const struct key *k, struct wr *out)
{
	char zone[NAME_TEXT_MAX], numbers[40];

	put_head(out, k);
	put_times(out, k, "; ", true);
	name_print(&k->zone, zone);
	put(out, zone);
	snprintf(numbers, sizeof numbers, " IN DNSKEY %u %u %u ", k->flags, k->protocol, k->algorithm);
	put(out, numbers);
	put_base64(out, view_of(k->dnskey.p + 4, k->dnskey.n - 4));
	put(out, "\n");
}

/* Times go where they were, at the head; BIND's own line of introduction stays in front of them. */
void keyfile_retime_public(struct view text, const struct key *k, struct wr *out)
{
	struct lines l = lines_of(text);
	struct view line, comment, value;
	bool written = false;

	while (next_line(&l, &line)) {
		const bool is_comment = comment_of(line, &comment);

		if (is_comment && time_tag(comment, &value) != KEY_TIMES)
			continue;
		if (!is_comment && !written) {
			put_times(out, k, "; ", true);
			written = true;
		}
		wr_view(out, line);
		put(out, "\n");
	}
}

/* ---- .private ---- */

static const char *const part_names[SECRET_PARTS] = {
	[SECRET_MODULUS] = "Modulus",
	[SECRET_PUBLIC_EXPONENT] = "PublicExponent",
	[SECRET_PRIVATE_EXPONENT] = "PrivateExponent",
	[SECRET_PRIME1] = "Prime1",
	[SECRET_PRIME2] = "Prime2",
	[SECRET_EXPONENT1] = "Exponent1",
	[SECRET_EXPONENT2] = "Exponent2",
	[SECRET_COEFFICIENT] = "Coefficient",
	[SECRET_PRIVATE_KEY] = "PrivateKey",
};

static bool is_tag(struct view tag, const char *name)
{
	return view_eq(tag, view_of(name, strlen(name)));
}

/* read_format takes "v1.3": another major version may mean anything (a minor one only adds lines). */
static bool read_format(struct view value, bool *old)
{
	const char *p = (const char *)value.p;
	uint64_t minor;

	if (value.n < 4 || memcmp(p, "v1.", 3) != 0 || !text_number(p + 3, value.n - 3, &minor))
		return false;
	*old = minor < 3;
	return true;
}

/* read_algorithm takes "13 (ECDSAP256SHA256)"; the words are for people. */
static bool read_algorithm(struct view value, uint8_t *out)
{
	const char *p = (const char *)value.p, *end = value.n > 0 ? memchr(p, ' ', value.n) : NULL;
	uint64_t number;

	if (!text_number(p, end != NULL ? (size_t)(end - p) : value.n, &number) || number == 0 ||
	    number > UINT8_MAX)
		return false;
	*out = (uint8_t)number;
	return true;
}

static bool read_part(struct view value, struct view *part, struct wr *room)
{
	struct decoder d = { 0 };
	const size_t start = room->len;
	const bool good = base64_feed(&d, (const char *)value.p, value.n, room) && base64_end(&d) && !room->full;

	wipe(&d, sizeof d);
	*part = view_of(room->p + start, room->len - start);
	return good && part->n > 0;
}

/* read_field is any line but the first. */
static bool read_field(struct view tag, struct view value, uint32_t line, struct keyfile_private *out,
		       struct wr *room, struct flaw *flaw)
{
	const enum key_time t = key_time_find((const char *)tag.p, tag.n);

	if (t != KEY_TIMES)
		return set_time(out->time, t, value, line, flaw);
	if (is_tag(tag, "Algorithm")) {
		if (out->algorithm != 0)
			return wrong(flaw, line, "Algorithm", "is there twice");
		return read_algorithm(value, &out->algorithm) ||
		       wrong(flaw, line, "Algorithm", "is not a number of 1 to 255");
	}
	if (is_tag(tag, "Engine") || is_tag(tag, "Label"))
		return wrong(flaw, line, NULL,
			     "the private key is in a device (PKCS#11), which cannot be used yet");
	for (int i = 0; i < SECRET_PARTS; i++) {
		if (!is_tag(tag, part_names[i]))
			continue;
		if (out->secret.part[i].n > 0)
			return wrong(flaw, line, part_names[i], "is there twice");
		return read_part(value, &out->secret.part[i], room) ||
		       wrong(flaw, line, part_names[i], "is not base64, or too long");
	}
	return true;
}

bool keyfile_private(struct view text, struct keyfile_private *out, struct wr *room, struct flaw *flaw)
{
	struct lines l = lines_of(text);
	struct view line, tag, value;
	bool format = false;

	memset(out, 0, sizeof *out);
	for (int t = 0; t < KEY_TIMES; t++)
		out->time[t] = KEY_NEVER;
	while (next_line(&l, &line)) {
		if (is_empty(line))
			continue;
		if (!split_tag(line, &tag, &value))
			return wrong(flaw, l.number, NULL, "is no line of a private key: \"Tag: value\"");
		if (format) {
			if (!read_field(tag, value, l.number, out, room, flaw))
				return false;
			continue;
		}
		if (!is_tag(tag, "Private-key-format") || !read_format(value, &out->old))
			return wrong(flaw, l.number, "Private-key-format", "is not there, or not v1.something");
		format = true;
	}
	if (!format)
		return wrong(flaw, l.number, "Private-key-format", "the file is empty");
	return out->algorithm != 0 || wrong(flaw, l.number, "Algorithm", "is not there");
}

void keyfile_print_private(const struct key *k, struct wr *out)
{
	const char *name = algorithm_name(k->algorithm);
	struct secret s;
	char numbers[64];

	private_key_secret(k->private, &s);
	snprintf(numbers, sizeof numbers, "Private-key-format: v1.3\nAlgorithm: %u (%s)\n", k->algorithm,
		 name != NULL ? name : "?");
	put(out, numbers);
	for (int i = 0; i < SECRET_PARTS; i++) {
		if (s.part[i].n == 0)
			continue;
		put_tag(out, part_names[i]);
		put_base64(out, s.part[i]);
		put(out, "\n");
	}
	put_times(out, k, "", false);
}

void keyfile_retime_private(struct view text, const struct key *k, struct wr *out)
{
	struct lines l = lines_of(text);
	struct view line, tag, value;
	bool old;

	while (next_line(&l, &line)) {
		if (time_tag(line, &value) != KEY_TIMES)
			continue;
		if (split_tag(line, &tag, &value) && is_tag(tag, "Private-key-format") &&
		    read_format(value, &old) && old)
			line = BYTES("Private-key-format: v1.3");
		wr_view(out, line);
		put(out, "\n");
	}
	put_times(out, k, "", false);
}
