#include "base/base.h"

#include <fcntl.h>
#include <unistd.h>

static const char *const texts[ERR_KINDS] = {
	[OK] = "done",
	[ERR_FORMAT] = "malformed",
	[ERR_SPACE] = "too large",
	[ERR_NOTFOUND] = "not found",
	[ERR_EXISTS] = "exists already",
	[ERR_DAMAGED] = "the database is damaged",
	[ERR_VERSION] = "the database has another format version or page size",
	[ERR_BUSY] = "in use by another process",
	[ERR_REFUSED] = "refused",
	[ERR_FULL] = "no space left",
	[ERR_SYSTEM] = "system error",
	[ERR_MEMORY] = "out of memory",
};

const char *err_text(enum err e)
{
	return (unsigned)e < ERR_KINDS ? texts[e] : "unknown error";
}

void hold_streams(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}
