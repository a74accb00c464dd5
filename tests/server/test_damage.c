#include "tests/help/run.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/wr.h"
#include "dns/msg.h"
#include "dns/rrtype.h"
#include "tests/help/tempdb.h"
#include "tests/server/harness.h"

enum { PAGE = 4096, PAGE_HEADER = 16, NAMES = 300 };

/* spoil overwrites every page of the file that holds several of the zone's texts, behind LMDB's own header. */
static unsigned spoil(const char *dir)
{
	static const uint8_t junk[PAGE - PAGE_HEADER] = { 0xff, 0xfe, 0xfd };
	static const char text[] = "some text to be";
	char path[300];
	uint8_t page[PAGE];
	unsigned spoilt = 0;
	int fd;

	snprintf(path, sizeof path, "%s/data.mdb", dir);
	fd = open(path, O_RDWR | O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	for (off_t at = 0; pread(fd, page, PAGE, at) == PAGE; at += PAGE) {
		unsigned found = 0;

		for (uint8_t *p = page; (p = memmem(p, (size_t)(page + PAGE - p), text, sizeof text - 1)) != NULL;
		     p++)
			found++;
		if (found > 5 && pwrite(fd, junk, sizeof junk, at + PAGE_HEADER) == (ssize_t)sizeof junk)
			spoilt++;
	}
	close(fd);
	return spoilt;
}

/* rcode_of asks for the TXT records of a name and gives the RCODE of the answer. */
static int rcode_of(const struct served *s, struct view name)
{
	int fd = client_udp(s);
	uint8_t m[4096];
	struct wr w = wr_of(m, sizeof m);

	wr_bytes(&w, "\0\1\0\0\0\1\0\0\0\0\0\0", MSG_HEADER);
	wr_view(&w, name);
	wr_u16(&w, RR_TXT);
	wr_u16(&w, CLASS_IN);
	ck_assert_int_eq(send(fd, m, w.len, 0), (ssize_t)w.len);
	ck_assert_int_ge(recv(fd, m, sizeof m, 0), MSG_HEADER);
	close(fd);
	return m[3] & FLAG_RCODE;
}

START_TEST(damaged_zone_is_named_and_harms_no_other)
{
	const char *dir = served_database();
	struct store *db = tempdb_open(0);
	struct served s;

	served_compile(db, BYTES("\3bad\7example\0"), 1, NAMES, 0);
	served_compile(db, BYTES("\4good\7example\0"), 1, 0, 1);
	store_close(db);
	served_start(&s, dir, NULL);
	ck_assert_int_eq(rcode_of(&s, BYTES("\2aa\3bad\7example\0")), RCODE_NOERROR);
	ck_assert_uint_gt(spoil(dir), 0);
	ck_assert_int_eq(rcode_of(&s, BYTES("\2aa\3bad\7example\0")), RCODE_SERVFAIL);
	ck_assert_int_eq(rcode_of(&s, BYTES("\5texts\4good\7example\0")), RCODE_NOERROR);
	ck_assert_msg(served_says(&s, "zone bad.example.: data in the database is damaged"), "%s", s.said);
	served_stop(&s);
	tempdb_remove();
}
END_TEST

int main(void)
{
	Suite *s = suite_create("damage");
	TCase *t = tcase_create("damage");

	tcase_add_test(t, damaged_zone_is_named_and_harms_no_other);
	suite_add_tcase(s, t);
	return run_suite(s);
}
