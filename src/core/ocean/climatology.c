/*
 * climatology.c
 *	  Means and thresholds of the days of the year.
 *
 * The windows of all years walk through the year together, so that from one day to the next
 * only two values of each year change in the sample.  Means are summed anew all the same: a
 * running sum would keep what a bogus value has rounded away.  They, the smoothing and the
 * interpolation work on differences, so that of equal values the result is that value.
 */
#include "core/ocean/climatology.h"

#include <math.h>

#include "core/forecast/series.h"
#include "core/ocean/ranked_pool.h"

#define YEAR_MAX 7000

/* What of a year is in the sample: places from first on to before end. */
typedef struct Window
{
	int start; /* place of the first of January, which may lie outside of the series */
	bool leap;
	int first;
	int end;
} Window;

typedef struct Sampling
{
	const double *value; /* from the first day on that a window can reach */
	int n;
	int half_width;
	int years;
	Window *window;
	OceanPool pool;
} Sampling;

void
ocean_climatology_percentile(OceanClimatologyOptions *options, int curve, double percentile)
{
	for (int month = 0; month < OCEAN_MONTHS; month++)
		options->percentile[curve][month] = percentile;
}

void
ocean_climatology_defaults(OceanClimatologyOptions *options)
{
	*options = (OceanClimatologyOptions){
		.window_half_width = 5,
		.smoothing_width = 31,
		.curves = 1,
	};
	ocean_climatology_percentile(options, 0, 90);
}

static bool
percentiles_valid(const OceanClimatologyOptions *options)
{
	for (int curve = 0; curve < options->curves; curve++)
	{
		for (int month = 0; month < OCEAN_MONTHS; month++)
		{
			double percentile = options->percentile[curve][month];

			if (!(percentile > 0 && percentile < 100))
				return false;
		}
	}
	return true;
}

static OceanStatus
check(const OceanSeries *series, const OceanClimatologyOptions *options)
{
	OceanStatus status = ocean_series_check(series);

	if (status != OCEAN_OK)
		return status;
	if (options->first_year < -YEAR_MAX || options->last_year > YEAR_MAX ||
		options->first_year > options->last_year || options->window_half_width < 0 ||
		options->window_half_width > OCEAN_WINDOW_MAX || options->smoothing_width < 1 ||
		options->smoothing_width >= OCEAN_YEAR_DAYS || options->smoothing_width % 2 == 0 ||
		options->pad_days < 0 || options->pad_days > OCEAN_PAD_MAX || options->curves < 1 ||
		options->curves > OCEAN_CURVES_MAX || !percentiles_valid(options))
		return OCEAN_BAD_ARGUMENT;
	if (options->first_year < ocean_year_of(series->first_day) ||
		options->last_year > ocean_year_of(series->first_day + series->n - 1))
		return OCEAN_BASELINE_OUTSIDE;
	return OCEAN_OK;
}

/* ---- the policy ---- */

static int
known_values(const OceanSeries *series, int32_t first_day, int32_t end_day)
{
	int first = first_day > series->first_day ? first_day - series->first_day : 0;
	int end = end_day - series->first_day < series->n ? end_day - series->first_day : series->n;
	int known = 0;

	for (int i = first; i < end; i++)
		known += !isnan(series->value[i]);
	return known;
}

static OceanStatus
count_years(const OceanSeries *series, const OceanClimatologyOptions *options, int32_t *years,
			int32_t *values)
{
	*years = 0;
	*values = 0;
	for (int year = options->first_year; year <= options->last_year; year++)
	{
		int32_t start = ocean_year_start(year);
		int32_t end = ocean_year_start(year + 1);
		int known = known_values(series, start, end);

		*values += known;
		*years += 2 * known >= end - start;
	}
	if (*values == 0)
		return OCEAN_EMPTY;
	return *years < options->min_years ? OCEAN_TOO_FEW_YEARS : OCEAN_OK;
}

/* ---- samples ---- */

/* Place of a day of the year; there is none on 29 February. */
static int
centre_of(const Window *window, int day_of_year)
{
	return window->start + day_of_year - 1 - (!window->leap && day_of_year > OCEAN_LEAP_DAY);
}

static void
move_window(Sampling *sampling, Window *window, int first, int end)
{
	for (int i = window->first; i < window->end && i < first; i++)
		ocean_pool_remove(&sampling->pool, i);
	for (int i = window->end > first ? window->end : first; i < end; i++)
		ocean_pool_add(&sampling->pool, i);
	window->first = first;
	window->end = end;
}

/* A year whose day lies outside of the series gives nothing, not even what is near it. */
static void
move_to(Sampling *sampling, int day_of_year)
{
	for (int y = 0; y < sampling->years; y++)
	{
		Window *window = &sampling->window[y];
		int centre = centre_of(window, day_of_year);
		int first = centre - sampling->half_width;
		int end = centre + sampling->half_width + 1;

		if (centre < 0)
			continue;
		if (centre >= sampling->n)
			first = end = window->end;
		move_window(sampling, window, first > 0 ? first : 0,
					end < sampling->n ? end : sampling->n);
	}
}

static double
first_value(const Sampling *sampling)
{
	for (int y = 0; y < sampling->years; y++)
	{
		const Window *window = &sampling->window[y];

		for (int i = window->first; i < window->end; i++)
		{
			if (!isnan(sampling->value[i]))
				return sampling->value[i];
		}
	}
	return NAN;
}

/* Around one of the values.  The sums of years do not wait for each other in the processor. */
static double
mean_of(const Sampling *sampling)
{
	double origin = first_value(sampling);
	double sum = 0;

	for (int y = 0; y < sampling->years; y++)
	{
		const Window *window = &sampling->window[y];
		double of_year = 0;

		for (int i = window->first; i < window->end; i++)
		{
			double difference = sampling->value[i] - origin;

			of_year += isnan(difference) ? 0 : difference;
		}
		sum += of_year;
	}
	return origin + sum / sampling->pool.members;
}

/* Type 7; of cold spells that of the values with their signs turned, turned back. */
static double
percentile_of(Sampling *sampling, int curve, double percentile, bool cold)
{
	int32_t last = sampling->pool.members - 1;
	double at = last * (percentile / 100);
	int32_t below = (int32_t) at;
	int32_t above = below < last ? below + 1 : last;
	double low, high;

	if (last < 0)
		return NAN;
	low = ocean_pool_select(&sampling->pool, curve, cold ? last - below : below);
	high = ocean_pool_select(&sampling->pool, curve, cold ? last - above : above);
	return low + (at - below) * (high - low);
}

static void
sample_day(Sampling *sampling, const OceanClimatologyOptions *options, int day_of_year,
		   OceanClimatology *climatology)
{
	double mean;

	move_to(sampling, day_of_year);
	mean = sampling->pool.members > 0 ? mean_of(sampling) : NAN;
	for (int curve = 0; curve < options->curves; curve++)
	{
		double percentile = options->percentile[curve][ocean_month_of(day_of_year)];

		climatology[curve].mean[day_of_year - 1] = mean;
		climatology[curve].samples[day_of_year - 1] = sampling->pool.members;
		climatology[curve].threshold[day_of_year - 1] = percentile_of(sampling, curve, percentile,
																	  options->cold);
	}
}

/* Only what a window can reach is ranked. */
static OceanStatus
sampling_init(const ForecastWork *work, const OceanSeries *series,
			  const OceanClimatologyOptions *options, Sampling *sampling)
{
	int reach = options->window_half_width;
	int first = ocean_year_start(options->first_year) - reach - series->first_day;
	int end = ocean_year_start(options->last_year + 1) + reach - series->first_day;

	first = first > 0 ? first : 0;
	end = end < series->n ? end : series->n;
	*sampling = (Sampling){
		.value = series->value + first,
		.n = end - first,
		.half_width = reach,
		.years = options->last_year - options->first_year + 1,
	};
	sampling->window = work->allocate(work->context,
									  (size_t) sampling->years * sizeof(Window));
	if (sampling->window == NULL)
		return OCEAN_NO_MEMORY;
	for (int y = 0; y < sampling->years; y++)
	{
		int year = options->first_year + y;

		sampling->window[y].start = ocean_year_start(year) - series->first_day - first;
		sampling->window[y].leap = ocean_leap_year(year);
	}
	return ocean_pool_init(work, sampling->value, sampling->n, options->curves, &sampling->pool);
}

static OceanStatus
sample_year(const ForecastWork *work, Sampling *sampling, const OceanClimatologyOptions *options,
			OceanClimatology *climatology)
{
	for (int day_of_year = 1; day_of_year <= OCEAN_YEAR_DAYS; day_of_year++)
	{
		if (forecast_is_interrupted(work))
			return OCEAN_INTERRUPTED;
		if (day_of_year != OCEAN_LEAP_DAY)
			sample_day(sampling, options, day_of_year, climatology);
	}
	return OCEAN_OK;
}

/* ---- curves ---- */

/* Half of the difference does not overflow, and is none between equal values. */
static double
middle(double left, double right)
{
	return left + (right - left) / 2;
}

static void
fill_leap_day(OceanClimatology *climatology)
{
	int leap = OCEAN_LEAP_DAY - 1;
	int32_t before = climatology->samples[leap - 1];
	int32_t after = climatology->samples[leap + 1];

	climatology->mean[leap] = middle(climatology->mean[leap - 1], climatology->mean[leap + 1]);
	climatology->threshold[leap] = middle(climatology->threshold[leap - 1],
										  climatology->threshold[leap + 1]);
	climatology->samples[leap] = before < after ? before : after;
}

static void
smooth(double *curve, int width)
{
	double around[2 * OCEAN_YEAR_DAYS];

	if (width == 1)
		return;
	for (int i = 0; i < 2 * OCEAN_YEAR_DAYS; i++)
		around[i] = curve[(i + OCEAN_YEAR_DAYS - width / 2) % OCEAN_YEAR_DAYS];
	for (int day = 0; day < OCEAN_YEAR_DAYS; day++)
	{
		double own = around[day + width / 2];
		double sum = 0;

		for (int i = day; i < day + width; i++)
			sum += around[i] - own;
		curve[day] = own + sum / width;
	}
}

/* A threshold that is not beyond the mean. */
static bool
is_guarded(double mean, double threshold, bool cold)
{
	return cold ? threshold >= mean : threshold <= mean;
}

static void
finish(const OceanClimatologyOptions *options, OceanClimatology *climatology)
{
	fill_leap_day(climatology);
	smooth(climatology->mean, options->smoothing_width);
	smooth(climatology->threshold, options->smoothing_width);
	for (int day = 0; day < OCEAN_YEAR_DAYS; day++)
		climatology->guarded += is_guarded(climatology->mean[day], climatology->threshold[day],
										   options->cold);
}

OceanStatus
ocean_climatology_build(const ForecastWork *work, const OceanSeries *series,
						const OceanClimatologyOptions *options, OceanClimatology *climatology)
{
	OceanSeries padded;
	Sampling sampling;
	int32_t years, values;
	OceanStatus status = check(series, options);

	if (status == OCEAN_OK)
		status = count_years(series, options, &years, &values);
	if (status == OCEAN_OK)
		status = ocean_series_pad(work, series, options->pad_days, &padded);
	if (status == OCEAN_OK)
		status = sampling_init(work, &padded, options, &sampling);
	if (status != OCEAN_OK)
		return status;
	for (int curve = 0; curve < options->curves; curve++)
		climatology[curve] = (OceanClimatology){ .years = years, .values = values };
	status = sample_year(work, &sampling, options, climatology);
	for (int curve = 0; status == OCEAN_OK && curve < options->curves; curve++)
		finish(options, &climatology[curve]);
	return status;
}

double
ocean_climatology_limit(const OceanClimatology *climatology, int day_of_year, bool cold)
{
	double mean = climatology->mean[day_of_year - 1];
	double threshold = climatology->threshold[day_of_year - 1];

	return is_guarded(mean, threshold, cold) ? mean : threshold;
}

/* ---- a borrowed climatology ---- */

OceanStatus
ocean_climatology_fit(const OceanSeries *series, const OceanClimatology *climatology,
					  OceanClimatologyFit *fit)
{
	OceanStatus status = ocean_series_check(series);
	OceanDate date;
	double mean = 0;
	double squares = 0;
	int32_t values = 0;

	if (status != OCEAN_OK)
		return status;
	date = ocean_date_of(series->first_day);
	for (int i = 0; i < series->n; i++, ocean_date_next(&date))
	{
		double difference = series->value[i] - climatology->mean[date.day_of_year - 1];
		double delta = difference - mean;

		if (isnan(difference))
			continue;
		mean += delta / ++values;
		squares += delta * (difference - mean);
	}
	*fit = (OceanClimatologyFit){ values, NAN, NAN, NAN };
	if (values == 0)
		return OCEAN_OK;
	fit->bias = mean;
	fit->rmse_less_bias = sqrt(squares / values);
	fit->rmse = hypot(mean, fit->rmse_less_bias);
	return OCEAN_OK;
}
