/* A policy file: YAML by way of libcyaml, whose schema is made from the table of fields. */
#include "keys/policy.h"

#include <cyaml/cyaml.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* A policy as the file has it: the text of each field, by its row; NULL: not there. */
struct raw {
	char *name;
	char *text[POLICY_FIELDS_MAX];
};

struct raw_file {
	struct raw *policies;
	uint32_t n;
};

/* Where reading goes, and what libcyaml said: its last words are the places it was in. */
struct reading {
	const char *file;
	char said[320];
	size_t n;
};

static void listen(cyaml_log_t level, void *context, const char *fmt, va_list args)
{
	struct reading *r = context;

	if (level < CYAML_LOG_ERROR || r->n + 1 >= sizeof r->said)
		return;
	int n = vsnprintf(r->said + r->n, sizeof r->said - r->n, fmt, args);
	for (char *c = r->said + r->n; *c != 0; c++)
		if (*c == '\n')
			*c = ';';
	r->n += n < 0 ? 0 : (size_t)n;
	if (r->n >= sizeof r->said)
		r->n = sizeof r->said - 1;
}

static cyaml_schema_field_t text_field(const char *key, size_t at, bool optional)
{
	return (cyaml_schema_field_t){
		.key = key,
		.data_offset = (uint32_t)at,
		.value = { .type = CYAML_STRING,
			   .flags = CYAML_FLAG_POINTER | (optional ? CYAML_FLAG_OPTIONAL : 0),
			   .data_size = sizeof(char),
			   .string = { .min = 0, .max = 1024 } },
	};
}

/* The schema: policies: a sequence of mappings whose values are texts. What a text means, its row knows. */
static cyaml_err_t load(const cyaml_config_t *config, struct view bytes, struct raw_file **out, bool unload)
{
	cyaml_schema_field_t fields[POLICY_FIELDS_MAX + 2] = { text_field("name", offsetof(struct raw, name),
									  false) };

	for (size_t i = 0; policy_fields[i].name != NULL; i++)
		fields[i + 1] =
		    text_field(policy_fields[i].name, offsetof(struct raw, text) + i * sizeof(char *), true);
	const cyaml_schema_value_t one = { .type = CYAML_MAPPING,
					   .flags = CYAML_FLAG_DEFAULT,
					   .data_size = sizeof(struct raw),
					   .mapping = { .fields = fields } };
	const cyaml_schema_field_t top_fields[] = {
		{ .key = "policies",
		  .data_offset = offsetof(struct raw_file, policies),
		  .count_offset = offsetof(struct raw_file, n),
		  .count_size = sizeof(uint32_t),
		  .value = { .type = CYAML_SEQUENCE,
			     .flags = CYAML_FLAG_POINTER,
			     .data_size = sizeof(struct raw),
			     .sequence = { .entry = &one, .min = 1, .max = POLICIES_MAX } } },
		{ .key = NULL },
	};
	const cyaml_schema_value_t top = { .type = CYAML_MAPPING,
					   .flags = CYAML_FLAG_POINTER,
					   .data_size = sizeof(struct raw_file),
					   .mapping = { .fields = top_fields } };

	if (unload)
		return cyaml_free(config, &top, *out, 0);
	return cyaml_load_data(bytes.p, bytes.n, config, &top, (cyaml_data_t **)(void *)out, NULL);
}

PRINTF_LIKE(3, 4) static enum err fail(struct policy_why *why, enum err e, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(why->text, sizeof why->text, fmt, args);
	va_end(args);
	return e;
}

/* The octets are the caller's to free, whatever the outcome. */
static enum err file_read(const char *file, char **out, size_t *n, struct policy_why *why)
{
	FILE *f = fopen(file, "re");

	if (f == NULL)
		return fail(why, ERR_NOTFOUND, "%s: %s; give the policy as FILE or FILE:NAME", file,
			    strerror(errno));
	*out = malloc(POLICY_FILE_MAX + 1);
	*n = *out == NULL ? 0 : fread(*out, 1, POLICY_FILE_MAX + 1, f);
	bool bad = *out == NULL || ferror(f) != 0;
	fclose(f);
	if (bad)
		return fail(why, ERR_SYSTEM, "%s: it could not be read", file);
	if (*n > POLICY_FILE_MAX)
		return fail(why, ERR_FORMAT, "%s: larger than 1 MiB; that is no policy file", file);
	return OK;
}

/* The policy's fields, one after another: presets first, then what the file says. */
static enum err build(const struct reading *r, const struct raw *raw, struct policy *out, struct policy_why *why)
{
	struct policy_why said;

	policy_preset(out);
	snprintf(out->name, sizeof out->name, "%s", raw->name);
	for (size_t i = 0; policy_fields[i].name != NULL; i++)
		if (raw->text[i] != NULL && !policy_set(out, &policy_fields[i], raw->text[i], &said))
			return fail(why, ERR_FORMAT, "%s: policy %s: %.380s", r->file, out->name, said.text);
	if (!policy_check(out, &said))
		return fail(why, ERR_FORMAT, "%s: policy %s: %.400s", r->file, out->name, said.text);
	return OK;
}

/* Every policy of the file must be right, whichever is wanted: a mistake is found before it is needed. */
static enum err choose(const struct reading *r, const struct raw_file *f, const char *name, struct policy *out,
		       struct policy_why *why)
{
	const struct raw *wanted = f->n == 1 && name == NULL ? &f->policies[0] : NULL;
	struct policy other;

	for (uint32_t i = 0; i < f->n; i++) {
		const struct raw *raw = &f->policies[i];
		size_t n = strlen(raw->name);

		if (n == 0 || n > POLICY_NAME_MAX)
			return fail(why, ERR_FORMAT, "%s: name: '%.70s' has not 1 to %d letters", r->file,
				    raw->name, POLICY_NAME_MAX);
		for (uint32_t k = 0; k < i; k++)
			if (strcmp(f->policies[k].name, raw->name) == 0)
				return fail(why, ERR_FORMAT,
					    "%s: there are two policies of the name %s; rename one", r->file,
					    raw->name);
		if (name != NULL && strcmp(name, raw->name) == 0)
			wanted = raw;
		enum err e = build(r, raw, &other, why);
		if (e != OK)
			return e;
	}
	if (wanted == NULL && name == NULL)
		return fail(why, ERR_NOTFOUND, "%s: it holds %u policies; say which: %s:%s", r->file, f->n,
			    r->file, f->policies[0].name);
	if (wanted == NULL)
		return fail(why, ERR_NOTFOUND, "%s: there is no policy of the name %s in it; %s is one", r->file,
			    name, f->policies[0].name);
	return build(r, wanted, out, why);
}

/* What libcyaml said first is what is wrong, and the first place it names is the innermost: the last one it had
 * understood. */
static enum err refuse(const struct reading *r, cyaml_err_t code, struct policy_why *why)
{
	static const char begin[] = "Load: ", place[] = "(line: ";
	bool said = strncmp(r->said, begin, sizeof begin - 1) == 0 &&
		    strncmp(r->said + sizeof begin - 1, "Backtrace", 9) != 0;
	const char *what = said ? r->said + sizeof begin - 1 : cyaml_strerror(code);
	const char *at = strstr(r->said, place);
	unsigned long line = at != NULL ? strtoul(at + sizeof place - 1, NULL, 10) : 1;

	return fail(why, ERR_FORMAT,
		    "%s: at line %lu or behind it: %.*s; edict-policy(5) tells what a policy file "
		    "looks like",
		    r->file, line, (int)strcspn(what, ";"), what);
}

/* has_second_document: a line of three dashes begins one, if something that is neither a comment nor a directive
 * stands before it. */
static bool has_second_document(struct view bytes)
{
	bool first = false;

	for (size_t at = 0, n; at < bytes.n; at += n + 1) {
		const char *line = (const char *)bytes.p + at;
		const char *end = memchr(line, '\n', bytes.n - at);

		n = end != NULL ? (size_t)(end - line) : bytes.n - at;
		const bool dashes = n >= 3 && memcmp(line, "---", 3) == 0;
		if (dashes && first)
			return true;
		size_t blanks = dashes ? 3 : 0;
		while (blanks < n && strchr(" \t\r", line[blanks]) != NULL)
			blanks++;
		first |= blanks < n && line[blanks] != '#' && line[blanks] != '%';
	}
	return false;
}

static enum err parse(struct reading *r, struct view bytes, const char *name, struct policy *out,
		      struct policy_why *why)
{
	const cyaml_config_t config = { .log_fn = listen,
					.log_ctx = r,
					.mem_fn = cyaml_mem,
					.log_level = CYAML_LOG_ERROR,
					.flags = CYAML_CFG_NO_ALIAS };
	struct raw_file *f = NULL;
	cyaml_err_t code = load(&config, bytes, &f, false);

	if (code == CYAML_OK && f == NULL)
		return fail(why, ERR_FORMAT, "%s: is empty; edict-policy(5) tells what a policy file looks like",
			    r->file);
	if (code != CYAML_OK)
		return refuse(r, code, why);
	if (has_second_document(bytes)) {
		(void)load(&config, bytes, &f, true);
		return fail(why, ERR_FORMAT, "%s: has a second YAML document, which is not read", r->file);
	}
	enum err e = choose(r, f, name, out, why);
	(void)load(&config, bytes, &f, true);
	return e;
}

enum err policy_read(const char *place, struct policy *out, struct policy_why *why)
{
	const char *colon = strrchr(place, ':');
	bool named = colon != NULL && strchr(colon, '/') == NULL;
	struct reading r = { 0 };
	char *bytes = NULL, *file = strndup(place, named ? (size_t)(colon - place) : strlen(place));
	size_t n = 0;

	if (file == NULL)
		return fail(why, ERR_MEMORY, "%s: out of memory", place);
	r.file = file;
	enum err e = file_read(file, &bytes, &n, why);
	if (e == OK)
		e = parse(&r, view_of(bytes, n), named ? colon + 1 : NULL, out, why);
	free(bytes);
	free(file);
	return e;
}
