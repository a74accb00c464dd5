/*
 * relay.h -- hands what one thread reads to the thread that asked for it.
 *
 *      reading thread                    ring of batches                 caller's thread
 *      record, finding, progress  -->  [####][####][##  ][    ]  -->  the same calls, in the same order
 *
 * Reading a master file and filling a zone cost about the same, so each gets a
 * thread. Whoever is ahead waits; the memory between them is a few batches,
 * whatever the file.
 *
 * Knows: master.h, base/work.h.   Must not know: what is read, zones.
 */
#ifndef ZONE_RELAY_H
#define ZONE_RELAY_H

#include "zone/master.h"

/* relay_fn reads, and makes its calls through `calls`. */
typedef void relay_fn(void *context, const struct master_calls *calls);

/* relay_read runs `read` in a thread of its own, and makes the calls that it makes: here, in this thread, in their
 * order. It comes back when `read` has and all calls are made. Texts that findings and records point at, but
 * `what`, must live as long. Where there is no second thread `read` makes its calls itself. */
void relay_read(const struct master_calls *to, relay_fn *read, void *context);

#endif
