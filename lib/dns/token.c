#include "dns/token.h"

#include <stdarg.h>
#include <stdio.h>

void flaw_set(struct flaw *f, const struct token *at, const char *field, const char *fmt, ...)
{
	va_list args;

	if (at != NULL) {
		f->line = at->line;
		f->column = at->column;
	}
	f->field = field;
	va_start(args, fmt);
	vsnprintf(f->what, sizeof f->what, fmt, args);
	va_end(args);
}
