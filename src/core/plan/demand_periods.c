/*
 * demand_periods.c
 *	  The demand of several periods together.
 */
#include <string.h>

#include "core/forecast/series.h"
#include "core/plan/demand.h"

/* Probabilities of 0 to count - 1. */
typedef struct Table
{
	double *value;
	int count;
} Table;

/* Products of one convolution: some seconds of work. */
#define PRODUCTS_MAX 4e9

static PlanStatus
convolve(const ForecastWork *work, const Table *a, const Table *b, Table *sum)
{
	Table found = { .count = a->count + b->count - 1 };

	if (found.count > PLAN_COUNTS_MAX || (double) a->count * b->count > PRODUCTS_MAX)
		return PLAN_TOO_LARGE;
	found.value = forecast_numbers(work, (size_t) found.count);
	if (found.value == NULL)
		return PLAN_NO_MEMORY;
	for (int i = 0; i < a->count; i++)
	{
		if (forecast_is_interrupted(work))
			return PLAN_INTERRUPTED;
		for (int j = 0; j < b->count && a->value[i] > 0; j++)
			found.value[i + j] += a->value[i] * b->value[j];
	}
	*sum = found;
	return PLAN_OK;
}

static PlanStatus
table_of(const ForecastWork *work, const PlanDemand *period, Table *table)
{
	if (period->shape != PLAN_COUNTS)
		return PLAN_BAD_ARGUMENT;
	if (period->first + period->count > PLAN_COUNTS_MAX)
		return PLAN_TOO_LARGE;
	table->count = (int) period->first + period->count;
	table->value = forecast_numbers(work, (size_t) table->count);
	if (table->value == NULL)
		return PLAN_NO_MEMORY;
	memcpy(table->value + period->first, period->value, (size_t) period->count * sizeof(double));
	return PLAN_OK;
}

/* power is the demand of 1, 2, 4 ... periods; those of which periods consists are summed. */
PlanStatus
plan_demand_periods(const ForecastWork *work, const PlanDemand *period, int periods,
					PlanDemand *demand)
{
	double nothing[] = { 1 };
	Table sum = { nothing, 1 };
	Table power;
	PlanStatus status = periods < 1 ? PLAN_BAD_ARGUMENT : table_of(work, period, &power);

	for (int left = periods; left > 0 && status == PLAN_OK; left /= 2)
	{
		if (left % 2 == 1)
			status = convolve(work, &sum, &power, &sum);
		if (left > 1 && status == PLAN_OK)
			status = convolve(work, &power, &power, &power);
	}
	return status == PLAN_OK ? plan_demand_table(work, sum.value, sum.count, demand) : status;
}
