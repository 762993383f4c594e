/*
 * ocean_calendar_test.c
 *	  Days of the year, and series by the calendar.
 */
#define _POSIX_C_SOURCE 200809L

#include "core/ocean/calendar.h"
#include "core/ocean/series.h"

#include "forecast_unit.h"

static void
known_days(void)
{
	CHECK(ocean_year_start(2000) == 0 && ocean_year_start(2001) == 366);
	CHECK(ocean_year_start(1970) == -10957 && ocean_year_start(1982) == -6574);
	CHECK(ocean_year_start(2101) == 36890 && ocean_year_start(2400) == 146097);
	CHECK(ocean_year_start(1600) == -146097 && ocean_year_start(0) == -730485);
	CHECK(ocean_leap_year(2000) && ocean_leap_year(2024) && ocean_leap_year(-4));
	CHECK(!ocean_leap_year(1900) && !ocean_leap_year(2023) && !ocean_leap_year(2100));

	/* The first of March is 61 in every year, and only leap years have a 60. */
	CHECK(ocean_day_of_year(58) == 59 && ocean_day_of_year(59) == 60);
	CHECK(ocean_day_of_year(60) == 61 && ocean_day_of_year(365) == 366);
	CHECK(ocean_day_of_year(366 + 58) == 59 && ocean_day_of_year(366 + 59) == 61);
	CHECK(ocean_day_of_year(366 + 364) == 366 && ocean_day_of_year(366 + 365) == 1);
	CHECK(ocean_month_of(1) == 0 && ocean_month_of(31) == 0 && ocean_month_of(32) == 1);
	CHECK(ocean_month_of(60) == 1 && ocean_month_of(61) == 2 && ocean_month_of(366) == 11);
	CHECK(ocean_month_of(335) == 10 && ocean_month_of(336) == 11);
}

/* Both ways to a date agree, over more than two eras. */
static void
every_day(void)
{
	OceanDate date = ocean_date_of(ocean_year_start(1550));
	int leap_days = 0;

	for (; date.year < 2450; ocean_date_next(&date))
	{
		OceanDate other = ocean_date_of(date.day);

		CHECK(other.year == date.year && other.day_of_year == date.day_of_year);
		leap_days += date.day_of_year == OCEAN_LEAP_DAY;
		if (date.day_of_year == 1)
			CHECK(ocean_year_start(date.year) == date.day);
	}
	CHECK(leap_days == 219);
	CHECK(ocean_year_of(-OCEAN_DAY_MAX) == -3476 && ocean_year_of(OCEAN_DAY_MAX) == 7475);
}

static void
rows_of_days(void)
{
	static const int32_t day[] = { -3, -2, 2, 3 };
	static const int32_t twice[] = { 5, 5 };
	static const int32_t back[] = { 5, 4 };
	static const int32_t far[] = { 0, OCEAN_DAYS_MAX };
	static const int32_t bogus[] = { 0, INT32_MAX };
	static const double value[] = { 1, NAN, 3, 4 };
	static const double wrong[] = { 1, INFINITY };
	static const double large[] = { -2e15 };
	OceanSeries series;

	CHECK(ocean_series_of_rows(&unit_work, day, value, 4, &series) == OCEAN_OK);
	CHECK(series.first_day == -3 && series.n == 7);
	CHECK(series.value[0] == 1 && isnan(series.value[1]) && isnan(series.value[2]));
	CHECK(isnan(series.value[4]) && series.value[5] == 3 && series.value[6] == 4);
	CHECK(ocean_series_of_rows(&unit_work, day, value, 1, &series) == OCEAN_OK && series.n == 1);
	CHECK(ocean_series_of_rows(&unit_work, day, value, 0, &series) == OCEAN_EMPTY);
	CHECK(ocean_series_of_rows(&unit_work, twice, value, 2, &series) == OCEAN_UNORDERED);
	CHECK(ocean_series_of_rows(&unit_work, back, value, 2, &series) == OCEAN_UNORDERED);
	CHECK(ocean_series_of_rows(&unit_work, far, value, 2, &series) == OCEAN_TOO_LONG);
	CHECK(ocean_series_of_rows(&unit_work, bogus, value, 2, &series) == OCEAN_BAD_ARGUMENT);
	CHECK(ocean_series_of_rows(&unit_work, day, wrong, 2, &series) == OCEAN_BAD_VALUE);
	CHECK(ocean_series_of_rows(&unit_work, day, large, 1, &series) == OCEAN_BAD_VALUE);
	allocations_left = 0;
	CHECK(ocean_series_of_rows(&unit_work, day, value, 4, &series) == OCEAN_NO_MEMORY);
	allocations_left = -1;
	drop_pieces();
}

static bool
padded_to(const double *value, int n, int pad_days, const double *expected)
{
	OceanSeries series = { 100, n, value };
	OceanSeries padded;
	bool same = ocean_series_pad(&unit_work, &series, pad_days, &padded) == OCEAN_OK;

	for (int i = 0; same && i < n; i++)
		same =
			isnan(expected[i]) ? isnan(padded.value[i]) : near(padded.value[i], expected[i], 1e-15);
	drop_pieces();
	return same;
}

static void
padding(void)
{
	static const double value[] = { NAN, NAN, 2, NAN, 4, NAN, NAN, NAN, 8, NAN };
	static const double by1[] = { NAN, NAN, 2, 3, 4, NAN, NAN, NAN, 8, 8 };
	static const double by2[] = { 2, 2, 2, 3, 4, NAN, NAN, NAN, 8, 8 };
	static const double by3[] = { 2, 2, 2, 3, 4, 5, 6, 7, 8, 8 };
	static const double none[] = { NAN, NAN };
	OceanSeries series = { 0, 10, value };
	OceanSeries padded;

	CHECK(padded_to(value, 10, 0, value) && padded_to(value, 10, 1, by1));
	CHECK(padded_to(value, 10, 2, by2) && padded_to(value, 10, 3, by3));
	CHECK(padded_to(value, 10, OCEAN_PAD_MAX, by3) && padded_to(none, 2, 2, none));
	CHECK(ocean_series_pad(&unit_work, &series, -1, &padded) == OCEAN_BAD_ARGUMENT);
	CHECK(ocean_series_pad(&unit_work, &series, OCEAN_PAD_MAX + 1, &padded) == OCEAN_BAD_ARGUMENT);
	series.n = 0;
	CHECK(ocean_series_pad(&unit_work, &series, 1, &padded) == OCEAN_EMPTY);
}

int
main(void)
{
	static const UnitGroup groups[] = {
		{ "ocean calendar: known days", known_days },
		{ "ocean calendar: every day of nine centuries", every_day },
		{ "ocean series: rows and days without", rows_of_days },
		{ "ocean series: padding", padding },
	};

	return UNIT_RUN(groups);
}
