/*
 * iso_time.h
 *	  Dates and times as ISO 8601 writes them, from PostgreSQL's numbers and texts.
 *
 * What ISO 8601 has no form for is written as PostgreSQL does: infinity, years of more
 * than four digits, and years before 1 with " BC" at the end.
 */
#ifndef TIDEHOLD_CORE_FEED_ISO_TIME_H
#define TIDEHOLD_CORE_FEED_ISO_TIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Longest: "294276-12-31T23:59:59.999999Z BC".  No NUL is written. */
#define FEED_ISO_ROOM 48

/* Days since 2000-01-01; INT32_MAX and INT32_MIN are infinity. */
size_t feed_iso_date(char *out, int32_t days);

/* Microseconds since 2000-01-01; INT64_MAX and INT64_MIN are infinity. */
size_t feed_iso_timestamp(char *out, int64_t microseconds, bool utc);

/*
 * From output text of datestyle ISO: a T between date and time, and where utc is said Z
 * in place of +00.  The same characters as feed_iso_timestamp() gives.  out has room for
 * length + 1.
 */
size_t feed_iso_of_text(char *out, const char *text, size_t length, bool utc);

/* Microseconds from 1970-01-01 to 2000-01-01: what Debezium's numbers count from. */
#define FEED_UNIX_EPOCH_MICROSECONDS INT64_C(946684800000000)

#endif /* TIDEHOLD_CORE_FEED_ISO_TIME_H */
