/*
 * keyfile.h -- the text of key files, as BIND's tools write and read them.
 *
 *      Kexample.org.+013+26285.key              Kexample.org.+013+26285.private
 *
 *      ; This is a key-signing key, keyid ...   Private-key-format: v1.3
 *      ; Created: 20261128164556 (...)          Algorithm: 13 (ECDSAP256SHA256)
 *      ; Publish: 20261128164556 (...)          PrivateKey: gaTevdTeHzqZIBRpFntPbio94...
 *      example.org. IN DNSKEY 257 3 13 8Fdc...  Created: 20261128164556
 *                                               Publish: 20261128164556
 *
 * Lines that are not understood are none of our business: they are passed
 * over by readers, and kept when times are changed. What is understood must be right.
 *
 * Where there is a .private file its times count; those of a .key are comments.
 *
 * Knows: key.h, dns/.   Must not know: files.
 */
#ifndef KEYS_KEYFILE_H
#define KEYS_KEYFILE_H

#include "base/wr.h"
#include "dns/token.h"
#include "keys/key.h"

enum { KEYFILE_MAX = 16384 }; /* octets of either file; those of RSA 4096 have 1,100 and 3,400 */

/* keyfile_public reads the text of a .key: owner, fields, tag and times of k. The RDATA is appended to `out`,
 * which k->dnskey views. False: *flaw says what is wrong in which line. */
MUST_CHECK bool keyfile_public(struct view text, struct key *k, struct wr *out, struct flaw *flaw);

/* What a .private file says. */
struct keyfile_private {
	uint8_t algorithm;
	bool old; /* format 1.2 or before: no times */
	struct secret secret;
	int64_t time[KEY_TIMES];
};

/* keyfile_private reads the text of a .private. The parts of the secret are decoded into `room`, locked memory of
 * the caller's, and out->secret views them. False: *flaw, which never quotes a secret. */
MUST_CHECK bool keyfile_private(struct view text, struct keyfile_private *out, struct wr *room, struct flaw *flaw);

/* keyfile_print_public and keyfile_print_private write the text of either file of a new key; the second needs
 * locked memory. */
void keyfile_print_public(const struct key *k, struct wr *out);
void keyfile_print_private(const struct key *k, struct wr *out);

/* keyfile_retime_public and keyfile_retime_private copy a file's text with the times of k instead of its own, and
 * all other lines as they are; a .private becomes format 1.3, of which times are a part. */
void keyfile_retime_public(struct view text, const struct key *k, struct wr *out);
void keyfile_retime_private(struct view text, const struct key *k, struct wr *out);

#endif
