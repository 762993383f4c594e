/*
 * origin.h
 *	  Rolling origins at the end of a series, from which its own values are forecast: L. J.
 *	  Tashman (2000), International Journal of Forecasting 16, 437.
 */
#ifndef TIDEHOLD_CORE_FORECAST_ORIGIN_H
#define TIDEHOLD_CORE_FORECAST_ORIGIN_H

#define FORECAST_ORIGINS_MAX 8

typedef struct ForecastOrigin
{
	int length; /* of the series before it */
	int steps;	/* to forecast, all of them within the series */
} ForecastOrigin;

/*
 * Origins, the latest first, evenly over the last two horizons of n values, or over half of
 * them where that is less; how many they are.
 */
int forecast_origins(int n, int horizon, ForecastOrigin origin[FORECAST_ORIGINS_MAX]);

#endif
