#include "zone/scan.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/arena.h"

enum class { IN_WORD, SPACE, NEWLINE, COMMENT, OPEN, CLOSE, QUOTE, BACKSLASH, ZERO };

static const uint8_t class_of[256] = {
	[0] = ZERO,       [' '] = SPACE,   ['\t'] = SPACE, ['\r'] = SPACE, ['\f'] = SPACE, ['\v'] = SPACE,
	['\n'] = NEWLINE, [';'] = COMMENT, ['('] = OPEN,   [')'] = CLOSE,  ['"'] = QUOTE,  ['\\'] = BACKSLASH,
};

static inline enum class class_at(const char *p) { return (enum class)class_of[(uint8_t)*p]; }

/* Octets are looked at AT_ONCE, so zeros fill as many behind the window's end. */
enum { AT_ONCE = 16, ZEROS = AT_ONCE };

/* to_special passes over octets of a word: to the first that is of another class. */
static inline const char *to_special(const char *p)
{
#ifdef __SSE2__
	const __m128i space = _mm_set1_epi8(' '), comment = _mm_set1_epi8(';'), quote = _mm_set1_epi8('"'),
		      backslash = _mm_set1_epi8('\\'), parenthesis = _mm_set1_epi8('('), even = _mm_set1_epi8((char)0xfe);

	for (;; p += AT_ONCE) {
		__m128i some = _mm_loadu_si128((const __m128i *)(const void *)p);
		__m128i found = _mm_cmpeq_epi8(_mm_min_epu8(some, space), some); /* a blank or below it */
		found = _mm_or_si128(found, _mm_cmpeq_epi8(some, comment));
		found = _mm_or_si128(found, _mm_cmpeq_epi8(some, quote));
		found = _mm_or_si128(found, _mm_cmpeq_epi8(some, backslash));
		found = _mm_or_si128(found, _mm_cmpeq_epi8(_mm_and_si128(some, even), parenthesis));
		unsigned at = (unsigned)_mm_movemask_epi8(found);
		if (at != 0) {
			p += __builtin_ctz(at);
			break;
		}
	}
#endif
	while (class_at(p) == IN_WORD) /* with SSE2: a control character */
		p++;
	return p;
}

/* Where cutting stands: a position that knows its line. */
struct cursor {
	const char *p;
	const char *line_start;
	uint32_t line;
	unsigned depth;    /* of parentheses */
	bool in_string;    /* the window's end was met before the closing quote */
	struct token open; /* the outermost parenthesis, or that string */
};

static inline struct token token_at(const struct cursor *c, const char *p)
{
	return (struct token){ .p = p, .line = c->line, .column = (uint32_t)(p - c->line_start) + 1 };
}

static void put_end(struct scan *s)
{
	memset(s->window + s->end, 0, ZEROS);
}

static void start(struct scan *s, int fd, struct view text)
{
	size_t want = fd < 0 && text.n < SCAN_WINDOW ? text.n + 1 + ZEROS : SCAN_WINDOW; /* one to see the end */

	*s = (struct scan){ .fd = fd, .text = text, .line = 1 };
	s->window = grow_array(NULL, &s->cap, want, 1);
	put_end(s);
}

void scan_file(struct scan *s, int fd)
{
	start(s, fd, (struct view){ NULL, 0 });
}

void scan_text(struct scan *s, struct view text)
{
	start(s, -1, text);
}

void scan_retext(struct scan *s, struct view text)
{
	s->text = text;
	s->at = s->end = s->n = 0;
	s->taken = 0;
	s->all = s->skip = false;
	s->line = 1;
	put_end(s);
}

void scan_free(struct scan *s)
{
	free(s->word);
	free(s->window);
}

static ssize_t take_text(struct scan *s, char *to, size_t n)
{
	if (s->fd >= 0)
		return read(s->fd, to, n);
	if (n > s->text.n)
		n = s->text.n;
	if (n != 0)
		memcpy(to, s->text.p, n);
	s->text.p += n;
	s->text.n -= n;
	return (ssize_t)n;
}

/* Moves the entry to the window's start and fills the window behind it; doubles it if it holds nothing else. */
static bool slide(struct scan *s)
{
	if (s->at == 0 && s->end + ZEROS == s->cap)
		s->window = grow_array(s->window, &s->cap, s->cap * 2, 1);
	memmove(s->window, s->window + s->at, s->end - s->at);
	s->end -= s->at;
	s->at = 0;
	while (!s->all && s->end + ZEROS < s->cap) {
		ssize_t got = take_text(s, s->window + s->end, s->cap - ZEROS - s->end);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return false;
		s->all = got == 0;
		s->end += (size_t)got;
		s->taken += (uint64_t)got;
	}
	put_end(s);
	return true;
}

/* Scanning goes on behind the line in which p stands. */
static void resume_behind(struct scan *s, const char *p, uint32_t line)
{
	const char *end = s->window + s->end, *newline = memchr(p, '\n', (size_t)(end - p));

	s->at = (size_t)((newline != NULL ? newline + 1 : end) - s->window);
	s->line = line + 1;
	s->skip = newline == NULL;
}

static enum scan_got flawed(struct scan *s, const struct token *at, const char *what)
{
	s->n = 0;
	flaw_set(&s->flaw, at, NULL, "%s", what);
	resume_behind(s, at->p, at->line);
	return SCAN_FLAW;
}

/* Passes over the octets of a string to its closing quote or the window's end. */
static const char *to_quote(struct scan *s, struct cursor *c, const char *p)
{
	const struct token from = token_at(c, p - 1);

	for (; *p != '"' && *p != 0; p++) {
		if (*p == '\\' && p[1] != '\n' && p[1] != 0)
			p++;
		if (*p == '\n') {
			c->line++;
			c->line_start = p + 1;
		}
	}
	if (c->line != from.line && s->over.p == NULL)
		s->over = from;
	c->in_string = *p == 0;
	return p;
}

/* Passes over a word: to the first octet that cannot be part of it. A quote inside a word begins the next one. */
static const char *to_word_end(const char *p)
{
	for (;;) {
		p = to_special(p);
		if (*p != '\\')
			return p;
		p++;
		if (*p != 0 && *p != '\n' && *p != '\r')
			p++;
	}
}

static bool more_words(struct scan *s)
{
	if (s->n == SCAN_WORDS_MAX)
		return false;
	s->word = grow_array(s->word, &s->cap_words, s->n + 1, sizeof *s->word);
	return true;
}

static bool cut_quoted(struct scan *s, struct cursor *c)
{
	struct token t = token_at(c, c->p);

	t.quoted = true;
	t.p++;
	c->p = to_quote(s, c, t.p);
	if (c->in_string)
		c->open = t;
	t.n = (uint32_t)(c->p - t.p);
	c->p += !c->in_string;
	if (s->n == s->cap_words && !more_words(s))
		return false;
	s->word[s->n++] = t;
	return true;
}

static inline bool cut_word(struct scan *s, struct cursor *c)
{
	const char *from = c->p;

	if (unlikely(s->n == s->cap_words) && !more_words(s))
		return false;
	c->p = to_word_end(from);
	s->word[s->n++] = (struct token){
		.p = from,
		.n = (uint32_t)(c->p - from),
		.line = c->line,
		.column = (uint32_t)(from - c->line_start) + 1,
	};
	return true;
}

/* The window ends, or the file holds a zero octet. `*more` says that the entry is to be cut again from more text.
 */
static enum scan_got at_zero(struct scan *s, const struct cursor *c, bool *more)
{
	struct token here = token_at(c, c->p);

	if (c->p < s->window + s->end) {
		flaw_set(&s->flaw, &here, NULL, "a zero octet: this is not a text file");
		return SCAN_BINARY;
	}
	*more = !s->all;
	if (*more)
		return SCAN_END;
	if (c->in_string)
		return flawed(s, &c->open, "this quote is not closed");
	if (c->depth > 0)
		return flawed(s, &c->open, "this parenthesis is not closed");
	s->at = s->end;
	s->line = c->line;
	return s->n > 0 ? SCAN_ENTRY : SCAN_END;
}

static enum scan_got too_much(struct scan *s, const struct cursor *c, const char *what)
{
	return flawed(s, c->depth > 0 ? &c->open : &s->word[0], what);
}

static enum scan_got stray_close(struct scan *s, const struct cursor *c)
{
	struct token here = token_at(c, c->p);

	return flawed(s, &here, "a closing parenthesis without an opening one");
}

static void new_line(struct scan *s, struct cursor *c)
{
	c->p++;
	c->line++;
	c->line_start = c->p;
	if (c->depth == 0) {
		s->at = (size_t)(c->p - s->window);
		s->line = c->line;
	}
}

/* cut_entry cuts from s->at. Every turn of its loop moves the cursor towards the zero that ends the window. */
static enum scan_got cut_entry(struct scan *s, bool *more)
{
	struct cursor c = { .p = s->window + s->at, .line_start = s->window + s->at, .line = s->line };
	bool room = true;

	s->n = 0;
	s->over.p = NULL;
	s->blank = *c.p == ' ' || *c.p == '\t';
	while (likely(room)) {
		switch (class_at(c.p)) {
		case SPACE:
			c.p++;
			break;
		case IN_WORD:
		case BACKSLASH:
			room = cut_word(s, &c);
			break;
		case NEWLINE:
			new_line(s, &c);
			if (c.depth > 0)
				break;
			if (s->n > 0)
				return SCAN_ENTRY;
			s->blank = *c.p == ' ' || *c.p == '\t';
			break;
		case COMMENT:
			c.p = strchrnul(c.p, '\n');
			break;
		case OPEN:
			if (c.depth++ == 0)
				c.open = token_at(&c, c.p);
			c.p++;
			break;
		case CLOSE:
			if (c.depth == 0)
				return stray_close(s, &c);
			c.depth--;
			c.p++;
			break;
		case QUOTE:
			room = cut_quoted(s, &c);
			break;
		case ZERO:
			return at_zero(s, &c, more);
		}
	}
	return too_much(s, &c, "more words than an entry may have: is a closing parenthesis missing?");
}

/* A byte order mark says nothing in UTF-8, but Windows writes one. */
static void skip_mark(struct scan *s)
{
	if (s->end >= 3 && memcmp(s->window, "\xef\xbb\xbf", 3) == 0)
		s->at = 3;
}

/* skip_line passes over the rest of a line that is longer than the window. */
static bool skip_line(struct scan *s)
{
	while (s->skip && !(s->all && s->at == s->end)) {
		const char *newline = memchr(s->window + s->at, '\n', s->end - s->at);
		s->at = newline != NULL ? (size_t)(newline - s->window) + 1 : s->end;
		s->skip = newline == NULL;
		if (s->skip && !s->all && !slide(s))
			return false;
	}
	return true;
}

enum scan_got scan_next(struct scan *s)
{
	if (unlikely(s->skip) && !skip_line(s))
		return SCAN_FAILED;
	for (;;) {
		bool more = false, first = s->taken == 0;
		enum scan_got got = cut_entry(s, &more);

		if (!more)
			return got;
		if (s->at == 0 && s->end >= SCAN_ENTRY_MAX) {
			struct token begin = { .p = s->window, .line = s->line, .column = 1 };
			return flawed(s, &begin, "an entry longer than 16 MB: is a closing quote missing?");
		}
		if (!slide(s))
			return SCAN_FAILED;
		if (first)
			skip_mark(s);
	}
}

void scan_doubt(struct scan *s)
{
	if (s->over.p != NULL)
		resume_behind(s, s->over.p, s->over.line);
}
