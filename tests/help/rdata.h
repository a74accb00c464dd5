/*
 * rdata.h -- RDATA from text and back, for tests.
 */
#ifndef TESTS_HELP_RDATA_H
#define TESTS_HELP_RDATA_H

#include "dns/rdata.h"

/* rdata_of_text cuts text into words at spaces and parses them, relative names below "example.". */
bool rdata_of_text(const char *type, const char *text, struct wr *out, struct flaw *flaw);

/* text_of_rdata prints into a buffer of its own, exactly as large as rdata_print asks for. */
const char *text_of_rdata(uint16_t code, struct view rdata);

/* hex_of gives the octets of hex text. */
struct view hex_of(const char *hex, uint8_t *to, size_t cap);

/* code_of gives the code of a mnemonic, and fails the test if there is none. */
uint16_t code_of(const char *type);

#endif
