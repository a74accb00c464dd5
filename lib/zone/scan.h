/*
 * scan.h -- cuts a master file into entries, and entries into words.
 *
 *      a window over the file           [ ..done.. | entry being cut | ....... ] 0
 *                                                  at                         end
 *
 * An entry is what ends with a newline outside parentheses (RFC 1035 5.1);
 * empty lines and comments are passed over. The window slides over the file,
 * so neither the size of a file nor whether it can be seeked matters; an entry
 * cut short by the window's end is cut again when more text is there. Zero
 * octets end the window: text has none, so no other bound need be checked.
 *
 * Words are views into the window, good until the next entry is asked for.
 *
 * Knows: tokens.   Must not know: directives, names, RR types.
 */
#ifndef ZONE_SCAN_H
#define ZONE_SCAN_H

#include "dns/token.h"

enum {
	SCAN_WINDOW = 1 << 18,    /* fits a core's own cache */
	SCAN_ENTRY_MAX = 1 << 24, /* octets of one entry with its comments */
	SCAN_WORDS_MAX = 1 << 17, /* words of one entry: RDATA of 65535 octets as one base64 character each fits */
};

struct scan {
	int fd;           /* where text comes from ... */
	struct view text; /* ... or, with fd < 0, what is left of text in memory */
	uint64_t taken;   /* octets that went through the window */
	char *window;
	size_t cap, at, end;
	bool all;      /* nothing comes behind the window's end */
	bool skip;     /* the line in which scanning is to go on has not ended yet */
	uint32_t line; /* of the octet at `at`, from 1 */

	struct token *word; /* the entry's words */
	size_t n, cap_words;
	bool blank;        /* its line began with a space or tab: the owner is that of the entry before */
	struct token over; /* its first string that runs over several lines; p is NULL: none */
	struct flaw flaw;
};

enum scan_got {
	SCAN_ENTRY,  /* here is one */
	SCAN_END,    /* there is none */
	SCAN_FLAW,   /* there is none that is whole: see flaw; ask again for what comes behind */
	SCAN_BINARY, /* this is no text: see flaw; nothing comes behind */
	SCAN_FAILED, /* reading failed, see errno */
};

/* scan_file reads from a file that stays the caller's; scan_text reads text in memory. */
void scan_file(struct scan *s, int fd);
void scan_text(struct scan *s, struct view text);

/* scan_retext starts over with other text and keeps the buffers. */
void scan_retext(struct scan *s, struct view text);
void scan_free(struct scan *s);

/* scan_next cuts the next entry. */
enum scan_got scan_next(struct scan *s);

/* scan_doubt is called when the entry turned out wrong: if it has a string that runs over several lines, a quote
 * may be missing, and scanning goes on behind the line where the string began. */
void scan_doubt(struct scan *s);

#endif
