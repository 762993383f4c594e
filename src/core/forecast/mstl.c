/*
 * mstl.c
 *	  Decomposition with several seasonal periods, and seasonal adjustment by it.
 *
 * Seasons are taken from the shortest to the longest, each by STL from what the others
 * leave, and a second time from the start (Bandara, Hyndman & Bergmeir 2021, algorithm 1).
 */
#include "core/forecast/mstl.h"

#include <math.h>

#include "core/forecast/series.h"
#include "core/forecast/stl.h"

#define PASSES 2

/* They take 7 + 4 i for the i-th season, as longer seasons change more slowly. */
#define SEASONAL_WINDOW(i) (11 + 4 * (i))

/* A series without season has a smooth trend too: half of it is the window. */
#define TREND_SHARE 0.5

static ForecastStatus
lend_parts(const ForecastWork *work, const ForecastSeries *series, ForecastDecomposition *parts)
{
	size_t n = (size_t) series->n;

	*parts = (ForecastDecomposition){ 0 };
	for (int i = 0; i < series->period_count; i++)
	{
		if (series->n / 2 < series->period[i])
			break;
		parts->period[i] = series->period[i];
		parts->seasonal[i] = forecast_numbers(work, n);
		if (parts->seasonal[i] == NULL)
			return FORECAST_NO_MEMORY;
		parts->count++;
	}
	parts->trend = forecast_numbers(work, n);
	parts->remainder = forecast_numbers(work, n);
	return parts->trend == NULL || parts->remainder == NULL ? FORECAST_NO_MEMORY : FORECAST_OK;
}

/* remainder holds the value without the seasons. */
static ForecastStatus
take_season(const ForecastWork *work, int n, int i, const ForecastMstlOptions *options,
			ForecastDecomposition *parts)
{
	const ForecastStlOptions stl_options = {
		.seasonal_window = options->periodic ? 0 : SEASONAL_WINDOW(i), .robust = options->robust
	};
	double *seasonal = parts->seasonal[i];
	ForecastStatus status;

	for (int t = 0; t < n; t++)
		parts->remainder[t] += seasonal[t];
	status = forecast_stl(work, parts->remainder, n, parts->period[i], &stl_options, seasonal,
						  parts->trend);
	for (int t = 0; t < n; t++)
		parts->remainder[t] -= seasonal[t];
	return status;
}

ForecastStatus
forecast_mstl(const ForecastWork *work, const ForecastSeries *series,
			  const ForecastMstlOptions *options, ForecastDecomposition *parts)
{
	int n = series->n;
	ForecastStatus status = forecast_series_check(series);

	if (status != FORECAST_OK)
		return status;
	if (forecast_series_known(series) == 0)
		return FORECAST_TOO_SHORT;
	status = lend_parts(work, series, parts);
	for (int t = 0; status == FORECAST_OK && t < n; t++)
		parts->remainder[t] = series->value[t];
	for (int pass = 0; pass < PASSES; pass++)
	{
		for (int i = 0; status == FORECAST_OK && i < parts->count; i++)
			status = take_season(work, n, i, options, parts);
	}
	if (status == FORECAST_OK && parts->count == 0)
		status = forecast_loess(work, parts->remainder, NULL, n, (int) (n * TREND_SHARE) + 3,
								parts->trend);
	for (int t = 0; status == FORECAST_OK && t < n; t++)
		parts->remainder[t] -= parts->trend[t];
	return status;
}

/* Around the mean of the known values, over their count. */
static double
spread_of(const double *value, const double *added, int n)
{
	double mean = 0;
	double squares = 0;
	int count = 0;

	for (int t = 0; t < n; t++)
	{
		double x = value[t] + (added != NULL ? added[t] : 0);
		double from_mean = x - mean;

		if (isnan(x))
			continue;
		mean += from_mean / ++count;
		squares += from_mean * (x - mean);
	}
	return count > 0 ? squares / count : 0;
}

double
forecast_seasonal_strength(const ForecastDecomposition *parts, int n, int season)
{
	double all = spread_of(parts->remainder, parts->seasonal[season], n);
	double rest = spread_of(parts->remainder, NULL, n);

	return all > 0 ? fmax(0, 1 - rest / all) : 0;
}

static bool
all_positive(const double *value, int n)
{
	for (int t = 0; t < n; t++)
	{
		if (value[t] <= 0)
			return false;
	}
	return true;
}

/* The last period of each season is how it goes on. */
static ForecastStatus
season_of(const ForecastWork *work, int n, const ForecastDecomposition *parts, bool product,
		  ForecastSeason *season)
{
	season->form = product ? FORECAST_SEASON_MULTIPLICATIVE : FORECAST_SEASON_ADDITIVE;
	season->count = parts->count;
	for (int i = 0; i < parts->count; i++)
	{
		int period = parts->period[i];
		double *figure = forecast_numbers(work, (size_t) period);

		if (figure == NULL)
			return FORECAST_NO_MEMORY;
		for (int t = n - period; t < n; t++)
			figure[t % period] = product ? exp(parts->seasonal[i][t]) : parts->seasonal[i][t];
		season->figure[i] = figure;
		season->period[i] = period;
		season->position[i] = n % period;
	}
	return FORECAST_OK;
}

static ForecastStatus
adjust_by_mstl(const ForecastWork *work, const ForecastSeries *series, const double *scaled,
			   bool periodic, ForecastSeason *season, double *adjusted)
{
	const ForecastMstlOptions options = { .periodic = periodic };
	ForecastSeries changed = *series;
	ForecastDecomposition parts;
	ForecastStatus status;
	bool product = all_positive(scaled, series->n);

	*season = (ForecastSeason){ .form = FORECAST_SEASON_NONE };
	for (int t = 0; t < series->n; t++)
		adjusted[t] = product ? log(scaled[t]) : scaled[t];
	changed.value = adjusted;
	status = forecast_mstl(work, &changed, &options, &parts);
	if (status == FORECAST_OK && parts.count > 0)
		status = season_of(work, series->n, &parts, product, season);
	for (int t = 0; status == FORECAST_OK && t < series->n; t++)
	{
		for (int i = 0; i < parts.count; i++)
			adjusted[t] -= parts.seasonal[i][t];
		adjusted[t] = product ? exp(adjusted[t]) : adjusted[t];
	}
	return status;
}

ForecastStatus
forecast_adjust(const ForecastWork *work, const ForecastSeries *series, ForecastAdjust adjust,
				int *exponent, ForecastSeason *season, double *adjusted)
{
	double *scaled;
	int period = series->period_count > 0 ? series->period[0] : 1;
	ForecastStatus status = forecast_series_scaled(work, series, &scaled, exponent);

	if (status != FORECAST_OK)
		return status;
	if ((adjust == FORECAST_ADJUST_MSTL || adjust == FORECAST_ADJUST_PERIODIC) &&
		series->period_count > 0 && forecast_series_known(series) > 0)
		return adjust_by_mstl(work, series, scaled, adjust == FORECAST_ADJUST_PERIODIC, season,
							  adjusted);
	/* Two periods and one value more: the least of which the test can tell anything. */
	return forecast_season_adjust(work, scaled, series->n,
								  adjust == FORECAST_ADJUST_NONE ? 1 : period, 2 * period + 1,
								  season, adjusted);
}
