#include "tests/help/run.h"

#include <stdlib.h>

/* How long a test may take, in seconds; nothing comes near it on a machine that does not do ten things at once.
 * check reads this when a case is created, so before main. And each new database hashes with the same seed in every
 * run, so that what fails once fails again; EDICT_SEED=2 is another run. */
__attribute__((constructor)) static void make_repeatable(void)
{
	setenv("CK_DEFAULT_TIMEOUT", "120", 0);
	setenv("EDICT_SEED", "1", 0);
}

int run_suite(Suite *s)
{
	SRunner *r = srunner_create(s);
	int failed;

	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
