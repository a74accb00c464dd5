/*
 * LOC (RFC 1876): version, size, horizontal and vertical precision, latitude,
 * longitude, altitude.
 *
 *      42 21 54 N 71 06 18 W -24m 30m 10m 2m
 *
 * Sizes are a digit times a power of ten centimetres, four bits each; angles
 * count thousandths of a second of arc from 2^31; altitude counts centimetres
 * from 100,000 m below the WGS 84 spheroid.
 */
#include "dns/field.h"

enum { SIZE_PRESET = 0x12, HORIZONTAL_PRESET = 0x16, VERTICAL_PRESET = 0x13 }; /* 1 m, 10 km, 10 m */

static const uint32_t equator = UINT32_C(1) << 31;
static const uint32_t sea_level = 10000000; /* cm */
static const uint64_t size_max = UINT64_C(9000000000);

static bool good_size(uint8_t c)
{
	return c >> 4 <= 9 && (c & 15) <= 9;
}

static bool good_angle(uint32_t v, uint32_t degrees)
{
	return (v >= equator ? v - equator : equator - v) <= degrees * 3600000;
}

void take_loc(struct rd *r)
{
	struct view v = rd_take(r, 16);

	if (r->bad || v.p[0] != 0 || !good_size(v.p[1]) || !good_size(v.p[2]) || !good_size(v.p[3]) ||
	    !good_angle(get_u32(v.p + 4), 90) || !good_angle(get_u32(v.p + 8), 180))
		r->bad = true;
}

/* fixed reads digits with up to `places` digits behind a dot, as a whole number of the smallest of them. */
static bool fixed(const char *p, size_t n, unsigned places, uint64_t *out)
{
	const char *dot = n > 0 ? memchr(p, '.', n) : NULL;
	size_t whole = dot != NULL ? (size_t)(dot - p) : n, part = dot != NULL ? n - whole - 1 : 0;
	uint64_t v, f = 0;

	if (whole > 10 || part > places || !text_number(p, whole, &v) ||
	    (part > 0 && !text_number(dot + 1, part, &f)))
		return false;
	for (size_t i = 0; i < places; i++) {
		v *= 10;
		if (i >= part)
			f *= 10;
	}
	*out = v + f;
	return true;
}

/* parse_angle reads degrees, perhaps minutes, perhaps seconds, and the hemisphere's letter. */
static bool parse_angle(struct words *w, uint32_t degrees, const char *letters, struct wr *out)
{
	static const uint32_t unit[] = { 3600000, 60000, 1 };
	uint64_t total = 0, v;

	for (unsigned i = 0; i < 4; i++) {
		const struct token *t = word_plain(w);
		if (t == NULL)
			return false;
		char c = t->n == 1 ? (char)(t->p[0] & 0xdf) : 0;
		if (i > 0 && (c == letters[0] || c == letters[1])) {
			uint32_t angle = (uint32_t)total;
			wr_u32(out, c == letters[0] ? equator + angle : equator - angle);
			return true;
		}
		if (i == 3 || !fixed(t->p, t->n, i == 2 ? 3 : 0, &v))
			return word_wrong(w, t, "not DEGREES [MINUTES [SECONDS]] and %c or %c", letters[0],
					  letters[1]);
		if (v > (i == 0 ? degrees : i == 1 ? 59 : 59999))
			return word_is(w, t, "is too large");
		total += v * unit[i];
		if (total > (uint64_t)degrees * 3600000)
			return word_is(w, t, "leads beyond the pole or the date line");
	}
	return false;
}

/* metres reads "-24.00m" as centimetres, the sign apart. */
static bool metres(const struct token *t, bool *negative, uint64_t *cm)
{
	const char *p = t->p;
	size_t n = t->n;

	if (n > 0 && (p[n - 1] == 'm' || p[n - 1] == 'M'))
		n--;
	*negative = n > 0 && p[0] == '-';
	if (n > 0 && (p[0] == '-' || p[0] == '+')) {
		p++;
		n--;
	}
	return fixed(p, n, 2, cm);
}

static bool parse_altitude(struct words *w, struct wr *out)
{
	const struct token *t = word_plain(w);
	bool negative;
	uint64_t cm;

	if (t == NULL)
		return false;
	if (!metres(t, &negative, &cm) || (negative ? cm > sea_level : cm + sea_level > UINT32_MAX))
		return word_is(w, t, "is not metres from -100000.00 to 42849672.95");
	wr_u32(out, (uint32_t)(negative ? sea_level - cm : sea_level + cm));
	return true;
}

/* Only the first digit of a size is kept, as RFC 1876's own appendix does. */
static bool parse_size(struct words *w, uint8_t *out)
{
	const struct token *t;
	bool negative;
	uint64_t cm;
	unsigned power = 0;

	if (w->at == w->end)
		return true;
	t = word_plain(w);
	if (t == NULL)
		return false;
	if (!metres(t, &negative, &cm) || negative || cm > size_max)
		return word_is(w, t, "is not metres from 0.00 to 90000000.00");
	for (; cm > 9; cm /= 10)
		power++;
	*out = (uint8_t)(cm << 4 | power);
	return true;
}

bool parse_loc(struct words *w, struct wr *out)
{
	uint8_t head[4] = { 0, SIZE_PRESET, HORIZONTAL_PRESET, VERTICAL_PRESET };
	size_t from = out->len;

	wr_bytes(out, head, sizeof head);
	w->part = "latitude";
	if (!parse_angle(w, 90, "NS", out))
		return false;
	w->part = "longitude";
	if (!parse_angle(w, 180, "EW", out))
		return false;
	w->part = "altitude";
	if (!parse_altitude(w, out))
		return false;
	w->part = "size";
	if (!parse_size(w, &head[1]))
		return false;
	w->part = "horizontal precision";
	if (!parse_size(w, &head[2]))
		return false;
	w->part = "vertical precision";
	if (!parse_size(w, &head[3]))
		return false;
	if (!out->full)
		memcpy(out->p + from, head, sizeof head);
	return true;
}

static void put_angle(struct wr *out, uint32_t v, const char *letters)
{
	uint32_t angle = v >= equator ? v - equator : equator - v;

	put_number(out, angle / 3600000);
	put_text(out, " ");
	put_number(out, angle / 60000 % 60);
	put_text(out, " ");
	put_number(out, angle / 1000 % 60);
	put_text(out, ".");
	put_padded(out, angle % 1000, 3);
	put_text(out, " ");
	wr_u8(out, (uint8_t)(v >= equator ? letters[0] : letters[1]));
	put_text(out, " ");
}

static void put_metres(struct wr *out, uint64_t cm)
{
	put_number(out, cm / 100);
	put_text(out, ".");
	put_padded(out, cm % 100, 2);
	put_text(out, "m");
}

static void put_size(struct wr *out, uint8_t c)
{
	uint64_t cm = c >> 4;

	for (unsigned i = 0; i < (c & 15); i++)
		cm *= 10;
	put_text(out, " ");
	put_metres(out, cm);
}

void print_loc(struct rd *r, struct wr *out)
{
	uint8_t size[3];

	rd_u8(r);
	for (unsigned i = 0; i < 3; i++)
		size[i] = rd_u8(r);
	put_angle(out, rd_u32(r), "NS");
	put_angle(out, rd_u32(r), "EW");
	uint32_t altitude = rd_u32(r);
	if (altitude < sea_level)
		put_text(out, "-");
	put_metres(out, altitude < sea_level ? sea_level - altitude : altitude - sea_level);
	for (unsigned i = 0; i < 3; i++) {
		put_size(out, size[i]);
		if (size[i] >> 4 == 0 && size[i] != 0)
			r->bad = true; /* zero times a power of ten: text would lose the power */
	}
}
