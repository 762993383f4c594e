/*
 * origin.c
 *	  Rolling origins at the end of a series.
 */
#include "core/forecast/origin.h"

#include <stdint.h>

#define SPAN_HORIZONS 2

int
forecast_origins(int n, int horizon, ForecastOrigin origin[FORECAST_ORIGINS_MAX])
{
	int span = horizon > n / 2 / SPAN_HORIZONS ? n / 2 : SPAN_HORIZONS * horizon;
	int before = 0;
	int count = 0;

	for (int i = 1; i <= FORECAST_ORIGINS_MAX; i++)
	{
		int back =
			(int) (((int64_t) span * i + FORECAST_ORIGINS_MAX - 1) / FORECAST_ORIGINS_MAX);

		if (back == before)
			continue;
		origin[count].length = n - back;
		origin[count++].steps = back < horizon ? back : horizon;
		before = back;
	}
	return count;
}
