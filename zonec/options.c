#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "zone/check.h"
#include "zonec/sign.h"
#include "zonec/zonec.h"

enum kind { K_TEXT, K_FLAG, K_CHECK };

#define AT(f) offsetof(struct options, f)

static const struct option_row {
	const char *name, *shorter;
	enum takes of;
	enum kind kind;
	size_t at;
	uint8_t severity; /* K_CHECK */
	const char *value, *text;
} rows[] = {
	{ "--database", "-d", TAKES_DB, K_TEXT, AT(db), 0, "DB", "the database, a directory" },
	{ "--list", NULL, TAKES_LIST, K_TEXT, AT(list), 0, "FILE",
	  "compile: many zones, lines of ORIGIN FILE [OPTIONS]" },
	{ "--quiet", "-q", TAKES_ALWAYS, K_FLAG, AT(quiet), 0, "", "no progress and no summary" },
	{ "--json", NULL, TAKES_JSON, K_FLAG, AT(json), 0, "", "findings for machines, one JSON object a line" },
	{ "--replace", NULL, TAKES_REPLACE, K_FLAG, AT(replace), 0, "",
	  "compile: also over a zone that took updates; key forget: also a key with a DS" },
	{ "--explain", NULL, TAKES_EXPLAIN, K_FLAG, AT(explain), 0, "", "check: list all checks" },
	{ "--error", NULL, TAKES_CHECKS, K_CHECK, 0, SEVERITY_ERROR, "CHECK", "make a check's findings errors" },
	{ "--warning", NULL, TAKES_CHECKS, K_CHECK, 0, SEVERITY_WARNING, "CHECK",
	  "make a check's findings warnings" },
	{ "--off", NULL, TAKES_CHECKS, K_CHECK, 0, SEVERITY_OFF, "CHECK", "do not run a check" },
	{ "--now", NULL, TAKES_ALWAYS, K_TEXT, AT(now), 0, "SECONDS", "the clock for signatures, since 1970" },
	{ "--threads", "-t", TAKES_ALWAYS, K_TEXT, AT(threads), 0, "N",
	  "threads that work (one for each processor)" },
	{ "--max-errors", NULL, TAKES_CHECKS, K_TEXT, AT(max_errors), 0, "N",
	  "stop reading a file after so many errors (100)" },
	{ "--keydir", "-k", TAKES_KEYDIR, K_TEXT, AT(keydir), 0, "KEYDIR", "sign, key: the directory of keys" },
	{ "--algorithm", "-a", TAKES_MAKE, K_TEXT, AT(algorithm), 0, "ALG",
	  "key generate: number or mnemonic (ECDSAP256SHA256)" },
	{ "--bits", NULL, TAKES_MAKE, K_TEXT, AT(bits), 0, "N", "key generate: size of an RSA key (2048)" },
	{ "--csk", NULL, TAKES_MAKE, K_FLAG, AT(csk), 0, "",
	  "key generate: for keys and zone, which is the default" },
	{ "--ksk", NULL, TAKES_MAKE, K_FLAG, AT(ksk), 0, "", "key generate: a key that signs keys" },
	{ "--zsk", NULL, TAKES_MAKE, K_FLAG, AT(zsk), 0, "", "key generate: a key that signs the zone" },
	{ "--publish", NULL, TAKES_MAKE, K_TEXT, AT(publish), 0, "DATE",
	  "key generate: when it is published (now)" },
	{ "--activate", NULL, TAKES_MAKE, K_TEXT, AT(activate), 0, "DATE",
	  "key generate: when it begins to sign (as --publish)" },
	{ "--inactive", NULL, TAKES_END, K_TEXT, AT(inactive), 0, "DATE",
	  "key generate, retire: when it signs no more" },
	{ "--delete", NULL, TAKES_END, K_TEXT, AT(delete), 0, "DATE", "key generate, retire: when it is removed" },
	{ "--sync-publish", NULL, TAKES_MAKE, K_TEXT, AT(sync_publish), 0, "DATE",
	  "key generate: when CDS and CDNSKEY ask the parent for its DS (never)" },
	{ "--sync-delete", NULL, TAKES_END, K_TEXT, AT(sync_delete), 0, "DATE",
	  "key generate, retire: when they no longer do (never)" },
	{ "--digest", NULL, TAKES_DIGEST, K_TEXT, AT(digest), 0, "N", "key ds: digest type, 2 or 4 (2)" },
	{ "--policy", NULL, TAKES_POLICY, K_TEXT, AT(policy), 0, "FILE[:NAME]",
	  "sign by a policy, which rolls keys by itself; key rehearse, key status, ksr create" },
	{ "--until", NULL, TAKES_UNTIL, K_TEXT, AT(until), 0, "DATE", "key rehearse, ksr create: how far" },
	{ "+dnssec", NULL, TAKES_DNSSEC, K_FLAG, AT(dnssec), 0, "", "query: with the DO bit" },
	{ "--sign", NULL, TAKES_SIGN, K_FLAG, AT(sign.sign), 0, "", "sign the zone" },
	{ "--nsec", NULL, TAKES_SIGN, K_FLAG, AT(sign.nsec), 0, "",
	  "sign: deny by NSEC records (unless told otherwise)" },
	{ "--nsec3", NULL, TAKES_SIGN, K_FLAG, AT(sign.nsec3), 0, "", "sign: deny by NSEC3 records" },
	{ "--opt-out", NULL, TAKES_SIGN, K_FLAG, AT(sign.optout), 0, "",
	  "NSEC3: leave out delegations without DS" },
	{ "--salt", NULL, TAKES_SIGN, K_TEXT, AT(sign.salt), 0, "HEX",
	  "NSEC3: hash with this salt, - for none (none)" },
	{ "--iterations", NULL, TAKES_SIGN, K_TEXT, AT(sign.iterations), 0, "N",
	  "NSEC3: hash so often again (0)" },
	{ "--allow-iterations", NULL, TAKES_SIGN, K_FLAG, AT(sign.allow_iterations), 0, "",
	  "NSEC3: also more often than 0 times" },
	{ "--serial", NULL, TAKES_SIGN, K_TEXT, AT(sign.serial), 0, "POLICY",
	  "sign: keep, increment, unixtime or dateserial (keep)" },
	{ "--zonemd", NULL, TAKES_SIGN, K_TEXT, AT(sign.zonemd), 0, "HASHES",
	  "sign: with digests, of sha384, sha512 (none)" },
	{ "--validity", NULL, TAKES_SIGN, K_TEXT, AT(sign.validity), 0, "TIME",
	  "how long signatures are valid (30d)" },
	{ "--key-validity", NULL, TAKES_SIGN, K_TEXT, AT(sign.key_validity), 0, "TIME",
	  "how long those over keys are (as --validity)" },
	{ "--jitter", NULL, TAKES_SIGN, K_TEXT, AT(sign.jitter), 0, "TIME",
	  "up to how much less, spread over the zone (12h)" },
	{ "--refresh", NULL, TAKES_SIGN, K_TEXT, AT(sign.refresh), 0, "TIME",
	  "make anew what is valid for no longer (7d)" },
	{ "--inception", NULL, TAKES_SIGN, K_TEXT, AT(sign.inception), 0, "TIME",
	  "how long before now signatures begin (1h)" },
	{ "--dnskey-ttl", NULL, TAKES_SIGN, K_TEXT, AT(sign.dnskey_ttl), 0, "TIME",
	  "TTL of DNSKEY, CDS, CDNSKEY (the SOA's)" },
	{ "--cds-digests", NULL, TAKES_SIGN, K_TEXT, AT(sign.cds_digests), 0, "HASHES",
	  "CDS records, of sha256, sha384 (sha256)" },
	{ "--cds-delete", NULL, TAKES_SIGN, K_FLAG, AT(sign.cds_delete), 0, "",
	  "ask the parent to remove the DS (RFC 8078)" },
	{ "--csync", NULL, TAKES_SIGN, K_FLAG, AT(sign.csync), 0, "",
	  "ask the parent to copy NS and glue (RFC 7477)" },
	{ "--version", "-V", TAKES_ALWAYS, K_FLAG, AT(version), 0, "", "print the version" },
	{ "--help", "-h", TAKES_ALWAYS, K_FLAG, AT(help), 0, "", "this" },
};

enum { HELP_WIDTH = 80, HELP_COLUMN = 28 };

/* wrap prints a text that begins in HELP_COLUMN; its further lines do, too. */
static void wrap(const char *text)
{
	enum { ROOM = HELP_WIDTH - HELP_COLUMN };

	while (strlen(text) > ROOM) {
		const char *space = memrchr(text, ' ', ROOM + 1);
		const int n = space != NULL ? (int)(space - text) : ROOM;

		printf("%.*s\n%*s", n, text, HELP_COLUMN, "");
		text += space != NULL ? n + 1 : n;
	}
	puts(text);
}

void options_print(void)
{
	char option[64];

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		(void)snprintf(option, sizeof option, "%s %s", rows[i].name, rows[i].value);
		printf("  %s%s%-21s ", rows[i].shorter != NULL ? rows[i].shorter : "  ",
		       rows[i].shorter != NULL ? ", " : "  ", option);
		wrap(rows[i].text);
	}
}

/* row_of gives the row of a word, and in *value what the word says behind it: --name=value, -nvalue; NULL:
 * nothing. */
static const struct option_row *row_of(const char *word, const char **value)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const size_t n = strlen(rows[i].name);

		*value = NULL;
		if (strcmp(word, rows[i].name) == 0 ||
		    (rows[i].shorter != NULL && strcmp(word, rows[i].shorter) == 0))
			return &rows[i];
		if (strncmp(word, rows[i].name, n) == 0 && word[n] == '=')
			*value = word + n + 1;
		else if (rows[i].shorter != NULL && rows[i].kind != K_FLAG && word[1] != '-' &&
			 strncmp(word, rows[i].shorter, 2) == 0)
			*value = word + 2;
		if (*value != NULL)
			return &rows[i];
	}
	return NULL;
}

static bool set_check(struct options *o, const struct option_row *row, const char *value)
{
	enum check_id id;

	if (!check_find(value, &id)) {
		complain("%s: there is no check '%s'; zonec check --explain lists them", row->name, value);
		return false;
	}
	if (o->n_choices == CHECK_CHOICES_MAX) {
		complain("%s: at most %d checks can be chosen", row->name, CHECK_CHOICES_MAX);
		return false;
	}
	o->choice[o->n_choices++] = (struct choice){ value, row->severity };
	return true;
}

static bool set(struct options *o, const struct option_row *row, const char *value)
{
	if (row->kind == K_CHECK)
		return set_check(o, row, value);
	if (row->kind == K_FLAG)
		*(bool *)((char *)o + row->at) = true;
	else
		*(const char **)((char *)o + row->at) = value;
	return true;
}

static bool is_number(const char *text, uint64_t least, uint64_t most)
{
	char *end;

	errno = 0;
	const unsigned long long n = strtoull(text, &end, 10);
	return *text >= '0' && *text <= '9' && n >= least && n <= most && *end == 0 && errno == 0;
}

static bool numbers_are_right(const struct options *o)
{
	const uint64_t year_9999 = 253402300799; /* its last second: later dates have no text of four digits */
	const struct {
		const char *name, *text;
		uint64_t least, most;
	} numbers[] = { { "--now", o->now, 0, year_9999 },
			{ "--threads", o->threads, 0, UINT32_MAX },
			{ "--max-errors", o->max_errors, 1, UINT32_MAX },
			{ "--bits", o->bits, 0, UINT16_MAX },
			{ "--digest", o->digest, 0, UINT8_MAX } };

	for (size_t i = 0; i < COUNT_OF(numbers); i++)
		if (numbers[i].text != NULL && !is_number(numbers[i].text, numbers[i].least, numbers[i].most)) {
			complain("%s: '%s' is not a number from %llu to %llu", numbers[i].name, numbers[i].text,
				 (unsigned long long)numbers[i].least, (unsigned long long)numbers[i].most);
			return false;
		}
	return true;
}

bool options_read(int argc, char **argv, const char *command, unsigned takes, struct options *o)
{
	memset(o, 0, sizeof *o);
	o->taker = command;
	o->takes = takes | TAKES_ALWAYS;
	return options_more(argc, argv, o);
}

static bool add_operand(struct options *o, const char *word)
{
	if (o->n_operands == OPERANDS_MAX) {
		complain("'%s' is one word too many", word);
		return false;
	}
	o->operand[o->n_operands++] = word;
	return true;
}

/* take_option: the value stands in the same word or in next, NULL if there is none; *used says which. */
static bool take_option(struct options *o, const struct option_row *row, const char *value, const char *next,
			bool *used)
{
	*used = row->kind != K_FLAG && value == NULL;
	if ((row->of & o->takes) == 0) {
		complain("%s takes no option %s", o->taker, row->name);
		return false;
	}
	if (row->kind == K_FLAG && value != NULL) {
		complain("%s takes no value", row->name);
		return false;
	}
	if (*used && next == NULL) {
		complain("%s needs a value: %s", row->name, row->value);
		return false;
	}
	return set(o, row, *used ? next : value);
}

bool options_more(int argc, char **argv, struct options *o)
{
	bool only_operands = false, used, good = true;
	const char *value;

	for (int i = 0; i < argc && good; i++) {
		const char *word = argv[i];
		const struct option_row *row = only_operands ? NULL : row_of(word, &value);

		if (row != NULL) {
			good = take_option(o, row, value, i + 1 < argc ? argv[i + 1] : NULL, &used);
			i += used;
		} else if (!only_operands && strcmp(word, "--") == 0) {
			only_operands = true;
		} else if (!only_operands && word[0] == '-' && word[1] != 0) {
			complain("there is no option '%s'; zonec --help lists them", word);
			good = false;
		} else {
			good = add_operand(o, word);
		}
	}
	return good && numbers_are_right(o) && sign_options_right(o);
}

bool origin_read(const char *text, struct name *out)
{
	const char *wrong = name_parse(view_of(text, strlen(text)), &name_root, out);

	if (wrong != NULL)
		complain("'%s' is no name for a zone: %s", text, wrong);
	return wrong == NULL;
}

int64_t now_of(const struct options *o)
{
	return o->now != NULL ? (int64_t)strtoll(o->now, NULL, 10) : (int64_t)time(NULL);
}
