/*
 * intermittent.c
 *	  A sample of lead-time demand from a history of counts that are often zero.
 *
 * The lead time is stratified: each of a few equally likely lead times has its share of the
 * sample, filled with evenly spaced quantiles of the demand of that many periods.
 */
#include "core/plan/safety.h"

#include <math.h>

#include "core/forecast/conformal.h"
#include "core/forecast/demand.h"
#include "core/forecast/series.h"

/* A power of two, for the sake of reversed(). */
#define STRATA_BITS 5
#define STRATA (1 << STRATA_BITS)
#define OF_STRATUM 128

/* The bits of i in reverse: evenly spread, and in no order with i. */
static int
reversed(int i)
{
	int result = 0;

	for (int bit = 0; bit < STRATA_BITS; bit++)
		result |= (i >> bit & 1) << (STRATA_BITS - 1 - bit);
	return result;
}

/* Whole periods of the i-th stratum, rounded up as often as the fraction says. */
static int
periods_of(double periods, double periods_variance, int i)
{
	double deviate = forecast_normal_quantile((i + 0.5) / STRATA);
	double time = periods + sqrt(periods_variance) * deviate;

	time = fmin(fmax(time, 0), fmin(2 * periods, FORECAST_LEAD_TIME_MAX));
	return (int) fmin(floor(time + (reversed(i) + 0.5) / STRATA), FORECAST_LEAD_TIME_MAX);
}

/* Strata of like length follow each other: they share one simulation. */
static PlanStatus
fill_sample(const ForecastWork *work, const ForecastDemand *model, const int *count, int most,
			double *sample)
{
	double level[OF_STRATUM * STRATA];
	int filled = 0;

	for (int periods = 1; periods <= most; periods++)
	{
		int share = count[periods] * OF_STRATUM;
		ForecastStatus status;

		if (share == 0)
			continue;
		for (int i = 0; i < share; i++)
			level[i] = (i + 0.5) / share;
		status = forecast_demand_lead_time(work, model, periods, level, share, sample + filled);
		if (status != FORECAST_OK)
			return plan_of_forecast(status);
		filled += share;
	}
	/* What is left are lead times of no period, of which the demand is 0. */
	for (; filled < OF_STRATUM * STRATA; filled++)
		sample[filled] = 0;
	return PLAN_OK;
}

PlanStatus
plan_demand_intermittent(const ForecastWork *work, const double *history, int n, double periods,
						 double periods_variance, PlanDemand *demand)
{
	ForecastSeries series = { .value = history, .n = n };
	ForecastDemandOptions options = { .may_end = false };
	int count[FORECAST_LEAD_TIME_MAX + 1] = { 0 };
	double sample[OF_STRATUM * STRATA];
	ForecastDemand model;
	PlanStatus status;

	if (!(periods > 0) || !plan_is_amount(periods_variance) || n < 0)
		return PLAN_BAD_ARGUMENT;
	if (periods > FORECAST_LEAD_TIME_MAX)
		return PLAN_TOO_LARGE;
	if (n == 0)
		return PLAN_NO_DEMAND;
	status = plan_of_forecast(forecast_demand_fit(work, &series, &options, &model));
	if (status != PLAN_OK)
		return status;
	for (int i = 0; i < STRATA; i++)
		count[periods_of(periods, periods_variance, i)]++;
	status = fill_sample(work, &model, count, FORECAST_LEAD_TIME_MAX, sample);
	if (status != PLAN_OK)
		return status;
	return plan_demand_sample(work, sample, OF_STRATUM * STRATA, demand);
}
