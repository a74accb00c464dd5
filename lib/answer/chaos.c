#include "answer/chaos.h"

#define TEXT_AT(f) offsetof(struct answer_options, f)

static const struct {
	struct view name;
	size_t at; /* of the text in the options; NULL there: turned off */
} texts[] = {
	{ { (const uint8_t *)"\7version\4bind", 14 }, TEXT_AT(version) },
	{ { (const uint8_t *)"\7version\6server", 16 }, TEXT_AT(version) },
	{ { (const uint8_t *)"\10hostname\4bind", 15 }, TEXT_AT(hostname) },
	{ { (const uint8_t *)"\2id\6server", 11 }, TEXT_AT(hostname) },
};

static const char *text_of(const struct ask *q, size_t at)
{
	const char *text;

	memcpy(&text, (const uint8_t *)q->a->options + at, sizeof text);
	return text;
}

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
	q->count[ANSWER]++;
}

uint16_t chaos_answer(struct ask *q)
{
	const struct qname *n = &q->link->name;

	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		if (!view_eq(view_of(n->lower, n->len), texts[i].name))
			continue;
		const char *text = text_of(q, texts[i].at);
		if (text == NULL)
			break;
		q->aa = true;
		if (q->qtype == RR_TXT || q->qtype == RR_ANY)
			put_text(q, text);
		return RCODE_NOERROR;
	}
	return RCODE_REFUSED;
}
