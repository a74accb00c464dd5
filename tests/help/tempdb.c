#include "tests/help/tempdb.h"

#include <dirent.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/vfs.h>
#include <unistd.h>

static char dir[256];

/* give_up ends the process: fuzzers, which are no tests of check's, come here, too. */
static _Noreturn void give_up(const char *what, const char *why)
{
	fprintf(stderr, "%s: %s\n", what, why);
	abort();
}

const char *tempdb_dir(void)
{
	const char *base = getenv("TMPDIR");
	struct statfs fs;

	if (base == NULL || *base == 0)
		base = "/tmp";
	if (statfs(base, &fs) != 0 || (uint64_t)fs.f_type == OVERLAYFS_SUPER_MAGIC)
		base = "/dev/shm";
	snprintf(dir, sizeof dir, "%s/edict-db-XXXXXX", base);
	if (mkdtemp(dir) == NULL)
		give_up("no directory", base);
	return dir;
}

void tempdb_remove(void)
{
	char path[600];
	DIR *d = opendir(dir);

	if (d == NULL)
		return;
	for (struct dirent *f = readdir(d); f != NULL; f = readdir(d)) {
		snprintf(path, sizeof path, "%s/%s", dir, f->d_name);
		unlink(path);
	}
	closedir(d);
	rmdir(dir);
}

struct store *tempdb_open(int flags)
{
	struct store *s;
	char why[256];

	if (store_open(dir, flags, &s, why) != OK)
		give_up("store_open", why);
	return s;
}

struct name rng_name(struct rng *state, unsigned labels)
{
	static const uint8_t octets[] = { 0, 1, 'a', 'B', 'b', '*', '.', '@', '[', 0x80, 0xff };
	struct name n = name_root, longer;

	for (uint64_t k = rng_next(state) % (labels + 1); k > 0; k--) {
		uint8_t label[3];
		size_t len = 1 + rng_next(state) % sizeof label;
		for (size_t i = 0; i < len; i++)
			label[i] = octets[rng_next(state) % sizeof octets];
		if (name_push(view_of(label, len), &n, &longer))
			n = longer;
	}
	return n;
}
