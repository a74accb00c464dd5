#include "tests/survive/served.h"

#include <check.h>

#include "bake/compile.h"
#include "tests/help/tempdb.h"
#include "tests/model/load.h"

enum { GUARD = 512, GUARD_OCTET = 0xa5 };

struct answer_options served_options;
struct snapshot *served_snapshot;
static struct store *store;

void served_open(const char *master)
{
	const struct compile_facts facts = { .now = 1 };
	struct zone *z = load_text(master, "example.");
	char why[256];

	answer_options_default(&served_options);
	served_options.chaos[CHAOS_VERSION_BIND] = served_options.chaos[CHAOS_VERSION_SERVER] = "a version";
	tempdb_dir();
	store = tempdb_open(0);
	ck_assert_msg(compile_zone(store, z, &facts, why) == OK, "%s", why);
	ck_assert_int_eq(snapshot_make(store, NULL, &served_snapshot), OK);
	zone_free(z);
}

void served_close(void)
{
	snapshot_free(served_snapshot);
	store_close(store);
	tempdb_remove();
}

struct view asked_write(const struct asked *q, uint8_t out[600])
{
	struct name n = name_of(q->qname != NULL ? q->qname : "host.example.");
	struct wr w = wr_of(out, 600);

	wr_u16(&w, 0x4711);
	wr_u16(&w, q->flags);
	wr_u16(&w, 1);
	wr_u16(&w, 0);
	wr_u16(&w, 0);
	wr_u16(&w, q->opt);
	wr_bytes(&w, n.wire, n.len);
	wr_u16(&w, q->qtype);
	wr_u16(&w, q->qclass != 0 ? q->qclass : CLASS_IN);
	if (q->opt) {
		wr_u8(&w, 0);
		wr_u16(&w, RR_OPT);
		wr_u16(&w, q->size);
		wr_u32(&w, q->dnssec ? EDNS_DO : 0);
		wr_u16(&w, q->nsid ? 8 : 0);
		if (q->nsid) {
			wr_u16(&w, EDNS_NSID);
			wr_u16(&w, 0);
			wr_u16(&w, EDNS_ZONEVERSION);
			wr_u16(&w, 0);
		}
	}
	ck_assert(!w.full);
	return wr_view_of(&w);
}

struct view served_answer(struct answerer *a, enum transport how, struct view request)
{
	static uint8_t room[MSG_MAX + GUARD];
	const size_t cap = how == TRANSPORT_UDP ? served_options.udp_size : MSG_MAX;
	struct wr out = wr_of(room, cap);

	memset(room + cap, GUARD_OCTET, GUARD);
	enum verdict v = query_answer(a, served_snapshot, how, request, &out);
	for (size_t i = 0; i < GUARD; i++)
		ck_assert_msg(room[cap + i] == GUARD_OCTET, "written beyond the room for the answer");
	ck_assert_uint_le(out.len, cap);
	return v == SEND ? wr_view_of(&out) : (struct view){ room, 0 };
}

void served_message(const struct asked *q, struct model_message *m)
{
	struct answerer *a = answerer_new(&served_options);
	uint8_t request[600];
	struct view v = served_answer(a, q->tcp ? TRANSPORT_TCP : TRANSPORT_UDP, asked_write(q, request));

	ck_assert_uint_gt(v.n, 0);
	const char *wrong = message_parse(v, m);
	ck_assert_msg(wrong == NULL, "%s", wrong);
	answerer_free(a);
}
