/*
 * iso_time.c
 *	  Proleptic Gregorian calendar, as PostgreSQL counts.
 */
#include "core/feed/iso_time.h"

#include <string.h>

#define MICROSECONDS_PER_SECOND INT64_C(1000000)
#define MICROSECONDS_PER_DAY (INT64_C(86400) * MICROSECONDS_PER_SECOND)
#define DAYS_PER_ERA 146097 /* 400 years */

/* From the first of March of year 0, where leap days end the year, to 2000-01-01. */
#define DAYS_TO_2000 730425

typedef struct CivilDate
{
	int64_t year; /* 0 is 1 BC */
	int month;
	int day;
} CivilDate;

static CivilDate
civil_date(int64_t days)
{
	int64_t since_march = days + DAYS_TO_2000;
	int64_t era = (since_march - (since_march < 0 ? DAYS_PER_ERA - 1 : 0)) / DAYS_PER_ERA;
	int day_of_era = (int) (since_march - era * DAYS_PER_ERA);
	int year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 -
					   day_of_era / (DAYS_PER_ERA - 1)) /
					  365;
	int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int months_since_march = (5 * day_of_year + 2) / 153;
	CivilDate date;

	date.day = day_of_year - (153 * months_since_march + 2) / 5 + 1;
	date.month = months_since_march < 10 ? months_since_march + 3 : months_since_march - 9;
	date.year = year_of_era + era * 400 + (date.month <= 2 ? 1 : 0);
	return date;
}

static char *
put_digits(char *out, int64_t number, int digits)
{
	for (int i = digits - 1; i >= 0; i--, number /= 10)
		out[i] = (char) ('0' + number % 10);
	return out + digits;
}

static char *
put_date(char *out, CivilDate date)
{
	int64_t year = date.year > 0 ? date.year : 1 - date.year;
	int digits = 4;

	for (int64_t limit = 10000; year >= limit; limit *= 10)
		digits++;
	out = put_digits(out, year, digits);
	*out++ = '-';
	out = put_digits(out, date.month, 2);
	*out++ = '-';
	return put_digits(out, date.day, 2);
}

/* Microseconds of a day; the fraction without zeros at its end. */
static char *
put_time(char *out, int64_t microseconds)
{
	int64_t seconds = microseconds / MICROSECONDS_PER_SECOND;
	int64_t fraction = microseconds % MICROSECONDS_PER_SECOND;

	out = put_digits(out, seconds / 3600, 2);
	*out++ = ':';
	out = put_digits(out, seconds / 60 % 60, 2);
	*out++ = ':';
	out = put_digits(out, seconds % 60, 2);
	if (fraction == 0)
		return out;
	*out++ = '.';
	out = put_digits(out, fraction, 6);
	while (out[-1] == '0')
		out--;
	return out;
}

static size_t
put_text(char *out, const char *text)
{
	size_t length = strlen(text);

	memcpy(out, text, length);
	return length;
}

static size_t
put_era(char *out, CivilDate date)
{
	return date.year > 0 ? 0 : put_text(out, " BC");
}

size_t
feed_iso_date(char *out, int32_t days)
{
	if (days == INT32_MAX)
		return put_text(out, "infinity");
	if (days == INT32_MIN)
		return put_text(out, "-infinity");

	CivilDate date = civil_date(days);
	char *end = put_date(out, date);

	return (size_t) (end - out) + put_era(end, date);
}

size_t
feed_iso_timestamp(char *out, int64_t microseconds, bool utc)
{
	if (microseconds == INT64_MAX)
		return put_text(out, "infinity");
	if (microseconds == INT64_MIN)
		return put_text(out, "-infinity");

	int64_t days = microseconds / MICROSECONDS_PER_DAY;
	int64_t of_day = microseconds % MICROSECONDS_PER_DAY;

	if (of_day < 0)
	{
		of_day += MICROSECONDS_PER_DAY;
		days--;
	}

	CivilDate date = civil_date(days);
	char *end = put_date(out, date);

	*end++ = 'T';
	end = put_time(end, of_day);
	if (utc)
		*end++ = 'Z';
	return (size_t) (end - out) + put_era(end, date);
}

size_t
feed_iso_of_text(char *out, const char *text, size_t length, bool utc)
{
	const char *space = memchr(text, ' ', length);

	memcpy(out, text, length);
	if (space == NULL) /* infinity */
		return length;

	size_t rest = (size_t) (space - text) + 1;

	out[rest - 1] = 'T';
	if (!utc)
		return length;

	const char *zone = memchr(space, '+', length - (rest - 1));

	if (zone == NULL || length - (size_t) (zone - text) < 3 || memcmp(zone, "+00", 3) != 0)
		return length;

	size_t at = (size_t) (zone - text);

	out[at] = 'Z';
	memcpy(out + at + 1, text + at + 3, length - at - 3);
	return length - 2;
}
