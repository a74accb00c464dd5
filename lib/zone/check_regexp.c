/*
 * The regexp field of NAPTR records: a substitution as of sed (RFC 3402 3.2).
 *
 *      !^.*@(.*)$!sip:info@\1!i
 *      |---------|------------|-- flags
 *      |  an ERE   its replacement
 *      a delimiter
 *
 * The ERE is that of POSIX (IEEE 1003.2, 2.8). It is only read, never compiled or run: what a libc makes of
 * x{255}{255} takes memory without end. Where POSIX leaves the meaning open it is taken for good, as BIND does.
 */
#include "dns/field.h"
#include "zone/check_run.h"

enum { REPEAT_MAX = 255 }; /* RE_DUP_MAX, the least that POSIX promises */

/* Members of a bracket expression that are not one character: of [: :], and those whose place a locale knows. */
enum { CLASS = -2, SYMBOL = -1 };

/* What stands before the place where a pattern is being read. */
enum before { NOTHING, ANCHOR, ATOM, REPEATED };

struct pattern {
	const uint8_t *at, *end;
	enum before before;
	unsigned groups, open; /* parentheses: all until now, and those not closed yet */
};

static bool is_digit(uint8_t c)
{
	return (uint8_t)(c - '0') < 10;
}

/* A word of [[:alpha:]], or what is between the signs of [[.a.]] and [[=a=]], which locales name. */
static const char *inner_flaw(struct view v, uint8_t sign)
{
	static const char *const classes[] = { "alnum", "alpha", "blank", "cntrl", "digit", "graph",
					       "lower", "print", "punct", "space", "upper", "xdigit" };

	if (sign != ':')
		return v.n > 0 ? NULL : "a collating symbol without a name";
	for (size_t i = 0; i < COUNT_OF(classes); i++)
		if (view_eq(v, view_of(classes[i], strlen(classes[i]))))
			return NULL;
	return "an unknown character class";
}

/* take_inner takes [:alpha:], [.a.] or [=a=]; *c is the character, or one of those below 0. */
static const char *take_inner(struct pattern *p, int *c)
{
	const uint8_t sign = p->at[1], *from = p->at + 2, *to = from;

	while (p->end - to >= 2 && (to[0] != sign || to[1] != ']'))
		to++;
	if (p->end - to < 2)
		return "a bracket that does not end";
	*c = sign == ':' ? CLASS : sign == '.' && to - from == 1 ? *from : SYMBOL;
	p->at = to + 2;
	return inner_flaw(view_of(from, (size_t)(to - from)), sign);
}

/* One character of a bracket expression, or what counts as one. */
static const char *take_member(struct pattern *p, int *c)
{
	if (p->end - p->at >= 2 && p->at[0] == '[' && strchr(":.=", p->at[1]) != NULL)
		return take_inner(p, c);
	*c = *p->at++;
	return NULL;
}

/* take_bracket takes the rest of [...] (POSIX 2.8.3.2): a ] that is the first stands for itself. */
static const char *take_bracket(struct pattern *p)
{
	const char *why = NULL;
	int from, to;

	if (p->at < p->end && *p->at == '^')
		p->at++;
	for (bool first = true; why == NULL && p->at < p->end; first = false) {
		if (*p->at == ']' && !first) {
			p->at++;
			return NULL;
		}
		why = take_member(p, &from);
		if (why != NULL || p->end - p->at < 2 || p->at[0] != '-' || p->at[1] == ']')
			continue;
		p->at++;
		why = take_member(p, &to);
		if (why == NULL && (from == CLASS || to == CLASS))
			return "a range with a class at its end";
		if (why == NULL && from != SYMBOL && to != SYMBOL && to < from)
			return "a range that ends before it starts";
		if (p->end - p->at >= 2 && p->at[0] == '-' && p->at[1] != ']')
			return "a range that begins where another ends";
	}
	return why != NULL ? why : "a bracket that does not end";
}

/* A number of a bound; false if there is none. */
static bool take_bound(struct pattern *p, unsigned *n)
{
	const uint8_t *from = p->at;

	for (*n = 0; p->at < p->end && is_digit(*p->at) && *n <= REPEAT_MAX; p->at++)
		*n = *n * 10 + (unsigned)(*p->at - '0');
	return p->at > from;
}

/* take_bounds takes the rest of {m}, {m,} or {m,n}, of which m begins with a digit: else { is a character. */
static const char *take_bounds(struct pattern *p)
{
	unsigned least, most;
	const bool good = take_bound(p, &least);

	most = least;
	if (good && p->at < p->end && *p->at == ',') {
		p->at++;
		if (!take_bound(p, &most))
			most = REPEAT_MAX;
	}
	if (!good || p->at == p->end || *p->at++ != '}' || least > most || most > REPEAT_MAX)
		return "{ } without a count of 0 to 255, or two in order";
	return NULL;
}

static const char *take_repeat(struct pattern *p, uint8_t c)
{
	if (p->before != ATOM)
		return "a repetition of nothing";
	p->before = REPEATED;
	return c == '{' ? take_bounds(p) : NULL;
}

/* The end of a branch: before |, ) or the end of all. */
static const char *end_branch(struct pattern *p, uint8_t c)
{
	if (p->before == NOTHING)
		return "an empty branch";
	p->open -= c == ')';
	p->before = c == ')' ? ATOM : NOTHING;
	return NULL;
}

static const char *take_escaped(struct pattern *p)
{
	if (p->at == p->end)
		return "a backslash at its end";
	const uint8_t c = *p->at++;
	p->before = ATOM;
	return is_digit(c) && c - (unsigned)'0' > p->groups ? "\\N without so many ( ) before" : NULL;
}

static const char *take_piece(struct pattern *p)
{
	const uint8_t c = *p->at++;

	if (c == '\\')
		return take_escaped(p);
	if (c == '*' || c == '+' || c == '?' || (c == '{' && p->at < p->end && is_digit(*p->at)))
		return take_repeat(p, c);
	if (c == '|' || (c == ')' && p->open > 0))
		return end_branch(p, c);
	p->before = c == '^' || c == '$' ? ANCHOR : ATOM;
	if (c == '[')
		return take_bracket(p);
	if (c != '(')
		return NULL;
	p->groups++;
	if (p->at < p->end && *p->at == ')') {
		p->at++;
		return NULL; /* () */
	}
	p->open++;
	p->before = NOTHING;
	return NULL;
}

/* pattern_flaw: *groups is how many pairs of parentheses there are. */
static const char *pattern_flaw(struct view v, unsigned *groups)
{
	struct pattern p = { v.p, v.p + v.n, NOTHING, 0, 0 };
	const char *why = NULL;

	while (why == NULL && p.at < p.end)
		why = take_piece(&p);
	*groups = p.groups;
	if (why == NULL && p.open > 0)
		why = "( without )";
	return why != NULL ? why : end_branch(&p, 0);
}

static const char *replacement_flaw(struct view v, unsigned groups)
{
	for (size_t i = 0; i + 1 < v.n; i++) {
		if (v.p[i] != '\\')
			continue;
		const uint8_t c = v.p[++i];
		if (is_digit(c) && (c == '0' || c - (unsigned)'0' > groups))
			return "its replacement refers to ( ) that it does not have";
	}
	return NULL;
}

/* part cuts off what stands before the next delimiter that no backslash is before. */
static bool part(struct view *rest, uint8_t delimiter, struct view *out)
{
	for (size_t i = 0; i < rest->n; i++) {
		if (rest->p[i] == delimiter) {
			*out = view_of(rest->p, i);
			*rest = view_of(rest->p + i + 1, rest->n - i - 1);
			return true;
		}
		if (rest->p[i] == '\\')
			i++;
	}
	return false;
}

const char *regexp_flaw(struct view regexp)
{
	struct view rest = regexp, pattern, replacement;
	unsigned groups;

	if (regexp.n == 0)
		return NULL;
	const uint8_t delimiter = *rest.p;
	rest = view_of(rest.p + 1, rest.n - 1);
	if (is_digit(delimiter) || delimiter == 'i' || delimiter == '\\')
		return "its delimiter is a digit, a backslash or an i";
	if (memchr(regexp.p, 0, regexp.n) != NULL)
		return "it has an octet 0";
	if (!part(&rest, delimiter, &pattern) || !part(&rest, delimiter, &replacement))
		return "it is not three times a delimiter, with a pattern and a replacement between";
	for (size_t i = 0; i < rest.n; i++)
		if (rest.p[i] != 'i')
			return "behind it stands another flag than i";
	const char *why = pattern_flaw(pattern, &groups);
	return why != NULL ? why : replacement_flaw(replacement, groups);
}
