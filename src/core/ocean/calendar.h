/*
 * calendar.h
 *	  Years, and days of the year as climatologies count them: of a leap year, 1 to 366, so
 *	  that the first of March is always 61, and 60 only comes in leap years.
 *
 * Proleptic Gregorian; year 0 is 1 BC.  Days are counted from 2000-01-01.
 */
#ifndef TIDEHOLD_CORE_OCEAN_CALENDAR_H
#define TIDEHOLD_CORE_OCEAN_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

#define OCEAN_YEAR_DAYS 366
#define OCEAN_LEAP_DAY 60
#define OCEAN_MONTHS 12

bool ocean_leap_year(int year);

/* Day of its first of January. */
int32_t ocean_year_start(int year);

int ocean_year_of(int32_t day);
int ocean_day_of_year(int32_t day);

/* 0 to 11, of a day of the year from 1 to 366. */
int ocean_month_of(int day_of_year);

/* A day with its place in the calendar; ocean_date_next() is much cheaper than to ask anew. */
typedef struct OceanDate
{
	int32_t day;
	int year;
	int day_of_year;
} OceanDate;

OceanDate ocean_date_of(int32_t day);
void ocean_date_next(OceanDate *date);

#endif /* TIDEHOLD_CORE_OCEAN_CALENDAR_H */
