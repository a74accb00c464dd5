#include "server/parent.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server/channel.h"
#include "server/clock.h"
#include "server/log.h"
#include "server/pin.h"
#include "server/spawn.h"

enum {
	FRONTS_MAX = 4, /* one starts, one serves, two drain; the next SIGHUP waits for a place */
	MESSAGES_IN_A_ROW = 16,
	START_MAX = 60000, /* ms: a front that is not ready by then is ended */
	DRAIN_MAX = 8000,  /* ms: a front drains in 5 s; one that does not is ended */
	QUIT_MAX = 800,    /* ms: all ends within a second of SIGTERM */
	BACKOFF_FIRST = 100,
	BACKOFF_MAX = 5000,    /* ms between starts of fronts that crash */
	STEADY = 10000,        /* ms: a front that served so long starts the back-off anew */
	READERS_CHECK = 60000, /* ms between looks for readers that died */
	PING_EVERY = 1000,     /* ms */
	SHORTEST_WAIT = 5,     /* ms: what is due and cannot be done must not make the loop spin */
	SILENT_MAX = 10,       /* pings that may be due without an answer */
};

/*
 *      FREE ---> STARTING ---> SERVING ---> DRAINING ---> FREE
 *                    |            |             |
 *                    +------------+-------------+-------> FREE
 *
 *   FREE     -> STARTING  [start_front]   at the start, on SIGHUP, after a crash
 *   STARTING -> SERVING   [on_ready]      it says READY; who served before drains
 *   SERVING  -> DRAINING  [drain_others]  it is told DRAIN
 *   any      -> FREE      [on_end]        the process is gone; its pins go with it
 */
enum front_state { FRONT_FREE, FRONT_STARTING, FRONT_SERVING, FRONT_DRAINING };

struct front {
	enum front_state state;
	pid_t pid;
	int channel;     /* -1: closed; the process is about to be gone */
	uint64_t since;  /* ms: when it came into this state */
	unsigned silent; /* pings that were due since its last answer; 0: none is out */
	struct pins pins;
};

struct parent {
	const char *program, *database;
	char *const *argv;
	struct listen listen;
	struct store *store;
	int signals;
	struct front front[FRONTS_MAX];
	bool was_ready;         /* some front served already: trouble is for back-off, not for the exit code */
	bool hup;               /* SIGHUP came and its front is not started yet */
	uint64_t start_at;      /* ms: when to start a front; 0: no need */
	uint64_t backoff;       /* ms */
	uint64_t quit_at;       /* ms: when patience ends; 0: not asked to end */
	uint64_t readers_check; /* ms */
	uint64_t ping_at;       /* ms */
	int exit_code;
};

static struct front *front_in(struct parent *p, enum front_state state)
{
	for (size_t i = 0; i < FRONTS_MAX; i++)
		if (p->front[i].state == state)
			return &p->front[i];
	return NULL;
}

static void enter(struct front *f, enum front_state state)
{
	f->state = state;
	f->since = clock_ms();
	f->silent = 0;
}

/* cut_off ends a front that is not ours any more, or too slow. Its death is noticed like any other. */
static void cut_off(struct front *f)
{
	kill(f->pid, SIGKILL);
	if (f->channel >= 0)
		close(f->channel);
	f->channel = -1;
}

/* ---- ending ---- */

static void begin_quit(struct parent *p)
{
	if (p->quit_at != 0)
		return;
	p->quit_at = clock_ms() + QUIT_MAX;
	for (size_t i = 0; i < FRONTS_MAX; i++) {
		struct front *f = &p->front[i];

		if (f->state != FRONT_FREE && (f->channel < 0 || !channel_send(f->channel, CHANNEL_QUIT, 0, 0)))
			cut_off(f);
	}
}

/* ---- starting ---- */

static void start_later(struct parent *p)
{
	p->start_at = clock_ms() + p->backoff;
	p->backoff = p->backoff * 2 > BACKOFF_MAX ? BACKOFF_MAX : p->backoff * 2;
}

/* Pins hold pages of the file that is open here; a front that opened another would read what nobody holds. */
static bool is_replaced(struct parent *p)
{
	if (!store_is_replaced(p->store, p->database))
		return false;
	if (front_in(p, FRONT_SERVING) != NULL) {
		log_line("%s/data.mdb: another file was put in place; still serving the one before; "
			 "restart edictd to serve the new one",
			 p->database);
		return true;
	}
	log_line("%s/data.mdb: another file was put in place, and no front serves the one before; ending, "
		 "start edictd again",
		 p->database);
	p->exit_code = EXIT_SYSTEM;
	begin_quit(p);
	return true;
}

static void start_front(struct parent *p)
{
	struct front *f = front_in(p, FRONT_FREE);

	p->start_at = 0;
	if (f == NULL || front_in(p, FRONT_STARTING) != NULL)
		return;
	p->hup = false;
	if (is_replaced(p))
		return;
	if (spawn_front(p->program, p->argv, &p->listen, &f->pid, &f->channel)) {
		enter(f, FRONT_STARTING);
		return;
	}
	log_line("cannot start a front: %s; trying again in %u ms", strerror(errno), (unsigned)p->backoff);
	start_later(p);
}

/* ---- what fronts say ---- */

static void say_ready(const struct parent *p, uint64_t zones)
{
	char where[512];
	size_t n = 0;

	where[0] = 0;
	for (size_t i = 0; i < p->listen.n_addresses && n < sizeof where; i++) {
		int more = snprintf(where + n, sizeof where - n, " %s", p->listen.address[i].text);
		n += more > 0 ? (size_t)more : 0;
	}
	log_line("ready, serving %llu zone%s on%s", (unsigned long long)zones, zones == 1 ? "" : "s", where);
}

static void drain_others(struct parent *p, const struct front *f)
{
	for (size_t i = 0; i < FRONTS_MAX; i++) {
		struct front *o = &p->front[i];

		if (o == f || o->state != FRONT_SERVING)
			continue;
		enter(o, FRONT_DRAINING);
		if (!channel_send(o->channel, CHANNEL_DRAIN, 0, 0))
			cut_off(o);
	}
}

static bool on_ready(struct parent *p, struct front *f, const struct channel_message *m)
{
	if (f->state != FRONT_STARTING)
		return false;
	if (is_replaced(p)) { /* while it started: nobody knows which file it has */
		cut_off(f);
		return true;
	}
	enter(f, FRONT_SERVING);
	drain_others(p, f);
	if (!p->was_ready)
		say_ready(p, m->value);
	else
		log_line("front %d serves %llu zones now", (int)f->pid, (unsigned long long)m->value);
	p->was_ready = true;
	return true;
}

static bool on_pin(struct parent *p, struct front *f, const struct channel_message *m)
{
	uint64_t commit = 0;
	enum err e = pin_take(&f->pins, p->store, m->pin, &commit);

	if (e == ERR_REFUSED)
		return false;
	if (e != OK)
		return channel_send(f->channel, CHANNEL_UNPINNED, m->pin, e);
	return channel_send(f->channel, CHANNEL_PINNED, m->pin, commit);
}

static bool on_drop(struct parent *p, struct front *f, const struct channel_message *m)
{
	(void)p;
	return pin_drop(&f->pins, m->pin) == OK;
}

static bool on_pong(struct parent *p, struct front *f, const struct channel_message *m)
{
	(void)p;
	(void)m;
	f->silent = 0;
	return true;
}

/* What a front may say; false from the function: it is not ours any more. */
static const struct {
	enum channel_kind kind;
	bool (*act)(struct parent *, struct front *, const struct channel_message *);
} words[] = {
	{ CHANNEL_PIN, on_pin },
	{ CHANNEL_DROP, on_drop },
	{ CHANNEL_READY, on_ready },
	{ CHANNEL_PONG, on_pong },
};

static bool act_on(struct parent *p, struct front *f, const struct channel_message *m)
{
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (m->kind == words[i].kind)
			return words[i].act(p, f, m);
	return false;
}

static void hear(struct parent *p, struct front *f)
{
	for (int i = 0; i < MESSAGES_IN_A_ROW && f->channel >= 0; i++) {
		struct channel_message m;
		enum channel_state s = channel_receive(f->channel, &m);

		if (s == CHANNEL_EMPTY)
			return;
		if (s == CHANNEL_MESSAGE && act_on(p, f, &m))
			continue;
		if (s == CHANNEL_MESSAGE)
			log_line("front %d said what no front says; ending it", (int)f->pid);
		cut_off(f);
	}
}

/* ---- how fronts end ---- */

static void say_end(const struct front *f, int status, const char *then)
{
	if (WIFSIGNALED(status))
		log_line("front %d was ended by signal %d (%s); %s", (int)f->pid, WTERMSIG(status),
			 strsignal(WTERMSIG(status)), then);
	else
		log_line("front %d ended with exit code %d; %s", (int)f->pid, WEXITSTATUS(status), then);
}

static void on_end(struct parent *p, struct front *f, int status)
{
	const enum front_state was = f->state;
	const uint64_t lasted = clock_ms() - f->since;
	const bool asked = p->quit_at != 0 || was == FRONT_DRAINING;
	char then[80];

	pin_drop_all(&f->pins);
	if (asked && status != 0 && f->channel >= 0)
		say_end(f, status, "it was to end anyway");
	if (f->channel >= 0)
		close(f->channel);
	f->state = FRONT_FREE;
	if (asked)
		return;
	if (!p->was_ready) {
		say_end(f, status, "nothing is served");
		p->exit_code = EXIT_SYSTEM;
		p->quit_at = clock_ms();
		return;
	}
	if (front_in(p, FRONT_SERVING) != NULL) {
		say_end(f, status, was == FRONT_STARTING ? "the one before it goes on serving" : "another serves");
		return;
	}
	if (was == FRONT_SERVING && lasted >= STEADY)
		p->backoff = BACKOFF_FIRST;
	snprintf(then, sizeof then, "starting it again in %u ms", (unsigned)p->backoff);
	say_end(f, status, then);
	start_later(p);
}

static void reap(struct parent *p)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (size_t i = 0; i < FRONTS_MAX; i++)
			if (p->front[i].state != FRONT_FREE && p->front[i].pid == pid)
				on_end(p, &p->front[i], status);
}

/* ---- what the operator says ---- */

static void on_signal(struct parent *p)
{
	struct signalfd_siginfo info;

	while (read(p->signals, &info, sizeof info) == (ssize_t)sizeof info) {
		if (info.ssi_signo == SIGCHLD) {
			reap(p);
		} else if (info.ssi_signo == SIGHUP) {
			log_line("SIGHUP: starting a new front");
			p->hup = true;
		} else {
			log_line("%s: ending", info.ssi_signo == SIGINT ? "SIGINT" : "SIGTERM");
			begin_quit(p);
		}
	}
}

/* ---- time ---- */

static void end_the_slow(struct parent *p)
{
	const uint64_t now = clock_ms(); /* not older than any front's `since` */
	static const struct {
		enum front_state state;
		uint64_t most;
		const char *what;
	} limits[] = {
		{ FRONT_STARTING, START_MAX, "is not ready" },
		{ FRONT_DRAINING, DRAIN_MAX, "still drains" },
	};

	for (size_t i = 0; i < FRONTS_MAX; i++) {
		struct front *f = &p->front[i];

		for (size_t k = 0; k < COUNT_OF(limits); k++) {
			if (f->state != limits[k].state || f->channel < 0 || now - f->since < limits[k].most)
				continue;
			log_line("front %d %s after %u s; ending it", (int)f->pid, limits[k].what,
				 (unsigned)(limits[k].most / 1000));
			cut_off(f);
		}
	}
}

/* A front that hangs holds its pins, and the database grows with every commit. What is counted is how often this
 * process came by, not time: when the machine slept, or all of us were stopped, nobody was silent. */
static void ping(struct parent *p)
{
	for (size_t i = 0; i < FRONTS_MAX; i++) {
		struct front *f = &p->front[i];

		if ((f->state != FRONT_SERVING && f->state != FRONT_DRAINING) || f->channel < 0)
			continue;
		if (f->silent++ == 0 && channel_send(f->channel, CHANNEL_PING, 0, 0))
			continue;
		if (f->silent > SILENT_MAX) {
			log_line("front %d does not answer its parent for %u s; ending it", (int)f->pid,
				 (unsigned)(SILENT_MAX * PING_EVERY / 1000));
			cut_off(f);
		}
	}
}

static void on_time(struct parent *p)
{
	uint64_t now = clock_ms();

	if (p->quit_at == 0 && (p->hup || (p->start_at != 0 && p->start_at <= now)))
		start_front(p);
	if (p->quit_at != 0 && p->quit_at <= now)
		for (size_t i = 0; i < FRONTS_MAX; i++)
			if (p->front[i].state != FRONT_FREE)
				cut_off(&p->front[i]);
	end_the_slow(p);
	if (p->ping_at <= now) {
		p->ping_at = now + PING_EVERY;
		ping(p);
	}
	if (now - p->readers_check >= READERS_CHECK) {
		store_clear_stale_readers(p->store);
		p->readers_check = now;
	}
}

static int until_next(const struct parent *p)
{
	uint64_t now = clock_ms();
	int wait = 1000;

	if (p->start_at != 0)
		wait = clock_left(p->start_at, now, wait);
	if (p->quit_at != 0)
		wait = clock_left(p->quit_at, now, wait);
	return wait > 0 ? wait : SHORTEST_WAIT;
}

/* ---- the loop ---- */

static bool any_front(const struct parent *p)
{
	for (size_t i = 0; i < FRONTS_MAX; i++)
		if (p->front[i].state != FRONT_FREE)
			return true;
	return false;
}

static void wait_and_hear(struct parent *p)
{
	struct pollfd fds[FRONTS_MAX + 1];

	for (size_t i = 0; i < FRONTS_MAX; i++)
		fds[i] = (struct pollfd){ .fd = p->front[i].state != FRONT_FREE ? p->front[i].channel : -1,
					  .events = POLLIN };
	fds[FRONTS_MAX] = (struct pollfd){ .fd = p->signals, .events = POLLIN };
	if (poll(fds, FRONTS_MAX + 1, until_next(p)) <= 0)
		return;
	for (size_t i = 0; i < FRONTS_MAX; i++)
		if (fds[i].fd >= 0 && fds[i].revents != 0)
			hear(p, &p->front[i]);
	if (fds[FRONTS_MAX].revents != 0)
		on_signal(p);
}

static bool catch_signals(struct parent *p)
{
	static const int caught[] = { SIGTERM, SIGINT, SIGHUP, SIGCHLD };
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	for (size_t i = 0; i < COUNT_OF(caught); i++)
		sigaddset(&set, caught[i]);
	if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
		return false;
	p->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return p->signals >= 0;
}

/* Fronts inherit the limit: sockets, connections, and some for the database and the log. */
static void raise_descriptors(const struct options *o)
{
	const rlim_t want = (rlim_t)o->listen.n * (o->threads + 1) + o->tcp_max + 64;
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) != 0 || r.rlim_cur >= want)
		return;
	r.rlim_cur = want;
	if (r.rlim_max < want)
		r.rlim_max = want;
	if (setrlimit(RLIMIT_NOFILE, &r) != 0)
		log_line("the limit on open files is too low for %u TCP connections; raise it (ulimit -n %llu)",
			 (unsigned)o->tcp_max, (unsigned long long)want);
}

static int prepare(struct parent *p, const struct options *o)
{
	char why[256];
	bool usage;
	enum err e;

	raise_descriptors(o);
	if (!listen_open(o, &p->listen, why, &usage)) {
		log_line("%s", why);
		return usage ? EXIT_USAGE : EXIT_SYSTEM;
	}
	e = store_open(o->database, STORE_READ, &p->store, why);
	if (e != OK) {
		log_line("%s", why);
		listen_close(&p->listen);
		return EXIT_SYSTEM;
	}
	if (!catch_signals(p)) {
		log_line("cannot catch signals: %s", strerror(errno));
		return EXIT_SYSTEM;
	}
	return EXIT_DONE;
}

int parent_run(const struct options *o, char *const argv[], const char *program)
{
	struct parent p = {
		.program = program, .database = o->database, .argv = argv, .signals = -1, .backoff = BACKOFF_FIRST
	};

	p.readers_check = clock_ms();
	p.exit_code = prepare(&p, o);
	if (p.exit_code != EXIT_DONE)
		return p.exit_code;
	start_front(&p);
	while (p.quit_at == 0 || any_front(&p)) {
		wait_and_hear(&p);
		on_time(&p);
	}
	store_close(p.store);
	listen_close(&p.listen);
	close(p.signals);
	return p.exit_code;
}
