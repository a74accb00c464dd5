#include "server/renew.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>

#include "server/clock.h"
#include "server/log.h"

enum {
	COMPLAINT = 1000, /* ms between lines about the same trouble */
	HEAR_MAX = 64,    /* messages taken in without looking elsewhere */
};

/* hear_one takes in one message, if there is one; a reply to PIN goes to *reply. */
static bool hear_one(struct renew *r, struct channel_message *reply)
{
	struct channel_message m;

	switch (channel_receive(r->channel, &m)) {
	case CHANNEL_EMPTY:
		return false;
	case CHANNEL_CLOSED:
		r->orders.alone = true;
		return false;
	case CHANNEL_MESSAGE:
		break;
	}
	if (m.kind == CHANNEL_PING)
		(void)!channel_send(r->channel, CHANNEL_PONG, 0, 0); /* if it is gone we shall hear */
	else if (m.kind == CHANNEL_DRAIN)
		r->orders.drain = true;
	else if (m.kind == CHANNEL_QUIT)
		r->orders.quit = true;
	else
		*reply = m;
	return true;
}

void renew_hear(struct renew *r, int wait)
{
	struct pollfd p = { .fd = r->channel, .events = POLLIN };
	struct channel_message reply;

	if (poll(&p, 1, wait) <= 0)
		return;
	for (int i = 0; i < HEAR_MAX && hear_one(r, &reply); i++)
		;
}

/* pin asks the parent to hold a transaction as number n and waits for the answer. One question is out at a
 * time, so a reply is about this one. A parent that is slow is waited for: the other threads go on answering. */
static enum err pin(struct renew *r, size_t n, uint64_t *commit)
{
	struct pollfd p = { .fd = r->channel, .events = POLLIN };
	struct channel_message reply = { 0 };

	if (!channel_send(r->channel, CHANNEL_PIN, (uint32_t)n, 0))
		return ERR_SYSTEM;
	while (reply.kind == 0 && !r->orders.alone && !r->orders.quit)
		if (poll(&p, 1, -1) > 0)
			hear_one(r, &reply);
	*commit = reply.value;
	if (reply.kind == CHANNEL_UNPINNED)
		return reply.value < ERR_KINDS ? (enum err)reply.value : ERR_SYSTEM;
	return reply.kind == CHANNEL_PINNED ? OK : ERR_SYSTEM;
}

static void drop(struct renew *r, size_t n)
{
	if (!channel_send(r->channel, CHANNEL_DROP, (uint32_t)n, 0))
		r->orders.alone = true;
}

/* take makes the snapshot that belongs to pin n. */
static enum err take(struct renew *r, size_t n, const struct snapshot *before)
{
	uint64_t commit;
	enum err e = pin(r, n, &commit);

	if (e != OK)
		return e;
	e = snapshot_make(r->store, before, &r->held[n]);
	if (e == OK && r->held[n]->counter < commit) {
		/* Older than what is pinned: its pages may be written over. */
		snapshot_free(r->held[n]);
		e = ERR_BUSY;
	}
	if (e != OK) {
		r->held[n] = NULL;
		drop(r, n);
	}
	return e;
}

enum err renew_open(struct renew *r, int channel, const char *database, char why[256])
{
	uint64_t commit;
	enum err e;

	*r = (struct renew){ .channel = channel };
	/* The store reads its own tables while it opens: pinned by the last number, which is dropped again. */
	e = pin(r, PINS_MAX - 1, &commit);
	if (e == OK)
		e = store_open(database, STORE_READ | STORE_NOLOCK, &r->store, why);
	else
		snprintf(why, 256, "%s: the parent could not pin a snapshot: %s", database, err_text(e));
	if (e != OK)
		return e;
	e = take(r, 0, NULL);
	drop(r, PINS_MAX - 1);
	if (e != OK)
		snprintf(why, 256, "%s: cannot read the zones: %s; zonec verify -d says more", database,
			 err_text(e));
	return e;
}

void renew_publish(struct renew *r, struct generation *g)
{
	r->generation = g;
	generation_publish(g, r->held[r->current]);
}

static void let_go(struct renew *r)
{
	for (size_t n = 0; n < PINS_MAX; n++) {
		if (r->held[n] == NULL || generation_in_use(r->generation, r->held[n]))
			continue;
		snapshot_free(r->held[n]);
		r->held[n] = NULL;
		r->late[n] = 0;
		drop(r, n);
	}
}

/* count_late counts seconds in which this thread ran: a process that was stopped, or a machine that slept, is no
 * thread that hangs. */
static void count_late(struct renew *r)
{
	uint64_t now = clock_ms();

	if (now - r->counted < 1000)
		return;
	r->counted = now;
	for (size_t n = 0; n < PINS_MAX; n++)
		if (r->held[n] != NULL && n != r->current && ++r->late[n] == RENEW_LATE)
			r->stuck = true;
}

/* What reading a new image's pages is interrupted by. */
struct touching {
	struct renew *renew;
	uint64_t until;
};

static bool go_on_touching(void *context)
{
	const struct touching *t = context;

	renew_hear(t->renew, 0);
	return !t->renew->orders.quit && !t->renew->orders.alone && clock_ms() < t->until;
}

static size_t free_number(const struct renew *r)
{
	size_t n = 0;

	while (n < PINS_MAX && r->held[n] != NULL)
		n++;
	return n;
}

static void complain(struct renew *r, enum err e)
{
	uint64_t now = clock_ms();

	if (r->complained != 0 && now - r->complained < COMPLAINT)
		return;
	log_line("cannot take up commits after number %llu: %s; serving what there was, trying again",
		 (unsigned long long)r->held[r->current]->counter, err_text(e));
	r->complained = now;
}

void renew_tick(struct renew *r)
{
	const struct snapshot *now = r->held[r->current];
	size_t n;
	enum err e;

	let_go(r);
	count_late(r);
	if (r->orders.alone || r->orders.quit || !snapshot_is_stale(r->store, now))
		return;
	n = free_number(r);
	if (n == PINS_MAX)
		return; /* some thread is long at it; the next tick comes soon */
	e = take(r, n, now);
	if (e != OK) {
		if (!r->orders.quit && !r->orders.alone)
			complain(r, e);
		return;
	}
	struct touching t = { r, clock_ms() + RENEW_TOUCH };
	(void)!snapshot_touch(r->held[n], now, go_on_touching, &t); /* what is left is read when it is asked for */
	generation_publish(r->generation, r->held[n]);
	r->current = n;
	let_go(r);
}

void renew_close(struct renew *r)
{
	for (size_t n = 0; n < PINS_MAX; n++)
		if (r->held[n] != NULL)
			snapshot_free(r->held[n]);
	if (r->store != NULL)
		store_close(r->store);
}
