/* The records by which the operator of a zone's name servers vouches for its first DS (RFC 9615). */
#include <stdio.h>

#include "bake/rows.h"
#include "dns/rrtype.h"
#include "store/store.h"
#include "zonec/message.h"
#include "zonec/zonec.h"

enum { SERVERS_MAX = 64 };

struct signals {
	struct name apex;
	struct name server[SERVERS_MAX];
	size_t n, inside; /* servers that can vouch, and those whose names are in the zone: they would vouch for
			   * themselves (RFC 9615 4.1) */
	unsigned records;
};

/* signal_name is _dsboot.CHILD._signal.SERVER; false if that is too long for a name. */
static bool signal_name(const struct name *child, const struct name *server, struct name *out)
{
	struct name under, whole;

	return name_push(BYTES("_signal"), server, &under) && name_rebase(child, &name_root, &under, &whole) &&
	       name_push(BYTES("_dsboot"), &whole, out);
}

static enum err take_servers(struct signals *s, const struct row *row)
{
	struct view data = row->data, rdata;
	struct name server;

	for (uint32_t i = 0; i < row->n; i++) {
		if (!row_rdata(&data, &rdata) || !name_of_wire(rdata, &server))
			return ERR_DAMAGED;
		if (name_within(&server, &s->apex))
			s->inside++;
		else if (s->n == SERVERS_MAX)
			return ERR_SPACE;
		else
			s->server[s->n++] = server;
	}
	return OK;
}

/* A set as the zone has it: the parent compares the two. */
static enum err print_set(struct signals *s, const struct name *server, const struct row *row)
{
	struct view data = row->data, rdata;
	char owner[NAME_TEXT_MAX];
	struct name name;
	enum err e = OK;

	if (!signal_name(&s->apex, server, &name))
		return ERR_SPACE;
	name_print(&name, owner);
	for (uint32_t i = 0; i < row->n && e == OK; i++) {
		e = row_rdata(&data, &rdata) ? record_print(owner, row->ttl, row->type, rdata) : ERR_DAMAGED;
		s->records++;
	}
	return e;
}

/* One walk over the apex: without a server to learn who the servers are, with one to print its records. */
static enum err walk(struct store_txn *t, uint64_t rows, struct signals *s, const struct name *server)
{
	struct row_walk *w;
	struct row row;
	enum err e = row_walk_begin(t, rows, &s->apex, &w);

	if (e != OK)
		return e;
	while ((e = row_walk_next(w, &row)) == OK && name_eq(&row.owner, &s->apex)) {
		if (server == NULL && row.type == RR_NS)
			e = take_servers(s, &row);
		if (server != NULL && (row.type == RR_CDS || row.type == RR_CDNSKEY))
			e = print_set(s, server, &row);
		if (e != OK)
			break;
	}
	row_walk_end(w);
	return e == ERR_NOTFOUND ? OK : e;
}

static enum err print_signals(struct store_txn *t, struct signals *s)
{
	struct zone_row row;
	enum err e = store_zone_get(t, &s->apex, &row);

	if (e == OK)
		e = walk(t, row.rows, s, NULL);
	for (size_t i = 0; i < s->n && e == OK; i++)
		e = walk(t, row.rows, s, &s->server[i]);
	return e;
}

static int tell(const struct options *o, enum err e, const struct signals *s)
{
	const char *const zone = o->operand[0];

	if (e == ERR_NOTFOUND)
		complain("%s: no such zone in the database", zone);
	else if (e == ERR_SPACE)
		complain("%s: it has more than %d name servers, or a name that is too long below theirs", zone,
			 SERVERS_MAX);
	else if (e != OK)
		complain("%s: %s", zone, err_text(e));
	else if (s->n == 0)
		complain("%s: none of its name servers can vouch for it: all their names are inside of the zone",
			 zone);
	else if (s->records == 0)
		complain(
		    "%s: it has neither CDS nor CDNSKEY records now, which come when its keys are in every cache",
		    zone);
	else
		return EXIT_DONE;
	return e == OK || e == ERR_NOTFOUND || e == ERR_SPACE ? EXIT_WRONG : EXIT_SYSTEM;
}

int command_key_signal(const struct options *o)
{
	static struct signals s; /* large for a stack */
	struct store *store;
	struct store_txn *t;
	char why[256];

	if (o->db == NULL || o->n_operands != 1 || !origin_read(o->operand[0], &s.apex))
		return EXIT_USAGE;
	if (store_open(o->db, STORE_READ, &store, why) != OK) {
		complain("%s", why);
		return EXIT_SYSTEM;
	}
	enum err e = store_read(store, &t);
	if (e == OK) {
		e = print_signals(t, &s);
		store_abort(t);
	}
	store_close(store);
	return tell(o, e, &s);
}
