/*
 * ocean_climatology_test.c
 *	  Climatologies against their definition on random series, and where series are short,
 *	  constant, missing or strange.
 */
#define _POSIX_C_SOURCE 200809L

#include "core/ocean/climatology.h"

#include "forecast_unit.h"

#define DAYS_MAX 16000

static double value[DAYS_MAX];
static OceanClimatology climatology[OCEAN_CURVES_MAX];

static double
random_unit(void)
{
	return (double) unit_random_in(0, 1000000) / 1000000;
}

/* ---- the definition ---- */

static int
ascending(const void *one, const void *other)
{
	double a = *(const double *) one;
	double b = *(const double *) other;

	return a < b ? -1 : a > b;
}

/* All values near a day of the year, of a series that is padded. */
static int
sample_of(const OceanSeries *series, const OceanClimatologyOptions *options, int of_year,
		  double *sample)
{
	int n = 0;

	for (int i = 0; i < series->n; i++)
	{
		OceanDate date = ocean_date_of(series->first_day + i);

		if (date.day_of_year != of_year || date.year < options->first_year ||
			date.year > options->last_year)
			continue;
		for (int k = i - options->window_half_width; k <= i + options->window_half_width; k++)
		{
			if (k >= 0 && k < series->n && !isnan(series->value[k]))
				sample[n++] = series->value[k];
		}
	}
	return n;
}

static double
mean_of(const double *sample, int n)
{
	double sum = 0;

	for (int i = 0; i < n; i++)
		sum += sample[i];
	return sum / n;
}

static double
percentile_of(double *sample, int n, double percentile, bool cold)
{
	double at = (n - 1) * percentile / 100;
	int below = (int) floor(at);
	int above = below + 1 < n ? below + 1 : below;
	double found;

	for (int i = 0; cold && i < n; i++)
		sample[i] = -sample[i];
	qsort(sample, (size_t) n, sizeof(double), ascending);
	found = sample[below] + (at - below) * (sample[above] - sample[below]);
	return cold ? -found : found;
}

static void
smooth(const double *rough, int width, double *curve)
{
	for (int day = 0; day < OCEAN_YEAR_DAYS; day++)
	{
		double sum = 0;

		for (int k = -(width / 2); k <= width / 2; k++)
			sum += rough[(day + k + OCEAN_YEAR_DAYS) % OCEAN_YEAR_DAYS];
		curve[day] = sum / width;
	}
}

static void
define(const OceanSeries *series, const OceanClimatologyOptions *options, int curve,
	   OceanClimatology *defined)
{
	static double sample[DAYS_MAX];
	double mean[OCEAN_YEAR_DAYS], threshold[OCEAN_YEAR_DAYS];
	OceanSeries padded;

	CHECK(ocean_series_pad(&unit_work, series, options->pad_days, &padded) == OCEAN_OK);
	for (int day = 1; day <= OCEAN_YEAR_DAYS; day++)
	{
		int n = sample_of(&padded, options, day, sample);
		double percentile = options->percentile[curve][ocean_month_of(day)];

		defined->samples[day - 1] = n;
		mean[day - 1] = n > 0 ? mean_of(sample, n) : NAN;
		threshold[day - 1] = n > 0 ? percentile_of(sample, n, percentile, options->cold) : NAN;
	}
	mean[59] = (mean[58] + mean[60]) / 2;
	threshold[59] = (threshold[58] + threshold[60]) / 2;
	smooth(mean, options->smoothing_width, defined->mean);
	smooth(threshold, options->smoothing_width, defined->threshold);
}

static bool
same_curve(const double *one, const double *other)
{
	for (int day = 0; day < OCEAN_YEAR_DAYS; day++)
	{
		double tolerance = 1e-11 * fmax(1, fabs(other[day]));

		if (isnan(one[day]) != isnan(other[day]) || fabs(one[day] - other[day]) > tolerance)
			return false;
	}
	return true;
}

static void
random_options(OceanClimatologyOptions *options, int first_year, int last_year)
{
	static const int widths[] = { 0, 1, 5, 15, 91, OCEAN_WINDOW_MAX };

	ocean_climatology_defaults(options);
	options->first_year = (int) unit_random_in(first_year, last_year);
	options->last_year = (int) unit_random_in(options->first_year, last_year);
	options->window_half_width = widths[unit_random_in(0, 5)];
	options->smoothing_width = (int) unit_random_in(0, 182) * 2 + 1;
	options->pad_days = (int) unit_random_in(0, 5);
	options->cold = unit_random_in(0, 1) == 1;
	options->curves = (int) unit_random_in(1, OCEAN_CURVES_MAX);
	for (int curve = 0; curve < options->curves; curve++)
	{
		for (int month = 0; month < OCEAN_MONTHS; month++)
			options->percentile[curve][month] = 0.5 + 99 * random_unit();
	}
}

/* Gaps, a bogus value or two, and equal values. */
static void
random_values(int n)
{
	int gap = (int) unit_random_in(2, 400);

	for (int i = 0; i < n; i++)
	{
		value[i] = floor(100 * (15 + 5 * sin(i * 0.0172) + random_unit())) / 100;
		if (unit_random_in(0, gap) == 0)
		{
			for (int end = i + (int) unit_random_in(0, 40); i < n && i < end; i++)
				value[i] = NAN;
		}
	}
	if (unit_random_in(0, 1) == 0)
		value[unit_random_in(0, n - 1)] = 1e6;
}

static void
compare_random(const OceanSeries *series)
{
	OceanClimatologyOptions options;
	OceanClimatology defined;

	random_options(&options, ocean_year_of(series->first_day),
				   ocean_year_of(series->first_day + series->n - 1));
	if (ocean_climatology_build(&unit_work, series, &options, climatology) == OCEAN_EMPTY)
		return;
	for (int curve = 0; curve < options.curves; curve++)
	{
		define(series, &options, curve, &defined);
		CHECK(same_curve(climatology[curve].threshold, defined.threshold));
		CHECK(same_curve(climatology[curve].mean, defined.mean));
		defined.samples[59] = climatology[curve].samples[59];
		CHECK(memcmp(climatology[curve].samples, defined.samples, sizeof(defined.samples)) == 0);
	}
}

static void
definition(void)
{
	for (int round = 0; round < 60; round++)
	{
		int n = (int) unit_random_in(1, 3000);
		OceanSeries series = { (int32_t) unit_random_in(-9000, 9000), n, value };

		random_values(n);
		compare_random(&series);
		drop_pieces();
	}
}

/* ---- by hand ---- */

static OceanClimatologyOptions
of_years(int first, int last)
{
	OceanClimatologyOptions options;

	ocean_climatology_defaults(&options);
	options.first_year = first;
	options.last_year = last;
	return options;
}

static OceanStatus
build(const OceanSeries *series, const OceanClimatologyOptions *options)
{
	OceanStatus status = ocean_climatology_build(&unit_work, series, options, climatology);

	drop_pieces();
	return status;
}

/* From 2000 on so many days. */
static OceanSeries
days_of(int n)
{
	return (OceanSeries){ 0, n, value };
}

/* Of a value whose multiples are rounded: the curves are that value, to the bit. */
static void
constant(void)
{
	OceanSeries series = days_of(ocean_year_start(2010));
	OceanClimatologyOptions options = of_years(2000, 2009);

	for (int i = 0; i < series.n; i++)
		value[i] = 0.1;
	CHECK(build(&series, &options) == OCEAN_OK);
	for (int day = 0; day < OCEAN_YEAR_DAYS; day++)
		CHECK(climatology->mean[day] == 0.1 && climatology->threshold[day] == 0.1);
	CHECK(climatology->samples[0] == 105 && climatology->samples[100] == 110);
	CHECK(climatology->years == 10 && climatology->values == series.n);
	CHECK(climatology->guarded == OCEAN_YEAR_DAYS);
	CHECK(ocean_climatology_limit(climatology, 1, false) == 0.1);
}

/* A value on 29 February alone: it is near 28 February, and its own day has the middle. */
static void
leap_day(void)
{
	OceanSeries series = days_of(ocean_year_start(2004));
	OceanClimatologyOptions options = of_years(2000, 2003);

	options.window_half_width = 1;
	options.smoothing_width = 1;
	for (int i = 0; i < series.n; i++)
		value[i] = 0;
	value[59] = 120;
	CHECK(build(&series, &options) == OCEAN_OK);
	CHECK(climatology->mean[57] == 0 && climatology->mean[61] == 0);
	CHECK(near(climatology->mean[58], 10, 1e-15) && near(climatology->mean[60], 10, 1e-15));
	CHECK(near(climatology->mean[59], 10, 1e-15) && climatology->samples[59] == 12);
	options.window_half_width = 0;
	CHECK(build(&series, &options) == OCEAN_OK);
	CHECK(climatology->mean[58] == 0 && climatology->mean[59] == 0 && climatology->mean[60] == 0);
}

/* Days without a sample make every smoothed day near them unknown, around the year too. */
static void
contamination(void)
{
	OceanSeries series = days_of(366);
	OceanClimatologyOptions options = of_years(2000, 2000);

	options.window_half_width = 0;
	options.smoothing_width = 31;
	for (int i = 0; i < series.n; i++)
		value[i] = i == 3 ? NAN : 20;
	CHECK(build(&series, &options) == OCEAN_OK);
	CHECK(climatology->samples[3] == 0 && climatology->values == 365);
	for (int day = 0; day < OCEAN_YEAR_DAYS; day++)
	{
		bool near_it = day <= 18 || day >= 354;

		CHECK(isnan(climatology->mean[day]) == near_it);
		CHECK(isnan(climatology->threshold[day]) == near_it);
		CHECK(isnan(ocean_climatology_limit(climatology, day + 1, false)) == near_it);
	}
}

/* A percentile of its own for each month, and none of it in the others. */
static void
months(void)
{
	OceanSeries series = days_of(ocean_year_start(2030));
	OceanClimatologyOptions options = of_years(2000, 2029);

	options.smoothing_width = 1;
	options.curves = 3;
	ocean_climatology_percentile(&options, 1, 99);
	ocean_climatology_percentile(&options, 2, 90);
	options.percentile[2][6] = 99;
	for (int i = 0; i < series.n; i++)
		value[i] = random_unit();
	CHECK(build(&series, &options) == OCEAN_OK);
	for (int day = 1; day <= OCEAN_YEAR_DAYS; day++)
	{
		int like = ocean_month_of(day) == 6 ? 1 : 0;

		CHECK(climatology[2].threshold[day - 1] == climatology[like].threshold[day - 1]);
		CHECK(climatology[2].mean[day - 1] == climatology[0].mean[day - 1]);
		CHECK(climatology[1].threshold[day - 1] > climatology[0].threshold[day - 1]);
	}
}

/* The coldest tenth is beyond the threshold of cold spells, by turned signs to the bit. */
static void
cold(void)
{
	static OceanClimatology warm;
	OceanSeries series = days_of(ocean_year_start(2010));
	OceanClimatologyOptions options = of_years(2000, 2009);

	for (int i = 0; i < series.n; i++)
		value[i] = 30 * random_unit();
	CHECK(build(&series, &options) == OCEAN_OK);
	warm = *climatology;
	options.cold = true;
	for (int i = 0; i < series.n; i++)
		value[i] = -value[i];
	CHECK(build(&series, &options) == OCEAN_OK);
	for (int day = 0; day < OCEAN_YEAR_DAYS; day++)
		CHECK(near(climatology->threshold[day], -warm.threshold[day], 1e-14));
	CHECK(climatology->guarded == 0 && warm.guarded == 0);
	options.cold = false;
	ocean_climatology_percentile(&options, 0, 10);
	warm = *climatology;
	CHECK(build(&series, &options) == OCEAN_OK);
	for (int day = 0; day < OCEAN_YEAR_DAYS; day++)
		CHECK(near(climatology->threshold[day], warm.threshold[day], 1e-12));
	CHECK(climatology->guarded == OCEAN_YEAR_DAYS);
}

/* A bogus value leaves no trace on days that it is not near. */
static void
bogus(void)
{
	static OceanClimatology clean;
	OceanSeries series = days_of(ocean_year_start(2005));
	OceanClimatologyOptions options = of_years(2000, 2004);

	options.smoothing_width = 1;
	for (int i = 0; i < series.n; i++)
		value[i] = 20 + random_unit();
	CHECK(build(&series, &options) == OCEAN_OK);
	clean = *climatology;
	value[100] = OCEAN_VALUE_MAX;
	CHECK(build(&series, &options) == OCEAN_OK);
	for (int day = 0; day < OCEAN_YEAR_DAYS; day++)
		CHECK((day >= 95 && day <= 105) || (climatology->mean[day] == clean.mean[day] &&
											climatology->threshold[day] == clean.threshold[day]));
}

/* ---- refusals ---- */

static void
policy(void)
{
	OceanSeries series = days_of(ocean_year_start(2004));
	OceanClimatologyOptions options = of_years(2000, 2003);

	/* Of 2003 half of the days and one are missing. */
	for (int i = 0; i < series.n; i++)
		value[i] = i >= ocean_year_start(2003) && i <= ocean_year_start(2003) + 182 ? NAN : 5;
	options.min_years = 4;
	CHECK(build(&series, &options) == OCEAN_TOO_FEW_YEARS);
	value[ocean_year_start(2003)] = 5;
	CHECK(build(&series, &options) == OCEAN_OK && climatology->years == 4);

	/* Exactly half of the days will do. */
	for (int i = 0; i < 183; i++)
		value[i] = NAN;
	CHECK(build(&series, &options) == OCEAN_OK && climatology->years == 4);
	options.first_year = 1999;
	CHECK(build(&series, &options) == OCEAN_BASELINE_OUTSIDE);
	options = of_years(2000, 2004);
	CHECK(build(&series, &options) == OCEAN_BASELINE_OUTSIDE);
	options = of_years(2010, 2020);
	CHECK(build(&series, &options) == OCEAN_BASELINE_OUTSIDE);
	options = of_years(2002, 2001);
	CHECK(build(&series, &options) == OCEAN_BAD_ARGUMENT);
}

static bool
refused(void (*change)(OceanClimatologyOptions *options))
{
	OceanSeries series = days_of(366);
	OceanClimatologyOptions options = of_years(2000, 2000);

	change(&options);
	return build(&series, &options) == OCEAN_BAD_ARGUMENT;
}

#define REFUSES(name, statement) \
	static void \
	name(OceanClimatologyOptions *options) \
	{ \
		options->statement; \
	}
REFUSES(window_below, window_half_width = -1)
REFUSES(window_above, window_half_width = OCEAN_WINDOW_MAX + 1)
REFUSES(even_width, smoothing_width = 30)
REFUSES(no_width, smoothing_width = 0)
REFUSES(wide, smoothing_width = 367)
REFUSES(no_curve, curves = 0)
REFUSES(curves_above, curves = OCEAN_CURVES_MAX + 1)
REFUSES(percentile_0, percentile[0][3] = 0)
REFUSES(percentile_100, percentile[0][11] = 100)
REFUSES(percentile_nan, percentile[0][0] = NAN)
REFUSES(pad_below, pad_days = -1)
REFUSES(year_below, first_year = INT32_MIN)
REFUSES(year_above, last_year = INT32_MAX)

static void
options_refused(void)
{
	CHECK(refused(window_below) && refused(window_above) && refused(even_width));
	CHECK(refused(no_width) && refused(wide) && refused(no_curve) && refused(curves_above));
	CHECK(refused(percentile_0) && refused(percentile_100) && refused(percentile_nan));
	CHECK(refused(pad_below) && refused(year_below) && refused(year_above));
}

static void
strange_series(void)
{
	OceanSeries series = days_of(1);
	OceanClimatologyOptions options = of_years(2000, 2000);

	value[0] = 4;
	CHECK(build(&series, &options) == OCEAN_OK && climatology->values == 1);
	CHECK(climatology->samples[0] == 1 && climatology->samples[1] == 0 &&
		  isnan(climatology->mean[0]));
	options.smoothing_width = 1;
	CHECK(build(&series, &options) == OCEAN_OK);
	CHECK(climatology->mean[0] == 4 && climatology->threshold[0] == 4 &&
		  isnan(climatology->mean[1]));
	value[0] = NAN;
	CHECK(build(&series, &options) == OCEAN_EMPTY);
	value[0] = INFINITY;
	CHECK(build(&series, &options) == OCEAN_BAD_VALUE);
	series.n = 0;
	CHECK(build(&series, &options) == OCEAN_EMPTY);
	series = days_of(OCEAN_DAYS_MAX + 1);
	CHECK(build(&series, &options) == OCEAN_TOO_LONG);
	series = (OceanSeries){ INT32_MAX, 1, value };
	CHECK(build(&series, &options) == OCEAN_BAD_ARGUMENT);
}

static void
stopped(void)
{
	OceanSeries series = days_of(3000);
	OceanClimatologyOptions options = of_years(2000, 2007);
	int pieces_needed = 0;

	for (int i = 0; i < series.n; i++)
		value[i] = i % 7 == 0 ? NAN : i % 100;
	options.pad_days = 2;
	interruptions_left = 20;
	CHECK(build(&series, &options) == OCEAN_INTERRUPTED);
	interruptions_left = -1;
	for (OceanStatus status = OCEAN_NO_MEMORY; status == OCEAN_NO_MEMORY; pieces_needed++)
	{
		allocations_left = pieces_needed;
		status = build(&series, &options);
		CHECK(status == OCEAN_NO_MEMORY || status == OCEAN_OK);
	}
	allocations_left = -1;
	CHECK(pieces_needed > 5);
}

static void
borrowed(void)
{
	OceanSeries series = days_of(4);
	OceanClimatologyFit fit;

	for (int day = 0; day < OCEAN_YEAR_DAYS; day++)
		climatology->mean[day] = day == 3 ? NAN : 10;
	value[0] = 11;
	value[1] = NAN;
	value[2] = 14;
	value[3] = 100;
	CHECK(ocean_climatology_fit(&series, climatology, &fit) == OCEAN_OK);
	CHECK(fit.values == 2 && near(fit.bias, 2.5, 1e-15));
	CHECK(near(fit.rmse, sqrt(8.5), 1e-15) && near(fit.rmse_less_bias, 1.5, 1e-15));
	series = (OceanSeries){ 1, 1, value + 1 };
	CHECK(ocean_climatology_fit(&series, climatology, &fit) == OCEAN_OK);
	CHECK(fit.values == 0 && isnan(fit.bias) && isnan(fit.rmse));
	series.n = 0;
	CHECK(ocean_climatology_fit(&series, climatology, &fit) == OCEAN_EMPTY);
}

int
main(void)
{
	static const UnitGroup groups[] = {
		{ "ocean climatology: as defined, on random series", definition },
		{ "ocean climatology: of equal values that value", constant },
		{ "ocean climatology: 29 February", leap_day },
		{ "ocean climatology: unknown days spread by smoothing", contamination },
		{ "ocean climatology: a percentile for each month", months },
		{ "ocean climatology: cold spells", cold },
		{ "ocean climatology: a bogus value stays where it is", bogus },
		{ "ocean climatology: years of the baseline", policy },
		{ "ocean climatology: options that are none", options_refused },
		{ "ocean climatology: empty, one day, missing, infinite", strange_series },
		{ "ocean climatology: interrupted, out of memory", stopped },
		{ "ocean climatology: fit of a borrowed one", borrowed },
	};

	return UNIT_RUN(groups);
}
