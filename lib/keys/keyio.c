#include "keys/keyio.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum err keyio_why(char why[KEY_WHY], enum err e, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(why, KEY_WHY, fmt, args);
	va_end(args);
	return e;
}

/* check says whether an open file may be used. */
static enum err check(int fd, const char *shown, const char *name, bool secret, char why[KEY_WHY])
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return keyio_why(why, ERR_SYSTEM, "%s/%s: %s", shown, name, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return keyio_why(why, ERR_REFUSED, "%s/%s: is not a plain file", shown, name);
	if (secret && (st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		return keyio_why(why, ERR_REFUSED,
				 "%s/%s: others can read or write this private key (mode %03o); if nobody did, "
				 "say chmod 600, else replace the key",
				 shown, name, (unsigned)(st.st_mode & 0777));
	return OK;
}

/* take reads to the file's end; one octet of room stays free, or the file is too long. */
static enum err take(int fd, const char *shown, const char *name, struct wr *out, char why[KEY_WHY])
{
	while (out->len < out->cap) {
		const ssize_t n = read(fd, out->p + out->len, out->cap - out->len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return keyio_why(why, ERR_SYSTEM, "%s/%s: %s", shown, name, strerror(errno));
		if (n == 0)
			return OK;
		out->len += (size_t)n;
	}
	return keyio_why(why, ERR_SPACE, "%s/%s: is too long for a key's file: more than %zu octets", shown, name,
			 out->cap - 1);
}

enum err keyio_read(int dir, const char *shown, const char *name, bool secret, struct wr *out, char why[KEY_WHY])
{
	/* O_NONBLOCK: a FIFO under this name must not hold us up until somebody writes into it */
	const int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	enum err e;

	if (fd < 0)
		return keyio_why(why, errno == ENOENT ? ERR_NOTFOUND : ERR_SYSTEM, "%s/%s: %s", shown, name,
				 strerror(errno));
	e = check(fd, shown, name, secret, why);
	if (e == OK)
		e = take(fd, shown, name, out, why);
	close(fd);
	return e;
}

/* put_all writes it all and brings it to the disk. */
static bool put_all(int fd, struct view text)
{
	while (text.n > 0) {
		const ssize_t n = write(fd, text.p, text.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		text = view_of(text.p + n, text.n - (size_t)n);
	}
	return fsync(fd) == 0;
}

enum { TEMPORARY = 32 };

/* A name that no other process uses, and none of ours at another time. */
static void temporary_name(char out[TEMPORARY])
{
	static _Atomic unsigned count;

	snprintf(out, TEMPORARY, ".zonec-%ld-%u", (long)getpid(), count++);
}

/* is_temporary: it has the form of such a name. */
static bool is_temporary(const char *name)
{
	static const char begin[] = ".zonec-", digits[] = "0123456789";

	if (strncmp(name, begin, sizeof begin - 1) != 0)
		return false;
	name += sizeof begin - 1;
	const size_t pid = strspn(name, digits), count = name[pid] == '-' ? strspn(name + pid + 1, digits) : 0;
	return pid != 0 && count != 0 && name[pid + 1 + count] == 0;
}

void keyio_sweep(int dir, const char *name, int64_t before)
{
	struct stat st;

	if (is_temporary(name) && fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) &&
	    st.st_mtime < before)
		(void)unlinkat(dir, name, 0);
}

/* keep_owner gives a new file the owner and the group of the one whose place it takes. Who may not do that is not
 * root, and made it for himself. */
static bool keep_owner(int fd, const struct stat *like)
{
	return like == NULL || fchown(fd, like->st_uid, like->st_gid) == 0 || errno == EPERM;
}

/* put_aside writes a file under a temporary name, to take the place of `like` or (NULL) of none. What a process of
 * our number left there is rubbish. */
static enum err put_aside(int dir, const char *shown, bool secret, struct view text, const struct stat *like,
			  char temporary[TEMPORARY], char why[KEY_WHY])
{
	const mode_t mode = secret ? S_IRUSR | S_IWUSR : S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH;
	int fd;

	temporary_name(temporary);
	unlinkat(dir, temporary, 0);
	fd = openat(dir, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR);
	if (fd < 0)
		return keyio_why(why, ERR_SYSTEM, "%s: no file can be made there: %s", shown, strerror(errno));
	const bool good = keep_owner(fd, like) && fchmod(fd, mode) == 0 && put_all(fd, text);
	const int said = errno;
	if (close(fd) == 0 && good)
		return OK;
	unlinkat(dir, temporary, 0);
	return keyio_why(why, said == ENOSPC ? ERR_FULL : ERR_SYSTEM, "%s: a file could not be written there: %s",
			 shown, strerror(said));
}

enum err keyio_create(int dir, const char *shown, const char *name, bool secret, struct view text,
		      char why[KEY_WHY])
{
	char temporary[TEMPORARY];
	enum err e = put_aside(dir, shown, secret, text, NULL, temporary, why);

	if (e != OK)
		return e;
	if (linkat(dir, temporary, dir, name, 0) != 0) /* unlike rename, link never takes the place of a file */
		e = keyio_why(why, errno == EEXIST ? ERR_EXISTS : ERR_SYSTEM, "%s/%s: %s", shown, name,
			      errno == EEXIST ? "exists already" : strerror(errno));
	unlinkat(dir, temporary, 0);
	return e;
}

enum err keyio_replace(int dir, const char *shown, const char *name, bool secret, struct view text,
		       char why[KEY_WHY])
{
	char temporary[TEMPORARY];
	struct stat st;
	enum err e;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return keyio_why(why, errno == ENOENT ? ERR_NOTFOUND : ERR_SYSTEM, "%s/%s: %s", shown, name,
				 strerror(errno));
	if (!S_ISREG(st.st_mode))
		return keyio_why(
		    why, ERR_REFUSED,
		    "%s/%s: is a symbolic link or no plain file; it is changed only where it really is", shown,
		    name);
	e = put_aside(dir, shown, secret, text, &st, temporary, why);
	if (e != OK)
		return e;
	if (renameat(dir, temporary, dir, name) == 0)
		return OK;
	e = keyio_why(why, ERR_SYSTEM, "%s/%s: %s", shown, name, strerror(errno));
	unlinkat(dir, temporary, 0);
	return e;
}

enum err keyio_sync(int dir, const char *shown, char why[KEY_WHY])
{
	return fsync(dir) == 0 ? OK : keyio_why(why, ERR_SYSTEM, "%s: %s", shown, strerror(errno));
}
