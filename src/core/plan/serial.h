/*
 * serial.h
 *	  How much stock a chain of places should hold, each filled up from the one before it.
 */
#ifndef TIDEHOLD_CORE_PLAN_SERIAL_H
#define TIDEHOLD_CORE_PLAN_SERIAL_H

#include "core/plan/demand.h"

/* Places of one chain. */
#define PLAN_STAGES_MAX 32

/*
 * A stage is a place with its way from the one before it.  Its echelon is the place and all
 * that lies between it and the customer, what is on the way included.
 */
typedef struct PlanStage
{
	double holding_cost; /* of a unit in the echelon for a period: what the place adds, above 0 */
	PlanDemand demand;	 /* of the customers during the lead time to the place: normal or counts */

	double level; /* result: echelon base stock, whole where demand is */
	double cost;  /* result: of a period, of the echelon where the place before never runs out */
} PlanStage;

/*
 * Base stock levels of least cost per period: each place orders what brings the inventory
 * position of its echelon back to its level.  stage[0] serves the customers and waits for
 * stage[1], and so on; the last one is served at once.  What customers wait for costs
 * shortage_cost a unit and period.  All demands are of one shape.
 *
 * Clark & Scarf (1960), Management Science 6, 475, as Chen & Zheng (1994), Management Science
 * 40, 1426, compute it; continuous review.  Exact of counts, to about 1e-6 of normal demand.
 * PLAN_NO_OPTIMUM where a cost is 0; PLAN_TOO_LARGE where lead times differ so much that a
 * table of the cost would have more than PLAN_SERIAL_MAX values.
 */
#define PLAN_SERIAL_MAX 65536

PlanStatus plan_serial(const ForecastWork *work, PlanStage *stage, int stages,
					   double shortage_cost);

#endif
