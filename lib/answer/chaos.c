#include "answer/chaos.h"

static const struct view names[CHAOS_NAMES] = {
	[CHAOS_VERSION_BIND] = { (const uint8_t *)"\7version\4bind", 14 },
	[CHAOS_VERSION_SERVER] = { (const uint8_t *)"\7version\6server", 16 },
	[CHAOS_HOSTNAME_BIND] = { (const uint8_t *)"\10hostname\4bind", 15 },
	[CHAOS_ID_SERVER] = { (const uint8_t *)"\2id\6server", 11 },
};

static void put_text(struct ask *q, const char *text)
{
	size_t n = strlen(text) < 255 ? strlen(text) : 255;

	wr_u16(&q->out, 0xc000 | MSG_HEADER);
	wr_u16(&q->out, RR_TXT);
	wr_u16(&q->out, CLASS_CH);
	wr_u32(&q->out, 0);
	wr_u16(&q->out, (uint16_t)(n + 1));
	wr_u8(&q->out, (uint8_t)n);
	wr_bytes(&q->out, text, n);
	q->counts += (uint64_t)1 << ANSWER;
}

uint16_t chaos_answer(struct ask *q)
{
	const struct qname *n = &q->link->name;

	for (size_t i = 0; i < CHAOS_NAMES; i++) {
		if (!view_eq(view_of(n->lower, n->len), names[i]))
			continue;
		const char *text = q->a->options->chaos[i];
		if (text == NULL)
			break;
		q->aa = true;
		if (q->qtype == RR_TXT || q->qtype == RR_ANY)
			put_text(q, text);
		return RCODE_NOERROR;
	}
	return RCODE_REFUSED;
}
