/* What the parent shows of a zone's keys, and what the commands about policies share. */
#include "zonec/life.h"

#include <stdio.h>
#include <stdlib.h>

#include "dns/field.h"
#include "zonec/key.h"

int policy_of(const struct options *o, struct policy *out)
{
	struct policy_why why = { .text = "" };
	enum err e = policy_read(o->policy, out, &why);

	if (e == OK)
		return EXIT_DONE;
	complain("%s", why.text);
	return e == ERR_SYSTEM || e == ERR_MEMORY ? EXIT_SYSTEM : EXIT_WRONG;
}

bool state_of(struct store_txn *t, const struct name *apex, struct sign_state *out)
{
	struct view octets = { NULL, 0 };
	char name[NAME_TEXT_MAX];
	enum err e = store_signing_get(t, apex, &octets);

	if (e == ERR_NOTFOUND)
		octets.n = 0;
	if (e == OK || e == ERR_NOTFOUND)
		e = state_read(octets, out);
	if (e == OK)
		return true;
	name_print(apex, name);
	if (e == ERR_VERSION)
		complain("%s: a newer zonec wrote the state of its keys; use that one", name);
	else
		complain("%s: the state of its keys in the database: %s; zonec verify looks for damage", name,
			 err_text(e));
	return false;
}

int state_load(const struct options *o, const struct name *apex, struct sign_state *out)
{
	struct store *s;
	struct store_txn *t;
	char why[256];

	memset(out, 0, sizeof *out);
	if (o->db == NULL)
		return EXIT_DONE;
	if (store_open(o->db, STORE_READ, &s, why) != OK) {
		complain("%s", why);
		return EXIT_SYSTEM;
	}
	enum err e = store_read(s, &t);
	bool right = e == OK && state_of(t, apex, out);
	if (e == OK)
		store_abort(t);
	else
		complain("%s: %s", o->db, err_text(e));
	store_close(s);
	return right ? EXIT_DONE : EXIT_SYSTEM;
}

/* ---- what happens to keys ---- */

static const char *const sentences[THINGS][PHASES] = {
	[THING_DNSKEY] = { "its DNSKEY has left every cache", "its DNSKEY is published",
			   "its DNSKEY is in every cache", "its DNSKEY is withdrawn" },
	[THING_KEYSIG] = { NULL, "it signs the DNSKEY set", NULL, "it no longer signs the DNSKEY set" },
	[THING_ZONESIG] = { "its signatures have left every cache", "it signs the zone",
			    "its signatures are in every cache", "it no longer signs the zone" },
	[THING_DS] = { "its DS has left every cache", "the parent is asked for its DS (CDS)",
		       "its DS is in every cache", "the parent is asked to take its DS away (CDS)" },
};

bool event_text(const struct roll_event *v, char out[EVENT_TEXT])
{
	const char *text = NULL;

	switch (v->kind) {
	case EVENT_ADOPTED:
		snprintf(out, EVENT_TEXT, "is taken into use, %s", algorithm_text(v->algorithm));
		return true;
	case EVENT_LEAVES:
		text = "is going to leave";
		break;
	case EVENT_MOVED:
		text = sentences[v->thing][v->phase];
		break;
	case EVENT_GONE:
		text = "is gone; its files are not needed any more";
		break;
	}
	if (text != NULL)
		snprintf(out, EVENT_TEXT, "%s", text);
	return text != NULL;
}

/* The engine counts an earlier time as that of the last step. A little of that does no harm; but who took one step
 * in a year to come would wait for that year, and so somebody must say which time is right. */
enum err state_clock(const struct sign_state *old, int64_t now, char why[SIGN_WHY])
{
	enum { LITTLE = 3600 };
	char last[DATE_TEXT], date[DATE_TEXT];

	if (old->last <= now + LITTLE)
		return OK;
	date_print(old->last, last);
	date_print(now, date);
	return keyio_why(
	    why, ERR_REFUSED,
	    "it is %s by the clock, but its keys took a step on %s already: set the clock right, or if it "
	    "was wrong then: zonec key rewind",
	    date, last);
}

/* ---- what the parent shows ---- */

static bool waits(const struct key_state *k, bool seen)
{
	return k->thing[THING_DS].phase == (seen ? RUMOURED : UNRETENTIVE);
}

static void note(struct sign_state *s, const struct key_state *k, bool seen, int64_t now, const char *origin)
{
	char date[DATE_TEXT];

	(void)roll_ds(s, k->tag, seen, now);
	date_print(seen ? k->ds_seen : k->ds_gone, date);
	printf("%s: the DS of %s %u is %s the parent since %s\n", origin, roles_text(k->roles), k->tag,
	       seen ? "in" : "gone from", date);
}

/* Notes it of the key with the tag, or without one of all that wait for it. Gives an exit code. */
static int note_all(struct sign_state *s, const char *origin, const char *word, bool seen, int64_t now)
{
	uint64_t tag = 0;
	unsigned n = 0;

	if (word != NULL && (!text_number(word, strlen(word), &tag) || tag > UINT16_MAX)) {
		complain("'%s' is no key tag: say a number, or nothing for all keys that wait", word);
		return EXIT_USAGE;
	}
	for (unsigned i = 0; i < s->n_keys; i++)
		if (waits(&s->key[i], seen) && (word == NULL || s->key[i].tag == tag)) {
			note(s, &s->key[i], seen, now, origin);
			n++;
		}
	if (n != 0)
		return EXIT_DONE;
	const struct key_state *k = word != NULL ? state_find(s, (uint16_t)tag) : NULL;
	if (s->last == 0)
		complain("%s: no policy has signed it yet: zonec compile --policy", origin);
	else if (word == NULL)
		complain("%s: no key waits for its DS to %s the parent", origin, seen ? "be in" : "leave");
	else if (k == NULL)
		complain("%s: no key in its policy has the tag %s; zonec key status lists them", origin, word);
	else
		complain("%s: the DS of %s %u is %s: it does not wait to %s the parent", origin,
			 roles_text(k->roles), k->tag, phase_text(k->thing[THING_DS].phase),
			 seen ? "be in" : "leave");
	return EXIT_WRONG;
}

static int note_what(struct sign_state *s, const struct options *o, bool seen)
{
	char why[SIGN_WHY];

	if (o->now == NULL && state_clock(s, now_of(o), why) != OK) { /* else it is meant */
		complain("%s: nothing was noted: %s", o->operand[0], why);
		return EXIT_WRONG;
	}
	return note_all(s, o->operand[0], o->n_operands == 2 ? o->operand[1] : NULL, seen, now_of(o));
}

static int note_seen(struct sign_state *s, const struct options *o)
{
	return note_what(s, o, true);
}

static int note_gone(struct sign_state *s, const struct options *o)
{
	return note_what(s, o, false);
}

/* ---- a clock that was wrong ---- */

static int rewind_state(struct sign_state *s, const struct options *o)
{
	const int64_t now = now_of(o);
	char date[DATE_TEXT];

	if (o->n_operands != 1)
		return EXIT_USAGE;
	if (s->last <= now) {
		complain("%s: its keys have taken no step that is still to come; there is nothing to rewind",
			 o->operand[0]);
		return EXIT_WRONG;
	}
	date_print(s->last, date);
	roll_rewind(s, now);
	printf("%s: what its keys did until %s counts from now on\n", o->operand[0], date);
	return EXIT_DONE;
}

/* ---- changes of a state ---- */

/* change_in gives an exit code, having said why if it is not EXIT_DONE; *e: the state could not be written. */
static int change_in(struct store_txn *t, const struct options *o, const struct name *apex,
		     state_change_fn *change, enum err *e)
{
	uint8_t octets[SIGN_STATE_MAX];
	struct wr w = wr_of(octets, sizeof octets);
	struct sign_state s;

	if (!state_of(t, apex, &s))
		return EXIT_SYSTEM;
	int code = change(&s, o);
	if (code != EXIT_DONE)
		return code;
	state_write(&s, &w);
	*e = store_signing_put(t, apex, wr_view_of(&w));
	return *e == OK ? EXIT_DONE : EXIT_SYSTEM;
}

int state_change(const struct options *o, state_change_fn *change)
{
	struct store *s;
	struct store_txn *t;
	struct name apex;
	char why[256];

	if (o->db == NULL || o->n_operands < 1 || o->n_operands > 2)
		return EXIT_USAGE;
	if (!origin_read(o->operand[0], &apex))
		return EXIT_USAGE;
	if (store_open(o->db, STORE_EXISTING, &s, why) != OK) {
		complain("%s", why);
		return EXIT_SYSTEM;
	}
	int code = EXIT_SYSTEM;
	enum err e = store_write(s, &t);
	if (e == OK) {
		code = change_in(t, o, &apex, change, &e);
		if (code == EXIT_DONE)
			e = store_commit(t);
		else
			store_abort(t);
	}
	if (e != OK)
		complain("%s: nothing was noted: %s", o->db, err_text(e));
	store_close(s);
	return e == OK ? code : EXIT_SYSTEM;
}

int command_key_ds_seen(const struct options *o)
{
	return state_change(o, note_seen);
}

int command_key_ds_gone(const struct options *o)
{
	return state_change(o, note_gone);
}

int command_key_rewind(const struct options *o)
{
	return state_change(o, rewind_state);
}
