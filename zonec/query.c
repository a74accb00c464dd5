/* query: the answer the server would give, printed as dig does. */
#include <stdio.h>

#include "answer/query.h"
#include "dns/msg.h"
#include "dns/rdata.h"
#include "zonec/zonec.h"

static const char *const rcodes[] = { "NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED",
				      "YXDOMAIN", "YXRRSET", "NXRRSET", "NOTAUTH", "NOTZONE" };

static const struct {
	uint16_t bit;
	const char *text;
} flags[] = { { FLAG_QR, " qr" }, { FLAG_AA, " aa" }, { FLAG_TC, " tc" }, { FLAG_RD, " rd" } };

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

static bool print_record(struct rd *r)
{
	static char text[5 * RDATA_MAX + 1100];
	static uint8_t wire[RDATA_MAX];
	struct name owner;
	char name[NAME_TEXT_MAX], type_text[16];
	struct wr out = wr_of(wire, sizeof wire), printed = wr_of(text, sizeof text);

	name_read(r, &owner);
	uint16_t type = rd_u16(r);
	rd_u16(r);
	uint32_t ttl = rd_u32(r);
	struct rd rdata = rd_sub(r, rd_u16(r));
	if (r->bad)
		return false;
	if (type == RR_OPT)
		return true;
	if (rdata_expand(type, rdata, &out) != OK || rdata_print(type, wr_view_of(&out), &printed) != OK)
		return false;
	name_print(&owner, name);
	rrtype_print(type, type_text);
	printf("%s\t%u\tIN\t%s\t%s\n", name, ttl, type_text, text);
	return true;
}

static bool print_message(struct view message)
{
	static const char *const titles[] = { "ANSWER", "AUTHORITY", "ADDITIONAL" };
	struct rd r = rd_of(message);
	struct name question;
	uint16_t count[4];

	rd_u16(&r);
	uint16_t f = rd_u16(&r);
	for (unsigned i = 0; i < 4; i++)
		count[i] = rd_u16(&r);
	unsigned rcode = f & FLAG_RCODE;
	printf(";; status: %s, flags:", rcode < COUNT_OF(rcodes) ? rcodes[rcode] : "?");
	for (size_t i = 0; i < COUNT_OF(flags); i++)
		if (f & flags[i].bit)
			fputs(flags[i].text, stdout);
	printf("; size: %zu\n", message.n);
	name_read(&r, &question);
	rd_u32(&r);
	for (unsigned section = 0; section < 3; section++) {
		bool only_opt = section == 2 && count[3] <= 1;
		if (count[section + 1] != 0 && !only_opt)
			printf("\n;; %s\n", titles[section]);
		for (unsigned i = 0; i < count[section + 1]; i++)
			if (!print_record(&r))
				return false;
	}
	return rd_done(&r);
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
		complain("%s: its data is damaged; compile the zone again", answerer_damaged(a));
	answerer_free(a);
	if (v == SEND && !print_message(wr_view_of(&out)))
		complain("the answer is malformed");
	return v == SEND && !damaged ? EXIT_DONE : EXIT_SYSTEM;
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
