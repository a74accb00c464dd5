/* Keys that are made, brought, and given other times. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/wr.h"
#include "crypto/locked.h"
#include "dns/field.h"
#include "keys/keydir_run.h"

enum { FILE_ROOM = KEY_FILE_MAX + 16 };

/* create writes both files, the private one first: a key is there when its .key is. */
static enum err create(struct keydir *d, const char *base, struct view private, struct view public,
		       char why[KEY_WHY])
{
	char file[FILE_ROOM];
	enum err e = OK;

	if (private.n > 0) {
		snprintf(file, sizeof file, "%s.private", base);
		e = keyio_create(d->fd, d->path, file, true, private, why);
		if (e == ERR_EXISTS)
			return keyio_why(why, e,
					 "%s/%s: is there without a .key file, perhaps since somebody was "
					 "interrupted; move it away first",
					 d->path, file);
		if (e != OK)
			return e;
	}
	snprintf(file, sizeof file, "%s.key", base);
	e = keyio_create(d->fd, d->path, file, false, public, why);
	if (e != OK && private.n > 0) {
		snprintf(file, sizeof file, "%s.private", base);
		unlinkat(d->fd, file, 0);
	}
	if (e == OK)
		e = keyio_sync(d->fd, d->path, why);
	return e == OK ? keydir_scan(d, why) : e;
}

/* ---- new keys ---- */

static bool tag_is_free(const struct keydir *d, size_t from, size_t to, uint16_t tag)
{
	for (size_t i = from; i < to; i++)
		if (key_tags_clash(d->entry[i].tag, tag))
			return false;
	return true;
}

/* draw makes keys until one has a tag of its own; k->private and k->dnskey (in `rdata`) are set then. */
static enum err draw(const struct keydir *d, struct key *k, unsigned bits, size_t from, size_t to, uint8_t *rdata)
{
	enum { TRIES = 100 }; /* with 64 keys, one in 200 clashes */

	for (int i = 0; i < TRIES; i++) {
		struct wr w = wr_of(rdata, KEY_DNSKEY_MAX);
		enum err e = private_key_generate(k->algorithm, bits, &k->private);

		if (e != OK)
			return e;
		wr_u16(&w, k->flags);
		wr_u8(&w, 3);
		wr_u8(&w, k->algorithm);
		wr_view(&w, private_key_public(k->private));
		if (key_set_dnskey(k, wr_view_of(&w)) && tag_is_free(d, from, to, k->tag))
			return OK;
		private_key_free(k->private);
		k->private = NULL;
	}
	return ERR_EXISTS;
}

static enum err no_key(enum err e, const struct key *k, char why[KEY_WHY])
{
	const char *name = algorithm_name(k->algorithm);

	if (e == ERR_NOTFOUND)
		return keyio_why(why, ERR_REFUSED,
				 "algorithm %u (%s) does not sign here; 8, 10, 13, 14, 15 and 16 do", k->algorithm,
				 name != NULL ? name : "unknown");
	if (e == ERR_REFUSED)
		return keyio_why(why, e, "an RSA key has %d to %d bits", RSA_BITS_MIN, RSA_BITS_MAX);
	if (e == ERR_EXISTS)
		return keyio_why(why, e, "no key was found whose tag no other key of the zone has");
	return keyio_why(why, e, "no key could be made: %s", err_text(e));
}

/* name_files fills in k->file. */
static enum err name_files(struct key *k, char why[KEY_WHY])
{
	if (key_name_file(k))
		return OK;
	return keyio_why(why, ERR_SPACE, "the zone's name is too long to be part of a file's name");
}

enum err keydir_generate(struct keydir *d, struct key *k, unsigned bits, char why[KEY_WHY])
{
	struct wr *public = &d->halves.public, *private = &d->halves.private;
	uint8_t rdata[KEY_DNSKEY_MAX];
	size_t from, to;
	enum err e;

	keydir_range(d, &k->zone, &from, &to);
	if (to - from >= KEYS_MAX)
		return keyio_why(why, ERR_SPACE, "%s: has %zu keys of this zone, and no more are read", d->path,
				 to - from);
	e = draw(d, k, bits, from, to, rdata);
	if (e != OK)
		return no_key(e, k, why);
	e = name_files(k, why);
	if (e == OK) {
		public->len = private->len = 0;
		keyfile_print_public(k, public);
		keyfile_print_private(k, private);
		e = create(d, k->file, wr_view_of(private), wr_view_of(public), why);
	}
	private_key_free(k->private);
	k->private = NULL;
	k->dnskey = view_of(NULL, 0);
	return e;
}

/* ---- other times ---- */

enum err keydir_set_times(struct keydir *d, const struct key *k, char why[KEY_WHY])
{
	struct halves *h = &d->halves;
	char file[FILE_ROOM];
	struct key old;
	enum err e = halves_read(h, d->fd, d->path, k->file, &old, why);

	if (e != OK)
		return e;
	private_key_free(old.private);
	if (h->has_private) { /* first, for its times count */
		h->edited.len = 0;
		keyfile_retime_private(wr_view_of(&h->private), k, &h->edited);
		snprintf(file, sizeof file, "%s.private", k->file);
		e = keyio_replace(d->fd, d->path, file, true, wr_view_of(&h->edited), why);
	}
	if (e == OK) {
		h->edited.len = 0;
		keyfile_retime_public(wr_view_of(&h->public), k, &h->edited);
		snprintf(file, sizeof file, "%s.key", k->file);
		e = keyio_replace(d->fd, d->path, file, false, wr_view_of(&h->edited), why);
	}
	return e == OK ? keyio_sync(d->fd, d->path, why) : e;
}

/* ---- an end ---- */

/* The private half goes first: whoever is interrupted leaves none behind that nobody looks at. */
enum err keydir_remove(struct keydir *d, const struct key *k, char why[KEY_WHY])
{
	static const char *const endings[] = { ".private", ".key" };
	char file[FILE_ROOM];

	for (size_t i = 0; i < COUNT_OF(endings); i++) {
		snprintf(file, sizeof file, "%s%s", k->file, endings[i]);
		if (unlinkat(d->fd, file, 0) != 0 && errno != ENOENT)
			return keyio_why(why, ERR_SYSTEM, "%s/%s: cannot be removed: %s", d->path, file,
					 strerror(errno));
	}
	enum err e = keyio_sync(d->fd, d->path, why);
	return e == OK ? keydir_scan(d, why) : e;
}

/* ---- keys from elsewhere ---- */

/* without_ending gives the length of a path without ".key" or ".private". */
static size_t without_ending(const char *path)
{
	static const char *const endings[] = { ".key", ".private" };
	const size_t n = strlen(path);

	for (size_t i = 0; i < COUNT_OF(endings); i++) {
		const size_t e = strlen(endings[i]);

		if (n > e && strcmp(path + n - e, endings[i]) == 0)
			return n - e;
	}
	return n;
}

/* read_elsewhere reads a key by its path. */
static enum err read_elsewhere(struct halves *h, const char *path, struct key *k, char why[KEY_WHY])
{
	const size_t n = without_ending(path);
	const char *slash = memrchr(path, '/', n);
	char *folder = slash == NULL ? strdup(".") : strndup(path, slash == path ? 1 : (size_t)(slash - path));
	char *base = slash == NULL ? strndup(path, n) : strndup(slash + 1, n - (size_t)(slash + 1 - path));
	enum err e = ERR_MEMORY;

	if (folder == NULL || base == NULL) {
		keyio_why(why, e, "%s", err_text(e));
	} else if (strlen(base) >= KEY_FILE_MAX) {
		e = keyio_why(why, ERR_SPACE, "%s: is too long for the name of a key's file", base);
	} else {
		const int dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		e = dir < 0 ? keyio_why(why, errno == ENOENT ? ERR_NOTFOUND : ERR_SYSTEM, "%s: %s", folder,
					strerror(errno))
			    : halves_read(h, dir, folder, base, k, why);
		if (e == OK && k->cannot_sign)
			e = halves_cannot_sign(k, folder, base, why);
		if (dir >= 0)
			close(dir);
	}
	free(folder);
	free(base);
	return e;
}

/* complete adds a private half to a key that the directory has without it. */
static enum err complete(struct keydir *d, const struct entry *have, const struct key *k, char why[KEY_WHY])
{
	struct halves there;
	char file[FILE_ROOM];
	struct key old;
	enum err e;

	key_clear(&old);
	e = halves_make(&there) ? halves_read(&there, d->fd, d->path, have->file, &old, why)
				: keyio_why(why, ERR_MEMORY, "%s", err_text(ERR_MEMORY));
	if (e == OK && !view_eq(old.dnskey, k->dnskey))
		e = keyio_why(why, ERR_EXISTS, "%s/%s.key: is another key of this zone with the same tag", d->path,
			      have->file);
	else if (e == OK && (there.has_private || !d->halves.has_private))
		e = keyio_why(why, ERR_EXISTS, "%s/%s.key: this key is there already", d->path, have->file);
	if (e == OK) {
		snprintf(file, sizeof file, "%s.private", have->file);
		e = keyio_create(d->fd, d->path, file, true, wr_view_of(&d->halves.private), why);
	}
	private_key_free(old.private);
	halves_free(&there);
	return e == OK ? keyio_sync(d->fd, d->path, why) : e;
}

static const struct entry *entry_of(const struct keydir *d, const struct key *k)
{
	size_t from, to;

	for (keydir_range(d, &k->zone, &from, &to); from < to; from++)
		if (d->entry[from].algorithm == k->algorithm && d->entry[from].tag == k->tag)
			return &d->entry[from];
	return NULL;
}

enum err keydir_import(struct keydir *d, const char *path, struct key *k, char why[KEY_WHY])
{
	struct halves *h = &d->halves;
	enum err e = read_elsewhere(h, path, k, why);
	const struct entry *have;

	if (e != OK)
		return e;
	e = name_files(k, why);
	have = e == OK ? entry_of(d, k) : NULL;
	if (have != NULL)
		e = complete(d, have, k, why);
	else if (e == OK)
		e = create(d, k->file, h->has_private ? wr_view_of(&h->private) : view_of(NULL, 0),
			   wr_view_of(&h->public), why);
	private_key_free(k->private);
	k->private = NULL;
	k->dnskey = view_of(NULL, 0);
	return e;
}
