/*
 * auto_intermittent.c
 *	  Whether zeros make the demand of a series intermittent.
 */
#include <math.h>

#include "core/forecast/auto.h"
#include "core/forecast/intermittent.h"

/* Zeros of which a season explains this share of the variance come by the calendar. */
#define REGULAR_SHARE 0.5

/* Sum of squares of demand or not, 1 or 0, around its mean over values start, start + step... */
static double
occurrence_squares(const ForecastSeries *series, int start, int step, int *known)
{
	int demands = 0;
	int count = 0;

	for (int t = start; t < series->n; t += step)
	{
		count += !isnan(series->value[t]);
		demands += series->value[t] > 0;
	}
	*known += count;
	return count > 0 ? demands - (double) demands * demands / count : 0;
}

/* Adjusted coefficient of determination (Theil 1961, Economic Forecasts and Policy, 213). */
static bool
zeros_regular(const ForecastSeries *series, int period)
{
	int known = 0;
	int of_places = 0;
	double squares = occurrence_squares(series, 0, 1, &known);
	double within = 0;

	if (known <= period || !(squares > 0))
		return false;
	for (int place = 0; place < period; place++)
		within += occurrence_squares(series, place, period, &of_places);
	return within / (known - period) < (1 - REGULAR_SHARE) * squares / (known - 1);
}

/* What comes before the first demand is an item that is not sold yet. */
static ForecastSeries
from_first_demand(const ForecastSeries *series)
{
	ForecastSeries rest = *series;

	while (rest.n > 0 && !(*rest.value > 0))
	{
		rest.value++;
		rest.n--;
	}
	return rest;
}

bool
forecast_auto_intermittent(const ForecastSeries *series)
{
	ForecastSeries rest = from_first_demand(series);
	ForecastDemandPattern pattern;

	for (int t = 0; t < series->n; t++)
	{
		if (series->value[t] < 0)
			return false;
	}
	if (rest.n == 0)
		return forecast_demand_pattern(series, &pattern) == FORECAST_OK && pattern.periods > 0;
	if (forecast_demand_pattern(&rest, &pattern) != FORECAST_OK)
		return false;
	if (pattern.class != FORECAST_DEMAND_INTERMITTENT && pattern.class != FORECAST_DEMAND_LUMPY)
		return false;
	for (int i = 0; i < rest.period_count; i++)
	{
		if (zeros_regular(&rest, rest.period[i]))
			return false;
	}
	return true;
}
