/*
 * run.h -- what every test program's main does: run one check suite without
 * forking surprises under sanitizers, print the counts, exit 1 on a failure.
 */
#ifndef TESTS_HELP_RUN_H
#define TESTS_HELP_RUN_H

#include <check.h>

int run_suite(Suite *s);

/* SEEDS_OF gives how many seeds, zones or rounds a test tries: under a sanitizer, where each takes many times as
 * long, a quarter. The seeds are the first of the plain build's: what they come upon is looked at with both. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SEEDS_OF(n) ((n) / 4)
#else
#define SEEDS_OF(n) (n)
#endif

#endif
