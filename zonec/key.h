/*
 * key.h -- what the commands about keys share: dates and names as operators
 * write and read them.
 *
 * Knows: keys/.   Must not know: databases.
 */
#ifndef ZONEC_KEY_H
#define ZONEC_KEY_H

#include "keys/keydir.h"
#include "zonec/zonec.h"

enum { DATE_TEXT = 32 };

/* What a key stays for after it has signed last: until its signatures have left every cache, whatever the TTLs. */
enum { KEY_RETIREMENT = 30 * 86400 };

/* date_read reads the value of an option: YYYYMMDDHHMMSS, YYYYMMDD, YYYY-MM-DD, "now", "never", or "+30d" from
 * `now` on. Without a value (text is NULL) *out stays as it is. False: it has said what is wrong. */
MUST_CHECK bool date_read(const char *option, const char *text, int64_t now, int64_t *out);

/* date_print writes "2026-12-01 00:00:00 UTC", without the time of day if that is midnight. */
void date_print(int64_t t, char out[DATE_TEXT]);

/* algorithm_text gives a mnemonic, or the number. */
const char *algorithm_text(uint8_t algorithm);

/* role_of tells what a key of these is for: "CSK" is a key with the SEP flag and no ZSK beside it. */
const char *role_of(const struct key *keys, size_t n, const struct key *k);

/* keys_of reads the keys of the zone that `origin` names. Gives an exit code; EXIT_DONE: the caller frees *keys.
 */
int keys_of(const struct options *o, const char *origin, struct keys *keys);

/* key_failed says why, and gives the exit code that fits. */
int key_failed(enum err e, const char *why);

#endif
