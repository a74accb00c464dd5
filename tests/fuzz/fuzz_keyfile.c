/*
 * Any octets as a key's files, the .key and the .private one: no crash, and
 * what is taken is understood again when its times are written anew. A key
 * that comes out of a .private signs.
 */
#include <stdlib.h>

#include "crypto/locked.h"
#include "keys/keyfile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t rdata[KEYFILE_MAX], edited[2 * KEYFILE_MAX];

static void expect(bool holds)
{
	if (!holds)
		abort();
}

static void read_public(struct view text)
{
	struct wr w = wr_of(rdata, sizeof rdata), again = wr_of(edited, sizeof edited);
	struct flaw flaw = { 0 };
	struct key k, other;

	key_clear(&k);
	if (!keyfile_public(text, &k, &w, &flaw)) {
		expect(flaw.what[0] != 0);
		return;
	}
	expect(k.dnskey.n == w.len && k.protocol == 3);
	keyfile_retime_public(text, &k, &again);
	uint8_t copy[KEYFILE_MAX];
	struct wr w2 = wr_of(copy, sizeof copy);
	key_clear(&other);
	expect(keyfile_public(wr_view_of(&again), &other, &w2, &flaw));
	expect(view_eq(other.dnskey, k.dnskey) && name_eq(&other.zone, &k.zone));
	expect(memcmp(other.time, k.time, sizeof k.time) == 0);
	again = wr_of(edited, sizeof edited);
	keyfile_print_public(&k, &again);
	key_clear(&other);
	w2 = wr_of(copy, sizeof copy);
	expect(keyfile_public(wr_view_of(&again), &other, &w2, &flaw) && view_eq(other.dnskey, k.dnskey));
}

static void read_private(struct view text, uint8_t *room)
{
	struct wr w = wr_of(room, KEYFILE_MAX), again = wr_of(edited, sizeof edited);
	struct keyfile_private p, other;
	struct flaw flaw = { 0 };
	struct private_key *private;
	struct key k;

	if (!keyfile_private(text, &p, &w, &flaw)) {
		expect(flaw.what[0] != 0);
		return;
	}
	key_clear(&k);
	memcpy(k.time, p.time, sizeof k.time);
	keyfile_retime_private(text, &k, &again);
	w = wr_of(room, KEYFILE_MAX);
	expect(keyfile_private(wr_view_of(&again), &other, &w, &flaw) && !other.old);
	expect(other.algorithm == p.algorithm && memcmp(other.time, p.time, sizeof p.time) == 0);
	if (private_key_of(other.algorithm, &other.secret, &private) == OK) {
		struct signer *s = signer_new(private);
		const struct view message = BYTES("message");
		uint8_t sig[SIGNATURE_MAX], *at = sig;

		expect(s != NULL && signer_sign(s, &message, 1, &at) == OK);
		signer_free(s);
		private_key_free(private);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t *room;

	if (room == NULL)
		room = locked_take(KEYFILE_MAX);
	if (size > KEYFILE_MAX)
		return 0;
	read_public(view_of(data, size));
	read_private(view_of(data, size), room);
	return 0;
}
