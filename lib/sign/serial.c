#include "sign/serial.h"

#include <time.h>

/* YYYYMMDDnn with nn = 00, in UTC. */
static uint32_t of_date(int64_t now)
{
	time_t t = (time_t)now;
	struct tm tm;

	if (gmtime_r(&t, &tm) == NULL)
		return 0;
	return ((uint32_t)(tm.tm_year + 1900) * 10000 + (uint32_t)(tm.tm_mon + 1) * 100 + (uint32_t)tm.tm_mday) *
	       100;
}

uint32_t serial_wanted(enum serial_policy policy, uint32_t file, int64_t now)
{
	switch (policy) {
	case SERIAL_INCREMENT:
		return file + 1;
	case SERIAL_UNIXTIME:
		return (uint32_t)now;
	case SERIAL_DATE:
		return of_date(now);
	case SERIAL_KEEP:
	case SERIAL_POLICIES:
		break;
	}
	return file;
}

uint32_t serial_after(enum serial_policy policy, uint32_t file, uint32_t old, int64_t now)
{
	uint32_t wanted = serial_wanted(policy, file, now);

	return serial_greater(wanted, old) ? wanted : old + 1;
}
