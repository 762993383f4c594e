/*
 * ocean_heating_test.c
 *	  Degree heating weeks: the worked example, hand-made series, and the values for two seas.
 */
#define _POSIX_C_SOURCE 200809L

#include "core/ocean/degree_heating.h"

#include "../lib/ocean_data.h"
#include "forecast_unit.h"

static double value[OCEAN_DATA_DAYS_MAX];
static OceanHeating heating[OCEAN_DATA_DAYS_MAX];

/* Skirving et al. (2020): HotSpots of 1.0, 2.0, 0.8 and 1.2 are 4.2 / 7 = 0.6 weeks. */
static void
worked_example(void)
{
	static const double hotspot[] = { 1, 2, 0.75, 1.25 };
	const OceanSeries series = { 0, 200, value };

	for (int i = 0; i < 200; i++)
		value[i] = 20;
	for (int i = 0; i < 4; i++)
		value[90 + i] = 24 + hotspot[i];
	CHECK(ocean_degree_heating(&series, 24, heating) == OCEAN_OK);
	CHECK(isnan(heating[82].weeks) && heating[83].weeks == 0);
	CHECK(near(heating[91].weeks, 3.0 / 7, 1e-14) && near(heating[92].weeks, 3.0 / 7, 1e-14));
	CHECK(near(heating[93].weeks, 4.25 / 7, 1e-14) && near(heating[173].weeks, 4.25 / 7, 1e-14));
	CHECK(near(heating[174].weeks, 3.25 / 7, 1e-14) && heating[177].weeks == 0);
	CHECK(heating[91].day == OCEAN_BLEACHING_WARNING && heating[92].day == OCEAN_BLEACHING_WATCH);
	CHECK(heating[92].area == OCEAN_BLEACHING_WARNING && heating[94].day == OCEAN_BLEACHING_NONE);
	CHECK(heating[99].area == OCEAN_BLEACHING_WARNING && heating[100].area == OCEAN_BLEACHING_NONE);
}

static void
levels(void)
{
	static const double weeks[] = { 0, 3.99, 4, 7.99, 8, 12, 16, 19.99, 20, 1e9 };
	static const int level[] = { 2, 2, 3, 3, 4, 5, 6, 6, 7, 7 };

	for (int i = 0; i < 10; i++)
		CHECK((int) ocean_bleaching_level(1, weeks[i]) == level[i]);
	CHECK(ocean_bleaching_level(0.99, 30) == OCEAN_BLEACHING_WATCH);
	CHECK(ocean_bleaching_level(0, 30) == OCEAN_BLEACHING_NONE);
	CHECK(ocean_bleaching_level(NAN, 30) == OCEAN_BLEACHING_NONE);
	CHECK(ocean_bleaching_level(3, NAN) == OCEAN_BLEACHING_NONE);
}

static void
missing(void)
{
	OceanSeries series = { 0, 170, value };

	for (int i = 0; i < 170; i++)
		value[i] = i < 10 ? 27 : NAN;
	CHECK(ocean_degree_heating(&series, 25, heating) == OCEAN_OK);
	CHECK(heating[83].missing == 74 && near(heating[83].weeks, 20.0 / 7, 1e-14));
	CHECK(isnan(heating[83].hotspot) && heating[83].day == OCEAN_BLEACHING_NONE);
	CHECK(heating[92].missing == 83 && near(heating[92].weeks, 2.0 / 7, 1e-14));
	CHECK(heating[93].missing == 84 && isnan(heating[93].weeks));
	CHECK(ocean_degree_heating(&series, NAN, heating) == OCEAN_BAD_ARGUMENT);
	CHECK(ocean_degree_heating(&series, INFINITY, heating) == OCEAN_BAD_ARGUMENT);
	value[5] = INFINITY;
	CHECK(ocean_degree_heating(&series, 25, heating) == OCEAN_BAD_VALUE);
	series.n = 0;
	CHECK(ocean_degree_heating(&series, 25, heating) == OCEAN_EMPTY);
}

/* ---- monthly means ---- */

/* 10 plus the month, and 0.5 a year; 2001 has no January, and half of a February. */
static void
made_months(void)
{
	OceanMonthlyOptions options = { 2000, 2003, false, 0 };
	OceanSeries series = { 0, ocean_year_start(2004), value };
	OceanMonthlyMeans means;

	for (int i = 0; i < series.n; i++)
	{
		OceanDate date = ocean_date_of(i);
		int month = ocean_month_of(date.day_of_year);

		value[i] = 10 + month + 0.5 * (date.year - 2000);
		if (date.year == 2001 && date.day_of_year <= 45)
			value[i] = NAN;
	}
	CHECK(ocean_monthly_means(&series, &options, &means) == OCEAN_OK);
	CHECK(means.years[0] == 3 && means.years[1] == 4 && means.years[11] == 4);
	CHECK(near(means.mean[0], 10 + 2.5 / 3, 1e-14) && near(means.mean[1], 11.75, 1e-14));
	CHECK(near(means.maximum, 21.75, 1e-14) && means.maximum_month == 11);
	options.recentred = true;
	options.centre = 1990;
	CHECK(ocean_monthly_means(&series, &options, &means) == OCEAN_OK);
	CHECK(near(means.mean[0], 5, 1e-13) && near(means.maximum, 16, 1e-13));
	value[45] = NAN;
	options = (OceanMonthlyOptions){ 2001, 2001, true, 1990 };
	CHECK(ocean_monthly_means(&series, &options, &means) == OCEAN_OK);
	CHECK(isnan(means.mean[0]) && isnan(means.maximum) && near(means.mean[5], 15.5, 1e-14));
	options.first_year = 1990;
	options.last_year = 1995;
	CHECK(ocean_monthly_means(&series, &options, &means) == OCEAN_EMPTY);
	options.last_year = 1989;
	CHECK(ocean_monthly_means(&series, &options, &means) == OCEAN_BAD_ARGUMENT);
	options.last_year = 1990 + OCEAN_HEATING_YEARS_MAX;
	CHECK(ocean_monthly_means(&series, &options, &means) == OCEAN_BAD_ARGUMENT);
	options = (OceanMonthlyOptions){ 2001, 2001, true, NAN };
	CHECK(ocean_monthly_means(&series, &options, &means) == OCEAN_BAD_ARGUMENT);
}

/* ---- two seas ---- */

/* The files are rounded to 6 digits; an empty field is the time before there are weeks. */
static bool
is_row(char **field, const OceanHeating *day)
{
	bool begun = field[1][0] != '\0';

	return fabs(ocean_number(field[0]) - day->hotspot) < 1e-6 && begun == !isnan(day->weeks) &&
		   (!begun || (fabs(ocean_number(field[1]) - day->weeks) < 1e-6 &&
					   ocean_whole(field[2]) == (int) day->day));
}

static int
compare_sea(const char *sea, bool recentred, int column)
{
	static OceanSeriesFile file;
	const OceanMonthlyOptions options = { 1985, 2012, recentred, OCEAN_HEATING_CENTRE };
	OceanMonthlyMeans means;
	OceanTable table;
	OceanSeries series;
	char name[64];
	int days = 0;

	snprintf(name, sizeof(name), "%s.csv", sea);
	CHECK(ocean_read_series(&file, name, 1));
	series = (OceanSeries){ file.day[0], file.rows, file.value };
	CHECK(ocean_monthly_means(&series, &options, &means) == OCEAN_OK);
	CHECK(ocean_degree_heating(&series, means.maximum, heating) == OCEAN_OK);
	snprintf(name, sizeof(name), "ref/%s.dhw.csv", sea);
	CHECK(ocean_table_open(&table, name));
	for (; ocean_table_next(&table) && days < series.n; days++)
		CHECK(is_row(table.field + column, &heating[days]));
	ocean_table_close(&table);
	CHECK(days == series.n);
	return days;
}

static void
seas(void)
{
	int days = 0;

	if (shared_path("data/ocean/ref/sst_WA.dhw.csv") == NULL)
	{
		unit_skip("no ../shared/data/ocean/ref/*.dhw.csv");
		return;
	}
	for (int recentred = 0; recentred < 2; recentred++)
	{
		days += compare_sea("sst_WA", recentred == 1, 1 + 3 * recentred);
		days += compare_sea("sst_Med", recentred == 1, 1 + 3 * recentred);
	}
	printf("# %d days of HotSpot, degree heating weeks and levels\n", days);
}

int
main(void)
{
	static const UnitGroup groups[] = {
		{ "ocean heating: worked example", worked_example },
		{ "ocean heating: levels", levels },
		{ "ocean heating: missing days and refusals", missing },
		{ "ocean heating: monthly means", made_months },
		{ "ocean heating: two seas", seas },
	};

	return UNIT_RUN(groups);
}
