#include "zonec/report.h"

#include <stdio.h>

/* utf8_length gives how many octets the character takes that begins here, 0 if it is no UTF-8 (RFC 3629 4). */
static unsigned utf8_length(const unsigned char *p)
{
	static const struct {
		unsigned char first, last, low, high; /* of the first octet, of the second */
		unsigned n;
	} forms[] = { { 0xc2, 0xdf, 0x80, 0xbf, 2 }, { 0xe0, 0xe0, 0xa0, 0xbf, 3 }, { 0xe1, 0xec, 0x80, 0xbf, 3 },
		      { 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 }, { 0xf0, 0xf0, 0x90, 0xbf, 4 },
		      { 0xf1, 0xf3, 0x80, 0xbf, 4 }, { 0xf4, 0xf4, 0x80, 0x8f, 4 } };
	unsigned n = 2;

	for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
		if (p[0] < forms[i].first || p[0] > forms[i].last || p[1] < forms[i].low || p[1] > forms[i].high)
			continue;
		while (n < forms[i].n && (p[n] & 0xc0) == 0x80)
			n++;
		return n == forms[i].n ? n : 0;
	}
	return 0;
}

/* The text's UTF-8 stays; other octets, which a file's name may have, become the characters of their numbers. */
static void json_text(const char *key, const char *text)
{
	if (text == NULL)
		return;
	printf(",\"%s\":\"", key);
	for (const unsigned char *p = (const unsigned char *)text; *p != 0; p++) {
		unsigned more = utf8_length(p);

		if (*p == '"' || *p == '\\')
			printf("\\%c", *p);
		else if (more == 0 && (*p < 0x20 || *p >= 0x7f))
			printf("\\u%04x", *p);
		else
			putchar(*p);
		for (; more > 1; more--)
			putchar(*++p);
	}
	putchar('"');
}

static void as_json(const struct report_line *l)
{
	printf("{\"severity\":\"%s\"", l->error ? "error" : "warning");
	json_text("file", l->file);
	if (l->line != 0)
		printf(",\"line\":%u", l->line);
	if (l->column != 0)
		printf(",\"column\":%u", l->column);
	json_text("check", l->check);
	json_text("field", l->field);
	json_text("owner", l->owner);
	json_text("text", l->text);
	puts("}");
}

void report_finding(bool json, const struct report_line *l)
{
	if (json) {
		as_json(l);
		return;
	}
	fprintf(stderr, "%s:", l->file);
	if (l->line != 0)
		fprintf(stderr, "%u:", l->line);
	if (l->column != 0)
		fprintf(stderr, "%u:", l->column);
	fprintf(stderr, " %s: ", l->error ? "error" : "warning");
	if (l->field != NULL)
		fprintf(stderr, "%s: ", l->field);
	if (l->owner != NULL)
		fprintf(stderr, "%s: ", l->owner);
	fputs(l->text, stderr);
	if (l->check != NULL)
		fprintf(stderr, " [%s]", l->check);
	fputc('\n', stderr);
}
