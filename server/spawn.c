#include "server/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "server/channel.h"
#include "server/log.h"

enum { DESCRIPTOR_TEXT = 8 }; /* octets of one in the list */

static bool keep_open(int fd)
{
	return fcntl(fd, F_SETFD, 0) == 0;
}

/* become is the child between fork and exec. Every descriptor above standard error is closed on exec but
 * those that are handed over. */
static void become(const char *program, char *const argv[], const struct listen *l, int channel)
{
	sigset_t none;
	bool ok = close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) == 0 && keep_open(channel);

	for (size_t i = 0; ok && i < l->n_threads * l->n_addresses; i++)
		ok = keep_open(l->udp[i]);
	for (size_t i = 0; ok && i < l->n_addresses; i++)
		ok = keep_open(l->tcp[i]);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (ok)
		execv(program, argv);
	log_line("cannot start the front (%s): %s", program, strerror(errno));
	_exit(3);
}

/* arguments gives { argv[0], "--front", list, argv[1], ... }; the caller frees the array. */
static char **arguments(char *const argv[], char *list)
{
	static char option[] = "--front";
	size_t n = 0;
	char **out;

	while (argv[n] != NULL)
		n++;
	out = calloc(n + 3, sizeof *out);
	if (out == NULL)
		return NULL;
	out[0] = argv[0];
	out[1] = option;
	out[2] = list;
	memcpy(out + 3, argv + 1, (n - 1) * sizeof *out);
	return out;
}

static char *descriptor_list(const struct listen *l, int channel)
{
	size_t room = (2 + l->n_addresses * (l->n_threads + 1)) * DESCRIPTOR_TEXT;
	char *list = malloc(room);
	int n;

	if (list == NULL)
		return NULL;
	n = snprintf(list, room, "%d,", channel);
	if (n < 0 || !listen_print(l, list + n, room - (size_t)n)) {
		free(list);
		return NULL;
	}
	return list;
}

static bool start(const char *program, char *const argv[], const struct listen *l, int channel, pid_t *pid)
{
	char *list = descriptor_list(l, channel);
	char **args = list != NULL ? arguments(argv, list) : NULL;

	if (args != NULL) {
		*pid = fork();
		if (*pid == 0)
			become(program, args, l, channel);
	} else {
		*pid = -1;
		errno = ENOMEM;
	}
	free(args);
	free(list);
	return *pid > 0;
}

bool spawn_front(const char *program, char *const argv[], const struct listen *l, pid_t *pid, int *channel)
{
	int ends[2];
	bool ok;

	if (!channel_open(ends))
		return false;
	ok = start(program, argv, l, ends[1], pid);
	int saved = errno;
	close(ends[1]);
	if (!ok)
		close(ends[0]);
	*channel = ends[0];
	errno = saved;
	return ok;
}

bool spawn_take(const struct options *o, int *channel, struct listen *l)
{
	char *end;
	long fd = strtol(o->front, &end, 10);

	if (end == o->front || *end != ',' || fd < 3 || fd > INT32_MAX)
		return false;
	*channel = (int)fd;
	return listen_take(o, end + 1, l);
}
