/*
 * master.h -- reads a master file (RFC 1035 5, RFC 2308 4 $TTL, RFC 3597,
 * and $GENERATE) record by record.
 *
 * Every record goes to a callback in wire form; every error and warning goes
 * to another with its place. After an error the reader goes on with the next
 * entry, so that one run shows all findings, up to `max_errors`. Of each kind
 * of warning ten are told, and at the end how many more there were.
 *
 * A large file is read by a thread of its own, if work.h has two; callbacks
 * are called from the caller's thread all the same, in the order of the file.
 *
 * Knows: dns/.   Must not know: zones, databases.
 */
#ifndef ZONE_MASTER_H
#define ZONE_MASTER_H

#include "dns/name.h"
#include "dns/token.h"

struct master_record {
	struct name owner;
	uint16_t type, class;
	uint32_t ttl;
	struct view rdata; /* wire form; good until the callback returns */
	const char *file;  /* as named on the command line or in $INCLUDE; lives as long as the reader runs */
	uint32_t line;     /* of the entry's first token */
};

struct master_finding {
	const char *file;
	uint32_t line, column;
	const char *field; /* "TTL", "owner", "preference" ...; may be NULL */
	const char *what;
	bool error;      /* else a warning */
	uint64_t untold; /* so many findings like this one were not told; 0: this is a finding itself */
};

struct master_calls {
	void *context;
	void (*record)(void *context, const struct master_record *r);
	/* a record of this owner (wire form) is one of the next: nothing has to be done; may be NULL */
	void (*expect)(void *context, struct view owner);
	void (*finding)(void *context, const struct master_finding *f);
	void (*progress)(void *context, uint64_t done, uint64_t total); /* bytes, about every MB; may be NULL */
};

enum { MASTER_ERRORS_MAX = 100 };

struct master_options {
	uint32_t max_errors;   /* stop after so many errors; 0: MASTER_ERRORS_MAX */
	uint32_t max_generate; /* steps of one $GENERATE; 0: 65536 */
};

/* master_read reads `path` ("-" is standard input) with this origin. OK: no errors were found; ERR_FORMAT:
 * at least one was, all reported; ERR_SYSTEM: the file could not be read (reported as a finding too). A file
 * that $INCLUDE cannot have is an error of the file that asks for it, hence ERR_FORMAT. An $INCLUDE starts from
 * the directory of the file it stands in, takes plain files only, and may go 16 files deep. */
enum err master_read(const char *path, const struct name *origin, const struct master_options *o,
		     const struct master_calls *calls);

/* master_read_text is master_read over text in memory, with `file` as its name in findings; $INCLUDE is
 * refused. For tests and fuzzing. */
enum err master_read_text(struct view text, const char *file, const struct name *origin,
			  const struct master_options *o, const struct master_calls *calls);

#endif
