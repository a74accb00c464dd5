#include "zonec/report.h"

#include <stdio.h>

static void json_text(const char *key, const char *text)
{
	if (text == NULL)
		return;
	printf(",\"%s\":\"", key);
	for (; *text != 0; text++) {
		unsigned char c = (unsigned char)*text;
		if (c == '"' || c == '\\')
			printf("\\%c", c);
		else if (c < 0x20 || c >= 0x7f)
			printf("\\u%04x", c);
		else
			putchar(c);
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
