/*
 * keyio.h -- the files of a key directory: read whole, written whole or not
 * at all.
 *
 * Nothing here goes through a stream: what is read of a private file is read
 * into locked memory and nowhere else. A file is written under another name,
 * brought to the disk, and only then given its own. A directory is opened once
 * and files are named relative to it, so nobody can exchange it meanwhile.
 *
 * Reading follows symbolic links, since what counts is checked of the file
 * that is open. Writing never does.
 *
 * Knows: the system, crypto/locked.h.   Must not know: what is in the files.
 */
#ifndef KEYS_KEYIO_H
#define KEYS_KEYIO_H

#include "base/base.h"
#include "base/wr.h"

enum { KEY_WHY = 512 }; /* room for a sentence to the operator */

/* keyio_read reads the file `name` of the directory `dir` into `out`, of a length below its capacity. With
 * `secret` the file must be nobody else's to read or write. ERR_NOTFOUND: there is none; ERR_REFUSED: it is open
 * to others, or no plain file; ERR_SPACE: it is longer than a key's file; ERR_SYSTEM. *why is a sentence then,
 * where `shown` stands for the directory. */
enum err keyio_read(int dir, const char *shown, const char *name, bool secret, struct wr *out, char why[KEY_WHY]);

/* keyio_create writes a new file; ERR_EXISTS: there is one, and it is as it was. keyio_replace writes over a file
 * that exists, and keeps its owner and group; ERR_REFUSED: it is a symbolic link. A secret file has mode 0600 from
 * its first moment on, others 0644. */
enum err keyio_create(int dir, const char *shown, const char *name, bool secret, struct view text,
		      char why[KEY_WHY]);
enum err keyio_replace(int dir, const char *shown, const char *name, bool secret, struct view text,
		       char why[KEY_WHY]);

/* keyio_sweep removes the file `name` if it is one that a killed process left under its temporary name before that
 * time, seconds since 1970. */
void keyio_sweep(int dir, const char *name, int64_t before);

/* keyio_sync brings the directory itself to the disk: the names of what was created or replaced. */
enum err keyio_sync(int dir, const char *shown, char why[KEY_WHY]);

/* keyio_why writes the sentence, and gives e back. */
enum err keyio_why(char why[KEY_WHY], enum err e, const char *fmt, ...) PRINTF_LIKE(3, 4);

#endif
