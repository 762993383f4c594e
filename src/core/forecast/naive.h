/*
 * naive.h
 *	  Methods that repeat what was: the last value, the last season, the line through the
 *	  ends, the mean of a window.  Hyndman & Athanasopoulos, Forecasting: principles and
 *	  practice, 3rd edition (2021), sections 5.2 and 5.5.
 */
#ifndef TIDEHOLD_CORE_FORECAST_NAIVE_H
#define TIDEHOLD_CORE_FORECAST_NAIVE_H

#include "core/forecast/forecast.h"

typedef enum ForecastNaiveKind
{
	FORECAST_NAIVE,
	FORECAST_SEASONAL_NAIVE, /* by the largest period of the series */
	FORECAST_DRIFT,
	FORECAST_WINDOW_MEAN
} ForecastNaiveKind;

typedef struct ForecastNaiveOptions
{
	ForecastNaiveKind kind;
	int window; /* values in the window of FORECAST_WINDOW_MEAN, above 0 */
} ForecastNaiveOptions;

/* A mean of squares, or of slopes with their spread, that grows by one term at a time. */
typedef struct ForecastSpread
{
	int count;
	double weight;
	double mean;
	double squares; /* weighted, around the mean */
} ForecastSpread;

typedef struct ForecastNaive
{
	ForecastNaiveKind kind;
	int size;	  /* values held: the period, the window or 1 */
	int position; /* where the next value goes */
	double *held; /* NaN is unknown */
	double *age;  /* steps of size since the held value, for the variance */
	double last;  /* the newest known value, NaN before any */
	ForecastSpread spread;
} ForecastNaive;

ForecastStatus forecast_naive_fit(const ForecastWork *work, const ForecastSeries *series,
								  const ForecastNaiveOptions *options, ForecastNaive *model,
								  double *residuals);

/* Gives the error one step ahead, NaN where there is none. */
double forecast_naive_update(ForecastNaive *model, double value);

ForecastStatus forecast_naive_predict(const ForecastNaive *model, int h, double *mean,
									  double *variance);

#endif
