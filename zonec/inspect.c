/* What a database holds: list, stats, dump, verify. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "bake/rows.h"
#include "bake/verify.h"
#include "store/snapshot.h"
#include "zonec/message.h"
#include "zonec/spool.h"
#include "zonec/zonec.h"

static bool open_db(const struct options *o, struct store **s)
{
	char why[256];

	if (store_open(o->db, STORE_READ, s, why) == OK)
		return true;
	complain("%s", why);
	return false;
}

static int failed(struct store *s, enum err e, const char *doing)
{
	complain("%s: %s", doing, err_text(e));
	store_close(s);
	return EXIT_SYSTEM;
}

/* begin_reading opens the database and a transaction; false: it has said why not. */
static bool begin_reading(const struct options *o, struct store **s, struct store_txn **t)
{
	if (!open_db(o, s))
		return false;
	enum err e = store_read(*s, t);
	if (e != OK)
		(void)failed(*s, e, o->db);
	return e == OK;
}

static const char *denial_text(const struct zone_row *r)
{
	if (r->denial == DENIAL_NSEC)
		return "nsec";
	if (r->denial == DENIAL_NSEC3)
		return r->flags & ZONE_ROW_OPTOUT ? "nsec3-opt-out" : "nsec3";
	return r->flags & ZONE_ROW_SIGNED ? "signed" : "unsigned";
}

static void print_day(uint64_t when, char out[32])
{
	time_t t = (time_t)when;
	struct tm tm;

	if (when == 0 || gmtime_r(&t, &tm) == NULL || strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		memcpy(out, "-", 2);
}

static void print_row(const struct name *apex, const struct zone_row *r)
{
	char name[NAME_TEXT_MAX], compiled[32], expires[32];

	name_print(apex, name);
	print_day(r->compiled, compiled);
	print_day(r->expires, expires);
	printf("%s\tserial=%u\trecords=%llu\t%s\tcompiled=%s\texpires=%s\n", name, r->serial,
	       (unsigned long long)r->records, denial_text(r), compiled, expires);
}

/* Some of the zones of a list. */
struct zones {
	size_t n;
	struct {
		struct name apex;
		struct zone_row row;
	} zone[256];
};

/* next_zones reads the zones that come after the last of those that were read before, at most as many as fit. */
static enum err next_zones(struct store *s, struct zones *z)
{
	struct name before = z->n != 0 ? z->zone[z->n - 1].apex : name_root;
	bool begun = z->n != 0;
	struct store_txn *t;
	enum err e = store_read(s, &t);

	z->n = 0;
	if (e != OK)
		return e;
	while (e == OK && z->n < COUNT_OF(z->zone)) {
		e = store_zone_after(t, begun ? &before : NULL, &z->zone[z->n].apex, &z->zone[z->n].row);
		if (e == OK)
			before = z->zone[z->n++].apex;
		begun = true;
	}
	store_abort(t);
	return e;
}

/* Who reads the list may take his time, with a pager: meanwhile no state of the database must be kept for him. */
int command_list(const struct options *o)
{
	static struct zones z; /* large for a stack */
	struct store *s;
	enum err e;

	if (o->db == NULL || o->n_operands != 0)
		return EXIT_USAGE;
	if (!open_db(o, &s))
		return EXIT_SYSTEM;
	do {
		e = next_zones(s, &z);
		for (size_t i = 0; i < z.n; i++)
			print_row(&z.zone[i].apex, &z.zone[i].row);
	} while (e == OK);
	if (e != ERR_NOTFOUND)
		return failed(s, e, "reading the zones");
	store_close(s);
	return EXIT_DONE;
}

int command_stats(const struct options *o)
{
	struct store *s;
	struct store_txn *t;
	struct zone_row row;
	struct name apex;
	uint64_t zones = 0, pooled = 0, records = 0, names = 0, signatures = 0;

	if (o->db == NULL || o->n_operands != 0)
		return EXIT_USAGE;
	if (!begin_reading(o, &s, &t))
		return EXIT_SYSTEM;
	enum err e = store_zone_after(t, NULL, &apex, &row);
	for (; e == OK; e = store_zone_after(t, &apex, &apex, &row)) {
		zones++;
		pooled += (row.flags & ZONE_ROW_POOLED) != 0;
		records += row.records;
		names += row.names;
		signatures += row.signatures;
	}
	printf(
	    "zones %llu\nsmall-zones %llu\nrecords %llu\nnames %llu\nsignatures %llu\ncommits %llu\noctets %llu\n",
	    (unsigned long long)zones, (unsigned long long)pooled, (unsigned long long)records,
	    (unsigned long long)names, (unsigned long long)signatures, (unsigned long long)store_counter(t),
	    (unsigned long long)store_file_size(s));
	store_abort(t);
	if (e != ERR_NOTFOUND)
		return failed(s, e, "reading the zones");
	store_close(s);
	return EXIT_DONE;
}

static enum err print_rrset(const struct row *row, const char *owner)
{
	struct view data = row->data, rdata;
	enum err e = OK;

	for (uint32_t i = 0; i < row->n + row->n_sig && e == OK; i++) {
		bool sig = i >= row->n;
		e = row_rdata(&data, &rdata) ? OK : ERR_DAMAGED;
		if (e == OK)
			e = record_print(owner, sig ? row->sig_ttl : row->ttl, sig ? RR_RRSIG : row->type, rdata);
	}
	return e;
}

/* dump_rows prints all rows; the SOA goes first, so that the file can be read by those who insist on that. */
static enum err dump_rows(struct store_txn *t, uint64_t rows, const struct name *apex)
{
	char owner[NAME_TEXT_MAX];

	for (int pass = 0; pass < 2; pass++) {
		struct row_walk *w;
		struct row row;
		enum err e = row_walk_begin(t, rows, NULL, &w);

		if (e != OK)
			return e;
		while ((e = row_walk_next(w, &row)) == OK) {
			bool soa = row.type == RR_SOA && name_eq(&row.owner, apex);
			if (pass == 0 && !name_eq(&row.owner, apex)) {
				e = ERR_NOTFOUND;
				break;
			}
			if (soa != (pass == 0))
				continue;
			name_print(&row.owner, owner);
			e = print_rrset(&row, owner);
			if (e != OK)
				break;
		}
		row_walk_end(w);
		if (e != ERR_NOTFOUND)
			return e;
	}
	return OK;
}

int command_dump(const struct options *o)
{
	struct store *s;
	struct store_txn *t;
	struct zone_row row;
	struct name apex;
	struct spool spool;

	if (o->db == NULL || o->n_operands != 1 || !origin_read(o->operand[0], &apex))
		return EXIT_USAGE;
	if (!begin_reading(o, &s, &t))
		return EXIT_SYSTEM;
	enum err e = store_zone_get(t, &apex, &row);
	spool_begin(&spool);
	if (e == OK)
		e = dump_rows(t, row.rows, &apex);
	store_abort(t);
	store_close(s);
	bool printed = spool_end(&spool);
	if (e == OK)
		return printed ? EXIT_DONE : EXIT_SYSTEM;
	complain("%s: %s", o->operand[0], e == ERR_NOTFOUND ? "no such zone in the database" : err_text(e));
	return e == ERR_NOTFOUND ? EXIT_WRONG : EXIT_SYSTEM;
}

/* verify_one prints what came out; false if the zone is not as it should be. */
static bool verify_one(const struct options *o, const struct snapshot *s, const struct name *apex)
{
	struct verify_result r;
	char name[NAME_TEXT_MAX];
	enum err e = verify_zone(s, apex, &r);

	name_print(apex, name);
	if (e == OK && r.wrong == 0) {
		if (!o->quiet)
			printf("%s: good, %llu records, %llu names\n", name, (unsigned long long)r.records,
			       (unsigned long long)r.names);
		return true;
	}
	if (e == OK)
		complain("%s: %llu things are wrong; the first: %s; compile the zone again, with --replace", name,
			 (unsigned long long)r.wrong, r.first);
	else
		complain("%s: %s; compile the zone again, with --replace", name, err_text(e));
	return false;
}

/* verify_rest is for what belongs to no zone, and so is found only when all of them are looked at. */
static bool verify_rest(const struct snapshot *s)
{
	struct verify_result r;
	enum err e = verify_pool(s, &r);

	if (e != OK)
		complain("the pages that small zones share: %s; compile the zones again, with --replace",
			 err_text(e));
	else if (r.wrong != 0)
		complain(
		    "the pages that small zones share: %llu records do not belong there; the first: %s; no answer "
		    "comes from them; a database that is compiled anew has none",
		    (unsigned long long)r.wrong, r.first);
	return e == OK && r.wrong == 0;
}

static int verify_zones(const struct options *o, const struct snapshot *snapshot)
{
	struct zone_row row;
	struct name apex;
	int code = EXIT_DONE;
	enum err e;

	if (o->n_operands == 1) {
		if (!origin_read(o->operand[0], &apex))
			return EXIT_USAGE;
		e = store_zone_get(snapshot->txn, &apex, &row);
		if (e == ERR_NOTFOUND) {
			complain("%s: no such zone in the database", o->operand[0]);
			return EXIT_WRONG;
		}
		return verify_one(o, snapshot, &apex) ? EXIT_DONE : EXIT_SYSTEM;
	}
	for (e = store_zone_after(snapshot->txn, NULL, &apex, &row); e == OK;
	     e = store_zone_after(snapshot->txn, &apex, &apex, &row))
		if (!verify_one(o, snapshot, &apex))
			code = EXIT_SYSTEM;
	if (e != ERR_NOTFOUND) {
		complain("%s: the zones behind these cannot be listed: %s; compile all zones into a new database",
			 o->db, err_text(e));
		code = EXIT_SYSTEM;
	}
	if (!verify_rest(snapshot))
		code = EXIT_SYSTEM;
	return code;
}

int command_verify(const struct options *o)
{
	struct store *s;
	struct snapshot *snapshot;

	if (o->db == NULL || o->n_operands > 1)
		return EXIT_USAGE;
	if (!open_db(o, &s))
		return EXIT_SYSTEM;
	enum err e = snapshot_make(s, NULL, &snapshot);
	if (e != OK)
		return failed(s, e, "reading the database");
	int code = verify_zones(o, snapshot);
	snapshot_free(snapshot);
	store_close(s);
	return code;
}
