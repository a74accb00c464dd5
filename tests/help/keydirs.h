/*
 * keydirs.h -- a directory of keys that goes when the test ends, what is put
 * into it, and key files that others wrote.
 */
#ifndef TESTS_HELP_KEYDIRS_H
#define TESTS_HELP_KEYDIRS_H

#include <sys/types.h>

#include "keys/keydir.h"

/* What dnssec-keygen and ldns-keygen wrote, and under which name. */
extern const char bind_key[], bind_private[], ldns_key[], ldns_private[];
extern const char *const bind_file, *const ldns_file;

/* The directory, between keydirs_begin and keydirs_end (a fixture). */
extern const char *keydirs;
void keydirs_begin(void);
void keydirs_end(void);

/* key_path gives DIR/base+ending; the last two given are good. key_put writes a file of mode 0600 there,
 * key_put_replaced does with one piece of the text replaced, key_get reads it. key_mode gives its mode, not that
 * of what a link leads to. */
const char *key_path(const char *base, const char *ending);
void key_put(const char *base, const char *ending, const char *text);
void key_put_replaced(const char *base, const char *ending, const char *text, const char *piece, const char *by);
const char *key_get(const char *base, const char *ending);
mode_t key_mode(const char *base, const char *ending);

struct name key_zone(const char *text);

/* key_only reads the directory, which must have one key; key_opened opens it. */
struct key key_only(struct keys *keys);
struct keydir *key_opened(void);

#endif
