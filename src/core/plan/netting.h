/*
 * netting.h
 *	  Planned orders for one item at one location, period by period: what is there and due,
 *	  less what is asked for, against a safety stock that may change over time (Orlicky 1975,
 *	  Material Requirements Planning, 4 and 6).
 */
#ifndef TIDEHOLD_CORE_PLAN_NETTING_H
#define TIDEHOLD_CORE_PLAN_NETTING_H

#include "core/plan/order.h"

/* Arrays of n; a pointer that is NULL stands for zeros. */
typedef struct PlanNetting
{
	int n;					/* periods, 1 to PLAN_PERIODS_MAX */
	int64_t opening;		/* on hand; below 0 are backorders */
	const int64_t *demand;	/* from 0 */
	const int64_t *receipt; /* due from orders that are placed, from 0 */
	const int64_t *target;	/* safety stock at the end of a period, from 0 */
	int lead_time;			/* periods from order to arrival, from 0 */
	int first;				/* period of the first order, from 0 */
	int cover;				/* periods that an order covers, from 1: 1 is lot for lot */
	PlanRounding rounding;
} PlanNetting;

/* The caller's arrays of n.  Scratch: they are written whatever the status. */
typedef struct PlanNettingResult
{
	int64_t *arrival;	/* planned orders by the period in which they arrive */
	int64_t *release;	/* the same by the period in which they are ordered */
	int64_t *projected; /* at the end of the period, with planned orders; may be below 0 */
	int64_t *missing;	/* to the target, 0 where it is reached */
} PlanNettingResult;

/*
 * Orders arrive in the period that would else end below its target, but not before
 * first + lead_time; until then what is missing is shown.  release of one location is the
 * demand of the location that supplies it.
 */
PlanStatus plan_netting(const PlanNetting *netting, const PlanNettingResult *result);

#endif
