/*
 * forecast_method_test.c
 *	  Every method by one way, against the direct call of each.
 */
#define _POSIX_C_SOURCE 200809L

#include "core/forecast/method.h"

#include <math.h>
#include <string.h>

#include "forecast_unit.h"

#define STEPS 8

/* ---- at the limits ---- */

static ForecastMethod limit_method;

static bool
stands_the_limits(const ForecastSeries *series)
{
	ForecastOptions options;
	ForecastModel model;
	double residuals[40], mean[STEPS], variance[STEPS], quantile[2 * STEPS];
	const double level[] = { 0.05, 0.95 };
	ForecastStatus status;

	forecast_options_default(limit_method, &options);
	options.horizon = STEPS;
	options.intervals = (ForecastIntervals) (series->n % 3);
	options.climatology.period = 12;
	status = forecast_fit(&unit_work, series, &options, &model, residuals);
	if (status != FORECAST_OK)
		return status == FORECAST_TOO_SHORT && model.known == 0;
	for (int i = 0; i < 3; i++)
	{
		status = forecast_predict(&unit_work, &model, STEPS, mean, variance);
		if (status != FORECAST_OK || !sound(status, STEPS, mean, variance))
			return false;
		status = forecast_quantiles(&unit_work, &model, STEPS, mean, variance, level, 2, quantile);
		for (int k = 0; k < STEPS && status == FORECAST_OK; k++)
		{
			if (!isnan(variance[k]) && !(quantile[k] <= quantile[STEPS + k]))
				return false;
		}
		if (status != FORECAST_OK)
			return false;
		forecast_update(&model, i == 1 ? NAN : 3);
	}
	return true;
}

static void
limits(void)
{
	for (int i = 0; i < FORECAST_METHODS; i++)
	{
		limit_method = (ForecastMethod) i;
		at_the_limits(stands_the_limits);
	}
}

int
main(void)
{
	const UnitGroup groups[] = {
		{ "every method stands every series", limits },
	};

	return UNIT_RUN(groups);
}
