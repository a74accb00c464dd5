/*
 * zonec.h -- what the commands of zonec share: options, exit codes, messages.
 *
 * Knows: libc.   Must not know: zones.
 */
#ifndef ZONEC_ZONEC_H
#define ZONEC_ZONEC_H

#include "base/base.h"
#include "dns/name.h"

enum { EXIT_DONE = 0, EXIT_WRONG = 1, EXIT_USAGE = 2, EXIT_SYSTEM = 3 };

enum { OPERANDS_MAX = 4, CHECK_CHOICES_MAX = 64 };

/* Which options a command takes: each option is of one of these groups, each command takes several. */
enum takes {
	TAKES_ALWAYS = 1 << 0,
	TAKES_DB = 1 << 1,
	TAKES_LIST = 1 << 2,
	TAKES_JSON = 1 << 3,
	TAKES_CHECKS = 1 << 4,
	TAKES_EXPLAIN = 1 << 5,
	TAKES_SIGN = 1 << 6,
	TAKES_POLICY = 1 << 7,
	TAKES_REPLACE = 1 << 8,
	TAKES_KEYDIR = 1 << 9,
	TAKES_MAKE = 1 << 10, /* what a new key is like */
	TAKES_END = 1 << 11,  /* when a key ends */
	TAKES_DIGEST = 1 << 12,
	TAKES_UNTIL = 1 << 13,
	TAKES_DNSSEC = 1 << 14,
	TAKES_ZONE = TAKES_JSON | TAKES_CHECKS | TAKES_SIGN | TAKES_KEYDIR, /* who reads a master file */
	TAKES_COMPILE = TAKES_ZONE | TAKES_DB | TAKES_LIST | TAKES_POLICY | TAKES_REPLACE,
	TAKES_LINE = (TAKES_COMPILE & ~(TAKES_DB | TAKES_LIST | TAKES_JSON)), /* a line of a list */
};

/* A check that the operator made an error, a warning or nothing. */
struct choice {
	const char *name;
	uint8_t severity;
};

/* How a zone is signed, as the operator says it. */
struct sign_options {
	bool sign, nsec, nsec3, optout, allow_iterations, cds_delete, csync;
	const char *salt, *iterations, *zonemd, *serial, *cds_digests;
	const char *validity, *key_validity, *inception, *jitter, *refresh, *dnskey_ttl;
};

/* The command line, parsed. */
struct options {
	const char *taker; /* who takes the options, for messages; and which */
	unsigned takes;
	const char *db, *list, *now, *threads, *max_errors;
	const char *keydir, *algorithm, *bits, *publish, *activate, *inactive, *delete, *digest;
	const char *sync_publish, *sync_delete;
	const char *policy, *until;
	bool quiet, json, replace, explain, dnssec, version, help;
	bool csk, ksk, zsk;
	struct sign_options sign;
	struct choice choice[CHECK_CHOICES_MAX];
	unsigned n_choices;
	const char *operand[OPERANDS_MAX];
	unsigned n_operands;
};

/* complain prints one line "zonec: ..." on standard error. */
void complain(const char *fmt, ...) PRINTF_LIKE(1, 2);

/* complain_of says which line of a file complaints are about from now on; NULL: of none. The name stays the
 * caller's. */
void complain_of(const char *file, unsigned line);

/* inform prints what was done, a line that fmt ends, on standard output; on standard error from inform_aside on,
 * when standard output is for machines. */
void inform(const char *fmt, ...) PRINTF_LIKE(1, 2);
void inform_aside(void);

/* options_read takes the words behind the command, which is called so and takes these; false: it has said what is
 * wrong. */
MUST_CHECK bool options_read(int argc, char **argv, const char *command, unsigned takes, struct options *o);

/* options_more takes more words, for one zone of a list, beyond what *o says already. */
MUST_CHECK bool options_more(int argc, char **argv, struct options *o);

/* options_print lists all options. */
void options_print(void);

/* origin_read parses a zone's name from the command line; false: it has said what is wrong. */
MUST_CHECK bool origin_read(const char *text, struct name *out);

/* now_of gives --now, or the clock: seconds since 1970. */
int64_t now_of(const struct options *o);

/* Each command gives the exit code. */
int command_compile(const struct options *o);
int command_check(const struct options *o);
int command_list(const struct options *o);
int command_stats(const struct options *o);
int command_dump(const struct options *o);
int command_drop(const struct options *o);
int command_verify(const struct options *o);
int command_query(const struct options *o);
int command_key_generate(const struct options *o);
int command_key_import(const struct options *o);
int command_key_list(const struct options *o);
int command_key_status(const struct options *o);
int command_key_ds(const struct options *o);
int command_key_retire(const struct options *o);
int command_key_rehearse(const struct options *o);
int command_key_ds_seen(const struct options *o);
int command_key_ds_gone(const struct options *o);
int command_key_forget(const struct options *o);
int command_key_rewind(const struct options *o);
int command_key_signal(const struct options *o);
int command_ksr_create(const struct options *o);
int command_ksr_sign(const struct options *o);
int command_ksr_import(const struct options *o);

#endif
