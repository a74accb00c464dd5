#include "server/options.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define AT(field) offsetof(struct options, field)

const struct option_row option_rows[] = {
	{ "database", 'd', OPTION_TEXT, AT(database), 0, 0, 0, "DIRECTORY", "the database that zonec wrote" },
	{ "listen", 'l', OPTION_LIST, AT(listen), 0, 0, 0, "ADDRESS[@PORT]",
	  "answer UDP and TCP there; may be given again; port 53 if none is given, 0: any free one" },
	{ "threads", 't', OPTION_NUM, AT(threads), 1, THREADS_MAX, 0, "N",
	  "threads that answer UDP; as many as processors" },
	{ "user", 'u', OPTION_TEXT, AT(user), 0, 0, 0, "NAME",
	  "who the process that reads packets becomes, when started by root; edict, or nobody" },
	{ "udp-size", 0, OPTION_NUM, AT(udp_size), 512, 4096, 1232, "OCTETS", "largest answer over UDP" },
	{ "tcp-max", 0, OPTION_NUM, AT(tcp_max), 1, 65536, 1000, "N",
	  "connections at a time; one more closes the one that was quiet longest" },
	{ "tcp-idle", 0, OPTION_NUM, AT(tcp_idle), 1, 3600, 10, "SECONDS",
	  "close a connection that was quiet this long" },
	{ "nsid", 0, OPTION_TEXT, AT(nsid), 0, 0, 0, "TEXT",
	  "the server's identifier for those who ask (RFC 5001)" },
	{ "version-bind", 0, OPTION_TEXT, AT(chaos[CHAOS_VERSION_BIND]), 0, 0, 0, "TEXT",
	  "answer to version.bind in class CHAOS; off: refused" },
	{ "version-server", 0, OPTION_TEXT, AT(chaos[CHAOS_VERSION_SERVER]), 0, 0, 0, "TEXT",
	  "answer to version.server; off: refused" },
	{ "hostname-bind", 0, OPTION_TEXT, AT(chaos[CHAOS_HOSTNAME_BIND]), 0, 0, 0, "TEXT",
	  "answer to hostname.bind; off: refused" },
	{ "id-server", 0, OPTION_TEXT, AT(chaos[CHAOS_ID_SERVER]), 0, 0, 0, "TEXT",
	  "answer to id.server; off: refused" },
	{ "any-full-tcp", 0, OPTION_FLAG, AT(any_full_tcp), 0, 0, 0, NULL,
	  "ANY over TCP gives every record, not one RRset (RFC 8482)" },
	{ "help", 'h', OPTION_FLAG, AT(help), 0, 0, 0, NULL, "print this" },
	{ "version", 'V', OPTION_FLAG, AT(show_version), 0, 0, 0, NULL, "print the version" },
	{ "front", 0, OPTION_TEXT, AT(front), 0, 0, 0, "DESCRIPTORS", NULL },
	{ NULL, 0, OPTION_FLAG, 0, 0, 0, 0, NULL, NULL },
};

static const struct option_row *row_of_letter(char c)
{
	for (const struct option_row *r = option_rows; r->name != NULL; r++)
		if (r->letter == c && c != 0)
			return r;
	return NULL;
}

static const struct option_row *row_of_name(const char *name, size_t n)
{
	for (const struct option_row *r = option_rows; r->name != NULL; r++)
		if (strlen(r->name) == n && memcmp(r->name, name, n) == 0)
			return r;
	return NULL;
}

static bool set_number(const struct option_row *r, uint32_t *field, const char *value, char why[256])
{
	char *end;
	unsigned long n = strtoul(value, &end, 10);

	if (*value < '0' || *value > '9' || *end != 0 || n < r->min || n > r->max) {
		snprintf(why, 256, "--%s: \"%.40s\" is not a number from %u to %u", r->name, value, r->min,
			 r->max);
		return false;
	}
	*field = (uint32_t)n;
	return true;
}

static bool set_listed(const struct option_row *r, struct text_list *list, const char *value, char why[256])
{
	if (list->n == LISTEN_MAX) {
		snprintf(why, 256, "--%s: more than %d are not supported", r->name, LISTEN_MAX);
		return false;
	}
	list->at[list->n++] = value;
	return true;
}

static bool set(const struct option_row *r, struct options *o, const char *value, char why[256])
{
	void *field = (char *)o + r->at;

	switch (r->kind) {
	case OPTION_NUM:
		return set_number(r, field, value, why);
	case OPTION_TEXT:
		memcpy(field, &value, sizeof value);
		return true;
	case OPTION_LIST:
		return set_listed(r, field, value, why);
	case OPTION_FLAG:
		*(bool *)field = true;
		return true;
	}
	return false;
}

/* An argument cut up: which row, and the value if it stands in the same argument ("--name=value", "-lvalue"). */
static const struct option_row *cut(const char *arg, const char **value)
{
	const struct option_row *r;

	*value = NULL;
	if (arg[0] != '-' || arg[1] == 0)
		return NULL;
	if (arg[1] == '-') {
		size_t n = strcspn(arg + 2, "=");
		r = row_of_name(arg + 2, n);
		if (arg[2 + n] == '=')
			*value = arg + 3 + n;
		return r;
	}
	r = row_of_letter(arg[1]);
	if (arg[2] != 0)
		*value = arg + 2;
	return r;
}

static uint32_t processors(void)
{
	cpu_set_t set_of;
	int n = sched_getaffinity(0, sizeof set_of, &set_of) == 0 ? CPU_COUNT(&set_of) : 1;

	return n < 1 ? 1 : n > THREADS_MAX ? THREADS_MAX : (uint32_t)n;
}

static void preset(struct options *o)
{
	*o = (struct options){ 0 };
	for (const struct option_row *r = option_rows; r->name != NULL; r++)
		if (r->kind == OPTION_NUM)
			*(uint32_t *)(void *)((char *)o + r->at) = r->preset;
	o->threads = processors();
}

static bool complete(const struct options *o, char why[256])
{
	if (o->help || o->show_version)
		return true;
	if (o->database == NULL) {
		snprintf(why, 256, "no database: say -d DIRECTORY, as for zonec compile");
		return false;
	}
	if (o->listen.n == 0) {
		snprintf(why, 256, "no address to listen on: say -l ADDRESS@PORT, for example -l 127.0.0.1@5300");
		return false;
	}
	if (o->nsid != NULL && strlen(o->nsid) > 255) {
		snprintf(why, 256, "--nsid: longer than 255 octets");
		return false;
	}
	return true;
}

bool options_parse(int argc, char *const argv[], struct options *out, char why[256])
{
	preset(out);
	for (int i = 1; i < argc; i++) {
		const char *value;
		const struct option_row *r = cut(argv[i], &value);

		if (r == NULL) {
			snprintf(why, 256, "\"%.80s\" is no option; --help lists them", argv[i]);
			return false;
		}
		if (r->kind == OPTION_FLAG && value != NULL) {
			snprintf(why, 256, "--%s takes no value", r->name);
			return false;
		}
		if (r->kind != OPTION_FLAG && value == NULL)
			value = ++i < argc ? argv[i] : NULL;
		if (r->kind != OPTION_FLAG && (value == NULL || *value == 0)) {
			snprintf(why, 256, "--%s needs a value: %s", r->name, r->value);
			return false;
		}
		if (!set(r, out, value, why))
			return false;
	}
	return complete(out, why);
}

void options_help(void)
{
	puts("edictd -d DIRECTORY -l ADDRESS[@PORT] [options]\n"
	     "Serves every zone of a database that zonec wrote. Stays in the foreground.\n");
	for (const struct option_row *r = option_rows; r->name != NULL; r++) {
		char left[48];

		if (r->text == NULL)
			continue;
		snprintf(left, sizeof left, "%c%c%s--%s %s", r->letter != 0 ? '-' : ' ',
			 r->letter != 0 ? r->letter : ' ', r->letter != 0 ? ", " : "  ", r->name,
			 r->value != NULL ? r->value : "");
		printf("  %-28s  %s", left, r->text);
		if (r->preset != 0)
			printf(" (%u)", r->preset);
		putchar('\n');
	}
	puts("\nSIGHUP starts a new front and lets the old one finish; SIGTERM ends. "
	     "Exit codes: 0 done, 2 usage, 3 system or database.");
}

/* own_hostname is this machine's name, which hostname.bind tells unless turned off or set. */
static const char *own_hostname(void)
{
	static char name[256];

	if (gethostname(name, sizeof name - 1) != 0 || name[0] == 0)
		return NULL;
	return name;
}

static const char *text_or_off(const char *given, const char *otherwise)
{
	if (given == NULL)
		return otherwise;
	return strcmp(given, "off") == 0 ? NULL : given;
}

void options_answer(const struct options *o, struct answer_options *out)
{
	answer_options_default(out);
	out->udp_size = (uint16_t)o->udp_size;
	out->keepalive = (uint16_t)(o->tcp_idle * 10 > UINT16_MAX ? UINT16_MAX : o->tcp_idle * 10);
	for (unsigned i = 0; i < CHAOS_NAMES; i++)
		out->chaos[i] = text_or_off(o->chaos[i], i == CHAOS_VERSION_BIND || i == CHAOS_VERSION_SERVER
							     ? "Edict " EDICT_VERSION
							     : own_hostname());
	if (o->nsid != NULL)
		out->nsid = view_of(o->nsid, strlen(o->nsid));
	out->any_full_over_tcp = o->any_full_tcp;
}
