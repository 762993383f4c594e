/*
 * climatology.h
 *	  What a day of the year is like, and how today's departure from it fades: for daily
 *	  series such as the temperature of the sea.
 *
 * The climatology is a sum of harmonics of the year (Epstein 1991, Journal of Climate 4,
 * 365-368), on a straight line if wanted; the anomaly is an autoregression of order 1, whose
 * forecast is damped persistence (Lorenz 1973, Journal of Applied Meteorology 12, 543-546).
 */
#ifndef TIDEHOLD_CORE_FORECAST_CLIMATOLOGY_H
#define TIDEHOLD_CORE_FORECAST_CLIMATOLOGY_H

#include "core/forecast/forecast.h"

#define FORECAST_YEAR_DAYS 365.2425
#define FORECAST_HARMONICS_MAX 10

typedef struct ForecastClimatologyOptions
{
	double period; /* steps, 2 or more and need not be whole; FORECAST_YEAR_DAYS of days */
	int harmonics; /* 0 to FORECAST_HARMONICS_MAX */
	bool trend;
} ForecastClimatologyOptions;

/* Level, trend, harmonics, anomaly and sigma2 are in units of 2^exponent. */
typedef struct ForecastClimatology
{
	double period;
	int harmonics;
	int exponent;
	double level;  /* at the middle of the series it was fitted to, */
	double middle; /* which lies so many steps after its first value */
	double trend;  /* a step */
	double cosine[FORECAST_HARMONICS_MAX];
	double sine[FORECAST_HARMONICS_MAX];
	double steps;	/* values since the first, missing ones included */
	double anomaly; /* of the last known value */
	int gap;		/* values missing since */
	double phi;
	double sigma2; /* of an anomaly, given the one before */
	int errors;	   /* that sigma2 is the mean of */
} ForecastClimatology;

/*
 * FORECAST_TOO_SHORT of less than one period, or of fewer known values than twice the
 * coefficients.  The periods of the series do not count.
 */
ForecastStatus forecast_climatology_fit(const ForecastWork *work, const ForecastSeries *series,
										const ForecastClimatologyOptions *options,
										ForecastClimatology *model, double *residuals);

/* Gives the error one step ahead, NaN of a missing value. */
double forecast_climatology_update(ForecastClimatology *model, double value);

ForecastStatus forecast_climatology_predict(const ForecastWork *work,
											const ForecastClimatology *model, int h,
											double *mean, double *variance);

/* What is usual i steps ahead, 0 being the next one. */
double forecast_climatology_at(const ForecastClimatology *model, int i);

#endif
