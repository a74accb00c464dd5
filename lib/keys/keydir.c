#include "keys/keydir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "keys/keydir_run.h"

/* ---- the directory ---- */

static int entry_order(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = entry_zone_order(x, y->zone);

	if (order == 0)
		order = (int)x->algorithm - (int)y->algorithm;
	if (order == 0)
		order = (int)x->tag - (int)y->tag;
	return order != 0 ? order : strcmp(x->file, y->file);
}

int entry_zone_order(const struct entry *e, struct view zone)
{
	const size_t n = e->zone.n < zone.n ? e->zone.n : zone.n;
	const int order = n > 0 ? memcmp(e->zone.p, zone.p, n) : 0;

	return order != 0 ? order : (e->zone.n > zone.n) - (e->zone.n < zone.n);
}

/* note takes a file's name into the list if it is that of a key's public half. */
static void note(struct keydir *d, const char *file)
{
	static const char ending[] = ".key";
	const size_t n = strlen(file), base = n > sizeof ending - 1 ? n - (sizeof ending - 1) : 0;
	uint8_t key[NAME_KEY_MAX];
	struct name zone;
	struct entry e;

	if (base == 0 || strcmp(file + base, ending) != 0 ||
	    !key_file_read(file, base, &zone, &e.algorithm, &e.tag))
		return;
	char *copy = (char *)arena_pack(&d->names, base + 1);
	memcpy(copy, file, base);
	copy[base] = 0;
	e.file = copy;
	e.zone.n = name_key(&zone, key);
	e.zone.p = arena_copy(&d->names, key, e.zone.n);
	d->entry = grow_array(d->entry, &d->cap, d->n + 1, sizeof *d->entry);
	d->entry[d->n++] = e;
}

enum err keydir_scan(struct keydir *d, char why[KEY_WHY])
{
	const int fd = openat(d->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *file;

	if (dir == NULL) {
		const int said = errno;

		if (fd >= 0)
			close(fd);
		return keyio_why(why, ERR_SYSTEM, "%s: %s", d->path, strerror(said));
	}
	d->n = 0;
	arena_free(&d->names);
	for (errno = 0; (file = readdir(dir)) != NULL; errno = 0)
		note(d, file->d_name);
	const int said = errno;
	closedir(dir);
	if (said != 0)
		return keyio_why(why, ERR_SYSTEM, "%s: %s", d->path, strerror(said));
	if (d->n > 0)
		qsort(d->entry, d->n, sizeof *d->entry, entry_order);
	return OK;
}

/* open_checked opens the directory itself, if nobody can put keys there but who may. */
static enum err open_checked(struct keydir *d, char why[KEY_WHY])
{
	struct stat st;

	d->fd = open(d->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (d->fd < 0 || fstat(d->fd, &st) != 0)
		return keyio_why(why, errno == ENOENT ? ERR_NOTFOUND : ERR_SYSTEM, "key directory %s: %s", d->path,
				 strerror(errno));
	if ((st.st_mode & S_IWOTH) != 0)
		return keyio_why(why, ERR_REFUSED, "key directory %s: everybody may write there; say chmod o-w",
				 d->path);
	return keydir_scan(d, why);
}

enum err keydir_open(const char *path, struct keydir **out, char why[KEY_WHY])
{
	struct keydir *d = calloc(1, sizeof *d);
	enum err e = ERR_MEMORY;

	*out = NULL;
	hold_streams(); /* no complaint shall land in a key's file */
	if (d != NULL) {
		d->fd = -1;
		d->path = strdup(path);
		e = halves_make(&d->halves) && d->path != NULL ? open_checked(d, why) : ERR_MEMORY;
	}
	if (e == OK) {
		*out = d;
		return OK;
	}
	keydir_close(d);
	if (e == ERR_MEMORY)
		keyio_why(why, e, "%s", err_text(e));
	return e;
}

/* What killed processes left behind, which may be a secret, goes; that of one that writes just now is younger. */
static void sweep(const struct keydir *d)
{
	enum { OLD = 3600 }; /* seconds; a file is written in less than one */
	const int64_t before = (int64_t)time(NULL) - OLD;
	const int fd = openat(d->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;

	if (dir == NULL && fd >= 0)
		close(fd);
	if (dir == NULL)
		return;
	for (const struct dirent *file; (file = readdir(dir)) != NULL;)
		keyio_sweep(d->fd, file->d_name, before);
	closedir(dir);
}

enum err keydir_make(const char *path, struct keydir **out, char why[KEY_WHY])
{
	if (mkdir(path, S_IRWXU) != 0 && errno != EEXIST) {
		*out = NULL;
		return keyio_why(why, ERR_SYSTEM, "key directory %s: %s", path, strerror(errno));
	}
	enum err e = keydir_open(path, out, why);
	if (e == OK)
		sweep(*out);
	return e;
}

void keydir_close(struct keydir *d)
{
	if (d == NULL)
		return;
	if (d->fd >= 0)
		close(d->fd);
	halves_free(&d->halves);
	arena_free(&d->names);
	free(d->entry);
	free(d->path);
	free(d);
}

/* ---- its keys ---- */

void keys_free(struct keys *k)
{
	for (size_t i = 0; i < k->n; i++)
		private_key_free(k->key[i].private);
	free(k->key);
	arena_free(&k->arena);
	memset(k, 0, sizeof *k);
}

/* first_of finds where the keys of a zone begin. */
static size_t first_of(const struct keydir *d, struct view zone)
{
	size_t low = 0, high = d->n;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (entry_zone_order(&d->entry[middle], zone) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void keydir_range(const struct keydir *d, const struct name *zone, size_t *from, size_t *to)
{
	uint8_t key[NAME_KEY_MAX];
	const struct view v = view_of(key, name_key(zone, key));

	*from = *to = first_of(d, v);
	while (*to < d->n && entry_zone_order(&d->entry[*to], v) == 0)
		++*to;
}

/* agrees compares what the file's name says with what is in it. */
static enum err agrees(const struct keydir *d, const struct entry *e, const struct key *k, char why[KEY_WHY])
{
	uint8_t key[NAME_KEY_MAX];
	const struct view zone = view_of(key, name_key(&k->zone, key));

	if (e->algorithm == k->algorithm && e->tag == k->tag && entry_zone_order(e, zone) == 0)
		return OK;
	return keyio_why(why, ERR_FORMAT, "%s/%s.key: holds another key than its name says: algorithm %u, tag %u",
			 d->path, e->file, k->algorithm, k->tag);
}

/* add reads one key into the list. */
static enum err add(struct keydir *d, const struct entry *e, struct keys *out, char why[KEY_WHY])
{
	struct key *k = &out->key[out->n];
	enum err err = halves_read(&d->halves, d->fd, d->path, e->file, k, why);

	if (err == OK)
		err = agrees(d, e, k, why);
	if (err == OK && out->n > 0 && view_eq(k[-1].dnskey, k->dnskey) && name_eq(&k[-1].zone, &k->zone))
		err = keyio_why(why, ERR_FORMAT, "%s/%s.key: is the same key as %s.key; one of them must go",
				d->path, e->file, k[-1].file);
	if (err != OK) {
		private_key_free(k->private);
		return err;
	}
	k->dnskey.p = arena_copy(&out->arena, k->dnskey.p, k->dnskey.n);
	snprintf(k->file, sizeof k->file, "%s", e->file);
	out->n++;
	return OK;
}

enum err keydir_keys(struct keydir *d, const struct name *zone, struct keys *out, char why[KEY_WHY])
{
	size_t from = 0, to = d->n;
	enum err e = OK;

	memset(out, 0, sizeof *out);
	if (zone != NULL)
		keydir_range(d, zone, &from, &to);
	if (zone != NULL && to - from > KEYS_MAX)
		return keyio_why(why, ERR_SPACE,
				 "%s: has %zu keys of one zone, %s among them; at most %d are read", d->path,
				 to - from, d->entry[from].file, KEYS_MAX);
	if (to == from)
		return OK;
	out->key = calloc(to - from, sizeof *out->key);
	if (out->key == NULL)
		return keyio_why(why, ERR_MEMORY, "%s", err_text(ERR_MEMORY));
	for (size_t i = from; i < to && e == OK; i++)
		e = add(d, &d->entry[i], out, why);
	if (e != OK)
		keys_free(out);
	return e;
}

enum err keydir_can_sign(const struct keydir *d, const struct keys *k, int64_t now, char why[KEY_WHY])
{
	for (size_t i = 0; i < k->n; i++)
		if (k->key[i].cannot_sign && key_published(&k->key[i], now))
			return halves_cannot_sign(&k->key[i], d->path, k->key[i].file, why);
	return OK;
}

enum err keydir_read(const char *path, const struct name *zone, struct keys *out, char why[KEY_WHY])
{
	struct keydir *d;
	enum err e = keydir_open(path, &d, why);

	memset(out, 0, sizeof *out);
	if (e == OK)
		e = keydir_keys(d, zone, out, why);
	keydir_close(d);
	return e;
}
