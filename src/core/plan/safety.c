/*
 * safety.c
 *	  Safety stock and reorder point for a service level.
 */
#include "core/plan/safety.h"

#include <math.h>

/* Halvings until two doubles are neighbours, from any distance that we meet. */
#define HALVINGS 200

PlanStatus
plan_lead_time_moments(const PlanLeadTime *lead_time, double *mean, double *variance)
{
	double demand = lead_time->demand;
	double m = lead_time->periods * demand;
	double v = lead_time->periods * lead_time->demand_variance +
			   demand * demand * lead_time->periods_variance;

	if (!plan_is_amount(demand) || !plan_is_amount(lead_time->demand_variance) ||
		!plan_is_amount(lead_time->periods) || !plan_is_amount(lead_time->periods_variance))
		return PLAN_BAD_ARGUMENT;
	if (!isfinite(m) || !isfinite(v))
		return PLAN_OVERFLOW;
	*mean = m;
	*variance = v;
	return PLAN_OK;
}

double
plan_fill_rate(const PlanDemand *demand, double reorder_point, double order_quantity)
{
	double missing = plan_demand_loss(demand, reorder_point) -
					 plan_demand_loss(demand, reorder_point + order_quantity);

	return fmin(fmax(1 - missing / order_quantity, 0), 1);
}

/* True where the fill rate does not lack more than rounding. */
static bool
fills(const PlanDemand *demand, const PlanTarget *target, double reorder_point)
{
	return plan_fill_rate(demand, reorder_point, target->order_quantity) >=
		   target->level - 1e-12;
}

/*
 * The fill rate grows with the reorder point: 0 at -order_quantity and 1 where no demand is
 * larger.  Whole demand is met by whole reorder points.
 */
static PlanStatus
reorder_point_filling(const PlanDemand *demand, const PlanTarget *target, double *reorder_point)
{
	bool whole = demand->shape == PLAN_COUNTS;
	double low = -ceil(target->order_quantity) - 1;
	double high = ceil(demand->mean + demand->deviation) + 1;

	while (!fills(demand, target, high))
	{
		high *= 2;
		if (!isfinite(high))
			return PLAN_OVERFLOW;
	}
	for (int i = 0; i < HALVINGS; i++)
	{
		double middle = low + (high - low) / 2;

		if (whole)
			middle = floor(middle);
		if (middle <= low || middle >= high)
			break;
		if (fills(demand, target, middle))
			high = middle;
		else
			low = middle;
	}
	*reorder_point = high;
	return PLAN_OK;
}

static PlanStatus
check(const PlanTarget *target)
{
	if (!(target->level > 0 && target->level < 1))
		return PLAN_BAD_ARGUMENT;
	if (target->service == PLAN_FILL_RATE &&
		!(target->order_quantity > 0 && isfinite(target->order_quantity)))
		return PLAN_BAD_ARGUMENT;
	return PLAN_OK;
}

PlanStatus
plan_safety(const PlanDemand *demand, const PlanTarget *target, PlanSafety *safety)
{
	PlanStatus status = check(target);
	PlanSafety found = { .mean = demand->mean, .deviation = demand->deviation, .fill_rate = NAN };

	if (status != PLAN_OK)
		return status;
	if (target->service == PLAN_CYCLE_SERVICE)
		found.reorder_point = plan_demand_quantile(demand, target->level);
	else
		status = reorder_point_filling(demand, target, &found.reorder_point);
	if (status != PLAN_OK)
		return status;

	/* Large orders reach a fill rate with less than the mean; it is not planned on. */
	if (demand->shape == PLAN_NORMAL)
		found.reorder_point = fmax(found.reorder_point, demand->mean);
	found.reorder_point = fmax(found.reorder_point, 0);
	found.safety_stock = found.reorder_point - demand->mean;
	if (!isfinite(found.reorder_point))
		return PLAN_OVERFLOW;
	found.cycle_service = plan_demand_reach(demand, found.reorder_point);
	if (target->order_quantity > 0)
		found.fill_rate = plan_fill_rate(demand, found.reorder_point, target->order_quantity);
	*safety = found;
	return PLAN_OK;
}
