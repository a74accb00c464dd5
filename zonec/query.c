/* query: the answer the server would give, printed as dig does. */
#include <stdio.h>

#include "answer/query.h"
#include "dns/msg.h"
#include "dns/rrtype.h"
#include "zonec/message.h"
#include "zonec/zonec.h"

/* make_request writes a question with an OPT of the largest size. */
static void make_request(struct wr *w, const struct name *n, uint16_t type, bool dnssec)
{
	wr_u32(w, 0);
	wr_u16(w, 1);
	wr_u16(w, 0);
	wr_u16(w, 0);
	wr_u16(w, 1);
	wr_bytes(w, n->wire, n->len);
	wr_u16(w, type);
	wr_u16(w, CLASS_IN);
	wr_u8(w, 0);
	wr_u16(w, RR_OPT);
	wr_u16(w, 4096);
	wr_u32(w, dnssec ? EDNS_DO : 0);
	wr_u16(w, 0);
}

static int ask(const struct options *o, const struct snapshot *s, const struct name *n, uint16_t type)
{
	static uint8_t request[512], answer[MSG_MAX];
	struct answer_options options;
	struct wr in = wr_of(request, sizeof request), out = wr_of(answer, sizeof answer);

	answer_options_default(&options);
	struct answerer *a = answerer_new(&options);
	if (a == NULL) {
		complain("out of memory");
		return EXIT_SYSTEM;
	}
	make_request(&in, n, type, o->dnssec);
	enum verdict v = query_answer(a, s, TRANSPORT_TCP, wr_view_of(&in), &out);
	bool damaged = answerer_counters(a)->damaged != 0;
	if (damaged)
		complain("%s: its data is damaged; compile the zone again, with --replace", answerer_damaged(a));
	answerer_free(a);
	const bool whole = v == SEND && message_print(wr_view_of(&out));
	if (!whole)
		complain("%s: %s; zonec verify says what is wrong", o->operand[0],
			 v == SEND ? "the answer is malformed" : "there is no answer");
	return whole && !damaged ? EXIT_DONE : EXIT_SYSTEM;
}

int command_query(const struct options *o)
{
	struct store *s;
	struct snapshot *snapshot;
	struct name n;
	uint16_t type;
	char why[256];

	if (o->db == NULL || o->n_operands != 2)
		return EXIT_USAGE;
	const char *wrong = name_parse(view_of(o->operand[0], strlen(o->operand[0])), &name_root, &n);
	if (wrong != NULL) {
		complain("'%s': %s", o->operand[0], wrong);
		return EXIT_USAGE;
	}
	if (!rrtype_parse(o->operand[1], strlen(o->operand[1]), &type)) {
		complain("'%s' is no type", o->operand[1]);
		return EXIT_USAGE;
	}
	if (store_open(o->db, STORE_READ, &s, why) != OK) {
		complain("%s", why);
		return EXIT_SYSTEM;
	}
	enum err e = snapshot_make(s, NULL, &snapshot);
	if (e != OK) {
		complain("%s: %s", o->db, err_text(e));
		store_close(s);
		return EXIT_SYSTEM;
	}
	int code = ask(o, snapshot, &n, type);
	snapshot_free(snapshot);
	store_close(s);
	return code;
}
