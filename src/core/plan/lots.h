/*
 * lots.h
 *	  Lot sizes for demand that is known period by period.
 */
#ifndef TIDEHOLD_CORE_PLAN_LOTS_H
#define TIDEHOLD_CORE_PLAN_LOTS_H

#include "core/plan/plan.h"

/* Arrays of n; a pointer that is NULL stands for zeros. */
typedef struct PlanLots
{
	int n;						/* periods, 1 to PLAN_PERIODS_MAX */
	const int64_t *demand;		/* units, from 0 */
	const double *order_cost;	/* of an order in a period, from 0 */
	const double *holding_cost; /* of a unit kept over the end of a period, from 0 */
	const double *unit_cost;	/* of a unit ordered in a period, from 0 */
} PlanLots;

/*
 * The plan without shortage that costs least (Wagner & Whitin 1958, Management Science 5,
 * 89), exact to rounding of doubles, in O(n^2) at most.  order receives what is ordered at
 * the beginning of each period.
 */
PlanStatus plan_lots(const ForecastWork *work, const PlanLots *lots, int64_t *order,
					 double *cost);

/* What a plan costs; PLAN_BAD_ARGUMENT of one that leaves demand unserved. */
PlanStatus plan_lots_cost(const PlanLots *lots, const int64_t *order, double *cost);

#endif
