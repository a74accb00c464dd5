#ifndef KEYS_KEY_H
#define KEYS_KEY_H
#include "crypto/sign.h"
#include "dns/name.h"
enum key_time { KEY_CREATED, KEY_PUBLISH, KEY_ACTIVATE, KEY_REVOKE, KEY_INACTIVE, KEY_DELETE, KEY_SYNC_PUBLISH, KEY_SYNC_DELETE, KEY_TIMES };
struct key {
	struct name zone;
	uint16_t flags, tag;
	uint8_t protocol, algorithm;
	struct view dnskey;
	struct private_key *private;
	int64_t time[KEY_TIMES];
	char file[300];
};
#endif
