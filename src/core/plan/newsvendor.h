/*
 * newsvendor.h
 *	  The stock to have for a stretch of time of which the demand is uncertain.
 */
#ifndef TIDEHOLD_CORE_PLAN_NEWSVENDOR_H
#define TIDEHOLD_CORE_PLAN_NEWSVENDOR_H

#include "core/plan/demand.h"

typedef struct PlanNewsvendor
{
	double quantity; /* whole where demand is */
	double level;	 /* probability that it is enough */
	double cost;	 /* expected, of the stretch */
} PlanNewsvendor;

/*
 * overage_cost is of a unit that is left, shortage_cost of one that is missing; both above 0.
 * The quantity is the quantile of demand at shortage / (overage + shortage) (Arrow, Harris &
 * Marschak 1951, Econometrica 19, 250; Porteus 2002, Foundations of Stochastic Inventory
 * Theory, 1).
 *
 * As a base stock level that is restored every period (Zipkin 2000, 9.4.5): demand is then
 * that of the lead time and the period of review together, overage_cost the holding cost of
 * a period and shortage_cost the cost of a unit backordered for one; cost is of a period.
 */
PlanStatus plan_newsvendor(const PlanDemand *demand, double overage_cost, double shortage_cost,
						   PlanNewsvendor *result);

/* Expected cost of having quantity; level is what that reaches. */
PlanStatus plan_newsvendor_at(const PlanDemand *demand, double overage_cost,
							  double shortage_cost, double quantity, PlanNewsvendor *result);

#endif
