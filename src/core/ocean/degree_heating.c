/*
 * degree_heating.c
 *	  Maximum monthly mean, degree heating weeks and alert levels.
 */
#include "core/ocean/degree_heating.h"

#include <math.h>

#define WEEK 7
#define HOTSPOT_MIN 1.0

/* ---- monthly means ---- */

/* Sums over the years of one month; the year counts from the centre. */
typedef struct Regression
{
	int32_t count;
	double year;
	double mean;
	double year_year;
	double year_mean;
} Regression;

/* Running means and products around them (Welford 1962). */
static void
add_year(Regression *sums, double year, double mean)
{
	double off = year - sums->year;

	sums->count++;
	sums->year += off / sums->count;
	sums->mean += (mean - sums->mean) / sums->count;
	sums->year_year += off * (year - sums->year);
	sums->year_mean += off * (mean - sums->mean);
}

/* The mean of a month from its day on; its known days. */
static int
month_mean(const OceanSeries *series, OceanDate *date, int month, int *days, double *mean)
{
	int known = 0;

	*mean = 0;
	for (*days = 0; ocean_month_of(date->day_of_year) == month; ++*days, ocean_date_next(date))
	{
		int at = date->day - series->first_day;

		if (at >= 0 && at < series->n && !isnan(series->value[at]))
			*mean += (series->value[at] - *mean) / ++known;
	}
	return known;
}

static double
monthly_mean(const Regression *sums, bool recentred)
{
	if (sums->count == 0)
		return NAN;
	if (!recentred || !(sums->year_year > 0))
		return sums->mean;
	return sums->mean - sums->year_mean / sums->year_year * sums->year;
}

static OceanStatus
check(const OceanSeries *series, const OceanMonthlyOptions *options)
{
	OceanStatus status = ocean_series_check(series);
	bool valid = options->first_year >= -7000 && options->last_year <= 7000 &&
				 options->first_year <= options->last_year &&
				 options->last_year - options->first_year < OCEAN_HEATING_YEARS_MAX &&
				 (!options->recentred || fabs(options->centre) <= 7000);

	return status == OCEAN_OK && !valid ? OCEAN_BAD_ARGUMENT : status;
}

static void
find_maximum(OceanMonthlyMeans *means)
{
	means->maximum = means->mean[0];
	means->maximum_month = 0;
	for (int month = 0; month < OCEAN_MONTHS; month++)
	{
		if (isnan(means->mean[month]))
			means->maximum = NAN;
		if (means->mean[month] > means->maximum)
		{
			means->maximum = means->mean[month];
			means->maximum_month = month;
		}
	}
}

OceanStatus
ocean_monthly_means(const OceanSeries *series, const OceanMonthlyOptions *options,
					OceanMonthlyMeans *means)
{
	Regression sums[OCEAN_MONTHS] = { { 0 } };
	OceanStatus status = check(series, options);
	OceanDate date;
	int32_t counted = 0;

	if (status != OCEAN_OK)
		return status;
	date = ocean_date_of(ocean_year_start(options->first_year));
	while (date.year <= options->last_year)
	{
		double year = date.year - options->centre;
		int month = ocean_month_of(date.day_of_year);
		double mean;
		int days;

		if (2 * month_mean(series, &date, month, &days, &mean) >= days)
			add_year(&sums[month], options->recentred ? year : 0, mean);
	}
	for (int month = 0; month < OCEAN_MONTHS; month++)
	{
		means->mean[month] = monthly_mean(&sums[month], options->recentred);
		means->years[month] = sums[month].count;
		counted += sums[month].count;
	}
	find_maximum(means);
	return counted > 0 ? OCEAN_OK : OCEAN_EMPTY;
}

/* ---- degree heating weeks ---- */

OceanBleaching
ocean_bleaching_level(double hotspot, double weeks)
{
	if (!(hotspot > 0) || isnan(weeks))
		return OCEAN_BLEACHING_NONE;
	if (hotspot < HOTSPOT_MIN)
		return OCEAN_BLEACHING_WATCH;
	if (weeks >= 20)
		return OCEAN_BLEACHING_LEVEL_5;
	return weeks < 4 ? OCEAN_BLEACHING_WARNING :
					   (OceanBleaching) (OCEAN_BLEACHING_LEVEL_1 + (int) (weeks / 4) - 1);
}

/* Summed anew, so that no rounding is carried along: days with heat are few. */
static double
weeks_until(const OceanHeating *heating, int day)
{
	double weeks = 0;

	for (int i = day - OCEAN_HEATING_DAYS + 1; i <= day; i++)
	{
		if (heating[i].hotspot >= HOTSPOT_MIN)
			weeks += heating[i].hotspot / WEEK;
	}
	return weeks;
}

static OceanBleaching
highest_until(const OceanHeating *heating, int day)
{
	OceanBleaching highest = heating[day].day;

	for (int i = day; i >= 0 && i > day - WEEK; i--)
		highest = heating[i].day > highest ? heating[i].day : highest;
	return highest;
}

OceanStatus
ocean_degree_heating(const OceanSeries *series, double maximum_monthly_mean,
					 OceanHeating *heating)
{
	OceanStatus status = ocean_series_check(series);
	int hot = 0;
	int missing = 0;

	if (status != OCEAN_OK)
		return status;
	if (!(fabs(maximum_monthly_mean) <= OCEAN_VALUE_MAX))
		return OCEAN_BAD_ARGUMENT;
	for (int day = 0; day < series->n; day++)
	{
		int gone = day - OCEAN_HEATING_DAYS;
		OceanHeating *now = &heating[day];

		now->hotspot = series->value[day] - maximum_monthly_mean;
		hot += now->hotspot >= HOTSPOT_MIN;
		missing += isnan(now->hotspot);
		if (gone >= 0)
		{
			hot -= heating[gone].hotspot >= HOTSPOT_MIN;
			missing -= isnan(heating[gone].hotspot);
		}
		now->missing = missing;
		now->weeks = NAN;
		if (gone >= -1 && missing < OCEAN_HEATING_DAYS)
			now->weeks = hot > 0 ? weeks_until(heating, day) : 0;
		now->day = ocean_bleaching_level(now->hotspot, now->weeks);
		now->area = highest_until(heating, day);
	}
	return OCEAN_OK;
}
