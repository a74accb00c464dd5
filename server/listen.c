#include "server/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
	PORT_DNS = 53,
	TCP_BACKLOG = 1024,
	UDP_BUFFER = 4 << 20, /* octets; rides out some ten milliseconds of a stopped thread, or many ARP queues */
	TCP_SEND_BUFFER = 256 << 10, /* octets; what one slow reader can make the kernel keep */
	PORT_TRIES = 16,             /* with port 0: the free UDP port may be taken on TCP */
};

/* An option of a socket, as a row. `must`: without it answers would be wrong, else only slower. */
struct socket_option {
	int level, name, value;
	bool must;
};

static bool parse_port(const char *text, uint16_t *port)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end != 0 || n > 65535)
		return false;
	*port = (uint16_t)n;
	return true;
}

/* "fe80::1%eth0": a link-local address means nothing without its interface. */
static bool parse_ip6(char *text, struct address *out)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&out->sa;
	char *interface = strchr(text, '%');

	if (interface != NULL) {
		*interface++ = 0;
		in6->sin6_scope_id = if_nametoindex(interface);
		if (in6->sin6_scope_id == 0)
			return false;
	}
	in6->sin6_family = AF_INET6;
	out->len = sizeof *in6;
	return inet_pton(AF_INET6, text, &in6->sin6_addr) == 1;
}

static bool parse_ip4(const char *text, struct address *out)
{
	struct sockaddr_in *in4 = (struct sockaddr_in *)&out->sa;

	in4->sin_family = AF_INET;
	out->len = sizeof *in4;
	return inet_pton(AF_INET, text, &in4->sin_addr) == 1;
}

static uint16_t port_of(const struct address *a)
{
	return ntohs(a->sa.ss_family == AF_INET6 ? ((const struct sockaddr_in6 *)&a->sa)->sin6_port
						 : ((const struct sockaddr_in *)&a->sa)->sin_port);
}

static void print_ip6(const struct sockaddr_in6 *in6, char *out, size_t room)
{
	char interface[IF_NAMESIZE], host[INET6_ADDRSTRLEN] = "";

	inet_ntop(AF_INET6, &in6->sin6_addr, host, sizeof host);
	if (in6->sin6_scope_id != 0 && if_indextoname(in6->sin6_scope_id, interface) != NULL)
		snprintf(out, room, "%s%%%s@%u", host, interface, ntohs(in6->sin6_port));
	else
		snprintf(out, room, "%s@%u", host, ntohs(in6->sin6_port));
}

static void print_ip4(const struct sockaddr_in *in4, char *out, size_t room)
{
	char host[INET_ADDRSTRLEN] = "";

	inet_ntop(AF_INET, &in4->sin_addr, host, sizeof host);
	snprintf(out, room, "%s@%u", host, ntohs(in4->sin_port));
}

static void set_port(struct address *a, uint16_t port)
{
	if (a->sa.ss_family == AF_INET6) {
		struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&a->sa;
		in6->sin6_port = htons(port);
		print_ip6(in6, a->text, sizeof a->text);
	} else {
		struct sockaddr_in *in4 = (struct sockaddr_in *)&a->sa;
		in4->sin_port = htons(port);
		print_ip4(in4, a->text, sizeof a->text);
	}
}

bool address_parse(const char *text, struct address *out)
{
	char host[ADDRESS_TEXT_MAX];
	size_t n = strcspn(text, "@");
	uint16_t port = PORT_DNS;

	*out = (struct address){ 0 };
	if (n >= sizeof host || (text[n] == '@' && !parse_port(text + n + 1, &port)))
		return false;
	memcpy(host, text, n);
	host[n] = 0;
	if (strchr(host, ':') != NULL ? !parse_ip6(host, out) : !parse_ip4(host, out))
		return false;
	set_port(out, port);
	return true;
}

static bool is_wildcard(const struct address *a)
{
	if (a->sa.ss_family == AF_INET6)
		return IN6_IS_ADDR_UNSPECIFIED(&((const struct sockaddr_in6 *)&a->sa)->sin6_addr);
	return ((const struct sockaddr_in *)&a->sa)->sin_addr.s_addr == htonl(INADDR_ANY);
}

static bool apply(int fd, const struct socket_option *o, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (setsockopt(fd, o[i].level, o[i].name, &o[i].value, sizeof o[i].value) != 0 && o[i].must)
			return false;
	return true;
}

static bool set_udp_options(int fd, const struct address *a)
{
	/* An answer leaves from the address that was asked: on a wildcard address the kernel has to tell which.
	 * Path MTU discovery is left out: a forged ICMP could make an answer's fragments tiny. */
	const int ask = is_wildcard(a);
	const struct socket_option common[] = {
		{ SOL_SOCKET, SO_REUSEPORT, 1, true },
		{ SOL_SOCKET, SO_RCVBUF, UDP_BUFFER, false },
		{ SOL_SOCKET, SO_SNDBUF, UDP_BUFFER, false },
		{ SOL_SOCKET, SO_RCVBUFFORCE, UDP_BUFFER, false },
		{ SOL_SOCKET, SO_SNDBUFFORCE, UDP_BUFFER, false },
	};
	const struct socket_option ip4[] = {
		{ IPPROTO_IP, IP_PKTINFO, ask, true },
		{ IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_OMIT, false },
	};
	const struct socket_option ip6[] = {
		{ IPPROTO_IPV6, IPV6_V6ONLY, 1, true },
		{ IPPROTO_IPV6, IPV6_RECVPKTINFO, ask, true },
		{ IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_OMIT, false },
	};

	if (!apply(fd, common, COUNT_OF(common)))
		return false;
	return a->sa.ss_family == AF_INET6 ? apply(fd, ip6, COUNT_OF(ip6)) : apply(fd, ip4, COUNT_OF(ip4));
}

static bool set_tcp_options(int fd, const struct address *a)
{
	const struct socket_option common[] = {
		{ SOL_SOCKET, SO_REUSEADDR, 1, true },
		{ SOL_SOCKET, SO_SNDBUF, TCP_SEND_BUFFER, false },
		{ IPPROTO_TCP, TCP_NODELAY, 1, false },
	};
	const struct socket_option ip6[] = { { IPPROTO_IPV6, IPV6_V6ONLY, 1, true } };

	return apply(fd, common, COUNT_OF(common)) &&
	       (a->sa.ss_family != AF_INET6 || apply(fd, ip6, COUNT_OF(ip6)));
}

/* bound gives a bound socket, or -1 and errno. */
static int bound(const struct address *a, int type)
{
	int fd = socket(a->sa.ss_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool ok;

	if (fd < 0)
		return -1;
	ok = type == SOCK_DGRAM ? set_udp_options(fd, a) : set_tcp_options(fd, a);
	if (ok && bind(fd, (const struct sockaddr *)&a->sa, a->len) == 0)
		if (type == SOCK_DGRAM || listen(fd, TCP_BACKLOG) == 0)
			return fd;
	int saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

/* learn_port replaces port 0 by what the kernel chose. */
static bool learn_port(int fd, struct address *a)
{
	a->len = sizeof a->sa;
	if (getsockname(fd, (struct sockaddr *)&a->sa, &a->len) != 0)
		return false;
	set_port(a, port_of(a));
	return true;
}

/* The TCP listener comes first: it has no SO_REUSEPORT, so a second server on the same address is told so
 * instead of silently taking half of the questions. */
static bool open_address(struct listen *l, size_t i)
{
	struct address *a = &l->address[i];

	l->tcp[i] = bound(a, SOCK_STREAM);
	if (l->tcp[i] < 0 || !learn_port(l->tcp[i], a))
		return false;
	for (size_t t = 0; t < l->n_threads; t++) {
		int *fd = &l->udp[t * l->n_addresses + i];

		*fd = bound(a, SOCK_DGRAM);
		if (*fd < 0)
			return false;
	}
	return true;
}

static void close_if_open(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void close_address(struct listen *l, size_t i)
{
	close_if_open(&l->tcp[i]);
	for (size_t t = 0; t < l->n_threads; t++)
		close_if_open(&l->udp[t * l->n_addresses + i]);
}

static bool open_somewhere(struct listen *l, size_t i)
{
	bool any_port = port_of(&l->address[i]) == 0;

	for (int tries = any_port ? PORT_TRIES : 1; tries > 0; tries--) {
		if (open_address(l, i))
			return true;
		int saved = errno;
		close_address(l, i);
		errno = saved;
		if (any_port)
			set_port(&l->address[i], 0);
	}
	return false;
}

static const char *advice(int error)
{
	switch (error) {
	case EADDRINUSE:
		return "; another server listens there (ss -lntup shows which)";
	case EADDRNOTAVAIL:
		return "; no interface has this address (ip address shows them)";
	case EACCES:
	case EPERM:
		return "; ports below 1024 need root or CAP_NET_BIND_SERVICE";
	case EMFILE:
		return "; raise the limit on open files (ulimit -n), or use fewer threads or addresses";
	default:
		return "";
	}
}

static bool make_room(const struct options *o, struct listen *l)
{
	*l = (struct listen){ .n_addresses = o->listen.n, .n_threads = o->threads };
	l->udp = malloc(l->n_threads * l->n_addresses * sizeof *l->udp);
	if (l->udp == NULL)
		return false;
	for (size_t i = 0; i < l->n_threads * l->n_addresses; i++)
		l->udp[i] = -1;
	for (size_t i = 0; i < LISTEN_MAX; i++)
		l->tcp[i] = -1;
	return true;
}

bool listen_open(const struct options *o, struct listen *out, char why[256], bool *usage)
{
	*usage = false;
	if (!make_room(o, out)) {
		snprintf(why, 256, "out of memory");
		return false;
	}
	for (size_t i = 0; i < out->n_addresses; i++) {
		if (!address_parse(o->listen.at[i], &out->address[i])) {
			snprintf(why, 256,
				 "--listen: \"%.80s\" is not ADDRESS@PORT, for example 127.0.0.1@53 or ::1@53",
				 o->listen.at[i]);
			*usage = true;
			listen_close(out);
			return false;
		}
	}
	for (size_t i = 0; i < out->n_addresses; i++) {
		if (!open_somewhere(out, i)) {
			snprintf(why, 256, "cannot listen on %s: %s%s", out->address[i].text, strerror(errno),
				 advice(errno));
			listen_close(out);
			return false;
		}
	}
	return true;
}

void listen_close(struct listen *l)
{
	if (l->udp == NULL)
		return;
	for (size_t i = 0; i < l->n_addresses; i++)
		close_address(l, i);
	free(l->udp);
	l->udp = NULL;
}

bool listen_print(const struct listen *l, char *out, size_t room)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n_threads * l->n_addresses + l->n_addresses; i++) {
		size_t udp = l->n_threads * l->n_addresses;
		int fd = i < udp ? l->udp[i] : l->tcp[i - udp];
		int more = snprintf(out + n, room - n, "%s%d", i == 0 ? "" : ",", fd);

		if (more < 0 || (size_t)more >= room - n)
			return false;
		n += (size_t)more;
	}
	return true;
}

bool listen_take(const struct options *o, const char *text, struct listen *out)
{
	const size_t udp = (size_t)o->threads * o->listen.n;
	const char *at = text;

	if (!make_room(o, out))
		return false;
	for (size_t i = 0; i < udp + o->listen.n; i++) {
		char *end;
		long fd = strtol(at, &end, 10);
		bool last = i + 1 == udp + o->listen.n;

		if (end == at || fd < 3 || fd > INT32_MAX || *end != (last ? 0 : ','))
			return false;
		*(i < udp ? &out->udp[i] : &out->tcp[i - udp]) = (int)fd;
		at = end + 1;
	}
	return true;
}
