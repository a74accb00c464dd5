#include "server/tcp.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/clock.h"
#include "server/conn.h"

enum {
	EVENTS = 64,
	ACCEPTS = 16,       /* of one listener in a row */
	ACCEPT_PAUSE = 100, /* ms without accepting when the system is short of something */
};

/* What an event is about: a connection's number, or one of these plus, for a listener, its number. */
enum { ABOUT_DRAIN = 1U << 30, ABOUT_QUIT, ABOUT_LISTENER };

struct tcp {
	struct worker *worker;
	struct desk *desk;
	int epoll;
	uint32_t idle;
	bool draining, ended;
	uint64_t now;          /* ms: when the loop last woke */
	uint64_t drained;      /* ms: draining ends now */
	uint64_t accept_again; /* ms; 0: accepting */
	const int *listener;
	size_t n_listeners;
	struct conn *oldest, *newest;
	struct conn *free_list; /* linked by newer */
	size_t n_open;
	struct conn conn[];
};

/* ---- the line ---- */

static void unlink_conn(struct tcp *t, struct conn *c)
{
	*(c->older != NULL ? &c->older->newer : &t->oldest) = c->newer;
	*(c->newer != NULL ? &c->newer->older : &t->newest) = c->older;
}

static void put_newest(struct tcp *t, struct conn *c)
{
	c->stirred = false;
	c->active = t->now;
	c->older = t->newest;
	c->newer = NULL;
	*(t->newest != NULL ? &t->newest->newer : &t->oldest) = c;
	t->newest = c;
}

static void close_conn(struct tcp *t, struct conn *c)
{
	unlink_conn(t, c);
	conn_drop(c, t->desk);
	close(c->fd); /* leaves epoll by itself: nobody else has this descriptor */
	c->fd = -1;
	c->newer = t->free_list;
	t->free_list = c;
	t->n_open--;
}

/* ---- epoll ---- */

static bool watch(struct tcp *t, int op, int fd, uint32_t events, uint32_t about)
{
	struct epoll_event e = { .events = events, .data.u64 = about };

	return epoll_ctl(t->epoll, op, fd, &e) == 0;
}

static void watch_listeners(struct tcp *t, int op)
{
	for (size_t i = 0; i < t->n_listeners; i++)
		watch(t, op, t->listener[i], EPOLLIN, ABOUT_LISTENER + (uint32_t)i);
}

static uint32_t number_of(const struct tcp *t, const struct conn *c)
{
	return (uint32_t)(c - t->conn);
}

/* ---- connections ---- */

/* The connection longest in the line that holds memory; NULL if none but c does. */
static struct conn *oldest_busy(struct tcp *t, const struct conn *c)
{
	for (struct conn *o = t->oldest; o != NULL; o = o->newer)
		if (o != c && conn_busy(o))
			return o;
	return NULL;
}

static void serve(struct tcp *t, struct conn *c)
{
	enum conn_wants wants = conn_serve(c, t->desk);
	bool writes = wants == CONN_WANTS_WRITE;

	if (wants == CONN_WANTS_MEMORY) {
		/* The one that sits on its memory longest makes room for those that come after this one. */
		struct conn *o = oldest_busy(t, c);
		if (o != NULL)
			close_conn(t, o);
	}
	if (wants == CONN_WANTS_CLOSE || wants == CONN_WANTS_MEMORY) {
		close_conn(t, c);
		return;
	}
	if (writes != c->writes && !watch(t, EPOLL_CTL_MOD, c->fd, writes ? EPOLLOUT : EPOLLIN, number_of(t, c))) {
		close_conn(t, c);
		return;
	}
	c->writes = writes;
	if (c->stirred) {
		unlink_conn(t, c);
		put_newest(t, c);
	}
}

static void open_conn(struct tcp *t, int fd)
{
	struct conn *c = t->free_list;

	t->free_list = c->newer;
	*c = (struct conn){ .fd = fd };
	put_newest(t, c);
	t->n_open++;
	if (!watch(t, EPOLL_CTL_ADD, fd, EPOLLIN, number_of(t, c)))
		close_conn(t, c);
}

/* pause_accepting: a listener that stays readable while accept fails would make the loop spin. */
static void pause_accepting(struct tcp *t)
{
	watch_listeners(t, EPOLL_CTL_DEL);
	t->accept_again = t->now + ACCEPT_PAUSE;
}

/* make_way gets something out of the way of accept, which failed. Our own limit on descriptors is like a full
 * table: closing one helps for sure. When the whole system is short of something, it may not. */
static void make_way(struct tcp *t, int error)
{
	if (t->oldest == NULL || error != EMFILE)
		pause_accepting(t);
	if (t->oldest != NULL)
		close_conn(t, t->oldest);
}

static bool short_of_something(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

static void accept_some(struct tcp *t, int listener)
{
	for (int i = 0; i < ACCEPTS && t->accept_again == 0 && !t->draining; i++) {
		int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd >= 0) {
			if (t->free_list == NULL)
				close_conn(t, t->oldest);
			open_conn(t, fd);
		} else if (short_of_something(errno)) {
			make_way(t, errno);
		} else if (errno == EAGAIN) {
			return;
		} /* else this one client is gone again (ECONNABORTED and its like): take the next */
	}
}

/* ---- time ---- */

static void close_quiet(struct tcp *t)
{
	uint64_t limit = t->draining && t->idle > TCP_DRAIN_IDLE ? TCP_DRAIN_IDLE : t->idle;

	while (t->oldest != NULL && t->oldest->active + limit <= t->now)
		close_conn(t, t->oldest);
	if (t->draining && (t->n_open == 0 || t->now >= t->drained))
		t->ended = true;
}

static int until_next(const struct tcp *t)
{
	int wait = t->draining || t->accept_again != 0 ? ACCEPT_PAUSE : -1;

	if (t->oldest != NULL)
		wait = clock_left(t->oldest->active + t->idle, clock_ms(), wait >= 0 ? wait : 1 << 30);
	return wait;
}

static void resume_accepting(struct tcp *t)
{
	if (t->accept_again == 0 || t->now < t->accept_again)
		return;
	t->accept_again = 0;
	if (!t->draining)
		watch_listeners(t, EPOLL_CTL_ADD);
}

static void begin_drain(struct tcp *t)
{
	watch(t, EPOLL_CTL_DEL, t->worker->bell.drain, 0, 0);
	if (t->accept_again == 0)
		watch_listeners(t, EPOLL_CTL_DEL);
	t->draining = true;
	t->drained = t->now + TCP_DRAIN_MAX;
}

/* ---- the loop ---- */

static void handle(struct tcp *t, uint32_t about)
{
	if (about == ABOUT_QUIT)
		t->ended = true;
	else if (about == ABOUT_DRAIN)
		begin_drain(t);
	else if (about >= ABOUT_LISTENER)
		accept_some(t, t->listener[about - ABOUT_LISTENER]);
	else if (t->conn[about].fd >= 0)
		serve(t, &t->conn[about]); /* or, seldom, its successor in the table: it finds nothing to read */
}

void *tcp_run(void *arg)
{
	struct tcp *t = arg;
	struct epoll_event event[EVENTS];

	while (!t->ended) {
		int n = epoll_wait(t->epoll, event, EVENTS, until_next(t));

		t->now = clock_ms();
		for (int i = 0; i < n; i++)
			handle(t, (uint32_t)event[i].data.u64);
		resume_accepting(t);
		close_quiet(t);
	}
	atomic_store(t->worker->alive, false);
	return NULL;
}

struct tcp *tcp_new(struct worker *w, const int *listeners, size_t n, size_t max, uint32_t idle)
{
	struct tcp *t = calloc(1, sizeof *t + max * sizeof t->conn[0]);

	if (t == NULL)
		return NULL;
	t->desk = calloc(1, sizeof *t->desk);
	t->epoll = epoll_create1(EPOLL_CLOEXEC);
	t->worker = w;
	t->listener = listeners;
	t->n_listeners = n;
	t->idle = idle;
	for (size_t i = max; i-- > 0;) {
		t->conn[i].fd = -1;
		t->conn[i].newer = t->free_list;
		t->free_list = &t->conn[i];
	}
	if (t->desk == NULL || t->epoll < 0 || !watch(t, EPOLL_CTL_ADD, w->bell.drain, EPOLLIN, ABOUT_DRAIN) ||
	    !watch(t, EPOLL_CTL_ADD, w->bell.quit, EPOLLIN, ABOUT_QUIT)) {
		tcp_free(t);
		return NULL;
	}
	t->desk->worker = w;
	watch_listeners(t, EPOLL_CTL_ADD);
	return t;
}

void tcp_free(struct tcp *t)
{
	if (t == NULL)
		return;
	while (t->oldest != NULL)
		close_conn(t, t->oldest);
	if (t->epoll >= 0)
		close(t->epoll);
	free(t->desk);
	free(t);
}
