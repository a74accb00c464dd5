/*
 * locked.h -- memory for secrets: locked, between guard pages, wiped when it
 * is given back.
 *
 * Knows: libsodium.   Must not know: what is kept in it.
 */
#ifndef CRYPTO_LOCKED_H
#define CRYPTO_LOCKED_H

#include "base/base.h"

/* locked_take gives n octets that never reach the swap, as far as the system's limits allow it. NULL: no
 * memory. */
void *locked_take(size_t n);

/* locked_free wipes them; it takes NULL too. */
void locked_free(void *p);

/* wipe overwrites what the compiler might think nobody looks at again. */
void wipe(void *p, size_t n);

#endif
