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
	enum kind kind;
	size_t at;
	uint8_t severity; /* K_CHECK */
	const char *value, *text;
} rows[] = {
	{ "--database", "-d", K_TEXT, AT(db), 0, "DB", "the database, a directory" },
	{ "--list", NULL, K_TEXT, AT(list), 0, "FILE", "compile: many zones, lines of ORIGIN FILE [OPTIONS]" },
	{ "--quiet", "-q", K_FLAG, AT(quiet), 0, "", "no progress and no summary" },
	{ "--json", NULL, K_FLAG, AT(json), 0, "", "findings for machines, one JSON object a line" },
	{ "--replace", NULL, K_FLAG, AT(replace), 0, "",
	  "compile: also over a zone that took updates; key forget: also a key with a DS" },
	{ "--explain", NULL, K_FLAG, AT(explain), 0, "", "check: list all checks" },
	{ "--error", NULL, K_CHECK, 0, SEVERITY_ERROR, "CHECK", "make a check's findings errors" },
	{ "--warning", NULL, K_CHECK, 0, SEVERITY_WARNING, "CHECK", "make a check's findings warnings" },
	{ "--off", NULL, K_CHECK, 0, SEVERITY_OFF, "CHECK", "do not run a check" },
	{ "--now", NULL, K_TEXT, AT(now), 0, "SECONDS", "the clock for signatures, since 1970" },
	{ "--threads", "-t", K_TEXT, AT(threads), 0, "N", "threads that work (one for each processor)" },
	{ "--max-errors", NULL, K_TEXT, AT(max_errors), 0, "N", "stop reading a file after so many errors (100)" },
	{ "--keydir", "-k", K_TEXT, AT(keydir), 0, "KEYDIR", "sign, key: the directory of keys" },
	{ "--algorithm", "-a", K_TEXT, AT(algorithm), 0, "ALG",
	  "key generate: number or mnemonic (ECDSAP256SHA256)" },
	{ "--bits", NULL, K_TEXT, AT(bits), 0, "N", "key generate: size of an RSA key (2048)" },
	{ "--csk", NULL, K_FLAG, AT(csk), 0, "", "key generate: for keys and zone, which is the default" },
	{ "--ksk", NULL, K_FLAG, AT(ksk), 0, "", "key generate: a key that signs keys" },
	{ "--zsk", NULL, K_FLAG, AT(zsk), 0, "", "key generate: a key that signs the zone" },
	{ "--publish", NULL, K_TEXT, AT(publish), 0, "DATE", "key generate: when it is published (now)" },
	{ "--activate", NULL, K_TEXT, AT(activate), 0, "DATE",
	  "key generate: when it begins to sign (as --publish)" },
	{ "--inactive", NULL, K_TEXT, AT(inactive), 0, "DATE", "key generate, retire: when it signs no more" },
	{ "--delete", NULL, K_TEXT, AT(delete), 0, "DATE", "key generate, retire: when it is removed" },
	{ "--sync-publish", NULL, K_TEXT, AT(sync_publish), 0, "DATE",
	  "key generate: when CDS and CDNSKEY ask the parent for its DS (never)" },
	{ "--sync-delete", NULL, K_TEXT, AT(sync_delete), 0, "DATE",
	  "key generate, retire: when they no longer do (never)" },
	{ "--digest", NULL, K_TEXT, AT(digest), 0, "N", "key ds: digest type, 2 or 4 (2)" },
	{ "--policy", NULL, K_TEXT, AT(policy), 0, "FILE[:NAME]",
	  "sign by a policy, which rolls keys by itself; key rehearse, key status, ksr create" },
	{ "--until", NULL, K_TEXT, AT(until), 0, "DATE", "key rehearse, ksr create: how far" },
	{ "+dnssec", NULL, K_FLAG, AT(dnssec), 0, "", "query: with the DO bit" },
	{ "--sign", NULL, K_FLAG, AT(sign.sign), 0, "", "sign the zone" },
	{ "--nsec", NULL, K_FLAG, AT(sign.nsec), 0, "", "sign: deny by NSEC records (unless told otherwise)" },
	{ "--nsec3", NULL, K_FLAG, AT(sign.nsec3), 0, "", "sign: deny by NSEC3 records" },
	{ "--opt-out", NULL, K_FLAG, AT(sign.optout), 0, "", "NSEC3: leave out delegations without DS" },
	{ "--salt", NULL, K_TEXT, AT(sign.salt), 0, "HEX", "NSEC3: hash with this salt, - for none (none)" },
	{ "--iterations", NULL, K_TEXT, AT(sign.iterations), 0, "N", "NSEC3: hash so often again (0)" },
	{ "--allow-iterations", NULL, K_FLAG, AT(sign.allow_iterations), 0, "",
	  "NSEC3: also more often than 0 times" },
	{ "--serial", NULL, K_TEXT, AT(sign.serial), 0, "POLICY",
	  "sign: keep, increment, unixtime or dateserial (keep)" },
	{ "--zonemd", NULL, K_TEXT, AT(sign.zonemd), 0, "HASHES", "sign: with digests, of sha384, sha512 (none)" },
	{ "--validity", NULL, K_TEXT, AT(sign.validity), 0, "TIME", "how long signatures are valid (30d)" },
	{ "--key-validity", NULL, K_TEXT, AT(sign.key_validity), 0, "TIME",
	  "how long those over keys are (as --validity)" },
	{ "--jitter", NULL, K_TEXT, AT(sign.jitter), 0, "TIME",
	  "up to how much less, spread over the zone (12h)" },
	{ "--refresh", NULL, K_TEXT, AT(sign.refresh), 0, "TIME", "make anew what is valid for no longer (7d)" },
	{ "--inception", NULL, K_TEXT, AT(sign.inception), 0, "TIME",
	  "how long before now signatures begin (1h)" },
	{ "--dnskey-ttl", NULL, K_TEXT, AT(sign.dnskey_ttl), 0, "TIME",
	  "TTL of DNSKEY, CDS, CDNSKEY (the SOA's)" },
	{ "--cds-digests", NULL, K_TEXT, AT(sign.cds_digests), 0, "HASHES",
	  "CDS records, of sha256, sha384 (sha256)" },
	{ "--cds-delete", NULL, K_FLAG, AT(sign.cds_delete), 0, "", "ask the parent to remove the DS (RFC 8078)" },
	{ "--csync", NULL, K_FLAG, AT(sign.csync), 0, "", "ask the parent to copy NS and glue (RFC 7477)" },
	{ "--version", NULL, K_FLAG, AT(version), 0, "", "print the version" },
	{ "--help", "-h", K_FLAG, AT(help), 0, "", "this" },
};

void options_print(void)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		printf("  %s%s%-*s %-8s %s\n", rows[i].shorter != NULL ? rows[i].shorter : "  ",
		       rows[i].shorter != NULL ? ", " : "  ", 18, rows[i].name, rows[i].value, rows[i].text);
}

static const struct option_row *row_of(const char *word)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (strcmp(word, rows[i].name) == 0 ||
		    (rows[i].shorter != NULL && strcmp(word, rows[i].shorter) == 0))
			return &rows[i];
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

static bool is_number(const char *text, uint64_t most)
{
	char *end;

	errno = 0;
	return *text >= '0' && *text <= '9' && strtoull(text, &end, 10) <= most && *end == 0 && errno == 0;
}

static bool numbers_are_right(const struct options *o)
{
	const uint64_t year_9999 = 253402300799; /* its last second: later dates have no text of four digits */
	const struct {
		const char *name, *text;
		uint64_t most;
	} numbers[] = { { "--now", o->now, year_9999 },
			{ "--threads", o->threads, UINT32_MAX },
			{ "--max-errors", o->max_errors, UINT32_MAX },
			{ "--bits", o->bits, UINT16_MAX },
			{ "--digest", o->digest, UINT8_MAX } };

	for (size_t i = 0; i < COUNT_OF(numbers); i++)
		if (numbers[i].text != NULL && !is_number(numbers[i].text, numbers[i].most)) {
			complain("%s: '%s' is not a number from 0 to %llu", numbers[i].name, numbers[i].text,
				 (unsigned long long)numbers[i].most);
			return false;
		}
	return true;
}

bool options_read(int argc, char **argv, struct options *o)
{
	memset(o, 0, sizeof *o);
	return options_more(argc, argv, o);
}

bool options_more(int argc, char **argv, struct options *o)
{
	bool only_operands = false;

	for (int i = 0; i < argc; i++) {
		const char *word = argv[i];
		const struct option_row *row = only_operands ? NULL : row_of(word);

		if (row == NULL && !only_operands && strcmp(word, "--") == 0) {
			only_operands = true;
		} else if (row == NULL && !only_operands && word[0] == '-' && word[1] != 0) {
			complain("there is no option '%s'; zonec --help lists them", word);
			return false;
		} else if (row == NULL) {
			if (o->n_operands == OPERANDS_MAX) {
				complain("'%s' is one word too many", word);
				return false;
			}
			o->operand[o->n_operands++] = word;
		} else if (row->kind != K_FLAG && i + 1 == argc) {
			complain("%s needs a value: %s", row->name, row->value);
			return false;
		} else if (!set(o, row, row->kind == K_FLAG ? NULL : argv[++i])) {
			return false;
		}
	}
	return numbers_are_right(o) && sign_options_right(o);
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
