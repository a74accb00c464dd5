#include "keys/key.h"

#include <stdio.h>
#include <time.h>

#include "dns/encode.h"
#include "sec/rrsig.h"

void key_clear(struct key *k)
{
	memset(k, 0, sizeof *k);
	k->zone = name_root;
	for (int t = 0; t < KEY_TIMES; t++)
		k->time[t] = KEY_NEVER;
}

bool key_set_dnskey(struct key *k, struct view dnskey)
{
	struct dnskey d;

	if (!dnskey_read(dnskey, &d))
		return false;
	k->flags = d.flags;
	k->protocol = d.protocol;
	k->algorithm = d.algorithm;
	k->tag = d.tag;
	k->dnskey = dnskey;
	return true;
}

/* The flag adds 128 to the sum, and perhaps a carry (RFC 4034 appendix B). */
bool key_tags_clash(uint16_t a, uint16_t b)
{
	const uint16_t up = (uint16_t)(a - b), down = (uint16_t)(b - a);
	const uint16_t apart = up < down ? up : down;

	return apart == 0 || apart == DNSKEY_REVOKED || apart == DNSKEY_REVOKED + 1;
}

/* ---- file names ---- */

static bool is_plain(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

/* Letters are small, and what is neither letter, digit, hyphen nor underscore stands as %XX. */
bool key_name_file(struct key *k)
{
	struct name zone = k->zone;
	struct wr w = wr_of(k->file, sizeof k->file - sizeof "+000+00000.private");
	const size_t room = sizeof "+000+00000";

	name_lower(&zone);
	wr_u8(&w, 'K');
	if (zone.len == 1)
		wr_u8(&w, '.');
	for (size_t at = 0; zone.wire[at] != 0; at += 1U + zone.wire[at]) {
		for (size_t i = 1; i <= zone.wire[at]; i++) {
			const uint8_t c = zone.wire[at + i];

			if (!is_plain(c))
				wr_u8(&w, '%');
			if (is_plain(c))
				wr_u8(&w, c);
			else
				put_hex(&w, view_of(&c, 1));
		}
		wr_u8(&w, '.');
	}
	if (w.full)
		return false;
	snprintf(k->file + w.len, room, "+%03u+%05u", k->algorithm, k->tag);
	return true;
}

/* decimal reads exactly `digits` of them, at most max. */
static bool decimal(const char *p, size_t digits, unsigned max, unsigned *out)
{
	*out = 0;
	for (size_t i = 0; i < digits; i++) {
		if (p[i] < '0' || p[i] > '9')
			return false;
		*out = *out * 10 + (unsigned)(p[i] - '0');
	}
	return *out <= max;
}

bool key_file_read(const char *file, size_t n, struct name *zone, uint8_t *algorithm, uint16_t *tag)
{
	enum { NUMBERS = sizeof "+000+00000" - 1 };
	char text[4 * KEY_FILE_MAX];
	struct wr w = wr_of(text, sizeof text);
	const char *end = file + n - NUMBERS;
	unsigned a, t;

	if (n < 2 + NUMBERS || n >= KEY_FILE_MAX || file[0] != 'K' || end[0] != '+' || end[4] != '+' ||
	    !decimal(end + 1, 3, 255, &a) || !decimal(end + 5, 5, 65535, &t))
		return false;
	for (const char *p = file + 1; p < end; p++) { /* %XX becomes \DDD; all else is a name's text already */
		char ddd[5];

		if (*p != '%') {
			wr_u8(&w, (uint8_t)*p);
			continue;
		}
		if (end - p < 3 || hex_digit(p[1]) < 0 || hex_digit(p[2]) < 0)
			return false;
		snprintf(ddd, sizeof ddd, "\\%03d", hex_digit(p[1]) << 4 | hex_digit(p[2]));
		wr_bytes(&w, ddd, 4);
		p += 2;
	}
	*algorithm = (uint8_t)a;
	*tag = (uint16_t)t;
	return !w.full && text[w.len - 1] == '.' && name_parse(wr_view_of(&w), &name_root, zone) == NULL;
}

/* ---- what times mean ---- */

bool key_is_sep(const struct key *k)
{
	return (k->flags & DNSKEY_SEP) != 0;
}

bool key_is_revoked(const struct key *k)
{
	return (k->flags & DNSKEY_REVOKED) != 0;
}

bool key_timeless(const struct key *k)
{
	for (int t = 0; t < KEY_TIMES; t++)
		if (k->time[t] != KEY_NEVER)
			return false;
	return true;
}

bool key_published(const struct key *k, int64_t now)
{
	if (key_timeless(k))
		return true;
	if (k->time[KEY_DELETE] <= now)
		return false;
	return k->time[KEY_PUBLISH] <= now ||
	       (k->time[KEY_PUBLISH] == KEY_NEVER && k->time[KEY_ACTIVATE] != KEY_NEVER);
}

/* is_active: it signs at `now`, here or where its private half is. */
static bool is_active(const struct key *k, int64_t now)
{
	return key_timeless(k) ||
	       (key_published(k, now) && k->time[KEY_ACTIVATE] <= now && now < k->time[KEY_INACTIVE]);
}

bool key_signs(const struct key *k, int64_t now)
{
	return k->private != NULL && is_active(k, now);
}

/* has is true if one of the keys has this algorithm, is of this kind and active, here or, with `anywhere`,
 * elsewhere.
 */
static bool has(const struct key *keys, size_t n, int64_t now, uint8_t algorithm, bool sep, bool anywhere)
{
	for (size_t i = 0; i < n; i++)
		if (keys[i].algorithm == algorithm && key_is_sep(&keys[i]) == sep && !key_is_revoked(&keys[i]) &&
		    (anywhere || keys[i].private != NULL) && is_active(&keys[i], now))
			return true;
	return false;
}

void key_uses(const struct key *keys, size_t n, int64_t now, struct key_use *out)
{
	for (size_t i = 0; i < n; i++) {
		const struct key *k = &keys[i];
		const bool signs = key_signs(k, now), sep = key_is_sep(k);

		out[i] = (struct key_use){ .published = key_published(k, now) };
		if (key_is_revoked(k)) {
			out[i].signs_keys = out[i].published && k->private != NULL;
			continue;
		}
		out[i].signs_keys = signs && (sep || !has(keys, n, now, k->algorithm, true, true));
		out[i].signs_zone = signs && (!sep || !has(keys, n, now, k->algorithm, false, false));
	}
}

/* ---- times as text ---- */

static const char *const time_names[KEY_TIMES] = {
	[KEY_CREATED] = "Created",          [KEY_PUBLISH] = "Publish",
	[KEY_ACTIVATE] = "Activate",        [KEY_REVOKE] = "Revoke",
	[KEY_INACTIVE] = "Inactive",        [KEY_DELETE] = "Delete",
	[KEY_SYNC_PUBLISH] = "SyncPublish", [KEY_SYNC_DELETE] = "SyncDelete",
};

const char *key_time_name(enum key_time t)
{
	return time_names[t];
}

enum key_time key_time_find(const char *p, size_t n)
{
	enum key_time t = 0;

	while (t < KEY_TIMES && (strlen(time_names[t]) != n || memcmp(time_names[t], p, n) != 0))
		t++;
	return t;
}

bool key_time_parse(const char *p, size_t n, int64_t *out)
{
	unsigned year, month, day, hour, minute, second;
	struct tm tm, again;

	if (n != KEY_TIME_TEXT - 1 || !decimal(p, 4, 9999, &year) || !decimal(p + 4, 2, 12, &month) ||
	    !decimal(p + 6, 2, 31, &day) || !decimal(p + 8, 2, 23, &hour) || !decimal(p + 10, 2, 59, &minute) ||
	    !decimal(p + 12, 2, 59, &second) || year < 1970)
		return false;
	tm = (struct tm){ .tm_year = (int)year - 1900,
			  .tm_mon = (int)month - 1,
			  .tm_mday = (int)day,
			  .tm_hour = (int)hour,
			  .tm_min = (int)minute,
			  .tm_sec = (int)second };
	time_t t = timegm(&tm);
	if (gmtime_r(&t, &again) == NULL || again.tm_mon != (int)month - 1 || again.tm_mday != (int)day)
		return false; /* February 30th */
	*out = t;
	return true;
}

void key_time_print(int64_t t, char out[KEY_TIME_TEXT])
{
	time_t seconds = (time_t)t;
	struct tm tm;

	if (t < 0 || t >= 253402300800 /* the year 10000 */ || gmtime_r(&seconds, &tm) == NULL ||
	    strftime(out, KEY_TIME_TEXT, "%Y%m%d%H%M%S", &tm) == 0)
		memcpy(out, "99991231235959", KEY_TIME_TEXT);
}
