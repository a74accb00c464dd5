#include "zonec/zonec.h"

#include <malloc.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/version.h"
#include "base/work.h"

static const struct command {
	const char *name;
	int (*run)(const struct options *);
	const char *operands, *text;
	unsigned takes; /* beside TAKES_ALWAYS */
	bool writes;
} commands[] = {
	{ "compile", command_compile, "-d DB ORIGIN FILE | -d DB --list FILE",
	  "check a zone and compile it into the database", TAKES_COMPILE, true },
	{ "check", command_check, "ORIGIN FILE | --explain", "say all that is wrong with a zone, write nothing",
	  TAKES_ZONE | TAKES_EXPLAIN, false },
	{ "list", command_list, "-d DB", "the zones of a database, one a line", TAKES_DB, false },
	{ "stats", command_stats, "-d DB", "what a database holds and takes", TAKES_DB, false },
	{ "dump", command_dump, "-d DB ORIGIN", "a zone as a master file, in canonical order", TAKES_DB, false },
	{ "drop", command_drop, "-d DB ORIGIN", "remove a zone", TAKES_DB, true },
	{ "verify", command_verify, "-d DB [ORIGIN]", "check what is stored, down to every answer", TAKES_DB,
	  false },
	{ "query", command_query, "-d DB [+dnssec] NAME TYPE", "the answer the server would give",
	  TAKES_DB | TAKES_DNSSEC, false },
	{ "key generate", command_key_generate, "-k KEYDIR [-a ALG] [--csk|--ksk|--zsk] ORIGIN", "make a key",
	  TAKES_KEYDIR | TAKES_MAKE | TAKES_END, false },
	{ "key import", command_key_import, "-k KEYDIR FILE", "bring a key from elsewhere", TAKES_KEYDIR, false },
	{ "key list", command_key_list, "-k KEYDIR [ORIGIN]", "the keys of a directory, one a line", TAKES_KEYDIR,
	  false },
	{ "key status", command_key_status, "-k KEYDIR [-d DB] [--policy FILE[:NAME]] ORIGIN",
	  "what a zone's keys do, and when", TAKES_KEYDIR | TAKES_DB | TAKES_POLICY, false },
	{ "key ds", command_key_ds, "-k KEYDIR [--digest N] ORIGIN", "DS records for the parent",
	  TAKES_KEYDIR | TAKES_DIGEST, false },
	{ "key signal", command_key_signal, "-d DB ORIGIN",
	  "what the name servers publish to vouch for the first DS", TAKES_DB, false },
	{ "key retire", command_key_retire, "-k KEYDIR ORIGIN KEY", "let a key sign no more, and then go",
	  TAKES_KEYDIR | TAKES_END, false },
	{ "key rehearse", command_key_rehearse, "--policy FILE[:NAME] [-k KEYDIR] [-d DB] --until DATE ORIGIN",
	  "all that a policy will do, and when", TAKES_POLICY | TAKES_KEYDIR | TAKES_DB | TAKES_UNTIL, false },
	{ "key ds-seen", command_key_ds_seen, "-d DB ORIGIN [TAG]", "the parent shows a key's DS", TAKES_DB,
	  true },
	{ "key ds-gone", command_key_ds_gone, "-d DB ORIGIN [TAG]", "the parent no longer shows a key's DS",
	  TAKES_DB, true },
	{ "key forget", command_key_forget, "-d DB -k KEYDIR [--replace] ORIGIN TAG",
	  "a key of a policy is lost for good", TAKES_DB | TAKES_KEYDIR | TAKES_REPLACE, true },
	{ "key rewind", command_key_rewind, "-d DB ORIGIN", "the clock was ahead: keys wait from now on", TAKES_DB,
	  true },
	{ "ksr create", command_ksr_create, "--policy FILE[:NAME] -k KEYDIR -d DB --until DATE ORIGIN",
	  "the DNSKEY sets to come, for a KSK elsewhere", TAKES_POLICY | TAKES_KEYDIR | TAKES_DB | TAKES_UNTIL,
	  false },
	{ "ksr sign", command_ksr_sign, "-k KEYDIR FILE", "sign them, where the KSK is", TAKES_KEYDIR, false },
	{ "ksr import", command_ksr_import, "-k KEYDIR ORIGIN FILE", "bring them back", TAKES_KEYDIR, false },
};

static struct {
	const char *file; /* NULL: nothing is being read */
	unsigned line;
} place;

void complain_of(const char *file, unsigned line)
{
	place.file = file;
	place.line = line;
}

void complain(const char *fmt, ...)
{
	va_list args;

	fflush(stdout);
	va_start(args, fmt);
	fputs("zonec: ", stderr);
	if (place.file != NULL)
		fprintf(stderr, "%s:%u: ", place.file, place.line);
	vfprintf(stderr, fmt, args);
	fputc('\n', stderr);
	va_end(args);
}

static bool aside;

void inform_aside(void)
{
	aside = true;
}

void inform(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vfprintf(aside ? stderr : stdout, fmt, args);
	va_end(args);
}

static bool on_terminal;

/* Nothing is left to do but to say so: what a commit has not made visible, nobody sees, and the next compile
 * sweeps it away. The signal then ends the program as it would have. */
static void on_interrupt(int signal)
{
	static const char line[] = "\r\033[Kzonec: interrupted; a zone is as it was, or replaced as a whole\n";
	const size_t skip = on_terminal ? 0 : 4; /* what clears a line of progress */
	ssize_t written = write(STDERR_FILENO, line + skip, sizeof line - 1 - skip);

	(void)written;
	(void)raise(signal); /* SA_RESETHAND: by default now */
}

static void catch_interrupts(void)
{
	struct sigaction sa = { .sa_handler = on_interrupt, .sa_flags = (int)SA_RESETHAND };

	on_terminal = isatty(STDERR_FILENO) == 1;
	sigemptyset(&sa.sa_mask);
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
}

static void help(FILE *to)
{
	fputs("usage: zonec COMMAND [OPTIONS] [OPERANDS]\n\n", to);
	for (size_t i = 0; i < COUNT_OF(commands); i++)
		fprintf(to, "  %-12s  %s\n%16s%s\n", commands[i].name, commands[i].text, "", commands[i].operands);
	fputs("\noptions:\n", to);
	fflush(to);
	if (to == stdout)
		options_print();
	else
		fputs("  zonec --help lists them\n", to);
	fputs("\nexit status: 0 done, 1 the zone is wrong, 2 usage, 3 system or database\nsee zonec(1)\n", to);
}

static int show_version(void)
{
	printf("zonec %s\n", EDICT_VERSION);
	return EXIT_DONE;
}

/* words_match is true if the words of a command's name, of which there are *n, stand at the start of argv. */
static bool words_match(const char *name, int argc, char **argv, int *n)
{
	for (*n = 0; *n < argc; ++*n) {
		const size_t word = strcspn(name, " ");

		if (strlen(argv[*n]) != word || memcmp(argv[*n], name, word) != 0)
			return false;
		name += word;
		if (*name == 0) {
			++*n;
			return true;
		}
		name++;
	}
	return false;
}

/* complain_second: `first` begins commands of two words, of which the second is not there or is none; false: it
 * does not. */
static bool complain_second(const char *first, const char *second)
{
	const size_t n = strlen(first);
	char list[256];
	size_t used = 0;

	for (size_t i = 0; i < COUNT_OF(commands); i++)
		if (strncmp(commands[i].name, first, n) == 0 && commands[i].name[n] == ' ' && used < sizeof list)
			used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", used != 0 ? ", " : "",
						 commands[i].name + n + 1);
	if (used == 0)
		return false;
	complain("there is no command '%s%s%s'; %s is followed by %s", first, *second != 0 ? " " : "", second,
		 first, list);
	return true;
}

/* command_of finds the command that argv begins with; *used is the number of its words. */
static const struct command *command_of(int argc, char **argv, int *used)
{
	for (size_t i = 0; i < COUNT_OF(commands); i++)
		if (words_match(commands[i].name, argc, argv, used))
			return &commands[i];
	if (!complain_second(argv[0], argc > 1 ? argv[1] : ""))
		complain("there is no command '%s'; zonec --help lists them", argv[0]);
	return NULL;
}

static void use_threads(const struct options *o)
{
	const unsigned long n = o->threads != NULL ? strtoul(o->threads, NULL, 10) : 0;

	work_use(n < WORK_THREADS_MAX ? (unsigned)n : WORK_THREADS_MAX);
}

enum { OWN_MAPPING = 1 << 20 };

int main(int argc, char **argv)
{
	struct options o;
	int words;

	/* Arrays of many megabytes grow and go while a zone is compiled: what is given back shall be the system's
	 * again, not a hole in the heap. */
	mallopt(M_MMAP_THRESHOLD, OWN_MAPPING);
	if (argc < 2) {
		help(stderr);
		return EXIT_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
		help(stdout);
		return EXIT_DONE;
	}
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0)
		return show_version();
	const struct command *c = command_of(argc - 1, argv + 1, &words);
	if (c == NULL)
		return EXIT_USAGE;
	if (!options_read(argc - 1 - words, argv + 1 + words, c->name, c->takes, &o))
		return EXIT_USAGE;
	if (o.help) {
		help(stdout);
		return EXIT_DONE;
	}
	if (o.version)
		return show_version();
	use_threads(&o);
	if (o.json)
		inform_aside();
	if (c->writes)
		catch_interrupts();
	int code = c->run(&o);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		complain("standard output could not be written: what it got is not all");
		return EXIT_SYSTEM;
	}
	if (code == EXIT_USAGE)
		complain("usage: zonec %s %s", c->name, c->operands);
	return code;
}
