/*
 * utc_time.h
 *	  Times of observations: the Gregorian calendar of UTC, ISO 8601.
 *	  Pure C11: no PostgreSQL, no memory of its own, no clock.
 *
 * Times are microseconds since 2000-01-01 00:00 UTC, without leap seconds.  Months are
 * counted from January 2000, which is 0.
 */
#ifndef TIDEHOLD_CORE_OCEAN_UTC_TIME_H
#define TIDEHOLD_CORE_OCEAN_UTC_TIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OCEAN_US_PER_SECOND INT64_C(1000000)
#define OCEAN_US_PER_DAY (INT64_C(86400) * OCEAN_US_PER_SECOND)

typedef struct OceanDateTime
{
	int year; /* 1 .. 9999 */
	int month;
	int day;
	int hour;	/* 0 .. 23 */
	int minute; /* 0 .. 59 */
	int second; /* 0 .. 60: a leap second is the first moment of the next minute */
	int microsecond;
	int offset_minutes; /* east of UTC */
} OceanDateTime;

/* False where there is no such moment; *us is set only where true. */
bool ocean_time_from_fields(const OceanDateTime *fields, int64_t *us);

/*
 * YYYY-MM-DD, YYYY-MM-DDThh:mm, ...:ss, ...:ss.ffffff, a blank in place of the T, and Z,
 * +hh, +hhmm or +hh:mm behind; without them it is UTC.  Nothing may stand before or behind.
 */
bool ocean_time_from_iso(const char *text, size_t length, int64_t *us);

/* Month that a time lies in, and the first moment of a month; for years 1 to 9999. */
int ocean_utc_month_of(int64_t us);
int64_t ocean_utc_month_begin(int month);

/* First moment of a year, 1 .. 9999. */
int64_t ocean_utc_year_begin(int year);

#endif /* TIDEHOLD_CORE_OCEAN_UTC_TIME_H */
