#include "server/channel.h"

#include <errno.h>
#include <sys/socket.h>

bool channel_open(int ends[2])
{
	return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) == 0;
}

bool channel_send(int fd, enum channel_kind kind, uint32_t pin, uint64_t value)
{
	const struct channel_message m = { .kind = kind, .pin = pin, .value = value };

	return send(fd, &m, sizeof m, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)sizeof m;
}

enum channel_state channel_receive(int fd, struct channel_message *out)
{
	ssize_t n = recv(fd, out, sizeof *out, MSG_DONTWAIT | MSG_TRUNC);

	if (n == (ssize_t)sizeof *out)
		return CHANNEL_MESSAGE;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return CHANNEL_EMPTY;
	return CHANNEL_CLOSED;
}
