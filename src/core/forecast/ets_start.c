/*
 * ets_start.c
 *	  First guesses of the states of exponential smoothing, by the heuristics of HKOS
 *	  section 2.6.1: seasons by classical decomposition, level and trend by a straight line
 *	  through the first values without their season.
 */
#include <math.h>
#include <string.h>

#include "core/forecast/ets_fit.h"
#include "core/forecast/series.h"

/* Values behind the line, or one period where that is longer. */
#define LINE_LENGTH 10

/* A seasonal factor is above 0; figures of wild series are brought there. */
#define FACTOR_MIN 0.01

static ForecastStatus
first_seasons(EtsProblem *problem, const double *scaled, ForecastSeasonForm kind)
{
	double *figure = forecast_numbers(problem->work, (size_t) problem->period);
	double *trend = forecast_numbers(problem->work, (size_t) problem->n);
	double sum = 0;
	ForecastStatus status;

	if (figure == NULL || trend == NULL)
		return FORECAST_NO_MEMORY;
	status = forecast_classical_decompose(problem->work, scaled, problem->n, problem->period,
										  kind, trend, figure);
	if (status != FORECAST_OK)
		return status;
	problem->first_season[kind] = figure;
	for (int i = 0; i < problem->period; i++)
	{
		if (!isfinite(figure[i]))
			figure[i] = kind == FORECAST_SEASON_ADDITIVE ? 0 : 1;
		if (kind == FORECAST_SEASON_MULTIPLICATIVE)
			figure[i] = fmax(figure[i], FACTOR_MIN);
		sum += figure[i];
	}
	for (int i = 0; kind == FORECAST_SEASON_MULTIPLICATIVE && i < problem->period; i++)
		figure[i] *= problem->period / sum;
	return FORECAST_OK;
}

/* Splits the scaled series into values and weights, and sums it up. */
static ForecastStatus
describe(EtsProblem *problem, const double *scaled)
{
	double *value = forecast_numbers(problem->work, (size_t) problem->n);
	double *weight = forecast_numbers(problem->work, (size_t) problem->n);

	if (value == NULL || weight == NULL)
		return FORECAST_NO_MEMORY;
	problem->value = value;
	problem->weight = weight;
	problem->positive = true;
	for (int t = 0; t < problem->n; t++)
	{
		if (isnan(scaled[t]))
			continue;
		value[t] = scaled[t];
		weight[t] = 1;
		problem->known++;
		if (scaled[t] > 0)
			problem->log_mean += log(scaled[t]);
		else
			problem->positive = false;
	}
	problem->log_mean = problem->positive && problem->known > 0 ?
							problem->log_mean / problem->known :
							0;
	return FORECAST_OK;
}

static ForecastStatus
prepare_season(EtsProblem *problem, const double *scaled)
{
	ForecastStatus status;

	problem->season_estimated = problem->period <= FORECAST_ETS_PERIOD_ESTIMATED;
	problem->season = forecast_numbers(problem->work, (size_t) problem->period);
	problem->season_slope =
		forecast_numbers(problem->work, (size_t) problem->period * ETS_STRIDE_MAX);
	if (problem->season == NULL || problem->season_slope == NULL)
		return FORECAST_NO_MEMORY;
	status = first_seasons(problem, scaled, FORECAST_SEASON_ADDITIVE);
	if (status != FORECAST_OK || !problem->positive)
		return status;
	return first_seasons(problem, scaled, FORECAST_SEASON_MULTIPLICATIVE);
}

ForecastStatus
forecast_ets_prepare(const ForecastWork *work, const ForecastSeries *series, EtsProblem *problem)
{
	double *scaled;
	ForecastStatus status;

	*problem = (EtsProblem){ .work = work, .n = series->n };
	status = forecast_series_check(series);
	if (status == FORECAST_OK)
		status = forecast_series_scaled(work, series, &scaled, &problem->exponent);
	if (status == FORECAST_OK)
		status = describe(problem, scaled);
	if (status != FORECAST_OK)
		return status;
	if (series->period_count == 0 || series->n < 2 * series->period[0])
		return FORECAST_OK;
	problem->period = series->period[0];
	return prepare_season(problem, scaled);
}

static double
without_season(const EtsProblem *problem, ForecastSeasonForm kind, int t)
{
	const double *season = problem->first_season[kind];

	if (kind == FORECAST_SEASON_NONE)
		return problem->value[t];
	if (kind == FORECAST_SEASON_ADDITIVE)
		return problem->value[t] - season[t % problem->period];
	return problem->value[t] / season[t % problem->period];
}

/* Least squares through the first known values; the level is that before the first. */
static void
guess_line(const EtsProblem *problem, ForecastSeasonForm kind, EtsGuess *guess)
{
	int wanted = problem->period > LINE_LENGTH ? problem->period : LINE_LENGTH;
	double count = 0;
	double mean = 0;
	double mean_time = 0;
	double products = 0;
	double squares = 0;

	for (int t = 0; t < problem->n && count < wanted; t++)
	{
		double time = t + 1;
		double value;

		if (!(problem->weight[t] > 0))
			continue;
		value = without_season(problem, kind, t);
		/* Running means and sums around them, B. P. Welford (1962). */
		count++;
		products += (value - mean) * (time - mean_time) * (count - 1) / count;
		squares += (time - mean_time) * (time - mean_time) * (count - 1) / count;
		mean += (value - mean) / count;
		mean_time += (time - mean_time) / count;
	}
	guess->trend = squares > 0 ? products / squares : 0;
	guess->level = mean - guess->trend * mean_time;
	if (problem->positive && !(guess->level > 0 && guess->level + guess->trend * problem->n > 0))
	{
		guess->level = mean;
		guess->trend = 0;
	}
}

void
forecast_ets_guess(const EtsProblem *problem, ForecastSeasonForm kind, EtsGuess *guess)
{
	*guess = (EtsGuess){ .alpha = 0.3, .beta_share = 0.1, .gamma_share = 0.1, .phi = 0.95 };
	guess_line(problem, kind, guess);
	if (kind != FORECAST_SEASON_NONE && problem->season_estimated)
		memcpy(guess->season, problem->first_season[kind],
			   sizeof(double) * (size_t) problem->period);
}
