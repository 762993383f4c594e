/*
 * mstl.h
 *	  Decomposition with several seasonal periods: Bandara, Hyndman & Bergmeir (2021), MSTL: a
 *	  seasonal-trend decomposition algorithm for time series with multiple seasonal patterns.
 */
#ifndef TIDEHOLD_CORE_FORECAST_MSTL_H
#define TIDEHOLD_CORE_FORECAST_MSTL_H

#include "core/forecast/season.h"

/* Arrays of n; of periods that fit twice into the series, ascending. */
typedef struct ForecastDecomposition
{
	int count;
	int period[FORECAST_PERIODS_MAX];
	double *seasonal[FORECAST_PERIODS_MAX];
	double *trend;
	double *remainder; /* NaN where the value is missing */
} ForecastDecomposition;

typedef struct ForecastMstlOptions
{
	bool periodic; /* each season like the others, else they change */
	bool robust;   /* values far from the rest weigh less */
} ForecastMstlOptions;

/* FORECAST_TOO_SHORT without a known value. */
ForecastStatus forecast_mstl(const ForecastWork *work, const ForecastSeries *series,
							 const ForecastMstlOptions *options, ForecastDecomposition *parts);

/*
 * Strength of a season from 0 to 1: 1 - var(remainder) / var(season + remainder), not below 0
 * (Wang, Smith & Hyndman 2006, Data Mining and Knowledge Discovery 13, 335).
 */
double forecast_seasonal_strength(const ForecastDecomposition *parts, int n, int season);

typedef enum ForecastAdjust
{
	FORECAST_ADJUST_TESTED,	  /* the shortest period, if the test finds it, classically */
	FORECAST_ADJUST_MSTL,	  /* all periods, by logarithms where all values are above zero */
	FORECAST_ADJUST_PERIODIC, /* the same, each season like the others */
	FORECAST_ADJUST_NONE
} ForecastAdjust;

/* Values divided by 2^exponent and without their season. */
ForecastStatus forecast_adjust(const ForecastWork *work, const ForecastSeries *series,
							   ForecastAdjust adjust, int *exponent, ForecastSeason *season,
							   double *adjusted);

#endif
