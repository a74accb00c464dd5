/*
 * run.h -- what every test program's main does: run one check suite without
 * forking surprises under sanitizers, print the counts, exit 1 on a failure.
 */
#ifndef TESTS_HELP_RUN_H
#define TESTS_HELP_RUN_H

#include <check.h>

int run_suite(Suite *s);

/* SEEDS_OF gives how many seeds a test tries: under a sanitizer, where each takes twenty times as long, a quarter.
 */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SEEDS_OF(n) ((n) / 4)
#else
#define SEEDS_OF(n) (n)
#endif

#endif
