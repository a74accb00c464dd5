/*
 * keydir.h -- a directory of keys, in the form of BIND's tools.
 *
 *      KEYDIR/Kexample.org.+013+26285.key          0644    DNSKEY record
 *      KEYDIR/Kexample.org.+013+26285.private      0600    missing for a key of somebody else's
 *
 * A key is there when its .key is; the .private is always written before it.
 * So a process that is killed leaves a key or none, and perhaps a .private
 * that nobody looks at.
 *
 * Names of files are read once, when the directory is opened: a hoster's has
 * as many as it has zones. Bounds: KEYS_MAX keys a zone, KEYFILE_MAX octets a file.
 *
 * Whatever fails says why in a sentence that names the file and, inside one, the line.
 *
 * Knows: key.h, keyfile.h, keyio.h.   Must not know: policies, zones' data.
 */
#ifndef KEYS_KEYDIR_H
#define KEYS_KEYDIR_H

#include "base/arena.h"
#include "keys/key.h"
#include "keys/keyio.h"

enum { KEYS_MAX = 64 };

struct keydir;

/* Keys that were read. Their octets and private halves live until keys_free. */
struct keys {
	struct key *key;
	size_t n;
	struct arena arena;
};

void keys_free(struct keys *k);

/* keydir_open reads the names of a directory. ERR_NOTFOUND: there is none; ERR_REFUSED: everybody may write there;
 * ERR_SYSTEM. keydir_make opens it too, for who is going to write: it makes it, mode 0700, if it does not exist,
 * and removes what killed processes have left in it. */
enum err keydir_open(const char *path, struct keydir **out, char why[KEY_WHY]);
enum err keydir_make(const char *path, struct keydir **out, char why[KEY_WHY]);
void keydir_close(struct keydir *d);

/* keydir_keys reads the keys of a zone, or of all zones (NULL), ordered by zone, algorithm and tag; there may be
 * none. ERR_FORMAT, ERR_REFUSED, ERR_SPACE, ERR_SYSTEM: then *out is empty. */
enum err keydir_keys(struct keydir *d, const struct name *zone, struct keys *out, char why[KEY_WHY]);

/* keydir_can_sign: ERR_REFUSED, and why, if one of these keys of a zone is published at `now` and cannot_sign: the
 * zone would lack the signatures of an algorithm of its DNSKEY set (RFC 4035 2.2). */
enum err keydir_can_sign(const struct keydir *d, const struct keys *k, int64_t now, char why[KEY_WHY]);

/* keydir_read does it for a directory that is not needed again. */
enum err keydir_read(const char *path, const struct name *zone, struct keys *out, char why[KEY_WHY]);

/* keydir_generate makes a new key of k->zone, k->flags, k->algorithm and k->time, of `bits` if it is RSA, and
 * writes it. Its tag is none that another key of the zone has, or would have when revoked. It fills in k->tag and
 * k->file; the key itself is read with keydir_keys. */
enum err keydir_generate(struct keydir *d, struct key *k, unsigned bits, char why[KEY_WHY]);

/* keydir_import copies a key from elsewhere, checked, with all lines of its files: `path` names its .key or
 * .private or what both begin with. Where there is no .private it is a key of somebody else's, or one kept off
 * line. ERR_EXISTS: the directory has it already; a missing private half is added. *k is as after keydir_generate.
 */
enum err keydir_import(struct keydir *d, const char *path, struct key *k, char why[KEY_WHY]);

/* keydir_remove takes both files of a key of this directory away. */
enum err keydir_remove(struct keydir *d, const struct key *k, char why[KEY_WHY]);

/* keydir_set_times writes the times of k, a key of this directory, into its files. */
enum err keydir_set_times(struct keydir *d, const struct key *k, char why[KEY_WHY]);

#endif
