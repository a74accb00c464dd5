/* Bundles beside the keys: kept, and found again when their time has come. */
#include <stdlib.h>

#include "dns/rrtype.h"
#include "keys/keydir_run.h"
#include "keys/ksr.h"

/* Kexample.org.bundles: the name of a key's file, without algorithm and tag. */
static bool file_of(const struct name *zone, char out[KEY_FILE_MAX + 16])
{
	struct key k;

	key_clear(&k);
	k.zone = *zone;
	if (!key_name_file(&k))
		return false;
	size_t n = strlen(k.file);
	for (int plus = 0; plus < 2 && n > 0; n--)
		plus += k.file[n - 1] == '+';
	snprintf(out, KEY_FILE_MAX + 16, "%.*sbundles", (int)n, k.file);
	return true;
}

/* Older bundles in front, then the new ones. */
static enum err merged(struct keydir *d, const struct ksr *k, struct ksr *out, char why[KEY_WHY])
{
	enum err e = ksr_kept(d, &k->zone, out, why);

	if (e == ERR_NOTFOUND)
		*out = (struct ksr){ 0 };
	else if (e != OK)
		return e;
	while (out->n > 0 && out->bundle[out->n - 1].from >= k->bundle[0].from)
		out->n--;
	out->response = true;
	out->zone = k->zone;
	out->ttl = k->ttl;
	out->cds = k->cds;
	for (size_t i = 0; i < k->n; i++) {
		const struct ksr_bundle *b = &k->bundle[i];
		struct ksr_bundle *copy = ksr_bundle_add(out, b->from, b->inception, b->expires);

		for (size_t r = 0; r < b->n; r++)
			(void)!ksr_record_add(out, copy, b->record[r].type, b->record[r].rdata);
	}
	return OK;
}

enum err ksr_keep(struct keydir *d, const struct ksr *k, char why[KEY_WHY])
{
	char file[KEY_FILE_MAX + 16], *text = NULL;
	struct ksr all;
	size_t n = 0;
	enum err e = merged(d, k, &all, why);

	if (e != OK)
		return e;
	FILE *f = open_memstream(&text, &n);
	if (f != NULL)
		ksr_print(&all, f);
	bool written = f != NULL && fclose(f) == 0;
	ksr_free(&all);
	if (!written || !file_of(&k->zone, file))
		e = keyio_why(why, ERR_MEMORY, "out of memory, or the zone's name is too long for a file");
	if (e == OK)
		e = keyio_create(d->fd, d->path, file, false, view_of(text, n), why);
	if (e == ERR_EXISTS)
		e = keyio_replace(d->fd, d->path, file, false, view_of(text, n), why);
	free(text);
	return e == OK ? keyio_sync(d->fd, d->path, why) : e;
}

enum err ksr_kept(struct keydir *d, const struct name *zone, struct ksr *out, char why[KEY_WHY])
{
	char file[KEY_FILE_MAX + 16] = "", shown[KEY_WHY];
	uint8_t *text = malloc(KSR_FILE_OCTETS + 1);
	struct wr w = wr_of(text, text != NULL ? KSR_FILE_OCTETS + 1 : 0);
	enum err e = text != NULL && file_of(zone, file)
			 ? keyio_read(d->fd, d->path, file, false, &w, why)
			 : keyio_why(why, ERR_MEMORY, "out of memory, or the zone's name is too long for a file");

	*out = (struct ksr){ 0 };
	snprintf(shown, sizeof shown, "%.200s/%.280s", d->path, file);
	if (e == OK)
		e = ksr_parse(shown, wr_view_of(&w), out, why);
	free(text);
	return e;
}

static bool has(const struct ksr_bundle *b, struct view dnskey)
{
	for (size_t i = 0; i < b->n; i++)
		if (b->record[i].type == RR_DNSKEY && view_eq(b->record[i].rdata, dnskey))
			return true;
	return false;
}

const struct ksr_bundle *ksr_at(const struct ksr *k, int64_t now, const struct view *dnskey, size_t n)
{
	const struct ksr_bundle *best = NULL;

	for (size_t i = 0; i < k->n; i++) {
		const struct ksr_bundle *b = &k->bundle[i];
		bool whole = b->from <= now && now < b->expires;

		for (size_t d = 0; d < n && whole; d++)
			whole = has(b, dnskey[d]);
		if (whole)
			best = b;
	}
	return best;
}
