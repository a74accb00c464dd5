#include "dns/name.h"

#include "base/le.h"

const struct name name_root = { 1, { 0 } };

static inline uint8_t fold(uint8_t c)
{
	return (uint8_t)(c - 'A') < 26 ? (uint8_t)(c + 32) : c;
}

void name_read(struct rd *r, struct name *out)
{
	struct rd in = *r;            /* hops about; *r only ever moves forward */
	const uint8_t *limit = r->at; /* every jump must land before this */
	unsigned jumps = 0;           /* a name has no more labels, and who compresses has one before each jump */

	out->len = 0;
	for (;;) {
		uint8_t c = rd_u8(&in);
		if (in.bad)
			break;
		if ((c & 0xc0) == 0xc0) {
			size_t to = (size_t)(c & 0x3f) << 8 | rd_u8(&in);
			if (jumps == 0)
				*r = in;
			if (in.bad || to >= (size_t)(limit - in.msg) || ++jumps > NAME_LABELS_MAX)
				break;
			limit = in.msg + to;
			in.at = limit;
			continue;
		}
		if (c > NAME_LABEL_MAX || (size_t)out->len + 1 + c > NAME_WIRE_MAX)
			break;
		struct view label = rd_take(&in, c);
		if (in.bad)
			break;
		out->wire[out->len++] = c;
		if (c == 0) {
			if (jumps == 0)
				*r = in;
			return;
		}
		memcpy(out->wire + out->len, label.p, c);
		out->len = (uint8_t)(out->len + c);
	}
	r->bad = true;
	*out = name_root;
}

void name_read_plain(struct rd *r, struct name *out)
{
	const uint8_t *at = r->at;
	size_t left = rd_left(r), n = 0;

	while (n < left && at[n] != 0 && at[n] <= NAME_LABEL_MAX && n < NAME_WIRE_MAX)
		n += 1 + (size_t)at[n];
	if (n >= left || at[n] != 0 || n >= NAME_WIRE_MAX) {
		r->bad = true;
		*out = name_root;
		return;
	}
	out->len = (uint8_t)(n + 1);
	memcpy(out->wire, at, n + 1);
	r->at += n + 1;
}

bool name_of_wire(struct view v, struct name *out)
{
	struct rd r = rd_of(v);

	name_read_plain(&r, out);
	return rd_done(&r);
}

unsigned name_offsets(const struct name *n, uint8_t at[NAME_LABELS_MAX + 1])
{
	unsigned labels = 0, i = 0;

	for (; n->wire[i] != 0; i += 1U + n->wire[i])
		at[labels++] = (uint8_t)i;
	at[labels] = (uint8_t)i;
	return labels;
}

unsigned name_labels(const struct name *n)
{
	unsigned labels = 0;

	for (unsigned i = 0; n->wire[i] != 0; i += 1U + n->wire[i])
		labels++;
	return labels;
}

static int label_order(const uint8_t *a, const uint8_t *b)
{
	unsigned shorter = a[0] < b[0] ? a[0] : b[0];

	for (unsigned i = 1; i <= shorter; i++) {
		int d = (int)fold(a[i]) - (int)fold(b[i]);
		if (d != 0)
			return d;
	}
	return (int)a[0] - (int)b[0];
}

int name_order(const struct name *a, const struct name *b)
{
	uint8_t at_a[NAME_LABELS_MAX + 1], at_b[NAME_LABELS_MAX + 1];
	unsigned i = name_offsets(a, at_a), j = name_offsets(b, at_b);

	while (i > 0 && j > 0) {
		int d = label_order(a->wire + at_a[--i], b->wire + at_b[--j]);
		if (d != 0)
			return d;
	}
	return (int)i - (int)j;
}

bool name_eq(const struct name *a, const struct name *b)
{
	if (a->len != b->len)
		return false;
	for (unsigned i = 0; i < a->len; i++) /* lengths are below 'A' and fold to themselves */
		if (fold(a->wire[i]) != fold(b->wire[i]))
			return false;
	return true;
}

void name_lower(struct name *n)
{
	for (unsigned i = 0; i < n->len; i++)
		n->wire[i] = fold(n->wire[i]);
}

bool name_within(const struct name *n, const struct name *apex)
{
	const unsigned front = n->len - (unsigned)apex->len;
	unsigned i = 0;

	if (n->len < apex->len)
		return false;
	for (unsigned k = 0; k < apex->len; k++) /* which tells names apart sooner than labels do */
		if (fold(n->wire[front + k]) != fold(apex->wire[k]))
			return false;
	while (i < front)
		i += 1U + n->wire[i];
	return i == front;
}

struct name name_strip(const struct name *n, unsigned labels)
{
	struct name out;
	unsigned i = 0;

	for (; labels > 0 && n->wire[i] != 0; labels--)
		i += 1U + n->wire[i];
	out.len = (uint8_t)(n->len - i);
	memcpy(out.wire, n->wire + i, out.len);
	return out;
}

bool name_is_wildcard(const struct name *n)
{
	return n->wire[0] == 1 && n->wire[1] == '*';
}

bool name_push(struct view label, const struct name *tail, struct name *out)
{
	struct name made;

	if (label.n == 0 || label.n > NAME_LABEL_MAX || label.n + 1 + tail->len > NAME_WIRE_MAX)
		return false;
	made.wire[0] = (uint8_t)label.n;
	memcpy(made.wire + 1, label.p, label.n);
	memcpy(made.wire + 1 + label.n, tail->wire, tail->len);
	made.len = (uint8_t)(label.n + 1 + tail->len);
	*out = made;
	return true;
}

bool name_rebase(const struct name *n, const struct name *from, const struct name *to, struct name *out)
{
	size_t prefix = (size_t)(n->len - from->len);

	if (prefix + to->len > NAME_WIRE_MAX)
		return false;
	struct name made;
	memcpy(made.wire, n->wire, prefix);
	memcpy(made.wire + prefix, to->wire, to->len);
	made.len = (uint8_t)(prefix + to->len);
	*out = made;
	return true;
}

/* The characters that mean something in a master file, inside a name (RFC 1035 5.1). */
static bool needs_backslash(uint8_t c)
{
	return c == '.' || c == '\\' || c == '"' || c == ';' || c == '(' || c == ')' || c == '@' || c == '$';
}

static char *print_octet(uint8_t c, char *to)
{
	if (c <= ' ' || c >= 0x7f) {
		*to++ = '\\';
		*to++ = (char)('0' + c / 100);
		*to++ = (char)('0' + c / 10 % 10);
		*to++ = (char)('0' + c % 10);
		return to;
	}
	if (needs_backslash(c))
		*to++ = '\\';
	*to++ = (char)c;
	return to;
}

size_t name_print(const struct name *n, char *out)
{
	char *to = out;

	if (n->len == 1)
		*to++ = '.';
	for (unsigned i = 0; n->wire[i] != 0; i += 1U + n->wire[i]) {
		for (unsigned k = 1; k <= n->wire[i]; k++)
			to = print_octet(n->wire[i + k], to);
		*to++ = '.';
	}
	*to = 0;
	return (size_t)(to - out);
}

static bool is_digit(uint8_t c)
{
	return (uint8_t)(c - '0') < 10;
}

/* unescape takes what follows a backslash at *i: \DDD or \X. NULL, or what is wrong. */
static const char *unescape(struct view t, size_t *i, uint8_t *c)
{
	if (*i >= t.n)
		return "a backslash at the end of a name";
	if (!is_digit(t.p[*i])) {
		*c = t.p[(*i)++];
		return NULL;
	}
	if (t.n - *i < 3 || !is_digit(t.p[*i + 1]) || !is_digit(t.p[*i + 2]))
		return "\\DDD needs three digits";
	unsigned v = (t.p[*i] - '0') * 100U + (t.p[*i + 1] - '0') * 10U + (t.p[*i + 2] - '0');
	if (v > 255)
		return "\\DDD is above 255";
	*i += 3;
	*c = (uint8_t)v;
	return NULL;
}

/* first_special finds the first dot or backslash among eight octets, 8 if there is none. An octet that a match
 * below it spoils may show up too, so only the lowest counts. */
static inline unsigned first_special(uint64_t w)
{
	const uint64_t ones = 0x0101010101010101U, high = ones * 0x80;
	uint64_t dot = w ^ ones * '.', slash = w ^ ones * '\\';
	uint64_t found = (((dot - ones) & ~dot) | ((slash - ones) & ~slash)) & high;

	return found != 0 ? (unsigned)__builtin_ctzll(found) / 8 : 8;
}

/* plain_run copies octets that stand for themselves: up to a dot, a backslash, the text's end or `room`. */
static size_t plain_run(const uint8_t *from, const uint8_t *end, uint8_t *to, size_t room)
{
	size_t n = 0;

	if ((size_t)(end - from) < room)
		room = (size_t)(end - from);
	while (room - n >= 8) {
		uint64_t w = le64(from + n);
		put_le64(to + n, w);
		unsigned run = first_special(w);
		n += run;
		if (run < 8)
			return n;
	}
	for (; n < room && from[n] != '.' && from[n] != '\\'; n++)
		to[n] = from[n];
	return n;
}

/* parse_label reads one label at *p behind its length octet `to`, at most `room` octets. */
static const char *parse_label(const uint8_t **p, const uint8_t *end, uint8_t *to, size_t room)
{
	size_t n = 0;

	for (;;) {
		size_t run = plain_run(*p, end, to + 1 + n, room - n);
		n += run;
		*p += run;
		if (*p == end || **p == '.')
			break;
		if (n == room)
			return room == NAME_LABEL_MAX ? "a label longer than 63 octets"
						      : "a name longer than 255 octets";
		struct view rest = { *p + 1, (size_t)(end - *p) - 1 };
		size_t used = 0;
		const char *wrong = unescape(rest, &used, &to[1 + n]);
		if (wrong != NULL)
			return wrong;
		n++;
		*p += 1 + used;
	}
	to[0] = (uint8_t)n;
	return n == 0 ? "an empty label" : NULL;
}

const char *name_parse_wire(struct view t, const struct name *origin, uint8_t wire[NAME_WIRE_MAX], size_t *len)
{
	const uint8_t *p = t.p, *end = t.p + t.n;
	size_t n = 0;

	if (t.n == 0)
		return "an empty name";
	if (t.n == 1 && *p == '.')
		p++;
	while (p < end) {
		if (n + 2 >= NAME_WIRE_MAX) /* this label's length and the root label leave no octet for it */
			return "a name longer than 255 octets";
		size_t room = NAME_WIRE_MAX - 2 - n;
		const char *wrong = parse_label(&p, end, wire + n, room < NAME_LABEL_MAX ? room : NAME_LABEL_MAX);
		if (wrong != NULL)
			return wrong;
		n += 1 + (size_t)wire[n];
		if (p == end) { /* no dot at the end */
			if (n + origin->len > NAME_WIRE_MAX)
				return "a name longer than 255 octets with its origin";
			memcpy(wire + n, origin->wire, origin->len);
			*len = n + origin->len;
			return NULL;
		}
		p++; /* over the dot */
	}
	wire[n] = 0;
	*len = n + 1;
	return NULL;
}

const char *name_parse(struct view t, const struct name *origin, struct name *out)
{
	struct name origin_before;
	size_t len = 1;

	if (origin == out) {
		origin_before = *origin;
		origin = &origin_before;
	}
	const char *wrong = name_parse_wire(t, origin, out->wire, &len);
	if (wrong != NULL)
		out->wire[0] = 0;
	out->len = (uint8_t)len;
	return wrong;
}

/* An octet's rank among the 230 values that remain once A-Z are folded, plus one. */
static inline uint8_t rank_of(uint8_t c)
{
	c = fold(c);
	return (uint8_t)(c < 'A' ? c + 1 : c - 26 + 1);
}

static inline uint8_t of_rank(uint8_t k)
{
	uint8_t c = (uint8_t)(k - 1);
	return c < 'A' ? c : (uint8_t)(c + 26);
}

/* put_ranks maps a label's octets, eight at a time; the last eight overlap those before. */
static void put_ranks(uint8_t *to, const uint8_t *octets, size_t n)
{
	uint64_t w;

	for (size_t k = 0; n < 8 && k < n; k++)
		to[k] = rank_of(octets[k]);
	for (size_t left = n; n >= 8 && left > 0; left = left < 8 ? 0 : left - 8) {
		size_t at = left < 8 ? n - 8 : n - left;
		memcpy(&w, octets + at, sizeof w);
		w = name_rank8(name_fold8(w));
		memcpy(to + at, &w, sizeof w);
	}
}

size_t name_key(const struct name *n, uint8_t key[NAME_KEY_MAX])
{
	uint8_t at[NAME_LABELS_MAX + 1];
	unsigned labels = name_offsets(n, at);
	uint8_t *to = key;

	while (labels > 0) {
		const uint8_t *label = n->wire + at[--labels];
		put_ranks(to, label + 1, label[0]);
		to += label[0];
		*to++ = 0;
	}
	return (size_t)(to - key);
}

bool name_of_key(struct view key, struct name *out)
{
	struct name n = { 0 };
	size_t at = NAME_WIRE_MAX; /* the name is built from its end: labels come root first */

	if (key.n > NAME_KEY_MAX || (key.n > 0 && key.p[key.n - 1] != 0))
		return false;
	n.wire[--at] = 0;
	for (size_t i = 0; i < key.n;) {
		const uint8_t *zero = memchr(key.p + i, 0, key.n - i);
		size_t len = zero != NULL ? (size_t)(zero - (key.p + i)) : 0;
		if (len == 0 || len > NAME_LABEL_MAX)
			return false;
		for (size_t k = len; k > 0; k--) {
			uint8_t rank = key.p[i + k - 1];
			if (rank > 230)
				return false;
			n.wire[--at] = of_rank(rank);
		}
		n.wire[--at] = (uint8_t)len;
		i += len + 1;
	}
	n.len = (uint8_t)(NAME_WIRE_MAX - at);
	memmove(n.wire, n.wire + at, n.len);
	*out = n;
	return true;
}
