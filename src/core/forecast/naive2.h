/*
 * naive2.h
 *	  The benchmark of the M competitions: the naive method on seasonally adjusted values.
 */
#ifndef TIDEHOLD_CORE_FORECAST_NAIVE2_H
#define TIDEHOLD_CORE_FORECAST_NAIVE2_H

#include "core/forecast/naive.h"
#include "core/forecast/season.h"

typedef struct ForecastNaive2
{
	int exponent; /* inside, values are divided by 2^exponent */
	ForecastSeason season;
	ForecastNaive naive;
} ForecastNaive2;

/* Of several periods the shortest counts, as the benchmark knows one. */
ForecastStatus forecast_naive2_fit(const ForecastWork *work, const ForecastSeries *series,
								   ForecastNaive2 *model, double *residuals);
double forecast_naive2_update(ForecastNaive2 *model, double value);
ForecastStatus forecast_naive2_predict(const ForecastNaive2 *model, int h, double *mean,
									   double *variance);

#endif
