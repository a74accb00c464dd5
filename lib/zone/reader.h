/*
 * reader.h -- the inside of reading a master file: what is remembered from
 * entry to entry, shared by records, directives and $GENERATE.
 *
 *      master.c     files -> entries -> one of:
 *      record.c         a record
 *      directive.c      $ORIGIN, $TTL, $INCLUDE
 *      generate.c       $GENERATE -> records
 *
 * Owner, TTL and $TTL outlive an entry; owner and origin are those of a file
 * and come back after $INCLUDE (RFC 1035 5.1), TTLs are the whole zone's.
 *
 * Knows: master.h, scan.h.   Must not know: zones.
 */
#ifndef ZONE_READER_H
#define ZONE_READER_H

#include "base/arena.h"
#include "dns/rdata.h"
#include "zone/master.h"
#include "zone/scan.h"

enum {
	GENERATE_PRESET = 65536,
	INCLUDE_DEPTH = 16,
	INCLUDES_MAX =
	    65536, /* files opened in one run: files that include each other twice double at each depth */
};

/* Warnings of one kind, which is known by its format: it is told to the operator so often and no more. */
struct warned {
	const char *fmt, *field;
	uint64_t n;
};

enum { WARNED_KINDS = 16, WARNINGS_TOLD = 10 };

/* A file being read, and the one whose $INCLUDE led to it. */
struct source {
	struct source *by;
	const char *file;
	uint64_t device, inode; /* who it is, by any name; 0, 0: not a file */
	unsigned depth;
	struct scan scan;
};

struct reader {
	const struct master_calls *calls;
	struct master_options limits;
	struct source *source;
	struct arena names; /* of files */
	uint32_t errors;
	struct warned warned[WARNED_KINDS];
	bool failed; /* the operating system failed us */
	bool stop;   /* enough errors, or nothing more can be read */
	bool no_includes;
	unsigned includes;

	struct name origin;
	enum { OWNER_NONE, OWNER_KNOWN, OWNER_WRONG } owner;
	bool origin_moved; /* since the last owner was written */
	bool ttl_known, preset_known, told_1035;
	uint32_t ttl;    /* last stated */
	uint32_t preset; /* $TTL */

	char owner_text[NAME_TEXT_MAX]; /* the last owner as it was written, to know it again */
	size_t owner_text_len;          /* 0: none */
	struct master_record record;    /* record.owner is the current owner */
	uint8_t rdata[RDATA_MAX];

	bool stepping; /* inside $GENERATE */
	int64_t step;  /* its number */

	uint64_t done, total, told; /* octets, for progress */
};

/* The last owner, to be set aside while something that has owners of its own is read. */
struct last_owner {
	struct name name;
	unsigned state;
};

static inline void owner_keep(const struct reader *r, struct last_owner *out)
{
	out->name = r->record.owner;
	out->state = r->owner;
}

static inline void owner_restore(struct reader *r, const struct last_owner *kept)
{
	r->record.owner = kept->name;
	r->owner = kept->state;
	r->owner_text_len = 0;
}

/* The words of an entry on their way. */
struct entry {
	const struct token *word;
	size_t n;
	bool blank;
};

/* What stands between an owner and RDATA. */
struct head {
	bool has_ttl;
	uint32_t ttl;
	uint16_t type;
	size_t rdata; /* the word where RDATA begins */
};

/* read_record reads a whole entry and hands the record out. False: a finding told what is wrong. */
bool read_record(struct reader *r, const struct entry *e);

/* read_head reads [TTL] [class] type, in either order, from word i on. */
bool read_head(struct reader *r, const struct entry *e, size_t i, struct head *out);

/* read_ttl reads a TTL; above 2^31 - 1 it warns and gives 0 (RFC 2181 8). */
bool read_ttl(struct reader *r, const struct token *t, uint32_t *out);

/* read_directive reads an entry that begins with a dollar sign. */
bool read_directive(struct reader *r, const struct entry *e);
bool read_generate(struct reader *r, const struct entry *e);

/* read_source reads one file to its end; include_file opens one for $INCLUDE. */
void read_source(struct reader *r, struct source *s);
bool include_file(struct reader *r, const struct token *t, struct view path);

/* wrong tells an error at a word, warn a warning; wrong is always false. */
bool wrong(struct reader *r, const struct token *at, const char *field, const char *fmt, ...) PRINTF_LIKE(4, 5);
void warn(struct reader *r, const struct token *at, const char *field, const char *fmt, ...) PRINTF_LIKE(4, 5);
bool wrong_flaw(struct reader *r, const struct flaw *f);

#endif
