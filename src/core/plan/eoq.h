/*
 * eoq.h
 *	  The order quantity that costs least where demand is steady and known.
 *
 * Rates are per period, as are all costs of results.  Every optimum is exact to rounding of
 * doubles.
 */
#ifndef TIDEHOLD_CORE_PLAN_EOQ_H
#define TIDEHOLD_CORE_PLAN_EOQ_H

#include "core/plan/plan.h"

typedef struct PlanEoq
{
	double demand_rate;	  /* units a period, above 0 */
	double order_cost;	  /* of one order, whatever its size; above 0 */
	double holding_cost;  /* of one unit for one period, above 0 */
	double shortage_cost; /* of one unit backordered for one period; INFINITY: no backorders */
} PlanEoq;

typedef struct PlanEoqResult
{
	double quantity;
	double cost;			/* of ordering, holding and backorders, a period */
	double orders;			/* a period */
	double backorder_share; /* of the demand that waits */
	double backorder_max;	/* units that wait just before an order arrives */
} PlanEoqResult;

/*
 * Harris (1913), How many parts to make at once, Factory 10, 135; with planned backorders
 * Hadley & Whitin (1963), Analysis of Inventory Systems, 2-8.
 */
PlanStatus plan_eoq(const PlanEoq *eoq, PlanEoqResult *result);

/* The same of a given quantity above 0, backorders being the best for it. */
PlanStatus plan_eoq_at(const PlanEoq *eoq, double quantity, PlanEoqResult *result);

/* The whole quantity, at least 1, that costs least: the cost is convex. */
PlanStatus plan_eoq_whole(const PlanEoq *eoq, int64_t *quantity);

#define PLAN_BREAKS_MAX 100

typedef struct PlanDiscount
{
	bool incremental;	 /* a price is paid for the units above its break, not for all */
	double holding_rate; /* share of the price of a unit that its holding costs a period */
	int count;			 /* 1 to PLAN_BREAKS_MAX */
	const double *from;	 /* quantity from which a price holds, ascending, the first one 0 */
	const double *price; /* of a unit, above 0 and falling */
} PlanDiscount;

typedef struct PlanDiscountResult
{
	double quantity;
	double cost;  /* of buying, ordering and holding, a period */
	double price; /* of a unit, on average over the order */
} PlanDiscountResult;

/*
 * Hadley & Whitin (1963), 2-11 (all units) and 2-12 (incremental).  Of eoq demand_rate and
 * order_cost count; holding costs what holding_rate and the price make it.
 */
PlanStatus plan_eoq_discount(const PlanEoq *eoq, const PlanDiscount *discount,
							 PlanDiscountResult *result);
PlanStatus plan_eoq_discount_at(const PlanEoq *eoq, const PlanDiscount *discount,
								double quantity, PlanDiscountResult *result);

#endif
