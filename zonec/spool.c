#include "zonec/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "zonec/zonec.h"

static const char *folder(void)
{
	const char *dir = getenv("TMPDIR");

	return dir != NULL && *dir != 0 ? dir : "/tmp";
}

/* nameless makes a file that goes when it is closed; -1 and errno. */
static int nameless(void)
{
	char path[4096];

	if (snprintf(path, sizeof path, "%s/zonec-XXXXXX", folder()) >= (int)sizeof path) {
		errno = ENAMETOOLONG;
		return -1;
	}
	const int fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0)
		(void)unlink(path);
	return fd;
}

void spool_begin(struct spool *s)
{
	struct stat st;

	*s = (struct spool){ -1, -1 };
	if (fstat(STDOUT_FILENO, &st) != 0 || S_ISREG(st.st_mode))
		return;
	fflush(stdout);
	s->file = nameless();
	s->out = s->file < 0 ? -1 : fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (s->out >= 0 && dup2(s->file, STDOUT_FILENO) >= 0)
		return;
	if (s->file >= 0)
		close(s->file);
	if (s->out >= 0)
		close(s->out);
	*s = (struct spool){ -1, -1 };
}

static bool write_all(int fd, const char *p, size_t n)
{
	while (n != 0) {
		const ssize_t k = write(fd, p, n);
		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return false;
		p += k;
		n -= (size_t)k;
	}
	return true;
}

static bool copy(int from, int to)
{
	static char octets[65536];
	ssize_t n;

	if (lseek(from, 0, SEEK_SET) != 0)
		return false;
	while ((n = read(from, octets, sizeof octets)) != 0)
		if (n < 0 ? errno != EINTR : !write_all(to, octets, (size_t)n))
			return false;
	return true;
}

bool spool_end(struct spool *s)
{
	if (s->file < 0)
		return true;
	bool kept = fflush(stdout) == 0 && !ferror(stdout);
	if (!kept)
		complain("%s: there is no room to keep the output in: %s", folder(), strerror(errno));
	bool copied = copy(s->file, s->out);
	if (!copied)
		complain("standard output could not be written: %s", strerror(errno));
	copied &= dup2(s->out, STDOUT_FILENO) >= 0;
	close(s->out);
	close(s->file);
	*s = (struct spool){ -1, -1 };
	return kept && copied;
}
