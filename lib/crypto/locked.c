#include "crypto/locked.h"

#include <sodium.h>

void *locked_take(size_t n)
{
	return sodium_init() < 0 ? NULL : sodium_malloc(n);
}

void locked_free(void *p)
{
	sodium_free(p);
}

void wipe(void *p, size_t n)
{
	sodium_memzero(p, n);
}
