/*
 * run.h -- what every test program's main does: run one check suite without
 * forking surprises under sanitizers, print the counts, exit 1 on a failure.
 */
#ifndef TESTS_HELP_RUN_H
#define TESTS_HELP_RUN_H

#include <check.h>

int run_suite(Suite *s);

#endif
