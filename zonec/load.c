#include "zonec/load.h"

#include <stdio.h>
#include <stdlib.h>

#include "sign/serial.h"
#include "zone/authority.h"
#include "zone/check.h"
#include "zone/master.h"
#include "zonec/oldzone.h"
#include "zonec/places.h"
#include "zonec/report.h"
#include "zonec/sign.h"

struct loader {
	const struct options *options;
	struct store *store; /* NULL: no earlier self of the zone is sought */
	const char *path;
	struct zone *zone;
	struct checker *checker;
	struct progress *progress;
	struct places places; /* lines of records are numbers of these */
	uint64_t records, errors, warnings;
	uint64_t read_errors;         /* those of them that reading found */
	uint64_t dropped;             /* records that signing makes anew */
	struct zone_signing *signing; /* NULL: the zone is not to be signed */
	bool long_told;               /* of the first TTL that is too long */
};

/* A TTL above the policy's maximum would make its roll-overs unsafe: what it waits for would still be cached. */
static void tell_long(struct loader *l, const struct master_record *r)
{
	char text[160];
	struct report_line line = {
		.file = r->file, .line = r->line, .error = true, .check = "sign", .text = text
	};

	(void)snprintf(
	    text, sizeof text,
	    "TTL %u is above the policy's max-zone-ttl of %u s: make it smaller, or max-zone-ttl larger", r->ttl,
	    l->signing->ttl_max);
	l->errors++;
	l->long_told = true;
	progress_clear(l->progress);
	report_finding(l->options->json, &line);
}

static void take_record(void *context, const struct master_record *r)
{
	struct loader *l = context;
	const uint32_t line = places_number(&l->places, r->file, r->line);

	l->records++;
	if (l->signing != NULL && sign_drops(r->type)) {
		l->dropped++;
		return;
	}
	if (l->signing != NULL && l->signing->ttl_max != 0 && r->ttl > l->signing->ttl_max && !l->long_told)
		tell_long(l, r);
	const enum err e = zone_add(l->zone, &r->owner, r->type, r->ttl, r->rdata, line);
	if (e == ERR_REFUSED)
		checker_tell(l->checker, CHECK_OUT_OF_ZONE, &r->owner, line, "not at or below the zone's apex");
	else if (e == ERR_SPACE)
		checker_tell(
		    l->checker, CHECK_DEEP_NAMES, &r->owner, line,
		    "left out: the zone's names have more than 32 labels below the apex on average, and the names "
		    "they imply would fill memory");
}

static void take_expected(void *context, struct view owner)
{
	const struct loader *l = context;

	zone_expect(l->zone, owner);
}

static void take_finding(void *context, const struct master_finding *f)
{
	struct loader *l = context;
	struct report_line line = { f->file, f->line, f->column, f->error, f->field, NULL, NULL, f->what };

	*(f->error ? &l->errors : &l->warnings) += f->untold != 0 ? f->untold : 1;
	l->read_errors += f->error;
	progress_clear(l->progress);
	report_finding(l->options->json, &line);
}

static void take_check(void *context, const struct check_finding *f)
{
	struct loader *l = context;
	const struct place *place = places_find(&l->places, f->line);
	char owner[NAME_TEXT_MAX];
	struct report_line line = { .file = l->path, .error = f->severity == SEVERITY_ERROR };

	if (place != NULL) {
		line.file = place->file;
		line.line = place->line + (f->line - place->number);
	}
	if (f->owner != NULL) {
		name_print(f->owner, owner);
		line.owner = owner;
	}
	line.check = check_row(f->id)->name;
	line.text = f->what;
	progress_clear(l->progress);
	report_finding(l->options->json, &line);
}

static void take_progress(void *context, uint64_t done, uint64_t total)
{
	struct loader *l = context;

	progress_at(l->progress, "reading", done, total, l->records, "records");
}

static void take_check_progress(void *context, const char *doing, uint64_t done, uint64_t total)
{
	struct loader *l = context;

	progress_at(l->progress, doing, done, total, done, "names");
}

/* What would verify our own signatures and digests again, for as much work as making them. */
static const enum check_id of_own_work[] = {
	CHECK_RRSIG_MISSING, CHECK_RRSIG_WRONG,        CHECK_RRSIG_EXPIRED,
	CHECK_RRSIG_NOT_YET, CHECK_RRSIG_STRAY,        CHECK_RRSIG_TTL,
	CHECK_ZONEMD_WRONG,  CHECK_RRSIG_EXPIRES_SOON, CHECK_RRSIG_UNVERIFIED,
};

static void choose_checks(const struct options *o, bool own_work, struct check_options *c)
{
	enum check_id id;

	check_options_default(c);
	for (size_t i = 0; own_work && i < COUNT_OF(of_own_work); i++)
		c->severity[of_own_work[i]] = SEVERITY_OFF;
	c->now = now_of(o);
	for (unsigned i = 0; i < o->n_choices; i++)
		if (check_find(o->choice[i].name, &id))
			c->severity[id] = o->choice[i].severity;
}

/* severity_of a check that is not run, for what it would find is known already. */
static enum severity severity_of(const struct options *o, enum check_id id)
{
	struct check_options c;

	choose_checks(o, false, &c);
	return c.severity[id];
}

/* say_as reports a finding about the zone as a whole under the name of a check. */
static void say_as(struct loader *l, const char *check, bool error, const char *text)
{
	struct report_line line = { .file = l->path, .error = error, .check = check, .text = text };

	*(error ? &l->errors : &l->warnings) += 1;
	progress_clear(l->progress);
	report_finding(l->options->json, &line);
}

/* say reports what signing says of the zone. */
static void say(struct loader *l, bool error, const char *text)
{
	say_as(l, "sign", error, text);
}

/* check_there compares with the zone that is there. Its serial may come after the file's, as that of one that was
 * signed: whoever has transferred that zone takes the file's for an older one. And the parent may have a DS of it,
 * which is said unless a policy has seen to that. */
static void check_there(struct loader *l)
{
	const struct view soa = zone_soa(l->zone);
	const uint32_t serial = soa.n >= 22 ? get_u32(soa.p + soa.n - 20) : 0;
	struct zone_row there;
	struct store_txn *t;

	if (l->store == NULL || soa.n < 22 || store_read(l->store, &t) != OK)
		return; /* whatever that is, the compile meets it, too */
	bool known = store_zone_get(t, &l->zone->apex, &there) == OK;
	store_abort(t);
	if (known && serial_greater(there.serial, serial))
		checker_tell(
		    l->checker, CHECK_SERIAL_GOES_BACK, NULL, 0,
		    "the serial goes back from %u in the database to %u: secondaries elsewhere will not transfer "
		    "it; raise the file's serial above %u",
		    there.serial, serial, there.serial);
	const struct node *apex = zone_find(l->zone, &l->zone->apex);
	if (known && (there.flags & ZONE_ROW_SIGNED) != 0 && l->options->policy == NULL && apex != NULL &&
	    node_has(apex, RR_DNSKEY) == NULL)
		checker_tell(l->checker, CHECK_SIGNED_BEFORE, NULL, 0,
			     "the zone in the database is signed, this one is not: while the parent has a DS, no "
			     "validator accepts it; sign it, or have the DS removed first");
}

static void say_dropped(struct loader *l)
{
	char text[200];

	if (l->dropped == 0)
		return;
	(void)snprintf(
	    text, sizeof text,
	    "%llu RRSIG, NSEC, NSEC3, NSEC3PARAM and ZONEMD records are left out: signing makes its own",
	    (unsigned long long)l->dropped);
	say(l, false, text);
}

/* Secondaries serve a zone for its expire after they have lost its primary; signatures must last that long. */
static void say_short(struct loader *l)
{
	const struct sign_plan *p = &l->signing->plan;
	const struct view soa = zone_soa(l->zone);
	const uint32_t lasts = p->validity - p->jitter, expire = soa.n >= 22 ? get_u32(soa.p + soa.n - 8) : 0;
	const enum severity severity = severity_of(l->options, CHECK_RRSIG_EXPIRES_SOON);
	char text[200];

	if (lasts >= expire || severity == SEVERITY_OFF)
		return;
	(void)snprintf(text, sizeof text,
		       "signatures last for %u s, less than the SOA's expire of %u s: secondaries may serve "
		       "expired ones; make "
		       "the validity longer or the expire shorter",
		       lasts, expire);
	say_as(l, check_row(CHECK_RRSIG_EXPIRES_SOON)->name, severity == SEVERITY_ERROR, text);
}

/* find_old looks for the zone's earlier self; false: the database cannot be read. */
static bool find_old(struct loader *l, struct oldzone *old)
{
	enum err e = l->store != NULL ? oldzone_open(l->store, &l->zone->apex, old) : ERR_NOTFOUND;
	char text[200];

	if (e == OK)
		l->signing->plan.old = &old->source;
	if (e == OK || e == ERR_NOTFOUND)
		return true;
	(void)snprintf(text, sizeof text, "the zone in the database cannot be read for its signatures: %s",
		       err_text(e));
	say(l, true, text);
	return false;
}

static void sign(struct loader *l, struct loaded *out)
{
	char why[SIGN_WHY];
	struct oldzone old;

	say_dropped(l);
	if (!find_old(l, &old))
		return;
	l->signing->plan.progress = take_check_progress;
	l->signing->plan.context = l;
	out->is_signed = sign_zone(l->zone, &l->signing->plan, &out->result, why) == OK;
	if (!out->is_signed)
		say(l, true, why);
	else
		say_short(l);
}

/* read_and_check leaves what it found in the loader; a zone that could not be signed is not checked further. */
static enum err read_and_check(struct loader *l, const struct name *origin, struct loaded *out)
{
	struct master_calls calls = { l, take_record, take_expected, take_finding, take_progress };
	struct master_options mo = { .max_errors = MASTER_ERRORS_MAX };

	if (l->options->max_errors != NULL)
		mo.max_errors = (uint32_t)strtoul(l->options->max_errors, NULL, 10);
	enum err e = master_read(l->path, origin, &mo, &calls);
	out->stopped = l->read_errors >= mo.max_errors;
	if (l->signing != NULL)
		sign_prepare(l->zone, &l->signing->plan);
	zone_seal(l->zone, checker_oddity, l->checker);
	if (e == OK && l->signing != NULL && l->errors == 0)
		sign(l, out);
	if (e == OK && l->signing == NULL && l->errors == 0)
		check_there(l);
	if (e == OK && (l->signing == NULL || out->is_signed))
		checker_run(l->checker, l->zone);
	return e;
}

/* begin_signing: the zone is signed by a policy, or by the options, or not. */
static enum err begin_signing(struct loader *l, const struct name *origin, struct zone_signing *by_policy,
			      struct zone_signing *by_options)
{
	char why[SIGN_WHY];

	l->signing = by_policy;
	if (by_policy != NULL || !l->options->sign.sign)
		return OK;
	enum err e = zone_signing_begin(l->options, origin, by_options, why);
	if (e == OK)
		l->signing = by_options;
	else
		say(l, true, why);
	return e;
}

void load_zone(const struct options *o, struct store *s, const struct name *origin, const char *path,
	       struct zone_signing *by_policy, struct progress *progress, struct loaded *out)
{
	struct loader l = {
		.options = o, .store = s, .path = path, .zone = zone_new(origin), .progress = progress
	};
	struct zone_signing by_options;
	struct check_options co;

	*out = (struct loaded){ 0 };
	choose_checks(o, by_policy != NULL || o->sign.sign, &co);
	l.checker = checker_new(&co, take_check, &l);
	checker_watch(l.checker, take_check_progress);
	enum err e = begin_signing(&l, origin, by_policy, &by_options);
	if (e == OK)
		e = read_and_check(&l, origin, out);
	if (l.signing == &by_options)
		zone_signing_end(&by_options);
	struct check_result r = checker_end(l.checker);
	places_free(&l.places);
	progress_clear(progress);
	out->zone = l.zone;
	out->errors = l.errors + r.errors;
	out->warnings = l.warnings + r.warnings;
	memcpy(out->checks, r.ran, sizeof out->checks);
	out->unreadable = e == ERR_SYSTEM;
	if (out->errors != 0 || e != OK) {
		zone_free(l.zone);
		out->zone = NULL;
	}
}
