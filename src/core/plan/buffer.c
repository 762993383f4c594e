/*
 * buffer.c
 *	  Demand-driven buffers: zones of stock, and the order that fills them.
 */
#include "core/plan/buffer.h"

#include <math.h>
#include <stdlib.h>

static PlanStatus
check(const PlanBuffer *buffer)
{
	if (!plan_is_amount(buffer->usage) || !plan_is_amount(buffer->lead_days) ||
		!plan_is_amount(buffer->lead_factor) || buffer->lead_factor > 1 ||
		!plan_is_amount(buffer->variability_factor) || !plan_is_amount(buffer->order_cycle) ||
		buffer->minimum < 0)
		return PLAN_BAD_ARGUMENT;
	return PLAN_OK;
}

PlanStatus
plan_zones(const PlanBuffer *buffer, PlanZones *zones)
{
	double lead_usage = buffer->usage * buffer->lead_days;
	double red_base = lead_usage * buffer->lead_factor;
	PlanStatus status = check(buffer);
	PlanZones found = { 0 };

	if (status == PLAN_OK)
		status = plan_ceil(red_base, &found.red_base);
	if (status == PLAN_OK)
		status = plan_ceil(red_base * buffer->variability_factor, &found.red_safety);
	if (status == PLAN_OK)
		status = plan_ceil(lead_usage, &found.yellow);
	if (status == PLAN_OK)
		status = plan_ceil(fmax(red_base, buffer->usage * buffer->order_cycle), &found.green);
	if (status != PLAN_OK)
		return status;
	if (found.green < buffer->minimum)
		found.green = buffer->minimum;
	/* Each but the minimum is below 2^53 by now. */
	found.red = found.red_base + found.red_safety;
	found.top_of_yellow = found.red + found.yellow;
	if (__builtin_add_overflow(found.top_of_yellow, found.green, &found.top_of_green))
		return PLAN_OVERFLOW;
	*zones = found;
	return PLAN_OK;
}

PlanStatus
plan_zones_order(const PlanZones *zones, int64_t net_flow, int64_t *need)
{
	if (net_flow > zones->top_of_yellow)
	{
		*need = 0;
		return PLAN_OK;
	}
	if (__builtin_sub_overflow(zones->top_of_green, net_flow, need))
		return PLAN_OVERFLOW;
	return PLAN_OK;
}

/* The largest is a spike while it is above the factor times the mean of all below it. */
PlanStatus
plan_usage(const double *daily, int n, double spike_factor, double *scratch, double *usage,
		   int *spikes)
{
	int known = 0;
	int kept;
	double sum = 0;

	if (n < 1 || !(spike_factor > 0))
		return PLAN_BAD_ARGUMENT;
	for (int i = 0; i < n; i++)
	{
		if (isnan(daily[i]))
			continue;
		if (!plan_is_amount(daily[i]))
			return PLAN_BAD_ARGUMENT;
		scratch[known++] = daily[i];
	}
	if (known == 0)
		return PLAN_NO_DEMAND;
	qsort(scratch, (size_t) known, sizeof(double), plan_compare_numbers);
	for (int i = 0; i < known; i++)
		sum += scratch[i];
	if (!isfinite(sum))
		return PLAN_OVERFLOW;
	for (kept = known; kept > 1 && isfinite(spike_factor); kept--)
	{
		double rest = sum - scratch[kept - 1];

		if (!(rest > 0) || !(scratch[kept - 1] > spike_factor * (rest / (kept - 1))))
			break;
		sum = rest;
	}
	*usage = sum / kept;
	*spikes = known - kept;
	return PLAN_OK;
}

PlanStatus
plan_usage_blend(double past, double forward, double share, double *usage)
{
	if (!plan_is_amount(past) || !plan_is_amount(forward) || !(share >= 0 && share <= 1))
		return PLAN_BAD_ARGUMENT;
	*usage = share * forward + (1 - share) * past;
	return PLAN_OK;
}
