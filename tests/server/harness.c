#include "tests/server/harness.h"

#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bake/compile.h"
#include "base/wr.h"
#include "dns/rrtype.h"
#include "server/clock.h"
#include "tests/help/tempdb.h"

enum { ARGS_MAX = 32 };

const char *served_database(void)
{
	const char *dir = tempdb_dir();

	ck_assert_int_eq(chmod(dir, 0755), 0);
	store_close(tempdb_open(0));
	return dir;
}

static void add(struct zone *z, const char *label, size_t n, uint16_t type, struct view rdata)
{
	struct name owner = z->apex;

	if (n != 0)
		ck_assert(name_push(view_of(label, n), &z->apex, &owner));
	ck_assert_int_eq(zone_add(z, &owner, type, 300, rdata, 0), OK);
}

static struct zone *make_zone(struct view apex, uint32_t serial, unsigned names, unsigned texts)
{
	uint8_t soa[32], text[201] = { 200 };
	struct wr w = wr_of(soa, sizeof soa);
	struct name n;
	struct zone *z;

	ck_assert(name_of_wire(apex, &n));
	z = zone_new(&n);
	wr_bytes(&w, "\0\0", 2);
	for (int i = 0; i < 5; i++)
		wr_u32(&w, i == 0 ? serial : 3600);
	add(z, "", 0, RR_SOA, wr_view_of(&w));
	add(z, "", 0, RR_NS, BYTES("\2ns\7example\3net\0"));
	for (unsigned i = 0; i < names; i++) {
		char label[2] = { (char)('a' + i % 26), (char)('a' + i / 26) };
		add(z, label, 2, RR_TXT, BYTES("\17some text to be"));
	}
	for (unsigned i = 0; i < texts; i++) {
		put_u16(text + 1, (uint16_t)i);
		add(z, "texts", 5, RR_TXT, view_of(text, sizeof text));
	}
	zone_seal(z, NULL, NULL);
	return z;
}

void served_compile(struct store *db, struct view apex, uint32_t serial, unsigned names, unsigned texts)
{
	const struct compile_facts facts = { .now = 1, .replace = true };
	struct zone *z = make_zone(apex, serial, names, texts);
	char why[256];

	ck_assert_msg(compile_zone(db, z, &facts, why) == OK, "%s", why);
	zone_free(z);
}

const char *served_program(const char *name)
{
	static char path[4200];
	char *slash;
	ssize_t n;

	n = readlink("/proc/self/exe", path, 4096);
	ck_assert_int_gt(n, 0);
	path[n] = 0;
	for (int up = 0; up < 3; up++) {
		slash = strrchr(path, '/');
		ck_assert_ptr_nonnull(slash);
		*slash = 0;
	}
	n = (ssize_t)strlen(path);
	snprintf(path + n, sizeof path - (size_t)n, "/bin/%s", name);
	return path;
}

/* The program under test: EDICT_BIN, or the one of this build. */
static const char *program(void)
{
	const char *given = getenv("EDICT_BIN");

	return given != NULL ? given : served_program("edictd");
}

uint64_t pace_ms(struct pace *p)
{
	const uint64_t now = clock_ms();

	p->ms += now - p->looked < PACE_MS ? now - p->looked : PACE_MS;
	p->looked = now;
	return p->ms;
}

static rlim_t descriptors_max;

void served_descriptors(unsigned most)
{
	descriptors_max = most;
}

/* In the child: nobody, not even root, may raise the limit again. */
static void limit_descriptors(void)
{
	const struct rlimit few = { descriptors_max, descriptors_max };

	if (descriptors_max == 0)
		return;
	prctl(PR_CAPBSET_DROP, CAP_SYS_RESOURCE);
	setrlimit(RLIMIT_NOFILE, &few);
}

static void start(struct served *s, const char *const args[])
{
	char *argv[ARGS_MAX] = { NULL };
	int ends[2];
	size_t n = 0;

	memset(s, 0, sizeof *s);
	argv[n++] = (char *)(uintptr_t)program();
	for (; args[n - 1] != NULL && n < ARGS_MAX - 1; n++)
		argv[n] = (char *)(uintptr_t)args[n - 1];
	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	s->pid = fork();
	ck_assert_int_ge(s->pid, 0);
	if (s->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		limit_descriptors();
		dup2(ends[1], STDOUT_FILENO);
		dup2(ends[1], STDERR_FILENO);
		execv(argv[0], argv);
		_exit(126);
	}
	close(ends[1]);
	s->log = ends[0];
	ck_assert_int_eq(fcntl(s->log, F_SETFL, O_NONBLOCK), 0);
}

static bool wait_readable(int fd, uint64_t until)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, clock_left(until, clock_ms(), PATIENCE)) > 0;
}

/* more appends what the server said since; false at the end of its log or when time is up. */
static bool more(struct served *s, uint64_t until)
{
	ssize_t n;

	if (!wait_readable(s->log, until) || s->n_said == sizeof s->said - 1)
		return false;
	n = read(s->log, s->said + s->n_said, sizeof s->said - 1 - s->n_said);
	if (n <= 0)
		return n < 0 && errno == EAGAIN;
	s->n_said += (size_t)n;
	s->said[s->n_said] = 0;
	return true;
}

/* heard looks through the whole lines that were not looked through yet. */
static bool heard(struct served *s, const char *text)
{
	char *line = s->said + s->heard, *end;

	for (; (end = strchr(line, '\n')) != NULL; line = end + 1) {
		*end = 0;
		bool found = strstr(line, text) != NULL;
		*end = '\n';
		s->heard = (size_t)(end + 1 - s->said);
		if (found)
			return true;
	}
	return false;
}

bool served_heard(struct served *s, const char *text)
{
	more(s, 0);
	return heard(s, text);
}

bool served_says(struct served *s, const char *text)
{
	const uint64_t until = clock_ms() + PATIENCE;

	do {
		if (heard(s, text))
			return true;
	} while (more(s, until));
	return false;
}

bool served_log_ended(const struct served *s)
{
	char c;

	return read(s->log, &c, 1) == 0;
}

void served_start(struct served *s, const char *directory, const char *const more_args[])
{
	const char *args[ARGS_MAX] = { "-d", directory, "-l", "127.0.0.1@0", "-t", "2" };
	const char *port;
	size_t n = 6;

	for (size_t i = 0; more_args != NULL && more_args[i] != NULL; i++)
		args[n++] = more_args[i];
	start(s, args);
	ck_assert_msg(served_says(s, "ready, serving"), "not ready: %s", s->said);
	port = strstr(s->said, "127.0.0.1@");
	ck_assert_ptr_nonnull(port);
	s->at = (struct sockaddr_in){ .sin_family = AF_INET,
				      .sin_port = htons((uint16_t)strtoul(port + 10, NULL, 10)),
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

static int end_of(pid_t pid)
{
	int status;

	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int served_run(struct served *s, const char *const args[])
{
	const uint64_t until = clock_ms() + PATIENCE;

	start(s, args);
	while (more(s, until))
		;
	close(s->log);
	return end_of(s->pid);
}

uint64_t served_stop(struct served *s)
{
	struct pollfd ended = { .fd = (int)syscall(SYS_pidfd_open, s->pid, 0), .events = POLLIN };
	struct pace p = { 0 };
	const uint64_t began = pace_ms(&p);

	ck_assert_int_ge(ended.fd, 0);
	kill(s->pid, SIGTERM);
	while (poll(&ended, 1, PACE_MS / 5) == 0)
		(void)pace_ms(&p);
	uint64_t took = pace_ms(&p) - began;
	close(ended.fd);
	ck_assert_int_eq(end_of(s->pid), 0);
	while (more(s, clock_ms() + PATIENCE))
		;
	close(s->log);
	ck_assert_msg(strstr(s->said, "Sanitizer") == NULL, "%s", s->said);
	return took;
}

pid_t served_front(const struct served *s)
{
	char path[64], pids[256], *last;
	ssize_t n;
	int fd;

	snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)s->pid, (int)s->pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	n = read(fd, pids, sizeof pids - 1);
	close(fd);
	ck_assert_int_gt(n, 1);
	pids[n - 1] = 0; /* the space behind the last one */
	last = strrchr(pids, ' ');
	return (pid_t)strtol(last != NULL ? last + 1 : pids, NULL, 10);
}

unsigned long served_private(const struct served *s)
{
	char path[64], text[4096];
	const char *line;
	ssize_t n;
	int fd;

	snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)served_front(s));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	n = read(fd, text, sizeof text - 1);
	close(fd);
	text[n > 0 ? n : 0] = 0;
	line = strstr(text, "Private_Dirty:");
	return line != NULL ? strtoul(line + strlen("Private_Dirty:"), NULL, 10) : 0;
}

/* ---- a client ---- */

size_t question(uint8_t out[64], uint16_t id)
{
	struct wr w = wr_of(out, 64);

	wr_u16(&w, id);
	wr_bytes(&w, "\1\0\0\1\0\0\0\0\0\0", 10);
	wr_bytes(&w, "\4host\7example\0\0\1\0\1", 18);
	return w.len;
}

static int client(const struct served *s, int type)
{
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	ck_assert_int_ge(fd, 0);
	ck_assert_msg(connect(fd, (const struct sockaddr *)&s->at, sizeof s->at) == 0, "connect: %s",
		      strerror(errno));
	return fd;
}

int client_udp(const struct served *s)
{
	return client(s, SOCK_DGRAM);
}

int client_tcp(const struct served *s)
{
	return client(s, SOCK_STREAM);
}

bool client_ask(int fd, uint16_t id)
{
	const uint64_t until = clock_ms() + PATIENCE;
	uint8_t q[64], a[4096];
	ssize_t n;

	ck_assert_int_gt(send(fd, q, question(q, id), 0), 0);
	while (wait_readable(fd, until)) {
		n = recv(fd, a, sizeof a, 0);
		if (n >= 12 && get_u16(a) == id && (a[2] & 0x80) != 0)
			return true;
	}
	return false;
}

void client_send_tcp(int fd, uint16_t id, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		uint8_t q[66];
		size_t len = question(q + 2, (uint16_t)(id + i));

		put_u16(q, (uint16_t)len);
		ck_assert_int_eq(send(fd, q, len + 2, MSG_NOSIGNAL), (ssize_t)len + 2);
	}
}

static bool read_exactly(int fd, uint8_t *to, size_t n)
{
	const uint64_t until = clock_ms() + PATIENCE;

	for (size_t have = 0; have < n;) {
		ssize_t got;

		if (!wait_readable(fd, until))
			return false;
		got = recv(fd, to + have, n - have, 0);
		if (got <= 0)
			return false;
		have += (size_t)got;
	}
	return true;
}

static size_t heard_length;

size_t client_heard_length(void)
{
	return heard_length;
}

int client_hear_tcp(int fd)
{
	static uint8_t a[65535];
	uint8_t length[2];

	heard_length = 0;
	if (!read_exactly(fd, length, 2) || get_u16(length) < 12 || !read_exactly(fd, a, get_u16(length)))
		return -1;
	heard_length = get_u16(length);
	return (a[2] & 0x80) != 0 ? get_u16(a) : -1;
}

uint64_t client_until_closed(int fd)
{
	struct pace p = { 0 };
	const uint64_t began = pace_ms(&p);
	uint8_t b[512];

	while (pace_ms(&p) - began < PATIENCE)
		if (wait_readable(fd, clock_ms() + PACE_MS / 5) && recv(fd, b, sizeof b, 0) <= 0)
			return pace_ms(&p) - began;
	ck_abort_msg("the server did not close the connection");
	return 0;
}

size_t client_exchange(int fd, uint16_t id, const struct name *qname, uint16_t qtype, uint8_t m[4096],
		       int patience)
{
	const uint64_t until = clock_ms() + (uint64_t)patience;
	struct wr w = wr_of(m, 4096);
	ssize_t n;

	wr_u16(&w, id);
	wr_bytes(&w, "\0\0\0\1\0\0\0\0\0\0", 10);
	wr_bytes(&w, qname->wire, qname->len);
	wr_u16(&w, qtype);
	wr_u16(&w, CLASS_IN);
	ck_assert_int_eq(send(fd, m, w.len, 0), (ssize_t)w.len);
	while (wait_readable(fd, until)) {
		n = recv(fd, m, 4096, 0);
		if (n > 12 && get_u16(m) == id && (m[2] & 0x80) != 0)
			return (size_t)n;
	}
	return 0;
}
