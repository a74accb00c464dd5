/* Bundles are signed at the ceremony, and checked when they come back. */
#include <stdlib.h>

#include "dns/rdata.h"
#include "keys/ksr.h"
#include "sec/ds.h"
#include "sec/rrsig.h"

/* ---- a set of a bundle, as it is signed ---- */

struct set {
	struct view rdata[KSR_RECORDS_MAX];
	size_t n;
	uint16_t type;
};

static const uint16_t signed_types[] = { RR_DNSKEY, RR_CDS, RR_CDNSKEY };

/* In canonical order and without duplicates (RFC 4034 6.3). */
static void set_of(const struct ksr_bundle *b, uint16_t type, struct set *out)
{
	out->n = 0;
	out->type = type;
	for (size_t i = 0; i < b->n; i++) {
		size_t at = out->n;
		int order = 1;

		if (b->record[i].type != type)
			continue;
		while (at > 0 && (order = rdata_order(type, b->record[i].rdata, out->rdata[at - 1])) < 0)
			at--;
		if (at > 0 && order == 0)
			continue;
		memmove(&out->rdata[at + 1], &out->rdata[at], (out->n - at) * sizeof out->rdata[0]);
		out->rdata[at] = b->record[i].rdata;
		out->n++;
	}
}

static struct signed_set as_signed(const struct ksr *k, const struct set *s)
{
	return (struct signed_set){ &k->zone, s->type, CLASS_IN, s->n, s->rdata };
}

/* ---- signing ---- */

static enum err sign_set(struct ksr *k, struct ksr_bundle *b, const struct set *s, const struct key *key)
{
	static uint8_t rdata[RRSIG_HEAD + NAME_WIRE_MAX + SIGNATURE_MAX], data[KSR_RECORDS_MAX * 1024];
	const struct signed_set set = as_signed(k, s);
	struct rrsig sig = { .covered = s->type,
			     .algorithm = key->algorithm,
			     .labels = (uint8_t)name_labels(&k->zone),
			     .ttl = k->ttl,
			     .expires = (uint32_t)b->expires,
			     .begins = (uint32_t)b->inception,
			     .tag = key->tag,
			     .signer = k->zone };
	struct wr head = wr_of(rdata, sizeof rdata), w = wr_of(data, sizeof data);
	struct signer *signer = signer_new(key->private);
	enum err e = signer != NULL ? OK : ERR_MEMORY;

	rrsig_write(&sig, &head);
	sig.head = view_of(rdata, RRSIG_HEAD);
	uint8_t *at = wr_room(&head, private_key_signature_len(key->private));
	if (e == OK)
		e = rrsig_data(&sig, &set, &w);
	const struct view message = wr_view_of(&w);
	if (e == OK && at != NULL)
		e = signer_sign(signer, &message, 1, &at);
	signer_free(signer);
	if (e == OK && (at == NULL || !ksr_record_add(k, b, RR_RRSIG, wr_view_of(&head))))
		e = ERR_SPACE;
	return e;
}

static bool add_cds(struct ksr *k, struct ksr_bundle *b, const struct key *key)
{
	bool fits = ksr_record_add(k, b, RR_CDNSKEY, key->dnskey);

	for (uint8_t type = 0; type < 32 && fits; type++) {
		uint8_t rdata[DS_RDATA_MAX];
		struct wr w = wr_of(rdata, sizeof rdata);

		if ((k->cds & 1U << type) != 0 && ds_of(&k->zone, key->dnskey, type, &w) == OK)
			fits = ksr_record_add(k, b, RR_CDS, wr_view_of(&w));
	}
	return fits;
}

static bool add_keys(struct ksr *k, struct ksr_bundle *b, const struct keys *ksks)
{
	bool fits = true;

	for (size_t i = 0; i < ksks->n && fits; i++) {
		const struct key *key = &ksks->key[i];
		bool sync = key->time[KEY_SYNC_PUBLISH] <= b->from && b->from < key->time[KEY_SYNC_DELETE];

		if (!key_is_sep(key) || !key_published(key, b->from))
			continue;
		fits = ksr_record_add(k, b, RR_DNSKEY, key->dnskey);
		if (fits && sync && k->cds != 0)
			fits = add_cds(k, b, key);
	}
	return fits;
}

static enum err sign_bundle(struct ksr *k, struct ksr_bundle *b, const struct keys *ksks, bool *signs)
{
	enum err e = add_keys(k, b, ksks) ? OK : ERR_SPACE;

	*signs = false;
	for (size_t t = 0; t < COUNT_OF(signed_types) && e == OK; t++) {
		struct set s;

		set_of(b, signed_types[t], &s);
		for (size_t i = 0; i < ksks->n && e == OK && s.n != 0; i++) {
			if (!key_is_sep(&ksks->key[i]) || !key_signs(&ksks->key[i], b->from))
				continue;
			*signs = true;
			e = sign_set(k, b, &s, &ksks->key[i]);
		}
	}
	return e;
}

enum err ksr_sign(struct ksr *k, const char *file, const struct keys *ksks, char why[KEY_WHY])
{
	enum err e = OK;

	if (k->response)
		return keyio_why(why, ERR_REFUSED, "%s: is a response, which is signed already", file);
	k->response = true;
	for (size_t i = 0; i < k->n && e == OK; i++) {
		struct ksr_bundle *b = &k->bundle[i];
		char date[KEY_TIME_TEXT];
		bool signs;

		e = sign_bundle(k, b, ksks, &signs);
		key_time_print(b->from, date);
		if (e != OK)
			(void)keyio_why(why, e, "%s:%u: the bundle of %s could not be signed: %s", file, b->line,
					date, err_text(e));
		else if (!signs)
			e = keyio_why(
			    why, ERR_REFUSED,
			    "%s:%u: no KSK is active at the bundle's time, %s; zonec key status tells of the "
			    "times of the keys here",
			    file, b->line, date);
	}
	return e;
}

/* ---- checking ---- */

struct check {
	const struct ksr *k;
	const struct ksr_bundle *b;
	const struct keys *known;
	const char *file;
	char *why;
};

static enum err refuse(const struct check *c, const char *what)
{
	char date[KEY_TIME_TEXT];

	key_time_print(c->b->from, date);
	return keyio_why(c->why, ERR_REFUSED, "%s:%u: the bundle of %s %s", c->file, c->b->line, date, what);
}

static bool is_known(const struct check *c, struct view dnskey)
{
	for (size_t i = 0; i < c->known->n; i++)
		if (view_eq(c->known->key[i].dnskey, dnskey))
			return true;
	return false;
}

static bool times_are_right(const struct check *c, const struct rrsig *sig)
{
	return sig->begins == (uint32_t)c->b->inception && sig->expires == (uint32_t)c->b->expires &&
	       sig->ttl == c->k->ttl && name_eq(&sig->signer, &c->k->zone);
}

/* Whether `sig` is the signature over its set of a DNSKEY of the bundle, which *out then is. */
static bool made_by(const struct check *c, const struct rrsig *sig, const struct set *s, struct view *out)
{
	const struct signed_set set = as_signed(c->k, s);
	struct sign_room room = { 0 };
	bool right = false;

	for (size_t i = 0; i < c->b->n && !right; i++) {
		struct public_key *key;
		struct dnskey d;

		if (c->b->record[i].type != RR_DNSKEY || !dnskey_read(c->b->record[i].rdata, &d) ||
		    d.tag != sig->tag || d.algorithm != sig->algorithm ||
		    public_key_of(d.algorithm, d.key, &key) != OK)
			continue;
		right = rrsig_verify(sig, key, &set, &room) == OK;
		public_key_free(key);
		*out = c->b->record[i].rdata;
	}
	free(room.p);
	return right;
}

/* A ZSK signs the zone, so it is here, and its signature does not tell that the KSK's keeper agreed. */
static bool is_known_ksk(const struct check *c, struct view dnskey)
{
	struct dnskey d;

	return dnskey_read(dnskey, &d) && (d.flags & (DNSKEY_SEP | DNSKEY_REVOKED)) == DNSKEY_SEP &&
	       is_known(c, dnskey);
}

/* What is not over a set of the bundle is checked by nobody, and does not belong there. */
static enum err check_covered(const struct check *c)
{
	for (size_t i = 0; i < c->b->n; i++) {
		struct rrsig sig;
		bool belongs = false;

		if (c->b->record[i].type != RR_RRSIG)
			continue;
		if (!rrsig_read(c->b->record[i].rdata, &sig))
			return refuse(c, "has an RRSIG that is none");
		for (size_t t = 0; t < COUNT_OF(signed_types); t++)
			belongs |= sig.covered == signed_types[t];
		if (!belongs)
			return refuse(c, "has a signature over something other than DNSKEY, CDS and CDNSKEY");
	}
	return OK;
}

/* Every signature must be right, and one at least that of a known KSK. */
static enum err check_set(const struct check *c, uint16_t type, uint32_t *algorithms)
{
	struct set s;
	bool trusted = false;

	*algorithms = 0;
	set_of(c->b, type, &s);
	for (size_t i = 0; i < c->b->n; i++) {
		struct view key;
		struct rrsig sig;

		if (c->b->record[i].type != RR_RRSIG)
			continue;
		if (!rrsig_read(c->b->record[i].rdata, &sig) || sig.covered != type)
			continue;
		if (!times_are_right(c, &sig) || !made_by(c, &sig, &s, &key))
			return refuse(
			    c, "has a signature that is wrong: the file was changed, or is not of these keys");
		*algorithms |= sig.algorithm < 32 ? 1U << sig.algorithm : 0;
		trusted |= is_known_ksk(c, key);
	}
	if (s.n == 0 || trusted)
		return OK;
	return refuse(c, *algorithms == 0
			     ? "is not signed"
			     : "is signed by no KSK that is known here; bring its .key: zonec key import");
}

static enum err check_keys(const struct check *c, uint32_t algorithms)
{
	for (size_t i = 0; i < c->b->n; i++) {
		struct dnskey d;

		if (c->b->record[i].type != RR_DNSKEY)
			continue;
		if (!dnskey_read(c->b->record[i].rdata, &d) || d.algorithm >= 32)
			return refuse(c, "has a DNSKEY that is none");
		if ((algorithms & 1U << d.algorithm) == 0)
			return refuse(c, "has a key of an algorithm that did not sign it (RFC 4035 2.2)");
		if ((d.flags & DNSKEY_SEP) == 0 && !is_known(c, c->b->record[i].rdata))
			return refuse(c, "has a ZSK that is not in the key directory: it is of another request");
	}
	return OK;
}

static enum err check_bundle(const struct check *c)
{
	uint32_t algorithms, others;
	enum err e = check_covered(c);

	for (size_t t = 1; t < COUNT_OF(signed_types) && e == OK; t++)
		e = check_set(c, signed_types[t], &others);
	if (e == OK)
		e = check_set(c, RR_DNSKEY, &algorithms);
	return e == OK ? check_keys(c, algorithms) : e;
}

enum err ksr_check(const struct ksr *k, const char *file, const struct name *zone, const struct keys *known,
		   char why[KEY_WHY])
{
	enum err e = OK;

	if (!k->response)
		return keyio_why(why, ERR_REFUSED, "%s: is a request: sign it first, with zonec ksr sign", file);
	if (!name_eq(&k->zone, zone))
		return keyio_why(why, ERR_REFUSED, "%s: is of another zone", file);
	for (size_t i = 0; i < k->n && e == OK; i++)
		e = check_bundle(&(struct check){ k, &k->bundle[i], known, file, why });
	return e;
}
