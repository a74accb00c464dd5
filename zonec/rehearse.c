/* Everything a policy will do to a zone's keys until a date, in plain words. */
#include <stdio.h>

#include "keys/life.h"
#include "zonec/hear.h"
#include "zonec/key.h"
#include "zonec/life.h"

enum { REHEARSED_KEYS_MAX = 4096, STEPS_MAX = 100000 };

/* Keys that there are, and behind them those that would be made. These have no tag yet: they are numbered. */
struct rehearsal {
	const struct policy *p;
	struct sign_state s;
	struct roll_result result;
	struct roll_key keys[REHEARSED_KEYS_MAX];
	size_t n, n_real;
	int64_t now;
};

static void label(const struct rehearsal *r, uint16_t tag, unsigned roles, char out[32])
{
	for (size_t i = r->n_real; i < r->n; i++)
		if (r->keys[i].tag == tag && r->keys[i].remove == 0) {
			snprintf(out, 32, "new %s %zu", roles_text(roles), i - r->n_real + 1);
			return;
		}
	snprintf(out, 32, "%s %u", roles_text(roles), tag);
}

static void say(const struct rehearsal *r, const char *who, const char *what)
{
	char date[DATE_TEXT];

	date_print(r->now, date);
	printf("%s\t%s: %s\n", date, who, what);
}

static bool is_new(const struct rehearsal *r, uint16_t tag)
{
	for (size_t i = r->n_real; i < r->n; i++)
		if (r->keys[i].tag == tag && r->keys[i].remove == 0)
			return true;
	return false;
}

static void tell(const struct rehearsal *r, const struct roll_event *v)
{
	char who[32], text[EVENT_TEXT];

	label(r, v->tag, v->roles, who);
	if (v->kind == EVENT_ADOPTED && is_new(r, v->tag)) {
		snprintf(text, sizeof text, "is made, %s", algorithm_text(v->algorithm));
		say(r, who, text);
	} else if (event_text(v, text)) {
		say(r, who, text);
	}
}

/* A tag that no key has; it is never shown. */
static uint16_t free_tag(struct rehearsal *r)
{
	for (uint16_t tag = 0;; tag++) {
		bool taken = state_find(&r->s, tag) != NULL;

		for (size_t i = 0; i < r->n; i++)
			taken |= r->keys[i].tag == tag && r->keys[i].remove == 0;
		if (!taken)
			return tag;
	}
}

static bool make(struct rehearsal *r, const struct roll_want *want)
{
	if (r->n == REHEARSED_KEYS_MAX)
		return false;
	struct roll_key k = { .algorithm = want->algorithm,
			      .sep = want->roles != ROLE_ZSK,
			      .usable = true,
			      .tag = free_tag(r),
			      .turn = r->now };
	snprintf((char *)k.digest, sizeof k.digest, "new %zu", r->n);
	r->keys[r->n++] = k;
	return true;
}

/* One step of the engine, with keys made for it as they would be. */
static enum err step(struct rehearsal *r)
{
	struct sign_state before = r->s;

	for (int i = 0; i < KEYS_MAX; i++) {
		r->s = before;
		enum err e = roll_step(r->p, &r->s, r->keys, r->n, r->now, &r->result);
		if (e != OK || r->result.n_want == 0)
			return e;
		for (unsigned w = 0; w < r->result.n_want; w++)
			if (!make(r, &r->result.want[w]))
				return ERR_SPACE;
	}
	return ERR_SPACE;
}

static void tell_step(struct rehearsal *r)
{
	for (unsigned i = 0; i < r->result.n_events; i++) {
		const struct roll_event *v = &r->result.event[i];

		tell(r, v);
		for (size_t k = 0; v->kind == EVENT_GONE && k < r->n; k++)
			if (r->keys[k].tag == v->tag)
				r->keys[k].remove = r->now;
	}
}

/* say_parent tells what the parent does, and how that will be known. */
static void say_parent(const struct rehearsal *r, const struct key_state *k, bool seen)
{
	char who[32], text[640];
	const bool asked = r->p->n_parents != 0;

	label(r, k->tag, k->roles, who);
	snprintf(text, sizeof text, "the parent has its DS%s, if it acts at once (%s%s)", seen ? "" : " no more",
		 asked  ? "each compile asks "
		 : seen ? "zonec key ds-seen"
			: "zonec key ds-gone",
		 asked ? hear_servers(r->p) : "");
	say(r, who, text);
}

/* The parent acts at once, in a rehearsal, which asks nobody. */
static bool parent_acts(struct rehearsal *r)
{
	bool any = false;

	for (unsigned i = 0; i < r->s.n_keys; i++) {
		struct key_state *k = &r->s.key[i];
		bool seen = k->thing[THING_DS].phase == RUMOURED;

		if (!hear_waits(k) || roll_ds(&r->s, k->tag, seen, r->now) != OK)
			continue;
		say_parent(r, k, seen);
		any = true;
	}
	return any;
}

static int rehearse(struct rehearsal *r, int64_t until)
{
	for (int i = 0; i < STEPS_MAX && r->now <= until; i++) {
		enum err e = step(r);

		if (e == ERR_REFUSED)
			complain("policy %s: this needs the KSK, which is elsewhere", r->p->name);
		else if (e != OK)
			complain("more keys than a rehearsal holds; say an earlier date");
		if (e != OK)
			return EXIT_WRONG;
		tell_step(r);
		if (parent_acts(r))
			continue;
		if (r->result.next <= r->now)
			break;
		r->now = r->result.next;
	}
	return EXIT_DONE;
}

static int read_keys(const struct options *o, const struct name *apex, struct rehearsal *r)
{
	struct keys keys = { 0 };
	char why[KEY_WHY];

	if (o->keydir == NULL)
		return EXIT_DONE;
	enum err e = keydir_read(o->keydir, apex, &keys, why);
	if (e != OK)
		return key_failed(e, why);
	for (size_t i = 0; i < keys.n; i++)
		life_roll_key(&keys.key[i], r->now, &r->keys[r->n++]);
	r->n_real = r->n;
	keys_free(&keys);
	return EXIT_DONE;
}

int command_key_rehearse(const struct options *o)
{
	static struct policy p;
	struct name apex;
	static struct rehearsal r; /* large for a stack */
	int64_t until = now_of(o);

	if (o->policy == NULL || o->until == NULL || o->n_operands != 1)
		return EXIT_USAGE;
	r.p = &p;
	r.now = now_of(o);
	if (!origin_read(o->operand[0], &apex) || !date_read("--until", o->until, r.now, &until))
		return EXIT_USAGE;
	int code = policy_of(o, &p);
	if (code == EXIT_DONE)
		code = state_load(o, &apex, &r.s);
	if (code == EXIT_DONE)
		code = read_keys(o, &apex, &r);
	if (code == EXIT_DONE)
		code = rehearse(&r, until);
	return code;
}
