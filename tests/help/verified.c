#include "tests/help/verified.h"

#include <check.h>

#include "bake/verify.h"

void verified_zone(const struct snapshot *s, const struct name *apex, const char *when)
{
	struct verify_result r;

	ck_assert_int_eq(verify_zone(s, apex, &r), OK);
	ck_assert_msg(r.wrong == 0, "%s: %s", when, r.first);
}

size_t verified_all(struct store *s)
{
	struct snapshot *snapshot;
	struct zone_row row;
	struct name apex;
	size_t n = 0;

	ck_assert_int_eq(snapshot_make(s, NULL, &snapshot), OK);
	for (enum err e = store_zone_after(snapshot->txn, NULL, &apex, &row); e == OK; n++) {
		verified_zone(snapshot, &apex, "all");
		e = store_zone_after(snapshot->txn, &apex, &apex, &row);
	}
	snapshot_free(snapshot);
	return n;
}
