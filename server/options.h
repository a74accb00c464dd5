/*
 * options.h -- what the command line says. Every option is a row of one
 * table, which parses, checks, presets and explains it.
 *
 *      edictd -d DB -l ADDRESS@PORT [-l ...] [-t THREADS] [--name VALUE ...]
 *
 * Knows: libc, answer/query.h (what an answer can be told to be).
 * Must not know: sockets, processes.
 */
#ifndef SERVER_OPTIONS_H
#define SERVER_OPTIONS_H

#include "answer/query.h"
#include "base/version.h"

enum { LISTEN_MAX = 64, THREADS_MAX = 256 };

struct text_list {
	size_t n;
	const char *at[LISTEN_MAX];
};

struct options {
	const char *database;
	struct text_list listen; /* ADDRESS@PORT, as given */
	const char *user;        /* NULL: edict if there is such a user, else nobody */
	const char *nsid;
	const char *chaos[CHAOS_NAMES]; /* NULL: as preset */
	uint32_t threads; /* never 0 after parsing */
	uint32_t udp_size;
	uint32_t tcp_max, tcp_idle;
	bool any_full_tcp;
	bool help, show_version;
	const char *front; /* internal: the descriptors that the parent hands over */
};

enum option_kind { OPTION_NUM, OPTION_TEXT, OPTION_LIST, OPTION_FLAG };

struct option_row {
	const char *name; /* without the dashes; NULL ends the table */
	char letter;      /* 0: none */
	enum option_kind kind;
	size_t at; /* offsetof(struct options, ...) */
	uint32_t min, max, preset;
	const char *value; /* what --help calls the value */
	const char *text;  /* one line for --help; NULL: internal, not shown */
};

extern const struct option_row option_rows[];

/* options_parse reads argv. The result points into argv. False: `why` says what is wrong and what to do. */
MUST_CHECK bool options_parse(int argc, char *const argv[], struct options *out, char why[256]);

/* options_help prints the table to standard output. */
void options_help(void);

/* options_answer gives what answers are to look like. The views point into o and into static memory. */
void options_answer(const struct options *o, struct answer_options *out);

#endif
