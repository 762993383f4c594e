/*
 * calendar.c
 *	  Days of the year, as in a leap year.
 */
#include "core/ocean/calendar.h"

#define DAYS_PER_ERA 146097 /* 400 years */
#define YEARS_PER_ERA 400

/* Days of a leap year before each month. */
static const int16_t month_start[OCEAN_MONTHS + 1] = { 0, 31, 60, 91, 121, 152, 182,
													   213, 244, 274, 305, 335, 366 };

bool
ocean_leap_year(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % YEARS_PER_ERA == 0);
}

/* Year 0 of an era, as year 2000, is a leap year and starts at a multiple of its days. */
int32_t
ocean_year_start(int year)
{
	int since = year - 2000;
	int era = (since - (since < 0 ? YEARS_PER_ERA - 1 : 0)) / YEARS_PER_ERA;
	int of_era = since - era * YEARS_PER_ERA;
	int leaps = of_era == 0 ? 0 : 1 + (of_era - 1) / 4 - (of_era - 1) / 100;

	return era * DAYS_PER_ERA + of_era * 365 + leaps;
}

OceanDate
ocean_date_of(int32_t day)
{
	int era = (day - (day < 0 ? DAYS_PER_ERA - 1 : 0)) / DAYS_PER_ERA;
	int of_era = day - era * DAYS_PER_ERA;
	OceanDate date = { .day = day, .year = 2000 + era * YEARS_PER_ERA + of_era / 365 };
	int32_t start = ocean_year_start(date.year);

	/* An era has 97 leap days, so the guess is at most one year late. */
	if (day < start)
		start = ocean_year_start(--date.year);
	date.day_of_year = day - start + 1;
	if (date.day_of_year >= OCEAN_LEAP_DAY && !ocean_leap_year(date.year))
		date.day_of_year++;
	return date;
}

void
ocean_date_next(OceanDate *date)
{
	date->day++;
	date->day_of_year++;
	if (date->day_of_year == OCEAN_LEAP_DAY && !ocean_leap_year(date->year))
		date->day_of_year++;
	if (date->day_of_year > OCEAN_YEAR_DAYS)
	{
		date->day_of_year = 1;
		date->year++;
	}
}

int
ocean_year_of(int32_t day)
{
	return ocean_date_of(day).year;
}

int
ocean_day_of_year(int32_t day)
{
	return ocean_date_of(day).day_of_year;
}

int
ocean_month_of(int day_of_year)
{
	int month = (day_of_year - 1) / 31;

	return day_of_year > month_start[month + 1] ? month + 1 : month;
}
