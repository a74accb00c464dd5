/*
 * keydir_run.h -- what reading and writing a key directory share.
 *
 * Knows: keydir.h, keyfile.h.   Must not know: zones' data.
 */
#ifndef KEYS_KEYDIR_RUN_H
#define KEYS_KEYDIR_RUN_H

#include "base/arena.h"
#include "keys/keydir.h"
#include "keys/keyfile.h"

/* Both files of one key, and what is decoded of them; used for one key after the other. */
struct halves {
	struct wr public, dnskey;  /* text, and RDATA */
	struct wr private, secret; /* in locked memory: text, and the parts */
	struct wr edited;          /* in locked memory: a text with other times */
	bool has_private;
};

MUST_CHECK bool halves_make(struct halves *h);
void halves_free(struct halves *h);

/* halves_read reads base.key and, if there is one, base.private, and makes a key of them: zone, fields, times and,
 * where it is there, the private half, which is the caller's. k->dnskey views h. */
enum err halves_read(struct halves *h, int dir, const char *shown, const char *base, struct key *k,
		     char why[KEY_WHY]);

/* A key that the directory has, by the name of its file. */
struct entry {
	struct view zone; /* its name's key, which memcmp orders */
	const char *file; /* without ".key" */
	uint16_t tag;
	uint8_t algorithm;
};

struct keydir {
	char *path;
	int fd;
	struct entry *entry; /* ordered by zone, algorithm, tag */
	size_t n, cap;
	struct arena names;
	struct halves halves;
};

/* halves_cannot_sign makes the sentence about a key that cannot_sign. */
enum err halves_cannot_sign(const struct key *k, const char *shown, const char *base, char why[KEY_WHY]);

int entry_zone_order(const struct entry *e, struct view zone);

/* keydir_scan reads the names again. keydir_range gives the entries of a zone: from..to - 1. */
enum err keydir_scan(struct keydir *d, char why[KEY_WHY]);
void keydir_range(const struct keydir *d, const struct name *zone, size_t *from, size_t *to);

#endif
