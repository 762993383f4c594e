/*
 * utc_time.c
 *	  Days of the Gregorian calendar, after H. Hinnant, chrono-Compatible Low-Level Date
 *	  Algorithms (2013): years begin in March, so that a leap day is the last.
 */
#include "core/ocean/utc_time.h"

#define DAYS_PER_ERA 146097 /* of 400 years */
#define YEARS_PER_ERA 400
#define DAYS_FROM_MARCH_0_TO_2000 730425 /* of the year 0 to 2000-01-01 */

static const int days_of_month[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

static bool
is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Days since 2000-01-01; of years from 0 on. */
static int64_t
day_number(int year, int month, int day)
{
	int64_t years = month <= 2 ? year - 1 : year;
	int64_t era = (years >= 0 ? years : years - (YEARS_PER_ERA - 1)) / YEARS_PER_ERA;
	int64_t year_of_era = years - era * YEARS_PER_ERA;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

	return era * DAYS_PER_ERA + day_of_era - DAYS_FROM_MARCH_0_TO_2000;
}

static bool
date_exists(const OceanDateTime *fields)
{
	if (fields->year < 1 || fields->year > 9999 || fields->month < 1 || fields->month > 12)
		return false;
	if (fields->month == 2 && fields->day == 29)
		return is_leap(fields->year);
	return fields->day >= 1 && fields->day <= days_of_month[fields->month - 1];
}

bool
ocean_time_from_fields(const OceanDateTime *fields, int64_t *us)
{
	int64_t seconds;

	if (!date_exists(fields) ||
		fields->hour < 0 || fields->hour > 23 ||
		fields->minute < 0 || fields->minute > 59 ||
		fields->second < 0 || fields->second > 60 ||
		fields->microsecond < 0 || fields->microsecond >= OCEAN_US_PER_SECOND ||
		fields->offset_minutes < -16 * 60 || fields->offset_minutes > 16 * 60)
		return false;
	seconds = day_number(fields->year, fields->month, fields->day) * 86400 +
			  fields->hour * 3600 + (fields->minute - fields->offset_minutes) * 60 + fields->second;
	*us = seconds * OCEAN_US_PER_SECOND + fields->microsecond;
	return true;
}

/* ---- ISO 8601 ---- */

typedef struct Cursor
{
	const char *at;
	const char *end;
} Cursor;

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
take_digits(Cursor *cursor, int count, int *number)
{
	int value = 0;

	if (cursor->end - cursor->at < count)
		return false;
	for (int i = 0; i < count; i++)
	{
		if (!is_digit(cursor->at[i]))
			return false;
		value = value * 10 + (cursor->at[i] - '0');
	}
	cursor->at += count;
	*number = value;
	return true;
}

static bool
take_char(Cursor *cursor, char wanted)
{
	if (cursor->at == cursor->end || *cursor->at != wanted)
		return false;
	cursor->at++;
	return true;
}

/* Digits beyond the sixth are cut off. */
static bool
take_fraction(Cursor *cursor, int *microsecond)
{
	int scale = 100000;

	if (cursor->at == cursor->end || !is_digit(*cursor->at))
		return false;
	*microsecond = 0;
	for (; cursor->at < cursor->end && is_digit(*cursor->at); cursor->at++)
	{
		*microsecond += (*cursor->at - '0') * scale;
		scale /= 10;
	}
	return true;
}

static bool
take_offset(Cursor *cursor, int *minutes)
{
	bool west = cursor->at < cursor->end && *cursor->at == '-';
	int hour;
	int minute = 0;

	if (take_char(cursor, 'Z') || take_char(cursor, 'z') || cursor->at == cursor->end)
		return true;
	if (!take_char(cursor, '+') && !take_char(cursor, '-'))
		return false;
	if (!take_digits(cursor, 2, &hour))
		return false;
	if (take_char(cursor, ':') || cursor->at < cursor->end)
	{
		if (!take_digits(cursor, 2, &minute) || minute > 59)
			return false;
	}
	*minutes = (hour * 60 + minute) * (west ? -1 : 1);
	return true;
}

static bool
take_clock(Cursor *cursor, OceanDateTime *fields)
{
	if (!take_digits(cursor, 2, &fields->hour) || !take_char(cursor, ':') ||
		!take_digits(cursor, 2, &fields->minute))
		return false;
	if (take_char(cursor, ':'))
	{
		if (!take_digits(cursor, 2, &fields->second))
			return false;
		if (take_char(cursor, '.') && !take_fraction(cursor, &fields->microsecond))
			return false;
	}
	return take_offset(cursor, &fields->offset_minutes);
}

bool
ocean_time_from_iso(const char *text, size_t length, int64_t *us)
{
	Cursor cursor = { text, text + length };
	OceanDateTime fields = { 0 };

	if (!take_digits(&cursor, 4, &fields.year) || !take_char(&cursor, '-') ||
		!take_digits(&cursor, 2, &fields.month) || !take_char(&cursor, '-') ||
		!take_digits(&cursor, 2, &fields.day))
		return false;
	if (take_char(&cursor, 'T') || take_char(&cursor, 't') || take_char(&cursor, ' '))
	{
		if (!take_clock(&cursor, &fields))
			return false;
	}
	return cursor.at == cursor.end && ocean_time_from_fields(&fields, us);
}

/* ---- months ---- */

/* The month is guessed from its mean length and then put right. */
int
ocean_utc_month_of(int64_t us)
{
	int month = (int) ((double) us / ((double) OCEAN_US_PER_DAY * (DAYS_PER_ERA / 4800.0)));

	while (ocean_utc_month_begin(month) > us)
		month--;
	while (ocean_utc_month_begin(month + 1) <= us)
		month++;
	return month;
}

int64_t
ocean_utc_month_begin(int month)
{
	int from_year_0 = month + 2000 * 12;

	return day_number(from_year_0 / 12, from_year_0 % 12 + 1, 1) * OCEAN_US_PER_DAY;
}

int64_t
ocean_utc_year_begin(int year)
{
	return ocean_utc_month_begin((year - 2000) * 12);
}
