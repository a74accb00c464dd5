/* A key whose private half is lost for good is taken out of a policy's state. */
#include <stdio.h>
#include <stdlib.h>

#include "dns/field.h"
#include "keys/life.h"
#include "zonec/key.h"
#include "zonec/life.h"

/* refused says why a key is not forgotten, if it is not: somebody may still have use for it. */
static bool refused(const struct options *o, const struct key_state *k, const struct key *file)
{
	if (file != NULL && file->private != NULL) {
		complain("%s: the %s with tag %u is not lost: %s/%s.private is there; zonec key retire lets it go",
			 o->operand[0], roles_text(k->roles), k->tag, o->keydir, file->file);
		return true;
	}
	if (k->thing[THING_DS].phase == HIDDEN || o->replace)
		return false;
	complain("%s: the parent may have the DS of %s %u, and whoever has it in a cache will not accept the zone "
		 "without this key. The zone is served as it is until its signatures expire; have the parent take "
		 "the DS away first, wait for its TTL, then say --replace",
		 o->operand[0], roles_text(k->roles), k->tag);
	return true;
}

/* end notes in the public half, if that is there, that the key is over; it is published for a while, for those who
 * have its signatures. */
static enum err end(const struct options *o, const struct key *file, char why[KEY_WHY])
{
	struct keydir *d;
	struct key k;

	if (file == NULL)
		return OK;
	k = *file;
	k.time[KEY_INACTIVE] = now_of(o);
	k.time[KEY_DELETE] = now_of(o) + KEY_RETIREMENT;
	enum err e = keydir_open(o->keydir, &d, why);
	if (e == OK)
		e = keydir_set_times(d, &k, why);
	keydir_close(d);
	return e;
}

/* What is in the way, outside of any transaction. Gives an exit code. */
static int prepare(const struct options *o, const struct name *zone, uint16_t tag)
{
	struct sign_state s;
	struct keys keys;
	char why[KEY_WHY];
	int code = state_load(o, zone, &s);

	if (code != EXIT_DONE)
		return code;
	const struct key_state *k = state_find(&s, tag);
	if (k == NULL) {
		complain("%s: no key in its policy has the tag %u; zonec key status lists them", o->operand[0],
			 tag);
		return EXIT_WRONG;
	}
	enum err e = keydir_read(o->keydir, zone, &keys, why);
	if (e != OK)
		return key_failed(e, why);
	const struct key *file = life_key(&keys, k);
	code = refused(o, k, file) ? EXIT_WRONG : EXIT_DONE;
	if (code == EXIT_DONE && end(o, file, why) != OK)
		code = key_failed(ERR_SYSTEM, why);
	keys_free(&keys);
	return code;
}

static bool tag_of(const struct options *o, uint16_t *out)
{
	uint64_t tag;

	if (!text_number(o->operand[1], strlen(o->operand[1]), &tag) || tag > UINT16_MAX)
		return false;
	*out = (uint16_t)tag;
	return true;
}

static int forget(struct sign_state *s, const struct options *o)
{
	uint16_t tag;

	if (!tag_of(o, &tag) || roll_forget(s, tag) != OK)
		return EXIT_WRONG;
	printf("%s: the key with tag %u is forgotten; the next compile takes another\n", o->operand[0], tag);
	return EXIT_DONE;
}

int command_key_forget(const struct options *o)
{
	struct name zone;
	uint16_t tag;

	if (o->db == NULL || o->keydir == NULL || o->n_operands != 2 || !origin_read(o->operand[0], &zone))
		return EXIT_USAGE;
	if (!tag_of(o, &tag)) {
		complain("'%s' is no key tag: say a number", o->operand[1]);
		return EXIT_USAGE;
	}
	int code = prepare(o, &zone, tag);
	return code == EXIT_DONE ? state_change(o, forget) : code;
}
