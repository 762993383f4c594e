/*
 * plan.c
 *	  Whole quantities, and what a status of forecasting means here.
 */
#include "core/plan/plan.h"

#include <math.h>

/* Of a quantity that computing has put just above a whole number. */
#define ROUNDING_ERROR 1e-9

bool
plan_is_amount(double value)
{
	return isfinite(value) && value >= 0;
}

PlanStatus
plan_ceil(double value, int64_t *whole)
{
	double nearest = round(value);

	if (isnan(value))
		return PLAN_BAD_ARGUMENT;
	if (!(fabs(value) <= (double) PLAN_WHOLE_MAX))
		return PLAN_OVERFLOW;
	if (fabs(value - nearest) <= ROUNDING_ERROR * fabs(nearest))
		*whole = (int64_t) nearest;
	else
		*whole = (int64_t) ceil(value);
	return PLAN_OK;
}

int
plan_compare_numbers(const void *a, const void *b)
{
	double left = *(const double *) a;
	double right = *(const double *) b;

	return (left > right) - (left < right);
}

PlanStatus
plan_of_forecast(ForecastStatus status)
{
	switch (status)
	{
		case FORECAST_OK:
			return PLAN_OK;
		case FORECAST_TOO_SHORT:
			return PLAN_NO_DEMAND;
		case FORECAST_NOT_FITTED:
		case FORECAST_EXPLODED:
			return PLAN_OVERFLOW;
		case FORECAST_INTERRUPTED:
			return PLAN_INTERRUPTED;
		case FORECAST_NO_MEMORY:
			return PLAN_NO_MEMORY;
		case FORECAST_NOT_POSITIVE:
		case FORECAST_BAD_ARGUMENT:
		case FORECAST_NEGATIVE:
		case FORECAST_NO_SEASON:
			break;
	}
	return PLAN_BAD_ARGUMENT;
}
