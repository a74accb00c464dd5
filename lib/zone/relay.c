#include "zone/relay.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/work.h"

enum {
	BATCHES = 4,
	BATCH = 1 << 17, /* octets: the largest event fits, and all batches fit a core's own cache */
	AHEAD = 1 << 10, /* octets of a batch between an owner's announcement and its record: some ten records */
};

/* A call on its way; what it points at stands behind it. */
struct event {
	enum { RECORD, FINDING, PROGRESS } kind;
	uint32_t size; /* of the event and all behind it, a multiple of 8 */
	union {
		struct {
			const char *file;
			uint32_t line, ttl;
			uint16_t type, class, rdata;
			uint8_t owner;
		} record; /* its owner and RDATA behind it, lengths here */
		struct {
			uint64_t done, total;
		} progress;
	}; /* a finding stands behind it, and its text behind that */
};

struct batch {
	uint8_t *p;
	size_t n;
};

struct relay {
	const struct master_calls *to;
	relay_fn *read;
	void *context;
	bool direct; /* there is one thread only */

	struct batch batch[BATCHES]; /* batch i of the stream is batch[i % BATCHES] */
	pthread_mutex_t lock;
	pthread_cond_t moved;
	size_t written, taken; /* batches; the lock's, like `ended` */
	bool ended;
};

/* ---- the thread that reads ---- */

/* send hands over the batch that is being written. */
static void send(struct relay *r, bool last)
{
	pthread_mutex_lock(&r->lock);
	r->written++;
	r->ended = last;
	pthread_cond_signal(&r->moved);
	pthread_mutex_unlock(&r->lock);
}

/* begin waits until the next batch is free. */
static void begin(struct relay *r)
{
	pthread_mutex_lock(&r->lock);
	while (r->written - r->taken == BATCHES)
		pthread_cond_wait(&r->moved, &r->lock);
	pthread_mutex_unlock(&r->lock);
	r->batch[r->written % BATCHES].n = 0;
}

/* Only this thread changes r->written, so it may read it without the lock. */
static struct event *new_event(struct relay *r, size_t behind)
{
	const size_t size = (sizeof(struct event) + behind + 7) & ~(size_t)7;

	if (r->batch[r->written % BATCHES].n + size > BATCH) {
		send(r, false);
		begin(r);
	}
	struct batch *b = &r->batch[r->written % BATCHES];
	struct event *e = (struct event *)(void *)(b->p + b->n);
	b->n += size;
	e->size = (uint32_t)size;
	return e;
}

static void send_record(void *relay, const struct master_record *m)
{
	struct event *e = new_event(relay, (size_t)m->owner.len + m->rdata.n);
	uint8_t *behind = (uint8_t *)(e + 1);

	e->kind = RECORD;
	e->record.file = m->file;
	e->record.line = m->line;
	e->record.ttl = m->ttl;
	e->record.type = m->type;
	e->record.class = m->class;
	e->record.owner = m->owner.len;
	e->record.rdata = (uint16_t)m->rdata.n;
	memcpy(behind, m->owner.wire, m->owner.len);
	memcpy(behind + m->owner.len, m->rdata.p, m->rdata.n);
}

static void send_finding(void *relay, const struct master_finding *f)
{
	const size_t n = strlen(f->what) + 1;
	struct event *e = new_event(relay, sizeof *f + n);
	struct master_finding *to = (struct master_finding *)(e + 1);

	e->kind = FINDING;
	*to = *f;
	to->what = (const char *)(to + 1);
	memcpy(to + 1, f->what, n);
}

static void send_progress(void *relay, uint64_t done, uint64_t total)
{
	struct event *e = new_event(relay, 0);

	e->kind = PROGRESS;
	e->progress.done = done;
	e->progress.total = total;
}

static void run(void *relay, const struct slice *s)
{
	struct relay *r = relay;
	const struct master_calls calls = {
		.context = r,
		.record = send_record,
		.finding = send_finding,
		.progress = r->to->progress != NULL ? send_progress : NULL,
	};

	(void)s;
	r->read(r->context, r->direct ? r->to : &calls);
	if (!r->direct)
		send(r, true);
}

/* ---- the thread that asked ---- */

static void deliver_record(const struct relay *r, const struct event *e, struct master_record *m)
{
	const uint8_t *behind = (const uint8_t *)(e + 1);

	m->owner.len = e->record.owner;
	memcpy(m->owner.wire, behind, m->owner.len);
	m->type = e->record.type;
	m->class = e->record.class;
	m->ttl = e->record.ttl;
	m->rdata = view_of(behind + m->owner.len, e->record.rdata);
	m->file = e->record.file;
	m->line = e->record.line;
	r->to->record(r->to->context, m);
}

static const struct event *event_at(const struct batch *b, size_t at)
{
	return (const struct event *)(const void *)(b->p + at);
}

static struct view owner_of(const struct event *e)
{
	return e->kind == RECORD ? view_of(e + 1, e->record.owner) : view_of(NULL, 0);
}

/* announce tells of the owner of an event that comes later, unless it is that of the event before it. */
static void announce(const struct relay *r, const struct event *e, struct view *last)
{
	const struct view owner = owner_of(e);

	if (owner.n != 0 && !view_eq(owner, *last))
		r->to->expect(r->to->context, owner);
	*last = owner;
}

static void deliver_batch(const struct relay *r, const struct batch *b)
{
	struct view last = { NULL, 0 };
	struct master_record m;

	for (size_t at = 0, next = 0; at < b->n;) {
		const struct event *e = event_at(b, at);
		for (; r->to->expect != NULL && next < b->n && next < at + AHEAD; next += event_at(b, next)->size)
			announce(r, event_at(b, next), &last);
		switch (e->kind) {
		case RECORD:
			deliver_record(r, e, &m);
			break;
		case FINDING:
			r->to->finding(r->to->context, (const struct master_finding *)(e + 1));
			break;
		case PROGRESS:
			r->to->progress(r->to->context, e->progress.done, e->progress.total);
			break;
		}
		at += e->size;
	}
}

/* await gives the next batch that is full, NULL behind the last. */
static const struct batch *await(struct relay *r, size_t number)
{
	pthread_mutex_lock(&r->lock);
	while (r->written == number && !r->ended)
		pthread_cond_wait(&r->moved, &r->lock);
	const bool there = r->written > number;
	pthread_mutex_unlock(&r->lock);
	return there ? &r->batch[number % BATCHES] : NULL;
}

static void deliver(struct relay *r)
{
	const struct batch *b;

	for (size_t number = 0; (b = await(r, number)) != NULL; number++) {
		deliver_batch(r, b);
		pthread_mutex_lock(&r->lock);
		r->taken++;
		pthread_cond_signal(&r->moved);
		pthread_mutex_unlock(&r->lock);
	}
}

void relay_read(const struct master_calls *to, relay_fn *read, void *context)
{
	struct relay r = { .to = to, .read = read, .context = context };
	struct work work;

	pthread_mutex_init(&r.lock, NULL);
	pthread_cond_init(&r.moved, NULL);
	for (size_t i = 0; i < BATCHES; i++) {
		size_t cap = 0;
		r.batch[i].p = grow_array(NULL, &cap, BATCH, 1);
	}
	work_begin(&work, 1, 1, run, &r);
	if (work.started != 0)
		deliver(&r);
	else
		r.direct = true;
	work_end(&work);
	for (size_t i = 0; i < BATCHES; i++)
		free(r.batch[i].p);
	pthread_cond_destroy(&r.moved);
	pthread_mutex_destroy(&r.lock);
}
