/*
 * rq.h
 *	  Order quantity units as soon as the inventory position (on hand + on order -
 *	  backordered) has come down to reorder_point, under continuous review.
 */
#ifndef TIDEHOLD_CORE_PLAN_RQ_H
#define TIDEHOLD_CORE_PLAN_RQ_H

#include "core/plan/demand.h"

typedef struct PlanRq
{
	double demand_rate;	  /* units a period, above 0 */
	double order_cost;	  /* of one order, above 0 */
	double holding_cost;  /* of one unit for one period, above 0 */
	double shortage_cost; /* above 0; per unit backordered and period, but see plan_rq_eil */
} PlanRq;

typedef struct PlanRqResult
{
	double reorder_point;
	double quantity;
	double cost; /* a period */
} PlanRqResult;

/*
 * Exact.  Of normal demand the cost is Hadley & Whitin (1963), 4-9, in the form of Zipkin
 * (1986), Management Science 32, 403, who shows it convex; of counts and samples the policy
 * is found by Federgruen & Zheng (1992), Operations Research 40, 808, both quantities whole.
 * lead_time is the demand of the lead time.
 */
PlanStatus plan_rq(const ForecastWork *work, const PlanRq *rq, const PlanDemand *lead_time,
				   PlanRqResult *result);
PlanStatus plan_rq_at(const PlanRq *rq, const PlanDemand *lead_time, double reorder_point,
					  double quantity, PlanRqResult *result);

/*
 * The expected-inventory-level approximation of Hadley & Whitin (1963), 4-2: shortage_cost is
 * per unit backordered, however long.  PLAN_NO_OPTIMUM where it is so low that waiting would
 * always be cheaper.
 */
PlanStatus plan_rq_eil(const PlanRq *rq, const PlanDemand *lead_time, PlanRqResult *result);

/*
 * The EOQ with a safety stock for the newsvendor's level shortage / (holding + shortage)
 * (Snyder & Shen 2019, Fundamentals of Supply Chain Theory, 2nd ed., 5.3); the cost is exact.
 */
PlanStatus plan_rq_eoq(const PlanRq *rq, const PlanDemand *lead_time, PlanRqResult *result);

#endif
