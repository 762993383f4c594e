/*
 * series.h
 *	  What every method asks of a series before it looks for a pattern in it.
 */
#ifndef TIDEHOLD_CORE_FORECAST_SERIES_H
#define TIDEHOLD_CORE_FORECAST_SERIES_H

#include "core/forecast/forecast.h"

/* FORECAST_BAD_ARGUMENT where the series breaks its contract: n, infinite values, periods. */
ForecastStatus forecast_series_check(const ForecastSeries *series);

int forecast_series_known(const ForecastSeries *series);

/* Least and greatest known value: infinity and -infinity of none. */
void forecast_series_range(const ForecastSeries *series, double *low, double *high);

/* count doubles of zero, or NULL. */
double *forecast_numbers(const ForecastWork *work, size_t count);

bool forecast_is_interrupted(const ForecastWork *work);

/*
 * The values divided by the power of two that brings the largest below 1: exact, and no
 * square overflows after it.  ldexp(x, *exponent) leads back.
 */
ForecastStatus forecast_series_scaled(const ForecastWork *work, const ForecastSeries *series,
									  double **scaled, int *exponent);

/* Missing values on the straight line between their neighbours, at the ends the nearest. */
void forecast_interpolate(const double *value, int n, double *filled);

/*
 * The last word of every prediction: a mean that is not finite is FORECAST_NOT_FITTED, and
 * a variance that does not fit a double is NaN.
 */
ForecastStatus forecast_finish(int h, const double *mean, double *variance);

/* The same of a model that works on values divided by 2^exponent. */
ForecastStatus forecast_finish_scaled(int h, int exponent, double *mean, double *variance);

#endif
