/*
 * belt.h -- several threads make pieces, and one takes them in their order.
 *
 *      makers     [5] [6] [7] being made
 *      slots      [2] [3] [4]    made; there is room for so many
 *      taker      [1]            in order, by the thread that asked
 *
 * For work whose last step only one thread may do, and which waits for a
 * disk there: meanwhile the next pieces are made. What is taken, and when, is
 * the same for any number of threads.
 *
 * Knows: base/work.h.   Must not know: what the pieces are.
 */
#ifndef BASE_BELT_H
#define BASE_BELT_H

#include "base/base.h"

enum { BELT_SLOTS = 4 };

struct belt_calls {
	void (*make)(void *context, size_t piece, unsigned slot);     /* by any thread, whatever the others do */
	enum err (*take)(void *context, size_t piece, unsigned slot); /* by the caller's */
};

/* belt_run makes pieces 0 .. n - 1 and takes them in this order. From when a piece is made until it was taken no
 * other is made for its slot, 0 .. BELT_SLOTS - 1. It ends with the first error of a take, and gives that; then
 * pieces may have been made that nobody took. */
enum err belt_run(size_t n, const struct belt_calls *calls, void *context);

#endif
