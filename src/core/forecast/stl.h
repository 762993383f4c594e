/*
 * stl.h
 *	  Seasonal-trend decomposition by loess: Cleveland, Cleveland, McRae & Terpenning (1990),
 *	  Journal of Official Statistics 6, 3-73.
 */
#ifndef TIDEHOLD_CORE_FORECAST_STL_H
#define TIDEHOLD_CORE_FORECAST_STL_H

#include "core/forecast/forecast.h"

typedef struct ForecastStlOptions
{
	int seasonal_window; /* odd, at least 3; 0 is periodic: each season like the others */
	int trend_window;	 /* odd; 0 is what the paper recommends */
	bool robust;		 /* values far from the rest weigh less */
} ForecastStlOptions;

/*
 * value = seasonal + trend + what remains; both are known where value is missing.
 * FORECAST_TOO_SHORT below two periods or without a known value.
 */
ForecastStatus forecast_stl(const ForecastWork *work, const double *value, int n, int period,
							const ForecastStlOptions *options, double *seasonal,
							double *trend);

/*
 * Loess of the given window and degree 1 through the values, missing ones left out
 * (Cleveland 1979, Journal of the American Statistical Association 74, 829).  weight may be
 * NULL.
 */
ForecastStatus forecast_loess(const ForecastWork *work, const double *value,
							  const double *weight, int n, int window, double *smooth);

#endif
