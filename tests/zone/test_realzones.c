/*
 * Real zones of companies, hobbyists, universities and registries, and the
 * test zones of other servers: each is accepted or rejected as most of BIND,
 * Knot and NSD do, or stands below with the reason.
 *
 * The files are not part of this repository: EDICT_REALZONES names their
 * directory (default: ../shared/realzones), and without it nothing is tested.
 */
#include "tests/help/run.h"

#include <stdlib.h>
#include <unistd.h>

#include "tests/help/checked.h"

/*
 * Where we differ, and why.
 *
 * The peers' majority was made by named-checkzone, nsd-checkzone and Knot's reader, none of which looks at DNSSEC.
 * A zone whose SOA is signed tells every validator that it is signed; served without the other signatures, or with
 * wrong ones, all of it is bogus (RFC 4035 5.5), which is worse than serving the old one. So this is an error, and
 * whoever wants such a file served says --warning rrsig-missing, denial-bitmap and so on. The same projects'
 * programs that do look (kzonecheck, dnssec-verify, ldns-verify-zone) refuse each of these six as well.
 */
#define STRIPPED                                                                                                  \
	"because all signatures but those over SOA and DNSKEY were taken out of it, and its NSEC records say "    \
	"they are there"

static const struct {
	const char *file;
	bool accepted;
	const char *why;
} differences[] = {
	{ "history/root/2026081802-norrsig.zone.xz", false, STRIPPED },
	{ "history/root/2026081900-norrsig.zone.xz", false, STRIPPED },
	{ "history/root/2026081901-norrsig.zone.xz", false, STRIPPED },
	{ "history/root/2026082000-norrsig.zone.xz", false, STRIPPED },
	{ "syntax/nsd/dnssec_rrsig_ds.zone", false, "because its signatures do not verify" },
	{ "tld/com-sample.zone", false,
	  "because it is a slice of a signed zone, without the NSEC3 records and most signatures: bogus for "
	  "validators" },
	{ "org/miraheze/10.in-addr.arpa", true, "because a relative $ORIGIN is legal (NSD refuses it)" },
	{ "syntax/bind9-checkzone/good-nsap.db", true,
	  "because NSAP has a presentation format (RFC 1706), which we read" },
};

static char dir[512];

enum { COLUMNS = 9, LINES_MAX = 1000 };
enum { FILE_NAME, ORIGIN, BIND = 4, KNOT = 7, NSD = 8 };

static struct {
	char line[512];
	char *column[COLUMNS];
} zones[LINES_MAX];
static size_t n_zones;

static bool split(size_t i)
{
	char *rest = zones[i].line;

	for (int k = 0; k < COLUMNS; k++)
		if ((zones[i].column[k] = strsep(&rest, "\t")) == NULL)
			return false;
	return true;
}

static bool read_table(void)
{
	const char *from = getenv("EDICT_REALZONES");
	char path[600], line[16384];
	FILE *f;

	(void)snprintf(dir, sizeof dir, "%s", from != NULL ? from : "../shared/realzones");
	(void)snprintf(path, sizeof path, "%s/SOURCES.tsv", dir);
	f = fopen(path, "r");
	if (f == NULL)
		return false;
	while (fgets(line, sizeof line, f) != NULL && n_zones < LINES_MAX) {
		(void)snprintf(zones[n_zones].line, sizeof zones[n_zones].line, "%.511s", line);
		if (split(n_zones) && strcmp(zones[n_zones].column[BIND], "bind") != 0)
			n_zones++;
	}
	(void)fclose(f);
	return true;
}

static int ok(size_t i, int column)
{
	return strcmp(zones[i].column[column], "ok") == 0;
}

/* check_zone reads a zone, unpacked first where it is packed. */
static void check_file(struct checked *c, size_t i)
{
	char path[1200], command[2600], unpacked[] = "/tmp/edict-zone-XXXXXX";
	const char *file = zones[i].column[FILE_NAME];
	size_t n = strlen(file);

	checked_begin(c, zones[i].column[ORIGIN]);
	(void)snprintf(path, sizeof path, "%s/%s", dir, file);
	if (n > 3 && strcmp(file + n - 3, ".xz") == 0) {
		int fd = mkstemp(unpacked);
		ck_assert_int_ge(fd, 0);
		(void)close(fd);
		(void)snprintf(command, sizeof command, "xz -dc '%s' > '%s'", path, unpacked);
		ck_assert_int_eq(system(command), 0);
		checked_file(c, unpacked);
		(void)unlink(unpacked);
	} else {
		checked_file(c, path);
	}
}

START_TEST(agrees_with_the_peers)
{
	const size_t i = (size_t)_i;
	bool want = ok(i, BIND) + ok(i, KNOT) + ok(i, NSD) >= 2, accepted;
	const char *why = "as most of BIND, Knot and NSD do";
	struct checked c;

	for (size_t k = 0; k < COUNT_OF(differences); k++) {
		if (strcmp(differences[k].file, zones[i].column[FILE_NAME]) == 0) {
			want = differences[k].accepted;
			why = differences[k].why;
		}
	}
	check_file(&c, i);
	accepted = checked_accepted(&c);
	ck_assert_msg(accepted == want, "%s: %s, but should be %s, %s (bind %s, knot %s, nsd %s): %s",
		      zones[i].column[FILE_NAME], accepted ? "accepted" : "rejected",
		      want ? "accepted" : "rejected", why, zones[i].column[BIND], zones[i].column[KNOT],
		      zones[i].column[NSD], c.first_error);
	checked_end(&c);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("real zones");
	TCase *t = tcase_create("real zones");

	if (!read_table()) {
		printf("no real zones at %s (EDICT_REALZONES): skipped\n", dir);
		return 77; /* cannot run here: tests/run.sh */
	}
	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, agrees_with_the_peers, 0, (int)n_zones);
	suite_add_tcase(s, t);
	return run_suite(s);
}
