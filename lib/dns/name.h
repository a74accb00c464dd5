/*
 * name.h -- domain names in wire form.
 *
 *      03 'w' 'w' 'w' 07 'e' 'x' 'a' 'm' 'p' 'l' 'e' 00        len = 13
 *
 * A struct name is a value: it owns its bytes, lives on the stack, is copied
 * with '='. It is always a whole, legal name: 1..255 bytes, labels of 1..63,
 * one empty label at the end, no pointers. Code that is handed one need not
 * look again. Letter case is kept as it came; comparing ignores it.
 *
 * Knows: base/.   Must not know: zones, messages, files, LMDB.
 */
#ifndef DNS_NAME_H
#define DNS_NAME_H

#include "base/base.h"
#include "base/rd.h"
#include "base/wr.h"

enum {
	NAME_WIRE_MAX = 255,
	NAME_LABEL_MAX = 63,
	NAME_LABELS_MAX = 127, /* without the root label */
	NAME_TEXT_MAX = 1016,  /* 254 octets as \DDD and a final zero */
	NAME_KEY_MAX = 254,
};

struct name {
	uint8_t len;
	uint8_t wire[NAME_WIRE_MAX];
};

/* name_root is ".". */
extern const struct name name_root;

/* name_read takes the name at the cursor, following compression pointers
 * (RFC 1035 4.1.4). If it is not a legal name the cursor turns bad and *out is
 * the root. The cursor ends up behind the name as it stood, not where the last
 * pointer led. */
void name_read(struct rd *r, struct name *out);

/* name_read_plain is name_read for places where compression is not allowed: a pointer makes it bad. */
void name_read_plain(struct rd *r, struct name *out);

/* name_of_wire makes a name of exactly the bytes v; false (and the root) if they are not one legal name. */
MUST_CHECK bool name_of_wire(struct view v, struct name *out);

/* name_order compares in canonical DNS order (RFC 4034 6.1): by label, from
 * the right, letters folded. Negative, zero or positive, like memcmp. */
int name_order(const struct name *a, const struct name *b);

/* name_eq: the same name, letters folded. */
bool name_eq(const struct name *a, const struct name *b);

/* name_lower folds A-Z to a-z in place. */
void name_lower(struct name *n);

/* name_fold8 folds A-Z in eight octets at once, in any order of octets; lengths of labels fold to themselves.
 * Bit 7 of each octet of `up` tells whether it is a capital. */
static inline uint64_t name_fold8(uint64_t w)
{
	const uint64_t ones = 0x0101010101010101U;
	uint64_t low7 = w & ones * 0x7f;
	uint64_t from_a = low7 + ones * (0x80 - 'A');
	uint64_t past_z = low7 + ones * (0x80 - 'Z' - 1);
	uint64_t up = (from_a ^ past_z) & ~w & ones * 0x80;
	return w | up >> 2;
}

/* name_rank8 maps eight folded octets as keys do (below): rank among the 230 values left, plus one. */
static inline uint64_t name_rank8(uint64_t folded)
{
	const uint64_t ones = 0x0101010101010101U;
	uint64_t from_a = (((folded & ones * 0x7f) + ones * (0x80 - 'A')) | folded) >> 7 & ones;
	return folded + ones - from_a * 26; /* 1..230 each: nothing is carried in the end */
}

/* name_labels counts labels without the root label: 0 for ".". */
unsigned name_labels(const struct name *n);

/* name_offsets notes where each label starts, left to right, the root label last: at[0] = 0,
 * at[labels] = len - 1. Gives the number of labels without the root. */
unsigned name_offsets(const struct name *n, uint8_t at[NAME_LABELS_MAX + 1]);

/* name_within is true if n is at or below apex. */
bool name_within(const struct name *n, const struct name *apex);

/* name_strip gives n without its leftmost `labels` labels (the root, if there are fewer). */
struct name name_strip(const struct name *n, unsigned labels);

/* name_is_wildcard: the leftmost label is a single asterisk (RFC 4592 2.1.1). */
bool name_is_wildcard(const struct name *n);

/* name_push puts one label in front: *out = label.tail; false if that is no legal name. */
MUST_CHECK bool name_push(struct view label, const struct name *tail, struct name *out);

/* name_rebase replaces the suffix `from` of n by `to` (DNAME, RFC 6672 2.2); n must be within `from`.
 * False if the new name is longer than 255 octets (YXDOMAIN). */
MUST_CHECK bool name_rebase(const struct name *n, const struct name *from, const struct name *to,
			    struct name *out);

/* name_print writes n as text, fully qualified, special characters escaped (RFC 1035 5.1), with a final
 * zero, into out of at least NAME_TEXT_MAX bytes. Gives the length without the zero. */
size_t name_print(const struct name *n, char *out);

/* name_parse reads the text of one name: "www", "www.example.", "@" is not special here. \X and \DDD are
 * understood. A name without a final dot has `origin` appended. On failure the result is a phrase that
 * says what is wrong, on success NULL. */
const char *name_parse(struct view text, const struct name *origin, struct name *out);

/* name_parse_wire is name_parse into octets of which the name's length is then *len. Where a million names are
 * read, they are copied once less. */
const char *name_parse_wire(struct view text, const struct name *origin, uint8_t wire[NAME_WIRE_MAX], size_t *len);

/*
 * Keys: a name as bytes whose memcmp order is the canonical order. Labels from the root, each octet
 * mapped to its rank + 1 among the 230 values left after case folding, 0 ends a label. "www.example."
 * becomes  e x a m p l e 0 w w w 0  with mapped letters; the root is the empty key.
 */
size_t name_key(const struct name *n, uint8_t key[NAME_KEY_MAX]);

/* name_of_key is the inverse, in lower case; false if the bytes are no key. */
MUST_CHECK bool name_of_key(struct view key, struct name *out);

#endif
