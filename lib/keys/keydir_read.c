/* One key out of its two files. */
#include <stdio.h>
#include <stdlib.h>

#include "crypto/locked.h"
#include "dns/field.h"
#include "keys/keydir_run.h"

enum { LOCKED = 3, ROOM = KEYFILE_MAX + 1024 }; /* times added make a text longer */

bool halves_make(struct halves *h)
{
	uint8_t *plain = malloc(2 * ROOM), *locked = locked_take(LOCKED * ROOM);

	h->public = wr_of(plain, ROOM);
	h->private = wr_of(locked, ROOM);
	if (plain == NULL || locked == NULL)
		return false;
	h->dnskey = wr_of(plain + ROOM, ROOM);
	h->secret = wr_of(locked + ROOM, ROOM);
	h->edited = wr_of(locked + 2 * ROOM, ROOM);
	return true;
}

void halves_free(struct halves *h)
{
	free(h->public.p);
	locked_free(h->private.p);
}

static char *file_name(char out[KEY_FILE_MAX + 16], const char *base, const char *ending)
{
	snprintf(out, KEY_FILE_MAX + 16, "%s%s", base, ending);
	return out;
}

/* flawed makes a sentence of a flaw: file, line, field and what. */
static enum err flawed(const struct flaw *f, const char *shown, const char *file, char why[KEY_WHY])
{
	return keyio_why(why, ERR_FORMAT, "%s/%s:%u: %s%s%s", shown, file, f->line,
			 f->field != NULL ? f->field : "", f->field != NULL ? ": " : "", f->what);
}

enum err halves_cannot_sign(const struct key *k, const char *shown, const char *base, char why[KEY_WHY])
{
	const char *name = algorithm_name(k->algorithm);

	return keyio_why(why, ERR_REFUSED,
			 "%s/%s.private: algorithm %u (%s) does not sign here; 8, 10, 13, 14, 15 and 16 do: roll "
			 "to one of them where the zone is signed now, then take this key away",
			 shown, base, k->algorithm, name != NULL ? name : "unknown");
}

/* unfit says why a secret makes no key. */
static enum err unfit(enum err e, uint8_t algorithm, const char *shown, const char *file, char why[KEY_WHY])
{
	if (e == ERR_REFUSED)
		return keyio_why(why, e, "%s/%s: RSA keys that sign have %d to %d bits and a small exponent",
				 shown, file, RSA_BITS_MIN, RSA_BITS_MAX);
	if (e == ERR_FORMAT)
		return keyio_why(why, e,
				 "%s/%s: is no private key of algorithm %u: parts are missing or do not belong "
				 "together",
				 shown, file, algorithm);
	return keyio_why(why, e, "%s/%s: %s", shown, file, err_text(e));
}

static enum err read_private(struct halves *h, const char *shown, const char *file, struct key *k,
			     char why[KEY_WHY])
{
	struct keyfile_private p;
	struct flaw flaw = { 0 };
	enum err e;

	h->secret.len = 0;
	h->secret.full = false;
	if (!keyfile_private(wr_view_of(&h->private), &p, &h->secret, &flaw))
		return flawed(&flaw, shown, file, why);
	if (p.algorithm != k->algorithm)
		return keyio_why(why, ERR_FORMAT, "%s/%s: is of algorithm %u, but the .key file of algorithm %u",
				 shown, file, p.algorithm, k->algorithm);
	e = private_key_of(p.algorithm, &p.secret, &k->private);
	k->cannot_sign = e == ERR_NOTFOUND;
	if (e != OK && !k->cannot_sign)
		return unfit(e, p.algorithm, shown, file, why);
	if (e == OK && !view_eq(private_key_public(k->private), view_of(k->dnskey.p + 4, k->dnskey.n - 4)))
		return keyio_why(why, ERR_FORMAT, "%s/%s: does not belong to the public key in the .key file",
				 shown, file);
	memcpy(k->time, p.time, sizeof k->time);
	return OK;
}

static void empty(struct wr *w)
{
	w->len = 0;
	w->full = false;
}

enum err halves_read(struct halves *h, int dir, const char *shown, const char *base, struct key *k,
		     char why[KEY_WHY])
{
	char file[KEY_FILE_MAX + 16];
	struct flaw flaw = { 0 };
	struct wr text;
	enum err e;

	key_clear(k);
	empty(&h->dnskey);
	text = wr_of(h->public.p, KEYFILE_MAX + 1);
	e = keyio_read(dir, shown, file_name(file, base, ".key"), false, &text, why);
	if (e != OK)
		return e;
	h->public.len = text.len;
	if (!keyfile_public(wr_view_of(&text), k, &h->dnskey, &flaw))
		return flawed(&flaw, shown, file, why);
	text = wr_of(h->private.p, KEYFILE_MAX + 1);
	e = keyio_read(dir, shown, file_name(file, base, ".private"), true, &text, why);
	h->private.len = text.len;
	h->has_private = e == OK;
	if (e == ERR_NOTFOUND)
		return OK;
	if (e == OK)
		e = read_private(h, shown, file, k, why);
	if (e != OK) {
		private_key_free(k->private);
		k->private = NULL;
	}
	return e;
}
