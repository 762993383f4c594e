/*
 * ss.h
 *	  Order up to S at a review that finds the inventory position at s or below.
 */
#ifndef TIDEHOLD_CORE_PLAN_SS_H
#define TIDEHOLD_CORE_PLAN_SS_H

#include "core/plan/demand.h"

typedef struct PlanSs
{
	double order_cost;	  /* of one order, from 0 */
	double holding_cost;  /* of one unit left at the end of a period, above 0 */
	double shortage_cost; /* of one unit backordered at the end of a period, above 0 */
} PlanSs;

typedef struct PlanSsResult
{
	int64_t reorder_point; /* s; below 0 where waiting for a few orders is cheaper */
	int64_t order_up_to;   /* S */
	double cost;		   /* expected, of a period */
} PlanSsResult;

/*
 * Exact: Zheng & Federgruen (1991), Operations Research 39, 654 (and 40, 192).  Both demands
 * are PLAN_COUNTS: of one period, and of the lead time and one period together, which is the
 * same one where orders arrive at once.
 */
PlanStatus plan_ss(const ForecastWork *work, const PlanSs *ss, const PlanDemand *period,
				   const PlanDemand *lead_time, PlanSsResult *result);

/* Expected cost of a period under any s < S. */
PlanStatus plan_ss_at(const ForecastWork *work, const PlanSs *ss, const PlanDemand *period,
					  const PlanDemand *lead_time, int64_t reorder_point, int64_t order_up_to,
					  double *cost);

#endif
