/*
 * season.c
 *	  Whether a series is seasonal, and its seasonal figures.
 */
#include "core/forecast/season.h"

#include <math.h>

#include "core/forecast/series.h"

/* One-sided 95 %, of the normal distribution. */
#define SEASONALITY_Z 1.6448536269514722

/* A value divided by less would rule the level of the adjusted series. */
#define FIGURE_MIN 0.01

static double
known_mean(const double *value, int n, int *known)
{
	double mean = 0;

	*known = 0;
	for (int t = 0; t < n; t++)
	{
		if (!isnan(value[t]))
			mean += (value[t] - mean) / ++*known;
	}
	return mean;
}

/* Sum of products at a lag; a missing value takes part in none. */
static double
covariance_sum(const double *value, int n, int lag, double mean)
{
	double sum = 0;

	for (int t = lag; t < n; t++)
	{
		double product = (value[t] - mean) * (value[t - lag] - mean);

		sum += isnan(product) ? 0 : product;
	}
	return sum;
}

ForecastStatus
forecast_autocorrelations(const ForecastWork *work, const double *value, int n, int lags,
						  double *acf)
{
	int known;
	double mean = known_mean(value, n, &known);
	double squares = covariance_sum(value, n, 0, mean);

	for (int lag = 1; lag <= lags; lag++)
	{
		acf[lag - 1] = squares > 0 ? covariance_sum(value, n, lag, mean) / squares : 0;
		if (forecast_is_interrupted(work))
			return FORECAST_INTERRUPTED;
	}
	return FORECAST_OK;
}

ForecastStatus
forecast_seasonality_test(const ForecastWork *work, const double *value, int n, int period,
						  double z, bool *seasonal)
{
	ForecastStatus status;
	double *acf;
	double sum = 0;
	int known;

	*seasonal = false;
	if (period < 2 || period >= n)
		return FORECAST_OK;
	acf = forecast_numbers(work, (size_t) period);
	if (acf == NULL)
		return FORECAST_NO_MEMORY;
	known_mean(value, n, &known);
	status = forecast_autocorrelations(work, value, n, period, acf);
	if (status != FORECAST_OK)
		return status;
	for (int i = 0; i < period - 1; i++)
		sum += acf[i] * acf[i];
	*seasonal = known > 0 && fabs(acf[period - 1]) > z * sqrt((1 + 2 * sum) / known);
	return FORECAST_OK;
}

/* The moving average over one period, of even ones the mean of both neighbouring windows. */
static void
centred_average(const double *value, int n, int period, double *trend)
{
	int half = period / 2;
	double sum = 0;

	for (int t = 0; t < n; t++)
		trend[t] = NAN;
	for (int t = 0; t < period; t++)
		sum += value[t];
	for (int t = half; t + half < n; t++)
	{
		/* sum is of the period values from t - half on. */
		double next = period % 2 == 0 ? sum + value[t + half] - value[t - half] : sum;

		trend[t] = (sum + next) / (2.0 * period);
		if (t + half + 1 < n)
			sum = period % 2 == 0 ? next : sum + value[t + half + 1] - value[t - half];
	}
}

static double
without(ForecastSeasonForm form, double value, double part)
{
	return form == FORECAST_SEASON_MULTIPLICATIVE ? value / part : value - part;
}

/* A place of which nothing is known has what the others have in the mean. */
static bool
figures(const double *value, const double *trend, int n, int period, ForecastSeasonForm form,
		double *figure)
{
	double all = 0;
	int places = 0;

	for (int place = 0; place < period; place++)
	{
		int count = 0;
		double mean = 0;

		for (int t = place; t < n; t += period)
		{
			double rest = without(form, value[t], trend[t]);

			if (isfinite(rest))
				mean += (rest - mean) / ++count;
		}
		figure[place] = count > 0 ? mean : NAN;
		if (count > 0)
			all += (mean - all) / ++places;
	}
	for (int place = 0; place < period; place++)
		figure[place] = without(form, isnan(figure[place]) ? all : figure[place], all);
	return places > 0 && (form == FORECAST_SEASON_ADDITIVE || all > 0);
}

ForecastStatus
forecast_classical_decompose(const ForecastWork *work, const double *value, int n, int period,
							 ForecastSeasonForm form, double *trend, double *figure)
{
	double *filled;

	if (period < 2)
		return FORECAST_BAD_ARGUMENT;
	if (n < 2 * period)
		return FORECAST_TOO_SHORT;
	filled = forecast_numbers(work, (size_t) n);
	if (filled == NULL)
		return FORECAST_NO_MEMORY;
	forecast_interpolate(value, n, filled);
	centred_average(filled, n, period, trend);
	return figures(value, trend, n, period, form, figure) ? FORECAST_OK : FORECAST_NOT_POSITIVE;
}

static bool
any_below(const double *value, int n, double limit)
{
	for (int i = 0; i < n; i++)
	{
		if (value[i] < limit)
			return true;
	}
	return false;
}

static ForecastStatus
decompose_as_allowed(const ForecastWork *work, const double *value, int n, int period,
					 ForecastSeason *season)
{
	ForecastStatus status = FORECAST_NOT_POSITIVE;
	double *trend = forecast_numbers(work, (size_t) n);
	double *figure = forecast_numbers(work, (size_t) period);

	if (trend == NULL || figure == NULL)
		return FORECAST_NO_MEMORY;
	season->form = FORECAST_SEASON_MULTIPLICATIVE;
	if (!any_below(value, n, 0))
		status = forecast_classical_decompose(work, value, n, period, season->form, trend, figure);
	if (status == FORECAST_NOT_POSITIVE ||
		(status == FORECAST_OK && any_below(figure, period, FIGURE_MIN)))
	{
		season->form = FORECAST_SEASON_ADDITIVE;
		status = forecast_classical_decompose(work, value, n, period, season->form, trend, figure);
	}
	season->count = 1;
	season->period[0] = period;
	season->figure[0] = figure;
	return status;
}

ForecastStatus
forecast_season_adjust(const ForecastWork *work, const double *value, int n, int period,
					   int least, ForecastSeason *season, double *adjusted)
{
	ForecastStatus status;
	bool seasonal = false;

	*season = (ForecastSeason){ .form = FORECAST_SEASON_NONE };
	for (int t = 0; t < n; t++)
		adjusted[t] = value[t];
	if (period < 2 || n < 2 * period || n < least)
		return FORECAST_OK;
	status = forecast_seasonality_test(work, value, n, period, SEASONALITY_Z, &seasonal);
	if (status != FORECAST_OK || !seasonal)
		return status;
	status = decompose_as_allowed(work, value, n, period, season);
	if (status != FORECAST_OK)
		return status;
	for (int t = 0; t < n; t++)
	{
		adjusted[t] = forecast_season_remove(season, value[t]);
		forecast_season_advance(season);
	}
	return FORECAST_OK;
}

double
forecast_season_at(const ForecastSeason *season, int i)
{
	bool product = season->form == FORECAST_SEASON_MULTIPLICATIVE;
	double all = product ? 1 : 0;

	for (int k = 0; k < season->count; k++)
	{
		int place = (season->position[k] + i % season->period[k]) % season->period[k];

		all = product ? all * season->figure[k][place] : all + season->figure[k][place];
	}
	return all;
}

double
forecast_season_factor(const ForecastSeason *season, int i)
{
	return season->form == FORECAST_SEASON_MULTIPLICATIVE ? forecast_season_at(season, i) : 1;
}

void
forecast_season_errors(const ForecastSeason *season, int n, int exponent, double *error)
{
	ForecastSeason back = *season;

	for (int k = 0; k < back.count; k++)
	{
		int period = back.period[k];

		back.position[k] = (back.position[k] + period - n % period) % period;
	}
	for (int t = 0; t < n; t++)
	{
		error[t] = ldexp(error[t] * forecast_season_factor(&back, 0), exponent);
		forecast_season_advance(&back);
	}
}

double
forecast_season_remove(const ForecastSeason *season, double value)
{
	return without(season->form, value, forecast_season_at(season, 0));
}

void
forecast_season_advance(ForecastSeason *season)
{
	for (int k = 0; k < season->count; k++)
		season->position[k] = (season->position[k] + 1) % season->period[k];
}

/* An error of the adjusted series is multiplied as its value is. */
void
forecast_season_apply(const ForecastSeason *season, int h, double *mean, double *variance)
{
	for (int i = 0; i < h; i++)
	{
		double figure = forecast_season_at(season, i);

		if (season->form == FORECAST_SEASON_MULTIPLICATIVE)
		{
			mean[i] *= figure;
			variance[i] *= figure * figure;
		}
		else
			mean[i] += figure;
	}
}
