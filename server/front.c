#include "server/front.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "server/clock.h"
#include "server/log.h"
#include "server/parent.h"
#include "server/renew.h"
#include "server/spawn.h"
#include "server/tcp.h"
#include "server/udp.h"
#include "server/user.h"

enum {
	TICK = 50,          /* ms between looks for commits */
	STACK = 256 << 10,  /* octets of a thread's stack */
	TOUCH_ROUNDS = 100, /* then what is left is read when it is asked for */
};

/* A thread that answers: UDP, or the last one TCP. */
struct hand {
	struct worker worker;
	pthread_t thread;
	bool started;
	atomic_bool alive;
	struct udp *udp;
	struct tcp *tcp;
};

struct front {
	const struct options *options;
	struct answer_options answers;
	struct listen listen;
	struct renew renew;
	struct generation *generation;
	struct damage *damage;
	struct bell bell;
	size_t n_hands;
	struct hand *hand;
	pthread_t toucher;
	bool touching;
	atomic_bool drained;
};

/* ---- threads ---- */

/* On failure errno says why. */
static bool start_thread(pthread_t *thread, void *(*run)(void *), void *arg)
{
	pthread_attr_t a;

	pthread_attr_init(&a);
	pthread_attr_setstacksize(&a, STACK);
	const int error = pthread_create(thread, &a, run, arg);
	pthread_attr_destroy(&a);
	errno = error;
	return error == 0;
}

static bool make_hand(struct front *f, size_t i)
{
	const struct options *o = f->options;
	struct hand *h = &f->hand[i];

	atomic_init(&h->alive, true);
	h->worker = (struct worker){ .number = i,
				     .generation = f->generation,
				     .damage = f->damage,
				     .answerer = answerer_new(&f->answers),
				     .bell = f->bell,
				     .alive = &h->alive };
	if (h->worker.answerer == NULL)
		return false;
	if (i < o->threads)
		h->udp = udp_new(&h->worker, f->listen.udp + i * f->listen.n_addresses, f->listen.n_addresses);
	else
		h->tcp = tcp_new(&h->worker, f->listen.tcp, f->listen.n_addresses, o->tcp_max, o->tcp_idle * 1000);
	return h->udp != NULL || h->tcp != NULL;
}

static bool make_hands(struct front *f)
{
	for (size_t i = 0; i < f->n_hands; i++)
		if (!make_hand(f, i))
			return false;
	return true;
}

static bool start_hands(struct front *f)
{
	for (size_t i = 0; i < f->n_hands; i++) {
		struct hand *h = &f->hand[i];
		bool udp = h->udp != NULL;

		h->started =
		    start_thread(&h->thread, udp ? udp_run : tcp_run, udp ? (void *)h->udp : (void *)h->tcp);
		if (!h->started)
			return false;
	}
	return true;
}

static size_t n_alive(const struct front *f)
{
	size_t n = 0;

	for (size_t i = 0; i < f->n_hands; i++)
		n += f->hand[i].started && atomic_load(&f->hand[i].alive);
	return n;
}

/* What the reading of all pages at the start is interrupted by. */
struct first_touch {
	struct front *front;
	const struct snapshot *of;
	uint64_t until;
};

static bool go_on_touching(void *context)
{
	const struct first_touch *t = context;
	struct front *f = t->front;

	return !atomic_load(&f->drained) && (clock_ms() < t->until || generation_is_newest(f->generation, t->of));
}

/* The first snapshot's pages are read while answering goes on: nobody else could answer meanwhile. That may take
 * minutes, in which no old commit may be held: from time to time it goes on with the newest, where what was read
 * before is passed quickly. */
static void *touch_first(void *arg)
{
	struct front *f = arg;
	bool all = false;

	for (int round = 0; round < TOUCH_ROUNDS && !all && !atomic_load(&f->drained); round++) {
		struct first_touch t = { f, generation_enter(f->generation, f->n_hands),
					 clock_ms() + RENEW_TOUCH };
		all = snapshot_touch(t.of, NULL, go_on_touching, &t);
		generation_leave(f->generation, f->n_hands);
	}
	return NULL;
}

/* ---- the beginning ---- */

static bool make_room(struct front *f)
{
	const size_t n = f->options->threads + 1;

	f->hand = calloc(n, sizeof *f->hand);
	f->n_hands = f->hand != NULL ? n : 0;
	f->generation = generation_new(n + 1); /* one more reads: touch_first */
	f->damage = damage_new();
	f->bell.drain = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	f->bell.quit = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return f->hand != NULL && f->generation != NULL && f->damage != NULL && f->bell.drain >= 0 &&
	       f->bell.quit >= 0;
}

/* The parent decides when a front ends; what a terminal sends to the whole group is not for us. */
static void ignore_signals(void)
{
	static const int ignored[] = { SIGPIPE, SIGHUP, SIGINT, SIGTERM };

	for (size_t i = 0; i < COUNT_OF(ignored); i++)
		signal(ignored[i], SIG_IGN);
}

/* The way to the database may lead through directories that only root may enter; what counts is who may read the
 * database itself. */
static bool go_there(const struct options *o, char why[256])
{
	if (chdir(o->database) == 0)
		return true;
	snprintf(why, 256, "%.120s: cannot enter: %s", o->database, strerror(errno));
	return false;
}

static bool begin(struct front *f, char why[256])
{
	const struct options *o = f->options;
	const bool was_root = geteuid() == 0;
	char inner[256];
	int channel;

	if (!spawn_take(o, &channel, &f->listen)) {
		snprintf(why, 256, "--front is for edictd itself");
		return false;
	}
	if (!go_there(o, why) || !user_become(o, why) || !user_harmless(o, was_root, why))
		return false;
	/* Without the parent there are no pins: what is read may be written over at any time. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (renew_open(&f->renew, channel, ".", inner) != OK) {
		snprintf(why, 256, "%.60s, read as user %u: %.150s", o->database, (unsigned)geteuid(), inner);
		return false;
	}
	options_answer(o, &f->answers);
	if (!make_room(f) || !make_hands(f)) {
		snprintf(why, 256, "out of memory or descriptors: %s; fewer threads (-t) may do", strerror(errno));
		return false;
	}
	renew_publish(&f->renew, f->generation);
	return true;
}

/* ---- the middle ---- */

static void log_damage(struct front *f)
{
	char apex[NAME_TEXT_MAX];
	uint64_t answers;

	if (damage_next(f->damage, clock_ms(), apex, &answers))
		log_line(
		    "zone %s: data in the database is damaged; %llu questions got SERVFAIL, all else is served; "
		    "compile the zone again (zonec compile --replace)",
		    apex, (unsigned long long)answers);
}

static void ring(int bell)
{
	if (eventfd_write(bell, 1) != 0)
		log_line("cannot wake the threads: %s", strerror(errno));
}

static void obey(struct front *f)
{
	const struct orders *o = &f->renew.orders;

	if (o->quit)
		ring(f->bell.quit);
	if ((o->quit || o->drain) && !atomic_load(&f->drained)) {
		ring(f->bell.drain);
		atomic_store(&f->drained, true);
	}
}

/* give_up ends this process, for another to be started: its threads are in a state that nobody foresaw. */
_Noreturn static void give_up(const char *why)
{
	log_line("%s; ending, the parent starts another", why);
	_exit(EXIT_SYSTEM);
}

static void look_after_threads(struct front *f)
{
	if (!atomic_load(&f->drained) && n_alive(f) < f->n_hands)
		give_up("a thread ended by itself, and its clients would get no answers");
	if (f->renew.stuck)
		give_up("a thread does not come back from a question, and the commit it holds makes the database "
			"grow");
}

static void serve(struct front *f)
{
	while (n_alive(f) > 0) {
		renew_hear(&f->renew, TICK);
		if (f->renew.orders.alone) {
			log_line("the parent is gone; ending");
			_exit(EXIT_SYSTEM);
		}
		obey(f);
		renew_tick(&f->renew);
		look_after_threads(f);
		log_damage(f);
	}
}

/* ---- the end ---- */

static void end(struct front *f)
{
	if (f->touching)
		pthread_join(f->toucher, NULL);
	for (size_t i = 0; i < f->n_hands; i++) {
		struct hand *h = &f->hand[i];

		if (h->started)
			pthread_join(h->thread, NULL);
		udp_free(h->udp);
		tcp_free(h->tcp);
		if (h->worker.answerer != NULL)
			answerer_free(h->worker.answerer);
	}
	renew_close(&f->renew);
	generation_free(f->generation);
	damage_free(f->damage);
	free(f->hand);
	listen_close(&f->listen);
}

int front_run(const struct options *o)
{
	struct front f = { .options = o };
	char name[40], why[256];

	snprintf(name, sizeof name, "edictd[front %d]", (int)getpid());
	log_name(name);
	prctl(PR_SET_NAME, "edictd-front");
	ignore_signals();
	if (!begin(&f, why)) {
		const bool told = f.renew.orders.quit;

		if (!told)
			log_line("%s", why);
		end(&f);
		return told ? EXIT_DONE : EXIT_SYSTEM;
	}
	if (!start_hands(&f)) {
		log_line("cannot start threads: %s; fewer (-t) may do", strerror(errno));
		_exit(EXIT_SYSTEM); /* some may run already */
	}
	if (!channel_send(f.renew.channel, CHANNEL_READY, 0, store_zone_count(f.renew.held[0]->txn)))
		_exit(EXIT_SYSTEM);
	f.touching = start_thread(&f.toucher, touch_first, &f);
	serve(&f);
	end(&f);
	log_name("edictd");
	return EXIT_DONE;
}
