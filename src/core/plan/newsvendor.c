/*
 * newsvendor.c
 *	  The stock to have for a stretch of time of which the demand is uncertain.
 */
#include "core/plan/newsvendor.h"

#include <math.h>

static PlanStatus
check(double overage_cost, double shortage_cost)
{
	if (!plan_is_amount(overage_cost) || !plan_is_amount(shortage_cost))
		return PLAN_BAD_ARGUMENT;
	if (overage_cost <= 0 || shortage_cost <= 0)
		return PLAN_NO_OPTIMUM;
	return PLAN_OK;
}

PlanStatus
plan_newsvendor_at(const PlanDemand *demand, double overage_cost, double shortage_cost,
				   double quantity, PlanNewsvendor *result)
{
	PlanStatus status = check(overage_cost, shortage_cost);
	double missing = plan_demand_loss(demand, quantity);
	double left = missing + quantity - demand->mean;
	PlanNewsvendor at = { .quantity = quantity };

	if (status != PLAN_OK)
		return status;
	if (!isfinite(quantity))
		return PLAN_BAD_ARGUMENT;
	at.level = plan_demand_reach(demand, quantity);
	at.cost = overage_cost * fmax(left, 0) + shortage_cost * missing;
	if (!isfinite(at.cost))
		return PLAN_OVERFLOW;
	*result = at;
	return PLAN_OK;
}

PlanStatus
plan_newsvendor(const PlanDemand *demand, double overage_cost, double shortage_cost,
				PlanNewsvendor *result)
{
	PlanStatus status = check(overage_cost, shortage_cost);
	double level = 1 / (1 + overage_cost / shortage_cost);

	if (status != PLAN_OK)
		return status;
	if (!(level > 0 && level < 1))
		return PLAN_NO_OPTIMUM;
	return plan_newsvendor_at(demand, overage_cost, shortage_cost,
							  plan_demand_quantile(demand, level), result);
}
