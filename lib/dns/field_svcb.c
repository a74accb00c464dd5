/*
 * SvcParams of SVCB and HTTPS (RFC 9460 2.1, 2.2).
 *
 *      key 16 | length 16 | value        keys ascending, each at most once
 *
 * A key is a row: its name and what its value is. Any key may be written as
 * keyNNNNN with the octets of its value; what it holds is checked all the same.
 */
#include "dns/field.h"

#include "dns/encode.h"

enum { KEY_MANDATORY = 0, KEY_ALPN = 1, KEY_NO_DEFAULT_ALPN = 2, PARAMS_MAX = 256 };

/* The value of a parameter in text: what stands behind the '=', without quotes. */
struct value {
	const char *p;
	size_t n;
};

struct svc_key {
	const char *name;
	const char *wants; /* for error messages */
	bool (*check)(struct view v);
	bool (*parse)(struct value t, struct wr *out);
	void (*print)(struct view v, struct wr *out);
};

static const struct svc_key *key_row(uint32_t key);
static bool key_of(const char *p, size_t n, uint32_t *key, bool *raw);
static void put_key(struct wr *out, uint16_t key);

/* ---- lists: items between commas ---- */

/* next_item cuts off the text before the next comma; commas cannot be escaped where it is used. */
static bool next_item(struct value *t, struct value *item)
{
	if (t->p == NULL)
		return false;
	const char *comma = t->n > 0 ? memchr(t->p, ',', t->n) : NULL;
	size_t n = comma != NULL ? (size_t)(comma - t->p) : t->n;
	*item = (struct value){ t->p, n };
	*t = comma != NULL ? (struct value){ comma + 1, t->n - n - 1 } : (struct value){ NULL, 0 };
	return true;
}

static bool ascending16(struct view v)
{
	if (v.n == 0 || v.n % 2 != 0)
		return false;
	for (size_t i = 2; i < v.n; i += 2)
		if (get_u16(v.p + i) <= get_u16(v.p + i - 2))
			return false;
	return true;
}

/* mandatory: keys, ascending, not itself. In text any order will do. */
static bool check_mandatory(struct view v)
{
	return ascending16(v) && get_u16(v.p) != KEY_MANDATORY;
}

/* insert16 puts v in its place among the ascending numbers from `from` on; false if it is there already. */
static bool insert16(struct wr *out, size_t from, uint16_t v)
{
	wr_u16(out, v);
	if (out->full)
		return true;
	for (size_t i = out->len - 2; i > from; i -= 2) {
		uint16_t before = get_u16(out->p + i - 2);
		if (before <= v)
			return before < v;
		put_u16(out->p + i, before);
		put_u16(out->p + i - 2, v);
	}
	return true;
}

static bool parse_mandatory(struct value t, struct wr *out)
{
	struct value item;
	size_t from = out->len;
	uint32_t key;
	bool raw;

	while (next_item(&t, &item) && out->len - from < 2 * PARAMS_MAX)
		if (!key_of(item.p, item.n, &key, &raw) || !insert16(out, from, (uint16_t)key))
			return false;
	return t.p == NULL;
}

static void print_mandatory(struct view v, struct wr *out)
{
	for (size_t i = 0; i + 2 <= v.n; i += 2) {
		if (i > 0)
			put_text(out, ",");
		put_key(out, get_u16(v.p + i));
	}
}

/* ---- alpn and docpath: strings with a length, in text between commas; a comma or backslash inside a string is
 * escaped once more (RFC 9460 A.1) ---- */

static bool check_strings(struct view v)
{
	struct rd r = rd_of(v);

	while (rd_left(&r) > 0)
		if (rd_take(&r, rd_u8(&r)).n == 0)
			return false;
	return rd_done(&r);
}

static bool check_alpn(struct view v)
{
	return v.n > 0 && check_strings(v);
}

static bool parse_strings(struct value t, struct wr *out)
{
	const char *p = t.p, *end = t.p + t.n;
	size_t length = out->len;
	uint8_t c;

	if (t.n == 0)
		return true;
	wr_u8(out, 0);
	while (p < end && !out->full) {
		if (!text_octet(&p, end, &c))
			return false;
		if (c == ',') {
			out->p[length] = (uint8_t)(out->len - length - 1);
			length = out->len;
			wr_u8(out, 0);
			continue;
		}
		if (c == '\\' && (p == end || !text_octet(&p, end, &c) || (c != ',' && c != '\\')))
			return false;
		if (out->len - length > 255)
			return false;
		wr_u8(out, c);
	}
	if (!out->full)
		out->p[length] = (uint8_t)(out->len - length - 1);
	return true;
}

static void print_strings(struct view v, struct wr *out)
{
	struct rd r = rd_of(v);

	for (bool first = true; rd_left(&r) > 0; first = false) {
		struct view s = rd_take(&r, rd_u8(&r));
		if (!first)
			put_text(out, ",");
		for (size_t i = 0; i < s.n; i++) {
			if (s.p[i] == ',' || s.p[i] == '\\')
				put_text(out, "\\\\");
			put_bare(out, view_of(s.p + i, 1));
		}
	}
}

/* ---- no value, a number, addresses, base64, octets ---- */

static bool check_nothing(struct view v)
{
	return v.n == 0;
}

static bool parse_nothing(struct value t, struct wr *out)
{
	(void)out;
	return t.n == 0;
}

static void print_nothing(struct view v, struct wr *out)
{
	(void)v;
	(void)out;
}

static bool check_port(struct view v)
{
	return v.n == 2;
}

static bool parse_number16(struct value t, struct wr *out)
{
	uint64_t v;

	if (t.n > 5 || !text_number(t.p, t.n, &v) || v > 65535)
		return false;
	wr_u16(out, (uint16_t)v);
	return true;
}

static void print_port(struct view v, struct wr *out)
{
	put_number(out, get_u16(v.p));
}

static bool check_ip4s(struct view v)
{
	return v.n > 0 && v.n % 4 == 0;
}

static bool parse_ip4s(struct value t, struct wr *out)
{
	struct value item;
	uint8_t ip[4];

	while (next_item(&t, &item)) {
		if (!text_ip4(item.p, item.n, ip))
			return false;
		wr_bytes(out, ip, sizeof ip);
	}
	return true;
}

static void print_ip4s(struct view v, struct wr *out)
{
	for (size_t i = 0; i + 4 <= v.n; i += 4) {
		if (i > 0)
			put_text(out, ",");
		put_ip4(out, v.p + i);
	}
}

static bool check_ip6s(struct view v)
{
	return v.n > 0 && v.n % 16 == 0;
}

static bool parse_ip6s(struct value t, struct wr *out)
{
	struct value item;
	uint8_t ip[16];

	while (next_item(&t, &item)) {
		if (!text_ip6(item.p, item.n, ip))
			return false;
		wr_bytes(out, ip, sizeof ip);
	}
	return true;
}

static void print_ip6s(struct view v, struct wr *out)
{
	for (size_t i = 0; i + 16 <= v.n; i += 16) {
		if (i > 0)
			put_text(out, ",");
		put_ip6(out, v.p + i);
	}
}

static bool check_some(struct view v)
{
	return v.n > 0;
}

/* check_template: the path of a URI template in which the variable dns stands (RFC 9461 5). */
static bool check_template(struct view v)
{
	bool inside = false;

	if (v.n == 0 || v.p[0] != '/')
		return false;
	for (size_t i = 1; i + 3 < v.n; i++) {
		inside = v.p[i] == '{' || (inside && v.p[i] != '}');
		if (inside && v.p[i] != 0 && strchr("{?&,;/#+.", v.p[i]) != NULL &&
		    memcmp(v.p + i + 1, "dns", 3) == 0 && i + 4 < v.n && v.p[i + 4] != 0 &&
		    strchr("},*:", v.p[i + 4]) != NULL)
			return true;
	}
	return false;
}

static bool parse_ech(struct value t, struct wr *out)
{
	struct decoder d = { 0 };

	return base64_feed(&d, t.p, t.n, out) && base64_end(&d);
}

static void print_ech(struct view v, struct wr *out)
{
	put_base64(out, v);
}

/* tls-supported-groups: numbers, none twice, in order of preference. */
static bool check_groups(struct view v)
{
	if (v.n == 0 || v.n % 2 != 0 || v.n > 2 * PARAMS_MAX)
		return false;
	for (size_t i = 0; i < v.n; i += 2)
		for (size_t k = 0; k < i; k += 2)
			if (get_u16(v.p + i) == get_u16(v.p + k))
				return false;
	return true;
}

static bool parse_groups(struct value t, struct wr *out)
{
	struct value item;

	while (next_item(&t, &item))
		if (!parse_number16(item, out))
			return false;
	return true;
}

static void print_groups(struct view v, struct wr *out)
{
	for (size_t i = 0; i + 2 <= v.n; i += 2) {
		if (i > 0)
			put_text(out, ",");
		put_number(out, get_u16(v.p + i));
	}
}

static bool check_any(struct view v)
{
	(void)v;
	return true;
}

static bool parse_octets(struct value t, struct wr *out)
{
	const char *p = t.p, *end = t.p + t.n;
	uint8_t c;

	while (p < end) {
		if (!text_octet(&p, end, &c))
			return false;
		wr_u8(out, c);
	}
	return true;
}

static void print_octets(struct view v, struct wr *out)
{
	put_bare(out, v);
}

/* ---- the registry of keys ---- */

static const struct svc_key svc_keys[] = {
	{ "mandatory", "other keys, none twice", check_mandatory, parse_mandatory, print_mandatory },
	{ "alpn", "protocol names of 1 to 255 octets", check_alpn, parse_strings, print_strings },
	{ "no-default-alpn", "no value", check_nothing, parse_nothing, print_nothing },
	{ "port", "a number of 0 to 65535", check_port, parse_number16, print_port },
	{ "ipv4hint", "IPv4 addresses", check_ip4s, parse_ip4s, print_ip4s },
	{ "ech", "base64", check_some, parse_ech, print_ech },
	{ "ipv6hint", "IPv6 addresses", check_ip6s, parse_ip6s, print_ip6s },
	{ "dohpath", "a path with the variable dns (RFC 9461 5)", check_template, parse_octets, print_octets },
	{ "ohttp", "no value", check_nothing, parse_nothing, print_nothing }, /* RFC 9540 */
	{ "tls-supported-groups", "numbers, none twice", check_groups, parse_groups, print_groups },
	{ "docpath", "path segments of 1 to 255 octets, or nothing", check_strings, parse_strings, print_strings },
};

static const struct svc_key other_key = { NULL, "octets", check_any, parse_octets, print_octets };

static const struct svc_key *key_row(uint32_t key)
{
	return key < COUNT_OF(svc_keys) ? &svc_keys[key] : &other_key;
}

/* key_of reads a key, in lower case (RFC 9460 2.1); raw: it was written as keyNNNNN. */
static bool key_of(const char *p, size_t n, uint32_t *key, bool *raw)
{
	uint64_t v;

	*raw = n >= 4 && n <= 8 && memcmp(p, "key", 3) == 0 && text_number(p + 3, n - 3, &v);
	if (*raw) {
		*key = (uint32_t)v;
		return v <= 65535 && (p[3] != '0' || n == 4);
	}
	for (uint32_t i = 0; i < COUNT_OF(svc_keys); i++)
		if (strlen(svc_keys[i].name) == n && memcmp(p, svc_keys[i].name, n) == 0) {
			*key = i;
			return true;
		}
	return false;
}

static void put_key(struct wr *out, uint16_t key)
{
	if (key < COUNT_OF(svc_keys)) {
		put_text(out, svc_keys[key].name);
	} else {
		put_text(out, "key");
		put_number(out, key);
	}
}

/* ---- parameters on the wire ---- */

static struct view next_param(struct rd *r, uint16_t *key)
{
	*key = rd_u16(r);
	return rd_take(r, rd_u16(r));
}

/* all_present: both lists ascend, so one walk along the parameters finds all that the mandatory key lists. */
static bool all_present(struct view listed, struct rd params)
{
	size_t i = 0;
	uint16_t key;

	while (i < listed.n && rd_left(&params) > 0) {
		next_param(&params, &key);
		if (key == get_u16(listed.p + i))
			i += 2;
	}
	return i == listed.n;
}

/* What is wrong between parameters, in words, or NULL; each alone has been checked. */
static const char *params_conflict(struct rd params)
{
	struct rd r = params;
	bool alpn = false;
	uint16_t key;

	while (rd_left(&r) > 0) {
		struct view v = next_param(&r, &key);
		alpn |= key == KEY_ALPN;
		if (key == KEY_MANDATORY && !all_present(v, params))
			return "mandatory lists a key that is not there";
		if (key == KEY_NO_DEFAULT_ALPN && !alpn)
			return "no-default-alpn without alpn (RFC 9460 7.1.1)";
	}
	return NULL;
}

void take_svcparams(struct rd *r)
{
	struct rd params = *r;
	int before = -1;
	uint16_t key;

	while (rd_left(r) > 0) {
		struct view v = next_param(r, &key);
		if (r->bad || key <= before || !key_row(key)->check(v)) {
			r->bad = true;
			return;
		}
		before = key;
	}
	if (!r->bad && params_conflict(params) != NULL)
		r->bad = true;
}

void print_svcparams(struct rd *r, struct wr *out)
{
	uint16_t key;

	for (unsigned n = 0; rd_left(r) > 0; n++) {
		struct view v = next_param(r, &key);
		if (n == PARAMS_MAX) {
			r->bad = true; /* more than we read from text */
			return;
		}
		if (n > 0)
			put_text(out, " ");
		put_key(out, key);
		if (v.n > 0)
			put_text(out, "=");
		key_row(key)->print(v, out);
	}
}

/* ---- parameters in text ---- */

struct param {
	uint16_t key;
	bool raw;
	struct value value;
	const struct token *t;
};

/*
 * A parameter comes in four shapes, as scanners cut it:
 *
 *      key     key=value     key="value" (one word)     key= "value" (two words, touching)
 */
static bool word_param(struct words *w, struct param *p)
{
	const struct token *t = word_plain(w);
	uint32_t key;

	if (t == NULL)
		return false;
	const char *equals = t->n > 0 ? memchr(t->p, '=', t->n) : NULL;
	size_t n = equals != NULL ? (size_t)(equals - t->p) : t->n;
	if (!key_of(t->p, n, &key, &p->raw))
		return word_is(w, t, "has no known key before its =");
	p->key = (uint16_t)key;
	p->t = t;
	p->value = equals != NULL ? (struct value){ equals + 1, t->n - n - 1 } : (struct value){ t->p + n, 0 };
	if (p->value.n >= 2 && p->value.p[0] == '"' && p->value.p[p->value.n - 1] == '"')
		p->value = (struct value){ p->value.p + 1, p->value.n - 2 };
	else if (equals != NULL && p->value.n == 0 && w->at < w->end && w->at->quoted && w->at->line == t->line &&
		 w->at->column == t->column + t->n) {
		p->value = (struct value){ w->at->p, w->at->n };
		w->at++;
	}
	return true;
}

/* add_param keeps the list ascending; false if the key is there already. */
static bool add_param(struct param *list, size_t *n, const struct param *p)
{
	size_t i = *n;

	for (; i > 0 && list[i - 1].key >= p->key; i--) {
		if (list[i - 1].key == p->key)
			return false;
		list[i] = list[i - 1];
	}
	list[i] = *p;
	++*n;
	return true;
}

static bool write_param(struct words *w, const struct param *p, struct wr *out)
{
	const struct svc_key *row = key_row(p->key);

	wr_u16(out, p->key);
	size_t length = wr_hole16(out);
	bool good = p->raw ? parse_octets(p->value, out) : row->parse(p->value, out);
	if (good && out->full)
		return true;
	if (!good || !row->check(view_of(out->p + length, out->len - length)))
		return word_wrong(w, p->t, "%s takes %s", row->name != NULL ? row->name : "this key", row->wants);
	if (out->len - length > 65535)
		return word_wrong(w, p->t, "longer than 65535 octets");
	wr_fill16(out, length);
	return true;
}

bool parse_svcparams(struct words *w, struct wr *out)
{
	struct param list[PARAMS_MAX], p;
	size_t n = 0, from = out->len;

	for (; w->at < w->end; w->part = NULL) {
		if (n == PARAMS_MAX)
			return word_wrong(w, w->at, "more than %d parameters", PARAMS_MAX);
		if (!word_param(w, &p))
			return false;
		if (!add_param(list, &n, &p))
			return word_is(w, p.t, "has a key that was there before");
	}
	for (size_t i = 0; i < n; i++)
		if (!write_param(w, &list[i], out))
			return false;
	if (n == 0 || out->full)
		return true;
	const char *wrong = params_conflict(rd_of(view_of(out->p + from, out->len - from)));
	return wrong == NULL || word_wrong(w, list[0].t, "%s", wrong);
}
