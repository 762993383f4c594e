/*
 * series.c
 *	  What every method asks of a series before it looks for a pattern in it.
 */
#include "core/forecast/series.h"

#include <math.h>

static bool
periods_valid(const ForecastSeries *series)
{
	if (series->period_count < 0 || series->period_count > FORECAST_PERIODS_MAX)
		return false;
	for (int i = 0; i < series->period_count; i++)
	{
		if (series->period[i] < 2 || series->period[i] > FORECAST_PERIOD_LIMIT)
			return false;
		if (i > 0 && series->period[i] <= series->period[i - 1])
			return false;
	}
	return true;
}

ForecastStatus
forecast_series_check(const ForecastSeries *series)
{
	if (series->n < 0 || (series->n > 0 && series->value == NULL) || !periods_valid(series))
		return FORECAST_BAD_ARGUMENT;
	for (int t = 0; t < series->n; t++)
	{
		if (isinf(series->value[t]))
			return FORECAST_BAD_ARGUMENT;
	}
	return FORECAST_OK;
}

int
forecast_series_known(const ForecastSeries *series)
{
	int known = 0;

	for (int t = 0; t < series->n; t++)
		known += !isnan(series->value[t]);
	return known;
}

void
forecast_series_range(const ForecastSeries *series, double *low, double *high)
{
	*low = INFINITY;
	*high = -INFINITY;
	for (int t = 0; t < series->n; t++)
	{
		*low = fmin(*low, series->value[t]);
		*high = fmax(*high, series->value[t]);
	}
}

double *
forecast_numbers(const ForecastWork *work, size_t count)
{
	if (count > SIZE_MAX / sizeof(double))
		return NULL;
	/* Of nothing one is asked for, so that NULL means one thing. */
	return work->allocate(work->context, (count > 0 ? count : 1) * sizeof(double));
}

bool
forecast_is_interrupted(const ForecastWork *work)
{
	return work->interrupted != NULL && work->interrupted(work->context);
}

ForecastStatus
forecast_series_scaled(const ForecastWork *work, const ForecastSeries *series,
					   double **scaled, int *exponent)
{
	double largest = 0;

	*scaled = forecast_numbers(work, (size_t) series->n);
	if (*scaled == NULL)
		return FORECAST_NO_MEMORY;
	for (int t = 0; t < series->n; t++)
		largest = fmax(largest, fabs(series->value[t]));
	*exponent = 0;
	if (largest > 0)
		frexp(largest, exponent);
	for (int t = 0; t < series->n; t++)
		(*scaled)[t] = ldexp(series->value[t], -*exponent);
	return FORECAST_OK;
}

/* Index of the first value from start on that is known, n where there is none. */
static int
next_known(const double *value, int n, int start)
{
	while (start < n && isnan(value[start]))
		start++;
	return start;
}

void
forecast_interpolate(const double *value, int n, double *filled)
{
	int before = -1;

	for (int t = 0; t < n; t++)
	{
		int after = next_known(value, n, t);
		double low = before < 0 ? (after < n ? value[after] : 0) : value[before];
		double high = after < n ? value[after] : low;
		double step = 1.0 / (after - before);

		/* One run of missing values a turn; each half is scaled, so no difference overflows. */
		for (; t < after; t++)
			filled[t] = low * ((after - t) * step) + high * ((t - before) * step);
		if (after < n)
			filled[after] = value[after];
		before = after;
	}
}

ForecastStatus
forecast_finish(int h, const double *mean, double *variance)
{
	for (int i = 0; i < h; i++)
	{
		if (!isfinite(mean[i]))
			return FORECAST_NOT_FITTED;
		if (!isfinite(variance[i]))
			variance[i] = NAN;
	}
	return FORECAST_OK;
}

ForecastStatus
forecast_finish_scaled(int h, int exponent, double *mean, double *variance)
{
	for (int i = 0; i < h; i++)
	{
		mean[i] = ldexp(mean[i], exponent);
		variance[i] = ldexp(variance[i], 2 * exponent);
	}
	return forecast_finish(h, mean, variance);
}
