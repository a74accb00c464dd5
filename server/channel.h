/*
 * channel.h -- the few words that parent and front say to each other, over a
 * socket pair. One packet is one message of 16 octets.
 *
 *      front                                parent
 *        | -- PIN n -------------------------> |   opens a read transaction, keeps it as number n
 *        | <------------- PINNED n, commit --- |   or UNPINNED n, error
 *        | -- READY zones -------------------> |   answers questions from now on
 *        | -- DROP n ------------------------> |   ends that read transaction
 *        | <-------------------------- PING -- |   are you there?
 *        | -- PONG --------------------------> |
 *        | <------------------------- DRAIN -- |   read no more UDP, finish TCP, end
 *        | <-------------------------- QUIT -- |   end now
 *
 * The parent believes nothing that comes from a front: a message of another
 * length or kind ends the front. A closed channel means the other is gone.
 *
 * Knows: sockets.   Must not know: what the words make anybody do.
 */
#ifndef SERVER_CHANNEL_H
#define SERVER_CHANNEL_H

#include "base/base.h"

enum channel_kind {
	CHANNEL_PIN = 1,
	CHANNEL_PINNED,
	CHANNEL_UNPINNED,
	CHANNEL_READY,
	CHANNEL_DROP,
	CHANNEL_DRAIN,
	CHANNEL_QUIT,
	CHANNEL_PING,
	CHANNEL_PONG,
};

struct channel_message {
	uint32_t kind; /* enum channel_kind, unless the sender is hostile */
	uint32_t pin;
	uint64_t value;
};

/* channel_open makes the pair: two descriptors, non-blocking, closed on exec. */
MUST_CHECK bool channel_open(int ends[2]);

/* channel_send never waits: false if the other end is gone or does not read. */
MUST_CHECK bool channel_send(int fd, enum channel_kind kind, uint32_t pin, uint64_t value);

enum channel_state { CHANNEL_EMPTY, CHANNEL_MESSAGE, CHANNEL_CLOSED };

/* channel_receive never waits. CHANNEL_CLOSED also for a packet that is no message. */
enum channel_state channel_receive(int fd, struct channel_message *out);

#endif
